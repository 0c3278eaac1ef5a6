// Films the page at work for the top of README.md: npm run screenshots -- -g film, in www/.

import { expect, test, type Page } from "@playwright/test";

import { Film, near, save, someOf, type Caption, type Frame } from "./film";
import { openAggregator, roundOf } from "./room";
import { handwritten, type Point } from "./strokes";

const ROUNDS = 10;
const RUN = `?seed=7&workers=8&rounds=${ROUNDS}&shards=20`;
/** All but the pad and what happens in secret, so that both are in one picture. */
const HIDDEN = "acts,train,results,experiments,sum,privacy,lessons,library,settings,proof,essay";

const CAPTIONS = {
  all: { role: "aggregator", title: "Sotto", text: "Trained by eight workers in a browser. Reads what you draw, on secret shares." },
  train: { role: "worker", title: "Train together", text: "Eight workers learn, each from its own digits, and send masked updates." },
  sum: { role: "worker", title: "Train together", text: "Each update arrives as noise. The masks come off the sum alone." },
  draw: {
    role: "client",
    title: "Classify in secret",
    text: "Two shares of noise: alice and bob compute on one each. Only you learn the digit.",
  },
  wire: { role: "client", title: "Classify in secret", text: "Layer by layer and message by message, alice and bob see only noise." },
} satisfies Record<string, Caption>;

/** Digits as they are written by hand: strokes, through points of the pad. */
const FOUR = [
  [
    [0.41, 0.16],
    [0.35, 0.36],
    [0.26, 0.57],
  ],
  [
    [0.26, 0.57],
    [0.51, 0.57],
    [0.77, 0.555],
  ],
  [
    [0.62, 0.32],
    [0.6, 0.58],
    [0.57, 0.86],
  ],
];
const THREE = [
  [
    [0.3, 0.25],
    [0.48, 0.15],
    [0.66, 0.26],
    [0.6, 0.41],
    [0.45, 0.48],
    [0.63, 0.54],
    [0.7, 0.69],
    [0.55, 0.84],
    [0.3, 0.77],
  ],
];
const EIGHT = [
  [
    [0.66, 0.26],
    [0.5, 0.15],
    [0.34, 0.26],
    [0.4, 0.42],
    [0.6, 0.55],
    [0.68, 0.71],
    [0.52, 0.86],
    [0.34, 0.73],
    [0.42, 0.55],
    [0.6, 0.42],
    [0.67, 0.27],
  ],
];

for (const [colorScheme, name] of [
  ["light", "sotto"],
  ["dark", "sotto-dark"],
] as const) {
  test.describe(colorScheme, () => {
    // The page opens as near as it is first looked at.
    test.use({ colorScheme, ...near(960) });

    test("film", async ({ page, context }) => {
      test.setTimeout(600_000);
      await openAggregator(context, RUN, page);
      await measured(page, 0);
      const film = await Film.of(page);
      const training = [...(await trained(film)), ...(await summed(film))];
      // The first picture is what stands still where nothing moves: all of it.
      const all = await overview(film);
      // The same model, as the page kept it.
      await openAggregator(context, `${RUN}&hide=${HIDDEN}`, page);
      const secret = [...(await read(film)), ...(await replayed(film))];
      await save([...all, ...training, ...secret], `../docs/${name}.webp`);
    });
  });
}

/** One click starts eight workers, and the curve grows. */
async function trained(film: Film): Promise<Frame[]> {
  const { page } = film;
  await film.look(960, CAPTIONS.train);
  await film.scrollTo("sotto-training-panel");
  const start = await page.getByTestId("add-local-worker").boundingBox();
  if (!start) throw new Error("nothing starts workers");
  const frames: Frame[] = [];
  for (const part of [0, 0.2, 0.5, 0.8, 0.95, 1]) {
    const [x, y] = [start.x + start.width / 2, start.y + start.height * 0.6];
    await film.point({ x: x + (1 - part) * (480 - x), y: y + (1 - part) * (420 - y) });
    frames.push(await film.frame(part === 0 ? 600 : part === 1 ? 350 : 60));
  }
  await page.mouse.down();
  await page.mouse.up();
  await film.leave();

  const rounds = Array.from({ length: ROUNDS + 1 }, (): Frame[] => []);
  for (let round = 0; round < ROUNDS; ) {
    round = await roundOf(page);
    rounds[round]?.push(await film.frame(100));
  }
  // The first rounds are told at length.
  frames.push(...rounds.flatMap((frames, round) => someOf(frames, Math.max(2, 7 - 2 * round))));
  await measured(page, ROUNDS);
  await film.settled();
  return [...frames, await film.frame(900)];
}

/** The masks of the last round come off one by one, until the sum is seen. */
async function summed(film: Film): Promise<Frame[]> {
  const { page } = film;
  await film.look(960, CAPTIONS.sum);
  await film.scrollTo("sotto-secure-sum");
  const slider = page.getByTestId("sum-step");
  const last = Number(await slider.getAttribute("max"));
  const frames: Frame[] = [];
  for (let step = 0; step <= last; step++) {
    await slider.fill(String(step));
    await film.settled(100);
    frames.push(await film.frame(step === 0 ? 800 : step === last ? 1100 : 110));
  }
  return frames;
}

/** All of it at a look. */
async function overview(film: Film): Promise<Frame[]> {
  await film.look(1280, CAPTIONS.all);
  await film.page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
  await written(film, FOUR);
  await film.leave();
  await film.settled();
  return [await film.frame(1800)];
}

/** Two digits are written, and read while they grow. */
async function read(film: Film): Promise<Frame[]> {
  await film.look(1200, CAPTIONS.draw);
  await film.scrollTo("sotto-digit-pad", 12);
  const frames: Frame[] = [];
  for (const digit of [THREE, EIGHT]) {
    await pressed(film, "clear");
    frames.push(...(await written(film, digit)), await film.frame(800));
  }
  await film.leave();
  return frames;
}

/** The first messages on their way, and the layers that they belong to. */
async function replayed(film: Film): Promise<Frame[]> {
  await film.look(1200, CAPTIONS.wire);
  await film.scrollTo("sotto-layers", 100);
  const frames: Frame[] = [];
  for (let message = 0; message < 9; message++) {
    await pressed(film, "wire-step");
    frames.push(await film.frame(230));
  }
  return frames;
}

/** Writes a digit with the pen, with a frame for every few points. */
async function written(film: Film, digit: number[][][]): Promise<Frame[]> {
  const { page } = film;
  const pad = await page.getByTestId("digit-pad").boundingBox();
  if (!pad) throw new Error("the pad is not on the page");
  const frames: Frame[] = [];
  for (const through of digit) {
    const stroke = handwritten(through.map(([x = 0, y = 0]): Point => ({ x: pad.x + x * pad.width, y: pad.y + y * pad.height })));
    for (const [index, point] of stroke.entries()) {
      await film.point(point);
      if (index === 0) await page.mouse.down();
      if (index % 5 !== 4) continue;
      await expect(page.getByTestId("prediction")).toHaveAttribute("data-state", "done");
      frames.push(await film.frame(100));
    }
    await page.mouse.up();
  }
  await expect(page.getByTestId("prediction")).toHaveAttribute("data-state", "done");
  return frames;
}

/** Waits until the model after this round is tested. */
const measured = (page: Page, round: number) =>
  expect(page.getByTestId("test-accuracy")).toHaveAttribute("data-round", String(round), { timeout: 30_000 });

/** Presses a button, wherever it is, without the pointer. */
const pressed = ({ page }: Film, id: string) => page.getByTestId(id).evaluate((button: HTMLElement) => button.click());
