// Nothing is lost: pages that crash, are closed or reloaded go on where they were.

import { expect, test, type BrowserContext, type Page } from "@playwright/test";

import { hashOf, openAggregator, roundOf, startWith, waitForRound } from "./room";

/** The renderer of the page dies, as in an accident. */
async function crash(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  // Nobody is left to answer.
  devtools.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
}

/** A worker in a page that the aggregator's has not opened: neither takes the other down. */
async function workerTab(context: BrowserContext, query: string): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(`./worker.html${query}`);
  await expect(tab.getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle", { timeout: 60_000 });
  return tab;
}

/** An aggregator that trains with three workers' tabs. */
async function trainInThreeTabs(context: BrowserContext, query: string): Promise<{ page: Page; tabs: Page[] }> {
  const page = await openAggregator(context, query);
  const tabs: Page[] = [];
  for (let n = 0; n < 3; n += 1) tabs.push(await workerTab(context, query));
  await page.bringToFront();
  await startWith(page, 3);
  return { page, tabs };
}

const notices = (page: Page) => page.getByTestId("notices").first();

test("an aggregator that crashes in mid-run goes on by itself, and ends with the same model", async ({ context }) => {
  test.setTimeout(300_000);
  // No worker is left out for being slow: the machine may be busy.
  const settings = "seed=3&rounds=5&shards=20&secagg=off&epochs=2&strategy=fedadam&patience=0&deadline=600";
  const run = async (room: string, accident: (page: Page, query: string) => Promise<Page>) => {
    const query = `?room=${room}&${settings}`;
    const { page, tabs } = await trainInThreeTabs(context, query);
    await waitForRound(page, 2);
    const survivor = await accident(page, query);
    await waitForRound(survivor, 5);
    await expect(survivor.locator("[data-testid=member]")).toHaveCount(3);
    const hash = await hashOf(survivor);
    const chart = survivor.locator("sotto-accuracy-curve sotto-chart");
    await expect(chart.first()).toHaveAttribute("label", /Round 1: .*Round 2: .*Round 5: /, { timeout: 30_000 });
    for (const tab of [...tabs, survivor]) await tab.close();
    return hash;
  };
  const whole = await run("whole", async (page) => page);
  const crashed = await run("crashed", async (page, query) => {
    await crash(page);
    const again = await openAggregator(context, query);
    await expect(notices(again)).toContainText(/Resumed at round [1-5]/);
    return again;
  });
  expect(crashed).toBe(whole);
});

test("a page that is reloaded brings its own workers back, and trains on", async ({ page, context }) => {
  test.setTimeout(180_000);
  await openAggregator(context, "?room=reloaded&rounds=6&seed=5", page);
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, 2);
  await page.reload();
  await expect(notices(page)).toContainText(/Resumed at round \d/);
  expect(await roundOf(page)).toBeGreaterThanOrEqual(2);
  await expect(page.getByTestId("worker-count")).toHaveText("3");
  await waitForRound(page, 6);

  // The same again from the beginning, and other settings: what was learnt is in the library.
  await page.getByTestId("start-over").click();
  await expect.poll(() => roundOf(page)).toBe(0);
  await expect(notices(page)).toContainText("is in the library as");
  await page.reload();
  await expect(page.getByTestId("weights-hash")).toHaveAttribute("data-hash", /^[0-9a-f]{64}$/);
  expect(await roundOf(page)).toBe(0);
  await page.locator("sotto-library summary").click();
  await expect(page.getByTestId("saved-model")).toHaveCount(1);
  await expect(page.getByTestId("saved-model")).toContainText("round 6");
});

test("other settings begin another run, and the one before is saved", async ({ page, context }) => {
  test.setTimeout(120_000);
  await openAggregator(context, "?room=other&rounds=1&model=linear&secagg=off", page);
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, 1);
  await openAggregator(context, "?room=other&rounds=1&model=linear&secagg=off&seed=9", page);
  await expect(notices(page)).toContainText("is in the library as “other: ");
  expect(await roundOf(page)).toBe(0);
});

