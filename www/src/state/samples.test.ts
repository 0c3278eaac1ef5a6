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
