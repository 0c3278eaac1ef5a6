import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { WorkerEvent } from "../../wasm/sotto.js";
import { frozen } from "../testing/frozen";
import { NOTHING, reduceLocal, type LocalShow } from "./local";

const after = (events: WorkerEvent[], from = NOTHING): LocalShow => events.reduce((show, event) => reduceLocal(frozen(show), event), from);

const shard: WorkerEvent = {
  type: "shard",
  source: "mnist",
  digits: 100,
  histogram: [],
  bytes: 1,
  sample: new Uint8Array(),
  labels: new Uint8Array(),
};
const progress = (round: number, step: number): WorkerEvent => ({ type: "progress", round, epoch: 1, step, steps: 50, loss: 1 / step });
const sent = (round: number): WorkerEvent => ({
  type: "sent",
  round,
  digits: 100,
  bytes: 1,
  norm: 1,
  loss: 1,
  millis: 1,
  secure: true,
  update: new Float32Array(1),
});
const masked = (round: number): WorkerEvent => ({
  type: "masked",
  round,
  bits: 32,
  bytes: 1,
  firstMasks: [],
  part: new Uint32Array(1),
  masked: new Uint32Array(1),
});
const resumed = (round: number, step: number): WorkerEvent => ({ type: "resumed", round, step });
const accuracy = (round: number, correct = 1): WorkerEvent => ({ type: "ownAccuracy", round, correct, count: 2 });
const state: WorkerEvent = { type: "state", phase: "idle", id: "a", room: "r" };
const dials: WorkerEvent = { type: "dials", slow: 0, slowMax: 1, flaky: 0, attack: "none", attacks: [] };
const eligibility: WorkerEvent = { type: "eligibility", willing: true, paused: false, gates: [] };
const notice = (text: string): WorkerEvent => ({ type: "notice", level: "info", text });

const EVERY: WorkerEvent[] = [
  shard,
  state,
  dials,
  eligibility,
  { type: "unfetched", reason: "404" },
  { type: "handwriting", labels: new Uint8Array(), images: new Uint8Array(), copies: 1, digits: 1 },
  { type: "handwritingFile", text: "" },
  { type: "renamed", tab: "t" },
  { type: "varied", images: new Uint8Array(), labels: new Uint8Array() },
  ...[1, 2].flatMap((round) => [progress(round, 5), progress(round, 20), sent(round), masked(round), resumed(round, 10), accuracy(round)]),
  notice("hello"),
  { type: "failed", reason: "no memory" },
];

test("whatever comes in whatever order, steps never go back within a run, and readings are in the order of rounds", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVERY), { maxLength: 100 }), (events) => {
      let show = NOTHING;
      for (const event of events) {
        const next = after([event], show);
        if (event.type !== "shard") expect(next.steps).toBeGreaterThanOrEqual(show.steps);
        show = next;
      }
      const rounds = show.readings.map(({ round }) => round);
      expect(rounds).toEqual([...new Set(rounds)].toSorted((a, b) => a - b));
      expect(new Set(show.notices.map(({ id }) => id)).size).toBe(show.notices.length);
      expect(show.notices.length).toBeLessThanOrEqual(20);
    }),
  );
});

describe("steps", () => {
  test.each<[string, WorkerEvent[], number]>([
    ["of one round, told now and then", [progress(1, 10), progress(1, 30), progress(1, 50)], 50],
    ["of two rounds", [progress(1, 50), sent(1), progress(2, 20)], 70],
    ["of a round that was cut off, and the next", [progress(1, 30), progress(2, 20)], 50],
    ["of a round that is tried again from its start", [progress(1, 30), progress(1, 10)], 40],
    ["of a round that was taken up in the middle", [resumed(1, 30), progress(1, 40)], 10],
    ["of a round that was taken up, as it goes on", [resumed(1, 30), progress(1, 40), progress(1, 50)], 20],
    [
      "of a round that was taken up, and then tried again from its start",
      [resumed(1, 30), progress(1, 40), progress(1, 10), progress(1, 40)],
      50,
    ],
    ["of the round after one that was taken up", [resumed(1, 30), progress(1, 50), sent(1), progress(2, 50)], 70],
  ])("%s", (_, events, steps) => {
    const show = after(events);
    expect(show.steps).toBe(steps);
    expect(show.losses.at(-1)?.step).toBe(steps);
  });

  test("are kept as a curve that does not grow without end, and keeps its first and last", () => {
    const show = after(Array.from({ length: 5000 }, (_, n) => progress(n, 1)));
    expect(show.steps).toBe(5000);
    expect(show.losses.length).toBeLessThanOrEqual(1200);
    expect(show.losses.length).toBeGreaterThanOrEqual(600);
    expect(show.losses[0]?.step).toBe(1);
    const steps = show.losses.map(({ step }) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });
});

test("a new shard is a new run: what the last one measured goes, who and how this worker is stays", () => {
  const before = after([state, dials, eligibility, notice("hello"), ...EVERY.filter(({ type }) => type !== "state" && type !== "notice")]);
  const { type: _, ...digits } = shard;
  expect(after([shard], before)).toEqual({
    ...NOTHING,
    state: before.state,
    dials: before.dials,
    eligibility: before.eligibility,
    notices: before.notices,
    shard: digits,
  });
  expect(after([shard])).toEqual({ ...NOTHING, shard: digits });
});

test("digits that could not be fetched are no trouble once they are there", () => {
  expect(after([{ type: "unfetched", reason: "404" }]).unfetched).toBe("404");
  expect(after([{ type: "unfetched", reason: "404" }, shard]).unfetched).toBeUndefined();
});

test("what is sent ends the round: its masks are to come", () => {
  const show = after([masked(1), resumed(1, 3), sent(2)]);
  expect(show).toMatchObject({ updates: 1, sent: { round: 2 } });
  expect(show.masked).toBeUndefined();
  expect(show.resumed).toBeUndefined();
  expect(after([sent(2), masked(2)]).masked?.round).toBe(2);
});

test("a round that is tried again is read once, with its last reading", () => {
  const show = after([accuracy(1), accuracy(2), accuracy(3), accuracy(2, 0)]);
  expect(show.readings).toEqual([
    { round: 1, correct: 1, count: 2 },
    { round: 2, correct: 0, count: 2 },
  ]);
  const many = after(Array.from({ length: 300 }, (_, round) => accuracy(round)));
  expect(many.readings.map(({ round }) => round)).toEqual(Array.from({ length: 200 }, (_, n) => 100 + n));
});

test("notices are the last twenty, the newest first", () => {
  const show = after(Array.from({ length: 25 }, (_, n) => notice(`${n}`)));
  expect(show.notices.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => `${24 - n}`));
});
