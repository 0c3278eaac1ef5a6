// The suite `accuracy`: what training comes to, natively, into target/bench/accuracy.json. Needs MNIST.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url).pathname;
const smoke = process.env.BENCH === "smoke";
const SIMULATE = `${ROOT}target/${smoke ? "debug" : "release"}/simulate`;
const FILE = `${ROOT}target/bench/${smoke ? "smoke/" : ""}accuracy.json`;
const SEEDS = [1, 2, 3, 4, 5];
/** In how many parts the digits fall; a worker has one. In a smoke run the parts are small. */
const [ALONE, OF_TWELVE, ROUNDS] = smoke ? [300, 300, 1] : [1, 12, 10];
const EPOCH = "rounds=1&batch=64&lr=0.05&momentum=0.9&epochs=1&init=he&secagg=off";

/** Test digits read right in the end, in percent. */
function train(query, clients) {
  const words = ["train", "--query", query, "--clients", String(clients), "--json"];
  console.log("simulate", words.join(" "));
  const { status, stdout, stderr, error } = spawnSync(SIMULATE, words, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr || String(error));
  return JSON.parse(stdout.trim().split("\n").at(-1)).test_accuracy;
}

const written = JSON.parse(readFileSync(FILE, "utf8"));
const add = (name, value) => {
  (written.figures[name] ??= []).push(value);
  console.log(name.padEnd(60), value.toFixed(2).padStart(14));
};
for (const seed of smoke ? [1] : SEEDS) add("accuracy/epoch", train(`seed=${seed}&shards=${ALONE}&${EPOCH}`, 1));
for (const seed of [1, 2, 3]) {
  for (const [name, secagg] of [
    ["plain", "off"],
    ["secagg", "on"],
  ]) {
    add(`accuracy/${name}/seed${seed}`, train(`seed=${seed}&shards=${OF_TWELVE}&rounds=${ROUNDS}&secagg=${secagg}`, 12));
  }
}
writeFileSync(FILE, `${JSON.stringify(written, null, 1)}\n`);
