import { beforeEach, expect, test, vi } from "vitest";

import type { AggregatorEvent } from "../../wasm/sotto.js";
import { detach } from "../errors";
import { type Browser, Channel, openPage, settled } from "../testing/browser";
import { evaluated, model } from "../testing/events";
import { Mirror, released, watch } from "./mirror";
import { BEFORE, type Show } from "./show";

let browser: Browser;
beforeEach(() => {
  browser = openPage();
});

test("who watches sees what the room's page shows, and then what it hears", async () => {
  const show: Show = { ...BEFORE, room: "ours" };
  const mirror = new Mirror("room", () => ({ show, model: model(1) }));
  const other = new Mirror("another", () => ({ show }));
  const seen: unknown[] = [];
  const sent = vi.spyOn(Channel.prototype, "postMessage");
  // Nobody watches yet, and models are large.
  mirror.tell(evaluated(1));
  expect(sent).not.toHaveBeenCalled();
  watch(
    "room",
    (show, model) => seen.push([show.room, model?.round]),
    (event) => seen.push(event.type),
  );
  await settled();
  mirror.tell(evaluated(2));
  other.tell(evaluated(3));
  await settled();
  expect(seen).toEqual([["ours", 1], "evaluated"]);
});

test("who watches sees the next page that has the room", async () => {
  const rooms: string[] = [];
  const events: AggregatorEvent[] = [];
  watch(
    "room",
    (show) => rooms.push(show.room),
    (event) => events.push(event),
  );
  await settled();
  expect(rooms).toEqual([]);
  const mirror = new Mirror("room", () => ({ show: BEFORE }));
  await settled();
  await settled();
  expect(rooms).toEqual(["opening"]);
  mirror.tell(evaluated(1));
  await settled();
  expect(events).toHaveLength(1);
});

test("all who wait for the room learn at once that it is free", async () => {
  detach(
    browser.locks.request("sotto/room/aggregator", () => new Promise(() => {})),
    "holding the room",
  );
  const free = vi.fn();
  const waiting = [released("room").then(free), released("room").then(free)];
  await settled();
  expect(free).not.toHaveBeenCalled();
  browser.locks.free("sotto/room/aggregator");
  await Promise.all(waiting);
  expect(free).toHaveBeenCalledTimes(2);
});
