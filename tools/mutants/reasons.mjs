// Why a mutant survives: a part of its name, and the reason. The first that fits counts.

export const REASONS = [
  ["dealing.rs: replace | with ^ in Masks::", "the same number: what is joined has no bit in common"],
  ["normal.rs: replace < with <= in mills", "at the border of the two ways both are right: a test looks at it"],
];
