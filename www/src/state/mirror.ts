// One page of a browser has a room; its other pages may watch. They get its events and,
// when they come late, what it shows so far.

import { hearUnread } from "../errors";
import type { AggregatorEvent } from "../../wasm/sotto.js";
import type { Show } from "./show";

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;

type Message =
  /** The room has a page, perhaps a new one. */
  { type: "here" } | { type: "ask" } | { type: "snapshot"; show: Show; model?: ModelEvent } | { type: "event"; event: AggregatorEvent };

function channel(room: string): BroadcastChannel {
  const opened = new BroadcastChannel(`sotto/${room}/show`);
  hearUnread(opened, "between the pages of this room");
  return opened;
}

/** The page that has the room tells the others. */
export class Mirror {
  private readonly channel: BroadcastChannel;
  private watched = false;

  constructor(room: string, snapshot: () => { show: Show; model?: ModelEvent }) {
    this.channel = channel(room);
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type !== "ask") return;
      this.watched = true;
      this.channel.postMessage({ type: "snapshot", ...snapshot() } satisfies Message);
    };
    this.channel.postMessage({ type: "here" } satisfies Message);
  }

  /** A model is large: nothing is sent until somebody has asked. */
  tell(event: AggregatorEvent): void {
    if (this.watched) this.channel.postMessage({ type: "event", event } satisfies Message);
  }
}

/** Watches the page that has the room. */
export function watch(room: string, onSnapshot: (show: Show, model?: ModelEvent) => void, onEvent: (event: AggregatorEvent) => void): void {
  const watching = channel(room);
  const ask = () => watching.postMessage({ type: "ask" } satisfies Message);
  watching.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === "here") ask();
    if (data.type === "snapshot") onSnapshot(data.show, data.model);
    if (data.type === "event") onEvent(data.event);
  };
  ask();
}

/** Resolves when the page that has the room is gone. */
export async function released(room: string): Promise<void> {
  // Shared, so that all who wait learn of it, and let go at once: the room is for whoever reloads.
  await navigator.locks.request(`sotto/${room}/aggregator`, { mode: "shared" }, () => undefined);
}
