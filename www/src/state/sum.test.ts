import fc from "fast-check";
import { expect, test } from "vitest";

import type { AggregatorEvent } from "../../wasm/sotto.js";
import { arrive, signed } from "./sum";

const masked = (worker: string, sum: number): Extract<AggregatorEvent, { type: "masked" }> => ({
  type: "masked",
  worker,
  bits: 32,
  elements: Uint32Array.of(1),
  sum: Uint32Array.of(sum),
});

test("updates arrive one after the other, and another try begins anew", () => {
  const first = arrive(undefined, "1/0", masked("a", 1));
  const second = arrive(first, "1/0", masked("b", 2));
  expect(second.arrived.map(({ worker }) => worker)).toEqual(["a", "b"]);
  expect([...second.masked]).toEqual([2]);
  const again = arrive(
    { ...second, summed: { type: "summed", round: 1, bits: 32, survivors: [], elements: second.masked, openings: [] } },
    "1/1",
    masked("b", 3),
  );
  expect(again).toMatchObject({ key: "1/1", arrived: [{ worker: "b" }] });
  expect(again.summed).toBeUndefined();
});

test("elements of a ring are shown as the numbers nearest to 0", () => {
  expect([...signed(Uint32Array.of(0, 1, 7, 8, 15), 4)]).toEqual([0, 1, 7, -8, -1]);
  expect([...signed(Uint32Array.of(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1), 32)]).toEqual([2 ** 31, -(2 ** 31), -1]);
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 24 }), fc.nat(), (bits, any) => {
      const modulus = 2 ** bits;
      const element = any % modulus;
      const [number = Number.NaN] = signed(Uint32Array.of(element), bits);
      expect((number + modulus) % modulus).toBe(element);
      expect(number).toBeGreaterThanOrEqual(-modulus / 2);
      expect(number).toBeLessThan(modulus / 2);
    }),
  );
});
