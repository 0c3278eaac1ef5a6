// The files of figures in target/bench/: by name, one value a run.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { SMOKE } from "./mode";

const FOLDER = SMOKE ? "../target/bench/smoke" : "../target/bench";

interface Written {
  figures?: Record<string, number[]>;
}

/** What this program has measured so far; what was there before it is replaced. */
const measured = new Map<string, number[]>();

/** Adds what one run gave for a figure to its suite's file, and prints it. */
export function add(suite: string, name: string, value: number): void {
  if (!Number.isFinite(value)) throw new Error(`${name} did not come out`);
  const values = [...(measured.get(name) ?? []), value];
  measured.set(name, values);
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/${suite}.json`;
  const written = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Written) : {};
  const figures = { ...written.figures, [name]: values };
  writeFileSync(file, `${JSON.stringify({ ...written, figures }, null, 1)}\n`);
  console.log(name.padEnd(60), value.toFixed(3).padStart(14));
}

/** Adds several. */
export function addAll(suite: string, path: string, figures: Iterable<[string, number]>): void {
  for (const [name, value] of figures) add(suite, `${path}/${name}`, value);
}
