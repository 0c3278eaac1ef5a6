// ./build.sh bench secagg: the same sums as natively, in Chromium.

import { test } from "@playwright/test";

import { add } from "./figures";
import { median } from "./median";
import type { Costs } from "./secagg";

/** Values of an update: `lenet`'s. */
const VALUES = 431_080;
/** Whole sums. */
const TIMES = 3;

test("secure sums in a dedicated worker", async ({ page }) => {
  test.setTimeout(600_000);
  await page.goto("./");
  await page.waitForFunction(() => "measureSecureClient" in window);
  const sums: Costs[] = [];
  for (let n = 0; n < TIMES; n += 1) {
    sums.push(await page.evaluate((values) => window.measureSecureSum(100, values), VALUES));
  }
  const path = (workers: number) => `secagg/n${workers}/${VALUES}/drop10`;
  add("secagg", `${path(100)}/server_ms_chromium`, median(sums.map((sum) => sum.serverMs)));
  add("secagg", `${path(100)}/client_ms_chromium`, median(sums.map((sum) => sum.clientMs)));
  // A whole sum of so many takes minutes; one worker's part does not.
  const clientOf = (workers: number) =>
    page.evaluate(([n, values]) => window.measureSecureClient(n, values), [workers, VALUES] as const);
  add("secagg", `${path(1000)}/client_ms_chromium`, await clientOf(1000));
  add("secagg", "secagg/n10000/client_ms_chromium", await clientOf(10_000));
});
