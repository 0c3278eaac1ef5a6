// The whole story without a mouse.

import { expect, test, type Page } from "@playwright/test";

import { openAggregator } from "./room";

/** Walks with the Tab key until the element of this name has the focus, which can be seen. */
async function walkTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 250; step += 1) {
    await page.keyboard.press("Tab");
    const [here, ring] = await page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return [at?.getAttribute("data-testid") ?? "", at ? getComputedStyle(at).outlineStyle : ""];
    });
    if (here !== name) continue;
    expect(ring, `the focus on ${name} can be seen`).not.toBe("none");
    return;
  }
  throw new Error(`the Tab key does not come to ${name}`);
}

test("train, share and classify by keyboard alone", async ({ page, context }) => {
  test.setTimeout(180_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openAggregator(context, "?room=keys&rounds=1&shards=60", page);

  // A digit is taken from the gallery, and read.
  await walkTo(page, "sample-7");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("prediction")).toHaveText("7", { timeout: 30_000 });

  // Workers are started, and train.
  await walkTo(page, "add-local-worker");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("round")).toHaveAttribute("data-round", "1", { timeout: 60_000 });

  // A share is moved, and the other follows.
  await walkTo(page, "split-drag");
  const [alice, bob] = [page.getByTestId("split-alice"), page.getByTestId("split-bob")];
  const before = [await alice.innerText(), await bob.innerText()];
  await page.keyboard.press("ArrowRight");
  await expect(alice).not.toHaveText(before[0] ?? "");
  await expect(bob).not.toHaveText(before[1] ?? "");

  // Numbers are multiplied on shares.
  await walkTo(page, "calculate");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("calculator-result")).toHaveText("42");

  // A pixel is looked at, and a message replayed.
  await walkTo(page, "scalar-row");
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("sotto-layers button[aria-pressed=true]")).toContainText("input");
  await walkTo(page, "wire-step");
  await page.keyboard.press("Enter");
  await expect(page.locator("sotto-wire-log tr[aria-current]")).toHaveCount(1);
});
