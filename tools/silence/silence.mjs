// Fails where Rust or a shell script drops an error and no comment beside it says why that is right. Clippy sees
// what is thrown away whole (`let _ =`, a bare `.ok()`); this sees what is thrown away in passing. For TypeScript
// there is www/lint/silence.js.
//
//   node silence.mjs [file...]    of the whole repository unless files are named

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** What drops an error, by the ending of a file's name, and a line of each that has to be found. */
const PATTERNS = {
  rs: [
    // A `Response` of the browser has an `ok()` of another kind.
    [/(?<!response)\.ok\(\)/, "the error becomes nothing", "let number = text.parse().ok();"],
    [/\bErr\(_\w*\)/, "the error is not looked at", "Err(_) => {}"],
    [/\b(?:if|while) let Ok\(|&& let Ok\(|\(Some\(.*Ok\(\w+\)\) =/, "nothing is done about an error", "if let Ok(x) = f() {"],
    [/\blet Ok\([^=]*=(?!.*else \{ return Err)/, "the error is not looked at", "let Ok(x) = f() else { return };"],
    [/\bdrop\([^()]*[.\w]\(/, "a result is dropped", "drop(sender.send(1));"],
    [/Result::ok\b/, "the error becomes nothing", "lines.filter_map(Result::ok);"],
    [/\b(?:unwrap_or_else|map_or_else)\(\|_/, "the error is not looked at", "f().unwrap_or_else(|_| 0);"],
    [
      /^\s*#\[(?:allow|expect)\((?:$|clippy::(?:disallowed_methods|let_underscore_must_use|unused_result_ok)\b)/,
      "a lint is off",
      "#[expect(clippy::unused_result_ok)]",
    ],
  ],
  sh: [
    [/\|\| *(?:true|:)(?=$|[\s;)'"])/, "a failure is passed over", "kill 1 || true"],
    [/2> ?\/dev\/null/, "what went wrong is not shown", "rm x 2>/dev/null"],
  ],
};

/** Where a line's own words end and a comment begins, or -1. */
const commentAt = { rs: (line) => line.indexOf("//"), sh: (line) => line.search(/(?:^|\s)#/) };

/** A text's lines without what is compiled for tests alone: those may throw away what they like. */
function linesOf(text) {
  const lines = text.split("\n");
  let until;
  return lines.map((line, at) => {
    if (until === undefined && line.trim() === "#[cfg(test)]" && /\{$/.test(lines[at + 1] ?? "")) {
      until = `${line.slice(0, line.indexOf("#"))}}`;
    }
    if (until === undefined) return line;
    if (line === until) until = undefined;
    return "";
  });
}

/** Suites, what a fuzzer runs, and modules that are declared for tests alone, with all that is below them. */
function isForTests(path, testModules) {
  if (/^(?:crates|tools)\/\w+\/tests\/|^tools\/fuzzing\//.test(path)) return true;
  return testModules.some((module) => path === `${module}.rs` || path.startsWith(`${module}/`));
}

/** What a file's `#[cfg(test)] mod name;` declares, or one for other crates' tests too, as paths without an ending. */
function declaredForTests(path) {
  const text = readFileSync(join(root, path), "utf8");
  const folder = /\/(?:mod|lib|main)\.rs$/.test(path) ? dirname(path) : path.replace(/\.rs$/, "");
  return [...text.matchAll(/#\[cfg\((?:test|any\(test, feature = "testing"\))\)\]\s+(?:pub(?:\([^)]*\))? )?mod (\w+);/g)].map(([, name]) =>
    join(folder, name),
  );
}

/** The lines of a text that drop an error without a reason beside them. */
function silent(path, text = readFileSync(join(root, path), "utf8")) {
  const kind = path.endsWith(".rs") ? "rs" : "sh";
  const lines = linesOf(text);
  const hasComment = (line) => commentAt[kind](line ?? "") >= 0 && !/^\s*\/\/[/!]/.test(line);
  return lines.flatMap((line, at) => {
    const end = commentAt[kind](line);
    const code = end < 0 ? line : line.slice(0, end);
    const [, what] = PATTERNS[kind].find(([pattern]) => pattern.test(code)) ?? [];
    // Another error takes the place of this one.
    const isReplaced = lines
      .slice(at, at + 3)
      .join(" ")
      .includes(".ok_or");
    const isExpected =
      code.includes("#[") &&
      lines
        .slice(at, at + 5)
        .join(" ")
        .includes("reason =");
    if (what === undefined || isReplaced || isExpected || hasComment(line) || hasComment(lines[at - 1])) return [];
    return [`${path}:${at + 1}: ${what}: mend it, tell of it, or say beside it why silence is right\n    ${line.trim()}`];
  });
}

function all(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(rs|sh)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** A check that cannot fail is none: each pattern finds its line, and a reason or a test excuses it. */
function prove() {
  for (const [kind, patterns] of Object.entries(PATTERNS)) {
    const comment = kind === "rs" ? "// a reason" : "# a reason";
    for (const [, , line] of patterns) {
      const cases = [
        [line, 1],
        [`${line} ${comment}`, 0],
        [`${comment}\n${line}`, 0],
      ];
      if (kind === "rs") cases.push([`#[cfg(test)]\nmod tests {\n${line}\n}`, 0], [`/// A doc.\n${line}`, 1]);
      for (const [text, count] of cases) {
        if (silent(`proof.${kind}`, text).length !== count) throw new Error(`silence.mjs should find ${count} here:\n${text}`);
      }
    }
  }
}

prove();
const given = process.argv.slice(2).map((path) => relative(root, join(process.cwd(), path)));
const files = given.length > 0 ? given : ["build.sh", ...["src", "crates", "tools"].flatMap(all)];
const testModules = files.filter((path) => path.endsWith(".rs")).flatMap(declaredForTests);
const found = files.filter((path) => !isForTests(path, testModules)).flatMap((path) => silent(path));
found.forEach((one) => console.error(one));
if (found.length > 0) process.exit(1);
