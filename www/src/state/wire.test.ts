import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { WireRecord } from "../../wasm/sotto.js";
import { record } from "../testing/events";
import { belongs, LINKS, messages, over, type WireMessage } from "./wire";

describe("a path says to which layer a message belongs", () => {
  test.each([
    ["classify/17/share", "input"],
    ["classify/17/conv1/open", "conv1"],
    ["classify/17/answer", "answer"],
    ["step/3/share", "share"],
    ["step/3/fc1/open", "fc1"],
    ["model/2", ""],
    ["classify", ""],
    ["classify/", ""],
    ["", ""],
    ["///", ""],
  ])("%j: %j", (path, layer) => {
    expect(messages({ records: [record(path, 0)] })).toMatchObject([{ path, layer }]);
  });

  test("and only those of a classification belong to a layer that is looked at", () => {
    const [open, step, model] = messages({
      records: [record("classify/1/conv1/open", 0), record("step/1/conv1/open", 1), record("model/2/conv1", 2)],
    }) as [WireMessage, WireMessage, WireMessage];
    expect(belongs(open, "conv1")).toBe(true);
    expect(belongs(open, "conv2")).toBe(false);
    expect(belongs(open, "")).toBe(false);
    expect(belongs(step, "conv1")).toBe(false);
    expect(belongs(model, "conv1")).toBe(false);
    expect(belongs({ ...model, layer: "" }, "")).toBe(false);
  });
});

describe("the messages of one classification", () => {
  const alice = {
    number: 4,
    records: [
      record("deal/4", 10, { peer: "dealer", way: "received", bytes: 100 }),
      record("classify/4/share", 20, { peer: "client", way: "received", bytes: 8 }),
      record("classify/4/conv1/open", 31, { peer: "bob", way: "sent", bytes: 3 }),
      record("classify/4/conv1/open", 32, { peer: "bob", way: "received", bytes: 3 }),
    ],
  };
  const bob = {
    number: 4,
    records: [
      record("classify/4/share", 21, { peer: "client", way: "received", bytes: 8 }),
      record("classify/4/conv1/open", 30, { peer: "alice", way: "sent", bytes: 3 }),
      record("classify/4/answer", 40, { peer: "client", way: "sent", bytes: 5 }),
    ],
  };

  test("are in the order of time, each once, from when the drawing came", () => {
    expect(messages(alice, bob).map(({ from, to, after }) => `${from} to ${to} after ${after}`)).toEqual([
      "dealer to alice after -10",
      "client to alice after 0",
      "client to bob after 1",
      "alice to bob after 11",
      "bob to alice after 12",
      "bob to client after 20",
    ]);
  });

  test("are alice's alone as long as bob tells of another one", () => {
    expect(messages(alice, { ...bob, number: 3 })).toEqual(messages(alice));
    expect(messages(undefined, undefined)).toEqual([]);
  });

  test("are all counted over the links that there are", () => {
    const all = messages(alice, bob);
    expect(LINKS.map((ends) => over(all, ends))).toEqual([8, 13, 6, 100, 0, 0, 0]);
    const sum = LINKS.reduce((bytes, ends) => bytes + over(all, ends), 0);
    expect(sum).toBe(all.reduce((bytes, message) => bytes + message.bytes, 0));
    for (const [one, other] of LINKS) expect(over(all, [other, one])).toBe(over(all, [one, other]));
  });

  test("are as many as were recorded, whatever their paths and times", () => {
    const any: fc.Arbitrary<WireRecord> = fc.record({
      path: fc.string(),
      peer: fc.constantFrom("dealer", "client", "owner"),
      way: fc.constantFrom("sent", "received"),
      bytes: fc.nat(),
      at: fc.integer(),
    });
    fc.assert(
      fc.property(fc.array(any), fc.array(any), (mine, theirs) => {
        const all = messages({ records: mine }, { records: theirs });
        expect(all).toHaveLength(mine.length + theirs.length);
        const times = all.map(({ after }) => after);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });
});
