// What is mutated, and by which tests. `floors` are the modules that stand in the crate with it: a small crate is
// compiled for each mutant, and not all of Sotto.

const SUMS = ["entropy", "fuzz_input", "hex", "prg", "secagg", "secret", "seeded", "wire"];
const SEALED = ["entropy", "fuzz_input", "hex", "prg", "secret", "seeded", "wire"];
const SHARES = ["digits", "entropy", "fuzz_input", "hex", "kernels", "mpc", "network", "prg", "secret", "seeded", "wire"];

export const MODULES = [
  { name: "secagg", files: ["src/secagg/**"], suites: ["secagg"], floors: SUMS },
  { name: "sealed", files: ["src/wire/sealed/**"], tests: "wire::", floors: SEALED },
  {
    name: "privacy",
    files: ["src/privacy/**"],
    tests: "privacy::",
    floors: ["digits", "entropy", "hex", "kernels", "network", "privacy", "secret", "seeded"],
  },
  { name: "gates", files: ["src/mpc/gates/**"], tests: "mpc::", floors: SHARES },
  { name: "trees", files: ["src/mpc/dpf.rs", "src/mpc/dcf.rs", "src/mpc/tree.rs"], tests: "mpc::", floors: SHARES },
  { name: "dealing", files: ["src/mpc/dealing.rs"], tests: "mpc::", floors: SHARES },
];

/** Code that only tests, benches and the audit run. */
export const LEFT_OUT = ["src/**/rehearsal.rs", "src/**/audit.rs", "src/**/fuzzed.rs", "src/secagg/costs.rs"];

/** Crates of the root's manifest that these floors do without. */
export const NOT_NEEDED = [
  "async-nats",
  "candle-core",
  "candle-nn",
  "clap",
  "cpu-time",
  "indicatif",
  "nkeys",
  "rayon",
  "tokio",
];
