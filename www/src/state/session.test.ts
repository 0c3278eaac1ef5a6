// An aggregator page from its start to its end, without what it draws.

import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test, vi } from "vitest";

import type { AggregatorCommand, AggregatorEvent, LibraryCommand, LibraryEvent, MemberView, OwnerCommand } from "../../wasm/sotto.js";
import { detach } from "../errors";
import { type Browser, openPage, settled } from "../testing/browser";
import { evaluated, member, model, opened, setting, state } from "../testing/events";
import { forgetRoles, lastOf, type PlayedRole, rolesOf } from "../testing/roles";
import { rememberHosted } from "./invite";
import { Mirror } from "./mirror";
import { Session } from "./session";
import { BEFORE } from "./show";
import { companyOf, remember, tabName } from "./tab";

vi.mock("../roles/start", () => import("../testing/roles"));

let browser: Browser;
let session: Session;
const redraw = vi.fn();
const aggregator = (): PlayedRole<AggregatorCommand, AggregatorEvent> => lastOf("aggregator");
const library = (): PlayedRole<LibraryCommand, LibraryEvent> => lastOf("library");
/** The rounds of the models that drawings were to be read with. */
const shared = () => rolesOf<OwnerCommand, never>("owner").flatMap((owner) => owner.of("model").map(({ round }) => round));
const crowd = (count: number, state: MemberView["state"] = "idle") => Array.from({ length: count }, (_, n) => member(`${n}`, n, state));

const STARTER = Float32Array.of(1, 2);
const ABOUT = { preset: "lenet5", accuracy: 97, sha256: createHash("sha256").update(new Uint8Array(STARTER.buffer)).digest("hex") };

/** A page at this address; its site has a starting model or none. */
function visit(query = "", hasStarter = false): void {
  forgetRoles();
  browser = openPage(`https://sotto.example/${query}`);
  vi.stubGlobal("fetch", async (address: string) => {
    if (!hasStarter) return new Response("", { status: 404 });
    return new Response(address.endsWith("json") ? JSON.stringify(ABOUT) : STARTER.buffer);
  });
  redraw.mockReset();
  session = new Session(redraw, Promise.resolve());
}

/** The room is this page's, and somebody is there: all of it opens. */
async function settle(...settings: Parameters<typeof setting>[]): Promise<void> {
  aggregator().say(
    opened(
      "room",
      settings.map((one) => setting(...one)),
    ),
  );
  await settled();
  browser.window.dispatch("keydown");
  await settled();
}

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  visit();
});

describe("a page that has the room", () => {
  test("asks for the run of its address, and then says it in its address", async () => {
    visit("?seed=7&rounds=10&workers=4#share");
    expect(aggregator().told).toMatchObject([{ type: "open", query: "?seed=7&rounds=10&workers=4" }]);
    await settle(["seed", "7", "0"], ["rounds", "10", "10"]);
    expect(location.href).toBe("https://sotto.example/?seed=7&workers=4#share");
    expect(aggregator().told.at(-1)).toEqual({ type: "ready" });
  });

  test("opens the rest once somebody is there, or soon in any case, and once", async () => {
    aggregator().say(opened("room"));
    await settled();
    expect(aggregator().of("ready")).toHaveLength(0);
    vi.advanceTimersByTime(1500);
    expect(aggregator().of("ready")).toHaveLength(1);
    browser.window.dispatch("scroll");
    expect(aggregator().of("ready")).toHaveLength(1);
  });

  test("changes settings by its address, and leaves what it does not know", async () => {
    visit("?seed=7&workers=4");
    session.configure([
      { name: "seed", value: "8" },
      { name: "rounds", value: "20" },
    ]);
    session.startOver();
    expect(
      aggregator()
        .of("configure")
        .map(({ query }) => query),
    ).toEqual(["?seed=8&workers=4&rounds=20", "?seed=7&workers=4"]);
  });

  test("takes another address for another run, and goes back by the browser's own button", () => {
    visit("?workers=4");
    session.awaited = 3;
    session.adopt("?seed=3");
    expect(location.href).toBe("https://sotto.example/?seed=3");
    expect(session.awaited).toBe(0);
    expect(aggregator().of("configure").at(-1)).toEqual({ type: "configure", query: "?seed=3" });
    location.search = "?workers=4";
    browser.window.dispatch("popstate");
    expect(aggregator().of("configure").at(-1)).toEqual({ type: "configure", query: "?workers=4" });
  });

  test("tells in the list of what happened what goes wrong with its workers", () => {
    session.addWorkers();
    lastOf<never, { type: string; reason: string }>("worker").say({ type: "failed", reason: "no memory" });
    expect(session.show.notices[0]).toMatchObject({ level: "warning", text: "A worker in this page failed: no memory" });
  });
});

