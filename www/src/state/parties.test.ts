import { beforeEach, describe, expect, test, vi } from "vitest";

import type {
  ClientCommand,
  ClientEvent,
  DealerCommand,
  DealerEvent,
  OwnerCommand,
  OwnerEvent,
  PartyCommand,
  PartyEvent,
} from "../../wasm/sotto.js";
import { detach } from "../errors";
import { type Browser, openPage, settled } from "../testing/browser";
import { classified, course, info, model } from "../testing/events";
import { PlayedFar } from "../testing/far";
import { forgetRoles, lastOf, type PlayedRole, rolesOf } from "../testing/roles";
import { ControlChannel, type Control, tabLock, type TabRole } from "./control";
import { portsOf } from "./links";
import { Parties } from "./parties";
import { PartyTab } from "./party-tab";
import { reduceSecret, SECRET_BEFORE, type SecretEvent, type SecretShow } from "./secret";

vi.mock("../roles/start", () => import("../testing/roles"));

let browser: Browser;
let far: PlayedFar;
let parties: Parties;
let client: PlayedRole<ClientCommand, ClientEvent>;
let told: SecretEvent[];
let show: SecretShow;

/** The parties that were started, of this page or of a tab, which had each its role. */
const partiesOf = (role: "alice" | "bob"): PlayedRole<PartyCommand, PartyEvent>[] =>
  rolesOf<PartyCommand, PartyEvent>("party").filter((party) => party.of("open")[0]?.role === role);
const newest = (role: "alice" | "bob") => {
  const party = partiesOf(role).at(-1);
  if (!party) throw new Error(`there is no ${role}`);
  return party;
};
const dealer = (): PlayedRole<DealerCommand, DealerEvent> => lastOf("dealer");
const owner = (): PlayedRole<OwnerCommand, OwnerEvent> => lastOf("owner");
const sessions = () => told.flatMap(({ from, event }) => (from === "page" && event.type === "session" ? [event] : []));
const ended = () => told.flatMap(({ from, event }) => (from === "page" && event.type === "ended" ? [event] : []));

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  forgetRoles();
  browser = openPage();
  far = new PlayedFar();
  told = [];
  show = SECRET_BEFORE;
  const { startClient } = await import("../testing/roles");
  client = startClient(() => {}) as unknown as PlayedRole<ClientCommand, ClientEvent>;
  parties = new Parties(
    client,
    (event) => {
      told.push(event);
      show = reduceSecret(show, event);
    },
    far,
  );
});

/** The page knows its room, and all that waits for no clock has happened. */
async function open(): Promise<void> {
  parties.open("room");
  await settled();
}

