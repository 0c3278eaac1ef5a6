// Checks that crates use what the table in docs/architecture.md lets them use, and nothing else.
//
//   node tools/floors.mjs
//
// The table goes from bottom to top: a crate uses crates above it in the table, so no arrow points upwards and there is no cycle.
// Tests keep to the order, too. Only the browser's face knows JavaScript, and what lays out the digits meets no network.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const DOCUMENT = "docs/architecture.md";
const FACE = "sotto";
const JAVASCRIPT = /^(wasm-bindgen(-futures)?|js-sys|web-sys|serde-wasm-bindgen|idb)$/;
const OFFLINE = "prepare_digits";
const NETWORK = /^(async-nats|nkeys|tokio|hyper|reqwest|rustls|ring|native-tls|openssl)(-|$)/;

const [, host] = /^host: (.*)$/m.exec(run("rustc", "-vV"));
// What Cargo.lock names is downloaded if it is not there; nothing else is asked of a registry.
const metadata = JSON.parse(run("cargo", "metadata", "--locked", "--format-version=1", `--filter-platform=${host}`));
const packages = new Map(metadata.packages.map((one) => [one.id, one]));
const members = metadata.workspace_members.map((id) => packages.get(id));
const ours = new Map(members.map((one) => [one.name, short(one.name)]));
const rows = table(readFileSync(DOCUMENT, "utf8"));

const problems = [
  ...[...rows.keys()].filter((name) => ![...ours.values()].includes(name)).map((name) => `there is no crate ${name}`),
  ...members.flatMap(crate),
  ...reached(members.find((one) => one.name === OFFLINE).id)
    .filter((name) => NETWORK.test(name))
    .map((name) => `${OFFLINE} needs ${name}, and should need no network`),
];
for (const problem of problems) console.error(`${DOCUMENT}: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

function crate({ name, dependencies }) {
  const own = short(name);
  if (!rows.has(own)) return [`the crate ${own} has no row`];
  const order = [...rows.keys()];
  const isBelow = (other) => order.indexOf(other) < order.indexOf(own) && rows.has(other);
  const used = (kind) => [
    ...new Set(
      dependencies
        .filter(kind)
        .map((one) => ours.get(one.name))
        .filter(Boolean),
    ),
  ];
  const real = used(({ kind }) => kind !== "dev");
  return [
    ...real.filter((other) => !rows.get(own).includes(other)).map((other) => `${own} uses ${other}, which its row does not allow`),
    ...rows
      .get(own)
      .filter((other) => !real.includes(other))
      .map((other) => `${own} does not use ${other}, which its row allows`),
    ...used(() => true)
      .filter((other) => !isBelow(other))
      .map((other) => `${own} uses ${other}, which is not below it`),
    ...dependencies
      .filter((one) => JAVASCRIPT.test(one.name) && !(own === FACE && one.target?.includes("wasm32")))
      .map((one) => `${own} uses ${one.name}, but only ${FACE} may know JavaScript`),
  ];
}

/** The crates with a row, from bottom to top, and those that each may use: `name` in the first column, names in the last. */
function table(text) {
  const [, body] = /^\| crate \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(text) ?? ["", ""];
  const cells = body
    .trim()
    .split("\n")
    .map((row) => row.split("|").slice(1, -1));
  const names = (cell) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
  return new Map(cells.map((row) => [names(row[0])[0], names(row.at(-1))]));
}

/** The names of all that a package is built with. */
function reached(root) {
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node.deps]));
  const seen = new Set([root]);
  for (const id of seen) {
    for (const { pkg, dep_kinds } of nodes.get(id)) {
      if (dep_kinds.some(({ kind }) => kind !== "dev")) seen.add(pkg);
    }
  }
  return [...seen].map((id) => packages.get(id).name);
}

function short(name) {
  return name.replace(/^sotto-/, "");
}

function run(...command) {
  return execFileSync(command[0], command.slice(1), { encoding: "utf8", maxBuffer: 1 << 28 });
}
