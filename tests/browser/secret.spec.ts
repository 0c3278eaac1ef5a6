// Encrypted classification between real workers, in one page and over several tabs.

import { expect, test, type Page } from "@playwright/test";

import { draw, openAggregator, testDigits, waitForRound } from "./room";

/** Opens the page and waits until alice, bob and the dealer are ready. */
async function openParties(page: Page, query: string): Promise<void> {
  await openAggregator(page.context(), query, page);
  await expectReady(page);
}

async function expectReady(page: Page): Promise<void> {
  await expect(page.getByTestId("secret-panel")).toHaveAttribute("data-session", "ready", { timeout: 20_000 });
}

/** Puts a ready-made digit on the pad, and waits for its answer. */
async function take(page: Page, digit: number): Promise<void> {
  const prediction = page.getByTestId("prediction");
  await page.getByTestId("clear").click();
  await expect(prediction).toHaveAttribute("data-state", "empty");
  await page.getByRole("button", { name: String(digit), exact: true }).click();
  await expect(prediction).toHaveAttribute("data-state", "done");
}

async function train(page: Page, rounds: number): Promise<void> {
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, rounds);
}

const numberOf = async (page: Page, testid: string): Promise<number> =>
  Number.parseFloat((await page.getByTestId(testid).textContent()) ?? "");

async function disturb(page: Page, button: string): Promise<void> {
  await page.getByTestId("disturb").evaluate((details: HTMLDetailsElement) => (details.open = true));
  await page.getByTestId(button).click();
}

test("a drawing is read on shares, and the page shows shares and wires", async ({ page }) => {
  test.setTimeout(120_000);
  await openParties(page, "?room=shares&shards=10&rounds=3");
  await train(page, 3);
  await expectReady(page);
  await expect(page.getByTestId("encrypted-toggle")).toBeChecked();

  const read: string[] = [];
  for (const { image } of testDigits()) read.push(await draw(page, image));
  const right = read.filter((digit, label) => digit === String(label)).length;
  expect(right, `0 to 9 were read as ${read.join(" ")}`).toBeGreaterThanOrEqual(8);

  await take(page, 3);
  expect(await numberOf(page, "online-ms")).toBeGreaterThan(0);
  await expect(page.getByTestId("rounds")).toHaveText("22");
  const bytes = Number(await page.getByTestId("online-bytes").getAttribute("data-bytes"));
  expect(bytes).toBeGreaterThan(30_000);
  const wire = page.getByTestId("wire-log");
  await expect(wire).toContainText("/conv1/open");
  await expect(wire).toContainText("/answer");

  // The same drawing once more: other shares.
  const share = page.getByTestId("alice-share");
  const before = await share.getAttribute("data-number");
  const noise = await share.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  await take(page, 3);
  await expect(share).not.toHaveAttribute("data-number", before ?? "");
  await expect.poll(() => share.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())).not.toBe(noise);
});

test("gates save rounds or dealt bytes, and read the same", async ({ page }) => {
  test.setTimeout(120_000);
  await openParties(page, "?room=saving&shards=10&rounds=3");
  await train(page, 3);
  await expect(page.getByTestId("saving-bytes")).toBeChecked();
  await take(page, 7);
  const prediction = await page.getByTestId("prediction").textContent();
  const dealt = async () => Number(await page.getByTestId("dealt-bytes").getAttribute("data-bytes"));
  // What it took is told a moment after the answer.
  await expect(page.getByTestId("rounds")).toHaveText("22");
  await expect.poll(dealt).toBeGreaterThan(0);
  const before = await dealt();

  await page.getByTestId("saving-rounds").check();
  await take(page, 7);
  await expect(page.getByTestId("prediction")).toHaveText(prediction ?? "");
  await expect(page.getByTestId("rounds")).toHaveText("14");
  await expect.poll(dealt).toBeGreaterThan(1.3 * before);
  await expect(page.getByTestId("wire-log")).toContainText("/relu1/relu");

  await page.getByTestId("saving-bytes").check();
  await take(page, 7);
  await expect(page.getByTestId("rounds")).toHaveText("22");
  await expect.poll(dealt).toBe(before);
});

test("the digit alone, and in the clear", async ({ page }) => {
  test.setTimeout(120_000);
  await openParties(page, "?room=label&shards=10&rounds=3");
  await train(page, 3);
  await take(page, 7);
  const onShares = await page.getByTestId("prediction").textContent();
  await page.getByTestId("label-toggle").check();
  await take(page, 7);
  await expect(page.getByTestId("prediction")).toHaveText(onShares ?? "");
  await expect(page.getByTestId("rounds")).toHaveText("30");
  await page.getByTestId("encrypted-toggle").uncheck();
  await take(page, 7);
  await expect(page.getByTestId("prediction")).toHaveText(onShares ?? "");
});

