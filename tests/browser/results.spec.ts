// Uneven data, experiments as links, and what is read off a run.

import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

import { PRESETS } from "../../www/src/state/presets";
import { accuracyAfter, openAggregator, waitForRound } from "./room";

/** Starts the workers that the page's address asks for, and waits for a tested round. */
async function train(page: Page, rounds: number): Promise<number> {
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, rounds);
  return accuracyAfter(page, rounds);
}

async function openResults(page: Page): Promise<void> {
  await page.locator("sotto-results summary").click();
  await expect(page.getByTestId("result-chart")).toBeVisible();
}

const barsOf = async (page: Page): Promise<string[]> =>
  page
    .getByTestId("member")
    .locator("sotto-label-bars")
    .getByRole("img")
    .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? ""));

test("every preset link opens and runs", async ({ context }) => {
  test.setTimeout(900_000);
  const links = await openAggregator(context, "?room=presets");
  await links.locator("sotto-preset-links summary").click();
  await expect(links.getByTestId("preset")).toHaveText(PRESETS.map(({ name }) => name));
  const addresses = await links.getByTestId("preset").evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  await links.close();
  for (const [index, preset] of PRESETS.entries()) {
    await test.step(preset.name, async () => {
      // Opened like a link in a message, and with few steps, so that a round is short.
      const address = addresses[index] ?? "";
      const short = new URLSearchParams(address).has("steps") ? "" : "&steps=3";
      const page = await openAggregator(context, `${address}${short}`);
      await expect(page.getByTestId("misread")).toHaveCount(0);
      await expect(page.getByTestId("add-local-worker")).toContainText(preset.workers === 10 ? "ten workers" : "three workers");
      const accuracy = await train(page, 1);
      expect(accuracy).toBeGreaterThan(0);
      await expect(page.getByTestId("worker-count")).toHaveText(String(preset.workers));
      if (address.includes("attackers")) await expect(page.getByTestId("attackers")).toContainText("two workers here attack (sign flip");
      await page.close();
    });
  }
});

test("a preset followed in the page keeps its workers, and the run before it to compare with", async ({ context }) => {
  test.setTimeout(300_000);
  const page = await openAggregator(context, "?room=compare&steps=40&rounds=2");
  const first = await train(page, 2);
  await page.locator("sotto-preset-links summary").click();
  await page.getByRole("link", { name: "Three hospitals" }).click();
  await expect(page).toHaveURL(/partition=ranges/);
  await expect(page.getByRole("link", { name: "Three hospitals" })).toHaveAttribute("aria-current", "true");
  await expect(page.getByTestId("worker-count")).toHaveText("3");
  await expect
    .poll(() => barsOf(page))
    .toEqual([
      expect.stringMatching(/^only 0, 1, 2 and 3, 24,754 digits$/),
      expect.stringMatching(/^only 4, 5 and 6, /),
      expect.stringMatching(/^only 7, 8 and 9, /),
    ]);

  await openResults(page);
  await expect(page.getByTestId("compare-run")).toContainText("run 1: rounds 2, most steps 40");
  await expect(page.getByTestId("result-chart").getByRole("img")).toHaveAttribute("aria-label", new RegExp(`Run 1\\..*round 2: ${first}`));
  await page.goBack();
  await expect(page.getByTestId("round")).toHaveText("0 of 2");
});

