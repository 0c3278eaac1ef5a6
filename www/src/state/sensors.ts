// What the browser tells of the place where a tab runs. Read here, judged in Rust.

import type { Conditions } from "../../wasm/sotto.js";
import { detach } from "../errors";
import { text } from "../text";

const words = text.worker.conditions.idle;

/** Parts of the web that not every browser has, and TypeScript's own types lack. */
interface Battery extends EventTarget {
  readonly level: number;
  readonly charging: boolean;
}
interface Connection extends EventTarget {
  readonly effectiveType?: string;
  readonly type?: string;
  readonly saveData?: boolean;
}
interface IdleDetector extends EventTarget {
  readonly userState: "active" | "idle" | null;
  readonly screenState: "locked" | "unlocked" | null;
  start(options: { threshold: number }): Promise<void>;
}
interface IdleDetectors {
  new (): IdleDetector;
  requestPermission(): Promise<PermissionState>;
}
type Rich = Navigator & { getBattery?: () => Promise<Battery>; connection?: Connection };

const detectors = (globalThis as { IdleDetector?: IdleDetectors }).IdleDetector;

/** The least that browsers allow. */
const IDLE_AFTER_MS = 60_000;

/** Reads all that the browser tells, and tells it when it changes. */
export class Sensors {
  private readonly connection = (navigator as Rich).connection;
  private battery: Battery | undefined;
  private idle: IdleDetector | undefined;

  /** Whether the browser could tell, if asked, that nobody uses the machine. */
  readonly canAskIdle = detectors !== undefined;

  constructor(private readonly changed: (conditions: Conditions) => void) {
    this.connection?.addEventListener("change", this.tell);
    document.addEventListener("visibilitychange", this.tell);
    this.tell();
    detach(this.watchBattery(), "watching the battery");
  }

  /** Asks for leave to watch whether somebody uses the machine: in words why not, if not. Call it from a click. */
  async askIdle(): Promise<string | undefined> {
    if (!detectors) return words.unable;
    try {
      if ((await detectors.requestPermission()) !== "granted") return words.forbidden;
      const idle = new detectors();
      idle.addEventListener("change", this.tell);
      await idle.start({ threshold: IDLE_AFTER_MS });
      this.idle = idle;
      this.tell();
      return undefined;
    } catch (error) {
      return words.failed(String(error));
    }
  }

  private async watchBattery(): Promise<void> {
    try {
      this.battery = await (navigator as Rich).getBattery?.();
    } catch {
      // A browser that forbids it does not tell.
    }
    for (const event of ["levelchange", "chargingchange"]) this.battery?.addEventListener(event, this.tell);
    if (this.battery) this.tell();
  }

  private readonly tell = (): void => {
    const { battery, connection, idle } = this;
    this.changed({
      ...(battery && { battery: { level: battery.level, charging: battery.charging } }),
      ...(connection?.effectiveType && {
        connection: { quality: connection.effectiveType, metered: connection.type === "cellular" },
      }),
      ...(connection?.saveData !== undefined && { savesData: connection.saveData }),
      visible: document.visibilityState === "visible",
      ...(idle && { idle: idle.userState === "idle" || idle.screenState === "locked" }),
    });
  };
}
