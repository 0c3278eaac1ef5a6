// A guest's tab that takes a role, as its host meets it. How a page and tabs of one browser meet is in parties.test.ts.

import { beforeEach, describe, expect, test, vi } from "vitest";

import type { PartyCommand, PartyEvent } from "../../wasm/sotto.js";
import { openPage, settled } from "../testing/browser";
import { PlayedFar } from "../testing/far";
import { forgetRoles, lastOf, type PlayedRole, rolesOf } from "../testing/roles";
import type { Control } from "./control";
import { PartyTab } from "./party-tab";

vi.mock("../roles/start", () => import("../testing/roles"));

let far: PlayedFar;
let tab: PartyTab;

const party = (): PlayedRole<PartyCommand, PartyEvent> => lastOf("party");
const said = <Type extends Control["type"]>(type: Type) =>
  far.said.map(({ message }) => message).filter((message): message is Extract<Control, { type: Type }> => message.type === type);
const name = () => said("offer")[0]?.tab ?? "";
const host = (message: object) => far.hear({ tab: name(), ...message }, "host's", "host");
const links = [
  { role: "bob", peer: "another", name: "s/alice/bob" },
  { role: "dealer", peer: "host's", name: "s/dealer/alice" },
];
const begin = (session = "s") => host({ type: "begin", session, links });

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  forgetRoles();
  openPage();
  far = new PlayedFar();
  tab = new PartyTab("alice", "room", () => {}, far);
  await settled();
});

test("it offers its role until a session begins, and after each", async () => {
  expect(said("offer")).toHaveLength(1);
  vi.advanceTimersByTime(4000);
  expect(said("offer")).toHaveLength(3);
  begin();
  vi.advanceTimersByTime(60_000);
  expect(said("offer")).toHaveLength(3);
  host({ type: "ended" });
  expect(tab.show.phase).toBe("searching");
  vi.advanceTimersByTime(2000);
  expect(said("offer")).toHaveLength(4);
});

describe("in a session", () => {
  beforeEach(() => begin());

  test("it runs its role, linked over the bridge to those that it speaks with", () => {
    expect(tab.show).toMatchObject({ phase: "working", sessions: 1 });
    expect(party().of("open")).toMatchObject([{ role: "alice", links: [{ role: "bob" }, { role: "dealer" }] }]);
    expect(far.laid.map(({ peer, name }) => [peer, name])).toEqual([
      ["another", "s/alice/bob"],
      ["host's", "s/dealer/alice"],
    ]);
    expect(party().handedOver).toHaveLength(2);
    expect(party().of("watch")).toHaveLength(1);
  });

  test("it takes only links over the bridge, whatever its host says", () => {
    host({ type: "begin", session: "t", links: [{ role: "dealer", inbox: "in", outbox: "out" }] });
    expect(party().of("open")).toMatchObject([{ links: [] }]);
  });

  test.each([
    ["watch", { type: "watch", on: false }, true],
    ["garble", { type: "garble" }, true],
    ["open", { type: "open", role: "bob", links: [] }, false],
    ["close", { type: "close" }, false],
    ["draw", { type: "draw" }, false],
  ])("of its host's commands it obeys %s: %s is %s", (_, command, obeys) => {
    const before = party().told.length;
    host({ type: "command", command });
    expect(party().told.slice(before)).toEqual(obeys ? [command] : []);
  });

  test("it tells its host what its role says, in that session alone", () => {
    const first = party();
    first.say({ type: "ready" });
    expect(said("event")).toMatchObject([{ tab: name(), session: "s", event: { type: "ready" } }]);
    begin("t");
    expect(first.ended).toBe(true);
    first.say({ type: "stock", batch: 1, label: false, count: 9, bytes: 9 });
    expect(said("event")).toHaveLength(1);
    expect(tab.show.stock).toBe(0);
  });

  test("it names why another guest has left: its host cannot see that link", async () => {
    far.leavers.left("another", "its line is cut");
    await settled();
    expect(said("event").at(-1)).toMatchObject({ event: { type: "failed", reason: "its line is cut" } });
    expect(tab.show).toMatchObject({ phase: "failed", reason: "its line is cut" });
  });

  test("it does not mourn a guest of a session that is over", async () => {
    host({ type: "ended" });
    far.leavers.left("another", "its line is cut");
    await settled();
    expect(said("event")).toEqual([]);
    expect(tab.show.phase).toBe("searching");
  });

  test("it ends its role without a word, as in a crash, when that is asked of it", () => {
    host({ type: "crash" });
    expect(party().ended).toBe(true);
    expect(said("event")).toEqual([]);
  });

  test("it lets go of all when its host is out of reach", () => {
    tab.lost();
    expect(party().ended).toBe(true);
    expect(tab.show.phase).toBe("searching");
  });
});

test("what is for another tab is nothing to it", () => {
  far.hear({ type: "begin", tab: "another", session: "s", links }, "host's", "host");
  expect(rolesOf("party")).toHaveLength(0);
});

test("once the role has gone elsewhere it takes part in nothing, until it is let in anew", () => {
  begin();
  host({ type: "dismissed" });
  expect(tab.show.phase).toBe("dismissed");
  expect(party().ended).toBe(true);
  begin("t");
  expect(rolesOf("party")).toHaveLength(1);
  const offers = said("offer").length;
  far.hear({ type: "call" }, "host's", "host");
  vi.advanceTimersByTime(10_000);
  tab.lost();
  expect(said("offer")).toHaveLength(offers);
  tab.entered();
  expect(said("offer")).toHaveLength(offers + 1);
});

test("a tab whose lock cannot be held says so", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  Object.assign(navigator, { locks: { request: () => Promise.reject(new Error("no locks here")) } });
  const other = new PartyTab("bob", "room", () => {}, new PlayedFar());
  await settled();
  expect(other.show.trouble).toBe("no locks here");
});