describe("a session", () => {
  test("begins once the room is known, with all roles in the page, each linked to those that it speaks with", async () => {
    await open();
    parties.open("room");
    await settled();
    expect(sessions()).toEqual([{ type: "session", tabs: [], far: [], saving: "bytes" }]);
    const linked = (links: { role: string }[] | undefined) => links?.map(({ role }) => role).toSorted();
    expect(linked(newest("alice").of("open")[0]?.links)).toEqual(["bob", "client", "dealer", "owner", "silo"]);
    expect(linked(newest("bob").of("open")[0]?.links)).toEqual(["alice", "client", "dealer", "owner", "silo"]);
    expect(linked(dealer().of("open")[0]?.links)).toEqual(["alice", "bob"]);
    expect(linked(owner().of("open")[0]?.links)).toEqual(["alice", "bob"]);
    expect(linked(client.of("open")[0]?.links)).toEqual(["alice", "bob"]);
    // A port reaches its role only if it is handed over.
    for (const role of [newest("alice"), newest("bob"), dealer(), owner(), client]) {
      const links = role.told.flatMap((command) => (command.type === "open" ? command.links : []));
      expect(role.handedOver).toEqual(portsOf(links));
    }
    expect(client.handedOver).toHaveLength(2);
    expect(parties.silo.open).toBe(true);
    // What alice sees may be looked at, as it is all in one page; what bob sees is the same.
    expect(newest("alice").of("watch")).toEqual([{ type: "watch", on: true }]);
    expect(newest("bob").of("watch")).toEqual([]);
  });

  test("has the newest model, whether that came before it or comes later", async () => {
    parties.use(model(1));
    await open();
    expect(owner().of("model")).toMatchObject([{ preset: "lenet5", round: 1, fraction: 8, saving: "bytes" }]);
    parties.use(model(2));
    expect(owner().of("model").at(-1)).toMatchObject({ round: 2 });
  });

  test("reads with a model once alice has it, and the client learns which", async () => {
    await open();
    owner().say({ type: "shared", model: info(1), round: 5, bytes: 9 });
    newest("bob").say({ type: "using", model: info(1) });
    expect(parties.using).toBeUndefined();
    newest("alice").say({ type: "using", model: info(1) });
    expect(parties.using).toEqual(info(1));
    expect(client.of("using")).toEqual([{ type: "using", model: info(1), round: 5 }]);
    expect(show).toMatchObject({ session: "ready", model: { ...info(1), round: 5 } });
  });

  test("passes on what a person asks for, to whom it is for", async () => {
    await open();
    parties.fix(0.5, 8);
    expect(owner().of("fix")).toEqual([{ type: "fix", value: 0.5, fraction: 8 }]);
    parties.evaluate(100);
    expect(owner().of("classify")).toEqual([{ type: "classify", count: 100 }]);
    expect(client.of("evaluate")).toMatchObject([{ count: 100 }]);
    parties.pause(true);
    parties.pause(false);
    parties.halt();
    expect(client.told.slice(-3).map(({ type }) => type)).toEqual(["pause", "resume", "stop"]);
    expect(show.evaluation?.phase).toBe("stopped");
    parties.garble("bob");
    expect(newest("bob").of("garble")).toHaveLength(1);
    parties.train(course);
    parties.pauseTraining(true);
    parties.pauseTraining(false);
    expect(
      owner()
        .told.slice(-3)
        .map(({ type }) => type),
    ).toEqual(["train", "pauseTraining", "resumeTraining"]);
  });

  test("shares the model anew when it is computed with in another way", async () => {
    parties.use(model(1));
    await open();
    parties.precise(12);
    parties.save("rounds");
    const shared = owner().of("model");
    expect(shared.map(({ fraction, saving }) => [fraction, saving])).toEqual([
      [8, "bytes"],
      [12, "bytes"],
      [12, "rounds"],
    ]);
    expect(show).toMatchObject({ fraction: 12, saving: "rounds" });
  });

  test("reads with what was trained on shares, until the room's model is wanted again", async () => {
    parties.use(model(1));
    await open();
    parties.readTrained(true);
    expect(owner().of("take")).toEqual([{ type: "take", fraction: 8, saving: "bytes" }]);
    // The room's next model does not take its place, and another precision is another way to read the same.
    parties.use(model(2));
    parties.precise(10);
    expect(owner().of("model")).toHaveLength(1);
    expect(owner().of("take").at(-1)).toMatchObject({ fraction: 10 });
    parties.readTrained(false);
    expect(owner().of("model").at(-1)).toMatchObject({ round: 2, fraction: 10 });
    // Another training begins: what is read with was of the one before.
    parties.readTrained(true);
    parties.train(course);
    expect(
      owner()
        .told.slice(-2)
        .map(({ type }) => type),
    ).toEqual(["model", "train"]);
  });
});

test("a tab with a role opens beside the page, in its room", () => {
  const opens = vi.fn();
  vi.stubGlobal("window", { open: opens });
  parties.openTab("alice");
  expect(opens).toHaveBeenCalledExactlyOnceWith("./party.html?role=alice&room=", "_blank", "noopener");
  parties.open("a&b");
  parties.openTab("silo");
  expect(opens).toHaveBeenLastCalledWith("./party.html?role=silo&room=a%26b", "_blank", "noopener");
});

