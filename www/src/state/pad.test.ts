import { beforeEach, describe, expect, test, vi } from "vitest";

import type { ClientCommand, ClientEvent } from "../../wasm/sotto.js";
import { prediction } from "../testing/events";
import { forgetRoles, lastOf, type PlayedRole } from "../testing/roles";
import type { Stroke } from "./drawing";
import { Pad } from "./pad";

vi.mock("../roles/start", () => import("../testing/roles"));

const LINE: Stroke = [
  [10, 10, 1],
  [20, 10, 1],
];

let isReady: boolean;
let pad: Pad;
let client: PlayedRole<ClientCommand, ClientEvent>;
const asked = () => client.of("draw").map(({ id }) => id);

beforeEach(() => {
  forgetRoles();
  isReady = true;
  pad = new Pad(
    () => isReady,
    () => {},
    () => {},
  );
  client = lastOf("client");
});

describe("a drawing", () => {
  test("is read on shares, with all that can be learnt, unless a person chooses otherwise", () => {
    pad.draw([LINE]);
    expect(client.of("draw")).toMatchObject([{ reader: "shares", label: false }]);
  });

  test("is asked of the reader, with all that it has to know, one at a time", () => {
    pad.reader = "clear";
    pad.label = true;
    pad.begin();
    pad.draw([LINE]);
    pad.draw([LINE, LINE]);
    pad.draw([LINE, LINE, LINE]);
    expect(client.of("draw")).toMatchObject([{ id: 1, strokes: [LINE], reader: "clear", label: true }]);
    client.say(prediction(1));
    // Of what was drawn in the meantime, the last alone.
    expect(client.of("draw").slice(1)).toMatchObject([{ id: 3, strokes: [LINE, LINE, LINE] }]);
    client.say(prediction(3, { digit: 4 }));
    expect(asked()).toEqual([1, 3]);
    expect(pad.drawing.answer?.digit).toBe(4);
  });

  test("waits for whoever reads it", () => {
    isReady = false;
    pad.draw([LINE]);
    expect(asked()).toEqual([]);
    isReady = true;
    pad.readAgain();
    expect(asked()).toEqual([2]);
  });

  test("that was undone is read as it was before", () => {
    pad.begin();
    pad.draw([LINE]);
    client.say(prediction(1));
    pad.undo();
    expect(client.of("draw").at(-1)).toMatchObject({ id: 2, strokes: [] });
  });

  test("is read by another model, but an empty pad that was never drawn on is not", () => {
    pad.readAgain();
    expect(asked()).toEqual([]);
    pad.draw([LINE]);
    client.say(prediction(1));
    pad.readAgain();
    expect(asked()).toEqual([1, 2]);
  });
});

describe("what cannot be read", () => {
  test("is not tried again until it changes, and says why", () => {
    pad.draw([LINE]);
    client.say({ type: "unreadable", id: 1, reason: "too long" });
    pad.readAgain();
    expect(asked()).toEqual([1]);
    expect(pad.drawing.problem).toEqual({ id: 1, reason: "too long" });
    pad.draw([LINE, LINE]);
    expect(asked()).toEqual([1, 2]);
  });

  test("for whoever reads has failed says why that failed, once", () => {
    pad.draw([LINE]);
    pad.trouble = "bob was garbled";
    client.say({ type: "unreadable", id: 1, reason: "the session is over" });
    expect(pad.drawing.problem?.reason).toBe("bob was garbled");
    pad.readAgain();
    expect(pad.trouble).toBeUndefined();
  });

  test("was answered before the failure: whoever comes back has nothing new to say of it", () => {
    pad.draw([LINE]);
    client.say(prediction(1));
    pad.trouble = "bob was garbled";
    pad.readAgain();
    expect(asked()).toEqual([1]);
    // The next time it may be another model.
    pad.readAgain();
    expect(asked()).toEqual([1, 2]);
  });
});

test("the end of a session is none of the role itself, and a failure of that is over with its next answer", () => {
  client.say({ type: "failed", reason: "cut", session: "s" });
  expect(pad.failure).toBeUndefined();
  client.say({ type: "failed", reason: "no memory" });
  expect(pad.failure).toBe("no memory");
  client.say(prediction(1));
  expect(pad.failure).toBeUndefined();
});
