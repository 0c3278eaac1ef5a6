// Why a mutant survives: a part of its name, and the reason. The first that fits counts.

export const REASONS = [
  [
    "dealing.rs: replace | with ^ in Masks::place",
    "the same number: what is joined has no bit in common",
  ],
];
