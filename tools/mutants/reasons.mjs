// Why a mutant survives: a part of its name, and the reason. The first that fits counts.

export const REASONS = [
  [
    "dealing.rs: replace | with ^ in Masks::place",
    "the same number: what is joined has no bit in common",
  ],
  ["mask.rs: replace | with ^ in run", "the same number: what is joined has no bit in common"],
  [
    "pld/mod.rs: replace / with % in epsilon",
    "a tail that is cut longer counts as lost, so epsilon stays a bound; it grows by less than the test's tolerance",
  ],
];
