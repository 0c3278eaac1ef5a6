// Checks that every promise in docs/security.md is held by a test that is there.
//
//   node tools/promises.mjs
//
// Every table of that page ends in a column "held by" with at least one test a row, written `file::test`, or in a
// column "where it comes from", which names papers.

import { existsSync, readFileSync } from "node:fs";

const DOCUMENT = "docs/security.md";
const HELD_BY = "held by";
const SOURCE = "where it comes from";

const problems = promises(readFileSync(DOCUMENT, "utf8")).flatMap(({ line, cell }) => {
  const tests = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  if (tests.length === 0) return [`${DOCUMENT}:${line}: no test holds this promise`];
  return tests.filter((name) => !isTest(name)).map((name) => `${DOCUMENT}:${line}: there is no test ${name}`);
});
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

/** The last cell of each row of each table, with its line. */
function promises(text) {
  const rows = [];
  let column;
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.startsWith("|")) {
      column = undefined;
      continue;
    }
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (column === undefined) {
      column = cells.at(-1);
      if (column !== HELD_BY && column !== SOURCE) {
        rows.push({ line: index + 1, cell: "" });
      }
    } else if (column === HELD_BY && !/^-+$/.test(cells[0])) {
      rows.push({ line: index + 1, cell: cells.at(-1) });
    }
  }
  return rows;
}

/** Whether `file::name` is a test of Rust that runs (a function marked as one, not ignored) or of a browser (by its title). */
function isTest(reference) {
  const [file, name] = reference.split("::");
  if (!name || !existsSync(file)) return false;
  const source = readFileSync(file, "utf8")
    .replaceAll(/^\s*\/\/.*$/gm, "")
    .replaceAll(/\/\*[^]*?\*\//g, "");
  if (!file.endsWith(".rs")) return source.includes(`test("${name}"`);
  const at = source.search(new RegExp(`\\bfn ${name}\\(`));
  const marks = source
    .slice(0, Math.max(at, 0))
    .split(/\n\s*\n|\}\s*\n/)
    .at(-1);
  return at >= 0 && marks.includes("#[test]") && !/#\[(ignore|cfg)/.test(marks);
}
