// ./build.sh bench train: the same figures as natively, in Chromium.

import { noteBatches } from "./batches";
import { add } from "./figures";
import { pick, RUNS, SMOKE } from "./mode";
import { dataOf, openBench, SITE } from "./site";
import { expect, test } from "./test";

const PRESETS = ["lenet5", "lenet", "mlp", "mcmahan"];

test("training in a dedicated worker", async ({ page, baseURL, until }) => {
  test.setTimeout(900_000);
  await openBench(page, "measureTraining");
  for (let run = 0; run < RUNS; run += 1) {
    for (const preset of PRESETS) {
      const given = [preset, dataOf(baseURL), SMOKE] as const;
      const timings = await until(page.evaluate((given) => window.measureTraining(...given), given));
      for (const [name, value] of timings) add("train", nameOf(preset, name), value);
    }
  }
});

function nameOf(preset: string, name: string): string {
  if (name === "peak_gflops") return "peak/chromium/gflops";
  if (name.startsWith("images_per_s")) return `train/${preset}/chromium/${name}`;
  if (name === "us_per_image") return `infer/${preset}/chromium/${name}`;
  return `step/${preset}/chromium/${name}`;
}

/** How long frames are watched. */
const WATCH_MS = pick(5000, 500);

test("frames of a worker's tab while it trains", async ({ context, page: aggregator, until }) => {
  test.setTimeout(300_000);
  // One worker alone, with all digits, trains without a pause; secure sums take three, which wait for each other.
  const query = `?room=frames&shards=${pick(1, 60)}&rounds=1000&secagg=off`;
  await aggregator.goto(`${SITE}/${query}`);
  const tab = await context.newPage();
  await noteBatches(tab);
  await tab.goto(`${SITE}/worker.html${query}`);
  await expect(aggregator.locator("[data-testid=member][data-state=idle]")).toHaveCount(1, { timeout: 60_000 });
  await aggregator.getByTestId("start-training").click();
  await tab.bringToFront();
  await expect(tab.getByTestId("worker-loss")).toHaveText(/\d/, { timeout: 60_000 });
  for (let run = 0; run < RUNS; run += 1) {
    const { frames, progress } = await until(tab.evaluate(watch, WATCH_MS));
    expect(progress, "it trains while it is watched").toBeGreaterThan(0);
    const gaps = frames.slice(1).map((time, index) => time - (frames[index] ?? time));
    gaps.sort((a, b) => a - b);
    const [first = 0, last = 0] = [frames[0], frames.at(-1)];
    add("train", "page/training/frames_per_s", (1000 * gaps.length) / (last - first));
    add("train", "page/training/frame_p95_ms", gaps[Math.floor(0.95 * gaps.length)] ?? Number.NaN);
  }
});

/** When there were frames, over a span, and how often the worker told how far it was. Runs in the page. */
async function watch(span: number): Promise<{ frames: number[]; progress: number }> {
  const before = window.batches.length;
  const frames = await new Promise<number[]>((resolve) => {
    const times: number[] = [];
    const look = (now: number) => {
      times.push(now);
      if (now - (times[0] ?? now) < span) requestAnimationFrame(look);
      else resolve(times);
    };
    requestAnimationFrame(look);
  });
  return { frames, progress: window.batches.length - before };
}
