// ./build.sh bench load: from the first visit to the first trained batch, and to the first digit that is read on shares, with
// nothing cached.

import type { Browser } from "@playwright/test";

import { noteBatches } from "./batches";
import { add } from "./figures";
import { pick } from "./mode";
import { SITE } from "./site";
import { expect, test } from "./test";

const VISITS = pick(7, 1);

interface Visit {
  ready: number;
  firstBatch: number;
  kilobytes: number;
  digits: number;
}

test("from the first visit to the first trained batch", async ({ browser }) => {
  test.setTimeout(600_000);
  for (let n = 0; n < VISITS; n += 1) {
    const { ready, firstBatch, kilobytes, digits } = await visit(browser, "br");
    add("load", "load/transfer_kb", kilobytes);
    add("load", "load/digits_kb", digits);
    add("load", "load/ready_ms", ready);
    add("load", "load/first_batch_ms", firstBatch);
  }
});

test("what is transferred from a host that knows only gzip", async ({ browser }) => {
  test.setTimeout(120_000);
  for (let n = 0; n < pick(2, 1); n += 1) add("load", "load/transfer_gzip_kb", (await visit(browser, "gzip")).kilobytes);
});

test("from the first visit to the first digit that is read on shares", async ({ browser }) => {
  test.setTimeout(300_000);
  for (let n = 0; n < VISITS; n += 1) add("load", "load/first_answer_ms", await answered(browser));
});

/** One first visit that draws a line as soon as there is a pad; when its answer was there, since the page was opened. */
async function answered(browser: Browser): Promise<number> {
  const context = await browser.newContext({ extraHTTPHeaders: { "accept-encoding": "br" } });
  const page = await context.newPage();
  await page.goto(`${SITE}/?room=load`);
  const pad = await page.getByTestId("digit-pad").boundingBox();
  if (!pad) throw new Error("the pad is not on the page");
  const across = pad.x + pad.width / 2;
  await page.mouse.move(across, pad.y + 0.2 * pad.height);
  await page.mouse.down();
  await page.mouse.move(across, pad.y + 0.8 * pad.height, { steps: 8 });
  await page.mouse.up();
  await page.locator("[data-testid=prediction][data-state=done]").waitFor();
  const at = await page.evaluate(() => performance.now());
  await context.close();
  return at;
}

/** One first visit: opens the page, starts three workers as soon as that can be clicked. */
async function visit(browser: Browser, encoding: string): Promise<Visit> {
  const context = await browser.newContext({ extraHTTPHeaders: { "accept-encoding": encoding } });
  let [kilobytes, digits] = [0, 0];
  const counted: Promise<void>[] = [];
  context.on("requestfinished", (request) => {
    const count = async () => {
      const { responseBodySize } = await request.sizes();
      if (new URL(request.url()).pathname.includes("/data/")) digits += responseBodySize / 1000;
      else kilobytes += responseBodySize / 1000;
    };
    counted.push(count());
  });
  const page = await context.newPage();
  await noteBatches(page);
  await page.goto(`${SITE}/?room=load`);
  const start = page.getByTestId("add-local-worker");
  await expect(start).toBeEnabled();
  const ready = await page.evaluate(() => performance.now());
  await start.click();
  const heard = await page.waitForFunction(() => window.batches[0]);
  const firstBatch = (await heard.jsonValue()) ?? Number.NaN;
  // The test digits come last.
  await expect(page.getByTestId("test-accuracy")).toHaveAttribute("data-round", /\d/, { timeout: 60_000 });
  await page.waitForLoadState("networkidle");
  await Promise.all(counted);
  await context.close();
  return { ready, firstBatch, kilobytes, digits };
}
