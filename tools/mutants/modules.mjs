// What is mutated, and by the tests of which crate.

export const MODULES = [
  { name: "secagg", crate: "sotto-secagg", files: ["crates/secagg/src/**"] },
  { name: "link", crate: "sotto-link", files: ["crates/link/src/**"] },
  { name: "privacy", crate: "sotto-privacy", files: ["crates/privacy/src/**"] },
  { name: "gates", crate: "sotto-mpc", files: ["crates/mpc/src/gates/**"] },
  { name: "trees", crate: "sotto-mpc", files: ["crates/mpc/src/dpf.rs", "crates/mpc/src/dcf.rs", "crates/mpc/src/tree.rs"] },
  { name: "dealing", crate: "sotto-mpc", files: ["crates/mpc/src/dealing.rs"] },
];

/** Code that only tests, benches and the audit run. */
export const LEFT_OUT = ["**/in_process.rs", "**/audit.rs", "**/fuzzed.rs", "crates/secagg/src/costs.rs"];
