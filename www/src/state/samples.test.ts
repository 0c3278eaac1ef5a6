import { expect, test } from "vitest";

import { PAD_SIZE, PEN_WIDTH } from "./drawing";
import { sample, SAMPLES } from "./samples";

test("there is a sample of each digit", () => {
  expect(SAMPLES).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(sample(10)).toEqual([]);
});

test.each(SAMPLES)("the %d is drawn inside of the pad, in lines without gaps", (digit) => {
  const strokes = sample(digit);
  expect(strokes.length).toBeGreaterThan(0);
  for (const stroke of strokes) {
    expect(stroke.length).toBeGreaterThan(1);
    for (const [x, y, pressure] of stroke) {
      expect(Math.min(x, y)).toBeGreaterThan(PEN_WIDTH / 2);
      expect(Math.max(x, y)).toBeLessThan(PAD_SIZE - PEN_WIDTH / 2);
      expect(pressure).toBe(1);
    }
  }
});

test("the 0 is closed, and as wide and high as it should be", () => {
  const [stroke = []] = sample(0);
  const [xs, ys] = [stroke.map(([x]) => x), stroke.map(([, y]) => y)];
  const box = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  expect(box.map((edge) => Math.round((100 * edge) / PAD_SIZE))).toEqual([30, 70, 17, 83]);
  const [first, last] = [stroke.at(0), stroke.at(-1)];
  expect(first?.map(Math.round)).toEqual(last?.map(Math.round));
  // It begins at the top, and an arc of a whole turn has a point for each 32nd.
  expect(first?.map(Math.round)).toEqual([140, 48, 1]);
  expect(stroke).toHaveLength(33);
});
