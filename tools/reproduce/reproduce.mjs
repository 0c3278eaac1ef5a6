// Runs what is missing of the experiments and writes their tables and curves into docs/.
//
//   node tools/reproduce/reproduce.mjs [--tables] [name...]
//
// A run that was stopped goes on where it was. `--tables` runs nothing. Names are beginnings of names.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { curves } from "./curves.mjs";
import { EXPERIMENTS } from "./experiments.mjs";

const ROOT = new URL("../../", import.meta.url).pathname;
const SIMULATE = process.env.SIMULATE ?? `${ROOT}target/release/simulate`;
const RESULTS = `${ROOT}docs/reproductions/`;
const UNFINISHED = `${ROOT}target/reproductions/`;
const PAGE = `${ROOT}docs/reproductions.md`;

const path = ({ name }, seed) => `${RESULTS}${name}-${seed}.json`;

/** What came out before, unless it was with other flags. */
function stored(experiment, seed) {
  if (!existsSync(path(experiment, seed))) return undefined;
  const result = JSON.parse(readFileSync(path(experiment, seed), "utf8"));
  return result.flags === experiment.flags ? result : undefined;
}

function run(experiment, seed) {
  if (stored(experiment, seed)) return;
  const stem = `${UNFINISHED}${experiment.name}-${seed}`;
  const flags = `${experiment.flags} --seed ${seed} --csv ${stem}.csv --json`.split(" ");
  // A scaffold's workers remember what no file keeps.
  if (!experiment.flags.includes("scaffold")) flags.push("--keep", `${stem}.run`);
  console.log(`simulate train ${experiment.flags} --seed ${seed}`);
  const { status, stdout, stderr } = spawnSync(SIMULATE, ["train", ...flags], { encoding: "utf8", maxBuffer: 1 << 28 });
  const rows = existsSync(`${stem}.csv`) ? readFileSync(`${stem}.csv`, "utf8").trim().split("\n").slice(1) : [];
  const summary = status === 0 ? JSON.parse(stdout.trim().split("\n").at(-1)) : diverged(stderr, rows);
  if (!summary) {
    console.error(stderr);
    return;
  }
  // It is of the machine, and not of the experiment.
  delete summary.seconds;
  const curve = rows.map((row) => row.split(",").slice(0, 2).map(Number));
  writeFileSync(`${stem}.json`, `${JSON.stringify({ flags: experiment.flags, seed, ...summary, curve })}\n`);
  renameSync(`${stem}.json`, path(experiment, seed));
  rmSync(`${stem}.run`, { force: true });
}

/** Training that diverges is an outcome, too: where it stood when no update was finite any more. */
function diverged(stderr, rows) {
  const [rounds, accuracy] = rows.at(-1)?.split(",").map(Number) ?? [];
  if (!stderr.includes("training stands still") || rounds === undefined) return undefined;
  return { test_accuracy: accuracy, rounds, diverged: true };
}

function found(experiment) {
  const seeds = Array.from({ length: experiment.seeds }, (_, index) => index + 1);
  return seeds.map((seed) => stored(experiment, seed)).filter((result) => result !== undefined);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

function outcome(experiment, results) {
  const accuracies = results.map((result) => result.test_accuracy);
  const spread = accuracies.length > 1 ? ` (${accuracies.map((value) => value.toFixed(2)).join(", ")})` : "";
  const reached = results.map((result) => result.rounds_to_target).filter((round) => round !== undefined);
  const target = reached.length > 0 ? `, target after ${median(reached)} rounds` : "";
  const backdoors = results.map((result) => result.backdoor).filter((share) => share !== undefined);
  const backdoor = backdoors.length > 0 ? `, backdoor ${median(backdoors).toFixed(1)}` : "";
  const pens = results.map((result) => result.pens_accuracy).filter((accuracy) => accuracy !== undefined);
  const unseen = experiment.pens && pens.length > 0 ? `, unseen pens ${median(pens).toFixed(1)}` : "";
  const end = results.some((result) => result.diverged) ? ", diverged" : "";
  return `${median(accuracies).toFixed(2)}${spread} after ${median(results.map((result) => result.rounds))} rounds${target}${backdoor}${unseen}${end}`;
}

function tables() {
  const names = [...new Set(EXPERIMENTS.map(({ table }) => table))];
  const parts = names.flatMap((table) => {
    const rows = EXPERIMENTS.filter((experiment) => experiment.table === table).map((experiment) => ({
      experiment,
      results: found(experiment),
    }));
    const done = rows.filter(({ results }) => results.length > 0);
    if (done.length === 0) return [];
    const file = `${table.toLowerCase().replaceAll(/[^a-z]+/g, "-")}.svg`;
    writeFileSync(
      `${RESULTS}${file}`,
      curves(
        table,
        done.slice(0, 8).map(({ experiment, results }) => ({ words: experiment.words, curve: results[0].curve })),
      ),
    );
    const cells = done.map(
      ({ experiment, results }) =>
        `| ${experiment.words} | ${experiment.published || "–"} | ${outcome(experiment, results)} | \`${experiment.flags}\` |`,
    );
    return [
      `### ${table}`,
      "",
      "| | published | here: median accuracy in percent (each seed) | `simulate train …` |",
      "|---|---|---|---|",
      ...cells,
      "",
      `![Test accuracy by round, first seed](reproductions/${file})`,
      "",
    ];
  });
  const [before, , after] = readFileSync(PAGE, "utf8").split(/<!-- (?:begin|end) of what the script writes -->/);
  writeFileSync(
    PAGE,
    `${before}<!-- begin of what the script writes -->\n\n${parts.join("\n")}\n<!-- end of what the script writes -->${after}`,
  );
}

mkdirSync(UNFINISHED, { recursive: true });
mkdirSync(RESULTS, { recursive: true });
const words = process.argv.slice(2);
const asked = words.filter((word) => word !== "--tables");
if (!words.includes("--tables")) {
  const wanted = EXPERIMENTS.filter(({ name }) => asked.length === 0 || asked.some((word) => name.startsWith(word)));
  // One seed of everything comes before the second of anything.
  for (let seed = 1; seed <= Math.max(...wanted.map(({ seeds }) => seeds)); seed += 1) {
    for (const experiment of wanted.filter(({ seeds }) => seed <= seeds)) {
      run(experiment, seed);
      tables();
    }
  }
}
tables();
