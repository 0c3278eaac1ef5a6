import { beforeEach, describe, expect, test, vi } from "vitest";

import type { WorkerCommand, WorkerEvent } from "../../wasm/sotto.js";
import { openPage } from "../testing/browser";
import { forgetRoles, rolesOf, type PlayedRole } from "../testing/roles";
import { Company } from "./company";

vi.mock("../roles/start", () => import("../testing/roles"));

const ATTACKS = [
  { name: "none", words: "is honest" },
  { name: "sign", words: "sends the opposite" },
];
const dials = (attack: string): WorkerEvent => ({ type: "dials", slow: 0, slowMax: 1, flaky: 0, attack, attacks: ATTACKS });
const state = (id: string): WorkerEvent => ({ type: "state", phase: "idle", id, room: "r" });
const masked: WorkerEvent = {
  type: "masked",
  round: 1,
  bits: 32,
  bytes: 4,
  firstMasks: [],
  part: new Uint32Array(1),
  masked: new Uint32Array(1),
};

const workers = (): PlayedRole<WorkerCommand, WorkerEvent>[] => rolesOf("worker");
const worker = (index: number) => {
  const found = workers()[index];
  if (!found) throw new Error(`there is no worker ${index}`);
  return found;
};
const warn = vi.fn<(text: string) => void>();

/** The company of a page at this address. */
function companyAt(query: string): Company {
  forgetRoles();
  openPage(`https://sotto.example/${query}`);
  return new Company(warn, () => {});
}

beforeEach(() => warn.mockClear());

test("workers join the room of the address, each under a name that it has again after a reload", () => {
  const company = companyAt("?room=a");
  company.start(2);
  company.start(1);
  expect(company.size).toBe(3);
  const opened = workers().flatMap((one) => one.of("open"));
  expect(opened.map(({ query }) => query)).toEqual(["?room=a", "?room=a", "?room=a"]);
  const names = opened.map(({ tab }) => tab);
  expect(new Set(names).size).toBe(3);
  companyAfterReload();
  expect(
    workers()
      .slice(3)
      .flatMap((one) => one.of("open"))
      .map(({ tab }) => tab),
  ).toEqual(names);

  function companyAfterReload() {
    new Company(warn, () => {}).start(3);
  }
});

describe("who attacks", () => {
  test.each([
    ["", [undefined, undefined, undefined]],
    ["?attackers=none", [undefined, undefined, undefined]],
    ["?attackers=sign", ["sign", undefined, undefined]],
    ["?attackers=sign:2", ["sign", "sign", undefined]],
    ["?attackers=sign:9", ["sign", "sign", "sign"]],
    ["?attackers=sign:0", [undefined, undefined, undefined]],
    ["?attackers=sign:-1", [undefined, undefined, undefined]],
    ["?attackers=sign:two", [undefined, undefined, undefined]],
    ["?attackers=sign:2:3", ["sign", "sign", undefined]],
  ])("%s", (query, expected) => {
    companyAt(query).start(3);
    expect(workers().map((one) => one.of("dial").at(-1)?.value)).toEqual(expected);
  });

  test("is said in words, as long as they do", () => {
    const company = companyAt("?attackers=sign:2");
    company.start(3);
    worker(0).say(dials("sign"));
    worker(1).say(dials("sign"));
    worker(2).say(dials("none"));
    expect(company.attackers).toEqual(["sends the opposite", "sends the opposite"]);
    location.search = "";
    company.turn();
    expect(workers().map((one) => one.of("dial").at(-1)?.value)).toEqual(["none", "none", undefined]);
    worker(0).say(dials("none"));
    expect(company.attackers).toEqual(["sends the opposite"]);
    expect(warn).not.toHaveBeenCalled();
  });

  test.each(["sign:two", "sign:", "sign:-1", "sign:1.5"])("is not understood from %s, which is told", (attackers) => {
    companyAt(`?attackers=${attackers}`).start(2);
    worker(0).say(dials("none"));
    worker(1).say(dials("none"));
    expect(warn).toHaveBeenCalledExactlyOnceWith("attackers is sign, a colon and how many, such as attackers=sign:2");
  });

  test("by an attack that there is not is told, with those that there are", () => {
    companyAt("?attackers=lie:2").start(2);
    worker(0).say(dials("none"));
    worker(1).say(dials("none"));
    expect(warn).toHaveBeenCalledExactlyOnceWith("attackers is sign, a colon and how many, such as attackers=sign:2");
  });
});

describe("what goes wrong with a worker", () => {
  test("is told on the page if it failed, and in the console if it is the worker's own", () => {
    const log = vi.spyOn(console, "warn").mockImplementation(() => {});
    companyAt("").start(1);
    worker(0).say({ type: "failed", reason: "no memory" });
    expect(warn).toHaveBeenCalledExactlyOnceWith("A worker in this page failed: no memory");
    worker(0).say({ type: "notice", level: "info", text: "hello" });
    expect(warn).toHaveBeenCalledOnce();
    expect(log).toHaveBeenCalledOnce();
  });

  test("is told once while its digits cannot be fetched, and once more after they could", () => {
    companyAt("").start(2);
    const unfetched: WorkerEvent = { type: "unfetched", reason: "404" };
    worker(0).say(unfetched);
    worker(0).say(unfetched);
    expect(warn).toHaveBeenCalledTimes(1);
    worker(1).say(unfetched);
    expect(warn).toHaveBeenCalledTimes(2);
    worker(0).say({
      type: "shard",
      source: "mnist",
      digits: 1,
      histogram: [],
      bytes: 1,
      sample: new Uint8Array(),
      labels: new Uint8Array(),
    });
    worker(0).say(unfetched);
    expect(warn).toHaveBeenCalledTimes(3);
  });
});

test("what a worker here sent under its masks is found by its name in the room", () => {
  const company = companyAt("");
  company.start(2);
  worker(0).say(state("a"));
  worker(1).say(state("b"));
  worker(1).say(masked);
  expect(company.sentBy("b")?.round).toBe(1);
  expect(company.sentBy("a")).toBeUndefined();
  expect(company.sentBy("elsewhere")).toBeUndefined();
});

test("all end together", () => {
  const company = companyAt("");
  company.start(3);
  company.end();
  expect(workers().map(({ ended }) => ended)).toEqual([true, true, true]);
});
