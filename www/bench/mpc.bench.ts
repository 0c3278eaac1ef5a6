// ./build.sh bench mpc: runs the bench page in Chromium and adds its figures to the native ones.

import { readFileSync, writeFileSync } from "node:fs";
import { test } from "@playwright/test";

import type { Figures } from "./mpc";

const FILE = "../target/bench/mpc.json";
const PRESETS = ["lenet5", "mlp", "network1", "network2", "lenet"];

interface Figure {
  name: string;
  value: number;
  unit: string;
}

const unitOf = (name: string): string => /_(ms|bytes|images_per_s)$/.exec(name)?.[1] ?? "";

test("encrypted classification between real workers", async ({ page }) => {
  test.setTimeout(600_000);
  await page.goto("./");
  await page.waitForFunction(() => "measure" in window);
  const all = JSON.parse(readFileSync(FILE, "utf8")) as Figure[];
  for (const preset of PRESETS) {
    const figures: Figures = await page.evaluate(
      ([name, batches]) => window.measure(name, new URL("data/", location.href).href, batches),
      [preset, preset === "lenet5"] as const,
    );
    for (const [figure, value] of Object.entries(figures)) {
      const name = `mpc/${preset}/${figure}`;
      all.push({ name, value, unit: unitOf(name) });
      console.log(name.padEnd(48), value.toFixed(value < 100 ? 2 : 0).padStart(12));
    }
  }
  writeFileSync(FILE, `${JSON.stringify(all, null, 1)}\n`);
});
