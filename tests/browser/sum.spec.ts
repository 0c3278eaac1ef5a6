// Secure sums between real tabs.

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test, type BrowserContext, type Page } from "@playwright/test";

import { accuracyAfter, hashOf, openAggregator, openWorkers, roundOf, waitForRound } from "./room";

interface Seen {
  summed: { round: number; bits: number; survivors: string[]; elements: number[] }[];
  masked: { round: number; part: number[]; masked: number[] }[];
  models: { round: number; weights: number[] }[];
  recovered: { worker?: string; pixels: number[] }[];
  sample: number[];
}

/** Keeps what the roles of each page tell it of sums and models. */
async function listen(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const seen: Seen = { summed: [], masked: [], models: [], recovered: [], sample: [] };
    Object.assign(window, { seen });
    const Plain = window.Worker;
    window.Worker = class extends Plain {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener("message", ({ data }: MessageEvent) => {
          if (data?.type === "summed") seen.summed.push({ ...data, elements: [...data.elements] });
          if (data?.type === "masked" && data.part) seen.masked.push({ round: data.round, part: [...data.part], masked: [...data.masked] });
          if (data?.type === "recovered") seen.recovered.push({ worker: data.worker, pixels: [...data.pixels] });
          if (data?.type === "shard") seen.sample = [...data.sample];
          if (data?.type === "model") seen.models.push({ round: data.round, weights: [...data.weights] });
        });
      }
    };
  });
}

const seenBy = (page: Page): Promise<Seen> => page.evaluate(() => (window as unknown as { seen: Seen }).seen);

const idOf = async (tab: Page): Promise<string> => (await tab.getByTestId("worker-phase").getAttribute("data-id")) ?? "";

/** A worker's steps of a secure sum, as the byte that names them on the wire. */
const SHARES = 2;
const MASKED = 3;

/** Lets a worker's tab get as far as the message of `step`, and no further; closes it when it is there. */
async function leaveBefore(tab: Page, step: number): Promise<() => Promise<void>> {
  const [worker] = tab.workers();
  if (!worker) throw new Error("the tab has no worker");
  await worker.evaluate((step) => {
    // The envelope: version 1, run 8, round 4, sender 16, kind 1; then the token of 16, and the step.
    const [KIND, STEP, IS_STEP] = [29, 46, 5];
    const post = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function (data: ArrayBuffer) {
      const bytes = new Uint8Array(data);
      if (bytes[KIND] === IS_STEP && bytes[STEP] === step) Object.assign(self, { there: true });
      else post.call(this, data);
    };
  }, step);
  return async () => {
    await expect.poll(() => worker.evaluate(() => "there" in self), { timeout: 60_000, intervals: [20] }).toBe(true);
    await tab.close();
  };
}

async function sha256(page: Page, weights: number[]): Promise<string> {
  return page.evaluate(async (weights) => {
    const digest = await crypto.subtle.digest("SHA-256", Float32Array.from(weights));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }, weights);
}

/** Digits of a shard, and the longest step that counts whole. */
const DIGITS = 1000;
const CLIP = 10;