test("bob dies and a message is spoilt: both are said, and the next drawing is read", async ({ page }) => {
  test.setTimeout(180_000);
  await openParties(page, "?room=trouble");
  await take(page, 1);
  const failure = page.getByTestId("secret-failure");
  const pick = (digit: number) => page.getByRole("button", { name: String(digit), exact: true }).click();

  await test.step("bob dies", async () => {
    await disturb(page, "kill-bob");
    await pick(2);
    await expect(failure).toContainText(/bob/i, { timeout: 15_000 });
    await expect(failure).toHaveAttribute("data-role", "bob");
    await expect(failure).toHaveAttribute("data-step", /^classify\/\d+\//);
    await expectReady(page);
    await take(page, 3);
  });

  await test.step("bob dies in the middle of a batch", async () => {
    await page.getByTestId("evaluation-details").evaluate((details: HTMLDetailsElement) => (details.open = true));
    await page.getByTestId("evaluate-count").selectOption("1000");
    await page.getByTestId("evaluate-encrypted").click();
    const accuracy = page.getByTestId("encrypted-accuracy");
    await expect.poll(async () => Number(await accuracy.getAttribute("data-done"))).toBeGreaterThan(0);
    await page.getByTestId("kill-bob").click();
    await expect(failure).toHaveAttribute("data-role", "bob", { timeout: 15_000 });
    await expectReady(page);
    await take(page, 6);
    await expect(failure).toHaveCount(0);
  });

  await test.step("alice sends rubbish", async () => {
    await disturb(page, "garble-alice");
    await pick(4);
    await expect(failure).toHaveAttribute("data-role", "alice", { timeout: 15_000 });
    await expect(failure).toHaveAttribute("data-step", /^classify\/\d+\/input\/open/);
    await expectReady(page);
    await take(page, 5);
  });

  await test.step("the dealer dies with nothing in stock left", async () => {
    await disturb(page, "kill-dealer");
    // What is in stock is used up first.
    for (let digit = 0; digit < 6; digit += 1) await take(page, digit);
    await pick(6);
    await expect(failure).toHaveAttribute("data-role", "dealer", { timeout: 15_000 });
    await expectReady(page);
    await take(page, 7);
  });
});

test("bob and the dealer live in tabs of their own", async ({ page, context }) => {
  test.setTimeout(180_000);
  await openParties(page, "?room=tabs");
  const tabs: Page[] = [];
  for (const role of ["bob", "dealer"] as const) {
    const opened = context.waitForEvent("page");
    await page.getByTestId(`open-${role}`).click();
    const tab = await opened;
    tabs.push(tab);
    await expect(tab.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 20_000 });
    await expect(page.getByTestId(`${role}-state`)).toHaveAttribute("data-place", "tab");
  }
  await page.bringToFront();
  await expectReady(page);
  await take(page, 6);
  const classified = tabs[0]?.getByTestId("party-classified");
  if (classified) await expect(classified).not.toHaveText("0");

  await test.step("an intruder posts rubbish to bob", async () => {
    const failure = page.getByTestId("secret-failure");
    await page.evaluate(() => {
      // What the page tells bob's tab names his channels; an intruder of the same origin can hear it.
      const control = new BroadcastChannel("sotto/tabs/parties");
      control.onmessage = ({ data }: MessageEvent<{ type: string; links?: { role: string; inbox: string }[] }>) => {
        const inbox = data.links?.find((link) => link.role === "alice")?.inbox;
        if (data.type === "begin" && inbox) Object.assign(window, { inbox });
      };
    });
    // A new session, for the intruder to hear.
    await disturb(page, "garble-alice");
    await page.getByRole("button", { name: "1", exact: true }).click();
    await expect(failure).toHaveAttribute("data-role", "alice", { timeout: 15_000 });
    await expectReady(page);
    await take(page, 2);
    await expect(failure).toHaveCount(0);
    await page.evaluate(() => {
      const { inbox } = window as unknown as { inbox: string };
      new BroadcastChannel(inbox).postMessage(new Uint8Array([9, 9, 9]).buffer);
    });
    await expect(failure).toContainText("rubbish", { timeout: 15_000 });
    await expectReady(page);
    await take(page, 3);
  });

  await test.step("the tabs are closed, and the page takes the roles back", async () => {
    for (const tab of tabs) await tab.close();
    await expect(page.getByTestId("bob-state")).toHaveAttribute("data-place", "page", { timeout: 15_000 });
    await expectReady(page);
    await take(page, 4);
  });
});

