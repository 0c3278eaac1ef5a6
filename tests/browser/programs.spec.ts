// Pages and native programs in one room, over a real broker.

import { expect, test } from "@playwright/test";

import { byJwt, byToken } from "../../www/scripts/guarded";
import { Program } from "../../www/scripts/program";
import { Relay } from "../../www/scripts/relay";
import { linkFor, openDoor, visitor } from "./door";
import { accuracyAfter, openAggregator, waitForRound } from "./room";

let relay: Relay | undefined;
const programs: Program[] = [];
test.afterEach(async () => {
  programs.splice(0).forEach((program) => program.end());
  await relay?.end();
});

function start(...args: string[]): Program {
  const program = Program.start(...args);
  programs.push(program);
  return program;
}

test("programs and a page's tab train in a page's room under masks", async ({ browser, page, context }) => {
  test.setTimeout(180_000);
  relay = await Relay.begin();
  await openAggregator(context, "?room=mixed&rounds=2&shards=30", page);
  await openDoor(page, relay.address);
  const link = await linkFor(page, "worker", relay.address);
  start("worker", "--join", link, "--workers", "2");
  const tab = await visitor(browser, link);
  await expect(tab.getByTestId("visit")).toHaveAttribute("data-stage", "in", { timeout: 20_000 });
  await expect(page.getByTestId("worker-count")).toHaveText("3", { timeout: 30_000 });
  await page.getByTestId("start-training").click();
  await waitForRound(page, 2);
  expect(await accuracyAfter(page, 2)).toBeGreaterThan(30);
  await expect(page.getByTestId("secagg-status")).toContainText("the sum of 3 updates");
});

test("a page is a worker in a program's room, and has its place again after a reload", async ({ browser }) => {
  test.setTimeout(180_000);
  relay = await Relay.begin();
  const query = "rounds=3&shards=30&cohort=3";
  const host = start("aggregator", "--broker", relay.address, "--query", query);
  const link = `./worker.html${await host.line()}`;
  expect(await host.line()).toMatch(/^round +0\b/);
  const tab = await visitor(browser, link);
  await expect(tab.getByTestId("visit")).toHaveAttribute("data-stage", "in", { timeout: 20_000 });
  const id = (await tab.getByTestId("worker-phase").getAttribute("data-id")) ?? "none";
  await tab.reload();
  await expect(tab.getByTestId("worker-phase")).toHaveAttribute("data-id", id, { timeout: 20_000 });
  start("worker", "--join", link, "--workers", "2");
  for (const round of [1, 2, 3]) expect(await host.line()).toMatch(new RegExp(`^round +${round}\\b`));
  await expect(tab.getByTestId("visit")).toHaveAttribute("data-stage", "seeks", { timeout: 20_000 });
});

for (const [name, guard] of Object.entries({ token: byToken, JWT: byJwt })) {
  test(`a broker that asks for a ${name} lets in pages and programs that have one, and nobody else`, async ({ browser, page, context }) => {
    test.setTimeout(120_000);
    const { config, key } = guard();
    relay = await Relay.begin(config);
    await openAggregator(context, "?room=keys&shards=30", page);
    const unfold = (panel: string) => page.getByTestId(panel).locator("summary").first().click();
    await unfold("invite");
    await page.getByTestId("broker").fill(relay.address);
    await unfold("credentials");
    await page.getByTestId("credentials-own").fill(key());
    await page.getByTestId("credentials-guests").fill(key());
    await page.getByTestId("open-door").click();
    await expect(page.getByTestId("door-state")).toHaveAttribute("data-state", "connected");
    const link = await page.getByTestId("invite-link").inputValue();
    start("worker", "--join", link);
    const tab = await visitor(browser, link);
    await expect(tab.getByTestId("visit")).toHaveAttribute("data-stage", "in", { timeout: 20_000 });
    await expect(page.getByTestId("worker-count")).toHaveText("2", { timeout: 20_000 });
    const stranger = await visitor(browser, link.replace(/&auth=[^&]*/, ""));
    await expect(stranger.getByTestId("visit")).toHaveAttribute("data-broker", "refused");
  });
}