test("twelve tabs, two of which leave in the middle: the model is that of the survivors' plain sum", async ({ context }) => {
  test.setTimeout(300_000);
  await listen(context);
  const page = await openAggregator(context, "?room=twelve&rounds=1&shards=60&seed=3");
  const tabs = await openWorkers(page, 12);
  const ids = await Promise.all(tabs.map(idOf));
  const leaveSharing = await leaveBefore(tabs[4] as Page, SHARES);
  const leaveMasking = await leaveBefore(tabs[9] as Page, MASKED);
  await page.bringToFront();
  const before = (await seenBy(page)).models.at(-1)?.weights ?? [];
  await page.getByTestId("start-training").click();
  await Promise.all([leaveSharing(), leaveMasking()]);
  await waitForRound(page, 1);
  await expect(page.getByTestId("secagg-status")).toContainText("1 worker left in the middle");

  const { summed } = await seenBy(page);
  expect(summed).toHaveLength(1);
  const sum = summed[0] as Seen["summed"][number];
  const staying = tabs.flatMap((tab, place) => (tab.isClosed() ? [] : [{ tab, id: ids[place] }]));
  expect([...sum.survivors].sort()).toEqual(staying.map(({ id }) => id).sort());

  const modulus = 2 ** sum.bits;
  const total = sum.elements.map(() => 0);
  for (const { tab } of staying) {
    const own = (await seenBy(tab)).masked.at(-1);
    if (!own) throw new Error("a tab that stayed sent nothing");
    own.part.forEach((element, index) => (total[index] = ((total[index] ?? 0) + element) % modulus));
    // What the aggregator got from it is something else altogether.
    const same = own.part.filter((element, index) => element % modulus === own.masked[index]).length;
    expect(same).toBeLessThan(own.part.length / 100);
  }
  expect(total).toEqual(sum.elements);

  // The model moved by exactly this sum: decoded, divided by the digits, added to the weights.
  const count = total.slice(before.length).reduceRight((count, limb) => 256 * count + limb, 0);
  expect(count).toBe(DIGITS * staying.length);
  const scale = Math.floor((modulus / 2 - 1) / tabs.length) / (DIGITS * CLIP);
  const after = before.map((weight, index) => {
    const element = total[index] ?? 0;
    const value = (element < modulus / 2 ? element : element - modulus) / scale;
    return Math.fround(weight + value / count);
  });
  expect(await sha256(page, after)).toBe(await hashOf(page));
});

test("three tabs with threshold three: one that leaves ends the round, and nothing is revealed", async ({ context }) => {
  test.setTimeout(180_000);
  await listen(context);
  const page = await openAggregator(context, "?room=three&rounds=1&shards=60&threshold=3");
  const tabs = await openWorkers(page, 3);
  const before = await hashOf(page);
  const leave = await leaveBefore(tabs[1] as Page, MASKED);
  await page.bringToFront();
  await page.getByTestId("start-training").click();
  await leave();
  await expect(page.getByTestId("notices")).toContainText("was abandoned", { timeout: 60_000 });
  expect(await roundOf(page)).toBe(0);
  expect(await hashOf(page)).toBe(before);
  expect((await seenBy(page)).summed).toHaveLength(0);

  // A third tab comes, and the others have kept their training.
  const [tab] = await Promise.all([context.waitForEvent("page"), page.getByTestId("open-worker").click()]);
  await expect(tab.getByTestId("worker-phase")).toBeVisible();
  await waitForRound(page, 1);
  expect((await seenBy(page)).summed[0]?.survivors).toHaveLength(3);
});

test("a worker's tab shows its masks, and the other tab of a pair the opposite one", async ({ context }) => {
  test.setTimeout(180_000);
  const page = await openAggregator(context, "?room=pairs&rounds=1&shards=60");
  const tabs = await openWorkers(page, 3);
  await page.getByTestId("start-training").click();
  await waitForRound(page, 1);
  const ids = await Promise.all(tabs.map(idOf));
  const bits = Number(await tabs[0]?.getByTestId("first-masks").getAttribute("data-bits"));
  const numberIn = async (tab: Page, selector: string) => Number(await tab.getByTestId("first-masks").locator(selector).textContent());
  for (const [place, tab] of tabs.entries()) {
    const masks = tab.getByTestId("first-masks").locator("[data-with]");
    await expect(masks).toHaveCount(3);
    let sum = Number(await tab.getByTestId("first-plain").textContent());
    expect(sum).toBeLessThan(2 ** bits);
    for (const mask of await masks.allTextContents()) sum += Number(mask);
    expect(((sum % 2 ** bits) + 2 ** bits) % 2 ** bits).toBe(Number(await tab.getByTestId("first-masked").textContent()));
    for (const [other, tabOfOther] of tabs.entries()) {
      if (other === place) continue;
      const ours = await numberIn(tab, `[data-with="${ids[other]}"]`);
      const theirs = await numberIn(tabOfOther, `[data-with="${ids[place]}"]`);
      expect((ours + theirs) % 2 ** bits).toBe(0);
    }
  }
  await expect(page.getByTestId("masked-updates")).toHaveAttribute("data-count", "3");
  await expect(page.getByTestId("sum-picture")).toHaveAttribute("data-state", "open");
  await page.getByTestId("sum-step").fill("1");
  await expect(page.getByTestId("sum-picture")).toHaveAttribute("data-state", "masked");
});

