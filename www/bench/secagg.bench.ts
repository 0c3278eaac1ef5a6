// ./build.sh bench secagg: the same sums as natively, in Chromium.

import { add } from "./figures";
import { pick, RUNS } from "./mode";
import { openBench } from "./site";
import { test } from "./test";

/** Values of an update: `lenet`'s. */
const VALUES = pick(431_080, 1000);
/** Workers of a whole sum, and how many in a smoke run. */
const WHOLE = [100, 12] as const;
/** Cohorts of which one worker alone is measured: a whole sum of so many takes minutes. */
const ONE_OF = [
  [1000, 20],
  [10_000, 40],
] as const;

test("secure sums in a dedicated worker", async ({ page, until }) => {
  test.setTimeout(900_000);
  await openBench(page, "measureSecureClient");
  for (let run = 0; run < RUNS; run += 1) {
    const given = [pick<number>(...WHOLE), VALUES] as const;
    const sum = await until(page.evaluate((given) => window.measureSecureSum(...given), given));
    add("secagg", `secagg/n${WHOLE[0]}/chromium/server_ms`, sum.serverMs);
    add("secagg", `secagg/n${WHOLE[0]}/chromium/client_ms`, sum.clientMs);
    for (const [workers, few] of ONE_OF) {
      const given = [pick<number>(workers, few), VALUES] as const;
      const spent = await until(page.evaluate((given) => window.measureSecureClient(...given), given));
      add("secagg", `secagg/n${workers}/chromium/one_client_ms`, spent);
    }
  }
});
