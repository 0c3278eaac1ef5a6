// A page that was opened by a link: a guest's side of the bridge.

import type { OtherEntry, RemoteWay } from "../../wasm/sotto.js";
import type { BridgeInput, BridgeOutput } from "../roles/bridge";
import { detach } from "../errors";
import { startBridge, type RoleLink } from "../roles/start";
import type { Far } from "./control";
import type { Invite } from "./invite";
import { Leavers } from "./leavers";
import { reached, type Reached } from "./reached";
import type { Refused } from "./remote";
import { tabName } from "./tab";

export interface VisitShow extends Reached {
  broker: string;
  stage: "seeks" | "waits" | "in" | "out";
  words?: string[];
  /** Guests that it computes with. */
  others: OtherEntry[];
  rtt?: number;
  /** Attempts to connect that ended before words could be shown. */
  brokenOff: number;
  /** Somebody with the link who was refused. */
  refused?: Refused;
}

const LOOK_MS = 3000;
/** How long a page that is being reloaded may keep its name from the new one. */
const RELOAD_MS = 1000;

const roomOf = (tab: string) => `far-${tab.slice(0, 8)}`;

/** The tab's name, or another one for a tab that was duplicated: the first holds the name's lock. */
async function ownName(): Promise<string> {
  const name = tabName();
  const isOurs = await new Promise<boolean>((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise(() => {});
    };
    const options = { signal: AbortSignal.timeout(RELOAD_MS) };
    // Another tab holds it, which is all that there is to a refusal.
    navigator.locks.request(`sotto/visit/${name}`, options, held).catch(() => resolve(false));
  });
  return isOurs ? name : crypto.randomUUID();
}

export class Visit implements Far {
  show: VisitShow;
  /** Of this page alone: nobody else in this browser is in it. The same after a reload, once it is in. */
  room = roomOf(crypto.randomUUID());
  heard: Far["heard"] = () => {};
  private readonly bridge: RoleLink<BridgeInput>;
  private readonly leavers = new Leavers();
  private wasIn = false;

  /** `entered`: it is in, for the first time or again; `lost`: it is no more. */
  constructor(
    { secret, host, broker, claim, auth }: Invite,
    private readonly changed: () => void,
    private readonly entered: (again: boolean) => void,
    private readonly lost: () => void = () => {},
  ) {
    this.show = { broker, state: "connecting", stage: "seeks", others: [], brokenOff: 0 };
    this.bridge = startBridge((event) => this.told(event));
    const joined = ownName().then((tab) => {
      this.room = roomOf(tab);
      this.bridge.send({ type: "join", broker, auth, opening: { type: "visit", room: this.room, tab, secret, host, claim } });
    });
    detach(joined, "joining by the link", (reason) => this.told({ type: "failed", reason }));
    setInterval(() => this.bridge.send({ type: "look" }), LOOK_MS);
    addEventListener("pagehide", () => this.bridge.send({ type: "leave" }));
    // A page that the browser had kept has said farewell.
    addEventListener("pageshow", (event) => event instanceof PageTransitionEvent && event.persisted && location.reload());
  }

  say(text: string): void {
    if (this.show.stage === "in") this.bridge.send({ type: "say", text });
  }

  lay(ways: RemoteWay[]): void {
    this.bridge.send(
      { type: "lay", ways },
      ways.flatMap((way) => ("port" in way ? [way.port] : [])),
    );
  }

  /** When a link has died. */
  gone(who: string): Promise<string> {
    return this.leavers.gone(who);
  }

  private told(event: BridgeOutput): void {
    switch (event.type) {
      case "broker":
        this.show = reached(this.show, event);
        break;
      case "visit": {
        const before = this.show.stage;
        const { broker, state, reason, refused } = this.show;
        const { type: _, ...visit } = event;
        this.show = { broker, state, ...(reason !== undefined && { reason }), ...(refused && { refused }), ...visit };
        if (visit.stage === "in" && before !== "in") {
          this.entered(this.wasIn);
          this.wasIn = true;
        }
        if (visit.stage !== "in" && before === "in") this.lost();
        break;
      }
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