test("the client lives in a tab of its own, and the page learns nothing of what it draws", async ({ page, context }) => {
  test.setTimeout(120_000);
  await openParties(page, "?room=client");
  const opened = context.waitForEvent("page");
  await page.getByTestId("open-client").click();
  const tab = await opened;
  await expect(tab.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 20_000 });
  await expect(page.getByTestId("client-state")).toHaveAttribute("data-place", "tab");
  await expectReady(page);
  await take(tab, 4);
  await expect(tab.getByTestId("prediction")).toHaveText(/^\d$/);
  // Alice and bob have computed; the page shows that, and neither shares nor answer.
  await expect(page.getByTestId("wire-log")).toContainText("/conv1/open");
  await expect(page.getByTestId("alice-share")).not.toHaveAttribute("data-number", /./);
  await expect(page.getByTestId("prediction")).toHaveText("");
  await tab.close();
  await expect(page.getByTestId("client-state")).toHaveAttribute("data-place", "page", { timeout: 15_000 });
  await expectReady(page);
  await take(page, 4);
});

test("ten thousand test digits on shares agree with the plain model", async ({ page }) => {
  test.setTimeout(400_000);
  await openParties(page, "?room=tenthousand&shards=4&rounds=4");
  await train(page, 4);
  const plain = page.getByTestId("test-accuracy");
  await expect(plain).toHaveAttribute("data-round", "4", { timeout: 60_000 });
  await expectReady(page);
  await page.getByTestId("evaluation-details").evaluate((details: HTMLDetailsElement) => (details.open = true));
  await page.getByTestId("evaluate-count").selectOption("10000");
  await page.getByTestId("evaluate-encrypted").click();
  const accuracy = page.getByTestId("encrypted-accuracy");

  // Paused it stands still, and the pad is read all the same.
  await expect.poll(async () => Number(await accuracy.getAttribute("data-done"))).toBeGreaterThan(0);
  await page.getByTestId("pause-evaluation").click();
  await take(page, 8);
  const paused = await accuracy.getAttribute("data-done");
  await take(page, 9);
  expect(await accuracy.getAttribute("data-done")).toBe(paused);
  await page.getByTestId("pause-evaluation").click();

  await expect(accuracy).toHaveAttribute("data-done", "10000", { timeout: 300_000 });
  expect(await numberOf(page, "encrypted-accuracy")).toBeGreaterThanOrEqual((await numberOf(page, "test-accuracy")) - 0.1);
  await expect(page.getByTestId("encrypted-agreement")).toHaveAttribute("data-compared", "10000", { timeout: 60_000 });
  expect(await numberOf(page, "encrypted-agreement")).toBeGreaterThanOrEqual(99.9);

  // It can be stopped, and begun again.
  await page.getByTestId("evaluate-encrypted").click();
  await expect.poll(async () => Number(await accuracy.getAttribute("data-done"))).toBeLessThan(10_000);
  await page.getByTestId("stop-evaluation").click();
  await page.getByTestId("evaluate-count").selectOption("10");
  await page.getByTestId("evaluate-encrypted").click();
  await expect(accuracy).toHaveAttribute("data-done", "10");
});

test("precision can be changed, and what does not fit is said", async ({ page }) => {
  test.setTimeout(120_000);
  await openParties(page, "?room=precision&shards=10&rounds=3");
  await train(page, 3);
  await page.getByTestId("precision-details").evaluate((details: HTMLDetailsElement) => (details.open = true));
  const verdict = page.getByTestId("range-verdict");
  await expect(verdict).toHaveAttribute("data-verdict", /always|onSample/, { timeout: 20_000 });
  const set = async (bits: string) => {
    await page.getByTestId("fraction").fill(bits);
    await page.getByTestId("fraction").dispatchEvent("change");
  };
  await set("12");
  await expect(verdict).toHaveAttribute("data-verdict", "never", { timeout: 20_000 });
  await set("6");
  await expect(verdict).toHaveAttribute("data-verdict", /always|onSample/, { timeout: 20_000 });
  await expectReady(page);
  await take(page, 5);
  await expect(page.getByTestId("precision").locator("[data-fraction='6']")).toContainText("%", { timeout: 30_000 });

  await page.getByTestId("fix-value").fill("0.123");
  await expect(page.getByTestId("fixed")).toContainText("8", { timeout: 10_000 });
  await page.getByTestId("fix-value").fill("99999999999");
  await expect(page.getByTestId("precision-details")).toContainText("It does not fit");
});
