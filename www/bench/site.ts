// What the suites share: where bench.config.ts serves the built site, and the bench page.

import type { Page } from "@playwright/test";

export const SITE_PORT = 4175;
export const SITE = `http://localhost:${SITE_PORT}`;

/** Opens the bench page, and waits for what measures. */
export async function openBench(page: Page, measures: string): Promise<void> {
  await page.goto("./");
  await page.waitForFunction((name) => name in window, measures);
}

/** Where the bench page's digits are. */
export const dataOf = (baseURL: string | undefined): string => new URL("data/", baseURL).href;