describe("a session that fails", () => {
  const fail = async (reason = "cut short") => {
    newest("bob").say({ type: "failed", reason, role: "alice", step: "classify/1/share" });
    await settled();
  };

  test("ends all of its roles, says why, and another one begins", async () => {
    parties.use(model(1));
    await open();
    const before = [newest("alice"), newest("bob"), dealer(), owner()];
    newest("alice").say({ type: "using", model: info(1) });
    await fail();
    expect(before.map(({ ended }) => ended)).toEqual([true, true, true, true]);
    expect(ended()).toEqual([{ type: "ended", reason: "cut short", role: "alice", step: "classify/1/share" }]);
    expect(parties.using).toBeUndefined();
    expect(client.of("close").length).toBeGreaterThan(0);
    expect(sessions()).toHaveLength(2);
    expect(owner()).not.toBe(before[3]);
    expect(owner().of("model")).toMatchObject([{ round: 1 }]);
    const [first, second] = client.of("open");
    expect(second?.session).not.toBe(first?.session);
  });

  test("is heard no more", async () => {
    await open();
    const [alice, bob, dealt] = [newest("alice"), newest("bob"), dealer()];
    await fail();
    const count = told.length;
    alice.say({ type: "using", model: info(1) });
    bob.say({ type: "failed", reason: "late" });
    dealt.say({ type: "failed", reason: "late" });
    parties.heardClient({ type: "failed", reason: "late", session: "another" });
    // What the client says is told, and ends nothing.
    expect(told).toHaveLength(count + 1);
    expect(parties.using).toBeUndefined();
  });

  test.each(["alice", "bob", "dealer", "owner", "client"])("by the failure of %s", async (role) => {
    await open();
    const failed = { type: "failed", reason: "no memory" } as const;
    if (role === "alice" || role === "bob") newest(role).say(failed);
    if (role === "dealer") dealer().say(failed);
    if (role === "owner") owner().say(failed);
    const [opened] = client.of("open");
    if (role === "client") parties.heardClient({ ...failed, session: opened?.session ?? "" });
    await settled();
    expect(ended()).toEqual([{ type: "ended", reason: "no memory" }]);
    expect(sessions()).toHaveLength(2);
  });

  test("four times within a minute is the last, until there is something new to try", async () => {
    parties.use(model(1));
    await open();
    for (let n = 0; n < 4; n += 1) await fail();
    expect(sessions()).toHaveLength(4);
    expect(show.session).toBe("ended");
    parties.use(model(2));
    await settled();
    expect(sessions()).toHaveLength(5);
    await fail();
    expect(sessions()).toHaveLength(6);
  });

  test("now and then is begun anew each time", async () => {
    await open();
    for (let n = 0; n < 10; n += 1) {
      await fail();
      vi.advanceTimersByTime(25_000);
    }
    expect(sessions()).toHaveLength(11);
  });

  test("because somebody asked for it does not count", async () => {
    await open();
    for (let n = 0; n < 10; n += 1) {
      parties.kill("bob");
      expect(newest("bob").ended).toBe(true);
      newest("alice").say({ type: "failed", reason: "bob is silent", role: "bob" });
      await settled();
    }
    expect(sessions()).toHaveLength(11);
  });
});

