// ./build.sh bench train: the same figures as natively, in Chromium.

import { test } from "@playwright/test";

import { add } from "./figures";

const PRESETS = ["lenet5", "lenet", "mlp", "mcmahan"];

test("training in a dedicated worker", async ({ page }) => {
  test.setTimeout(900_000);
  await page.goto("./");
  await page.waitForFunction(() => "measureTraining" in window);
  for (const preset of PRESETS) {
    const timings = await page.evaluate(
      (name) => window.measureTraining(name, new URL("data/", location.href).href),
      preset,
    );
    for (const [name, value] of timings) add("train", nameOf(preset, name), value);
  }
});

function nameOf(preset: string, name: string): string {
  if (name === "peak_gflops") return "peak/chromium/gflops";
  if (name.startsWith("images_per_s")) return `train/${preset}/chromium/${name}`;
  if (name === "us_per_image") return `infer/${preset}/chromium/${name}`;
  return `step/${preset}/${name}`;
}
