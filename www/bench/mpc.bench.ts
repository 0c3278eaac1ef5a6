// ./build.sh bench mpc: runs the bench page in Chromium and adds its figures to the native ones.

import { expect, test } from "@playwright/test";

import { add } from "./figures";
import { median } from "./median";
import type { Figures } from "./mpc";

/** Where bench.config.ts serves the site. */
const SITE_PORT = 4175;
const PRESETS = ["lenet5", "mlp", "network1", "network2", "lenet"];
/** Networks that are trained on shares. */
const TRAINED = ["linear", "tutorial", "lenet5"];
/** Those that are trained to the end, and for how many epochs. */
const ACCURATE = [["linear", 5], ["tutorial", 10]] as const;

test("encrypted classification between real workers", async ({ page }) => {
  test.setTimeout(600_000);
  await page.goto("./");
  await page.waitForFunction(() => "measure" in window);
  for (const preset of PRESETS) {
    for (const saving of ["bytes", "rounds"] as const) {
      const figures: Figures = await page.evaluate(
        ([name, saving, batches]) => window.measure(name, saving, new URL("data/", location.href).href, batches),
        // Batches save bytes either way.
        [preset, saving, preset === "lenet5" && saving === "bytes"] as const,
      );
      for (const [figure, value] of Object.entries(figures)) {
        add("mpc", `mpc/${preset}${saving === "rounds" ? "/few_rounds" : ""}/${figure}`, value);
      }
    }
  }
});

test("training on shares between real workers", async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto("./");
  await page.waitForFunction(() => "measureCourse" in window);
  for (const preset of TRAINED) {
    const figures: Figures = await page.evaluate(
      (name) => window.measureCourse(name, new URL("data/", location.href).href),
      preset,
    );
    for (const [figure, value] of Object.entries(figures)) {
      add("mpc", `mpc/train/${preset}/${figure}`, value);
    }
  }
});

test("how well a model reads that was trained on shares and never opened", async ({ page }) => {
  test.setTimeout(900_000);
  await page.goto("./");
  await page.waitForFunction(() => "measureCourseAccuracy" in window);
  for (const [preset, epochs] of ACCURATE) {
    const figures: Figures = await page.evaluate(
      ([name, epochs]) => window.measureCourseAccuracy(name, epochs, new URL("data/", location.href).href),
      [preset, epochs] as const,
    );
    for (const [figure, value] of Object.entries(figures)) add("mpc", `mpc/train/${preset}/${figure}`, value);
  }
});

/** How often a stroke's last move is timed. */
const STROKES = 40;

test("from the pen's last move to the answer on the screen", async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto(`http://localhost:${SITE_PORT}/?room=bench`);
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
  const took: number[] = [];
  for (let n = 0; n < STROKES; n += 1) {
    await page.getByTestId("clear").click();
    await page.mouse.move(pad.x + pad.width / 2, pad.y + 0.2 * pad.height);
    await page.mouse.down();
    await page.mouse.move(pad.x + pad.width / 2 + n, pad.y + 0.8 * pad.height, { steps: 8 });
    await page.waitForTimeout(200);
    await page.mouse.up();
    const last = await page.evaluate(() => (window as unknown as { took: number[] }).took.at(-1));
    if (last !== undefined) took.push(last);
  }
  add("mpc", "page/lenet5/pen_to_answer_ms", median(took));
});