describe("workers inside of the page", () => {
  test.each([
    ["", 0, 3],
    ["", 1, 0],
    ["?workers=5", 0, 5],
    ["?workers=5", 2, 3],
    ["?workers=5", 9, 0],
    ["?workers=1000", 0, 20],
    ["?workers=2.9", 0, 2],
    ["?workers=0", 0, 3],
    ["?workers=-1", 0, 3],
    ["?workers=many", 0, 3],
    ["?workers=", 2, 0],
    ["?workers=Infinity", 4, 16],
  ])("%s with %d here lacks %d", (query, here, missing) => {
    visit(query);
    aggregator().say(state(crowd(here)));
    expect(session.missing).toBe(missing);
    session.addWorkers();
    expect(rolesOf("worker")).toHaveLength(Math.max(1, missing));
    // Those are on their way.
    if (missing > 0) expect(session.missing).toBe(0);
  });

  test("begin together, and training with them when all are ready", () => {
    aggregator().say(opened("room"));
    session.addWorkers();
    aggregator().say(state(crowd(3, "loading")));
    aggregator().say(state(crowd(2)));
    expect(aggregator().of("start")).toHaveLength(0);
    aggregator().say(state(crowd(3)));
    aggregator().say(state(crowd(3)));
    expect(aggregator().of("start")).toHaveLength(1);
    expect(session.awaited).toBe(0);
  });

  test("that are added one by one start nothing", () => {
    aggregator().say(state(crowd(3)));
    session.addWorkers();
    aggregator().say(state(crowd(4)));
    expect(aggregator().of("start")).toHaveLength(0);
  });

  test("are there after a reload, and what they were waited for goes on", () => {
    remember("room", { workers: 3, awaited: 3 });
    aggregator().say(opened("room"));
    expect(rolesOf("worker")).toHaveLength(3);
    aggregator().say(opened("room"));
    expect(rolesOf("worker")).toHaveLength(3);
    aggregator().say(state(crowd(3)));
    expect(aggregator().of("start")).toHaveLength(1);
    expect(companyOf("room")).toEqual({ workers: 3, awaited: 0 });
  });

  test("are awaited no more once a person has said to stop", () => {
    aggregator().say(opened("room"));
    session.addWorkers();
    redraw.mockReset();
    session.stop();
    expect(redraw).toHaveBeenCalledOnce();
    aggregator().say(state(crowd(3)));
    expect(
      aggregator()
        .told.slice(1)
        .map(({ type }) => type),
    ).toEqual(["stop"]);
  });
});

describe("drawings are read", () => {
  test("with the newest model of the run", async () => {
    await settle();
    aggregator().say(model(1));
    aggregator().say(model(2));
    expect(shared()).toEqual([1, 2]);
    expect(session.starter).toBeUndefined();
  });

  test("with the model that came with the page, until the run has learnt something", async () => {
    visit("", true);
    await settle();
    aggregator().say(model(0));
    await vi.waitFor(() => expect(session.starter?.accuracy).toBe(97));
    expect(lastOf<OwnerCommand, never>("owner").of("model")).toMatchObject([{ round: 0, weights: STARTER }]);
    aggregator().say(model(1));
    expect(session.starter).toBeUndefined();
    expect(lastOf<OwnerCommand, never>("owner").of("model").at(-1)).toMatchObject({ round: 1, weights: Float32Array.of(1) });
  });

  test.each([
    ["the run's network is another one", (): void => aggregator().say(model(0, "linear"))],
    [
      "the run began with a model that had learnt",
      (): void => {
        aggregator().say({ type: "resumed", round: 0, origin: "Ada’s", history: [] });
        aggregator().say(model(0));
      },
    ],
  ])("with the run's own where %s", async (_, begin) => {
    visit("", true);
    await settle();
    begin();
    await vi.waitFor(() => expect(shared()).toEqual([0]));
    expect(session.starter).toBeUndefined();
    expect(lastOf<OwnerCommand, never>("owner").of("model").at(-1)?.weights).toEqual(Float32Array.of(0));
  });

  test("with the run's own where the page came without one, and the console says so", async () => {
    await settle();
    aggregator().say(model(0));
    await vi.waitFor(() => expect(shared()).toEqual([0]));
    expect(console.warn).toHaveBeenCalledWith("drawings are read without a starting model:", expect.any(Error));
  });

  test("with a model of the library until it is given back, while the run goes on", async () => {
    await settle();
    session.library.open();
    aggregator().say(model(1));
    redraw.mockReset();
    library().say({
      type: "taken",
      id: "1",
      purpose: "read",
      name: "Ada’s",
      preset: "linear",
      round: 9,
      spent: "",
      hash: "",
      weights: Float32Array.of(9),
    });
    // The library tells that it has something to show, and the page of what it reads with.
    expect(redraw).toHaveBeenCalledTimes(2);
    aggregator().say(model(2));
    expect(shared()).toEqual([1, 9]);
    expect(session.borrowed?.name).toBe("Ada’s");
    redraw.mockReset();
    session.giveBack();
    expect(redraw).toHaveBeenCalled();
    expect(shared()).toEqual([1, 9, 2]);
    expect(session.borrowed).toBeUndefined();
  });
});

