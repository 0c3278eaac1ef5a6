// A secure sum as the aggregator sees it: masked updates, their sum, and how it is opened.

import type { AggregatorEvent } from "../../wasm/sotto.js";

type Of<Type extends AggregatorEvent["type"]> = Extract<AggregatorEvent, { type: Type }>;

export interface Arrived {
  worker: string;
  elements: Uint32Array;
}

export interface SumShow {
  /** Which try of which round this is. */
  key: string;
  bits: number;
  /** The masked updates, in their order of arrival. */
  arrived: Arrived[];
  /** The sum of those, still masked. */
  masked: Uint32Array;
  /** What came of it. */
  summed?: Of<"summed">;
}

export function arrive(sum: SumShow | undefined, key: string, event: Of<"masked">): SumShow {
  const before = sum?.key === key ? sum.arrived : [];
  const { worker, elements, bits } = event;
  return { key, bits, arrived: [...before, { worker, elements }], masked: event.sum };
}

/** Elements of a ring as numbers around 0. */
export function signed(elements: Uint32Array, bits: number): Float32Array {
  const half = 2 ** (bits - 1);
  return Float32Array.from(elements, (element) => (element < half ? element : element - 2 * half));
}
