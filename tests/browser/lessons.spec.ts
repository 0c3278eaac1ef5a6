// Secret sharing by hand: each lesson is driven, and its arithmetic done again here.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Locator, type Page } from "@playwright/test";

import { openAggregator } from "./room";

const SIZES = { word: 1n << 32n, prime: (1n << 61n) - 1n };

const mod = (value: bigint, size: bigint): bigint => ((value % size) + size) % size;

const number = async (at: Locator): Promise<bigint> => BigInt(await at.innerText());

async function openLessons(page: Page): Promise<void> {
  await page.getByTestId("lessons").scrollIntoViewIfNeeded();
  await expect(page.getByTestId("split-alice")).toHaveText(/^\d+$/);
}

/** A slider moves as a person's does. */
const slide = (page: Page, name: string, value: number) => page.getByTestId(name).fill(String(value));

test("hours on a clock add up, however many it has", async ({ page, context }) => {
  await openAggregator(context, "?room=clock", page);
  await openLessons(page);
  const said = page.getByTestId("clock-said");
  await expect(said).toContainText("2 + 15 = 17, and 17 mod 12 = 5");
  await slide(page, "clock-hours", 24);
  await expect(said).toContainText("17 mod 24 = 17");
  await slide(page, "clock-pass", 55);
  await expect(said).toContainText("57 mod 24 = 9");
  await expect(said).toContainText("2 times");
  // A hand cannot stand where a smaller clock has no hour.
  await slide(page, "clock-start", 20);
  await slide(page, "clock-hours", 7);
  await expect(said).toContainText("6 + 55 = 61, and 61 mod 7 = 5");
});

test("a secret is split, one share is dragged, and the other follows", async ({ page, context }) => {
  await openAggregator(context, "?room=split", page);
  await openLessons(page);
  const [alice, bob] = [page.getByTestId("split-alice"), page.getByTestId("split-bob")];
  for (const [modulus, size] of Object.entries(SIZES)) {
    await page.getByTestId(`modulus-${modulus}`).check();
    // Both shares of one moment.
    const together = () => expect.poll(async () => mod((await number(alice)) + (await number(bob)), size));
    for (const secret of [42n, -17n, 0n]) {
      await page.getByTestId("split-secret").fill(String(secret));
      await expect(page.getByTestId("split-sum")).toHaveText(String(mod(secret, size)));
      await together().toBe(mod(secret, size));
      const before = await number(alice);
      await page.getByTestId("split-anew").click();
      await expect(alice).not.toHaveText(String(before));
      await together().toBe(mod(secret, size));
    }
    await slide(page, "split-drag", 250);
    await expect.poll(async () => Math.abs(Number(await number(alice)) / Number(size) - 0.25)).toBeLessThan(1e-9);
    await together().toBe(0n);
  }
  // With the mouse: a quarter past the top is a quarter of the clock.
  const ring = page.locator("sotto-lesson-split svg.ring");
  const at = async (right: number, down: number) => {
    const box = await ring.boundingBox();
    if (!box) throw new Error("there is no ring");
    return [box.x + (0.5 + 0.4 * right) * box.width, box.y + (0.5 + 0.4 * down) * box.height] as const;
  };
  const turn = async () => Number(await number(alice)) / Number(SIZES.prime);
  await page.mouse.move(...(await at(0, -1)));
  await page.mouse.down();
  // A person's hand follows what it drags, also where the page above grows meanwhile.
  await expect(async () => {
    await page.mouse.move(...(await at(1, 0)), { steps: 6 });
    await expect.poll(async () => Math.abs((await turn()) - 0.25), { timeout: 1500 }).toBeLessThan(0.01);
  }).toPass({ timeout: 20_000 });
  await page.mouse.up();
  await page.mouse.move(...(await at(0, -1)));
  await expect.poll(async () => Math.abs((await turn()) - 0.25)).toBeLessThan(0.01);
});