test("a worker that is reloaded in mid-training goes on from its step", async ({ context }) => {
  test.setTimeout(420_000);
  // Long enough for the one that is reloaded to be back before the other is done, however busy the machine.
  const settings = "seed=4&rounds=1&shards=20&secagg=off&epochs=60&batch=64&patience=0&deadline=600";
  const run = async (room: string, accident: (tab: Page) => Promise<void>) => {
    const query = `?room=${room}&${settings}`;
    const page = await openAggregator(context, query);
    const first = await workerTab(context, query);
    const second = await workerTab(context, query);
    await page.bringToFront();
    await startWith(page, 2);
    await accident(second);
    await waitForRound(page, 1);
    const hash = await hashOf(page);
    for (const tab of [first, second, page]) await tab.close();
    return hash;
  };
  const whole = await run("calm", async () => {});
  const reloaded = await run("restless", async (tab) => {
    const detail = tab.getByTestId("worker-detail");
    const step = async () => Number(/step (\d+) of/.exec((await detail.textContent()) ?? "")?.[1] ?? 0);
    // Long enough for one to be kept.
    await expect.poll(step, { timeout: 120_000 }).toBeGreaterThan(5);
    const before = await step();
    await tab.waitForTimeout(2500);
    await tab.reload();
    await expect(detail).toContainText(/resumed at step \d+ of \d+/, { timeout: 30_000 });
    const at = Number(/resumed at step (\d+)/.exec((await detail.textContent()) ?? "")?.[1]);
    expect(at).toBeGreaterThan(before);
  });
  expect(reloaded).toBe(whole);
});

test("what tabs have given to a secure sum they do not give again after a reload", async ({ context }) => {
  test.setTimeout(240_000);
  const query = "?room=given&model=linear&rounds=1&shards=60&seed=6&patience=0&deadline=600";
  const { page, tabs } = await trainInThreeTabs(context, query);
  await waitForRound(page, 1);
  for (const tab of tabs) {
    await tab.reload();
    await expect(tab.getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle", { timeout: 60_000 });
  }
  // The same first model, in round 1 of another run.
  await page.bringToFront();
  await page.getByTestId("start-over").click();
  await expect.poll(() => roundOf(page)).toBe(0);
  await startWith(page, 3);
  await waitForRound(page, 1);
  // With the first refusal the round has too few workers, and ends.
  await expect(notices(page)).toContainText("does not sum this model in round 1, but in round 2");
});

test("a full storage is survived and told", async ({ page, context, baseURL }) => {
  test.setTimeout(120_000);
  const devtools = await context.newCDPSession(page);
  await page.goto("./");
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(baseURL ?? "").origin, quotaSize: 2000 });
  await openAggregator(context, "?room=full&rounds=2&secagg=off", page);
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, 2);
  await expect(page.getByTestId("unkept")).toContainText("storage is full");
  await page.locator("sotto-library summary").click();
  await page.getByTestId("model-name").fill("Too much");
  await page.getByTestId("save-model").click();
  await expect(page.getByTestId("declined")).toContainText("storage is full");
});

test("a browser that keeps nothing trains all the same, and says so", async ({ page, context }) => {
  test.setTimeout(120_000);
  // Some private windows have no storage. The roles live in workers, where init scripts do not run.
  await context.route(/serve.*\.js$/, async (route) => {
    const response = await route.fetch();
    const without = 'Object.defineProperty(self, "indexedDB", { value: undefined });\n';
    await route.fulfill({ response, body: without + (await response.text()) });
  });
  await openAggregator(context, "?room=nothing&rounds=2&secagg=off", page);
  await expect(page.getByTestId("unkept")).toContainText("keeps nothing");
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, 2);
});

test("a duplicated worker tab is a worker of its own", async ({ context }) => {
  test.setTimeout(120_000);
  const query = "?room=twins&secagg=off";
  const page = await openAggregator(context, query);
  const tab = await workerTab(context, query);
  const id = (of: Page) => of.getByTestId("worker-phase").getAttribute("data-id");
  const name = await tab.evaluate(() => sessionStorage.getItem("sotto/tab") ?? "");
  const twin = await context.newPage();
  await twin.addInitScript((name) => {
    if (!sessionStorage.getItem("sotto/tab")) sessionStorage.setItem("sotto/tab", name);
  }, name);
  await twin.goto(`./worker.html${query}`);
  await expect(twin.getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle", { timeout: 30_000 });
  expect(await id(twin)).not.toBe(await id(tab));
  await expect(page.getByTestId("worker-count")).toHaveText("2");
  // Reloaded, each is who it was.
  const [first, second] = [await id(tab), await id(twin)];
  await twin.reload();
  await tab.reload();
  for (const one of [tab, twin]) {
    await expect(one.getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle", { timeout: 30_000 });
  }
  expect([await id(tab), await id(twin)]).toEqual([first, second]);
  await expect(page.getByTestId("worker-count")).toHaveText("2");
});
