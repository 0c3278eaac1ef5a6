// A page as an animated picture: frames of one size, each with its time, over a line that says what is seen.

import type { CDPSession, Page } from "@playwright/test";
import sharp from "sharp";

import type { Point } from "./strokes";

/** Pixels of the picture. The line is a part of it. */
const WIDTH = 1280;
const HEIGHT = 896;

/** What the film adds to the page: the line, and the pointer, which pictures of a page leave out. */
const STYLE = `
  html { scrollbar-width: none; }
  #film-line {
    position: fixed; inset: auto 0 0; z-index: 8;
    display: flex; align-items: center; gap: 0.8em; height: 2.46em; padding-inline: 1.54em;
    border-top: 1px solid var(--line); background: var(--paper); color: var(--ink);
    font: italic calc(26px / var(--film-scale)) var(--serif); white-space: nowrap;
  }
  #film-line b { font-style: normal; font-weight: 600; }
  #film-pointer {
    position: fixed; inset: 0 auto auto 0; z-index: 9; width: 18px; height: 26px; pointer-events: none;
    background: var(--ink); clip-path: polygon(0 0, 0 82%, 27% 62%, 46% 100%, 65% 92%, 47% 56%, 88% 56%);
  }
`;

/** What the line says; the title has the colour of a role. */
export interface Caption {
  role: "aggregator" | "client" | "worker";
  title: string;
  text: string;
}

export interface Frame {
  png: Buffer;
  ms: number;
}

/** A page so many CSS pixels wide that fills the picture. */
export function near(width: number) {
  const scale = WIDTH / width;
  return { viewport: { width, height: HEIGHT / scale }, deviceScaleFactor: scale };
}

export class Film {
  private constructor(
    readonly page: Page,
    private readonly devtools: CDPSession,
  ) {}

  static async of(page: Page): Promise<Film> {
    return new Film(page, await page.context().newCDPSession(page));
  }

  /** Looks at so many CSS pixels of the page's width: the fewer, the nearer. They fill the picture, whatever their number. */
  async look(width: number, caption: Caption): Promise<void> {
    const { viewport, deviceScaleFactor: scale } = near(width);
    await this.devtools.send("Emulation.setDeviceMetricsOverride", { ...viewport, deviceScaleFactor: scale, mobile: false });
    await this.page.evaluate(
      ({ role, title, text, scale, style }) => {
        let line = document.getElementById("film-line");
        if (!line) {
          line = document.createElement("div");
          line.id = "film-line";
          line.append(document.createElement("b"), document.createElement("span"));
          document.body.append(line);
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(style);
          document.adoptedStyleSheets.push(sheet);
        }
        line.style.setProperty("--film-scale", String(scale));
        const [name, what] = line.children as unknown as [HTMLElement, HTMLElement];
        name.style.color = `var(--${role})`;
        name.textContent = title;
        what.textContent = text;
      },
      { ...caption, scale, style: STYLE },
    );
    await this.settled();
  }

  /** Scrolls until an element is `above` CSS pixels below the top. */
  async scrollTo(selector: string, above = 16): Promise<void> {
    await this.page.locator(selector).evaluate((element, above) => {
      scrollBy({ top: element.getBoundingClientRect().top - above, behavior: "instant" });
    }, above);
    await this.settled();
  }

  /** Moves the pointer, and shows it. */
  async point({ x, y }: Point): Promise<void> {
    await this.page.mouse.move(x, y);
    await this.page.evaluate((place) => {
      let pointer = document.getElementById("film-pointer");
      if (!pointer) {
        pointer = document.createElement("div");
        pointer.id = "film-pointer";
        document.body.append(pointer);
      }
      pointer.style.transform = place;
    }, `translate(${x}px, ${y}px)`);
  }

  /** Takes the pointer out of the picture. */
  async leave(): Promise<void> {
    await this.page.mouse.move(0, 0);
    await this.page.evaluate(() => document.getElementById("film-pointer")?.remove());
  }

  /** The page as it is now, to be shown for so long. */
  async frame(ms: number): Promise<Frame> {
    const { data } = await this.devtools.send("Page.captureScreenshot", { format: "png" });
    return { png: Buffer.from(data, "base64"), ms };
  }

  /** Charts and canvases follow their box in the next frames. */
  async settled(ms = 400): Promise<void> {
    await this.page.waitForTimeout(ms);
  }
}

/** At most so many of the frames, evenly, with the first and the last. */
export function someOf(frames: Frame[], many: number): Frame[] {
  if (frames.length <= many) return frames;
  const places = Array.from({ length: many }, (_, index) => Math.round((index * (frames.length - 1)) / (many - 1)));
  return frames.filter((_, place) => places.includes(place));
}

/** Writes the frames as an animated WebP that begins anew at its end. A frame that repeats the one before prolongs it. */
export async function save(frames: Frame[], path: string): Promise<void> {
  const kept: Frame[] = [];
  for (const frame of frames) {
    const last = kept.at(-1);
    if (last?.png.equals(frame.png)) last.ms += frame.ms;
    else kept.push({ ...frame });
  }
  const pictures = kept.map(({ png }) => png);
  const delay = kept.map(({ ms }) => ms);
  // Flat colours and letters are smaller without loss than with it.
  await sharp(pictures, { join: { animated: true } })
    .webp({ lossless: true, minSize: true, delay, loop: 0 })
    .toFile(path);
}
