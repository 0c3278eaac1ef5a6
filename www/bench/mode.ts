// How thoroughly is measured. BENCH=smoke: only to see that each figure comes out, in seconds.

const asked = process.env["BENCH"] ?? "";
if (!["", "smoke"].includes(asked)) throw new Error("BENCH is smoke, or not set");

export const SMOKE = asked === "smoke";

/** One number for a full measurement, another for a smoke run. */
export const pick = <T>(full: T, smoke: T): T => (SMOKE ? smoke : full);

/** How often everything is measured that varies from run to run. */
export const RUNS = pick(3, 1);
