// ./build.sh bench firefox: the page's own network on the bench page, in Firefox.

import { test } from "@playwright/test";

import { Firefox } from "../scripts/firefox";
import { add } from "./figures";

/** Its clock ticks but once a millisecond, unless it is told otherwise. */
const FINE_CLOCK = { "privacy.reduceTimerPrecision": false };

test("encrypted classification and training in Firefox", async ({ baseURL }) => {
  test.setTimeout(600_000);
  const firefox = await Firefox.start(FINE_CLOCK);
  try {
    await firefox.open(`${baseURL}`);
    const secret = await firefox.evaluate(() => window.measure("lenet5", "bytes", new URL("data/", location.href).href, true));
    for (const [name, value] of Object.entries(secret)) add("firefox", `mpc/lenet5/firefox/${name}`, value);
    const training = await firefox.evaluate(() => window.measureTraining("lenet5", new URL("data/", location.href).href));
    for (const [name, value] of training) add("firefox", `train/lenet5/firefox/${name}`, value);
  } finally {
    await firefox.quit();
  }
});
