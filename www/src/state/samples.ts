// One drawing of each digit, for those who cannot or would not draw.

import { PAD_SIZE, type Stroke } from "./drawing";

type Point = [number, number];

const TURN = 2 * Math.PI;

/** A piece of an ellipse; angles in turns, clockwise from the right. */
function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): Point[] {
  const steps = Math.ceil(32 * Math.abs(to - from));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = TURN * (from + ((to - from) * step) / steps);
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
}

/** Strokes in a unit square. */
const DIGITS: Point[][][] = [
  [arc(0.5, 0.5, 0.2, 0.33, -0.25, 0.75)],
  [
    [
      [0.44, 0.25],
      [0.53, 0.17],
      [0.5, 0.83],
    ],
  ],
  [[...arc(0.48, 0.34, 0.19, 0.17, -0.45, 0.08), [0.3, 0.8], [0.72, 0.8]]],
  [[...arc(0.46, 0.33, 0.18, 0.16, -0.42, 0.22), ...arc(0.46, 0.66, 0.21, 0.17, -0.22, 0.42)]],
  [
    [
      [0.36, 0.18],
      [0.3, 0.52],
      [0.7, 0.5],
    ],
    [
      [0.64, 0.2],
      [0.6, 0.84],
    ],
  ],
  [[[0.68, 0.19], [0.4, 0.19], [0.36, 0.45], ...arc(0.46, 0.62, 0.2, 0.2, -0.3, 0.38)]],
  [[[0.6, 0.17], [0.42, 0.38], ...arc(0.5, 0.65, 0.17, 0.18, -0.55, 0.5)]],
  [
    [
      [0.29, 0.22],
      [0.71, 0.2],
      [0.58, 0.48],
      [0.46, 0.83],
    ],
  ],
  [[...arc(0.5, 0.34, 0.16, 0.16, 0.25, -0.75), ...arc(0.5, 0.67, 0.19, 0.17, -0.25, 0.75)]],
  [[...arc(0.5, 0.36, 0.17, 0.17, 0, -1), [0.66, 0.5], [0.6, 0.84]]],
];

/** The sample's strokes in the pad's pixels. */
export const sample = (digit: number): Stroke[] =>
  (DIGITS[digit] ?? []).map((stroke) => stroke.map(([x, y]) => [x * PAD_SIZE, y * PAD_SIZE, 1]));

export const SAMPLES = DIGITS.map((_, digit) => digit);
