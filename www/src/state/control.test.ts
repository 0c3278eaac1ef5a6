import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";

import { openPage, settled } from "../testing/browser";
import { classified, info, record, trained, training } from "../testing/events";
import { PlayedFar } from "../testing/far";
import { ControlChannel, isTabRole, TAB_ROLES, type Control, type TabEvent, type TabRole } from "./control";

interface Heard {
  message: Control;
  claimed?: string | undefined;
}

let heard: Heard[];
let far: PlayedFar;
let page: ControlChannel;

beforeEach(() => {
  openPage();
  heard = [];
  far = new PlayedFar();
  page = new ControlChannel("room", (message, claimed) => heard.push({ message, claimed }), far);
});

const offer = (tab: string, role: TabRole): Control => ({ type: "offer", tab, role });
const event = (tab: string, shown: TabEvent): Control => ({ type: "event", tab, session: "s", event: shown });

/** What each role says, whole. */
const OF_PARTY: TabEvent[] = [
  { type: "ready" },
  { type: "using", model: info(1) },
  { type: "stock", batch: 1, label: false, count: 2, bytes: 3 },
  classified(1, { records: [record("classify/1/share", 1)] }),
  { type: "data", contributions: 1, digits: 2 },
  training(1),
  trained(1, { loss: 0.5 }),
  trained(1),
  { type: "untrained", reason: "no digits" },
  { type: "failed", reason: "cut short", role: "bob", step: "classify/1/answer" },
  { type: "failed", reason: "cut short" },
];
const OF_DEALER: TabEvent[] = [
  { type: "ready" },
  { type: "dealt", number: 1, alice: 2, bob: 3, millis: 4 },
  { type: "dealtStep", number: 1, alice: 2, bob: 3, millis: 4 },
  { type: "failed", reason: "cut short" },
];
const SAID: Record<TabRole, TabEvent[]> = {
  alice: OF_PARTY,
  bob: OF_PARTY,
  dealer: OF_DEALER,
  client: [{ type: "ready" }, { type: "failed", reason: "no session" }],
};

describe("in one browser", () => {
  test("all of a room hear, and no other room does", async () => {
    const tab: Control[] = [];
    const other: Control[] = [];
    new ControlChannel("room", (message) => tab.push(message));
    new ControlChannel("another", (message) => other.push(message));
    page.send({ type: "call" });
    await settled();
    expect(tab).toEqual([{ type: "call" }]);
    expect(other).toEqual([]);
  });

  test("what is for everybody is for those elsewhere, too", () => {
    page.send({ type: "session" });
    page.send({ type: "ended", tab: "near" });
    expect(far.said).toEqual([{ message: { type: "session" } }]);
  });
});

