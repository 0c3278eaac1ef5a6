import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { AggregatorEvent } from "../../wasm/sotto.js";
import { evaluated, member, model, opened, setting, state } from "../testing/events";
import { frozen } from "../testing/frozen";
import { BEFORE, current, lacking, latest, reduce, reports, settingOf, type Show } from "./show";

const after = (events: AggregatorEvent[], from = BEFORE): Show => events.reduce((show, event) => reduce(frozen(show), event), from);

const masked = (worker: string): AggregatorEvent => ({
  type: "masked",
  worker,
  bits: 32,
  elements: Uint32Array.of(1),
  sum: Uint32Array.of(2),
});
const summed: AggregatorEvent = { type: "summed", round: 1, bits: 32, survivors: ["a"], elements: Uint32Array.of(2), openings: [] };
const recovered = (round: number, worker?: string): AggregatorEvent => ({
  type: "recovered",
  round,
  pixels: Uint8Array.of(1),
  label: 7,
  ...(worker !== undefined && { worker }),
});
const figure = { epsilon: 1, guess: 60, words: "1" };
const privacy: AggregatorEvent = {
  type: "privacy",
  kind: "central",
  population: 10,
  delta: 1e-5,
  clip: 1,
  planned: { rounds: 10, tries: 10, model: figure, aggregator: figure },
};
const notice = (text: string, worker?: string): AggregatorEvent => ({
  type: "notice",
  level: "warning",
  text,
  ...(worker !== undefined && { worker }),
});
const history = (round: number) => ({ round, accuracy: 50, loss: 1, bytesUp: 1, bytesDown: 1, workers: 3, seconds: 1 });

const EVERY: AggregatorEvent[] = [
  opened("a"),
  { type: "resumed", round: 2, history: [history(0), history(1), history(2)] },
  { type: "resumed", round: 0, origin: "first", history: [] },
  { type: "kept", round: 1 },
  { type: "unkept", reason: "full" },
  { type: "occupied", room: "a" },
  { type: "refused", problems: [{ setting: "rounds", text: "is too large" }] },
  state([member("a", 0)]),
  state([member("b", 1)], { round: 2, attempt: 1 }),
  model(1),
  evaluated(0),
  evaluated(1),
  evaluated(2),
  masked("a"),
  summed,
  privacy,
  recovered(1, "a"),
  recovered(1),
  notice("left", "a"),
  notice("left"),
  { type: "failed", reason: "no memory" },
];

test("whatever comes in whatever order, there is something to show, and the curve is in the order of rounds", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVERY), { maxLength: 120 }), (events) => {
      const show = after(events);
      const rounds = show.curve.map(({ round }) => round);
      expect(rounds).toEqual([...new Set(rounds)].toSorted((a, b) => a - b));
      const ids = show.notices.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeLessThanOrEqual(50);
      const numbers = [current(show), ...show.past].map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(show.past.length).toBeLessThanOrEqual(20);
      expect(lacking(show)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200 },
  );
});

describe("a run", () => {
  const one = [opened("a", [setting("seed", "1", "0")]), model(1), evaluated(0), evaluated(1), masked("a"), summed, recovered(1), privacy];

  test("begins with nothing that was measured in the one before", () => {
    const show = after([opened("a"), { type: "resumed", round: 0, origin: "saved", history: [] }, ...one.slice(1), opened("a")]);
    for (const name of ["model", "origin", "tested", "sum", "attack", "privacy"] as const) expect(show[name], name).toBeUndefined();
    expect(show.curve).toEqual([]);
    expect(show.room).toBe("ours");
  });

  test("that got anywhere is kept to compare with, the newest first", () => {
    const show = after([...one, opened("a", [setting("seed", "2", "0")]), evaluated(0), evaluated(1), evaluated(2), opened("a")]);
    expect(show.past.map(({ number, settings, curve }) => ({ number, settings, rounds: curve.length }))).toEqual([
      { number: 2, settings: { seed: "2" }, rounds: 3 },
      { number: 1, settings: { seed: "1" }, rounds: 2 },
    ]);
    expect(current(show)).toMatchObject({ number: 3, curve: [] });
  });

  test("that was only begun is not", () => {
    expect(after([opened("a"), evaluated(0), opened("a")]).past).toEqual([]);
  });

  test("of many keeps the last twenty, and their numbers", () => {
    const show = after(Array.from({ length: 30 }, () => [opened("a"), evaluated(1)]).flat());
    expect(show.past).toHaveLength(20);
    expect(show.past.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => 29 - index));
    expect(current(show).number).toBe(30);
  });

  test("that is measured once more at the same round has the new figure", () => {
    const show = after([opened("a"), evaluated(2, 50), evaluated(1, 40), evaluated(2, 60)]);
    expect(show.curve.map(({ round, accuracy }) => [round, accuracy])).toEqual([
      [1, 40],
      [2, 60],
    ]);
    expect(latest(show)).toMatchObject({ round: 2, accuracy: 60, bytesUp: 20, bytesDown: 40 });
    expect(show.tested).toMatchObject({ round: 2, pens: 59 });
    expect(latest(BEFORE)).toBeUndefined();
  });

  test("that was kept goes on with its curve, and says so", () => {
    const show = after([opened("a"), { type: "resumed", round: 2, history: [history(1), history(2)] }]);
    expect(show.curve).toHaveLength(2);
    expect(show.notices[0]).toMatchObject({ level: "info", text: "resumed at round 2" });
    expect(show.origin).toBeUndefined();
    const library = after([opened("a"), { type: "resumed", round: 0, origin: "Ada’s", history: [] }]);
    expect(library.notices[0]?.text).toBe("the run begins with “Ada’s” from the library");
    expect(library.origin).toBe("Ada’s");
  });

  test("is kept, or is not, as was said last", () => {
    expect(after([{ type: "unkept", reason: "full" }, { type: "kept" }]).keeping).toEqual({ kept: true });
    expect(after([{ type: "kept", round: 3 }]).keeping).toEqual({ kept: true, round: 3 });
    expect(
      after([
        { type: "kept", round: 3 },
        { type: "unkept", reason: "full" },
      ]).keeping,
    ).toEqual({ kept: false, reason: "full" });
  });
});

