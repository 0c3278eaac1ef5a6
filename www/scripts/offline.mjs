// Builds the service worker into a built page: it knows every file by its content.
//
//   node offline.mjs <folder>

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node offline.mjs <folder>");
  process.exit(1);
}
const out = resolve(folder);
const revision = (path) =>
  createHash("sha256")
    .update(readFileSync(join(out, path)))
    .digest("hex")
    .slice(0, 16);
const all = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(out, join(entry.parentPath, entry.name)).split(sep).join("/"))
  .filter((path) => path !== "sw.js" && !/\.(br|gz)$/.test(path))
  .sort();
// Digits are kept when a tab asks for them; what is in assets/ is named after its content.
const files = all
  .filter((path) => !/^data\/(train|test)\//.test(path))
  .map((url) => ({ url, revision: url.startsWith("assets/") ? null : revision(url) }));
const site = { files, digits: revision("data/manifest.json") };

await build({
  configFile: false,
  root: fileURLToPath(new URL("..", import.meta.url)),
  logLevel: "warn",
  publicDir: false,
  define: { SITE: JSON.stringify(site), "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: out,
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/offline/worker.ts", formats: ["iife"], name: "sotto", fileName: () => "sw.js" },
  },
});
