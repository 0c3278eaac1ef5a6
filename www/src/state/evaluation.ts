// Test digits classified on shares: what came out, counted.

import type { ClientEvent, ModelInfo } from "../../wasm/sotto.js";

type Evaluated = Extract<ClientEvent, { type: "evaluated" }>;

export const LABELS = 10;
/** Disagreements kept to be looked at; all are counted. */
export const KEPT_MAX = 40;
const IMAGE = 28 * 28;

/** A test digit that is read differently on shares and in the clear. */
export interface Disagreement {
  index: number;
  label: number;
  encrypted: number;
  plain: number;
  image: Uint8Array;
}

export interface Evaluation {
  phase: "running" | "paused" | "finished" | "stopped";
  total: number;
  done: number;
  correct: number;
  millis: number;
  /** How often `label` was read as `answer`, at `LABELS * label + answer`. */
  confusion: number[];
  /** Digits that both readers have read. */
  compared: number;
  agreed: number;
  disagreements: Disagreement[];
  /** The model in the clear, as far as it has told. */
  plain: Uint8Array;
  /** Read on shares, and not yet compared. */
  pending: Evaluated[];
  /** The model that was in use at the start. */
  model?: ModelInfo & { round?: number; trained?: true };
}

export const begun = (total: number, model: Evaluation["model"]): Evaluation => ({
  phase: "running",
  total,
  done: 0,
  correct: 0,
  millis: 0,
  confusion: Array.from({ length: LABELS * LABELS }, () => 0),
  compared: 0,
  agreed: 0,
  disagreements: [],
  plain: new Uint8Array(0),
  pending: [],
  ...(model && { model }),
});

export function progressed(evaluation: Evaluation, event: Evaluated): Evaluation {
  const { done, total, correct, millis, labels, answers } = event;
  const confusion = [...evaluation.confusion];
  labels.forEach((label, index) => {
    const place = LABELS * label + (answers[index] ?? 0);
    confusion[place] = (confusion[place] ?? 0) + 1;
  });
  const phase = done >= total ? "finished" : evaluation.phase;
  return compare({ ...evaluation, phase, done, total, correct, millis, confusion, pending: [...evaluation.pending, event] });
}

/** The model in the clear has read the first `plain.length` digits. */
export const compared = (evaluation: Evaluation, plain: Uint8Array): Evaluation => compare({ ...evaluation, plain });

export const held = (evaluation: Evaluation, on: boolean): Evaluation =>
  over(evaluation) ? evaluation : { ...evaluation, phase: on ? "paused" : "running" };

export const halted = (evaluation: Evaluation): Evaluation => (over(evaluation) ? evaluation : { ...evaluation, phase: "stopped" });

export const over = ({ phase }: Evaluation): boolean => phase === "finished" || phase === "stopped";

/** Compares what both readers have read by now. */
function compare(evaluation: Evaluation): Evaluation {
  const { plain } = evaluation;
  const known = evaluation.pending.filter((batch) => batch.done <= plain.length);
  if (known.length === 0) return evaluation;
  const found = known.flatMap((batch) => differences(batch, plain));
  const read = known.reduce((sum, batch) => sum + batch.answers.length, 0);
  return {
    ...evaluation,
    compared: evaluation.compared + read,
    agreed: evaluation.agreed + read - found.length,
    disagreements: [...evaluation.disagreements, ...found].slice(0, KEPT_MAX),
    pending: evaluation.pending.filter((batch) => !known.includes(batch)),
  };
}

function differences({ done, labels, answers, images }: Evaluated, plain: Uint8Array): Disagreement[] {
  const first = done - answers.length;
  return [...answers].flatMap((encrypted, place) => {
    const index = first + place;
    const other = plain[index];
    if (other === undefined || other === encrypted) return [];
    const image = images.slice(IMAGE * place, IMAGE * (place + 1));
    return [{ index, label: labels[place] ?? 0, encrypted, plain: other, image }];
  });
}