describe("what settings are refused", () => {
  const refused: AggregatorEvent = { type: "refused", problems: [{ setting: "rounds", text: "is too large" }] };

  test("in the page's address is told as long as its first run goes on", () => {
    const first = after([refused, opened("a")]);
    expect(first).toMatchObject({ misread: refused.problems, problems: [] });
    expect(after([opened("a")], first)).toMatchObject({ misread: [], problems: [] });
  });

  test("in a field is told until a run begins", () => {
    const show = after([opened("a"), refused]);
    expect(show).toMatchObject({ misread: [], problems: refused.problems });
    expect(after([opened("a")], show).problems).toEqual([]);
  });
});

describe("notices", () => {
  test("name the worker's place, even of one that has left", () => {
    const show = after([state([member("a", 3)]), state([]), notice("left", "a"), notice("left", "b"), notice("all fine")]);
    expect(show.notices.map(({ slot }) => slot)).toEqual([undefined, undefined, 3]);
    expect(show.notices.map(({ id }) => id)).toEqual([3, 2, 1]);
  });

  test("are the last fifty, and no two have the same number", () => {
    const show = after(Array.from({ length: 70 }, (_, n) => notice(`${n}`)));
    expect(show.notices.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, n) => `${69 - n}`));
    expect(show.notices[0]?.id).toBe(70);
  });
});

describe("a secure sum", () => {
  test("is of one try of one round", () => {
    const round = state([], { round: 4, attempt: 0 });
    const again = state([], { round: 4, attempt: 1 });
    const show = after([round, masked("a"), masked("b"), summed]);
    expect(show.sum).toMatchObject({ key: "5/0", arrived: [{ worker: "a" }, { worker: "b" }], summed: { round: 1 } });
    expect(after([again, masked("c")], show).sum).toMatchObject({ key: "5/1", arrived: [{ worker: "c" }] });
    expect(after([again, masked("c")], show).sum?.summed).toBeUndefined();
  });

  test("that nobody sent to is none", () => {
    expect(after([summed]).sum).toBeUndefined();
  });

  test.each<[string, AggregatorEvent[], number]>([
    ["off", [opened("a", [setting("secagg", "off")]), state([])], 0],
    ["on, with nobody", [opened("a", [setting("secagg", "on")]), state([])], 3],
    ["on, with two", [opened("a", [setting("secagg", "on")]), state([member("a", 0), member("b", 1)])], 1],
    ["on, with three", [opened("a", [setting("secagg", "on")]), state([0, 1, 2].map((n) => member(`${n}`, n)))], 0],
    ["on, one of three away", [opened("a", [setting("secagg", "on")]), state([member("a", 0), member("b", 1), member("c", 2, "away")])], 1],
    ["on, a cohort of five", [opened("a", [setting("secagg", "on"), setting("threshold", "0"), setting("cohort", "5")]), state([])], 5],
    ["on, a threshold of four", [opened("a", [setting("secagg", "on"), setting("threshold", "4"), setting("cohort", "0")]), state([])], 4],
    ["unknown, before there is a run", [], 0],
  ])("%s", (_, events, expected) => {
    const settings = opened("a", [setting("threshold", "0"), setting("cohort", "0")]).settings;
    const whole = events.map((event) => (event.type === "opened" ? { ...event, settings: [...event.settings, ...settings] } : event));
    expect(lacking(after(whole))).toBe(expected);
  });
});

test("an attack shows one picture a worker, and one of the sum, of the newest round", () => {
  const show = after([recovered(1, "a"), recovered(1, "b"), recovered(1), recovered(1, "a")]);
  expect(show.attack?.pictures.map(({ worker }) => worker)).toEqual(["b", undefined, "a"]);
  expect(after([recovered(2, "b")], show).attack).toMatchObject({ round: 2, pictures: [{ worker: "b" }] });
});

test("reports are those that are in, of those wanted", () => {
  const workers = [member("a", 0, "reported"), member("b", 1, "training"), member("c", 2, "reported")];
  expect(reports(state(workers, { target: 3 }))).toEqual({ here: 2, wanted: 3 });
});

test("a setting is found by its name", () => {
  const show = after([opened("a", [setting("seed", "7")])]);
  expect(settingOf(show, "seed")).toBe("7");
  expect(settingOf(show, "none")).toBeUndefined();
  expect(settingOf(BEFORE, "seed")).toBeUndefined();
});
