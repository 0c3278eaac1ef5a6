// A worker's own handwriting: written on its page, learnt by the room, kept in the browser.

import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

import { openAggregator, openWorkers, roundOf, waitForRound } from "./room";

/** A seven that looks like no other digit: a gallows with its arm to the right, and a bar across. */
const SEVEN = [
  [
    [0.3, 0.85],
    [0.3, 0.15],
    [0.75, 0.15],
  ],
  [
    [0.15, 0.5],
    [0.5, 0.5],
  ],
];

/** Draws the seven, a little moved, and presses the key of its label. */
async function write(page: Page, label: number, by: number): Promise<void> {
  const canvas = page.getByTestId("digit-pad");
  await canvas.scrollIntoViewIfNeeded();
  const pad = await canvas.boundingBox();
  if (!pad) throw new Error("the pad is not on the page");
  const at = ([x = 0, y = 0]: number[], place: number) =>
    [pad.x + (x + by * (place % 2 ? 0.02 : -0.01)) * pad.width, pad.y + (y + by * 0.01) * pad.height] as const;
  for (const [first, ...rest] of SEVEN.map((stroke) => stroke.map(at))) {
    if (!first) continue;
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point, { steps: 4 });
    await page.mouse.up();
  }
  await page.keyboard.press(String(label));
}

const written = (page: Page) => page.getByTestId("handwriting");

async function reading(page: Page): Promise<{ round: number; correct: number; count: number }> {
  const line = page.getByTestId("own-accuracy");
  const [round, correct, count] = await Promise.all(
    ["data-round", "data-correct", "data-count"].map(async (name) => Number(await line.getAttribute(name))),
  );
  return { round: round ?? -1, correct: correct ?? -1, count: count ?? -1 };
}

/** The length of the record at `key`; 0 without one. */
const keptBytes = (page: Page, key: string): Promise<number> =>
  page.evaluate(
    (key) =>
      new Promise<number>((resolve, reject) => {
        const opened = indexedDB.open("sotto");
        opened.onerror = () => reject(new Error("the store cannot be opened"));
        opened.onsuccess = () => {
          const found = opened.result.transaction("handwriting").objectStore("handwriting").get(key);
          found.onsuccess = () => {
            opened.result.close();
            resolve((found.result as Uint8Array | undefined)?.byteLength ?? 0);
          };
        };
      }),
    key,
  );