describe("a guest", () => {
  test("offers the role that it was let in for, and is answered where it is", async () => {
    const tab: Control[] = [];
    new ControlChannel("room", (message) => tab.push(message));
    far.hear(offer("t", "alice"), "guest", "alice");
    expect(heard).toEqual([{ message: offer("t", "alice"), claimed: "alice" }]);
    expect(page.homeOf("t")).toBe("guest");
    page.send({ type: "ended", tab: "t" });
    await settled();
    expect(far.said).toEqual([{ message: { type: "ended", tab: "t" }, to: "guest" }]);
    expect(tab).toEqual([]);
  });

  test("speaks for one tab alone, and for nobody else's", () => {
    far.hear(offer("t", "alice"), "guest", "alice");
    far.hear(offer("u", "alice"), "guest", "alice");
    far.hear(offer("t", "bob"), "another", "bob");
    expect(heard).toHaveLength(1);
    expect(page.homeOf("u")).toBeUndefined();
  });

  test("that has left is no longer anywhere, and may come again with another tab", async () => {
    far.hear(offer("t", "alice"), "guest", "alice");
    far.leavers.left("guest", "gone");
    await settled();
    expect(page.homeOf("t")).toBeUndefined();
    far.hear(offer("u", "alice"), "guest", "alice");
    expect(page.homeOf("u")).toBe("guest");
  });

  test.each(TAB_ROLES)("who is %s is heard with what that role says, and with nothing of another's", (claim) => {
    for (const role of TAB_ROLES) {
      for (const shown of SAID[role]) {
        heard = [];
        far.hear(event("t", shown), "guest", claim);
        const known = SAID[claim].some(({ type }) => type === shown.type);
        expect(
          heard.map(({ message }) => message),
          `${claim} says ${shown.type}`,
        ).toEqual(known ? [event("t", shown)] : []);
      }
    }
  });

  test.each(TAB_ROLES)("who is %s is not heard with half of it", (claim) => {
    for (const shown of SAID[claim]) {
      for (const [name, value] of Object.entries(shown)) {
        const isOptional = ["loss", "role", "step"].includes(name) && ["failed", "trained"].includes(shown.type);
        if (name === "type" || isOptional || ["dealtBytes"].includes(name)) continue;
        const { [name]: _, ...half } = shown as unknown as Record<string, unknown>;
        far.hear({ ...event("t", shown), event: half }, "guest", claim);
        const other = typeof value === "string" ? 1 : "1";
        far.hear({ ...event("t", shown), event: { ...half, [name]: other } }, "guest", claim);
        expect(heard, `${shown.type} without its ${name}`).toEqual([]);
      }
    }
  });

  test.each<[string, object]>([
    ["what it saw on its wires", { ...classified(1), seen: [{ layer: "conv1", bits: 32, values: {} }] }],
    ["records that are none", { ...classified(1), records: [{ path: "classify/1" }] }],
    ["a loss that is no number", { ...trained(1), loss: "0" }],
    ["a model of half a number", { type: "using", model: { ...info(1), number: 0.5 } }],
    ["a model below zero", { type: "using", model: { ...info(1), fraction: -1 } }],
    ["a model that saves something else", { type: "using", model: { ...info(1), saving: "time" } }],
    ["a training without its course", { ...training(1), course: {} }],
    ["a blame of no word", { type: "failed", reason: "no", role: { length: 1 } }],
    ["a step of no word", { type: "failed", reason: "no", step: ["a"] }],
    ["a kind that every object has", { type: "constructor" }],
    ["a kind that there is not", { type: "dance" }],
  ])("is not heard with %s", (_, shown) => {
    far.hear({ type: "event", tab: "t", session: "s", event: shown }, "guest", "alice");
    expect(heard).toEqual([]);
    expect(page.homeOf("t")).toBeUndefined();
  });

  test.each([
    { type: "call" },
    { type: "begin", tab: "t", session: "s", links: [] },
    { type: "command", tab: "t", command: { type: "garble" } },
    { type: "ended", tab: "t" },
    { type: "crash", tab: "t" },
    { type: "silo", tab: "t" },
    { type: "links", tab: "t", session: "s", links: [], place: 1 },
    { type: "session" },
    { type: "dismissed", tab: "t" },
    { type: "offer", tab: "t", role: "bob" },
    { type: "offer", role: "alice" },
    { type: "offer", tab: 3, role: "alice" },
  ])("may not say %j", (message) => {
    far.hear(message, "guest", "alice");
    expect(heard).toEqual([]);
  });

  test("who is a worker, or something that is no role, is not heard at all", () => {
    for (const claim of ["worker", "owner", "constructor", ""]) far.hear({ type: "offer", tab: "t", role: claim }, "guest", claim);
    expect(heard).toEqual([]);
  });

  test("may send anything, and nothing of it throws or gets through", () => {
    const said = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom("null", "[]", '{"type":"event"}', '{"type":"event","tab":"t","session":"s"}'),
    );
    fc.assert(
      fc.property(said, fc.constantFrom(...TAB_ROLES, "worker", "host"), (text, claim) => {
        far.hear(text, "guest", claim);
        expect(heard).toEqual([]);
      }),
    );
  });
});

describe("a guest's page", () => {
  beforeEach(() => {
    far = new PlayedFar();
    page = new ControlChannel("room", (message, claimed) => heard.push({ message, claimed }), far, true);
  });

  test("speaks with those elsewhere alone", async () => {
    const beside: Control[] = [];
    new ControlChannel("room", (message) => beside.push(message));
    page.send(offer("t", "alice"));
    await settled();
    expect(beside).toEqual([]);
    expect(far.said.map(({ message }) => message)).toEqual([offer("t", "alice")]);
  });

  const link = { role: "bob", peer: "p", name: "s/alice/bob" };
  test.each([
    { type: "call" },
    { type: "begin", tab: "t", session: "s", links: [link] },
    { type: "begin", tab: "t", session: "s", links: [] },
    { type: "command", tab: "t", command: { type: "garble" } },
    { type: "ended", tab: "t" },
    { type: "crash", tab: "t" },
    { type: "dismissed", tab: "t" },
  ])("hears of its host %j", (message) => {
    far.hear(message, "host's", "host");
    expect(heard).toEqual([{ message, claimed: "host" }]);
  });

  test.each([
    { type: "begin", tab: "t", session: "s" },
    { type: "begin", tab: "t", session: 1, links: [] },
    { type: "begin", tab: "t", session: "s", links: [null] },
    { type: "begin", tab: "t", session: "s", links: ["link"] },
    { type: "begin", tab: "t", session: "s", links: [{ ...link, role: 1 }] },
    { type: "begin", tab: "t", session: "s", links: [{ ...link, name: undefined }] },
    { type: "begin", session: "s", links: [link] },
    { type: "command", tab: "t" },
    { type: "command", tab: "t", command: null },
    { type: "command", tab: "t", command: "garble" },
    { type: "command", tab: "t", command: {} },
    { type: "ended" },
    { type: "offer", tab: "t", role: "alice" },
    { type: "links", tab: "t", session: "s", links: [], place: 1 },
    { type: "dance" },
  ])("does not take %j of its host", (message) => {
    far.hear(message, "host's", "host");
    expect(heard).toEqual([]);
  });
});

test("the roles that a tab can take are known by their names, and nothing else is", () => {
  for (const role of TAB_ROLES) expect(isTabRole(role)).toBe(true);
  for (const name of ["owner", "worker", "Alice", "", null, "toString"]) expect(isTabRole(name), String(name)).toBe(false);
});
