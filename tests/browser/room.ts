// What a person does with the pages, and what the wire looks like to an intruder.

import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { expect, type BrowserContext, type Page } from "@playwright/test";

import { strokesOf } from "./strokes";

/** Opens the aggregator page and waits for its first model. */
export async function openAggregator(context: BrowserContext, query: string, at?: Page): Promise<Page> {
  const page = at ?? (await context.newPage());
  await page.goto(`./${query}`);
  await expect(page.getByTestId("weights-hash")).toHaveAttribute("data-hash", /^[0-9a-f]{64}$/);
  return page;
}

/** Opens worker tabs with the page's own button, until all are ready. */
export async function openWorkers(page: Page, count: number): Promise<Page[]> {
  const tabs: Page[] = [];
  for (let i = 0; i < count; i++) {
    const tab = page.context().waitForEvent("page");
    await page.getByTestId("open-worker").click();
    tabs.push(await tab);
    // One after the other, so that each has its place before the next.
    await expect(page.getByTestId("member")).toHaveCount(i + 1);
  }
  await expect(page.locator("[data-testid=member][data-state=idle]")).toHaveCount(count, { timeout: 60_000 });
  return tabs;
}

export async function roundOf(page: Page): Promise<number> {
  return Number(await page.getByTestId("round").getAttribute("data-round"));
}

/** Starts training once so many workers are ready. A page may hear of them later than they of it. */
export async function startWith(page: Page, workers: number): Promise<void> {
  await expect(page.locator("[data-testid=member][data-state=idle]")).toHaveCount(workers, { timeout: 60_000 });
  await page.getByTestId("start-training").click();
}

export async function waitForRound(page: Page, round: number, timeout = 180_000): Promise<void> {
  await expect.poll(() => roundOf(page), { timeout, intervals: [100] }).toBeGreaterThanOrEqual(round);
}

/** The test accuracy of the model after `round` rounds, or after a later one. */
export async function accuracyAfter(page: Page, round: number): Promise<number> {
  const accuracy = page.getByTestId("test-accuracy");
  await expect
    .poll(async () => Number((await accuracy.getAttribute("data-round")) || -1), { timeout: 60_000 })
    .toBeGreaterThanOrEqual(round);
  return Number.parseFloat((await accuracy.textContent()) ?? "");
}

export async function hashOf(page: Page): Promise<string> {
  return (await page.getByTestId("weights-hash").getAttribute("data-hash")) ?? "";
}

/** The first test digit of every label, from the files that the page itself loads. */
export function testDigits(): { label: number; image: Uint8Array }[] {
  const file = inflateSync(readFileSync("../dist/data/test/00.bin"));
  const count = file.length / 785;
  const labels = [...file.subarray(0, count)];
  return Array.from({ length: 10 }, (_, label) => {
    const place = labels.indexOf(label);
    return { label, image: file.subarray(count + 784 * place, count + 784 * (place + 1)) };
  });
}

/** Draws an image on the pad with the pen, and returns what the page reads. */
export async function draw(page: Page, image: Uint8Array): Promise<string> {
  await page.getByTestId("clear").click();
  const prediction = page.getByTestId("prediction");
  await expect(prediction).toHaveAttribute("data-state", "empty");
  const pad = await page.getByTestId("digit-pad").boundingBox();
  if (!pad) throw new Error("the pad is not on the page");
  for (const stroke of strokesOf(image)) {
    const [first, ...rest] = stroke.map(({ x, y }) => [pad.x + x * pad.width, pad.y + y * pad.height] as const);
    if (!first) continue;
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point);
    await page.mouse.up();
  }
  // The page draws once a frame; until then it shows what it had read of the strokes before.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
  await expect(prediction).toHaveAttribute("data-state", "done");
  return (await prediction.textContent()) ?? "";
}

/** Records, in this page, every message to the aggregator of `room`, until the first intrusion. */
export async function eavesdrop(page: Page, room: string): Promise<void> {
  await page.evaluate((name) => {
    const heard: ArrayBuffer[] = [];
    const channel = new BroadcastChannel(name);
    channel.onmessage = (event: MessageEvent<ArrayBuffer>) => heard.push(event.data);
    Object.assign(window, { heard, channel });
  }, `sotto/${room}/aggregator`);
}

/**
 * Sends the last update that was heard once more, for `round`: `forged` with another token,
 * `corrupt` without its second half, `replayed` as it was.
 */
export async function intrude(page: Page, room: string, round: number, how: "forged" | "corrupt" | "replayed"): Promise<void> {
  await page.evaluate(
    ([name, round, how]) => {
      // The envelope: version 1, run 8, round 4, sender 16, kind 1; an update begins with its token of 16.
      const [ROUND, KIND, TOKEN, UPDATE] = [9, 29, 30, 3];
      const { heard, channel } = window as unknown as { heard: ArrayBuffer[]; channel: BroadcastChannel };
      // An intruder shall not take its own messages for others'.
      channel.onmessage = null;
      const update = heard.findLast((bytes) => new Uint8Array(bytes)[KIND] === UPDATE);
      if (!update) throw new Error("no update was heard");
      const bytes = new Uint8Array(update.slice(0, how === "corrupt" ? update.byteLength / 2 : update.byteLength));
      if (how !== "replayed") new DataView(bytes.buffer).setUint32(ROUND, round, true);
      if (how === "forged") crypto.getRandomValues(bytes.subarray(TOKEN, TOKEN + 16));
      new BroadcastChannel(name).postMessage(bytes.buffer);
    },
    [`sotto/${room}/aggregator`, round, how] as const,
  );
}
