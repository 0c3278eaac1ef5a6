// Firefox as people have it, by WebDriver.

import { existsSync } from "node:fs";
import { Builder, type WebDriver, type WebElement } from "selenium-webdriver";
import logInspector from "selenium-webdriver/bidi/logInspector.js";
import { Options, ServiceBuilder } from "selenium-webdriver/firefox.js";

const FIREFOX = [process.env["FIREFOX"], "/usr/bin/firefox-esr", "/usr/bin/firefox"];
const GECKODRIVER = [process.env["GECKODRIVER"], "/usr/bin/geckodriver", "../.cache/tools/bin/geckodriver"];

/** How long one script may take: a bench page measures in one. */
const SCRIPT_MS_MAX = 600_000;

/** A place in an element, from 0 to 1 each way. */
interface Place {
  x: number;
  y: number;
}

/** What a person does in the tab in front, and sees there. */
export class Firefox {
  /** The errors in the consoles of all tabs. */
  readonly complaints: string[] = [];

  private constructor(private readonly driver: WebDriver) {}

  static async start(preferences: Record<string, boolean> = {}): Promise<Firefox> {
    // Both are named, so that Selenium looks for neither and downloads nothing.
    const options = new Options();
    options.setBinary(found("Firefox", FIREFOX));
    options.addArguments("-headless");
    for (const [name, value] of Object.entries(preferences)) options.setPreference(name, value);
    // Tells of what the consoles say.
    options.enableBidi();
    const service = new ServiceBuilder(found("geckodriver", GECKODRIVER));
    const driver = await new Builder().forBrowser("firefox").setFirefoxOptions(options).setFirefoxService(service).build();
    await driver.manage().setTimeouts({ script: SCRIPT_MS_MAX });
    const firefox = new Firefox(driver);
    const log = await logInspector(driver);
    await log.onLog(({ level, text }) => {
      if (level === "error") firefox.complaints.push(text);
    });
    return firefox;
  }

  async quit(): Promise<void> {
    await this.driver.quit();
  }

  async open(url: string): Promise<void> {
    await this.driver.get(url);
  }

  /** All tabs, in the order of their opening. */
  async tabs(): Promise<string[]> {
    return this.driver.getAllWindowHandles();
  }

  async bringToFront(tab: string): Promise<void> {
    await this.driver.switchTo().window(tab);
  }

  /** How many elements have this `data-testid`. */
  async count(testid: string): Promise<number> {
    return (await this.all(testid)).length;
  }

  /** An element's text, or one of its attributes; nothing while it is not there. */
  async read(testid: string, attribute?: string): Promise<string | null> {
    const [element] = await this.all(testid);
    if (!element) return null;
    return attribute === undefined ? element.getText() : element.getDomAttribute(attribute);
  }

  async click(testid: string): Promise<void> {
    await (await this.one(testid)).click();
  }

  /** Draws with the pointer, which is lifted after each stroke. */
  async draw(testid: string, strokes: Place[][]): Promise<void> {
    const pad = await this.one(testid);
    await this.driver.executeScript((element: Element) => element.scrollIntoView({ block: "center" }), pad);
    const { width, height } = await pad.getRect();
    const actions = this.driver.actions({ async: true });
    for (const stroke of strokes) {
      for (const [index, { x, y }] of stroke.entries()) {
        // Offsets are from the middle.
        const place = { x: Math.round((x - 0.5) * width), y: Math.round((y - 0.5) * height) };
        actions.move({ origin: pad, duration: 0, ...place });
        if (index === 0) actions.press();
      }
      actions.release();
    }
    await actions.perform();
    // The page draws once a frame; until then it shows what it had read of the strokes before.
    await this.driver.executeScript(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
  }

  /** Runs a function in the page, and waits for what it promises. */
  async evaluate<Given extends unknown[], Answer>(run: (...given: Given) => Promise<Answer>, ...given: Given): Promise<Answer> {
    return this.driver.executeScript(run, ...given);
  }

  private async one(testid: string): Promise<WebElement> {
    const [element] = await this.all(testid);
    if (!element) throw new Error(`${testid} is not on the page`);
    return element;
  }

  private async all(testid: string): Promise<WebElement[]> {
    return this.driver.executeScript(pierce, testid);
  }
}

/** Looks through all shadow trees, where WebDriver's own search does not go. Runs in the page. */
function pierce(testid: string): Element[] {
  const within = (root: Document | ShadowRoot): Element[] =>
    [...root.querySelectorAll("*")].flatMap((element) => [
      ...(element.getAttribute("data-testid") === testid ? [element] : []),
      ...(element.shadowRoot ? within(element.shadowRoot) : []),
    ]);
  return within(document);
}

function found(name: string, paths: (string | undefined)[]): string {
  const path = paths.find((one) => one && existsSync(one));
  if (!path) throw new Error(`${name} is missing: ./build.sh test sets it up`);
  return path;
}
