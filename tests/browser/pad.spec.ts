// The pad as a person uses it: with an eraser, with undo, with a pen that feels how hard it is pressed.

import { expect, test } from "@playwright/test";

import { openAggregator } from "./room";

test("what was drawn can be rubbed out in part, and everything undone", async ({ page, context }) => {
  await openAggregator(context, "?room=eraser", page);
  const pad = await page.getByTestId("digit-pad").boundingBox();
  if (!pad) throw new Error("there is no pad");
  const at = (x: number, y: number) => [pad.x + x * pad.width, pad.y + y * pad.height] as const;
  const strokes = () =>
    page
      .locator("sotto-draw-panel")
      .evaluate((panel) => (panel as unknown as { drawing: { strokes: number[][][] } }).drawing.strokes.length);
  const line = async (from: readonly [number, number], to: readonly [number, number]) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 5 });
    await page.mouse.up();
  };
  await line(at(0.2, 0.5), at(0.8, 0.5));
  await line(at(0.2, 0.8), at(0.8, 0.8));
  await page.getByTestId("eraser").click();
  await expect(page.getByTestId("eraser")).toHaveAttribute("aria-pressed", "true");
  await line(at(0.5, 0.3), at(0.5, 0.6));
  expect(await strokes()).toBe(3);
  await page.getByTestId("undo").click();
  expect(await strokes()).toBe(2);
  await page.getByTestId("undo").click();
  expect(await strokes()).toBe(1);
  await page.getByTestId("clear").click();
  expect(await strokes()).toBe(0);
  await expect(page.getByTestId("eraser")).toHaveAttribute("aria-pressed", "false");
  await page.getByTestId("undo").click();
  expect(await strokes()).toBe(1);
});

test("a pen that is pressed harder draws a wider line", async ({ page, context }) => {
  await openAggregator(context, "?room=pen", page);
  const pad = await page.getByTestId("digit-pad").boundingBox();
  if (!pad) throw new Error("there is no pad");
  const devtools = await context.newCDPSession(page);
  const pen = (type: "mousePressed" | "mouseMoved" | "mouseReleased", x: number, y: number, force: number) =>
    devtools.send("Input.dispatchMouseEvent", {
      type,
      x: pad.x + x * pad.width,
      y: pad.y + y * pad.height,
      button: "left",
      buttons: type === "mouseReleased" ? 0 : 1,
      clickCount: 1,
      pointerType: "pen",
      force,
    });
  await pen("mousePressed", 0.5, 0.2, 0.2);
  for (let step = 1; step <= 8; step += 1) await pen("mouseMoved", 0.5, 0.2 + 0.07 * step, 0.2 + 0.1 * step);
  await pen("mouseReleased", 0.5, 0.76, 0);
  const pressures = await page
    .locator("sotto-draw-panel")
    .evaluate((panel) =>
      (panel as unknown as { drawing: { strokes: number[][][] } }).drawing.strokes.flat().map(([, , pressure]) => pressure ?? 0),
    );
  expect(pressures[0]).toBeCloseTo(0.7, 1);
  expect(pressures.at(-1)).toBeCloseTo(1.5, 1);

  // The network sees it: the lower end has more ink than the upper one.
  await expect(page.getByTestId("prediction")).toHaveText(/^\d$/, { timeout: 30_000 });
  const rows = await page.locator("sotto-draw-panel").evaluate((panel) => {
    const image = (panel as unknown as { drawing: { answer: { image: Uint8Array } } }).drawing.answer.image;
    return Array.from({ length: 28 }, (_, row) => image.slice(28 * row, 28 * row + 28).reduce((sum, ink) => sum + ink, 0));
  });
  const inked = rows.filter((ink) => ink > 0);
  expect(inked[inked.length - 4]).toBeGreaterThan(1.4 * (inked[3] ?? 0));
});

test("a hand that is quicker than the page loses nothing", async ({ page, context }) => {
  await openAggregator(context, "?room=quick", page);
  // A stroke and the beginning of the next in one turn: no frame lies between them.
  const drawn = await page.getByTestId("digit-pad").evaluate(async (canvas) => {
    const box = canvas.getBoundingClientRect();
    const event = (type: string, x: number, y: number) =>
      canvas.dispatchEvent(
        new PointerEvent(type, {
          pointerId: 1,
          isPrimary: true,
          button: 0,
          clientX: box.left + x * box.width,
          clientY: box.top + y * box.height,
        }),
      );
    // What a script sends has no pointer that could be captured.
    canvas.setPointerCapture = () => undefined;
    for (const x of [0.2, 0.6]) {
      event("pointerdown", x, 0.2);
      event("pointermove", x, 0.5);
      event("pointermove", x, 0.8);
      event("pointerup", x, 0.8);
    }
    await new Promise((turn) => requestAnimationFrame(() => setTimeout(turn)));
    const panel = (canvas.getRootNode() as ShadowRoot).host.getRootNode() as ShadowRoot;
    return (panel.host as unknown as { drawing: { strokes: number[][][] } }).drawing.strokes.map((stroke) => stroke.length);
  });
  expect(drawn).toEqual([3, 3]);
});
