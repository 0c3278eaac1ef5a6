// Keeps what ./build.sh bench has measured, and writes the tables of docs/performance.md.
//
//   node tools/performance/performance.mjs begin <suite>      where, when and of what commit it is measured; before a suite
//   node tools/performance/performance.mjs record [suite...]  target/bench/ into docs/performance/, and the tables
//   node tools/performance/performance.mjs tables             the tables from docs/performance/ alone
//   node tools/performance/performance.mjs check              fails where docs/performance.md says something else
//   node tools/performance/performance.mjs smoke              fails where a figure did not come out in target/bench/smoke/

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

import { median, spread } from "./format.mjs";
import { TABLES } from "./tables.mjs";

const ROOT = new URL("../../", import.meta.url).pathname;
const MEASURED = `${ROOT}target/bench/`;
const SMOKE = `${MEASURED}smoke/`;
const KEPT = `${ROOT}docs/performance/`;
const PAGE = `${ROOT}docs/performance.md`;
/** Whose tables no suite makes again. */
const ONCE = "## Measured once";
/** Lighthouse is fetched from npm for it: it runs by its own command, and not among the tests. */
const NOT_AMONG_THE_TESTS = ["lighthouse"];

const fileOf = (folder, suite) => `${folder}${suite}.json`;
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const suites = [...new Set(Object.values(TABLES).map(({ suite }) => suite))];

/** What the tables ask of a folder's figures, and what they did not get. */
function open(folder) {
  const files = new Map(suites.map((suite) => [suite, existsSync(fileOf(folder, suite)) ? read(fileOf(folder, suite)) : undefined]));
  const missing = [];
  const asked = (suite) => {
    const values = (name) => {
      const found = files.get(suite)?.figures?.[name];
      if (Array.isArray(found) && found.length > 0 && found.every(Number.isFinite)) return found;
      missing.push(`${suite}: ${name}`);
      return undefined;
    };
    const at = (name) => {
      const found = values(name);
      return found && median(found);
    };
    const of = (name, form) => {
      const value = at(name);
      return value === undefined ? "–" : form(value);
    };
    const range = (name, form) => {
      const found = values(name);
      return found ? spread(Math.min(...found), median(found), Math.max(...found), form) : "–";
    };
    const all = (name, form) => values(name)?.map(form).join(", ") ?? "–";
    return { at, of, range, all };
  };
  return { files, missing, asked };
}

/** Where and when a suite was measured, for people. */
function provenance({ date, commit, cpu, cores, system, chromium, firefox }) {
  const day = new Date(date).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const browsers = [chromium, firefox].filter(Boolean).join(", ");
  return `<sub>${day}, commit ${commit}, ${cpu} (${cores} cores), ${system}${browsers && `, ${browsers}`}.</sub>`;
}

const commandOf = (suite) => `./build.sh ${suite === "lighthouse" ? suite : `bench ${suite}`}`;

function lines(name, { files, asked }) {
  const { suite, lines: make } = TABLES[name];
  const file = files.get(suite);
  if (!file) return [`Not measured since its suite was written: \`${commandOf(suite)}\`.`];
  return [...make(asked(suite)), "", provenance(file)];
}

/** The page with its tables as the figures make them. */
function written(page, figures) {
  const used = new Set();
  const parts = page.replaceAll(/<!-- table (\S+) -->[^]*?<!-- end of table -->/g, (_, name) => {
    if (!TABLES[name]) throw new Error(`${PAGE} asks for a table ${name} that nobody makes`);
    used.add(name);
    return [`<!-- table ${name} -->`, "", ...lines(name, figures), "", "<!-- end of table -->"].join("\n");
  });
  const unused = Object.keys(TABLES).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`${PAGE} has no place for: ${unused.join(", ")}`);
  return parts;
}

/** Tables by hand, where a figure could no longer be what is measured. */
function byHand(page) {
  const [remade = ""] = page.split(ONCE);
  const rest = remade.replaceAll(/<!-- table \S+ -->[^]*?<!-- end of table -->/g, "");
  return rest.split("\n").filter((line) => line.startsWith("|"));
}

function complain(words, list) {
  console.error(`${words}\n${[...new Set(list)].map((one) => `  ${one}`).join("\n")}`);
  process.exit(1);
}

