// A calculation on shares as the messages that it takes, in their order.

import type { CalculationView, PairView } from "../../../wasm/sotto.js";

export type Role = "client" | "alice" | "bob" | "dealer";
export type What = "dealt" | "shared" | "opened" | "product" | "sum" | "difference" | "answered";

/** A number on its way, or one that a party found. */
export interface Carried {
  name: string;
  text: string;
}

export interface Message {
  from: Role;
  /** The sender itself, for what it computes alone. */
  to: Role;
  numbers: Carried[];
}

/** Messages that leave at the same time. */
export interface Step {
  what: What;
  messages: Message[];
}

type Party = "alice" | "bob";
const PARTIES: readonly Party[] = ["alice", "bob"];
const OTHER: Record<Party, Party> = { alice: "bob", bob: "alice" };

export function steps({ operation, x, y, z, triple }: CalculationView): Step[] {
  const local = ({ add: "sum", subtract: "difference", multiply: "product" } as const)[operation];
  const shares = (party: Party, pairs: Record<string, PairView>): Carried[] =>
    Object.entries(pairs).map(([name, pair]) => ({ name, text: pair[party].text }));
  const each = (what: What, message: (party: Party) => Message): Step => ({ what, messages: PARTIES.map(message) });
  return [
    ...(triple
      ? [each("dealt", (party) => ({ from: "dealer", to: party, numbers: shares(party, { a: triple.a, b: triple.b, c: triple.c }) }))]
      : []),
    each("shared", (party) => ({ from: "client", to: party, numbers: shares(party, { x, y }) })),
    ...(triple
      ? [each("opened", (party) => ({ from: party, to: OTHER[party], numbers: shares(party, { d: triple.d, e: triple.e }) }))]
      : []),
    each(local, (party) => ({ from: party, to: party, numbers: shares(party, { z }) })),
    each("answered", (party) => ({ from: party, to: "client", numbers: shares(party, { z }) })),
  ];
}