test("training with secure aggregation learns, and the switch begins a run without it", async ({ context }) => {
  test.setTimeout(180_000);
  const page = await openAggregator(context, "?room=switch&rounds=2&shards=12");
  await expect(page.getByTestId("secagg-toggle")).toBeChecked();
  await openWorkers(page, 3);
  await page.getByTestId("start-training").click();
  await waitForRound(page, 2);
  expect(await accuracyAfter(page, 2)).toBeGreaterThan(85);
  await page.getByTestId("secagg-toggle").click();
  await expect(page).toHaveURL(/secagg=off/);
  await expect(page.getByTestId("secagg-status")).toHaveAttribute("data-phase", "off");
  await expect(page.getByTestId("round")).toHaveText("0 of 2");
  await page.getByTestId("start-training").click();
  await waitForRound(page, 2);
});

test("an update in the clear gives a training digit away, and a masked one does not", async ({ context }) => {
  test.setTimeout(180_000);
  await listen(context);
  // The page's own link to the attack, in a room of this test.
  const page = await openAggregator(
    context,
    "?room=attack&model=linear&batch=1&steps=1&shards=1000&rounds=1&secagg=off&augment=off&pens=0",
  );
  await expect(page.getByTestId("try-attack")).toHaveAttribute("href", /model=linear&batch=1&steps=1/);
  const tabs = await openWorkers(page, 3);
  const ids = await Promise.all(tabs.map(idOf));
  const attack = async (): Promise<number> => {
    await page.bringToFront();
    await page.getByTestId("start-training").click();
    await waitForRound(page, 1);
    await expect(page.getByTestId("attack").locator("li").nth(2)).toBeVisible();
    const newest = (await seenBy(page)).recovered;
    let found = 0;
    for (const [place, tab] of tabs.entries()) {
      const pixels = newest.findLast(({ worker }) => worker === ids[place])?.pixels ?? [];
      // With shards of 60 digits, a tab shows all that it has.
      const { sample } = await seenBy(tab);
      const digits = Array.from({ length: sample.length / 784 }, (_, digit) => sample.slice(784 * digit, 784 * (digit + 1)));
      expect(digits).toHaveLength(60);
      if (digits.some((digit) => digit.every((pixel, index) => Math.abs(pixel - (pixels[index] ?? 0)) <= 1))) found += 1;
    }
    return found;
  };
  expect(await attack()).toBe(3);
  await page.getByTestId("secagg-toggle").click();
  await expect(page.getByTestId("round")).toHaveText("0 of 1");
  expect(await attack()).toBe(0);
  await expect(page.getByTestId("attack")).toContainText("The sum");
});

