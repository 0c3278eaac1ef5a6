// Measures training on shares between real workers: how long a step takes from one to the next, with everything that it
// waits for, and what is dealt for it; and how well a model reads that was trained so, and never opened.

import { startClient, startDealer, startOwner, startParty, startSilo } from "../src/roles/start";
import { layLinks, nearOf, portsOf } from "../src/state/links";
import type { ClientEvent, Course, PartyEvent, RoleName, SiloEvent, TrainedView } from "../wasm/sotto.js";
import { Failure } from "./failure";
import { median } from "./median";
import type { Figures } from "./mpc";

/** Steps of an epoch. */
const EPOCH = 10;
const SETTINGS = { loss: "entropy", rate: 4, momentum: 3, watched: 0 } as const;
const FRACTION = 8;

/** How many steps are taken before any is measured, and how many then; a multiple of `EPOCH` together. */
export interface Steps {
  batch: number;
  warmUp: number;
  measured: number;
}

/** For how many epochs is trained, on how many digits; and how many test digits are read. */
export interface Lesson {
  batch: number;
  epochs: number;
  digits: number;
  tested: number;
}

declare global {
  interface Window {
    measureCourse: typeof measureCourse;
    measureCourseAccuracy: typeof measureCourseAccuracy;
  }
}
Object.assign(window, { measureCourse, measureCourseAccuracy });

async function measureCourse(preset: string, { batch, warmUp, measured }: Steps, data: string): Promise<Figures> {
  const session = open(data);
  await session.share(EPOCH * batch);
  const { at } = await session.train({ ...SETTINGS, preset, batch, epochs: (warmUp + measured) / EPOCH });
  // Bob holds the dealt words: his are the larger figures.
  const last = session.steps.slice(warmUp);
  const of = (pick: (one: TrainedView) => number) => median(last.map(pick));
  session.end();
  return {
    batch_ms: median(at.slice(warmUp).map((time, step) => time - (at[warmUp + step - 1] ?? time))),
    compute_ms: of((one) => one.onlineMs - one.waitedMs),
    deal_ms: median(session.dealing.slice(warmUp)),
    dealt_bytes_per_batch: of((one) => one.dealtBytes),
    sent_bytes_per_batch: of((one) => one.sentBytes),
    rounds: of((one) => one.rounds),
  };
}

/** On test digits, in percent: on shares, and after the same training in the clear. */
async function measureCourseAccuracy(preset: string, { batch, epochs, digits, tested }: Lesson, data: string): Promise<Figures> {
  const session = open(data);
  await session.share(digits);
  const course = { ...SETTINGS, preset, batch, epochs };
  await session.train(course);
  const figures = { accuracy: await session.test(tested), plain_accuracy: await session.plain(course) };
  session.end();
  return figures;
}

function open(data: string) {
  const { ends } = layLinks("bench", crypto.randomUUID(), () => "page", "");
  const links = (role: RoleName) => nearOf(ends.get(role) ?? []);
  const steps: TrainedView[] = [];
  const dealing: number[] = [];
  let ofAlice: (event: PartyEvent) => void = () => {};
  let ofClient: (event: ClientEvent) => void = () => {};
  let ofSilo: (event: SiloEvent) => void = () => {};
  const failure = new Failure();
  const client = startClient((event) => {
    failure.heard("client", event);
    ofClient(event);
  });
  const alice = startParty((event) => {
    failure.heard("alice", event);
    ofAlice(event);
    if (event.type === "using") client.send({ type: "using", model: event.model, round: 0 });
  });
  const bob = startParty((event) => {
    failure.heard("bob", event);
    if (event.type === "trained") steps.push(event);
  });
  const dealer = startDealer((event) => {
    failure.heard("dealer", event);
    if (event.type === "dealtStep") dealing.push(event.millis);
  });
  const owner = startOwner((event) => failure.heard("owner", event));
  const silo = startSilo((event) => {
    failure.heard("silo", event);
    ofSilo(event);
  });
  alice.send({ type: "open", role: "alice", links: links("alice") }, portsOf(links("alice")));
  bob.send({ type: "open", role: "bob", links: links("bob") }, portsOf(links("bob")));
  dealer.send({ type: "open", links: links("dealer") }, portsOf(links("dealer")));
  owner.send({ type: "open", links: links("owner"), data }, portsOf(links("owner")));
  client.send({ type: "open", session: "bench", links: links("client") }, portsOf(links("client")));
  silo.send({ type: "open", links: links("silo"), data }, portsOf(links("silo")));

  const until = <T>(begin: (resolve: (value: T) => void) => void): Promise<T> => failure.unless(new Promise(begin));
  const share = (count: number): Promise<void> =>
    until((resolve) => {
      ofAlice = (event) => event.type === "data" && event.digits >= count && resolve(undefined);
      silo.send({ type: "digits", index: 0, from: 0, count });
    });
  /** When each step was over. */
  const train = (course: Course): Promise<{ at: number[] }> =>
    until((resolve) => {
      const at: number[] = [];
      ofAlice = (event) => {
        if (event.type === "trained") at.push(performance.now());
        if (event.type === "training" && event.step === event.steps) resolve({ at });
      };
      owner.send({ type: "train", course });
    });
  const test = (count: number): Promise<number> =>
    until((resolve) => {
      ofAlice = (event) => event.type === "using" && client.send({ type: "evaluate", count, data });
      ofClient = (event) => {
        if (event.type === "evaluated" && event.done === event.total) resolve((100 * event.correct) / event.total);
      };
      owner.send({ type: "take", fraction: FRACTION, saving: "bytes" });
    });
  const plain = (course: Course): Promise<number> =>
    until((resolve) => {
      ofSilo = (event) => {
        if (event.type === "plain" && event.accuracy !== undefined) resolve(event.accuracy);
      };
      silo.send({ type: "plain", course });
    });
  const end = () => [alice, bob, dealer, owner, client, silo].forEach((role) => role.end());
  return { steps, dealing, share, train, test, plain, end };
}
