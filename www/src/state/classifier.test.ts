import { beforeEach, describe, expect, test, vi } from "vitest";

import type { ClientCommand, ClientEvent, PartyCommand, PartyEvent } from "../../wasm/sotto.js";
import { openPage, settled } from "../testing/browser";
import { info, model, prediction } from "../testing/events";
import { PlayedFar } from "../testing/far";
import { forgetRoles, lastOf, type PlayedRole, rolesOf } from "../testing/roles";
import { Classifier } from "./classifier";
import { ControlChannel } from "./control";

vi.mock("../roles/start", () => import("../testing/roles"));

let classifier: Classifier;
const client = (): PlayedRole<ClientCommand, ClientEvent> => lastOf("client");
const alice = (): PlayedRole<PartyCommand, PartyEvent> => {
  const parties = rolesOf<PartyCommand, PartyEvent>("party").filter((party) => party.of("open")[0]?.role === "alice");
  const found = parties.at(-1);
  if (!found) throw new Error("there is no alice");
  return found;
};
const asked = () =>
  client()
    .of("draw")
    .map(({ id, reader }) => [id, reader]);

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  forgetRoles();
  openPage();
  classifier = new Classifier(() => {}, new PlayedFar());
  classifier.parties.open("room");
  await settled();
});

describe("a drawing", () => {
  test("waits for the parties, and is read as soon as they have a model", () => {
    expect(classifier.waiting()).toBe("Alice, bob and the dealer are getting ready.");
    classifier.pad.draw([[[1, 1, 1]]]);
    expect(asked()).toEqual([]);
    alice().say({ type: "using", model: info(1) });
    expect(asked()).toEqual([[2, "shares"]]);
    expect(classifier.waiting()).toBe("");
  });

  test("in the clear waits for the model, which the client knows only then", () => {
    classifier.choose("clear", false);
    expect(classifier.waiting()).toBe("The model is on its way.");
    classifier.pad.draw([[[1, 1, 1]]]);
    expect(asked()).toEqual([]);
    classifier.use(model(1));
    expect(client().of("model")).toMatchObject([{ preset: "lenet5", round: 1 }]);
    expect(asked()).toEqual([[2, "clear"]]);
    expect(classifier.waiting()).toBe("");
  });

  test("on shares gives the client no model, though the page has it", () => {
    classifier.use(model(1));
    alice().say({ type: "using", model: info(1) });
    classifier.pad.draw([[[1, 1, 1]]]);
    expect(client().of("model")).toEqual([]);
    expect(asked()).toEqual([[1, "shares"]]);
  });

  test("is read anew by another reader, and by another model", () => {
    classifier.use(model(1));
    alice().say({ type: "using", model: info(1) });
    classifier.pad.draw([[[1, 1, 1]]]);
    client().say(prediction(1));
    classifier.choose("clear", true);
    client().say(prediction(2, { reader: "clear" }));
    classifier.use(model(2));
    client().say(prediction(3, { reader: "clear" }));
    classifier.choose("shares", false);
    expect(asked()).toEqual([
      [1, "shares"],
      [2, "clear"],
      [3, "clear"],
      [4, "shares"],
    ]);
  });

  test("that the session's end has left unread says why it ended", () => {
    alice().say({ type: "using", model: info(1) });
    classifier.pad.draw([[[1, 1, 1]]]);
    alice().say({ type: "failed", reason: "bob’s message was cut short", role: "bob" });
    client().say({ type: "unreadable", id: 1, reason: "the session is over" });
    expect(classifier.pad.drawing.problem?.reason).toBe("bob’s message was cut short");
    expect(classifier.secret.failure?.role).toBe("bob");
  });
});

test("while the client lives in a tab of its own, drawings here are read by nobody", async () => {
  Object.assign(navigator.locks, { request: () => new Promise(() => {}) });
  new ControlChannel("room", () => {}).send({ type: "offer", tab: "t", role: "client" });
  await settled();
  expect(classifier.waiting()).toBe("The client lives in a tab of its own: draw there.");
  classifier.choose("clear", false);
  classifier.use(model(1));
  expect(classifier.waiting()).toBe("");
});
