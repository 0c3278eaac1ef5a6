// Takes the pictures in docs/ of the real page at work: npm run screenshots, in www/.

import { expect, test, type Locator, type Page } from "@playwright/test";

import { Relay } from "../../www/scripts/relay";
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

const WIDTHS = [360, 768, 1440];

/** Takes what is seen, or a part of the page, in all six ways. */
async function takeAll(page: Page, name: string, of?: Locator): Promise<void> {
  for (const width of WIDTHS) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: width < 700 ? 800 : 900 });
      await page.emulateMedia({ colorScheme });
      if (!of) await page.evaluate(() => scrollTo(0, 0));
      await of?.scrollIntoViewIfNeeded();
      // Charts and canvases follow their box in the next frames.
      await page.waitForTimeout(400);
      const options = { path: `../docs/screens/${name}-${width}-${colorScheme}.jpg`, type: "jpeg", quality: 72 } as const;
      await (of ? of.screenshot(options) : page.screenshot(options));
    }
  }
}

test("every act and state, at three widths and in both schemes", async ({ context }) => {
  test.setTimeout(600_000);
  const page = await openAggregator(context, "?room=gallery&seed=7&rounds=4&shards=20");
  const gallery = (name: string, of?: Locator) => takeAll(page, name, of);
  await gallery("first");
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, 4);
  const three = testDigits()[3];
  if (three) await draw(page, three.image);
  await gallery("trained");
  await page.getByTestId("look").first().click();
  await gallery("sum", page.locator("sotto-secure-sum"));
  await page.locator("sotto-results summary").click();
  await gallery("results", page.locator("sotto-results"));
  await page.getByTestId("lessons").scrollIntoViewIfNeeded();
  await page.getByTestId("calculate").click();
  await page.getByTestId("calculator-result").filter({ hasText: "42" }).waitFor({ timeout: 30_000 });
  await gallery("lessons", page.locator("sotto-lessons"));
  await gallery("secret", page.locator("sotto-secret-panel"));
  await page.locator("sotto-course").scrollIntoViewIfNeeded();
  await page.getByTestId("silo-count").selectOption("3000");
  await page.getByTestId("share-digits").click();
  await expect(page.getByTestId("course-digits")).toHaveAttribute("data-digits", "3000", { timeout: 30_000 });
  await page.getByTestId("train-on-shares").click();
  await expect(page.getByTestId("course-status")).toContainText("Trained", { timeout: 120_000 });
  await page.getByTestId("take-trained").click();
  await expect(page.getByTestId("trained-reads")).toBeVisible({ timeout: 30_000 });
  await page.getByTestId("test-trained").click();
  await expect(page.getByTestId("course-accuracy")).toHaveAttribute("data-done", "1000", { timeout: 60_000 });
  await gallery("course", page.locator("sotto-course"));
});

test("the door of a room, and a guest before and behind it", async ({ context, browser }) => {
  test.setTimeout(120_000);
  const relay = await Relay.begin();
  const page = await openAggregator(context, "?room=door");
  const panel = page.getByTestId("invite");
  await panel.locator("summary").first().click();
  await page.getByTestId("broker").fill(relay.address);
  await page.getByTestId("open-door").click();
  await page.getByTestId("invite-claim").selectOption("bob");
  const guest = await browser.newContext().then((other) => other.newPage());
  await guest.goto(await page.getByTestId("invite-link").inputValue());
  await page.getByTestId("let-in").waitFor();
  await takeAll(page, "invite", panel);
  await page.getByTestId("let-in").click();
  const three = testDigits()[3];
  if (three) await draw(page, three.image);
  await guest.bringToFront();
  await expect(guest.locator("sotto-layers li").first()).toContainText("input", { timeout: 30_000 });
  await takeAll(guest, "guest");
  await relay.end();
});