describe("a tab beside the page", () => {
  /** A tab that takes a role, and what happens until it has it. */
  const tabOf = async (role: TabRole) => {
    const tab = new PartyTab(role, "room", () => {});
    await settled();
    await settled();
    return tab;
  };
  /** The lock that it holds as long as it lives. */
  const lockOf = () => browser.locks.names().findLast((name) => name.startsWith(tabLock("room", ""))) ?? "";

  test("takes a role, computes in it, and shows what it did", async () => {
    await open();
    const before = partiesOf("bob").length;
    const tab = await tabOf("bob");
    expect(sessions().at(-1)).toMatchObject({ tabs: ["bob"], far: [] });
    expect(tab.show).toMatchObject({ phase: "working", sessions: 1 });
    // One bob more: it runs in the tab.
    expect(partiesOf("bob")).toHaveLength(before + 1);
    newest("bob").say({ type: "ready" });
    await settled();
    await settled();
    expect(newest("alice").ended).toBe(false);
    newest("bob").say({ type: "stock", batch: 1, label: false, count: 3, bytes: 9 });
    newest("bob").say(classified(1, { seen: [{ layer: "conv1", bits: 32, values: new Uint8Array(1) }] }));
    await settled();
    expect(tab.show).toMatchObject({ stock: 3, classified: 1, last: { number: 1 } });
    expect(show).toMatchObject({ here: { bob: true }, stock: { bob: { count: 3 } }, bob: { number: 1, seen: [] } });
    // What it saw stays there; the page hears of times and sizes.
    expect(tab.show.last?.seen).toHaveLength(1);
  });

  test("that was there before the page is found at once", async () => {
    const tab = await tabOf("bob");
    expect(tab.show.phase).toBe("searching");
    await open();
    await settled();
    expect(tab.show.phase).toBe("working");
    expect(sessions().at(-1)).toMatchObject({ tabs: ["bob"] });
  });

  test("that closes gives its role back to the page", async () => {
    await open();
    await tabOf("dealer");
    dealer().say({ type: "ready" });
    await settled();
    browser.locks.free(lockOf());
    await settled();
    await settled();
    expect(sessions().at(-1)).toMatchObject({ tabs: [] });
    expect(dealer().of("open")).toHaveLength(1);
  });

  test("that another takes the role from is dismissed, and offers itself no more", async () => {
    await open();
    const first = await tabOf("alice");
    newest("alice").say({ type: "ready" });
    await settled();
    const second = await tabOf("alice");
    expect(first.show.phase).toBe("dismissed");
    expect(second.show.phase).toBe("working");
    const count = sessions().length;
    vi.advanceTimersByTime(10_000);
    await settled();
    expect(first.show.phase).toBe("dismissed");
    expect(sessions().length).toBeGreaterThanOrEqual(count);
    first.entered();
    expect(first.show.phase).toBe("searching");
  });

  test("that does not answer loses its role, and is named", async () => {
    await open();
    detach(
      browser.locks.request(tabLock("room", "mute"), () => new Promise(() => {})),
      "holding a lock",
    );
    new ControlChannel("room", () => {}).send({ type: "offer", tab: "mute", role: "alice" });
    await settled();
    expect(sessions().at(-1)).toMatchObject({ tabs: ["alice"] });
    await vi.advanceTimersByTimeAsync(5000);
    await settled();
    expect(ended()).toEqual([{ type: "ended", reason: "The tab of alice does not answer.", role: "alice" }]);
    expect(sessions().at(-1)).toMatchObject({ tabs: [] });
  });

  test("that crashes ends the session, and takes part in the next", async () => {
    await open();
    const tab = await tabOf("bob");
    newest("bob").say({ type: "ready" });
    await settled();
    parties.kill("bob");
    await settled();
    expect(newest("bob").ended).toBe(true);
    newest("alice").say({ type: "failed", reason: "bob is silent", role: "bob" });
    await settled();
    await settled();
    expect(tab.show).toMatchObject({ phase: "working", sessions: 2 });
    newest("bob").say({ type: "failed", reason: "no memory" });
    expect(tab.show).toMatchObject({ phase: "failed", reason: "no memory" });
  });

  test("that is the client has the pad: drawings in the page are read by nobody", async () => {
    parties.use(model(1));
    await open();
    const tab = await tabOf("client");
    await settled();
    const [pads] = rolesOf<ClientCommand, ClientEvent>("client").slice(-1);
    owner().say({ type: "shared", model: info(1), round: 3, bytes: 1 });
    newest("alice").say({ type: "using", model: info(1) });
    await settled();
    expect(parties.using).toBeUndefined();
    expect(pads?.of("using")).toEqual([{ type: "using", model: info(1), round: 3 }]);
    tab.pad?.draw([[[1, 1, 1]]]);
    expect(pads?.of("draw")).toHaveLength(1);
    // What is drawn and learnt there stays there.
    pads?.say({ type: "prediction", id: 1, round: 3, reader: "shares", digit: 7, probabilities: [], millis: 1, number: 1 });
    await settled();
    expect(tab.show.classified).toBe(1);
    expect(show.prediction).toBeUndefined();
  });

  test("that is the client tells why its role has failed, which ends the session", async () => {
    await open();
    const tab = await tabOf("client");
    const pads = lastOf<ClientCommand, ClientEvent>("client");
    const [begun] = pads.of("open");
    pads.say({ type: "failed", reason: "of another session", session: "another" });
    expect(tab.show.phase).toBe("working");
    pads.say({ type: "failed", reason: "no answer of bob", session: begun?.session ?? "" });
    expect(tab.show).toMatchObject({ phase: "failed", reason: "no answer of bob" });
    await settled();
    expect(ended()).toEqual([{ type: "ended", reason: "no answer of bob" }]);
  });

  test("that deals adds up what it has dealt", async () => {
    await open();
    const tab = await tabOf("dealer");
    dealer().say({ type: "dealt", number: 1, alice: 2, bob: 3, millis: 4 });
    dealer().say({ type: "dealt", number: 2, alice: 20, bob: 30, millis: 5 });
    expect(tab.show.dealt).toEqual({ count: 2, bytes: 55, millis: 5 });
    await settled();
    expect(show.dealt).toEqual({ count: 2, bytes: 55, millis: 5 });
  });

  test("of a data owner learns where the parties are, and has a place of its own", async () => {
    await open();
    const heard: Control[] = [];
    const tabs = new ControlChannel("room", (message) => heard.push(message));
    for (const tab of ["first", "second", "first"]) tabs.send({ type: "silo", tab });
    await settled();
    const links = heard.filter((message) => message.type === "links");
    expect(links.map(({ tab, place }) => [tab, place])).toEqual([
      ["first", 1],
      ["second", 2],
      ["first", 1],
    ]);
  });
});

