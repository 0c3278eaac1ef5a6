// The library of models: save, compare, carry away, bring back, train on.

import AxeBuilder from "@axe-core/playwright";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test, type Page } from "@playwright/test";

import { accuracyAfter, draw, hashOf, openAggregator, roundOf, testDigits, waitForRound } from "./room";

const models = (page: Page) => page.getByTestId("saved-model");
const named = (page: Page, name: string) => page.locator(`[data-testid=saved-model][data-name="${name}"]`);

/** A trained model in the library, which is open. */
async function saved(page: Page, name: string): Promise<void> {
  await page.getByTestId("model-name").fill(name);
  await page.getByTestId("save-model").click();
  await expect(named(page, name)).toBeVisible();
}

const upload = (page: Page, name: string, buffer: Buffer) =>
  page.getByTestId("upload").setInputFiles({ name, mimeType: "application/octet-stream", buffer });

/** A safetensors file with one tensor. */
function oneTensor(name: string, shape: number[], values: Float32Array): Buffer {
  const header = JSON.stringify({ [name]: { dtype: "F32", shape, data_offsets: [0, values.byteLength] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.from(values.buffer)]);
}

test("a model is saved, carried away, brought back, compared and trained on", async ({ page, context }, info) => {
  test.setTimeout(300_000);
  await openAggregator(context, "?room=shelf&rounds=3&seed=2&secagg=off", page);
  await page.locator("sotto-library summary").click();
  await saved(page, "Fresh");
  await page.getByTestId("add-local-worker").click();
  await waitForRound(page, 3);
  const accuracy = await accuracyAfter(page, 3);
  const hash = await hashOf(page);
  await saved(page, "Trained");
  await expect(named(page, "Trained")).toContainText(`${accuracy.toFixed(2)} %`);

  let file = Buffer.alloc(0);
  await test.step("down and up again", async () => {
    const download = page.waitForEvent("download");
    await named(page, "Trained").getByTestId("download").click();
    const arrived = await download;
    expect(arrived.suggestedFilename()).toBe("Trained.safetensors");
    file = readFileSync(await arrived.path());
    await upload(page, "Brought back.safetensors", file);
    // The page measures what nobody has told it.
    await expect(named(page, "Brought back")).toContainText(`${accuracy.toFixed(2)} %, lenet5`, { timeout: 60_000 });
  });

  await test.step("bad files are refused with the reason", async () => {
    const refused = async (buffer: Buffer, reason: RegExp) => {
      await upload(page, "bad.safetensors", buffer);
      await expect(page.getByTestId("declined")).toContainText(reason);
      await expect(models(page)).toHaveCount(3);
    };
    await refused(Buffer.from("this is a text and no model"), /no safetensors file/);
    await refused(oneTensor("fc1.weight", [10, 783], new Float32Array(7830)), /fit no network here.*fc1/);
    const spoilt = Buffer.from(file);
    spoilt.writeFloatLE(Number.NaN, spoilt.length - 4);
    await refused(spoilt, /NaN, not a finite number/);
    await refused(file.subarray(0, file.length - 100), /no safetensors file/);
    const large = info.outputPath("large.safetensors");
    writeFileSync(large, "");
    truncateSync(large, 70_000_000);
    await page.getByTestId("upload").setInputFiles(large);
    await expect(page.getByTestId("declined")).toContainText(/larger than/);
  });

  await test.step("two are compared, label by label", async () => {
    await page.getByLabel("Compare Fresh").check();
    await page.getByLabel("Compare Trained").check();
    await page.getByTestId("compare").click();
    const table = page.getByTestId("comparison");
    await expect(table.locator("tr[data-label]")).toHaveCount(11, { timeout: 60_000 });
    await expect(table.locator("tr[data-label=all] td").nth(1)).toHaveText(accuracy.toFixed(2));
    await expect(table.locator("tr[data-label=all] td").nth(2)).toHaveText(/^\+\d/);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  });

  await test.step("renamed and deleted", async () => {
    await named(page, "Brought back").getByTestId("rename").click();
    await page.getByTestId("new-name").fill("Back home");
    await page.getByTestId("new-name").press("Enter");
    await named(page, "Back home").getByTestId("delete").click();
    await expect(models(page)).toHaveCount(2);
  });

  await test.step("a run begins with it", async () => {
    await page.getByTestId("start-over").click();
    await expect.poll(() => roundOf(page)).toBe(0);
    expect(await hashOf(page)).not.toBe(hash);
    await named(page, "Trained").getByTestId("train-on").click();
    await expect.poll(() => hashOf(page)).toBe(hash);
    expect(await accuracyAfter(page, 0)).toBe(accuracy);
    await expect(page.getByTestId("notices").first()).toContainText("begins with “Trained”");
    // It is kept as such.
    await page.reload();
    await expect.poll(() => hashOf(page)).toBe(hash);
    await page.getByTestId("start-training").click();
    await waitForRound(page, 1);
  });

  await test.step("a model of the library reads the pad", async () => {
    await page.locator("sotto-library summary").click();
    await named(page, "Trained").getByTestId("read-with").click();
    await expect(page.getByTestId("borrowed")).toContainText("Trained");
    const seven = testDigits()[7];
    if (seven) expect(await draw(page, seven.image)).toMatch(/^\d$/);
    await page.getByTestId("give-back").click();
    await expect(page.getByTestId("borrowed")).toHaveCount(0);
  });

  await test.step("everything is forgotten", async () => {
    await page.getByTestId("forget").click();
    await page.getByTestId("forget-all").click();
    await expect.poll(() => roundOf(page)).toBe(0);
    await expect(page.getByTestId("worker-count")).toHaveText("0");
    await page.locator("sotto-library summary").click();
    await expect(page.locator("sotto-library summary")).toContainText("0 models");
  });
});
