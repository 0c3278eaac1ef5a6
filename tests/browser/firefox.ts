// A smoke run in Firefox: train together, then have drawings read on secret shares.

import { expect, test } from "@playwright/test";

import { Firefox } from "../../www/scripts/firefox";
import { testDigits } from "./room";
import { strokesOf } from "./strokes";

const ROUNDS = 3;

test("a room in Firefox learns to read, and reads on secret shares", async ({ baseURL }) => {
  test.setTimeout(300_000);
  const firefox = await Firefox.start();
  const becomes = (testid: string, attribute?: string) => expect.poll(() => firefox.read(testid, attribute), { timeout: 120_000 });
  try {
    await firefox.open(`${baseURL}?room=firefox&workers=3&rounds=${ROUNDS}`);
    await becomes("weights-hash", "data-hash").toMatch(/^[0-9a-f]{64}$/);

    await test.step("one worker in a tab of its own and two in the page train", async () => {
      await firefox.click("open-worker");
      await becomes("worker-count").toBe("1");
      const [page = "", tab = ""] = await firefox.tabs();
      await firefox.bringToFront(tab);
      await becomes("worker-phase", "data-phase").toBe("idle");
      await firefox.bringToFront(page);
      await firefox.click("add-local-worker");
      await becomes("worker-count").toBe("3");
      await becomes("test-accuracy", "data-round").toBe(String(ROUNDS));
      expect(Number.parseFloat((await firefox.read("test-accuracy")) ?? "")).toBeGreaterThan(90);
      await firefox.bringToFront(tab);
      expect(Number(await firefox.read("worker-sent", "data-bytes"))).toBeGreaterThan(0);
      await firefox.bringToFront(page);
    });

    await test.step("drawings are read on secret shares", async () => {
      await becomes("secret-panel", "data-session").toBe("ready");
      const read: string[] = [];
      const shares = new Set<string>();
      for (const { image } of testDigits()) {
        await firefox.click("clear");
        await becomes("prediction", "data-state").toBe("empty");
        await firefox.draw("digit-pad", strokesOf(image));
        await becomes("prediction", "data-state").toBe("done");
        read.push((await firefox.read("prediction")) ?? "");
        shares.add((await firefox.read("alice-share", "data-number")) ?? "");
      }
      const right = read.filter((digit, label) => digit === String(label)).length;
      expect(right, `0 to 9 were read as ${read.join(" ")}`).toBeGreaterThanOrEqual(8);
      // Alice has had a share of each.
      expect(shares.size).toBe(read.length);
      expect(await firefox.read("rounds")).toBe("22");
      expect(Number(await firefox.read("online-ms"))).toBeGreaterThan(0);
      expect(await firefox.read("wire-log")).toMatch(/\/conv1\/open[^]*\/answer/);
    });

    expect(await firefox.count("failed")).toBe(0);
    expect(firefox.complaints).toEqual([]);
  } finally {
    await firefox.quit();
  }
});
