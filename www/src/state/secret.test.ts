import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { classified, fixed, info, prediction, trained, training } from "../testing/events";
import { frozen } from "../testing/frozen";
import { reduceSecret, SECRET_BEFORE, type PageEvent, type SecretEvent, type SecretShow } from "./secret";

const after = (events: SecretEvent[], from = SECRET_BEFORE): SecretShow =>
  events.reduce((show, event) => reduceSecret(frozen(show), event), from);

const page = (event: PageEvent): SecretEvent => ({ from: "page", event });
const session = page({ type: "session", tabs: [], far: [], saving: "bytes" });
const using = (number: number, from: "alice" | "bob" = "alice"): SecretEvent => ({ from, event: { type: "using", model: info(number) } });
const shared = (number: number, round: number, fraction = 8): SecretEvent => ({
  from: "owner",
  event: { type: "shared", model: info(number, { fraction }), round, bytes: 100 },
});
const stock = (from: "alice" | "bob", count: number, batch = 1): SecretEvent => ({
  from,
  event: { type: "stock", batch, label: false, count, bytes: 10 * count },
});
const precision = (fraction: number): SecretEvent => ({
  from: "owner",
  event: { type: "precision", fraction, count: 100, float: 90, fixed: 89 },
});
const failed = (from: "alice" | "bob" | "dealer" | "owner", reason: string): SecretEvent => ({ from, event: { type: "failed", reason } });
const answer: SecretEvent = { from: "client", event: prediction(1) };
const evaluated = (done: number): SecretEvent => ({
  from: "client",
  event: {
    type: "evaluated",
    done,
    total: 2,
    correct: done,
    millis: 1,
    labels: Uint8Array.of(1),
    answers: Uint8Array.of(1),
    images: new Uint8Array(784),
  },
});

const EVERY: SecretEvent[] = [
  session,
  page({ type: "session", tabs: ["alice"], far: ["alice"], saving: "rounds" }),
  page({ type: "ended", reason: "cut", role: "bob", step: "classify/1" }),
  page({ type: "ended", reason: "lost" }),
  page({ type: "evaluating", total: 2 }),
  page({ type: "paused", on: true }),
  page({ type: "paused", on: false }),
  page({ type: "stopped" }),
  page({ type: "fraction", fraction: 12 }),
  page({ type: "saving", saving: "rounds" }),
  page({ type: "silo" }),
  ...(["alice", "bob"] as const).flatMap((from): SecretEvent[] => [
    { from, event: { type: "ready" } },
    using(1, from),
    using(2, from),
    stock(from, 3),
    stock(from, 3, 20),
    { from, event: classified(1) },
    { from, event: classified(2, { batch: 20 }) },
    { from, event: { type: "data", contributions: 1, digits: 2 } },
    { from, event: training(1) },
    { from, event: trained(1, { loss: 1 }) },
    { from, event: { type: "untrained", reason: "no digits" } },
    failed(from, "bad"),
  ]),
  { from: "dealer", event: { type: "ready" } },
  { from: "dealer", event: { type: "dealt", number: 1, alice: 2, bob: 3, millis: 4 } },
  { from: "dealer", event: { type: "dealtStep", number: 1, alice: 2, bob: 3, millis: 4 } },
  failed("dealer", "bad"),
  { from: "owner", event: { type: "ready" } },
  shared(1, 5),
  shared(2, 6),
  precision(8),
  { from: "owner", event: { type: "ranges", fraction: 8, layers: [], verdict: "always" } },
  { from: "owner", event: { type: "plain", millis: 1 } },
  { from: "owner", event: { type: "answers", answers: Uint8Array.of(1, 1) } },
  { from: "owner", event: fixed },
  { from: "owner", event: { type: "taken", model: info(1), training: 1 } },
  { from: "owner", event: { type: "unshared", reason: "too large" } },
  { from: "owner", event: { type: "unmeasured", reason: "no digits" } },
  failed("owner", "bad"),
  answer,
  evaluated(1),
  evaluated(2),
  { from: "client", event: { type: "unevaluated", reason: "no digits" } },
  { from: "client", event: { type: "unreadable", id: 1, reason: "blank" } },
  { from: "client", event: { type: "failed", reason: "bad" } },
];

test("whatever comes in whatever order, there is something to show", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVERY), { maxLength: 60 }), (events) => {
      const show = after(events);
      // A session is ended with a reason, and ready with a model.
      if (show.session === "ended") expect(show.failure?.reason).toBeDefined();
      if (show.session === "ready") expect(show.model).toBeDefined();
      expect(after([session], show)).toMatchObject({
        session: "starting",
        here: { alice: false, bob: false, dealer: false },
        dealt: { count: 0, bytes: 0 },
        stock: { alice: { count: 0 }, bob: { count: 0 } },
      });
    }),
    { numRuns: 200 },
  );
});

