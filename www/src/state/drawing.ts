// The drawing on the pad and what is known about it.

import type { ClientCommand, ClientEvent, Reader } from "../../wasm/sotto.js";

export type Stroke = [number, number][];
type Prediction = Extract<ClientEvent, { type: "prediction" }>;
type Draw = Extract<ClientCommand, { type: "draw" }>;

/** The pad's own pixels; the canvas scales them to the screen. */
export const PAD_SIZE = 280;
/** On a pad whose digit is scaled to 20 x 20, about the width of MNIST's own lines. */
export const PEN_WIDTH = 20;

export interface Drawing {
  strokes: Stroke[];
  /** Counts every change of the drawing or of the model. */
  id: number;
  /** The question under way: at most one, so that a slow network never lags behind the hand. */
  asked?: number;
  answer?: Prediction;
  /** Why drawing `id` cannot be read. */
  problem?: { id: number; reason: string };
}

export const BLANK: Drawing = { strokes: [], id: 0 };

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
