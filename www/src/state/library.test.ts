import { beforeEach, describe, expect, test, vi } from "vitest";

import type { LibraryCommand, LibraryEvent, SavedModel } from "../../wasm/sotto.js";
import { frozen } from "../testing/frozen";
import { forgetRoles, lastOf, rolesOf, type PlayedRole } from "../testing/roles";
import { Library, reduceLibrary, UNREAD, type LibraryShow } from "./library";

vi.mock("../roles/start", () => import("../testing/roles"));

const after = (events: LibraryEvent[], from = UNREAD): LibraryShow =>
  events.reduce((show, event) => reduceLibrary(frozen(show), event), from);

const saved: SavedModel = { id: "1", name: "Ada’s", preset: "lenet5", round: 3, size: 10, at: 0, autosaved: false };
const models: LibraryEvent = { type: "models", models: [saved], used: 10, quota: 100 };
const comparing: LibraryEvent = { type: "comparing", done: 1, all: 10 };
const compared: LibraryEvent = {
  type: "compared",
  results: [
    { id: "1", name: "a", accuracy: 90, labels: [] },
    { id: "2", name: "b", accuracy: 80, labels: [] },
  ],
};
const declined: LibraryEvent = { type: "declined", what: "It was not saved", reason: "the disk is full" };
const taken: LibraryEvent = {
  type: "taken",
  id: "1",
  purpose: "read",
  name: "Ada’s",
  preset: "lenet5",
  round: 3,
  spent: "",
  hash: "",
  weights: new Float32Array(),
};

describe("what is shown", () => {
  test("is the models as they were read last, with the room that is told", () => {
    expect(after([models])).toEqual({ models: [saved], used: 10, quota: 100 });
    expect(after([models, { type: "models", models: [] }])).toEqual({ models: [] });
  });

  test("is a comparison until it is done, or cannot be", () => {
    expect(after([comparing]).comparing).toEqual({ done: 1, all: 10 });
    expect(after([comparing, compared])).toEqual({ results: compared.results });
    expect(after([comparing, declined])).toEqual({ declined: { what: "It was not saved", reason: "the disk is full" } });
  });

  test("keeps the last comparison while another runs", () => {
    expect(after([compared, comparing]).results).toEqual(compared.results);
  });

  test("says when the library cannot go on", () => {
    expect(after([{ type: "failed", reason: "no memory" }]).declined).toEqual({ what: "The library cannot go on", reason: "no memory" });
  });

  test("is not changed by what is handed over", () => {
    const show = after([models]);
    expect(after([taken, { type: "forgotten" }, { type: "file", name: "a", bytes: new Uint8Array() }], show)).toBe(show);
  });
});

describe("the library", () => {
  let library: Library;
  const redraw = vi.fn();
  const took = vi.fn();
  const forgot = vi.fn();
  const role = (): PlayedRole<LibraryCommand, LibraryEvent> => lastOf("library");

  beforeEach(() => {
    forgetRoles();
    library = new Library(redraw, took, forgot);
  });

  test("begins when somebody looks, and once", () => {
    library.look();
    expect(rolesOf("library")).toHaveLength(0);
    library.send({ type: "list" });
    library.send({ type: "list" });
    expect(rolesOf("library")).toHaveLength(1);
    expect(role().told.map(({ type }) => type)).toEqual(["open", "list", "list"]);
    library.look();
    expect(role().of("list")).toHaveLength(3);
  });

  test("forgets what went wrong once something else is asked of it", () => {
    library.open();
    role().say(declined);
    library.send({ type: "list" });
    expect(library.show.declined?.reason).toBe("the disk is full");
    redraw.mockReset();
    library.send({ type: "delete", id: "1" });
    expect(library.show.declined).toBeUndefined();
    expect(redraw).toHaveBeenCalledOnce();
    role().say(models);
    expect(redraw).toHaveBeenCalledTimes(2);
  });

  test("hands over what was taken, and tells when all is forgotten", () => {
    library.open();
    role().say(taken);
    expect(took).toHaveBeenCalledExactlyOnceWith(taken);
    role().say({ type: "forgotten" });
    expect(forgot).toHaveBeenCalledOnce();
    expect(redraw).toHaveBeenCalled();
  });

  test("gives a file to the person by its name", () => {
    const link = { href: "", download: "", click: vi.fn() };
    vi.useFakeTimers();
    vi.stubGlobal("document", { createElement: () => link });
    const revoke = vi.spyOn(URL, "revokeObjectURL");
    library.open();
    role().say({ type: "file", name: "model.safetensors", bytes: Uint8Array.of(1, 2) });
    expect(link.download).toBe("model.safetensors");
    expect(link.click).toHaveBeenCalledOnce();
    expect(revoke).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(revoke).toHaveBeenCalledExactlyOnceWith(link.href);
    vi.useRealTimers();
  });
});
