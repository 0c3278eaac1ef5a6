// Lays a .gz and a .br beside every file of a built page that shrinks by it, for hosts that serve
// such files in place of the plain ones.
//
//   node compress.mjs <folder>

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const KINDS = new Set([".html", ".js", ".css", ".svg", ".wasm", ".webmanifest"]);

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node compress.mjs <folder>");
  process.exit(1);
}
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !KINDS.has(extname(entry.name))) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: quality }));
}