test("with noise, the page says what the model gives away, as the native accountant does", async ({ context }) => {
  test.setTimeout(180_000);
  const page = await openAggregator(context, "?room=noise&rounds=2&shards=60&model=linear");
  await openWorkers(page, 3);
  await page.getByTestId("dp-toggle").click();
  await expect(page).toHaveURL(/dp=distributed/);
  const epsilon = page.getByTestId("epsilon");
  await expect(epsilon).toHaveAttribute("data-rounds", "2");
  const shown = async () => Number(await epsilon.getAttribute("data-epsilon"));
  const planned = await shown();
  await page.bringToFront();
  await page.getByTestId("start-training").click();
  await waitForRound(page, 1);
  await expect.poll(async () => (await shown()) <= planned).toBe(true);
  await waitForRound(page, 2);
  await expect(epsilon).toContainText("after 2 rounds");
  const native = execFileSync("target/debug/simulate", "epsilon --q 0.1 --noise-multiplier 1 --steps 2 --delta 1e-5".split(" "), {
    cwd: resolve(".."),
    encoding: "utf8",
  });
  const { rdp, pld } = JSON.parse(native) as { rdp: number; pld: number };
  expect(await shown()).toBeCloseTo(Math.min(rdp, pld), 6);
  await expect(page.getByTestId("epsilon-aggregator")).toBeVisible();
  await page.getByTestId("secagg-toggle").click();
  await expect(page.getByTestId("dp-toggle")).not.toBeChecked();
  await expect(epsilon).toHaveCount(0);
});

test("epsilon is that of the address’s own rate, and goes on with a model", async ({ context }) => {
  test.setTimeout(180_000);
  const native = (q: string, steps: number): number => {
    const of = `epsilon --q ${q} --noise-multiplier 1 --steps ${steps} --delta 1e-5`;
    const said = execFileSync("target/debug/simulate", of.split(" "), { cwd: resolve(".."), encoding: "utf8" });
    const { rdp, pld } = JSON.parse(said) as { rdp: number; pld: number };
    return Math.min(rdp, pld);
  };
  const shown = async (page: Page, figure = "epsilon") => Number(await page.getByTestId(figure).getAttribute("data-epsilon"));
  const few = await openAggregator(context, "?room=few&model=linear&dp=distributed&clients=10&rate=0.149&rounds=100");
  expect((await shown(few)).toFixed(2)).toBe("10.65");
  await expect(few.getByTestId("epsilon")).toContainText("ε = 10.6");
  await few.close();
  const many = await openAggregator(context, "?room=many&model=linear&dp=distributed&clients=500&rate=0.0029&rounds=100");
  expect((await shown(many)).toFixed(3)).toBe("0.189");
  await many.close();

  const page = await openAggregator(context, "?room=onward&model=linear&dp=distributed&rate=0.25&clients=8&rounds=1&shards=60");
  await openWorkers(page, 3);
  await page.bringToFront();
  await page.getByTestId("start-training").click();
  await waitForRound(page, 1);
  await expect(page.getByTestId("epsilon")).toContainText("after 1 round");
  expect(await shown(page)).toBeCloseTo(native("0.25", 1), 6);
  await page.locator("sotto-library summary").click();
  await page.getByTestId("model-name").fill("Noisy");
  await page.getByTestId("save-model").click();
  const saved = page.locator('[data-testid=saved-model][data-name="Noisy"]');
  const hash = await hashOf(page);
  await page.getByTestId("start-over").click();
  await expect.poll(() => roundOf(page)).toBe(0);
  await saved.getByTestId("train-on").click();
  await expect.poll(() => hashOf(page)).toBe(hash);
  await page.getByTestId("start-training").click();
  await waitForRound(page, 1);
  // The round before is in it.
  await expect.poll(() => shown(page)).toBeCloseTo(native("0.25", 2), 6);

  // What an upload gave away, nobody has said.
  const download = page.waitForEvent("download");
  await saved.getByTestId("download").click();
  await page.getByTestId("upload").setInputFiles(await (await download).path());
  const brought = page.locator("[data-testid=saved-model]").first();
  await expect(page.locator("[data-testid=saved-model]")).toHaveCount(3);
  await brought.getByTestId("train-on").click();
  await expect(page.getByTestId("epsilon")).toContainText("no bound");
  expect(await shown(page, "epsilon-alone")).toBeCloseTo(native("0.25", 1), 6);
});
