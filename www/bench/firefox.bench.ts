// ./build.sh bench firefox: the page's own network on the bench page, in Firefox and in Chromium in turn.

import { Firefox } from "../scripts/firefox";
import { add, addAll } from "./figures";
import { pick, RUNS, SMOKE } from "./mode";
import type { Times } from "./mpc";
import { dataOf, openBench } from "./site";
import { test } from "./test";

/** Its clock ticks but once a millisecond, unless it is told otherwise. */
const FINE_CLOCK = { "privacy.reduceTimerPrecision": false };
const TIMES: Times = pick(
  { settleMs: 2000, warmUp: 10, drawings: 50, batches: 5, batch: 100 },
  { settleMs: 0, warmUp: 1, drawings: 2, batches: 1, batch: 10 },
);

type Secret = Parameters<Window["measure"]>;
type Training = Parameters<Window["measureTraining"]>;

test("encrypted classification and training in Firefox and Chromium", async ({ page, baseURL, until }) => {
  test.setTimeout(900_000);
  const secret: Secret = ["lenet5", "bytes", TIMES, dataOf(baseURL)];
  const training: Training = ["lenet5", dataOf(baseURL), SMOKE];
  const firefox = await Firefox.start(FINE_CLOCK);
  const browsers = {
    firefox: {
      secret: () => firefox.evaluate((...given: Secret) => window.measure(...given), ...secret),
      training: () => firefox.evaluate((...given: Training) => window.measureTraining(...given), ...training),
    },
    chromium: {
      secret: () => until(page.evaluate((given) => window.measure(...given), secret)),
      training: () => until(page.evaluate((given) => window.measureTraining(...given), training)),
    },
  };
  try {
    await firefox.open(`${baseURL}`);
    await openBench(page, "measureTraining");
    for (let run = 0; run < RUNS; run += 1) {
      for (const [browser, measures] of Object.entries(browsers)) {
        addAll("firefox", `firefox/lenet5/${browser}`, Object.entries(await measures.secret()));
        for (const [name, value] of await measures.training()) {
          if (/^(images_per_s|us_per_image)$/.test(name)) add("firefox", `firefox/lenet5/${browser}/${name}`, value);
        }
      }
    }
  } finally {
    await firefox.quit();
  }
});
