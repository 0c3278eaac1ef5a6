// What a person does at the door of a room: opens it at a broker, invites, and comes by a link.

import { expect, type Browser, type Locator, type Page } from "@playwright/test";

/** Opens the door of a room's page at a broker. */
export async function openDoor(page: Page, broker: string): Promise<void> {
  await page.getByTestId("invite").locator("summary").first().click();
  await page.getByTestId("broker").fill(broker);
  await page.getByTestId("open-door").click();
  await expect(page.getByTestId("door-state")).toHaveAttribute("data-state", "connected");
}

/** The link for a role, by another address of the same broker. */
export async function linkFor(page: Page, claim: string, broker: string): Promise<string> {
  await page.getByTestId("invite-claim").selectOption(claim);
  const link = page.getByTestId("invite-link");
  await expect(link).toHaveValue(new RegExp(`claim=${claim}`));
  const url = new URL(await link.inputValue());
  const parts = new URLSearchParams(url.hash.slice(1));
  parts.set("broker", broker);
  url.hash = String(parts);
  return url.href;
}

/** Another browser, as far as the pages can tell: storage, channels and locks of its own. */
export async function visitor(browser: Browser, link: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  return page;
}

export const guest = (page: Page, claim: string): Locator => page.locator(`[data-testid=guest][data-claim=${claim}]`);
