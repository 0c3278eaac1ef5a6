// ./build.sh bench train: the same figures as natively, in Chromium.

import { expect, test } from "@playwright/test";

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

/** How long frames are watched. */
const WATCH_MS = 5000;
const SITE_PORT = 4175;

test("frames of a worker's tab while it trains", async ({ context }) => {
  test.setTimeout(120_000);
  const site = `http://localhost:${SITE_PORT}`;
  const query = "?room=frames&shards=1&rounds=1000";
  const aggregator = await context.newPage();
  await aggregator.goto(`${site}/${query}`);
  const tab = await context.newPage();
  await tab.goto(`${site}/worker.html${query}`);
  await aggregator.getByTestId("start-training").click();
  await tab.bringToFront();
  await expect(tab.getByTestId("worker-loss")).toHaveText(/\d/, { timeout: 30_000 });
  const frames = await tab.evaluate(
    (span) =>
      new Promise<number[]>((resolve) => {
        const times: number[] = [];
        const look = (now: number) => {
          times.push(now);
          if (now - (times[0] ?? now) < span) requestAnimationFrame(look);
          else resolve(times);
        };
        requestAnimationFrame(look);
      }),
    WATCH_MS,
  );
  const gaps = frames.slice(1).map((time, index) => time - (frames[index] ?? time));
  gaps.sort((a, b) => a - b);
  const [first = 0, last = 0] = [frames[0], frames.at(-1)];
  add("train", "page/training/frames_per_s", (1000 * gaps.length) / (last - first));
  add("train", "page/training/frame_p95_ms", gaps[Math.floor(0.95 * gaps.length)] ?? Number.NaN);
});