describe("the library", () => {
  test("keeps the newest model with what it is known to be worth", () => {
    session.save("too early");
    expect(rolesOf("library")).toHaveLength(0);
    aggregator().say(state([], { spent: "budget" }));
    aggregator().say(evaluated(1, 80));
    aggregator().say(model(1));
    session.save("first");
    expect(library().of("save")).toMatchObject([{ name: "first", preset: "lenet5", round: 1, spent: "budget", accuracy: 80 }]);
    aggregator().say(model(2));
    session.save("second");
    expect(library().of("save").at(-1)).not.toHaveProperty("accuracy");
  });

  test("gives a run its first model: of that network, whatever the address says", () => {
    visit("?model=lenet5&seed=3");
    session.library.open();
    const weights = Float32Array.of(9);
    library().say({
      type: "taken",
      id: "1",
      purpose: "continue",
      name: "Ada’s",
      preset: "linear",
      round: 9,
      spent: "b",
      hash: "",
      weights,
    });
    expect(aggregator().of("continue")).toEqual([
      { type: "continue", query: "?model=linear&seed=3", origin: "Ada’s", spent: "b", weights },
    ]);
  });

  test("forgets everything once nobody is left to keep more", () => {
    session.addWorkers();
    tabName();
    rememberHosted("room", { broker: "ws://here" });
    session.forget();
    expect(aggregator().ended).toBe(true);
    expect(rolesOf("worker").every(({ ended }) => ended)).toBe(true);
    expect(browser.location.reload).not.toHaveBeenCalled();
    library().say({ type: "forgotten" });
    expect(Object.keys(sessionStorage)).toEqual([]);
    expect(Object.keys(localStorage)).toEqual([]);
    expect(browser.location.reload).toHaveBeenCalledOnce();
  });
});

describe("a page that finds the room taken", () => {
  test("learns when it is free", async () => {
    detach(
      browser.locks.request("sotto/room/aggregator", () => new Promise(() => {})),
      "holding the room",
    );
    aggregator().say({ type: "occupied", room: "room" });
    await settled();
    expect(session).toMatchObject({ show: { room: "taken" }, vacant: false });
    browser.locks.free("sotto/room/aggregator");
    await settled();
    expect(session.vacant).toBe(true);
  });

  test("may watch: it shows what the other shows, and reads drawings by itself", async () => {
    detach(
      browser.locks.request("sotto/room/aggregator", () => new Promise(() => {})),
      "holding the room",
    );
    aggregator().say({ type: "occupied", room: "room" });
    const mirror = new Mirror("room", () => ({ show: { ...BEFORE, room: "ours", origin: "Ada’s" }, model: model(4) }));
    await settled();
    session.watch();
    await settled();
    await settled();
    mirror.tell(evaluated(4, 93));
    mirror.tell(model(5));
    await settled();
    expect(session.watching).toBe(true);
    expect(session.show).toMatchObject({ room: "taken", origin: "Ada’s", curve: [{ round: 4, accuracy: 93 }], model: { round: 5 } });
    expect(shared()).toEqual([4, 5]);
    // Its own aggregator was asked for nothing.
    expect(aggregator().told.map(({ type }) => type)).toEqual(["open"]);
  });
});
