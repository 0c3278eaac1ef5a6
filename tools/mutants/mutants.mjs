// Mutates the cryptography and lets the unit tests find it (cargo-mutants), and writes the table in docs/testing.md.
//
//   node tools/mutants/mutants.mjs [module] [shard]     such as: secagg 0/10
//   node tools/mutants/mutants.mjs --tables             from the results in docs/mutants
//
// A shard of a module is every n-th mutant, from the k-th on, in the order of the files: a sample that anybody can
// draw again. Without a shard all are tried, which takes hours.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { LEFT_OUT, MODULES } from "./modules.mjs";
import { REASONS } from "./reasons.mjs";

const ROOT = new URL("../../", import.meta.url).pathname;
const WORK = `${ROOT}target/mutants/`;
const RESULTS = `${ROOT}docs/mutants/`;
const PAGE = `${ROOT}docs/testing.md`;
const CARGO_MUTANTS = process.env.CARGO_MUTANTS ?? `${ROOT}.cache/tools/bin/cargo-mutants`;

const read = (path) => readFileSync(path, "utf8");

function run(module, shard) {
  const directory = `${WORK}${module.name}`;
  mkdirSync(directory, { recursive: true });
  const flags = ["--package", module.crate, "--output", directory, "--no-times", "--colors=never"];
  flags.push("--timeout-multiplier=4", "--minimum-test-timeout=30");
  // What a Debug prints is for whoever looks for a fault; what must not print has tests.
  flags.push("--exclude-re", "impl (std::)?fmt::Debug for");
  // It is compiled once for each mutant; its dependencies are as fast as ever.
  flags.push(`--cargo-arg=--config=profile.dev.package.${module.crate}.opt-level=1`);
  for (const file of module.files) flags.push("--file", file);
  for (const file of LEFT_OUT) flags.push("--exclude", file);
  if (shard !== undefined) flags.push("--shard", shard, "--sharding", "round-robin");
  // Whole sums and rooms in the programs above could catch more, and do not count: a crate's own tests have to.
  const { error } = spawnSync(CARGO_MUTANTS, ["mutants", "--dir", ROOT, ...flags], {
    stdio: "inherit",
    // Their dependencies are the same, and are compiled once.
    env: { ...process.env, CARGO_TERM_COLOR: "never", CARGO_TARGET_DIR: `${WORK}target` },
  });
  if (error) throw error;
  keep(module, shard, `${directory}/mutants.out/outcomes.json`);
}

/** The part of the outcomes that docs keep. */
function keep(module, shard, path) {
  const { outcomes, cargo_mutants_version: version } = JSON.parse(read(path));
  const of = (summary) => outcomes.filter((outcome) => outcome.summary === summary && outcome.scenario.Mutant);
  const named = (summary) => of(summary).map((outcome) => outcome.scenario.Mutant.name);
  if (outcomes.some((outcome) => outcome.scenario === "Baseline" && outcome.summary !== "Success")) {
    throw new Error(`${module.name}: the tests fail without a mutation`);
  }
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT, encoding: "utf8" }).stdout.trim();
  const result = {
    module: module.name,
    shard: shard ?? "all",
    commit,
    version,
    caught: of("CaughtMutant").length,
    timeout: of("Timeout").length,
    unviable: of("Unviable").length,
    missed: named("MissedMutant"),
  };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}${module.name}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Wilson's interval for a share, at 95 %. */
function interval(successes, trials) {
  const z = 1.96;
  const [p, n] = [successes / trials, trials];
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [centre - half, centre + half].map((share) => Math.round(100 * share));
}

/** Without line and column, which the next edit moves. */
const plain = (name) => name.replace(/:\d+(:\d+)?(?=: )/, "");

function tables() {
  const results = MODULES.map(({ name }) => `${RESULTS}${name}.json`)
    .filter(existsSync)
    .map((path) => JSON.parse(read(path)));
  const rows = results.map(({ module, shard, commit, caught, timeout, unviable, missed }) => {
    const [found, all] = [caught + timeout, caught + timeout + missed.length];
    const [low, high] = interval(found, all);
    const share = `**${Math.round((1000 * found) / all) / 10} %** (${low} to ${high})`;
    return `| \`${module}\` | ${shard} | ${all} | ${caught} | ${timeout} | ${missed.length} | ${unviable} | ${share} | ${commit} |`;
  });
  const sum = (pick) => results.reduce((total, result) => total + pick(result), 0);
  const [found, all] = [
    sum(({ caught, timeout }) => caught + timeout),
    sum(({ caught, timeout, missed }) => caught + timeout + missed.length),
  ];
  const [low, high] = interval(found, all);
  rows.push(`| all | | ${all} | | | ${all - found} | | **${Math.round((1000 * found) / all) / 10} %** (${low} to ${high}) | |`);
  const survivors = results.flatMap(({ missed }) => missed.map(plain));
  const reasons = survivors.map((name) => {
    const reason = REASONS.find(([part]) => name.includes(part))?.[1] ?? "not looked at yet";
    return `| \`${name.replaceAll("|", "\\|")}\` | ${reason} |`;
  });
  const text = [
    "| module | shard | mutants | caught by a test | by time | survived | do not compile | caught (95 % interval) | commit |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    "| survivor | why |",
    "|---|---|",
    ...reasons,
  ].join("\n");
  const [before, rest] = read(PAGE).split("<!-- mutants -->\n");
  const after = rest.split("<!-- /mutants -->")[1];
  writeFileSync(PAGE, `${before}<!-- mutants -->\n${text}\n<!-- /mutants -->${after}`);
}

const [wanted, shard] = process.argv.slice(2);
if (wanted !== "--tables") {
  const chosen = MODULES.filter(({ name }) => wanted === undefined || name === wanted);
  if (chosen.length === 0) {
    console.error(`no such module; there are ${MODULES.map(({ name }) => name).join(", ")}`);
    process.exit(1);
  }
  for (const module of chosen) run(module, shard);
}
tables();
