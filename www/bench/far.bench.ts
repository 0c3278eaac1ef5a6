// ./build.sh bench far: classification between two browsers over a real broker, with lines of different lengths,
// beside what a round's latency is between two browsers that do nothing else.

import type { Page } from "@playwright/test";

import { Relay, type Line } from "../scripts/relay";
import { add } from "./figures";
import { latency } from "./latency";
import { median } from "./median";
import { pick, RUNS } from "./mode";
import { SITE } from "./site";
import { expect, test } from "./test";

/** In a run. */
const DRAWINGS = pick(10, 1);
/** What gates save that can be had in two ways, and the rounds that `lenet5` takes then. */
const SAVINGS = { rounds: 14, bytes: 22 };
/** In which what was used is dealt anew. */
const PAUSE_MS = pick(500, 50);
/** Milliseconds from a browser to the broker: of each line, one way. */
const DELAYS = [0, 5, 20];

interface Heard {
  online: number[];
}

test.use({ baseURL: `${SITE}/` });

test("lenet5 with bob behind a broker", async ({ browser, page }) => {
  test.setTimeout(900_000);
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
  for (let run = 0; run < RUNS; run += 1) {
    for (const delay of DELAYS) {
      here.delay = there.delay = delay;
      const name = `far/lenet5/delay_${2 * delay}ms`;
      const round = await latency(browser, here.address, there.address);
      add("far", `${name}/round_ms`, round);
      for (const [saving, rounds] of Object.entries(SAVINGS)) {
        await save(page, saving, rounds);
        for (const [what, draw] of Object.entries({ sample, stroke })) {
          const took = await online(page, () => draw(page));
          add("far", `${name}/save_${saving}/${what}/online_ms`, took);
          add("far", `${name}/save_${saving}/${what}/over_latency_ms`, took - rounds * round);
        }
      }
    }
  }
  await relay.end();
});

/** Opens the door, and lets bob in from another browser. */
async function join(page: Page, here: Line, there: Line, bob: Page): Promise<void> {
  await page.getByTestId("invite").locator("summary").first().click();
  await page.getByTestId("broker").fill(here.address);
  await page.getByTestId("open-door").click();
  await page.getByTestId("invite-claim").selectOption("bob");
  const link = await page.getByTestId("invite-link").inputValue();
  await bob.goto(link.replace(encodeURIComponent(here.address), encodeURIComponent(there.address)));
  await page.getByTestId("let-in").click();
  await expect(page.getByTestId("bob-state")).toHaveAttribute("data-place", "far", { timeout: 20_000 });
}

/** Has gates save what they can, and waits until the parties are at it. */
async function save(page: Page, saving: string, rounds: number): Promise<void> {
  await page.getByTestId(`saving-${saving}`).check();
  await sample(page);
  await expect(page.getByTestId("rounds")).toHaveText(String(rounds));
}

/** Alice's time online: the median of many drawings. */
async function online(page: Page, draw: () => Promise<void>): Promise<number> {
  const all = () => page.evaluate(() => (window as unknown as { heard: Heard }).heard.online);
  const before = (await all()).length;
  while ((await all()).length < before + DRAWINGS) await draw();
  return median((await all()).slice(before));
}

/** A digit of the gallery, after a pause. */
async function sample(page: Page): Promise<void> {
  await page.waitForTimeout(PAUSE_MS);
  const digit = Math.floor(10 * Math.random());
  await page.getByTestId(`sample-${digit}`).click();
  await read(page);
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
  await read(page);
}

async function read(page: Page): Promise<void> {
  await page.locator("[data-testid=prediction][data-state=done]").waitFor();
}
