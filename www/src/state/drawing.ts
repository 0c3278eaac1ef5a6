// The drawing on the pad and what is known about it.

import type { ClientCommand, ClientEvent, Reader } from "../../wasm/sotto.js";

/** A place on the pad, and by how much the pen is wider or thinner there. */
export type Point = [x: number, y: number, pressure: number];
export type Stroke = Point[];
type Prediction = Extract<ClientEvent, { type: "prediction" }>;
type Draw = Extract<ClientCommand, { type: "draw" }>;

/** The pad's own pixels; the canvas scales them to the screen. */
export const PAD_SIZE = 280;
/** On a pad whose digit is scaled to 20 x 20, about the width of MNIST's own lines. */
export const PEN_WIDTH = 20;

export interface Drawing {
  strokes: Stroke[];
  /** The strokes before each thing that was done, the latest last. */
  past: Stroke[][];
  /** Counts every change of the drawing or of the model. */
  id: number;
  /** The question under way: at most one, so that a slow network never lags behind the hand. */
  asked?: number;
  answer?: Prediction;
  /** Why drawing `id` cannot be read. */
  problem?: { id: number; reason: string };
}

export const BLANK: Drawing = { strokes: [], past: [], id: 0 };

/** Deeds that can be undone. */
const PAST_MAX = 50;

/** Something is about to be done that can be undone. */
export const begin = (drawing: Drawing): Drawing => ({ ...drawing, past: [...drawing.past, drawing.strokes].slice(-PAST_MAX) });

/** Undoes the latest deed. */
export function undo(drawing: Drawing): Drawing {
  const before = drawing.past.at(-1);
  return before ? { ...revise(drawing, before), past: drawing.past.slice(0, -1) } : drawing;
}

/** What an eraser around `at` leaves: strokes that it cuts end before it and go on behind it. */
export function erased(strokes: Stroke[], [u, v]: Point, radius: number): Stroke[] {
  const isHit = ([x, y]: Point) => Math.hypot(x - u, y - v) < radius;
  return strokes.flatMap((stroke) => {
    const fine = resampled(stroke);
    if (!fine.some(isHit)) return [stroke];
    const pieces: Stroke[] = [[]];
    for (const point of fine) {
      if (isHit(point)) pieces.push([]);
      else pieces.at(-1)?.push(point);
    }
    return pieces.filter((piece) => piece.length > 0);
  });
}

/** The same line with a point every few pixels. */
function resampled(stroke: Stroke): Stroke {
  return stroke.flatMap((point, index) => {
    const before = stroke[index - 1];
    if (!before) return [point];
    const parts = Math.max(1, Math.ceil(Math.hypot(point[0] - before[0], point[1] - before[1]) / ERASER_STEP));
    const between = (part: number) => (axis: 0 | 1 | 2) => before[axis] + ((point[axis] - before[axis]) * part) / parts;
    return Array.from({ length: parts }, (_, part): Point => {
      const at = between(part + 1);
      return [at(0), at(1), at(2)];
    });
  });
}

const ERASER_STEP = 4;

/** The strokes or the model changed. */
export const revise = (drawing: Drawing, strokes: Stroke[]): Drawing => ({
  ...drawing,
  strokes,
  id: drawing.id + 1,
});

/** The next question, unless one is under way or all is answered. */
export function question(drawing: Drawing, reader: Reader, label: boolean): Draw | undefined {
  const settled = drawing.answer?.id === drawing.id || drawing.problem?.id === drawing.id;
  if (drawing.asked !== undefined || settled || drawing.id === 0) return undefined;
  const { id, strokes } = drawing;
  return { type: "draw", id, width: PAD_SIZE, height: PAD_SIZE, pen: PEN_WIDTH, strokes, reader, label };
}

export const asked = (drawing: Drawing, id: number): Drawing => ({ ...drawing, asked: id });

export function answered(drawing: Drawing, answer: Prediction): Drawing {
  const { asked: _, problem: _problem, ...rest } = drawing;
  return { ...rest, answer };
}

export function unanswered(drawing: Drawing, id: number, reason: string): Drawing {
  const { asked: _, answer: _answer, ...rest } = drawing;
  return { ...rest, problem: { id, reason } };
}

/** What the pad says: nothing, a digit, or that the answer is on its way. */
export function reading(drawing: Drawing): { state: "empty" | "computing" | "done"; digit?: number } {
  if (drawing.strokes.length === 0) return { state: "empty" };
  const digit = drawing.answer?.digit;
  const state = drawing.answer?.id === drawing.id ? "done" : "computing";
  return digit === undefined ? { state } : { state, digit };
}
