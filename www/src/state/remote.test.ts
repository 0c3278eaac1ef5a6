// The door of a room, and a guest before it, without the bridge between them.

import { beforeEach, describe, expect, test, vi } from "vitest";

import type { GuestEntry } from "../../wasm/sotto.js";
import type { BridgeInput, BridgeOutput } from "../roles/bridge";
import { openPage, settled, type Browser } from "../testing/browser";
import { forgetRoles, lastOf, rolesOf, type PlayedRole } from "../testing/roles";
import { hostedBefore, rememberHosted, type Invite } from "./invite";
import { Remote } from "./remote";
import { tabName } from "./tab";
import { Visit } from "./visit";

vi.mock("../roles/start", () => import("../testing/roles"));

const KEYS = { secret: "01".repeat(16), identity: "cd".repeat(32) };
const HOSTING: BridgeOutput = { type: "hosting", keys: KEYS, fingerprint: "ab".repeat(16), endpoint: "here" };
const GUEST: GuestEntry = { id: "g", claim: "alice", admission: "waits", workers: [] };
const CLOSED = { state: "connecting", locked: false, brokenOff: 0, guests: [] };

const bridge = (): PlayedRole<BridgeInput, BridgeOutput> => lastOf("bridge");

let browser: Browser;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  forgetRoles();
  browser = openPage();
});

describe("the door of a room", () => {
  let remote: Remote;
  const redraw = vi.fn();
  beforeEach(() => {
    redraw.mockReset();
    remote = new Remote(redraw);
  });

  test("stays closed until somebody opens it", () => {
    remote.begin("room");
    remote.say("hello");
    remote.decide("g", true);
    expect(rolesOf("bridge")).toHaveLength(0);
    expect(remote.show).toEqual(CLOSED);
  });

  test("is opened at a broker, and remembered with the keys that it got", () => {
    remote.begin("room");
    remote.open({ broker: "ws://here", own: "token:a", guests: "token:b" });
    expect(bridge().told).toEqual([{ type: "join", broker: "ws://here", auth: "token:a", opening: { type: "host", room: "room" } }]);
    expect(hostedBefore("room")).toBeUndefined();
    expect(redraw).toHaveBeenCalledTimes(1);
    bridge().say({ type: "broker", state: "connected" });
    bridge().say(HOSTING);
    expect(redraw).toHaveBeenCalledTimes(3);
    expect(remote.endpoint).toBe("here");
    expect(remote.show).toMatchObject({ state: "connected", room: { secret: KEYS.secret, host: "ab".repeat(16) } });
    expect(hostedBefore("room")).toEqual({ broker: "ws://here", own: "token:a", guests: "token:b", keys: KEYS });
  });

  test("is open as before when its page is reloaded, under the same keys", () => {
    rememberHosted("room", { broker: "ws://here", keys: KEYS });
    remote.begin("room");
    expect(bridge().of("join")).toMatchObject([{ broker: "ws://here", opening: { type: "host", room: "room", keys: KEYS } }]);
    // Another run in the room leaves it as it is.
    remote.begin("room");
    expect(rolesOf("bridge")).toHaveLength(1);
  });

  test("forgets its keys when it is closed, and asks the broker nothing more", () => {
    remote.begin("room");
    remote.open({ broker: "ws://here" });
    bridge().say(HOSTING);
    vi.advanceTimersByTime(6000);
    expect(bridge().of("look")).toHaveLength(2);
    const gone = vi.fn();
    const left = remote.gone("g").then(gone);
    redraw.mockReset();
    remote.close();
    expect(redraw).toHaveBeenCalledOnce();
    expect(bridge().told.at(-1)).toEqual({ type: "leave" });
    expect(hostedBefore("room")).toBeUndefined();
    vi.advanceTimersByTime(60_000);
    expect(bridge().of("look")).toHaveLength(2);
    // What it still hears is of a door that is no more.
    bridge().say({ type: "guests", locked: true, brokenOff: 1, guests: [GUEST] });
    expect(remote.show).toEqual(CLOSED);
    return left.then(() => expect(gone).toHaveBeenCalledWith(""));
  });

  test("shows who stands before it, who was refused, and what went wrong last", () => {
    remote.open({ broker: "ws://here" });
    bridge().say({ type: "guests", locked: true, brokenOff: 2, guests: [GUEST] });
    bridge().say({ type: "refused", endpoint: "x", what: "key" });
    bridge().say({ type: "broker", state: "lost", reason: "no route" });
    expect(remote.show).toMatchObject({
      locked: true,
      brokenOff: 2,
      guests: [GUEST],
      refused: { endpoint: "x", what: "key" },
      state: "lost",
      reason: "no route",
    });
    bridge().say({ type: "broker", state: "connected" });
    expect(remote.show.reason).toBeUndefined();
    bridge().say({ type: "failed", reason: "no memory" });
    expect(remote.show).toMatchObject({ state: "connected", reason: "no memory", guests: [GUEST] });
  });

  test("lets in, turns away, locks and carries as the page says", () => {
    remote.open({ broker: "ws://here" });
    const { port1, port2 } = new MessageChannel();
    const ways = [
      { peer: "g", name: "s/alice/bob", port: port1 },
      { peer: "g", name: "s/dealer/bob", inbox: "in", outbox: "out" },
    ];
    remote.decide("g", true);
    remote.lock(true);
    remote.say("hello", "g");
    remote.say("hello");
    remote.lay(ways);
    expect(bridge().told.slice(1)).toEqual([
      { type: "decide", guest: "g", comesIn: true },
      { type: "lock", locked: true },
      { type: "say", text: "hello", to: "g" },
      { type: "say", text: "hello" },
      { type: "lay", ways },
    ]);
    // A port is handed over, which a message alone does not.
    expect(bridge().handedOver).toEqual([port1]);
    port2.close();
  });

  test("passes on what guests say, and who has left", async () => {
    remote.open({ broker: "ws://here" });
    remote.heard = vi.fn();
    bridge().say({ type: "said", from: "g", claim: "alice", text: "hello" });
    expect(remote.heard).toHaveBeenCalledExactlyOnceWith("hello", "g", "alice");
    const left = remote.gone("g");
    bridge().say({ type: "left", guest: "another", reason: "no" });
    bridge().say({ type: "left", guest: "g", reason: "closed its page" });
    expect(await left).toBe("closed its page");
  });
});

