import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { prediction } from "../testing/events";
import {
  answered,
  asked,
  begin,
  BLANK,
  erased,
  PAD_SIZE,
  question,
  reading,
  revise,
  unanswered,
  undo,
  type Drawing,
  type Point,
  type Stroke,
} from "./drawing";

const LINE: Stroke = [
  [0, 100, 1],
  [200, 100, 0.5],
];
const drawn = (...strokes: Stroke[]) => revise(begin(BLANK), strokes);

const coordinate = fc.double({ min: 0, max: PAD_SIZE, noNaN: true });
const point = fc.tuple(coordinate, coordinate, fc.double({ min: 0.5, max: 1.5, noNaN: true })) as fc.Arbitrary<Point>;
const strokes = fc.array(fc.array(point, { minLength: 1, maxLength: 5 }), { maxLength: 3 });

describe("undo", () => {
  test("takes back what was done, one by one, until nothing was", () => {
    fc.assert(
      fc.property(fc.array(strokes, { maxLength: 10 }), (deeds) => {
        const states = [BLANK];
        for (const deed of deeds) states.push(revise(begin(states.at(-1) ?? BLANK), deed));
        let drawing = states.at(-1) ?? BLANK;
        for (const before of states.slice(0, -1).reverse()) {
          const { id } = drawing;
          drawing = undo(drawing);
          expect(drawing.strokes).toEqual(before.strokes);
          // It is another drawing, to be read anew.
          expect(drawing.id).toBe(id + 1);
        }
        expect(undo(drawing)).toBe(drawing);
      }),
    );
  });

  test("goes back fifty deeds and no further", () => {
    let drawing = BLANK;
    for (let n = 1; n <= 60; n += 1) drawing = revise(begin(drawing), [[[n, 0, 1]]]);
    for (let n = 0; n < 70; n += 1) drawing = undo(drawing);
    expect(drawing.strokes).toEqual([[[10, 0, 1]]]);
  });
});

describe("an eraser", () => {
  test("in the middle of a line leaves its two ends", () => {
    const pieces = erased([LINE], [100, 100, 1], 20);
    expect(pieces.map((piece) => piece.map(([x]) => x)).map((xs) => [xs.at(0), xs.at(-1)])).toEqual([
      [0, 80],
      [120, 200],
    ]);
    expect(pieces.flat().every(([, y]) => y === 100)).toBe(true);
  });

  test("over all of it leaves nothing", () => {
    expect(erased([LINE], [100, 100, 1], 500)).toEqual([]);
    expect(erased([], [100, 100, 1], 500)).toEqual([]);
  });

  test("beside a stroke leaves it as it is", () => {
    expect(erased([LINE], [100, 200, 1], 20)).toEqual([LINE]);
  });

  test("leaves no point within its reach, and moves none", () => {
    fc.assert(
      fc.property(strokes, point, fc.double({ min: 1, max: 100, noNaN: true }), (before, at, radius) => {
        const after = erased(before, at, radius);
        const [u, v] = at;
        const originals = before.flat();
        const kept = after.flat();
        for (const [x, y] of kept) {
          // The line between two points far from it may pass by: it is not drawn within reach of any point of it.
          expect(Math.hypot(x - u, y - v)).toBeGreaterThanOrEqual(radius);
        }
        const isThere = ([x, y]: Point) => kept.some(([a, b]) => Math.hypot(x - a, y - b) < 1e-9);
        for (const [x, y, pressure] of originals) {
          if (Math.hypot(x - u, y - v) >= radius) expect(isThere([x, y, pressure])).toBe(true);
        }
      }),
    );
  });
});

describe("questions", () => {
  test("are one at a time, of the newest drawing, with what is asked of the reader", () => {
    expect(question(BLANK, "shares", false)).toBeUndefined();
    const first = drawn(LINE);
    expect(question(first, "clear", true)).toMatchObject({ type: "draw", id: 1, strokes: [LINE], reader: "clear", label: true });
    const waiting = revise(asked(first, 1), [LINE, LINE]);
    expect(question(waiting, "shares", false)).toBeUndefined();
    const late = answered(waiting, prediction(1));
    expect(question(late, "shares", false)).toMatchObject({ id: 2, strokes: [LINE, LINE] });
    expect(question(answered(asked(late, 2), prediction(2)), "shares", false)).toBeUndefined();
  });

  test("that cannot be answered are not asked again, until the drawing changes", () => {
    const given = unanswered(asked(drawn(LINE), 1), 1, "too long");
    expect(given.problem).toEqual({ id: 1, reason: "too long" });
    expect(question(given, "shares", false)).toBeUndefined();
    const next = revise(given, [LINE]);
    expect(question(next, "shares", false)?.id).toBe(2);
    expect(answered(asked(next, 2), prediction(2)).problem).toBeUndefined();
  });
});

describe("the pad reads", () => {
  const first = answered(asked(drawn(LINE), 1), prediction(1, { digit: 3 }));
  test.each<[string, Drawing, ReturnType<typeof reading>]>([
    ["nothing while it is empty", BLANK, { state: "empty" }],
    ["nothing once it is empty again", revise(first, []), { state: "empty" }],
    ["that it computes, before the first answer", drawn(LINE), { state: "computing" }],
    ["a digit", first, { state: "done", digit: 3 }],
    ["the last digit while the next is computed", revise(first, [LINE, LINE]), { state: "computing", digit: 3 }],
    ["that it computes, where the last could not be read", revise(unanswered(first, 1, "no"), [LINE]), { state: "computing" }],
  ])("%s", (_, drawing, expected) => {
    expect(reading(drawing)).toEqual(expected);
  });
});