test("the results say how well a model reads, whom it serves, and at what price", async ({ context }) => {
  test.setTimeout(300_000);
  const page = await openAggregator(context, "?room=results&partition=labels:2&shards=3&steps=60&rounds=3");
  await openResults(page);
  const accuracy = await train(page, 3);

  await test.step("the confusion matrix adds up to the accuracy", async () => {
    const cells = page.getByTestId("plain-confusion").locator("td.right");
    const right = await cells.evaluateAll((all) => all.reduce((sum, cell) => sum + Number(cell.textContent), 0));
    expect((100 * right) / 10_000).toBeCloseTo(accuracy, 2);
  });

  await test.step("the hardest digits are wrong, the hardest first", async () => {
    const hard = page.getByTestId("hardest").getByRole("listitem");
    await expect(hard).toHaveCount(12);
    const texts = await hard.allTextContents();
    const losses = texts.map((text) => Number(/loss ([\d.]+)/.exec(text)?.[1]));
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    for (const text of texts) {
      const [, label, answer] = /a (\d), read as (\d)/.exec(text) ?? [];
      expect(label).not.toBe(answer);
    }
  });

  await test.step("workers are served between the worst and the best label", async () => {
    const served = await page.getByTestId("served").locator(".percent").allTextContents();
    expect(served).toHaveLength(3);
    const lines = await page
      .getByTestId("plain-confusion")
      .locator("tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) => {
          const cells = [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent));
          const right = Number(row.querySelector("td.right")?.textContent);
          return (100 * right) / cells.reduce((sum, many) => sum + many, 0);
        }),
      );
    for (const text of served) {
      expect(Number.parseFloat(text)).toBeGreaterThanOrEqual(Math.min(...lines) - 0.01);
      expect(Number.parseFloat(text)).toBeLessThanOrEqual(Math.max(...lines) + 0.01);
    }
  });

  await test.step("rounds to a target follow the field", async () => {
    await page.getByTestId("target").fill("1");
    await page.getByTestId("target").blur();
    await expect(page.getByTestId("rounds-to-target")).toHaveText("0");
    await page.getByTestId("target").fill("100");
    await page.getByTestId("target").blur();
    await expect(page.getByTestId("rounds-to-target")).toHaveText("not yet");
  });

  await test.step("by bytes, the same values at other places", async () => {
    await page.getByTestId("result-axis").selectOption("bytes");
    await expect(page.getByTestId("result-chart").getByRole("img")).toHaveAttribute("aria-label", /[kM]B: /);
    await page.getByTestId("result-measure").selectOption("loss");
    await expect(page.getByTestId("result-chart").getByRole("img")).toHaveAttribute("aria-label", /test loss/);
  });

  await test.step("the files say what the page shows", async () => {
    const csv = await saved(page, "save-csv");
    const [names, ...lines] = csv.trim().split("\r\n");
    expect(names).toBe("round,accuracy,loss,bytes_up,bytes_down,workers,seconds");
    const rows = lines.map((line) => line.split(",").map(Number));
    expect(rows.map(([round]) => round)).toEqual([0, 1, 2, 3]);
    const columns = rows[0]?.length ?? 0;
    for (let column = 3; column < columns; column += 1) {
      const values = rows.map((row) => row[column] ?? NaN);
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
    const last = rows.at(-1) ?? [];
    expect(last[1]).toBeCloseTo(accuracy, 2);
    expect(last[5]).toBe(3);
    // Three rounds, three models down and three updates up, each 44,426 weights of four bytes or a little more.
    for (const bytes of [last[3] ?? 0, last[4] ?? 0]) expect(bytes / (9 * 4 * 44_426)).toBeCloseTo(1, 0);
    const json = JSON.parse(await saved(page, "save-json")) as {
      settings: Record<string, string>;
      rounds: { round: number; accuracy: number }[];
    };
    expect(json.settings["partition"]).toBe("labels:2");
    expect(json.rounds.map((one) => one.accuracy)).toEqual(rows.map((row) => row[1]));
  });

  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
  }
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual([]);
});

async function saved(page: Page, button: string): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByTestId(button).click();
  return readFileSync(await (await download).path(), "utf8");
}

test("the address takes any argument of a partition, and says which there are", async ({ page, context }) => {
  await openAggregator(context, "?room=argument&partition=labels:4&shards=10", page);
  await page.locator("sotto-settings-form summary").click();
  const partition = page.getByLabel("Partition");
  await expect(partition).toHaveValue("labels:4");
  await partition.selectOption("missing:7");
  await expect(page).toHaveURL(/partition=missing:7/);
  await openAggregator(context, "?room=argument&partition=sorted%3A3", page);
  await expect(page).toHaveURL(/partition=sorted:3/);
  await openAggregator(context, "?room=argument&partition=labels:11", page);
  await expect(page.getByTestId("misread")).toContainText("from 1 to 10");
});
