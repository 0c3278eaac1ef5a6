// Measures encrypted classification between real workers, as the page runs it, without the page
// around it. `window.measure(preset)` gives the figures of one network, whose gates
// save dealt bytes or rounds.

import { startAggregator, startClient, startDealer, startOwner, startParty } from "../src/roles/start";
import { layLinks, nearOf, portsOf } from "../src/state/links";
import { SAMPLES, sample } from "../src/state/samples";
import { PAD_SIZE, PEN_WIDTH } from "../src/state/drawing";
import type { AggregatorEvent, ClassifiedView, ClientEvent, RoleName, Saving } from "../wasm/sotto.js";
import { Failure } from "./failure";
import { median } from "./median";

/** Between two drawings, as between two strokes: the dealer fills the stock up. */
const PAUSE_MS = 40;
const FRACTION = 8;

export type Figures = Record<string, number>;

/** How many drawings are read before any is measured, how many then, and how many batches; without any, batches are not measured. */
export interface Times {
  /** Before all that: the owner goes on with checks of its model for a while. */
  settleMs: number;
  warmUp: number;
  drawings: number;
  batches: number;
  batch: number;
}

declare global {
  interface Window {
    measure: typeof measure;
  }
}
window.measure = measure;

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;
type Prediction = Extract<ClientEvent, { type: "prediction" }>;

async function measure(
  preset: string,
  saving: Saving,
  { settleMs, warmUp, drawings, batches, batch }: Times,
  data: string,
): Promise<Figures> {
  const model = await firstModel(preset, data);
  const session = await open(model, saving, settleMs, data);
  const online: number[] = [];
  for (let n = 0; n < warmUp + drawings; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const { millis } = await session.draw(n);
    if (n >= warmUp) online.push(millis);
  }
  const last = session.classified.slice(-drawings);
  const of = (pick: (one: ClassifiedView) => number) => median(last.map(pick));
  const dealing = median(session.dealing.slice(-drawings));
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
  if (batches > 0) figures["batches_images_per_s"] = await session.batches(batches, batch, data);
  session.end();
  return figures;
}

/** The first weights of a run: the same time as any others. */
async function firstModel(preset: string, data: string): Promise<ModelEvent> {
  const failure = new Failure();
  const first = new Promise<ModelEvent>((resolve) => {
    const aggregator = startAggregator((event) => {
      failure.heard("aggregator", event);
      if (event.type !== "model") return;
      aggregator.end();
      resolve(event);
    });
    aggregator.send({ type: "open", query: `?room=bench-${crypto.randomUUID().slice(0, 8)}&model=${preset}`, data });
  });
  return failure.unless(first);
}

async function open(model: ModelEvent, saving: Saving, settleMs: number, data: string) {
  const { ends } = layLinks("bench", crypto.randomUUID(), () => "page", "");
  const links = (role: RoleName) => nearOf(ends.get(role) ?? []);
  const classified: ClassifiedView[] = [];
  const dealing: number[] = [];
  const failure = new Failure();
  let answered: (event: Prediction) => void = () => {};
  let evaluated: (event: Extract<ClientEvent, { type: "evaluated" }>) => void = () => {};
  let timed: (millis: number) => void = () => {};
  const plain = new Promise<number>((resolve) => (timed = resolve));
  const client = startClient((event) => {
    failure.heard("client", event);
    if (event.type === "prediction") answered(event);
    if (event.type === "evaluated") evaluated(event);
  });
  let used: () => void = () => {};
  const using = new Promise<void>((resolve) => (used = resolve));
  const alice = startParty((event) => {
    failure.heard("alice", event);
    if (event.type !== "using") return;
    client.send({ type: "using", model: event.model, round: 0 });
    used();
  });
  // Bob holds the dealt words: his are the larger figures.
  const bob = startParty((event) => {
    failure.heard("bob", event);
    if (event.type === "classified") classified.push(event);
  });
  const dealer = startDealer((event) => {
    failure.heard("dealer", event);
    if (event.type === "dealt") dealing.push(event.millis);
  });
  const owner = startOwner((event) => {
    failure.heard("owner", event);
    if (event.type === "plain") timed(event.millis);
  });
  alice.send({ type: "open", role: "alice", links: links("alice") }, portsOf(links("alice")));
  bob.send({ type: "open", role: "bob", links: links("bob") }, portsOf(links("bob")));
  dealer.send({ type: "open", links: links("dealer") }, portsOf(links("dealer")));
  client.send({ type: "open", session: "bench", links: links("client") }, portsOf(links("client")));
  owner.send({ type: "open", links: links("owner"), data }, portsOf(links("owner")));
  const { preset, round, weights } = model;
  owner.send({ type: "model", preset, round, fraction: FRACTION, saving, weights });
  await failure.unless(using);
  await failure.unless(plain);
  await new Promise((resolve) => setTimeout(resolve, settleMs));

  const draw = (n: number): Promise<Prediction> => {
    const digit = SAMPLES[n % SAMPLES.length] ?? 0;
    const pad = { width: PAD_SIZE, height: PAD_SIZE, pen: PEN_WIDTH };
    const answer = new Promise<Prediction>((resolve) => (answered = resolve));
    client.send({ type: "draw", id: n + 1, ...pad, strokes: sample(digit), reader: "shares", label: false });
    return failure.unless(answer);
  };
  /** Images a second, over whole batches; the first one only warms up. */
  const batches = (count: number, batch: number, digits: string): Promise<number> => {
    const speed = new Promise<number>((resolve) => {
      const millis: number[] = [];
      evaluated = (event) => {
        millis.push(event.millis - millis.reduce((sum, one) => sum + one, 0));
        if (event.done === event.total) resolve((1000 * batch) / median(millis.slice(1)));
      };
      client.send({ type: "evaluate", count: batch * (count + 1), data: digits, batch });
    });
    return failure.unless(speed);
  };
  const end = () => [client, alice, bob, dealer, owner].forEach((role) => role.end());
  return { draw, batches, classified, dealing, plain, end };
}
