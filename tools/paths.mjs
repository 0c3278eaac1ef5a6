// Checks that every path and every relative link in the documents leads to something that is there.
//
//   node tools/paths.mjs
//
// A word in backticks is a path if it ends in a folder's slash or as a file of ours does, or if it begins with an entry of the
// root folder. It may leave out its first folders (`gates/relu.rs`), hold globs, `{a,b}` and placeholders (`<name>.rs`), and
// name a test after `::`. Links may have an anchor, which has to be a heading. Fenced blocks are not read.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";

/** Paths that are made, not kept: each with what makes it. */
const GENERATED = {
  "dist/": "the built page, by ./build.sh build",
  "target/": "Cargo, the benchmarks, the fuzzer",
  ".cache/": "downloads of ./build.sh",
  "artifacts/": "what breaks something, by cargo fuzz",
};
/** Tables of names of files as they were at the commit that stands beside them. */
const OF_OLDER_COMMITS = /<!-- mutants -->[^]*?<!-- \/mutants -->/g;

const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\0")
  .filter((file) => file && existsSync(file));
const tree = [...new Set(files.flatMap((file) => [file, ...folders(file)]))];
const roots = new Set(tree.filter((entry) => !entry.includes("/")));
const endings = new Set(files.map((file) => posix.extname(file)).filter(Boolean));
const anchors = new Map();

const problems = files.filter((file) => file.endsWith(".md")).flatMap(check);
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

function check(file) {
  return prose(file)
    .split("\n")
    .flatMap((line, index) => {
      const wrong = [];
      const rest = line.replaceAll(/`([^`]+)`/g, (_, code) => {
        wrong.push(
          ...code
            .split(/\s+/)
            .map(path)
            .filter((name) => name && !isThere(name, file)),
        );
        return "code";
      });
      wrong.push(...targets(rest).filter((target) => !leadsSomewhere(target, file)));
      return wrong.map((what) => `${file}:${index + 1}: ${what} is not there`);
    });
}

/** What is read of a document: in a changelog, what is not released yet; no code; each line where it was. */
function prose(file) {
  let text = readFileSync(file, "utf8");
  if (file === "CHANGELOG.md") text = text.split(/^(?=## \[\d)/m)[0];
  const blank = (part) => part.replaceAll(/[^\n]/g, "");
  return text.replaceAll(OF_OLDER_COMMITS, blank).replaceAll(/^( *)```[^]*?^\1```/gm, blank);
}

/** The path that a word of code is, if it is one. */
function path(word) {
  const name = word
    .replace(/^["'(]+|["'),;:.]+$/g, "")
    .replace(/^\.\//, "")
    .split("::")[0];
  if (!/^[\w.@<{*][\w.@<>{}*,/-]*$/.test(name)) return undefined;
  const [first, ...rest] = name.split("/");
  const isFile = endings.has(posix.extname(name)) && !/\.(com|org)$/.test(name);
  return isFile || name.endsWith("/") || (rest.length > 0 && roots.has(first)) ? name : undefined;
}

function isThere(name, file) {
  if (Object.keys(GENERATED).some((made) => `${name}/`.startsWith(made))) return true;
  return alternatives(name.replace(/\/$/, "")).every((one) => {
    const pattern = one
      .split(/<[^>]*>|\*+/)
      .map((part) => part.replaceAll(/[.+]/g, "\\$&"))
      .join("[^/]+");
    const beside = posix.join(posix.dirname(file), one);
    return tree.includes(beside) || tree.some((entry) => new RegExp(`(^|/)${pattern}$`).test(entry));
  });
}

/** `a/{b,c}` is `a/b` and `a/c`. */
function alternatives(name) {
  const [, before, inside, after] = /^(.*?)\{([^}]*)\}(.*)$/.exec(name) ?? [];
  return inside === undefined ? [name] : inside.split(",").flatMap((one) => alternatives(before + one + after));
}

/** What links and pictures of a line lead to, within this repository. */
function targets(line) {
  const links = [...line.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"\s]+)"/g)].map(([, md, html]) => md ?? html);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(target, file) {
  const [name, anchor] = target.split("#");
  const entry = name ? posix.join(posix.dirname(file), name).replace(/\/$/, "") : file;
  return tree.includes(entry) && (anchor === undefined || headings(entry).has(anchor));
}

/** The anchors of a document's headings, as GitHub makes them. */
function headings(file) {
  if (!anchors.has(file)) {
    const found = new Set();
    for (const [, text] of prose(file).matchAll(/^#+ (.*)$/gm)) {
      const plain = text.replaceAll(/\]\([^)]*\)/g, "").toLowerCase();
      const anchor = plain.replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
      let [unique, times] = [anchor, 0];
      while (found.has(unique)) unique = `${anchor}-${++times}`;
      found.add(unique);
    }
    anchors.set(file, found);
  }
  return anchors.get(file);
}

/** All folders that a file is in. */
function folders(file) {
  const parent = posix.dirname(file);
  return parent === "." ? [] : [parent, ...folders(parent)];
}
