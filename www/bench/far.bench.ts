// ./build.sh bench far: classification between two browsers over a real broker, with lines of different lengths.

import { expect, test, type Page } from "@playwright/test";

import { Relay, type Line } from "../scripts/relay";
import { add } from "./figures";
import { median } from "./median";

const SITE_PORT = 4175;
const DRAWINGS = 30;
const ROUNDS = 22;
/** Milliseconds from a browser to the broker: of each line, one way. */
const DELAYS = [0, 5, 20];

interface Heard {
  online: number[];
}

test.use({ baseURL: `http://localhost:${SITE_PORT}/` });

test("lenet5 with bob behind a broker", async ({ browser, page }) => {
  test.setTimeout(600_000);
  const relay = await Relay.begin();
  const [here, there] = await Promise.all([relay.line(), relay.line()]);
  await page.addInitScript(() => {
    // Hears what alice tells the page.
    const heard: Heard = { online: [] };
    Object.assign(window, { heard });
    const Plain = window.Worker;
    window.Worker = class extends Plain {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener("message", ({ data }) => {
          if (data.type === "classified" && data.batch === 1) heard.online.push(data.onlineMs);
        });
      }
    };
  });
  await page.goto("./?room=far");
  await join(page, here, there, await browser.newContext().then((other) => other.newPage()));
  for (const delay of DELAYS) {
    here.delay = there.delay = delay;
    const online = () => page.evaluate(() => (window as unknown as { heard: Heard }).heard.online);
    const before = (await online()).length;
    while ((await online()).length < before + DRAWINGS) await stroke(page);
    const took = median((await online()).slice(before));
    add("far", `far/lenet5/delay_${2 * delay}ms/online_ms`, took);
    add("far", `far/lenet5/delay_${2 * delay}ms/over_latency_ms`, took - ROUNDS * 2 * delay);
  }
  await relay.end();
});

/** Opens the door, and lets bob in from another browser. */
async function join(page: Page, here: Line, there: Line, bob: Page): Promise<void> {
  await page.getByTestId("invite").locator("summary").click();
  await page.getByTestId("broker").fill(here.address);
  await page.getByTestId("open-door").click();
  await page.getByTestId("invite-claim").selectOption("bob");
  const link = await page.getByTestId("invite-link").inputValue();
  await bob.goto(link.replace(encodeURIComponent(here.address), encodeURIComponent(there.address)));
  await page.getByTestId("let-in").click();
  await expect(page.getByTestId("bob-state")).toHaveAttribute("data-place", "far", { timeout: 20_000 });
}

/** A line on the pad, which is read while it is drawn. */
async function stroke(page: Page): Promise<void> {
  const pad = page.getByTestId("digit-pad");
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error("the pad is not on the page");
  const across = box.x + (0.3 + 0.4 * Math.random()) * box.width;
  await page.mouse.move(across, box.y + 0.2 * box.height);
  await page.mouse.down();
  await page.mouse.move(across, box.y + 0.8 * box.height, { steps: 8 });
  await page.mouse.up();
  await page.locator("[data-testid=prediction][data-state=done]").waitFor();
}
