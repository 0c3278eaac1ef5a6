// Downloads the four files of MNIST: node fetch-mnist.mjs <folder>
//
// Files that are there already are kept. What is in them is checked by prepare_digits, which
// knows their hashes.

import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILES = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];
const MIRRORS = ["https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"];
const ANSWER_MS_MAX = 10_000;
const FILE_MS_MAX = 60_000;
const FILE_BYTES_MAX = 20_000_000;

const [folder, ...rest] = process.argv.slice(2);
if (!folder || rest.length > 0) {
  console.error("usage: node fetch-mnist.mjs <folder>");
  process.exit(2);
}
try {
  await mkdir(folder, { recursive: true });
  for (const file of FILES) await fetchFile(file);
} catch (error) {
  console.error(`fetch-mnist: ${error.message}`);
  process.exit(1);
}

/** Downloads `file` from the first mirror that has it, unless it is there. */
async function fetchFile(file) {
  const path = join(folder, file);
  if (await isFile(path)) return;
  const reasons = [];
  for (const mirror of MIRRORS) {
    let bytes;
    try {
      bytes = await download(mirror + file);
    } catch (error) {
      reasons.push(`  ${mirror}: ${reasonOf(error)}`);
      continue;
    }
    await writeWhole(path, bytes);
    console.log(`${mirror}${file}: ${bytes.length} bytes`);
    return;
  }
  throw new Error(`no mirror has ${file}\n${reasons.join("\n")}`);
}

/** The bytes at `url`; fails when the answer or the whole takes too long, or is too large. */
async function download(url) {
  const control = new AbortController();
  const abort = (what, ms) => setTimeout(() => control.abort(new Error(`${what} within ${ms / 1000} s`)), ms);
  const whole = abort("not complete", FILE_MS_MAX);
  const answer = abort("no answer", ANSWER_MS_MAX);
  try {
    const response = await fetch(url, { signal: control.signal });
    clearTimeout(answer);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const chunks = [];
    let length = 0;
    for await (const chunk of response.body) {
      length += chunk.length;
      if (length > FILE_BYTES_MAX) throw new Error(`more than ${FILE_BYTES_MAX} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(answer);
    clearTimeout(whole);
  }
}

/** Writes a file that is either whole or not there, whatever interrupts it. */
async function writeWhole(path, bytes) {
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function isFile(path) {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return false;
  }
}

/** What went wrong, with the cause that fetch wraps. */
function reasonOf(error) {
  return error.cause?.message || error.cause?.code || error.message;
}
