// Computes rounds of a thousand to ten million workers and writes their tables and curves into docs/.
//
//   node tools/reproduce/scale.mjs [--measure]
//
// The costs are those in docs/scaling/costs.txt, so that the same comes out again; `--measure` measures them anew.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { loglog } from "./loglog.mjs";

const ROOT = new URL("../../", import.meta.url).pathname;
const SIMULATE = process.env.SIMULATE ?? `${ROOT}target/release/simulate`;
const FOLDER = `${ROOT}docs/scaling/`;
const COSTS = `${FOLDER}costs.txt`;
const PAGE = `${ROOT}docs/scaling.md`;

const ROWS = [3, 4, 5, 6, 7].map((exponent) => 10 ** exponent);
/** Ten steps for each factor of ten. */
const CURVE = Array.from({ length: 41 }, (_, step) => Math.round(10 ** (3 + step / 10)));
const LEAVES = [100, 200, 500, 1000, 2000, 5000];

/** What `simulate scale` says, in JSON. */
function scale(flags) {
  const { status, stdout, stderr } = spawnSync(SIMULATE, ["scale", "--json", ...flags], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

mkdirSync(FOLDER, { recursive: true });
if (process.argv.includes("--measure")) writeFileSync(COSTS, `${scale([]).flags}\n`);
const costs = readFileSync(COSTS, "utf8").trim().split(/\s+/);
const computed = (workers, cohort, more = []) => scale([...costs, "--workers", workers.join(","), "--cohort", cohort, ...more]).tables;

const [flat, tree] = computed(ROWS, "all");
const [flatFixed, treeFixed] = computed(ROWS, "1000");
const [, treeOneBroker] = computed(ROWS, "all", ["--one-broker"]);

const seconds = ({ rounds_per_hour: rounds }) => 3600 / rounds;
const whole = (value) => Math.round(value).toLocaleString("en-GB");
const short = (value) => (value < 100 ? String(Number(value.toPrecision(2))) : whole(Number(value.toPrecision(3))));
const bytes = (value) => {
  const [unit, size] = value < 1e9 ? ["MB", 1e6] : value < 1e12 ? ["GB", 1e9] : ["TB", 1e12];
  return `${short(value / size)} ${unit}`;
};
const words = (name) =>
  name.replaceAll("-", " ").replace("worker ", "worker’s ").replace("aggregator ", "aggregator’s ").replace("broker ", "broker’s ");
const LIMITS = {
  room: "room’s 10,000 members",
  sum: "sum’s 65,000 members",
  deadline: "deadline of the training",
  step: "deadline of a step",
  memory: "aggregator’s memory",
  connections: "broker’s connections",
};

function table(rounds) {
  const rows = rounds.map((round) => {
    const { workers, leaves, levels, busiest_in: received, busiest_out: sent, memory, bottleneck, broken } = round;
    const shape = levels === 0 ? "1" : `${whole(leaves)}, ${levels}`;
    const over = broken.map((limit) => LIMITS[limit]).join(", ") || "–";
    return `| ${whole(workers)} | ${shape} | ${short(seconds(round))} s | ${short(round.rounds_per_hour)} | ${bytes(received)} | ${bytes(sent)} | ${bytes(memory)} | ${words(bottleneck)} | ${over} |`;
  });
  return [
    "| workers | leaves, levels | a round | an hour | in | out | holds | takes longest | over the limit |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

function phases(rounds) {
  const rows = rounds.map(
    ({ workers, seconds: s }) =>
      `| ${whole(workers)} | ${[s.download, s.train, s.agree, s.upload, s.unmask, s.climb].map((value) => short(value)).join(" | ")} |`,
  );
  return ["| workers | download | train | agree | upload | unmask | climb |", "|---|---|---|---|---|---|---|", ...rows, ""];
}

const breaks = (name, { breaks: found }) =>
  `| ${name} | ${found.map(({ limit, workers }) => `${LIMITS[limit]}: ${whole(workers)}`).join("; ") || "nothing"} |`;

function leafTable() {
  const rows = LEAVES.map((leaf) => {
    const [, { rounds }] = computed([1e6], "all", ["--leaf", leaf]);
    const [round] = rounds;
    return `| ${whole(leaf)} | ${whole(round.leaves)}, ${round.levels} | ${short(seconds(round))} s | ${bytes(round.worker_up)} | ${bytes(round.worker_down)} | ${bytes(round.memory)} | ${words(round.bottleneck)} |`;
  });
  return [
    "| updates a leaf | leaves, levels | a round | worker up | worker down | holds | takes longest |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

/** Points of workers, a value, and whether all limits are kept. */
const points = ({ rounds }, value) => rounds.map((round) => [round.workers, value(round), round.broken.length === 0]);

function chart(file, title, value) {
  const [flatCurve, treeCurve] = computed(CURVE, "all");
  const [fixedCurve] = computed(CURVE, "1000");
  const [, oneBrokerCurve] = computed(CURVE, "all", ["--one-broker"]);
  const lines = [
    { words: "all, flat", points: points(flatCurve, value) },
    { words: "all, tree", points: points(treeCurve, value) },
    { words: "all, tree, one broker", points: points(oneBrokerCurve, value) },
    { words: "a thousand of them, flat", points: points(fixedCurve, value) },
  ];
  writeFileSync(`${FOLDER}${file}`, loglog(title, lines));
  return [`![${title}](scaling/${file})`, ""];
}

const parts = [
  "Costs (`docs/scaling/costs.txt`):",
  "",
  "```text",
  costs
    .join(" ")
    .replaceAll(/(.{1,110})(?: (?=--)|$)/g, "$1\n")
    .trim(),
  "```",
  "",
  ...chart("round.svg", "Seconds of a round, by workers", seconds),
  ...chart("memory.svg", "Bytes that the busiest aggregator holds, by workers", ({ memory }) => memory),
  "### Everybody, one aggregator",
  "",
  ...table(flat.rounds),
  "Seconds by phase:",
  "",
  ...phases(flat.rounds),
  "### Everybody, a tree",
  "",
  ...table(tree.rounds),
  "Seconds by phase:",
  "",
  ...phases(tree.rounds),
  "### A thousand of them",
  "",
  "One aggregator:",
  "",
  ...table(flatFixed.rounds),
  "Rooms that take turns:",
  "",
  ...table(treeFixed.rounds),
  "### How large a leaf",
  "",
  "A million workers, all of them, in leaves of so many:",
  "",
  ...leafTable(),
  "### With how many workers something breaks",
  "",
  "| | in this order |",
  "|---|---|",
  breaks("everybody, one aggregator", flat),
  breaks("a thousand, one aggregator", flatFixed),
  breaks("everybody, a tree, a broker each", tree),
  breaks("everybody, a tree, one broker", treeOneBroker),
  "",
];
const [before, , after] = readFileSync(PAGE, "utf8").split(/<!-- (?:begin|end) of what the script writes -->/);
writeFileSync(
  PAGE,
  `${before}<!-- begin of what the script writes -->\n\n${parts.join("\n")}\n<!-- end of what the script writes -->${after}`,
);
