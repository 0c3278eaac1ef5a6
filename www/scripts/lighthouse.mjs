// Lighthouse on the built page, as a phone and as a desktop computer; three visits each; fails where the
// median of a category is below 95.
//
//   CHROMIUM=<path> node lighthouse.mjs <folder of the page> <folder for the reports> <file of figures>

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const VERSION = "13.5.0";
const PORT = 4175;
const LEAST = 95;
const RUNS = 3;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

const [page, reports, file] = process.argv.slice(2);
if (!page || !reports || !file) {
  console.error("usage: node lighthouse.mjs <page> <reports> <figures>");
  process.exit(1);
}
mkdirSync(reports, { recursive: true });
const sirv = ["node_modules/sirv-cli/bin.js", page, "--gzip", "--brotli", "--quiet", "--host", "localhost", "--port", String(PORT)];
const server = spawn(process.execPath, sirv, { stdio: "inherit" });
const address = `http://localhost:${PORT}/`;
while (
  !(await fetch(address).then(
    (response) => response.ok,
    // Until it listens, it refuses.
    () => false,
  ))
) {
  if (server.exitCode !== null) throw new Error(`the page is not served on port ${PORT}`);
  await setTimeout(200);
}

const written = JSON.parse(readFileSync(file, "utf8"));
let failed = false;
for (const form of ["mobile", "desktop"]) {
  const visits = Array.from({ length: RUNS }, (_, run) => audit(form, run)).filter((report) => report !== undefined);
  failed ||= visits.length < RUNS;
  const keep = (name, pick) => (written.figures[`lighthouse/${form}/${name}`] = visits.map(pick));
  keep("blocked_ms", ({ audits }) => audits["total-blocking-time"].numericValue);
  keep("layout_shift", ({ audits }) => audits["cumulative-layout-shift"].numericValue);
  keep("benchmark", ({ environment }) => environment.benchmarkIndex);
  for (const category of CATEGORIES) {
    const scores = keep(category, ({ categories }) => Math.round(100 * categories[category].score));
    const middle = scores.toSorted((a, b) => a - b)[Math.floor(scores.length / 2)] ?? 0;
    console.log(`${form} ${category} ${middle} (${scores.join(", ")})`);
    if (middle >= LEAST) continue;
    failed = true;
    const [{ audits, categories }] = visits;
    const poor = categories[category].auditRefs.filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 0.9);
    for (const { id } of poor) console.log(`  ${audits[id].title} ${audits[id].displayValue ?? ""}`);
  }
}
server.kill();
writeFileSync(file, `${JSON.stringify(written, null, 1)}\n`);
process.exit(failed ? 1 : 0);

/** One visit of a form; nothing when Lighthouse failed. */
function audit(form, run) {
  const report = join(reports, `lighthouse-${form}-${run + 1}.json`);
  const flags = ["--output=json", `--output-path=${report}`, "--quiet", "--chrome-flags=--headless=new --no-sandbox --disable-gpu"];
  if (form === "desktop") flags.push("--preset=desktop");
  const { status } = spawnSync("npx", ["--yes", `lighthouse@${VERSION}`, address, ...flags], {
    stdio: "inherit",
    env: { ...process.env, ...(process.env.CHROMIUM && { CHROME_PATH: process.env.CHROMIUM }) },
  });
  return status === 0 ? JSON.parse(readFileSync(report, "utf8")) : undefined;
}
