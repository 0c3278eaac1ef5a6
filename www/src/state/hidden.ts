// What a teacher has left out of the page: `?hide=results,library` in its address.

/** The parts that can be left out, in their order on the page. */
export const PARTS = [
  "acts",
  "draw",
  "train",
  "results",
  "invite",
  "experiments",
  "sum",
  "privacy",
  "lessons",
  "secret",
  "course",
  "library",
  "settings",
  "proof",
  "essay",
] as const;
export type Part = (typeof PARTS)[number];

export interface Hidden {
  parts: ReadonlySet<Part>;
  /** Names of no part. */
  unknown: string[];
}

export function hiddenBy(query: string): Hidden {
  const names = (new URLSearchParams(query).get("hide") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const isPart = (name: string): name is Part => (PARTS as readonly string[]).includes(name);
  return { parts: new Set(names.filter(isPart)), unknown: names.filter((name) => !isPart(name)) };
}
