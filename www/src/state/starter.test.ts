import { createHash } from "node:crypto";
import { expect, test, vi } from "vitest";

import { fetchStarter } from "./starter";

const WEIGHTS = Float32Array.of(1, -2, 0.5);
const sha256 = createHash("sha256").update(new Uint8Array(WEIGHTS.buffer)).digest("hex");
const ABOUT = JSON.stringify({ preset: "lenet5", accuracy: 97.5, sha256 });

/** A site with these files. */
const serve = (files: Record<string, string | ArrayBuffer>) =>
  vi.stubGlobal("fetch", async (address: string) => {
    const file = files[address.replace("data/", "")];
    return file === undefined ? new Response("", { status: 404 }) : new Response(file);
  });

test("a starting model that is what it says is read", async () => {
  serve({ "starter.json": ABOUT, "starter.bin": WEIGHTS.buffer });
  expect(await fetchStarter("data/")).toEqual({ preset: "lenet5", accuracy: 97.5, hash: sha256, weights: WEIGHTS });
});

test.each<[string, Record<string, string | ArrayBuffer>, RegExp]>([
  ["there is none", {}, /starter\.(json|bin): 404/],
  ["its weights are missing", { "starter.json": ABOUT }, /starter\.bin: 404/],
  ["its weights are others", { "starter.json": ABOUT, "starter.bin": Float32Array.of(1, 2).buffer }, /damaged/],
  ["its weights are cut", { "starter.json": ABOUT, "starter.bin": WEIGHTS.buffer.slice(0, 5) }, /damaged/],
  ["what it says is no JSON", { "starter.json": "<html>", "starter.bin": WEIGHTS.buffer }, /JSON/],
  ["what it says is nothing", { "starter.json": "{}", "starter.bin": WEIGHTS.buffer }, /damaged/],
])("it is refused where %s", async (_, files, reason) => {
  serve(files);
  await expect(fetchStarter("data/")).rejects.toThrow(reason);
});