test("digits of one's own join the shard, are learnt by the room, and stay", async ({ context }) => {
  test.setTimeout(300_000);
  const page = await openAggregator(context, "?room=own&seed=7&rounds=3&shards=60&secagg=off");
  const tabs = await openWorkers(page, 2);
  const [tab] = tabs;
  if (!tab) throw new Error("no tab was opened");
  const member = page.locator("[data-testid=member]").first();

  await test.step("the room learns to read without them", async () => {
    await page.bringToFront();
    await page.getByTestId("start-training").click();
    await waitForRound(page, 3);
    await expect(page.getByTestId("stop-training")).toBeDisabled();
  });

  await test.step("written between rounds, they count at once", async () => {
    await tab.bringToFront();
    for (let number = 0; number < 8; number++) {
      await write(tab, 7, number % 4);
      await expect(written(tab)).toHaveAttribute("data-digits", String(number + 1));
    }
    await expect(tab.getByTestId("own-digit")).toHaveCount(8);
    // A tenth of 1,000: each of the eight 14 times.
    await expect(written(tab)).toContainText("each 14 times");
    await expect(written(tab)).toContainText("1,112");
    await expect(member).toContainText("1,112");
  });

  await test.step("the global model misreads them, and learns to read them", async () => {
    await page.bringToFront();
    await page.getByTestId("start-training").click();
    await expect.poll(async () => (await reading(tab)).round, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    await waitForRound(page, 6);
    const after = await reading(tab);
    expect(after).toMatchObject({ round: 5, count: 8 });
    expect(after.correct).toBeGreaterThanOrEqual(6);
    expect((await new AxeBuilder({ page: tab }).analyze()).violations).toEqual([]);
    const text = (await tab.getByTestId("own-accuracy").textContent()) ?? "";
    const before = Number(/\((\d) of 8 after round 3\)/.exec(text)?.[1]);
    expect(before, text).toBeLessThanOrEqual(3);
  });

  await test.step("they are exported, removed, and imported", async () => {
    await tab.bringToFront();
    const download = tab.waitForEvent("download");
    await tab.getByTestId("export-handwriting").click();
    const path = await (await download).path();
    const file = JSON.parse(readFileSync(path, "utf8")) as { digits: { label: number; pixels: number[] }[] };
    expect(file.digits.map(({ label, pixels }) => [label, pixels.length])).toEqual(Array(8).fill([7, 784]));

    await tab.getByRole("button", { name: "Remove digit 1, a 7" }).click();
    await expect(written(tab)).toHaveAttribute("data-digits", "7");
    await tab.getByTestId("erase-all").click();
    await expect(written(tab)).toHaveAttribute("data-digits", "7");
    await tab.getByTestId("erase-all").click();
    await expect(written(tab)).toHaveAttribute("data-digits", "0");
    await expect(member).toContainText("1,000");

    await tab.getByTestId("handwriting-file").setInputFiles({ name: "x.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await expect(tab.getByTestId("notices")).toContainText("Your handwriting is as it was");
    await tab.getByTestId("handwriting-file").setInputFiles(path);
    await expect(written(tab)).toHaveAttribute("data-digits", "8");
  });

  // What was shown a moment ago is on the disk a moment later.
  await expect.poll(() => keptBytes(tab, "own/0")).toBeGreaterThan(8 * 784);

  await test.step("a reload finds them, in that tab and for that place alone", async () => {
    await tab.reload();
    await expect(written(tab)).toHaveAttribute("data-digits", "8");
    await expect(member).toContainText("1,112");
    await expect(written(tabs[1] as Page)).toHaveAttribute("data-digits", "0");
  });
});

test("digits written in mid-round wait for the next task, under masks too", async ({ context }) => {
  test.setTimeout(300_000);
  const page = await openAggregator(context, "?room=amid&seed=7&rounds=20&shards=20&epochs=2");
  const [tab] = await openWorkers(page, 3);
  if (!tab) throw new Error("no tab was opened");
  await page.getByTestId("start-training").click();
  await tab.bringToFront();
  for (let number = 0; number < 4; number++) {
    await write(tab, 7, number);
    await expect(written(tab)).toHaveAttribute("data-digits", String(number + 1));
  }
  // The round under way is the last without all four.
  await waitForRound(page, (await roundOf(page)) + 2);
  // 3,000 of its own, and four twenty times.
  await expect(page.getByTestId("member").first()).toContainText("3,080");
  await expect(tab.getByTestId("own-accuracy")).toHaveAttribute("data-count", "4");
  await expect(page.getByTestId("notices")).not.toContainText(/refused|could not|deadline|another number/);
});

test("with noise, which hides one appearance of a digit, each of them appears once", async ({ context }) => {
  test.setTimeout(300_000);
  const page = await openAggregator(context, "?room=noisy&seed=7&rounds=2&shards=60&model=linear&dp=examples");
  const [tab] = await openWorkers(page, 3);
  if (!tab) throw new Error("no tab was opened");
  await tab.bringToFront();
  await write(tab, 7, 0);
  await expect(written(tab)).toContainText("each 20 times");
  await page.bringToFront();
  await page.getByTestId("start-training").click();
  await waitForRound(page, 2);
  await expect(written(tab)).not.toContainText("times");
  await expect(page.getByTestId("member").first()).toContainText("1,001");
  await expect(page.getByTestId("notices")).not.toContainText(/refused|could not|deadline|another number/);
});
