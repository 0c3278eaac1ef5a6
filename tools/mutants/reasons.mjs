// Why a mutant survives: a part of its name, and the reason. The first that fits counts.

export const REASONS = [];
