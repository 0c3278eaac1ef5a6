// What the two pages do without any training.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

/** Waits until the page is the aggregator and has its first model. */
async function opened(page: Page, query = ""): Promise<void> {
  await page.goto(`./${query}`);
  await expect(page.getByTestId("weights-hash")).toHaveAttribute("data-hash", /^[0-9a-f]{64}$/);
}

async function drawOne(page: Page): Promise<void> {
  const pad = await page.getByTestId("digit-pad").boundingBox();
  if (!pad) throw new Error("the pad is not on the page");
  const x = pad.x + pad.width / 2;
  await page.mouse.move(x, pad.y + 0.2 * pad.height);
  await page.mouse.down();
  await page.mouse.move(x, pad.y + 0.8 * pad.height, { steps: 12 });
  await page.mouse.up();
}

async function expectNoFindings(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`);
  expect(found).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });

    test("the aggregator page is accessible, empty and in use", async ({ page, context }) => {
      await opened(page);
      await expectNoFindings(page);
      await page.locator("sotto-settings-form summary").click();
      await page.getByRole("textbox", { name: "Rounds" }).fill("none");
      await page.getByRole("textbox", { name: "Rounds" }).blur();
      await expect(page.getByRole("textbox", { name: "Rounds" })).toHaveAttribute("aria-invalid", "true");
      await drawOne(page);
      const tab = context.waitForEvent("page");
      await page.getByTestId("open-worker").click();
      await tab;
      await expect(page.getByTestId("member")).toHaveCount(1);
      await expectNoFindings(page);
    });

    test("a party's page is accessible, searching, at work and without a role", async ({ page, context }) => {
      for (const role of ["bob", "client"]) {
        await page.goto(`./party.html?role=${role}`);
        await expect(page.getByTestId("party-phase")).toHaveAttribute("data-phase", "searching");
        await expectNoFindings(page);
        const aggregator = await context.newPage();
        await opened(aggregator);
        await expect(page.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 20_000 });
        await expectNoFindings(page);
        await aggregator.close();
      }
      await page.goto("./party.html");
      await expect(page.getByTestId("failed")).toContainText("names no role");
      await expectNoFindings(page);
    });

    test("the worker page is accessible, searching and at work", async ({ page, context }) => {
      await page.goto("./worker.html");
      await expect(page.getByTestId("worker-phase")).toHaveAttribute("data-phase", "searching");
      await expectNoFindings(page);
      await opened(await context.newPage());
      await expect(page.getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle");
      await expectNoFindings(page);
    });
  });
}

test("nothing is refused by the page's policy, and nothing is asked of another origin", async ({ page, context, baseURL }) => {
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  context.on("request", (request) => {
    if (!request.url().startsWith(baseURL ?? "")) elsewhere.push(request.url());
  });
  await opened(page);
  await drawOne(page);
  const tab = context.waitForEvent("page");
  await page.getByTestId("open-worker").click();
  await expect((await tab).getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle");
  await page.getByTestId("lessons").scrollIntoViewIfNeeded();
  await page.getByTestId("calculate").click();
  await expect(page.getByTestId("calculator-result")).toHaveText("42", { timeout: 15_000 });
  await page.getByTestId("wire-step").click();
  expect(complaints).toEqual([]);
  expect(elsewhere).toEqual([]);
});

test("a drawing is read, and a cleared pad says nothing", async ({ page }) => {
  await opened(page);
  const prediction = page.getByTestId("prediction");
  await expect(prediction).toHaveAttribute("data-state", "empty");
  await expect(prediction).toHaveText("");
  await drawOne(page);
  await expect(prediction).toHaveAttribute("data-state", "done");
  await expect(prediction).toHaveText(/^\d$/);
  const bars = page.getByTestId("probabilities").getByRole("meter");
  await expect(bars).toHaveCount(10);
  const shares = await bars.evaluateAll((all) => all.map((bar) => Number(bar.getAttribute("aria-valuenow"))));
  expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(100, 0);
  expect(shares.indexOf(Math.max(...shares))).toBe(Number(await prediction.textContent()));
  await page.getByTestId("clear").click();
  await expect(prediction).toHaveAttribute("data-state", "empty");
  await expect(prediction).toHaveText("");
});

test("a digit can be put on the pad, and taken off it, by keyboard alone", async ({ page }) => {
  await opened(page);
  await page.getByRole("group", { name: "ready-made" }).getByRole("button", { name: "4" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("prediction")).toHaveText(/^\d$/);
  await page.getByTestId("clear").focus();
  await page.keyboard.press("Space");
  await expect(page.getByTestId("prediction")).toHaveText("");
});

test("the address holds the settings that are not the defaults, and keeps the room", async ({ page }) => {
  await opened(page, "?room=green&rounds=4");
  await expect(page.getByTestId("round")).toHaveText("0 of 4");
  await page.locator("sotto-settings-form summary").click();
  await expect(page.getByRole("textbox", { name: "Rounds" })).toHaveValue("4");
  await page.getByRole("textbox", { name: "Rounds" }).fill("7");
  await page.getByRole("textbox", { name: "Rounds" }).blur();
  await expect(page).toHaveURL(/\?room=green&rounds=7$/);
  await expect(page.getByTestId("round")).toHaveText("0 of 7");
  await page.getByRole("textbox", { name: "Rounds" }).fill("10");
  await page.getByRole("textbox", { name: "Rounds" }).blur();
  await expect(page).toHaveURL(/\?room=green$/);
});

test("a setting that cannot be is refused at its field, and changes nothing", async ({ page }) => {
  await opened(page);
  const hash = await page.getByTestId("weights-hash").getAttribute("data-hash");
  const address = page.url();
  await page.locator("sotto-settings-form summary").click();
  const rate = page.getByLabel("Learning rate", { exact: true });
  await rate.fill("fast");
  await rate.blur();
  await expect(rate).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#lr-problem")).not.toBeEmpty();
  await expect(page.getByTestId("weights-hash")).toHaveAttribute("data-hash", hash ?? "");
  expect(page.url()).toBe(address);
  await rate.fill("0.05");
  await rate.blur();
  await expect(rate).toHaveAttribute("aria-invalid", "false");
});

test("an address with settings that cannot be says so and uses the defaults", async ({ page }) => {
  await opened(page, "?room=green&lr=fast");
  await expect(page.getByTestId("misread")).toContainText("lr");
  await expect(page).toHaveURL(/\?room=green$/);
});

test("a second page may watch, read drawings, and take over when the first is closed", async ({ page, context }) => {
  await opened(page);
  const second = await context.newPage();
  await second.goto("./");
  await expect(second.getByTestId("occupied")).toBeVisible();
  await expect(second.getByTestId("start-training")).toBeDisabled();
  await second.getByTestId("watch").click();
  const hash = await page.getByTestId("weights-hash").getAttribute("data-hash");
  await expect(second.getByTestId("weights-hash")).toHaveAttribute("data-hash", hash ?? "");
  await expect(second.getByTestId("start-training")).toHaveCount(0);
  await drawOne(second);
  await expect(second.getByTestId("prediction")).toHaveText(/^\d$/);
  await page.close();
  await second.getByTestId("take-over").click();
  await expect(second.getByTestId("source")).not.toBeEmpty();
  await expect(second.getByTestId("start-training")).toBeEnabled();
});

test("who watches follows the first page through a reload", async ({ page, context }) => {
  await opened(page);
  const second = await context.newPage();
  await second.goto("./");
  await second.getByTestId("watch").click();
  await expect(second.getByTestId("round")).toHaveText("0 of 10");
  await opened(page, "?rounds=3");
  await expect(second.getByTestId("round")).toHaveText("0 of 3");
  await expect(second.getByTestId("occupied")).toBeVisible();
});

test("a worker tab joins by itself and leaves when it is closed", async ({ page, context }) => {
  await opened(page, "?room=green");
  const tab = context.waitForEvent("page");
  await page.getByTestId("open-worker").click();
  const worker = await tab;
  expect(new URL(worker.url()).searchParams.get("room")).toBe("green");
  await expect(worker.getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle");
  await expect(worker.getByTestId("worker-slot")).toHaveText("Worker 1");
  await expect(worker.getByTestId("worker-digits")).toHaveAttribute("data-digits", /^[1-9]\d*$/);
  await expect(worker).toHaveTitle(/^Worker 1: ready/);
  await expect(page.getByTestId("worker-count")).toHaveText("1");
  await expect(page.getByTestId("member")).toHaveAttribute("data-state", "idle");
  await worker.close();
  await expect(page.getByTestId("worker-count")).toHaveText("0");
});

test("a worker tab without an aggregator says what it waits for", async ({ page, context }) => {
  await page.goto("./worker.html?room=green");
  await expect(page.getByTestId("worker-phase")).toContainText("Waiting for the aggregator page");
  const tab = context.waitForEvent("page");
  await page.getByRole("link", { name: "Open the aggregator page" }).click();
  expect(new URL((await tab).url()).searchParams.get("room")).toBe("green");
  await expect(page.getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle");
});

for (const path of ["./", "./worker.html"]) {
  test(`${path} says so when its program cannot be loaded`, async ({ page, context }) => {
    await context.route("**/*.wasm", (route) => route.abort());
    await page.goto(path);
    await expect(page.getByTestId("failed")).toContainText("cannot go on");
  });

  test(`${path} says so when the browser lacks what it needs`, async ({ page }) => {
    await page.addInitScript(() => Reflect.deleteProperty(window, "BroadcastChannel"));
    await page.goto(path);
    await expect(page.getByTestId("failed")).toContainText("BroadcastChannel");
  });
}
