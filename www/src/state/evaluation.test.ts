import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { ClientEvent } from "../../wasm/sotto.js";
import { begun, compared, halted, held, KEPT_MAX, LABELS, over, progressed, type Evaluation } from "./evaluation";

type Evaluated = Extract<ClientEvent, { type: "evaluated" }>;

const IMAGE = 28 * 28;

/** A digit: what it is, what is read on shares, and what in the clear. */
type Read = [label: number, onShares: number, inTheClear: number];

/** The batches in which digits are read on shares; each image is filled with its place. */
function batches(reads: Read[], size: number): Evaluated[] {
  const found: Evaluated[] = [];
  for (let first = 0; first < reads.length; first += size) {
    const batch = reads.slice(first, first + size);
    const done = first + batch.length;
    found.push({
      type: "evaluated",
      done,
      total: reads.length,
      correct: reads.slice(0, done).filter(([label, answer]) => label === answer).length,
      millis: done,
      labels: Uint8Array.from(batch, ([label]) => label),
      answers: Uint8Array.from(batch, ([, answer]) => answer),
      images: Uint8Array.from({ length: IMAGE * batch.length }, (_, at) => (first + Math.floor(at / IMAGE)) % 256),
    });
  }
  return found;
}

const plain = (reads: Read[], count = reads.length) => Uint8Array.from(reads.slice(0, count), ([, , answer]) => answer);

const digit = fc.integer({ min: 0, max: LABELS - 1 });
const reads = fc.array(fc.tuple(digit, digit, digit) as fc.Arbitrary<Read>, { minLength: 1, maxLength: 60 });

describe("what comes out", () => {
  test("does not depend on who is quicker, shares or clear, nor on the size of batches", () => {
    fc.assert(
      fc.property(reads, fc.integer({ min: 1, max: 20 }), fc.infiniteStream(fc.boolean()), (digits, size, turns) => {
        const waiting = batches(digits, size);
        let told = 0;
        let evaluation = begun(digits.length, undefined);
        while (waiting.length > 0 || told < digits.length) {
          const isShares = turns.next().value && waiting.length > 0;
          const batch = isShares || told === digits.length ? waiting.shift() : undefined;
          if (batch) evaluation = progressed(evaluation, batch);
          else {
            told = Math.min(digits.length, told + 7);
            evaluation = compared(evaluation, plain(digits, told));
          }
        }
        const differing = digits.map((read, index) => ({ read, index })).filter(({ read }) => read[1] !== read[2]);
        expect(evaluation).toMatchObject({
          phase: "finished",
          done: digits.length,
          compared: digits.length,
          agreed: digits.length - differing.length,
          pending: [],
        });
        expect(evaluation.disagreements.map(({ image, ...rest }) => ({ ...rest, first: image[0], size: image.length }))).toEqual(
          differing.slice(0, KEPT_MAX).map(({ read: [label, encrypted, other], index }) => ({
            index,
            label,
            encrypted,
            plain: other,
            first: index,
            size: IMAGE,
          })),
        );
        for (let label = 0; label < LABELS; label += 1) {
          for (let answer = 0; answer < LABELS; answer += 1) {
            const many = digits.filter((read) => read[0] === label && read[1] === answer).length;
            expect(evaluation.confusion[LABELS * label + answer]).toBe(many);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test("keeps forty disagreements, and counts all", () => {
    const digits = Array.from({ length: 100 }, (): Read => [1, 2, 3]);
    const evaluation = batches(digits, 30).reduce(progressed, compared(begun(100, undefined), plain(digits)));
    expect(evaluation.disagreements).toHaveLength(KEPT_MAX);
    expect(evaluation).toMatchObject({ compared: 100, agreed: 0 });
  });
});

describe("phases", () => {
  const [half, all] = batches(
    Array.from({ length: 20 }, (): Read => [1, 1, 1]),
    10,
  ) as [Evaluated, Evaluated];
  const running = progressed(begun(20, undefined), half);
  const finished = progressed(running, all);
  test.each<[string, Evaluation, Evaluation["phase"]]>([
    ["begun", begun(20, undefined), "running"],
    ["half done", running, "running"],
    ["all done", finished, "finished"],
    ["paused", held(running, true), "paused"],
    ["paused, and what was under way comes", progressed(held(begun(20, undefined), true), half), "paused"],
    ["paused, and the last comes", progressed(held(running, true), all), "finished"],
    ["resumed", held(held(running, true), false), "running"],
    ["stopped", halted(running), "stopped"],
    ["stopped, then resumed", held(halted(running), false), "stopped"],
    ["finished, then stopped", halted(finished), "finished"],
    ["finished, then paused", held(finished, true), "finished"],
  ])("%s", (_, evaluation, phase) => {
    expect(evaluation.phase).toBe(phase);
    expect(over(evaluation)).toBe(phase === "finished" || phase === "stopped");
  });
});
