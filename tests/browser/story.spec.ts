// The page as a story: its acts, what a teacher leaves out, what goes on paper, how to check it.

import { expect, test } from "@playwright/test";

import { openAggregator, openWorkers } from "./room";

test("each act is a click away, and an address away", async ({ page, context }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openAggregator(context, "?room=acts", page);
  for (const [act, place] of [
    ["share", "sotto-lessons"],
    ["classify", "sotto-secret-panel"],
    ["train", "sotto-training-panel"],
  ] as const) {
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByTestId(`act-${act}`).click();
    await expect(page.locator(place)).toBeInViewport();
    expect(new URL(page.url()).hash).toBe(`#${act}`);
  }
  // A quick visitor clicks before that part of the page has come.
  await page.route("**/below-*.js", async (route) => {
    await new Promise((later) => setTimeout(later, 500));
    await route.continue();
  });
  await page.goto("./?room=acts3");
  await page.getByTestId("act-classify").click();
  await expect(page.locator("sotto-secret-panel")).toBeInViewport();
  const again = await openAggregator(context, "?room=acts2#classify");
  await expect(again.locator("sotto-secret-panel")).toBeInViewport();
});

test("a teacher leaves out parts by the address", async ({ page, context }) => {
  await openAggregator(context, "?room=teacher&hide=results,experiments,library,train,essay&rounds=3", page);
  await expect(page.locator("sotto-lessons")).toBeVisible();
  for (const part of ["sotto-results", "sotto-preset-links", "sotto-library", "sotto-training-panel", ".essay"]) {
    await expect(page.locator(part)).toBeHidden();
  }
  expect(new URL(page.url()).searchParams.get("hide")).toBe("results,experiments,library,train,essay");
  await expect(page.getByTestId("unknown-parts")).toHaveCount(0);

  const wrong = await openAggregator(context, "?room=teacher2&hide=everything");
  await expect(wrong.getByTestId("unknown-parts")).toContainText("what is not there: everything");
  await expect(wrong.locator("sotto-results")).toBeVisible();
});

test("on paper there is nothing to press, and the ground is light", async ({ page, context }) => {
  await openAggregator(context, "?room=paper", page);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByTestId("start-training")).toBeHidden();
  await expect(page.getByTestId("calculate")).toBeHidden();
  await expect(page.locator("sotto-acts nav")).toBeHidden();
  await expect(page.getByRole("heading", { name: "Share a secret" })).toBeVisible();
  const ink = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--ink").trim());
  expect(ink).toBe("#251f18");
});

test("what the page tells to type in the console hears the wire", async ({ page, context }) => {
  await openAggregator(context, "?room=plain+words", page);
  await page.locator("sotto-proof summary").click();
  const snippet = await page.getByTestId("proof-snippet").innerText();
  const heard: string[] = [];
  page.on("console", (message) => heard.push(message.text()));
  await page.evaluate((code) => {
    // As the console would.
    const listen = new BroadcastChannel(/BroadcastChannel\("(.+?)"\)/.exec(code)?.[1] ?? "");
    listen.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => console.log(`heard ${new Uint8Array(data).length}`);
  }, snippet);
  await openWorkers(page, 1);
  await expect.poll(() => heard.some((line) => /^heard [1-9]/.test(line))).toBe(true);
});

test("beside each claim stands who could break it, and what the network shows", async ({ page, context }) => {
  await openAggregator(context, "?room=claims", page);
  const claim = (of: string) => page.locator(of).getByTestId("trust").first();
  const sum = claim("sotto-secure-sum");
  await expect(sum.getByTestId("trust-who")).toContainText("the aggregator with more than a tenth of the workers");
  await expect(sum.getByTestId("trust-wire")).toContainText("noise in place of updates");
  await page.getByTestId("secagg-toggle").click();
  await expect(sum.getByTestId("trust-who")).toContainText("the aggregator alone");
  await expect(sum.getByTestId("trust-wire")).toContainText("every update");
  await page.getByTestId("dp-toggle").click();
  await expect(claim("sotto-privacy").getByTestId("trust-who")).toContainText("parts of the noise");
  await expect(claim("sotto-secret-panel").getByTestId("trust-who")).toContainText("alice and bob");
  await expect(claim("sotto-lessons").getByTestId("trust-who")).toContainText("both shares");
});