/** What a program says; what it says beside that is of no interest unless it fails, and then it throws. */
const output = (program, words) =>
  execFileSync(program, words, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
const versionOf = (program) =>
  program
    ? output(program, ["--version"])
        .replace(/^Mozilla /, "")
        .split(" built on")[0]
        .trim()
    : undefined;

/** The commit that is measured; whether the docs differ from it does not matter. */
function commit() {
  const changed = output("git", ["status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs"]);
  return output("git", ["rev-parse", "--short=10", "HEAD"]) + (changed ? " with changes" : "");
}

const COMMANDS = {
  begin([suite]) {
    if (!suites.includes(suite)) throw new Error(`no table has figures of a suite ${suite}`);
    const folder = process.env.BENCH === "smoke" ? SMOKE : MEASURED;
    mkdirSync(folder, { recursive: true });
    const system = readFileSync("/etc/os-release", "utf8").match(/^PRETTY_NAME="?([^"\n]*)/m)?.[1] ?? process.platform;
    const about = {
      date: new Date().toISOString().slice(0, 10),
      commit: commit(),
      cpu: cpus()[0]?.model.replaceAll(/\s+/g, " ").trim() ?? "unknown",
      cores: cpus().length,
      system,
      chromium: versionOf(process.env.CHROMIUM),
      firefox: suite === "firefox" ? versionOf(process.env.FIREFOX) : undefined,
    };
    writeFileSync(fileOf(folder, suite), `${JSON.stringify({ ...about, figures: {} }, null, 1)}\n`);
  },

  record(chosen) {
    const found = suites.filter((suite) => existsSync(fileOf(MEASURED, suite)) && (chosen.length === 0 || chosen.includes(suite)));
    const { missing, asked } = open(MEASURED);
    for (const { suite, lines: make } of Object.values(TABLES)) if (found.includes(suite)) make(asked(suite));
    if (missing.length > 0) complain("Nothing is kept, for these did not come out:", missing);
    if (found.length === 0) complain("Nothing was measured:", suites);
    mkdirSync(KEPT, { recursive: true });
    for (const suite of found) {
      const { figures, ...about } = read(fileOf(MEASURED, suite));
      if (!about.date) complain("Nobody knows where and when this was measured; ./build.sh bench measures with both:", [suite]);
      const rounded = Object.keys(figures)
        .sort()
        .map((name) => ` ${JSON.stringify(name)}: ${JSON.stringify(figures[name].map((value) => Number(value.toPrecision(6))))}`);
      const head = Object.entries(about).map(([name, value]) => ` ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`);
      writeFileSync(fileOf(KEPT, suite), `{\n${head.join("")} "figures": {\n${rounded.map((line) => ` ${line}`).join(",\n")}\n }\n}\n`);
      console.log(`kept ${suite}`);
    }
    COMMANDS.tables();
  },

  tables() {
    writeFileSync(PAGE, written(readFileSync(PAGE, "utf8"), open(KEPT)));
  },

  check() {
    const [page, kept] = [readFileSync(PAGE, "utf8"), open(KEPT)];
    const right = written(page, kept);
    if (kept.missing.length > 0)
      complain("docs/performance/ lacks figures that docs/performance.md shows (./build.sh bench, then record):", kept.missing);
    if (page !== right)
      complain("docs/performance.md shows other figures than docs/performance/ has:", ["node tools/performance/performance.mjs tables"]);
    const tables = byHand(page);
    if (tables.length > 0) complain(`docs/performance.md has a table by hand before "${ONCE}":`, tables.slice(0, 3));
  },

  smoke() {
    const { missing, asked } = open(SMOKE);
    for (const { suite, lines: make } of Object.values(TABLES)) if (!NOT_AMONG_THE_TESTS.includes(suite)) make(asked(suite));
    if (missing.length > 0) complain("These figures of docs/performance.md did not come out:", missing);
    console.log("every figure of docs/performance.md came out");
  },
};

const [command, ...words] = process.argv.slice(2);
if (!COMMANDS[command]) complain("usage: performance.mjs", Object.keys(COMMANDS));
COMMANDS[command](words);