describe("a session", () => {
  test("is ready once alice computes with a model, whoever else has it", () => {
    expect(after([session, using(1, "bob")]).session).toBe("starting");
    expect(after([session, using(1, "bob"), using(1)])).toMatchObject({ session: "ready", model: info(1) });
  });

  test("knows the round of its model, whoever tells first", () => {
    for (const events of [
      [shared(3, 5), using(3)],
      [using(3), shared(3, 5)],
    ]) {
      expect(after([session, ...events]).model).toEqual({ ...info(3), round: 5 });
    }
    expect(after([session, shared(2, 4), using(3)]).model).toEqual(info(3));
    expect(after([session, using(3), shared(4, 5)]).model).toEqual(info(3));
  });

  test("knows a model that was trained on shares", () => {
    const events: SecretEvent[] = [{ from: "owner", event: { type: "taken", model: info(3), training: 1 } }, using(3)];
    expect(after([session, ...events]).model).toEqual({ ...info(3), trained: true });
    expect(after([session, ...events, using(4)]).model).toEqual(info(4));
  });

  test("loses its stock with its model: it was dealt for the one before", () => {
    const show = after([session, stock("alice", 3), stock("bob", 4), using(2, "bob")]);
    expect(show.stock).toEqual({ alice: { count: 3, bytes: 30 }, bob: { count: 0, bytes: 0 } });
  });

  test("shows material and classifications of single drawings", () => {
    const show = after([
      stock("alice", 3),
      stock("alice", 9, 20),
      { from: "alice", event: classified(1) },
      { from: "alice", event: classified(2, { batch: 20 }) },
    ]);
    expect(show.stock.alice.count).toBe(3);
    expect(show.alice?.number).toBe(1);
  });

  test("adds up what is dealt for both", () => {
    const dealt = (alice: number, millis: number): SecretEvent => ({
      from: "dealer",
      event: { type: "dealt", number: 1, alice, bob: 1, millis },
    });
    expect(after([dealt(2, 7), dealt(3, 8)]).dealt).toEqual({ count: 2, bytes: 7, millis: 8 });
  });
});

describe("why a session ended", () => {
  const blamed = page({ type: "ended", reason: "garbled", role: "bob", step: "classify/3/conv1/open" });
  const lost = page({ type: "ended", reason: "alone" });
  test.each<[string, SecretEvent[], SecretShow["failure"]]>([
    ["the first word", [failed("alice", "first"), failed("dealer", "second")], { reason: "first" }],
    ["of a session that an answer came too late for", [lost, answer], { reason: "alone" }],
    [
      "with blame, which no later word takes away",
      [blamed, lost, failed("dealer", "alone")],
      { reason: "garbled", role: "bob", step: "classify/3/conv1/open" },
    ],
    ["a word with blame in place of one without", [lost, blamed], { reason: "garbled", role: "bob", step: "classify/3/conv1/open" }],
    ["another session's own", [blamed, session, lost], { reason: "alone" }],
    ["until a drawing is read again", [blamed, session, answer], undefined],
  ])("%s", (_, events, failure) => {
    expect(after(events).failure).toEqual(failure);
  });

  test("is still told while the next one is ready, until it has shown that it works", () => {
    expect(after([blamed, session, using(1)]).failure?.reason).toBe("garbled");
  });
});

describe("answers", () => {
  test("are those on shares alone, by somebody", () => {
    const clear: SecretEvent = { from: "client", event: prediction(1, { reader: "clear" }) };
    const { number: _, ...blank } = prediction(1);
    expect(after([clear, { from: "client", event: blank }]).prediction).toBeUndefined();
    expect(after([answer]).prediction?.digit).toBe(7);
  });
});

describe("precision", () => {
  test("is measured of one model: another round forgets what others said, but for the bits in use", () => {
    const show = after([shared(1, 5), precision(8), precision(12), shared(2, 5, 12)]);
    expect([...show.precision.keys()]).toEqual([8, 12]);
    expect([...after([shared(3, 6, 12)], show).precision.keys()]).toEqual([12]);
    expect([...after([shared(3, 6, 4)], show).precision.keys()]).toEqual([]);
  });
});

describe("an evaluation", () => {
  const evaluating = page({ type: "evaluating", total: 2 });
  test.each<[string, SecretEvent[], string]>([
    ["runs", [evaluating], "running"],
    ["is finished", [evaluating, evaluated(2)], "finished"],
    ["is paused", [evaluating, page({ type: "paused", on: true })], "paused"],
    ["is stopped", [evaluating, page({ type: "stopped" })], "stopped"],
    ["ends with its session", [evaluating, failed("bob", "bad")], "stopped"],
    ["ends with a new session", [evaluating, session], "stopped"],
    ["cannot go on", [evaluating, { from: "client", event: { type: "unevaluated", reason: "no digits" } }], "stopped"],
    ["stays finished in a new session", [evaluating, evaluated(2), session], "finished"],
  ])("%s", (_, events, phase) => {
    expect(after([session, using(1), ...events]).evaluation?.phase).toBe(phase);
  });

  test("that was not asked for is none", () => {
    const none = after([evaluated(1), page({ type: "paused", on: true }), page({ type: "stopped" }), session]);
    expect(none.evaluation).toBeUndefined();
  });

  test("is of the model that was in use at its start", () => {
    expect(after([session, shared(3, 5), using(3), evaluating, using(4)]).evaluation?.model).toEqual({ ...info(3), round: 5 });
  });
});

test("what could not be done is told until the next model is shared", () => {
  const show = after([{ from: "owner", event: { type: "unshared", reason: "too large" } }]);
  expect(show.notice).toBe("too large");
  expect(after([shared(1, 1)], show).notice).toBeUndefined();
});

test("a new session says that what was being trained is lost", () => {
  const show = after([session, { from: "alice", event: training(1) }, session]);
  expect(show.training.state).toBeUndefined();
  expect(show.training.notice).toContain("its shares are gone");
});