test("sums, differences and products of shares are right, and all that travels is shown", async ({ page, context }) => {
  test.setTimeout(120_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openAggregator(context, "?room=calculator", page);
  await openLessons(page);
  const result = page.getByTestId("calculator-result");
  const steps = page.getByTestId("calculator-steps").locator("li");
  for (const [modulus, size] of Object.entries(SIZES)) {
    await page.getByTestId(`modulus-${modulus}`).check();
    for (const [operation, x, y, expected] of [
      ["add", 6n, -7n, -1n],
      ["subtract", 6n, 8n, -2n],
      ["multiply", -123n, 456n, -56088n],
    ] as const) {
      await page.getByTestId("calculator-first").fill(String(x));
      await page.getByTestId("calculator-second").fill(String(y));
      await page.getByTestId("calculator-operation").selectOption(operation);
      await page.getByTestId("calculate").click();
      await expect(result).toHaveText(String(expected).replace("-", "−"));
      await expect(steps).toHaveCount(operation === "multiply" ? 5 : 3);

      // What was shared and what was answered add up; for a product, so does Beaver's formula.
      const numbers = (await steps.locator(".numbers").allInnerTexts()).map((lines) =>
        Object.fromEntries(
          lines
            .trim()
            .split("\n")
            .map((line) => line.split(" ") as [string, string])
            .map(([name, digits]) => [name, BigInt(digits)]),
        ),
      );
      const at = (name: string) =>
        numbers
          .filter((one) => name in one)
          .slice(0, 2)
          .map((one) => one[name] ?? 0n);
      const opened = (name: string) =>
        mod(
          at(name).reduce((sum, share) => sum + share, 0n),
          size,
        );
      expect([opened("x"), opened("y"), opened("z")]).toEqual([mod(x, size), mod(y, size), mod(expected, size)]);
      if (operation === "multiply") {
        expect(opened("c")).toBe(mod(opened("a") * opened("b"), size));
        expect(opened("d")).toBe(mod(x - opened("a"), size));
        const [[, aBob = 0n], [, bBob = 0n], [, cBob = 0n]] = [at("a"), at("b"), at("c")] as [bigint[], bigint[], bigint[]];
        expect(at("z")[1]).toBe(mod(cBob + opened("d") * bBob + opened("e") * aBob, size));
      }
    }
  }
});

test("messages play one by one, and can be paused, stepped and played again", async ({ page, context }) => {
  await openAggregator(context, "?room=player", page);
  await openLessons(page);
  const steps = page.getByTestId("calculator-steps").locator("li");
  await page.getByTestId("calculate").click();
  await expect(steps.first()).toContainText("shares of random a and b");
  // Two messages travel from the dealer, at the bottom, upwards.
  const dots = page.locator("sotto-lesson-calculator .dot");
  await expect(dots).toHaveCount(2);
  const [start, end] = await dots
    .first()
    .evaluate((dot) => ["--from-y", "--to-y"].map((name) => Number.parseFloat((dot as SVGElement).style.getPropertyValue(name))));
  expect(start).toBeGreaterThan(end ?? 0);
  await page.getByTestId("calculator-play").click();
  await expect(page.getByTestId("calculator-play")).toHaveText("Play");
  const paused = await steps.count();
  expect(paused).toBeLessThan(5);
  await expect(page.getByTestId("calculator-result")).toHaveText("–");
  for (let n = paused; n < 5; n += 1) await page.getByTestId("calculator-step").click();
  await expect(page.getByTestId("calculator-result")).toHaveText("42");
  await page.getByTestId("calculator-play").click();
  await expect(page.getByTestId("calculator-result")).toHaveText("–");
  await expect(page.getByTestId("calculator-result")).toHaveText("42", { timeout: 15_000 });
});

test("a fraction becomes a whole number, and overflow is said", async ({ page, context }) => {
  await openAggregator(context, "?room=fix", page);
  await openLessons(page);
  const [whole, place, read] = ["whole", "place", "read"].map((name) => page.getByTestId(`point-${name}`)) as [Locator, Locator, Locator];
  await expect(whole).toHaveText("12");
  await expect(read).toHaveText("0.12");
  await page.getByTestId("point-value").fill("-0.123");
  await expect(place).toHaveText(String(SIZES.word - 12n));
  await expect(read).toHaveText("-0.12");
  await page.getByTestId("point-value").fill("30000000");
  await expect(page.getByTestId("point-note")).toContainText("went around the clock");
  await expect(read).toHaveText("-12,949,672.96");
  await page.getByTestId("modulus-prime").check();
  await expect(read).toHaveText("30,000,000");
  await page.getByTestId("point-base").fill("2");
  await page.getByTestId("point-digits").fill("4");
  await page.getByTestId("point-value").fill("0.7");
  await expect(whole).toHaveText("11");
  await expect(read).toHaveText("0.6875");
});

test("shares of two numbers look alike", async ({ page, context }) => {
  await openAggregator(context, "?room=alone", page);
  await openLessons(page);
  const counted = page.getByTestId("alone-count");
  await expect(counted).toHaveAttribute("data-count", "2000");
  for (const all of [4000, 6000, 8000]) {
    await page.getByTestId("alone-draw").click();
    await expect(counted).toHaveAttribute("data-count", String(all));
  }
  for (const bars of await page.getByTestId("alone-bars").all()) {
    const heights = await bars.locator("rect").evaluateAll((all) => all.map((one) => Number(one.getAttribute("height"))));
    expect(heights).toHaveLength(40);
    // Of 200 shares a bar, chance takes or gives 14; five times that would be no chance.
    expect(Math.min(...heights)).toBeGreaterThan(0.4 * Math.max(...heights));
  }
  await page.getByTestId("alone-first").fill("5");
  await expect(counted).toHaveAttribute("data-count", "2000");
});

test("the lessons fit a phone and are accessible", async ({ page, context }) => {
  await openAggregator(context, "?room=narrow", page);
  await page.setViewportSize({ width: 360, height: 800 });
  await openLessons(page);
  await page.getByTestId("calculate").click();
  await expect(page.getByTestId("calculator-result")).toHaveText("42", { timeout: 15_000 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations).toEqual([]);
  }
});
