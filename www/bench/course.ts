// Measures training on shares between real workers: how long a step takes from one to the next, with everything that it
// waits for, and what is dealt for it.

import { startDealer, startOwner, startParty, startSilo } from "../src/roles/start";
import { layLinks, portsOf } from "../src/state/links";
import type { RoleName, TrainedView } from "../wasm/sotto.js";
import { median } from "./median";
import type { Figures } from "./mpc";

const WARM_UP = 10;
const STEPS = 50;
const BATCH = 64;

declare global {
  interface Window {
    measureCourse: typeof measureCourse;
  }
}
window.measureCourse = measureCourse;

async function measureCourse(preset: string, data: string): Promise<Figures> {
  const ends = layLinks("bench", crypto.randomUUID(), () => true);
  const links = (role: RoleName) => ends.get(role) ?? [];
  const at: number[] = [];
  const steps: TrainedView[] = [];
  const dealing: number[] = [];
  const fail = (event: { type: string; reason?: string }) => {
    if (event.type === "failed" || event.type === "unshared") throw new Error(event.reason);
  };
  let enough: () => void = () => {};
  const done = new Promise<void>((resolve) => (enough = resolve));
  const shared = (digits: number): Promise<void> =>
    new Promise((resolve) => {
      heard = (all) => all >= digits && resolve();
    });
  let heard: (digits: number) => void = () => {};
  const alice = startParty((event) => {
    fail(event);
    if (event.type === "data") heard(event.digits);
    if (event.type !== "trained") return;
    at.push(performance.now());
    if (event.step === WARM_UP + STEPS) enough();
  });
  // Bob holds the dealt words: his are the larger figures.
  const bob = startParty((event) => {
    fail(event);
    if (event.type === "trained") steps.push(event);
  });
  const dealer = startDealer((event) => {
    fail(event);
    if (event.type === "dealtStep") dealing.push(event.millis);
  });
  const owner = startOwner(fail);
  const silo = startSilo(fail);
  alice.send({ type: "open", role: "alice", links: links("alice") }, portsOf(links("alice")));
  bob.send({ type: "open", role: "bob", links: links("bob") }, portsOf(links("bob")));
  dealer.send({ type: "open", links: links("dealer") }, portsOf(links("dealer")));
  owner.send({ type: "open", links: links("owner"), data }, portsOf(links("owner")));
  silo.send({ type: "open", links: links("silo"), data });
  const digits = 10 * BATCH;
  const there = shared(digits);
  silo.send({ type: "digits", index: 0, from: 0, count: digits });
  await there;
  const epochs = (WARM_UP + STEPS) / 10;
  owner.send({ type: "train", course: { preset, loss: "entropy", batch: BATCH, rate: 4, momentum: 3, epochs, watched: 0 } });
  await done;
  const last = steps.slice(WARM_UP);
  const of = (pick: (one: TrainedView) => number) => median(last.map(pick));
  for (const role of [alice, bob, dealer, owner, silo]) role.end();
  return {
    batch_ms: median(at.slice(WARM_UP).map((time, step) => time - (at[WARM_UP + step - 1] ?? time))),
    compute_ms: of((one) => one.onlineMs - one.waitedMs),
    deal_ms: median(dealing.slice(WARM_UP)),
    dealt_bytes_per_batch: of((one) => one.dealtBytes),
    sent_bytes_per_batch: of((one) => one.sentBytes),
    rounds: of((one) => one.rounds),
  };
}
