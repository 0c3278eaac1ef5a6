import fc from "fast-check";
import { expect, test } from "vitest";

import { peaks, shades } from "./heat";

const values = fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 200 });

test("each cell shows the largest of its stretch, with its sign", () => {
  expect([...peaks(Float32Array.of(1, -3, 2, 0, 0, 5), 3)]).toEqual([-3, 2, 5]);
  expect([...peaks(Float32Array.of(1, 2), 4)]).toEqual([1, 0, 2, 0]);
  expect([...peaks(new Float32Array(0), 2)]).toEqual([0, 0]);
});

test("peaks are values that were there, and the largest of all is among them", () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 50 }), (all, cells) => {
      const found = peaks(all, cells);
      expect(found).toHaveLength(cells);
      const largest = (some: Float32Array) => some.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest(found)).toBe(largest(all));
      for (const value of found) expect(value === 0 || all.includes(value)).toBe(true);
    }),
  );
});

test("shades are between -1 and 1, in the order of the values, and nothing is nothing", () => {
  expect([...shades(Float32Array.of(0, 0))]).toEqual([0, 0]);
  expect([...shades(Float32Array.of(4, -1, 0))]).toEqual([1, -0.5, 0]);
  fc.assert(
    fc.property(values, (all) => {
      const sorted = all.toSorted();
      const shown = shades(sorted);
      expect(shown.every((shade) => Math.abs(shade) <= 1)).toBe(true);
      expect([...shown]).toEqual([...shown.toSorted()]);
    }),
  );
});
