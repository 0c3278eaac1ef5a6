// Tabs that do not always take part, and tabs with something out of order on purpose.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

import { eavesdrop, openAggregator, openWorkers, roundOf, waitForRound } from "./room";

const SMALL = "shards=60&secagg=off";

const away = (page: Page) => page.locator("[data-testid=member][data-state=away]");
const phase = (tab: Page) => tab.getByTestId("worker-phase");

/** Opens a worker's tab with dials of its own. */
async function openTrial(page: Page, query: string): Promise<Page> {
  const before = await page.getByTestId("member").count();
  const tab = await page.context().newPage();
  await tab.goto(`./worker.html${query}`);
  await expect(page.getByTestId("member")).toHaveCount(before + 1);
  return tab;
}

test("a paused tab is left out, says nothing but that, and comes back", async ({ context }) => {
  test.setTimeout(120_000);
  const page = await openAggregator(context, `?room=paused&rounds=1000&${SMALL}`);
  await eavesdrop(page, "paused");
  const [first] = await openWorkers(page, 2);
  if (!first) throw new Error("no tab was opened");
  await expect(first.locator("[data-gate=speed]")).toContainText("digits a second");
  await page.getByTestId("start-training").click();
  await waitForRound(page, 1);

  await first.getByTestId("pause").click();
  await expect(phase(first)).toHaveAttribute("data-phase", "away");
  await expect(first.getByTestId("verdict")).toHaveText("It is paused.");
  await expect(away(page)).toHaveCount(1);
  await waitForRound(page, (await roundOf(page)) + 2);
  await expect(away(page)).toHaveCount(1);

  const id = await phase(first).getAttribute("data-id");
  const lengths = await page.evaluate((id) => {
    // The envelope: version 1, run 8, round 4, sender 16, kind 1; nothing follows it in an `Away`.
    const [SENDER, KIND, AWAY] = [13, 29, 6];
    const { heard } = window as unknown as { heard: ArrayBuffer[] };
    const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const said = heard.map((bytes) => new Uint8Array(bytes));
    return said.filter((bytes) => hex(bytes.subarray(SENDER, KIND)) === id && bytes[KIND] === AWAY).map((bytes) => bytes.length);
  }, id);
  expect(lengths.length).toBeGreaterThan(0);
  expect(new Set(lengths)).toEqual(new Set([30]));

  // Its user's will outlives the page.
  await first.reload();
  await expect(first.getByTestId("verdict")).toHaveText("It is paused.");
  await expect(away(page)).toHaveCount(1);

  await first.getByTestId("pause").click();
  await expect(away(page)).toHaveCount(0);
  await expect(phase(first)).toHaveAttribute("data-phase", "training");
});

test("a slow connection keeps a tab away until its user lets that be", async ({ context }) => {
  const page = await openAggregator(context, `?room=thin&${SMALL}`);
  const [tab] = await openWorkers(page, 1);
  if (!tab) throw new Error("no tab was opened");
  const devtools = await context.newCDPSession(tab);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 2500,
    downloadThroughput: 4000,
    uploadThroughput: 4000,
    connectionType: "cellular2g",
  });
  const quality = () => tab.evaluate(() => (navigator as { connection?: { effectiveType?: string } }).connection?.effectiveType);
  test.skip(!(await quality())?.endsWith("2g"), "this browser does not tell of an emulated connection");
  const gate = tab.locator("[data-gate=connection]");
  await expect(gate).toHaveAttribute("data-verdict", "hinders");
  await expect(phase(tab)).toHaveAttribute("data-phase", "away");
  await expect(away(page)).toHaveCount(1);

  await tab.getByRole("switch", { name: "Ignore: Connection" }).press("Space");
  await expect(gate).toHaveAttribute("data-verdict", "ignored");
  await expect(away(page)).toHaveCount(0);
});

test("a run gets over a slow, a flaky and a dishonest tab", async ({ context }) => {
  test.setTimeout(120_000);
  const query = `?room=trial&rounds=3&${SMALL}`;
  const page = await openAggregator(context, query);
  await openWorkers(page, 1);
  const slow = await openTrial(page, `${query}&slow=1&flaky=often`);
  await expect(slow.getByTestId("notices")).toContainText("Flaky is a number from 0 to 1");
  const flaky = await openTrial(page, `${query}&flaky=1`);
  const dishonest = await openTrial(page, `${query}&attack=sign`);
  await expect(dishonest.getByTestId("attacks")).toContainText("This tab attacks.");
  await expect(page.locator("[data-testid=member][data-state=idle]")).toHaveCount(4);

  await page.getByTestId("start-training").click();
  await expect(phase(flaky)).toHaveAttribute("data-phase", "silent");
  await waitForRound(page, 3);
  await expect(dishonest.getByTestId("worker-sent")).toHaveAttribute("data-bytes", /^[1-9]/);

  await dishonest.locator("summary", { hasText: "Trouble on purpose" }).click();
  await dishonest.getByTestId("dial-attack").selectOption("none");
  await expect(dishonest.getByTestId("attacks")).toHaveCount(0);
});

test("a worker's tab fits a phone and is accessible, troubled or not", async ({ context }) => {
  const query = `?room=fits&${SMALL}`;
  const page = await openAggregator(context, query);
  const tab = await openTrial(page, `${query}&attack=noise&slow=0.5`);
  await tab.locator("summary", { hasText: "Trouble on purpose" }).click();
  for (const colorScheme of ["light", "dark"] as const) {
    await tab.emulateMedia({ colorScheme });
    for (const width of [1280, 360]) {
      await tab.setViewportSize({ width, height: 800 });
      // The chart follows a new width a moment later.
      const overflow = () => tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      await expect.poll(overflow, { message: `at ${width}` }).toBeLessThanOrEqual(0);
    }
    expect((await new AxeBuilder({ page: tab }).analyze()).violations).toEqual([]);
  }
});
