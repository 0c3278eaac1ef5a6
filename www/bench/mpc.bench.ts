// ./build.sh bench mpc: runs the bench page in Chromium and adds its figures to the native ones.

import { add, addAll } from "./figures";
import { pick, RUNS } from "./mode";
import type { Times } from "./mpc";
import { dataOf, openBench, SITE } from "./site";
import { expect, test } from "./test";

const PRESETS = ["lenet5", "mlp", "network1", "network2", "lenet"];
const TIMES: Times = pick(
  { settleMs: 2000, warmUp: 10, drawings: 50, batches: 5, batch: 100 },
  { settleMs: 0, warmUp: 1, drawings: 2, batches: 1, batch: 10 },
);
/** Networks that are trained on shares. */
const TRAINED = ["linear", "tutorial", "lenet5"];
const STEPS = pick({ batch: 64, warmUp: 10, measured: 30 }, { batch: 8, warmUp: 1, measured: 9 });
/** Those that are trained to the end, and for how many epochs. */
const ACCURATE = [
  ["linear", 5],
  ["tutorial", 10],
] as const;
const DIGITS = pick({ batch: 64, digits: 6000, tested: 10_000 }, { batch: 8, digits: 64, tested: 100 });
/** How often a stroke's last move is timed. */
const STROKES = pick(40, 3);

test("encrypted classification between real workers", async ({ page, baseURL, until }) => {
  test.setTimeout(900_000);
  await openBench(page, "measure");
  for (let run = 0; run < RUNS; run += 1) {
    for (const preset of PRESETS) {
      for (const saving of ["bytes", "rounds"] as const) {
        // Batches save bytes either way.
        const times = preset === "lenet5" && saving === "bytes" ? TIMES : { ...TIMES, batches: 0 };
        const given = [preset, saving, times, dataOf(baseURL)] as const;
        const figures = await until(page.evaluate((given) => window.measure(...given), given));
        addAll("mpc", `mpc/${preset}${saving === "rounds" ? "/few_rounds" : ""}/chromium`, Object.entries(figures));
      }
    }
  }
});

test("training on shares between real workers", async ({ page, baseURL, until }) => {
  test.setTimeout(600_000);
  await openBench(page, "measureCourse");
  for (let run = 0; run < RUNS; run += 1) {
    for (const preset of TRAINED) {
      const given = [preset, STEPS, dataOf(baseURL)] as const;
      const figures = await until(page.evaluate((given) => window.measureCourse(...given), given));
      addAll("mpc", `mpc/train/${preset}`, Object.entries(figures));
    }
  }
});

test("how well a model reads that was trained on shares and never opened", async ({ page, baseURL, until }) => {
  test.setTimeout(900_000);
  await openBench(page, "measureCourseAccuracy");
  for (const [preset, epochs] of ACCURATE) {
    const given = [preset, { ...DIGITS, epochs: pick(epochs, 1) }, dataOf(baseURL)] as const;
    const figures = await until(page.evaluate((given) => window.measureCourseAccuracy(...given), given));
    addAll("mpc", `mpc/train/${preset}`, Object.entries(figures));
  }
});

test("from the pen's last move to the answer on the screen", async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto(`${SITE}/?room=bench`);
  await expect(page.getByTestId("secret-panel")).toHaveAttribute("data-session", "ready", { timeout: 30_000 });
  await page.getByTestId("digit-pad").evaluate((pad) => {
    Object.assign(window, { moved: 0, took: [] });
    pad.addEventListener("pointermove", (event) => Object.assign(window, { moved: event.timeStamp }));
  });
  await page.getByTestId("prediction").evaluate((answer) => {
    const timed = window as unknown as { moved: number; took: number[] };
    const look = () => {
      // The frame after the change has it on the screen.
      const moved = timed.moved;
      if (answer.getAttribute("data-state") === "done") requestAnimationFrame((now) => timed.took.push(now - moved));
    };
    new MutationObserver(look).observe(answer, { attributes: true, attributeFilter: ["data-state"] });
  });
  const pad = await page.getByTestId("digit-pad").boundingBox();
  if (!pad) throw new Error("the pad is not on the page");
  for (let n = 0; n < STROKES; n += 1) {
    await page.evaluate(() => Object.assign(window, { took: [] }));
    await page.getByTestId("clear").click();
    await page.mouse.move(pad.x + pad.width / 2, pad.y + 0.2 * pad.height);
    await page.mouse.down();
    await page.mouse.move(pad.x + pad.width / 2 + n, pad.y + 0.8 * pad.height, { steps: 8 });
    await page.waitForTimeout(200);
    await page.mouse.up();
    const last = await page.evaluate(() => (window as unknown as { took: number[] }).took.at(-1));
    if (last !== undefined) add("mpc", "page/lenet5/pen_to_answer_ms", last);
  }
});
