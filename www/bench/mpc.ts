// Measures encrypted classification between real workers, as the page runs it, without the page
// around it. `window.measure(preset)` gives the figures of one network, whose gates
// save dealt bytes or rounds.

import { startAggregator, startClient, startDealer, startOwner, startParty } from "../src/roles/start";
import { layLinks, nearOf, portsOf } from "../src/state/links";
import { SAMPLES, sample } from "../src/state/samples";
import { PAD_SIZE, PEN_WIDTH } from "../src/state/drawing";
import type { AggregatorEvent, ClassifiedView, ClientEvent, RoleName, Saving } from "../wasm/sotto.js";
import { median } from "./median";

const WARM_UP = 20;
const TIMES = 100;
/** Between two drawings, as between two strokes: the dealer fills the stock up. */
const PAUSE_MS = 40;
const BATCHES = 5;
const BATCH = 100;
const FRACTION = 8;

export type Figures = Record<string, number>;

declare global {
  interface Window {
    measure: typeof measure;
  }
}
window.measure = measure;

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;
type Prediction = Extract<ClientEvent, { type: "prediction" }>;

async function measure(preset: string, saving: Saving, data: string, batches: boolean): Promise<Figures> {
  const model = await firstModel(preset, data);
  const session = await open(model, saving, data);
  const online: number[] = [];
  for (let n = 0; n < WARM_UP + TIMES; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const { millis } = await session.draw(n);
    if (n >= WARM_UP) online.push(millis);
  }
  const last = session.classified.slice(-TIMES);
  const of = (pick: (one: ClassifiedView) => number) => median(last.map(pick));
  const dealing = median(session.dealing.slice(-TIMES));
  const prepare = of((one) => one.prepareMs);
  const figures: Figures = {
    online_ms: median(online),
    compute_ms: of((one) => one.onlineMs - one.waitedMs),
    deal_ms: dealing,
    prepare_ms: prepare,
    offline_ms: dealing + prepare,
    online_bytes: of((one) => one.sentBytes),
    dealt_bytes: of((one) => one.dealtBytes),
    rounds: of((one) => one.rounds),
    plain_ms: await session.plain,
  };
  if (batches) figures[`batch${BATCH}_images_per_s`] = await session.batches(data);
  session.end();
  return figures;
}

/** The first weights of a run: the same time as any others. */
async function firstModel(preset: string, data: string): Promise<ModelEvent> {
  return new Promise((resolve, reject) => {
    const aggregator = startAggregator((event) => {
      if (event.type === "failed") reject(new Error(event.reason));
      if (event.type !== "model") return;
      aggregator.end();
      resolve(event);
    });
    aggregator.send({ type: "open", query: `?room=bench-${preset}&model=${preset}`, data });
  });
}

async function open(model: ModelEvent, saving: Saving, data: string) {
  const { ends } = layLinks("bench", crypto.randomUUID(), () => "page", "");
  const links = (role: RoleName) => nearOf(ends.get(role) ?? []);
  const classified: ClassifiedView[] = [];
  const dealing: number[] = [];
  const fail = (event: { type: string; reason?: string }) => {
    if (event.type === "failed") throw new Error(event.reason);
  };
  let answered: (event: Prediction) => void = () => {};
  let evaluated: (event: Extract<ClientEvent, { type: "evaluated" }>) => void = () => {};
  let timed: (millis: number) => void = () => {};
  const plain = new Promise<number>((resolve) => (timed = resolve));
  const client = startClient((event) => {
    fail(event);
    if (event.type === "prediction") answered(event);
    if (event.type === "evaluated") evaluated(event);
  });
  const using = new Promise<void>((resolve) => {
    const alice = startParty((event) => {
      fail(event);
      if (event.type !== "using") return;
      client.send({ type: "using", model: event.model, round: 0 });
      resolve();
    });
    alice.send({ type: "open", role: "alice", links: links("alice") }, portsOf(links("alice")));
  });
  // Bob holds the dealt words: his are the larger figures.
  const bob = startParty((event) => {
    fail(event);
    if (event.type === "classified") classified.push(event);
  });
  const dealer = startDealer((event) => {
    fail(event);
    if (event.type === "dealt") dealing.push(event.millis);
  });
  const owner = startOwner((event) => {
    fail(event);
    if (event.type === "plain") timed(event.millis);
  });
  bob.send({ type: "open", role: "bob", links: links("bob") }, portsOf(links("bob")));
  dealer.send({ type: "open", links: links("dealer") }, portsOf(links("dealer")));
  client.send({ type: "open", session: "bench", links: links("client") }, portsOf(links("client")));
  owner.send({ type: "open", links: links("owner"), data }, portsOf(links("owner")));
  const { preset, round, weights } = model;
  owner.send({ type: "model", preset, round, fraction: FRACTION, saving, weights });
  await using;
  await plain;
  // The owner goes on with other checks of its model for a while.
  await new Promise((resolve) => setTimeout(resolve, 2000));

  const draw = (n: number): Promise<Prediction> => {
    const digit = SAMPLES[n % SAMPLES.length] ?? 0;
    const pad = { width: PAD_SIZE, height: PAD_SIZE, pen: PEN_WIDTH };
    const answer = new Promise<Prediction>((resolve) => (answered = resolve));
    client.send({ type: "draw", id: n + 1, ...pad, strokes: sample(digit), reader: "shares", label: false });
    return answer;
  };
  /** Images a second, over whole batches; the first one only warms up. */
  const batches = (digits: string): Promise<number> =>
    new Promise((resolve) => {
      const millis: number[] = [];
      evaluated = (event) => {
        millis.push(event.millis - millis.reduce((sum, one) => sum + one, 0));
        if (event.done === event.total) resolve((1000 * BATCH) / median(millis.slice(1)));
      };
      client.send({ type: "evaluate", count: BATCH * (BATCHES + 1), data: digits, batch: BATCH });
    });
  const end = () => [client, bob, dealer, owner].forEach((role) => role.end());
  return { draw, batches, classified, dealing, plain, end };
}
