import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { OwnerEvent, PartyEvent } from "../../wasm/sotto.js";
import { course, info, trained, training } from "../testing/events";
import { frozen } from "../testing/frozen";
import { renewed, trainedByOwner, trainedByParty, UNTRAINED, type TrainingShow } from "./course";

type Heard = { of: "alice" | "bob"; event: PartyEvent } | { of: "owner"; event: OwnerEvent };

const after = (heard: Heard[], from = UNTRAINED): TrainingShow =>
  heard.reduce(
    (show, one) => (one.of === "owner" ? trainedByOwner(frozen(show), one.event) : trainedByParty(frozen(show), one.of, one.event)),
    from,
  );

const alice = (event: PartyEvent): Heard => ({ of: "alice", event });
const bob = (event: PartyEvent): Heard => ({ of: "bob", event });
const owner = (event: OwnerEvent): Heard => ({ of: "owner", event });
const begun = (number: number) => owner({ type: "training", number, course });
const data = (digits: number): PartyEvent => ({ type: "data", contributions: 1, digits });
const taken = (number: number, of = 1) => owner({ type: "taken", model: info(number), training: of });
const shared = owner({ type: "shared", model: info(9), round: 1, bytes: 1 });

describe("a training", () => {
  test("is summed up over the steps of both parties, in whatever order they tell", () => {
    const steps = [1, 2, 3, 4].flatMap((step) => [alice(trained(step, step % 2 ? { loss: 1 / step } : {})), bob(trained(step))]);
    const losses = [
      { step: 1, loss: 1 },
      { step: 3, loss: 1 / 3 },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (shuffled) => {
        const show = after(shuffled, after([alice(training(1))]));
        expect(show).toMatchObject({ dealt: 800, sent: 80, millis: 8 });
        expect(show.losses.toSorted((a, b) => a.step - b.step)).toEqual(losses);
      }),
    );
  });

  test("is as far as alice is", () => {
    const show = after([alice(training(1)), alice(trained(3)), bob(trained(2))]);
    expect(show.state).toMatchObject({ step: 3, steps: 10, running: true });
    expect(show.alice?.step).toBe(3);
    expect(show.bob?.step).toBe(2);
  });

  test.each([
    ["the owner tells of it first", [begun(2), alice(training(2))]],
    ["alice tells of it first", [alice(training(2)), begun(2)]],
  ])("that is another one begins from nothing with the same digits: %s", (_, news) => {
    const before = after([alice(data(320)), alice(training(1)), alice(trained(1, { loss: 1 })), bob(trained(1)), taken(5)]);
    const { type: _type, ...state } = training(2);
    expect(after(news, before)).toEqual({
      ...UNTRAINED,
      digits: 320,
      contributions: 1,
      state,
      taken: { model: 5, training: 1, step: 1 },
    });
  });

  test("that is told of once more, as when it is paused, keeps what it has", () => {
    const before = after([alice(training(1)), alice(trained(1, { loss: 1 })), bob(trained(1))]);
    const paused = after([alice({ ...training(1), step: 1, running: false } as PartyEvent), begun(1)], before);
    expect(paused).toMatchObject({ losses: [{ step: 1, loss: 1 }], dealt: 200, state: { running: false } });
  });

  test("is alice's to tell of: bob says the same later", () => {
    expect(after([bob(training(1)), bob(data(3)), bob({ type: "untrained", reason: "no" })])).toEqual(UNTRAINED);
    expect(after([alice({ type: "untrained", reason: "no digits" })]).notice).toBe("no digits");
  });
});

describe("the model that is read with", () => {
  test("is of a step, until another takes its place", () => {
    const show = after([alice(training(1)), alice(trained(4)), taken(7)]);
    expect(show.taken).toEqual({ model: 7, training: 1, step: 4 });
    expect(after([alice(trained(5))], show).taken?.step).toBe(4);
    expect(after([shared], show).taken).toBeUndefined();
    expect(after([taken(7)]).taken?.step).toBe(0);
  });
});

describe("a new session", () => {
  test("has lost what was trained, and says so until there is something else to say", () => {
    const lost = renewed(after([alice(data(3)), alice(training(1))]), "lost");
    expect(lost).toEqual({ ...UNTRAINED, notice: "lost" });
    expect(renewed(lost, "lost")).toEqual(lost);
    expect(renewed({ ...UNTRAINED, notice: "no digits" }, "lost")).toEqual(UNTRAINED);
    expect(renewed(after([alice(data(3))]), "lost")).toEqual(UNTRAINED);
  });
});

test("what is of no training changes nothing", () => {
  expect(after([alice({ type: "ready" }), bob({ type: "using", model: info(1) }), owner({ type: "ready" })])).toBe(UNTRAINED);
});
