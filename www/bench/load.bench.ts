// ./build.sh bench load: from the first visit to the first trained batch, and to the first digit that is read on shares, with
// nothing cached.

import { expect, test, type Browser } from "@playwright/test";

import { add } from "./figures";
import { median } from "./median";

const TIMES = 9;
const SITE_PORT = 4175;

interface Visit {
  ready: number;
  firstBatch: number;
  kilobytes: number;
  digits: number;
}

test("from the first visit to the first trained batch", async ({ browser }) => {
  test.setTimeout(300_000);
  const visits: Visit[] = [];
  for (const encoding of ["br", "gzip"]) {
    for (let n = 0; n < TIMES; n += 1) visits.push(await visit(browser, encoding));
    const of = (pick: (one: Visit) => number) => median(visits.slice(-TIMES).map(pick));
    if (encoding === "gzip") {
      add("load", "load/transfer_gzip_kb", of((one) => one.kilobytes));
      continue;
    }
    add("load", "load/transfer_kb", of((one) => one.kilobytes));
    add("load", "load/digits_kb", of((one) => one.digits));
    add("load", "load/ready_ms", of((one) => one.ready));
    add("load", "load/first_batch_ms", of((one) => one.firstBatch));
  }
});

test("from the first visit to the first digit that is read on shares", async ({ browser }) => {
  test.setTimeout(300_000);
  const answers: number[] = [];
  for (let n = 0; n < TIMES; n += 1) answers.push(await answered(browser));
  add("load", "load/first_answer_ms", median(answers));
});

/** One first visit that draws a line as soon as there is a pad; when its answer was there, since the page was opened. */
async function answered(browser: Browser): Promise<number> {
  const context = await browser.newContext({ extraHTTPHeaders: { "accept-encoding": "br" } });
  const page = await context.newPage();
  await page.goto(`http://localhost:${SITE_PORT}/?room=load`);
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
  await page.addInitScript(() => {
    // Hears what the roles tell the page.
    const told: { firstBatch?: number } = {};
    Object.assign(window, { told });
    const Plain = window.Worker;
    window.Worker = class extends Plain {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener("message", (event: MessageEvent<{ type: string }>) => {
          if (event.data.type === "progress") told.firstBatch ??= performance.now();
        });
      }
    };
  });
  await page.goto(`http://localhost:${SITE_PORT}/?room=load`);
  const start = page.getByTestId("add-local-worker");
  await expect(start).toBeEnabled();
  const ready = await page.evaluate(() => performance.now());
  await start.click();
  const firstBatch = await page.waitForFunction(
    () => (window as unknown as { told: { firstBatch?: number } }).told.firstBatch,
  );
  const result = { ready, firstBatch: (await firstBatch.jsonValue()) ?? Number.NaN };
  // The test digits come last.
  await expect(page.getByTestId("test-accuracy")).toHaveAttribute("data-round", /\d/, { timeout: 60_000 });
  await page.waitForLoadState("networkidle");
  await Promise.all(counted);
  await context.close();
  return { ...result, kilobytes, digits };
}
