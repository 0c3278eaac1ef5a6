// Training in real tabs, on real MNIST.

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "@playwright/test";

import { accuracyAfter, draw, eavesdrop, hashOf, intrude, openAggregator, openWorkers, roundOf, testDigits, waitForRound } from "./room";

/** The tests are run from www/. */
const root = resolve("..");

test("ten tabs learn to read, whoever leaves, reloads or lies", async ({ context }) => {
  test.setTimeout(600_000);
  const room = "ten";
  const page = await openAggregator(context, `?room=${room}&seed=7&secagg=off`);
  const notices = page.getByTestId("notices");
  const training = page.locator("[data-testid=member][data-state=training]");
  const tabs = await openWorkers(page, 10);
  await eavesdrop(page, room);
  await page.bringToFront();
  await page.getByTestId("start-training").click();

  await test.step("a tab closed and another reloaded in mid-round", async () => {
    await waitForRound(page, 1);
    await expect(training).not.toHaveCount(0);
    await tabs[3]?.close();
    await tabs[6]?.reload();
    await expect(notices).toContainText("left in mid-round");
    await waitForRound(page, 2);
    await expect(page.getByTestId("worker-count")).toHaveText("9");
  });

  await test.step("a forged, a corrupt and a replayed update refused", async () => {
    await expect(training).not.toHaveCount(0);
    const round = (await roundOf(page)) + 1;
    await intrude(page, room, round, "forged");
    await expect(notices).toContainText("forged");
    await intrude(page, room, round, "corrupt");
    await expect(notices).toContainText("a message was refused");
    await intrude(page, room, round, "replayed");
    await expect(notices).toContainText(/late|already reported/);
  });

  await test.step("97 % within ten rounds", async () => {
    await waitForRound(page, 10, 400_000);
    expect(await accuracyAfter(page, 10)).toBeGreaterThanOrEqual(97);
    await expect(page.getByTestId("bytes-received")).not.toHaveText(/^0 B/);
  });

  await test.step("test digits drawn with a pen are read", async () => {
    const read: string[] = [];
    for (const { image } of testDigits()) read.push(await draw(page, image));
    const right = read.filter((digit, label) => digit === String(label)).length;
    expect(right, `0 to 9 were read as ${read.join(" ")}`).toBeGreaterThanOrEqual(9);
  });
});

test("a seed gives the same model twice, and the one that the native build computes", async ({ context }) => {
  test.setTimeout(300_000);
  const query = "seed=42&rounds=2&shards=30&secagg=off";
  const hashes: string[] = [];
  for (const room of ["first", "second"]) {
    const page = await openAggregator(context, `?room=${room}&${query}`);
    const tabs = await openWorkers(page, 3);
    await page.bringToFront();
    await page.getByTestId("start-training").click();
    await waitForRound(page, 2);
    hashes.push(await hashOf(page));
    for (const tab of [...tabs, page]) await tab.close();
  }
  const native = execFileSync("target/debug/simulate", ["train", "--data", "dist/data", "--query", query, "--clients", "3"], {
    cwd: root,
    encoding: "utf8",
  });
  const last = native.trim().split(/\s+/).at(-1);
  expect(hashes).toEqual([last, last]);
});

test("with no tab open, one click shows learning", async ({ context }) => {
  test.setTimeout(120_000);
  const page = await openAggregator(context, "?room=alone&rounds=3");
  const before = await accuracyAfter(page, 0);
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, 2);
  await expect(page.getByTestId("worker-count")).toHaveText("3");
  const after = await accuracyAfter(page, 2);
  expect(after).toBeGreaterThan(before + 40);

  // Every button works a second time.
  await waitForRound(page, 3);
  const finished = await hashOf(page);
  await page.getByTestId("start-training").click();
  await waitForRound(page, 4);
  await page.getByTestId("stop-training").click();
  await expect(page.getByTestId("stop-training")).toBeDisabled();
  expect(await hashOf(page)).not.toBe(finished);
  await page.getByTestId("add-local-worker").click();
  await expect(page.getByTestId("worker-count")).toHaveText("4");
});

test("a worker tab shows its digits, its loss and what it sends", async ({ context }) => {
  test.setTimeout(120_000);
  const page = await openAggregator(context, "?room=seen&rounds=1&shards=60&secagg=off");
  const [tab] = await openWorkers(page, 1);
  if (!tab) throw new Error("no tab was opened");
  await expect(tab.getByTestId("worker-digits")).toHaveAttribute("data-digits", "1000");
  await page.getByTestId("start-training").click();
  await waitForRound(page, 1);
  await expect(tab.getByTestId("worker-sent")).toHaveAttribute("data-bytes", String(4 * 44_426));
  await expect(tab.getByTestId("worker-loss")).toHaveText(/\d\.\d+/);
  await expect(tab.getByTestId("varied")).toBeVisible();
});
