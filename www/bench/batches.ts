import type { Page } from "@playwright/test";

declare global {
  interface Window {
    /** When workers told of trained batches, in milliseconds since the page was opened. */
    batches: number[];
  }
}

/** Notes in `window.batches` when the workers of a page, which is not open yet, tell that they trained a batch. */
export async function noteBatches(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.batches = [];
    const Plain = window.Worker;
    window.Worker = class extends Plain {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener("message", (event: MessageEvent<{ type: string }>) => {
          if (event.data.type === "progress") window.batches.push(performance.now());
        });
      }
    };
  });
}
