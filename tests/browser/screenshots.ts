// Takes the pictures in docs/ of the real page at work: npm run screenshots, in www/.

import { test, type Locator, type Page } from "@playwright/test";

import { draw, openAggregator, openWorkers, testDigits, waitForRound } from "./room";

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const picture = (page: Page, name: string) => page.screenshot({ path: `../docs/${name}.png` });

test("ten tabs train, and a digit is drawn", async ({ context }) => {
  test.setTimeout(600_000);
  const page = await openAggregator(context, "?room=pictures&seed=7&rounds=16");
  await page.setViewportSize(DESKTOP);
  const [first] = await openWorkers(page, 10);
  await page.bringToFront();
  await page.getByTestId("start-training").click();
  await waitForRound(page, 5);
  const four = testDigits()[4];
  if (four) await draw(page, four.image);
  await picture(page, "training-desktop");
  await page.setViewportSize(PHONE);
  await picture(page, "drawn-phone");
  await page.getByTestId("start-training").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.querySelector("sotto-room")?.shadowRoot?.querySelector("sotto-training-panel")?.scrollIntoView());
  await picture(page, "training-phone");
  await first?.setViewportSize(DESKTOP);
  await first?.bringToFront();
  if (first) await picture(first, "worker-desktop");

  await page.bringToFront();
  await page.setViewportSize(DESKTOP);
  await waitForRound(page, 16);
  const seven = testDigits()[7];
  await page.evaluate(() => scrollTo(0, 0));
  if (seven) await draw(page, seven.image);
  await picture(page, "drawn-desktop");
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "drawn-desktop-dark");

  // What happens in secret, in both schemes and on a phone.
  const panel = page.getByTestId("secret-panel");
  const sum = page.locator("sotto-secure-sum");
  const part = (of: Locator, name: string) => of.screenshot({ path: `../docs/${name}.png` });
  await part(panel, "secret-desktop-dark");
  await part(sum, "sum-desktop-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await part(panel, "secret-desktop");
  await part(sum, "sum-desktop");
  await page.setViewportSize(PHONE);
  await page.evaluate(() => scrollTo(0, 0));
  await panel.evaluate((element) => element.scrollIntoView());
  await picture(page, "secret-phone");
  await part(sum, "sum-phone");
});
