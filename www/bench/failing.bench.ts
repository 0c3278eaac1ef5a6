// That a measurement ends with the reason when a role fails: no suite, but run with all of them in ./build.sh test.

import { openBench } from "./site";
import { expect, test } from "./test";

const NOWHERE = "http://localhost:4174/nowhere/";

test("a command that cannot be sent fails its role", async ({ page }) => {
  test.setTimeout(20_000);
  await openBench(page, "withholdPort");
  await expect(page.evaluate(() => window.withholdPort())).rejects.toThrow(/could not be sent: .*port/i);
});

test("a role that fails ends what is measured with the reason", async ({ page }) => {
  test.setTimeout(60_000);
  await openBench(page, "measureCourse");
  const secret = ["lenet5", "bytes", { settleMs: 0, warmUp: 1, drawings: 1, batches: 0, batch: 0 }, NOWHERE] as const;
  await expect(page.evaluate((given) => window.measure(...given), secret)).rejects.toThrow(/aggregator: .*failed/);
  const course = ["linear", { batch: 8, warmUp: 1, measured: 9 }, NOWHERE] as const;
  await expect(page.evaluate((given) => window.measureCourse(...given), course)).rejects.toThrow(/silo: .*unshared/);
});

test("an error in a page ends what is waited for", async ({ page, until }) => {
  await page.goto("./");
  const asked = page.evaluate(() =>
    setTimeout(() => {
      throw new Error("thrown in a handler");
    }),
  );
  await expect(until(new Promise<never>(() => {}))).rejects.toThrow("thrown in a handler");
  await asked;
});
