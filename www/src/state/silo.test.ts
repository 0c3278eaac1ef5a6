import { beforeEach, describe, expect, test, vi } from "vitest";

import type { SiloCommand, SiloEvent } from "../../wasm/sotto.js";
import { Channel, openPage, settled } from "../testing/browser";
import { course } from "../testing/events";
import { forgetRoles, lastOf, rolesOf, type PlayedRole } from "../testing/roles";
import { ControlChannel, type Control } from "./control";
import { Silo } from "./silo";
import { SiloTab } from "./silo-tab";

vi.mock("../roles/start", () => import("../testing/roles"));

const LINKS = [{ role: "alice", inbox: "in", outbox: "out" }] as const;
const contributed = (digits: number): SiloEvent => ({
  type: "contributed",
  digits,
  bytes: 10 * digits,
  label: 7,
  image: new Uint8Array(1),
});
const role = (): PlayedRole<SiloCommand, SiloEvent> => lastOf("silo");

beforeEach(() => {
  forgetRoles();
  openPage();
});

describe("a data owner", () => {
  let silo: Silo;
  const changed = vi.fn();
  beforeEach(() => {
    changed.mockReset();
    silo = new Silo(changed, 2);
  });

  test("shares digits one part after the other, each once, of its own place", () => {
    silo.begin([...LINKS]);
    silo.shareDigits(100);
    silo.shareDrawing([[[1, 2, 1]]], 5);
    silo.shareDigits(50);
    expect(role().of("open")).toMatchObject([{ links: LINKS }]);
    expect(role().of("digits")).toEqual([
      { type: "digits", index: 2, from: 0, count: 100 },
      { type: "digits", index: 2, from: 100, count: 50 },
    ]);
    expect(role().of("drawing")).toMatchObject([{ label: 5, strokes: [[[1, 2, 1]]] }]);
  });

  test("starts its role when there is something to share, and not before", () => {
    silo.begin([...LINKS]);
    expect(rolesOf("silo")).toHaveLength(0);
    expect(changed).toHaveBeenCalledOnce();
  });

  test("shares the same with the next session, and what was given in between", () => {
    silo.begin([...LINKS]);
    silo.shareDigits(100);
    role().say(contributed(100));
    const first = role();
    silo.end();
    expect(first.ended).toBe(true);
    expect(silo.show).toEqual({ digits: 0, bytes: 0 });
    silo.shareDigits(10);
    expect(rolesOf("silo")).toHaveLength(1);
    silo.begin([...LINKS]);
    expect(
      role()
        .of("digits")
        .map(({ from, count }) => [from, count]),
    ).toEqual([
      [0, 100],
      [100, 10],
    ]);
    // Who belonged to the session before is heard no more.
    first.say(contributed(100));
    expect(silo.show.digits).toBe(0);
  });

  test("counts what has arrived, and says what could not be shared until something can", () => {
    silo.begin([...LINKS]);
    silo.shareDigits(3);
    role().say({ type: "ready" });
    role().say(contributed(3));
    role().say({ type: "unshared", reason: "no such digits" });
    expect(silo.show).toMatchObject({ digits: 3, bytes: 30, first: { label: 7 }, notice: "no such digits" });
    role().say(contributed(2));
    expect(silo.show).toMatchObject({ digits: 5, bytes: 50 });
    expect(silo.show.notice).toBeUndefined();
  });

  test("trains in the clear, until that cannot go on", () => {
    silo.begin([...LINKS]);
    silo.trainPlain(course);
    expect(silo.show.plain).toEqual({ step: 0, steps: 0, millis: 0 });
    role().say({ type: "plain", step: 3, steps: 9, millis: 1 });
    expect(silo.show.plain).toEqual({ step: 3, steps: 9, millis: 1 });
    role().say({ type: "failed", reason: "no memory" });
    expect(silo.show).toMatchObject({ notice: "no memory" });
    expect(silo.show.plain).toBeUndefined();
  });
});

describe("a data owner's tab", () => {
  let asked: Control[];
  let page: ControlChannel;
  let tab: SiloTab;
  const links = (session: string, name = ""): Control => {
    const [first] = asked;
    if (first?.type !== "silo") throw new Error("nobody asked");
    return { type: "links", tab: name || first.tab, session, links: [...LINKS], place: 3 };
  };

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    asked = [];
    page = new ControlChannel("room", (message) => asked.push(message));
    tab = new SiloTab("room", () => {});
    await settled();
    return () => {
      vi.useRealTimers();
      Channel.all.clear();
    };
  });

  test("asks until a page answers", async () => {
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(4000);
    await settled();
    expect(asked).toHaveLength(3);
    page.send(links("s"));
    await settled();
    expect(tab.silo.open).toBe(true);
    vi.advanceTimersByTime(10_000);
    await settled();
    expect(asked).toHaveLength(3);
  });

  test("shares digits of the place that it was given", async () => {
    page.send(links("s"));
    await settled();
    tab.share(20);
    expect(role().of("digits")).toEqual([{ type: "digits", index: 3, from: 0, count: 20 }]);
  });

  test("asks anew in each session, begins each once, and does not take what is for others", async () => {
    page.send(links("s", "another tab"));
    await settled();
    expect(tab.silo.open).toBe(false);
    page.send(links("s"));
    await settled();
    tab.share(20);
    page.send(links("s"));
    await settled();
    expect(rolesOf("silo")).toHaveLength(1);
    page.send({ type: "session" });
    await settled();
    expect(asked).toHaveLength(2);
    page.send(links("t"));
    await settled();
    expect(rolesOf("silo")).toHaveLength(2);
  });
});
