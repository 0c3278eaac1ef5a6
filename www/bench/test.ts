// Playwright's test, which an error in a page ends at once: what is waited for may never come then.

import { test as plain } from "@playwright/test";

export { expect } from "@playwright/test";

interface Until {
  /** What a page is measured for, unless there is an error in the page before. */
  until<T>(wanted: Promise<T>): Promise<T>;
}

export const test = plain.extend<Until>({
  until: async ({ page }, use) => {
    const broken = new Promise<never>((_, reject) => page.on("pageerror", reject));
    // Between two measurements nobody waits for it; the next one has it.
    broken.catch(() => {});
    await use((wanted) => Promise.race([wanted, broken]));
  },
});
