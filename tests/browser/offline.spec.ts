// After one visit the page needs no network; a first visitor's digit is read before any training.

import { expect, test } from "@playwright/test";

import { draw, openAggregator, testDigits } from "./room";

test("a first visitor's digit is read on shares within seconds, by the model that came with the page", async ({ page }) => {
  const begun = Date.now();
  await page.goto("./?room=first");
  const seven = testDigits()[7];
  if (!seven) throw new Error("there is no seven");
  await draw(page, seven.image);
  await expect(page.getByTestId("prediction")).toHaveText("7", { timeout: 30_000 });
  test.info().annotations.push({ type: "seconds until a digit was read", description: String((Date.now() - begun) / 1000) });
  await expect(page.locator("sotto-draw-panel")).toContainText("A small model that came with the page reads, 9");
  await expect(page.getByTestId("round")).toHaveAttribute("data-round", "0");

  // The run's own model takes over.
  await page.getByTestId("add-local-worker").click();
  await expect(page.locator("sotto-draw-panel")).not.toContainText("came with the page", { timeout: 60_000 });
});

test.describe("without a network", () => {
  test.use({ serviceWorkers: "allow" });

  test("the page opens, trains and reads after one visit", async ({ page, context }) => {
    test.setTimeout(120_000);
    await openAggregator(context, "?room=online&rounds=1&shards=60", page);
    await expect(page.getByTestId("offline")).toBeVisible({ timeout: 30_000 });
    await page.reload();
    await page.getByTestId("add-local-worker").click();
    await expect(page.getByTestId("round")).toHaveAttribute("data-round", "1", { timeout: 60_000 });

    await context.setOffline(true);
    await page.goto("./?room=offline&rounds=1&shards=60");
    await expect(page.getByTestId("weights-hash")).toHaveAttribute("data-hash", /^[0-9a-f]{64}$/);
    await page.getByTestId("add-local-worker").click();
    await expect(page.getByTestId("round")).toHaveAttribute("data-round", "1", { timeout: 60_000 });
    const four = testDigits()[4];
    if (four) await draw(page, four.image);
    await expect(page.getByTestId("prediction")).toHaveText(/^\d$/, { timeout: 30_000 });
    const tab = await context.newPage();
    await tab.goto("./worker.html?room=offline");
    // It joins; digits that no tab has used yet are the one thing that is missing.
    await expect(tab.getByTestId("worker-phase")).toHaveAttribute("data-phase", "loading");
    await expect(tab.getByTestId("worker-detail")).toContainText("This browser is offline");
    await context.setOffline(false);
    await expect(tab.getByTestId("worker-phase")).toHaveAttribute("data-phase", /idle|training/, { timeout: 30_000 });
  });
});
