// Three levels of one classification, linked: the parties, the layers, a single number.

import { expect, test } from "@playwright/test";

import { draw, openAggregator, testDigits } from "./room";

test("a pixel's shares add up to its ink, and its way is marked in layers and wires", async ({ page, context }) => {
  await openAggregator(context, "?room=levels", page);
  const three = testDigits()[3];
  if (!three) throw new Error("there is no three");
  await draw(page, three.image);
  const panel = page.getByTestId("secret-panel");
  await panel.scrollIntoViewIfNeeded();
  const number = async (name: string) => Number(await page.getByTestId(`scalar-${name}`).innerText());
  await expect(page.getByTestId("scalar-sum")).toHaveText(/^\d+$/);

  // At first the pixel with the most ink.
  await expect.poll(() => number("ink")).toBe(1);
  const seen = await panel.locator("sotto-shares").evaluate((shares) => {
    const { prediction } = shares as unknown as { prediction: { image: Uint8Array; fraction: number } };
    return { image: [...prediction.image], fraction: prediction.fraction };
  });
  for (const [row, column] of [
    [0, 0],
    [14, 13],
    [9, 17],
  ] as const) {
    await page.getByTestId("scalar-row").fill(String(row));
    await page.getByTestId("scalar-column").fill(String(column));
    const [alice, bob, sum] = [await number("alice"), await number("bob"), await number("sum")];
    expect((alice + bob) % 2 ** 32).toBe(sum);
    const ink = (seen.image[28 * row + column] ?? 0) / 255;
    expect(sum).toBe(Math.round(ink * 2 ** seen.fraction));
  }

  // The drawing is what goes into the first layer, by the links of the client.
  await expect(panel.locator("sotto-layers button[aria-pressed=true]")).toContainText("input");
  await expect(panel.locator("sotto-wire-log tr[data-here=true]").first()).toContainText("share");
  await expect(panel.locator("path[data-marked=true]")).toHaveCount(3);

  // A click on a picture chooses, too, and a layer lets go of the drawing's links.
  await page.getByTestId("alice-share").click({ position: { x: 2, y: 2 } });
  await expect(page.getByTestId("scalar")).toHaveAttribute("data-pixel", "0");
  await panel.locator("sotto-layers button", { hasText: "conv1" }).click();
  await expect(panel.locator("sotto-wire-log tr[data-here=true]").first()).toContainText("conv1");
  await expect(panel.locator("path[data-marked=true]")).toHaveCount(1);
});

test("the messages of a classification can be replayed and stepped through", async ({ page, context }) => {
  await openAggregator(context, "?room=replay", page);
  const three = testDigits()[3];
  if (!three) throw new Error("there is no three");
  await draw(page, three.image);
  const panel = page.getByTestId("secret-panel");
  const now = panel.locator("sotto-wire-log tr[aria-current]");
  await page.getByTestId("wire-step").click();
  await expect(now).toContainText("share");
  await expect(panel.locator("sotto-wire .dot")).toHaveCount(1);
  await page.getByTestId("wire-replay").click();
  await expect(page.getByTestId("wire-replay")).toHaveText("Pause");
  // Alice and bob open the first layer after both have their shares.
  await expect(now).toContainText("alice", { timeout: 10_000 });
  await expect(panel.locator("sotto-layers button[aria-pressed=true]")).not.toContainText("input", { timeout: 20_000 });
  await page.getByTestId("wire-replay").click();
  await expect(page.getByTestId("wire-replay")).toHaveText("Replay");
  const paused = await now.innerText();
  await page.waitForTimeout(1200);
  expect(await now.innerText()).toBe(paused);
});

test("a worker's update can be followed from the room to one number under its masks", async ({ page, context }) => {
  test.setTimeout(120_000);
  await openAggregator(context, "?room=followed&rounds=2&shards=60", page);
  await page.getByTestId("add-local-worker").click();
  await expect(page.getByTestId("round")).toHaveAttribute("data-round", "2", { timeout: 60_000 });
  await page.getByTestId("look").nth(1).click();
  await expect(page.locator("tr[data-looked=true]")).toHaveCount(1);
  const sum = page.locator("sotto-secure-sum");
  await expect(sum.locator(".masked button[aria-pressed=true]")).toHaveCount(1);

  // Its own number and the masks add up to what left, modulo the ring; what left is what arrived.
  const table = sum.getByTestId("first-masks");
  await table.scrollIntoViewIfNeeded();
  const size = 2 ** Number(await table.getAttribute("data-bits"));
  const plain = Number(await sum.getByTestId("first-plain").innerText());
  const masks = (await table.locator("td[data-with]").allInnerTexts()).map(Number);
  expect(masks.length).toBeGreaterThanOrEqual(2);
  for (const number of [plain, ...masks]) expect(number >= 0 && number < size).toBe(true);
  const left = masks.reduce((total, mask) => total + mask, plain);
  expect(left % size).toBe(Number(await sum.getByTestId("first-masked").innerText()));

  // The picture chooses, too, and lets go.
  await sum.locator(".masked button[aria-pressed=false]").first().click();
  await expect(page.getByTestId("look").nth(1)).toHaveAttribute("aria-pressed", "false");
  await expect(page.locator("tr[data-looked=true]")).toHaveCount(1);
  await sum.locator(".masked button[aria-pressed=true]").click();
  await expect(page.locator("tr[data-looked=true]")).toHaveCount(0);
  await expect(sum.getByTestId("first-masks")).toHaveCount(0);
});
