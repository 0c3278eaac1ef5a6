// What fails is told where it failed: on the page in words, and not as the fault of whoever waits for it.

import { expect, test, type Page } from "@playwright/test";

import { Relay } from "../../www/scripts/relay";
import { forbidding } from "../../www/scripts/guarded";
import { linkFor, openDoor, visitor } from "./door";
import { openAggregator } from "./room";

/** Has roles of this name, or all, begin with some lines of script. */
async function before(page: Page, lines: string, role = ""): Promise<void> {
  await page.route(/\/assets\/serve-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const body = `if (["", self.name].includes("${role}")) { ${lines} }\n${await response.text()}`;
    await route.fulfill({ body, contentType: "text/javascript" });
  });
}

test.describe("roles", () => {
  test("a lock that is refused ends the wait for it", async ({ page }) => {
    await before(page, 'LockManager.prototype.request = () => { throw new Error("no locks today"); };', "aggregator");
    await page.goto("./?room=refused");
    await expect(page.getByTestId("failed")).toContainText("no locks today");
  });

  test("so does one that is refused later", async ({ page }) => {
    await before(page, 'LockManager.prototype.request = () => Promise.reject(new Error("no locks today"));', "worker");
    await page.goto("./worker.html?room=refused");
    await expect(page.getByTestId("failed")).toContainText("no locks today");
  });

  test("a message that cannot be posted is not the other role's fault", async ({ page }) => {
    await before(page, 'MessagePort.prototype.postMessage = () => { throw new Error("out of memory"); };', "dealer");
    await openAggregator(page.context(), "?room=unposted", page);
    const failure = page.getByTestId("secret-failure");
    await expect(failure).toContainText("could not be sent from here: out of memory", { timeout: 30_000 });
    await expect(failure).toHaveAttribute("data-role", "");
  });

  test("a worker whose messages are lost here says so", async ({ page }) => {
    await before(page, 'BroadcastChannel.prototype.postMessage = () => { throw new Error("out of memory"); };', "worker");
    await page.goto("./worker.html?room=unheard");
    await expect(page.getByTestId("notices")).toContainText("Messages cannot be sent from here: out of memory");
  });

  test("an event that cannot be posted to the page is told there", async ({ page }) => {
    const lines = `
      const post = self.postMessage.bind(self);
      self.postMessage = (event, options) => {
        if (event.type === "opened") throw new Error("it cannot be cloned");
        post(event, options);
      };`;
    await before(page, lines, "aggregator");
    await page.goto("./?room=unshown");
    await expect(page.getByTestId("failed")).toContainText("it cannot be cloned");
  });
});

test.describe("parts of the page", () => {
  test("the rest of the page that cannot be loaded is missed in words", async ({ page }) => {
    await page.route(/\/assets\/below-[^/]*\.js$/, (route) => route.abort());
    await page.goto("./?room=incomplete");
    await expect(page.getByTestId("incomplete")).toContainText("could not be loaded");
    // What is there works.
    await page.getByTestId("sample-3").click();
    await expect(page.getByTestId("prediction")).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  });

  test("a curve that cannot be drawn says so", async ({ page }) => {
    await page.route(/\/assets\/uPlot[^/]*\.js$/, (route) => route.abort());
    await openAggregator(page.context(), "?room=undrawn", page);
    await expect(page.getByText(/The curve could not be drawn/).first()).toBeVisible({ timeout: 15_000 });
  });
});

test.describe("at a broker", () => {
  let relay: Relay;
  test.afterEach(() => relay.end());

  test("a link that may not be copied, and a QR code that cannot be drawn, say so", async ({ page }) => {
    relay = await Relay.begin();
    await page.addInitScript(() => {
      Clipboard.prototype.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    });
    await page.route(/\/assets\/qrcode[^/]*\.js$/, (route) => route.abort());
    await openAggregator(page.context(), "?room=uncopied", page);
    await openDoor(page, relay.address);
    await page.getByTestId("invite").getByTestId("copy-link").click();
    await expect(page.getByTestId("copy-refused")).toBeVisible();
    await expect(page.getByText(/The QR code could not be drawn/)).toBeVisible();
  });

  test("a subject that the broker forbids is told of, at the room and to guests", async ({ page, browser }) => {
    relay = await Relay.begin(forbidding());
    await openAggregator(page.context(), "?room=forbidden", page);
    await openDoor(page, relay.address);
    await expect(page.getByTestId("door-state")).toContainText(/permissions violation/i);
    const guest = await visitor(browser, await linkFor(page, "worker", relay.address));
    await expect(guest.getByTestId("visit-reason")).toContainText(/permissions violation/i);
  });
});
