// Sees that the linter still finds what it has to find: a check that cannot fail is none.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const FIXTURE = "www/lint/lost.ts";
const root = new URL("../..", import.meta.url);

const lines = readFileSync(new URL(FIXTURE, root), "utf8").split("\n");
const isLost = (line) => /lost/i.test(line) && !/^\/\/|declare|export|private/.test(line.trim());
const wanted = lines.flatMap((line, at) => (isLost(line) ? [at + 1] : []));

const { stdout, error } = spawnSync("oxlint", ["--type-aware", "-c", "www/.oxlintrc.json", "-f", "json", FIXTURE], {
  cwd: root,
  encoding: "utf8",
});
if (error) throw error;
const labels = JSON.parse(stdout).diagnostics.flatMap((found) => found.labels);
const found = [...new Set(labels.map(({ span }) => span.line))].sort((a, b) => a - b);
if (wanted.join() !== found.join()) {
  console.error(`${FIXTURE}: the linter has to find lines ${wanted.join(", ")}, and finds ${found.join(", ")}`);
  process.exit(1);
}
