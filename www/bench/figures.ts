// The files of figures in target/bench/.

import { existsSync, readFileSync, writeFileSync } from "node:fs";

interface Figure {
  name: string;
  value: number;
  unit: string;
}

const UNITS = /(ms|bytes|kb|gflops|us_per_image|images_per_s|frames_per_s)(_best|_chromium)?$/;

/** Adds a figure to a suite's file, in place of one of the same name, and prints it. */
export function add(suite: string, name: string, value: number): void {
  const file = `../target/bench/${suite}.json`;
  const all = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Figure[]) : [];
  const others = all.filter((figure) => figure.name !== name);
  const figure = { name, value, unit: UNITS.exec(name)?.[1] ?? "" };
  writeFileSync(file, `${JSON.stringify([...others, figure], null, 1)}\n`);
  console.log(name.padEnd(48), value.toFixed(value < 100 ? 3 : 0).padStart(12));
}
