// A broker that asks for credentials: who has none, or others, is told so.

import { expect, test } from "@playwright/test";

import { GUARDED, Relay } from "../../www/scripts/relay";
import { openAggregator } from "./room";

let relay: Relay;
test.beforeEach(async () => {
  relay = await Relay.begin(GUARDED);
});
test.afterEach(() => relay.end());

test("a page shows the broker its credentials, gives guests theirs, and says when they are refused", async ({ browser, page, context }) => {
  test.setTimeout(120_000);
  await openAggregator(context, "?room=guarded", page);
  const door = page.getByTestId("door-state");
  const unfold = async (panel: string, field: string) => {
    if (!(await page.getByTestId(field).isVisible())) await page.getByTestId(panel).locator("summary").first().click();
  };
  const open = async (own: string) => {
    await unfold("invite", "broker");
    await page.getByTestId("broker").fill(relay.address);
    await unfold("credentials", "credentials-own");
    await page.getByTestId("credentials-own").fill(own);
    await page.getByTestId("credentials-guests").fill("user:guest:of: guests");
    await page.getByTestId("open-door").click();
  };
  await open("host and no kind");
  await expect(page.getByRole("alert")).toHaveText(/cannot be read/);
  await open("user:host:of somebody");
  await expect(door).toHaveAttribute("data-state", "refused");
  await expect(door).toHaveText(/refuses the credentials.*Authorization Violation/s);
  await page.getByTestId("close-door").click();
  await open("user:host:of the host");
  await expect(door).toHaveAttribute("data-state", "connected");

  const link = await page.getByTestId("invite-link").inputValue();
  expect(link).not.toContain("host%3A");
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(link);
  await expect(guest.getByTestId("visit")).toHaveAttribute("data-stage", "in", { timeout: 20_000 });
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(link.replace(/&auth=[^&]*/, ""));
  await expect(stranger.getByTestId("visit")).toHaveAttribute("data-broker", "refused");
  await expect(stranger.getByTestId("visit")).toHaveText(/asks for some/);

  // A reload shows the broker the same.
  await page.reload();
  await expect(door).toHaveAttribute("data-state", "connected", { timeout: 30_000 });
});