describe("a guest elsewhere", () => {
  const offer = (role: TabRole, from = "guest", claim: string = role) =>
    far.hear({ type: "offer", tab: `tab of ${from}`, role }, from, claim);
  const says = (event: object, claim: string, from = "guest") => {
    const begin = far.said.map(({ message }) => message).findLast((message) => message.type === "begin");
    far.hear({ type: "event", tab: `tab of ${from}`, session: begin?.type === "begin" ? begin.session : "", event }, from, claim);
  };

  test("takes a role over the bridge, and the page computes with it", async () => {
    await open();
    offer("bob");
    await settled();
    expect(sessions().at(-1)).toMatchObject({ tabs: ["bob"], far: ["bob"], saving: "rounds" });
    const begin = far.said.at(-1);
    expect(begin).toMatchObject({ to: "guest", message: { type: "begin" } });
    const links = begin?.message.type === "begin" ? begin.message.links : [];
    expect(links.every((link) => "peer" in link)).toBe(true);
    expect(far.laid.every(({ peer }) => peer === "guest")).toBe(true);
    says({ type: "ready" }, "bob");
    await settled();
    expect(show.here.bob).toBe(true);
    expect(owner().of("open")).toHaveLength(1);
  });

  test("that is let in as one role takes no other", async () => {
    await open();
    offer("alice", "guest", "bob");
    await settled();
    expect(sessions()).toHaveLength(1);
  });

  test("that leaves ends the session, and the page takes the role back", async () => {
    await open();
    offer("bob");
    await settled();
    says({ type: "ready" }, "bob");
    await settled();
    far.leavers.left("guest", "closed its page");
    await settled();
    await settled();
    expect(sessions().at(-1)).toMatchObject({ tabs: [], far: [], saving: "bytes" });
  });

  test("that is the dealer cannot say what a party says", async () => {
    await open();
    offer("dealer");
    await settled();
    says({ type: "ready" }, "dealer");
    await settled();
    const before = show;
    says({ type: "using", model: info(9) }, "dealer");
    says({ type: "data", contributions: 1, digits: 1e9 }, "dealer");
    expect(show).toBe(before);
    says({ type: "dealt", number: 1, alice: 2, bob: 3, millis: 4 }, "dealer");
    expect(show.dealt).toEqual({ count: 1, bytes: 5, millis: 4 });
  });

  test("decides what gates save, until a person does: a choice is over when alice or bob moves", async () => {
    parties.use(model(1));
    await open();
    parties.save("bytes");
    offer("bob");
    await settled();
    expect(show.saving).toBe("rounds");
    says({ type: "ready" }, "bob");
    await settled();
    parties.save("bytes");
    expect(owner().of("model").at(-1)).toMatchObject({ saving: "bytes" });
    // The dealer's going elsewhere is nothing to alice and bob.
    offer("dealer", "another");
    await settled();
    expect(show.saving).toBe("bytes");
  });
});
