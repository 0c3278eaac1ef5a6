// Training on secret shares, as a person does it: share digits, train, pause, go on, read with what nobody has opened.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

import { draw, openAggregator, testDigits } from "./room";

const status = (page: Page) => page.getByTestId("course-status");
const step = async (page: Page) => Number(await status(page).getAttribute("data-step"));

async function ready(page: Page): Promise<void> {
  await page.locator("sotto-course").scrollIntoViewIfNeeded();
  await expect(page.getByTestId("secret-panel")).toHaveAttribute("data-session", "ready", { timeout: 30_000 });
}

async function share(page: Page, count: number, sum = count): Promise<void> {
  await page.getByTestId("silo-count").selectOption(String(count));
  await page.getByTestId("share-digits").click();
  await expect(page.getByTestId("silo-shared")).toHaveAttribute("data-digits", String(sum), { timeout: 60_000 });
}

test("alice and bob train on shares, pause, go on, and read with a model that nobody has opened", async ({ page, context }) => {
  test.setTimeout(300_000);
  await openAggregator(context, "?room=course", page);
  await ready(page);
  await expect(page.getByTestId("train-on-shares")).toBeDisabled();
  await share(page, 3000);
  await expect(page.getByTestId("course-digits")).toHaveAttribute("data-digits", "3000");

  await page.getByTestId("course-epochs").selectOption("5");
  await page.getByTestId("train-on-shares").click();
  await expect.poll(() => step(page), { timeout: 60_000 }).toBeGreaterThan(20);
  await page.getByTestId("pause-training").click();
  await expect(status(page)).toContainText("Paused");
  const paused = await step(page);
  await page.waitForTimeout(1000);
  expect(await step(page)).toBe(paused);
  expect(paused).toBeLessThan(230);

  // A model in the middle of its training reads, too.
  await page.getByTestId("take-trained").click();
  await expect(page.getByTestId("trained-reads")).toContainText(`after ${paused} steps`);
  await page.getByTestId("pause-training").click();
  await expect(status(page)).toContainText("Trained: 230 steps", { timeout: 180_000 });
  const losses = page.getByTestId("course-losses");
  await expect(losses).toHaveAttribute("data-count", "230");
  await expect(losses).toHaveAttribute("label", /Step 1: 0\.[89].*Step 230: 0\.[0-4]/);

  await page.getByTestId("take-trained").click();
  await expect(page.getByTestId("trained-reads")).toContainText("after 230 steps");
  await page.getByTestId("test-trained").click();
  const accuracy = page.getByTestId("course-accuracy");
  await expect(accuracy).toHaveAttribute("data-done", "1000", { timeout: 120_000 });
  expect(Number.parseFloat((await accuracy.textContent()) ?? "")).toBeGreaterThan(84);

  // In the clear on the same digits, about as well.
  await page.getByTestId("train-plain").click();
  await expect(page.getByTestId("plain-accuracy")).toHaveAttribute("data-accuracy", /\d/, { timeout: 120_000 });
  expect(Number(await page.getByTestId("plain-accuracy").getAttribute("data-accuracy"))).toBeGreaterThan(84);

  // And it reads what is drawn, until the room's model takes its place again.
  const one = testDigits()[1];
  if (!one) throw new Error("there is no one");
  expect(await draw(page, one.image)).toBe("1");
  await page.getByTestId("give-room-model").click();
  await expect(page.getByTestId("trained-reads")).toHaveCount(0);
});

test("digits of several tabs, and a drawing, train one model together", async ({ page, context }) => {
  test.setTimeout(180_000);
  await openAggregator(context, "?room=silos", page);
  await ready(page);
  await share(page, 640);
  const one = testDigits()[1];
  if (!one) throw new Error("there is no one");
  await draw(page, one.image);
  await page.getByTestId("silo-label").selectOption("1");
  await page.getByTestId("share-drawing").click();
  await expect(page.getByTestId("silo-shared")).toHaveAttribute("data-digits", "641");

  const opened = context.waitForEvent("page");
  await page.getByTestId("open-silo").click();
  const tab = await opened;
  await expect(tab.getByTestId("silo-phase")).toHaveAttribute("data-open", "true", { timeout: 30_000 });
  await share(tab, 640);
  await expect(page.getByTestId("course-digits")).toHaveAttribute("data-digits", "1281");
  expect((await new AxeBuilder({ page: tab }).analyze()).violations).toEqual([]);

  await page.bringToFront();
  await page.getByTestId("course-network").selectOption("tutorial");
  await page.getByTestId("course-epochs").selectOption("1");
  await page.getByTestId("train-on-shares").click();
  await expect(status(page)).toContainText("Trained: 20 steps", { timeout: 120_000 });

  // Bob dies in the middle of the next one: what was trained is gone, and said to be; what was shared is shared with the new parties.
  await page.getByTestId("course-epochs").selectOption("10");
  await page.getByTestId("train-on-shares").click();
  await expect(status(page)).toContainText(/Training: \d+ of 200 steps/);
  await page.getByTestId("disturb").evaluate((details: HTMLDetailsElement) => (details.open = true));
  await page.getByTestId("kill-bob").click();
  await expect(page.getByTestId("course-notice")).toContainText("its shares are gone", { timeout: 60_000 });
  await ready(page);
  await expect(page.getByTestId("course-digits")).toHaveAttribute("data-digits", "1281", { timeout: 60_000 });
  await expect(status(page)).toContainText("Nothing has been trained");
});