describe("a guest", () => {
  const INVITE: Invite = { secret: "01".repeat(16), host: "ab".repeat(16), broker: "ws://here", claim: "alice", auth: "token:b" };
  const entered = vi.fn();
  const lost = vi.fn();
  const at = (stage: "seeks" | "waits" | "in" | "out"): BridgeOutput => ({ type: "visit", stage, others: [], brokenOff: 0 });

  const visit = async () => {
    const made = new Visit(INVITE, () => {}, entered, lost);
    await settled();
    return made;
  };

  beforeEach(() => {
    entered.mockReset();
    lost.mockReset();
  });

  test("joins by what its link says, under its tab's name", async () => {
    const { room, show } = await visit();
    expect(show).toEqual({ broker: "ws://here", state: "connecting", stage: "seeks", others: [], brokenOff: 0 });
    const { secret, host, claim } = INVITE;
    const opening = { type: "visit", room, tab: tabName(), secret, host, claim };
    expect(bridge().told).toEqual([{ type: "join", broker: "ws://here", auth: "token:b", opening }]);
  });

  test("that is a duplicate of another tab takes another name, and so another room", async () => {
    const first = await visit();
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
    const second = await visit();
    const [join] = bridge().of("join");
    expect(join?.opening).toMatchObject({ room: second.room });
    expect(join?.opening.type === "visit" && join.opening.tab).not.toBe(tabName());
    expect(second.room).not.toBe(first.room);
  });

  test("learns each time that it is in, or is no more", async () => {
    await visit();
    for (const stage of ["seeks", "waits", "in", "in"] as const) bridge().say(at(stage));
    expect(entered.mock.calls).toEqual([[false]]);
    bridge().say(at("seeks"));
    expect(lost).toHaveBeenCalledOnce();
    bridge().say(at("in"));
    expect(entered.mock.calls).toEqual([[false], [true]]);
    bridge().say(at("out"));
    expect(lost).toHaveBeenCalledTimes(2);
  });

  test("says nothing before it is in", async () => {
    const guest = await visit();
    guest.say("hello");
    bridge().say(at("waits"));
    guest.say("hello");
    expect(bridge().of("say")).toEqual([]);
    bridge().say(at("in"));
    guest.say("hello");
    expect(bridge().of("say")).toEqual([{ type: "say", text: "hello" }]);
  });

  test("keeps on showing what is of the broker, and nothing old of the visit", async () => {
    const guest = await visit();
    bridge().say({ ...at("waits"), words: ["a", "b"], rtt: 3 } as BridgeOutput);
    bridge().say({ type: "refused", endpoint: "x", what: "host" });
    bridge().say({ type: "broker", state: "lost", reason: "no route" });
    bridge().say(at("seeks"));
    expect(guest.show).toEqual({
      broker: "ws://here",
      state: "lost",
      reason: "no route",
      refused: { endpoint: "x", what: "host" },
      stage: "seeks",
      others: [],
      brokenOff: 0,
    });
  });

  test("says farewell when its page is closed", async () => {
    await visit();
    browser.window.dispatch("pagehide");
    expect(bridge().told.at(-1)).toEqual({ type: "leave" });
  });

  test("passes on what the host says and which other guest has left, and carries its links", async () => {
    const guest = await visit();
    guest.heard = vi.fn();
    bridge().say({ type: "said", from: "host's", claim: "host", text: "hello" });
    expect(guest.heard).toHaveBeenCalledExactlyOnceWith("hello", "host's", "host");
    const left = guest.gone("another");
    bridge().say({ type: "left", guest: "another", reason: "its line is cut" });
    expect(await left).toBe("its line is cut");
    const { port1, port2 } = new MessageChannel();
    guest.lay([{ peer: "another", name: "s/alice/bob", port: port1 }]);
    expect(bridge().handedOver).toEqual([port1]);
    port2.close();
  });

  test("asks how it stands now and then, and says what went wrong last", async () => {
    const guest = await visit();
    vi.advanceTimersByTime(6000);
    expect(bridge().of("look")).toHaveLength(2);
    bridge().say({ type: "failed", reason: "no memory" });
    expect(guest.show.reason).toBe("no memory");
  });

  test("that the browser brings back as it was has said farewell, and loads anew", async () => {
    class PageTransitionEvent extends Event {
      constructor(readonly persisted: boolean) {
        super("pageshow");
      }
    }
    vi.stubGlobal("PageTransitionEvent", PageTransitionEvent);
    await visit();
    browser.window.dispatch(new PageTransitionEvent(false));
    expect(browser.location.reload).not.toHaveBeenCalled();
    browser.window.dispatch(new PageTransitionEvent(true));
    expect(browser.location.reload).toHaveBeenCalledOnce();
  });
});
