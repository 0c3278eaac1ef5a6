import { describe, expect, test, vi } from "vitest";

import type { Conditions } from "../../wasm/sotto.js";
import { openPage, settled, type Browser } from "../testing/browser";

class Battery extends EventTarget {
  level = 0.5;
  charging = false;
}
class Connection extends EventTarget {
  effectiveType: string | undefined = "4g";
  type: string | undefined = "cellular";
  saveData: boolean | undefined = true;
}

/** A browser that tells these things, and what it is told to have said. */
async function sensorsIn(more: object, detector?: unknown) {
  const browser: Browser = openPage();
  Object.assign(navigator, more);
  if (detector) vi.stubGlobal("IdleDetector", detector);
  // Whether it can tell is asked once, as the module is loaded.
  vi.resetModules();
  const { Sensors } = await import("./sensors");
  const told: Conditions[] = [];
  const sensors = new Sensors((conditions) => told.push(conditions));
  await settled();
  return { sensors, told, browser };
}

describe("a browser tells", () => {
  test("of a poor one, whether the page can be seen", async () => {
    const { sensors, told, browser } = await sensorsIn({});
    expect(told).toEqual([{ visible: true }]);
    Object.assign(document, { visibilityState: "hidden" });
    browser.window.dispatch("visibilitychange");
    expect(told.at(-1)).toEqual({ visible: false });
    expect(sensors.canAskIdle).toBe(false);
    expect(await sensors.askIdle()).toBe("This browser cannot tell whether somebody uses the machine.");
  });

  test("of a rich one, all that it knows, at first and when it changes", async () => {
    const battery = new Battery();
    const connection = new Connection();
    const { told } = await sensorsIn({ getBattery: async () => battery, connection });
    const first = { connection: { quality: "4g", metered: true }, savesData: true, visible: true };
    expect(told).toEqual([first, { ...first, battery: { level: 0.5, charging: false } }]);
    battery.charging = true;
    battery.dispatchEvent(new Event("chargingchange"));
    expect(told.at(-1)?.battery).toEqual({ level: 0.5, charging: true });
    battery.level = 0.25;
    battery.dispatchEvent(new Event("levelchange"));
    expect(told.at(-1)?.battery?.level).toBe(0.25);
    Object.assign(connection, { effectiveType: undefined, saveData: undefined });
    connection.dispatchEvent(new Event("change"));
    expect(told.at(-1)).toEqual({ battery: { level: 0.25, charging: true }, visible: true });
  });

  test("nothing of its battery if that is forbidden", async () => {
    const { told } = await sensorsIn({ getBattery: () => Promise.reject(new Error("forbidden")) });
    expect(told).toEqual([{ visible: true }]);
  });
});

describe("whether somebody uses the machine", () => {
  let detector: EventTarget & { userState: string; screenState: string };
  const detectors = (permission: string, fails = false) =>
    class extends EventTarget {
      static readonly requestPermission = async () => permission;
      userState = "active";
      screenState = "unlocked";
      constructor() {
        super();
        detector = this;
      }
      async start() {
        if (fails) throw new Error("not here");
      }
    };

  test("is told once the person allows it", async () => {
    const { sensors, told } = await sensorsIn({}, detectors("granted"));
    expect(sensors.canAskIdle).toBe(true);
    expect(told.at(-1)?.idle).toBeUndefined();
    expect(await sensors.askIdle()).toBeUndefined();
    expect(told.at(-1)?.idle).toBe(false);
    for (const [userState, screenState, idle] of [
      ["idle", "unlocked", true],
      ["active", "locked", true],
      ["active", "unlocked", false],
    ] as const) {
      Object.assign(detector, { userState, screenState });
      detector.dispatchEvent(new Event("change"));
      expect(told.at(-1)?.idle).toBe(idle);
    }
  });

  test.each([
    ["denied", false, "The browser was not allowed to tell."],
    ["granted", true, "The browser does not tell: Error: not here"],
  ])("is not told if permission is %s, failing %s", async (permission, fails, words) => {
    const { sensors, told } = await sensorsIn({}, detectors(permission, fails));
    expect(await sensors.askIdle()).toBe(words);
    expect(told.at(-1)?.idle).toBeUndefined();
  });
});
