// The door of a room to those who are elsewhere: the page's side of the bridge, and who stands before it.

import type { BridgeEvent, GuestEntry, RemoteWay } from "../../wasm/sotto.js";
import type { BridgeInput, BridgeOutput } from "../roles/bridge";
import { startBridge, type RoleLink } from "../roles/start";
import type { Far } from "./control";
import { hostedBefore, rememberHosted, type Access, type Hosted } from "./invite";
import { Leavers } from "./leavers";
import { reached, type Reached } from "./reached";

/** Somebody who is not what they say. */
export type Refused = Omit<Extract<BridgeEvent, { type: "refused" }>, "type">;

export interface RemoteShow extends Reached {
  /** Where it is open, or shall be. */
  access?: Access;
  /** Once it is open: what links carry. */
  room?: { secret: string; host: string };
  locked: boolean;
  /** Attempts to connect that ended before words could be shown. */
  brokenOff: number;
  /** Somebody with a link who was refused. */
  refused?: Refused;
  guests: GuestEntry[];
}

const CLOSED: RemoteShow = { state: "connecting", locked: false, brokenOff: 0, guests: [] };
/** How often times are asked for. */
const LOOK_MS = 3000;

export class Remote implements Far {
  show: RemoteShow = CLOSED;
  /** This page's own end. */
  endpoint = "";
  heard: Far["heard"] = () => {};
  private bridge?: RoleLink<BridgeInput>;
  private room = "";
  private looking?: ReturnType<typeof setInterval>;
  private readonly leavers = new Leavers();

  constructor(private readonly changed: () => void) {}

  /** The room is known; it may have been open before the page was reloaded. */
  begin(room: string): void {
    // Another run in the same room leaves the door as it is.
    if (this.room === room) return;
    this.room = room;
    const before = hostedBefore(room);
    if (before) this.open(before);
  }

  /** Opens the door at a broker. */
  open({ keys, ...access }: Hosted): void {
    this.leave();
    this.show = { ...CLOSED, access };
    const bridge = startBridge((event) => this.bridge === bridge && this.told(event));
    this.bridge = bridge;
    const { broker, own: auth } = access;
    bridge.send({ type: "join", broker, auth, opening: { type: "host", room: this.room, ...(keys && { keys }) } });
    this.looking = setInterval(() => bridge.send({ type: "look" }), LOOK_MS);
    this.changed();
  }

  /** Closes it, and forgets its keys: links that were given away lead nowhere. */
  close(): void {
    this.leave();
    this.show = CLOSED;
    rememberHosted(this.room, undefined);
    this.changed();
  }

  private leave(): void {
    clearInterval(this.looking);
    this.bridge?.send({ type: "leave" });
    delete this.bridge;
    this.leavers.allLeft("");
  }

  decide(guest: string, comesIn: boolean): void {
    this.bridge?.send({ type: "decide", guest, comesIn });
  }

  lock(locked: boolean): void {
    this.bridge?.send({ type: "lock", locked });
  }

  say(text: string, to?: string): void {
    this.bridge?.send({ type: "say", text, ...(to !== undefined && { to }) });
  }

  lay(ways: RemoteWay[]): void {
    this.bridge?.send(
      { type: "lay", ways },
      ways.flatMap((way) => ("port" in way ? [way.port] : [])),
    );
  }

  gone(guest: string): Promise<string> {
    return this.leavers.gone(guest);
  }

  private told(event: BridgeOutput): void {
    switch (event.type) {
      case "broker":
        this.show = reached(this.show, event);
        break;
      case "hosting":
        this.endpoint = event.endpoint;
        this.show = { ...this.show, room: { secret: event.keys.secret, host: event.fingerprint } };
        if (this.show.access) rememberHosted(this.room, { keys: event.keys, ...this.show.access });
        break;
      case "guests":
        this.show = { ...this.show, guests: event.guests, locked: event.locked, brokenOff: event.brokenOff };
        break;
      case "said":
        this.heard(event.text, event.from, event.claim);
        break;
      case "left":
        this.leavers.left(event.guest, event.reason);
        break;
      case "refused":
        this.show = { ...this.show, refused: { endpoint: event.endpoint, what: event.what } };
        break;
      case "failed":
        this.show = { ...this.show, reason: event.reason };
        break;
    }
    this.changed();
  }
}
