// A page that was opened by a link: a guest's side of the bridge.

import type { RemoteWay } from "../../wasm/sotto.js";
import type { BridgeInput, BridgeOutput, BrokerState } from "../roles/bridge";
import { startBridge, type RoleLink } from "../roles/start";
import type { Far } from "./control";
import type { Invite } from "./invite";
import { tabName } from "./tab";

export interface VisitShow {
  broker: string;
  state: BrokerState["state"];
  reason?: string;
  stage: "seeks" | "waits" | "in" | "out";
  words?: string[];
  rtt?: number;
}

const LOOK_MS = 3000;

export class Visit implements Far {
  show: VisitShow;
  /** Of this page alone: nobody else in this browser is in it. */
  readonly room: string;
  heard: Far["heard"] = () => {};
  private readonly bridge: RoleLink<BridgeInput>;
  private wasIn = false;

  /** `entered`: it is in, for the first time or again; `lost`: it is no more. */
  constructor(
    { secret, broker, claim }: Invite,
    private readonly changed: () => void,
    private readonly entered: (again: boolean) => void,
    private readonly lost: () => void = () => {},
  ) {
    this.room = `far-${tabName().slice(0, 8)}`;
    this.show = { broker, state: "connecting", stage: "seeks" };
    this.bridge = startBridge((event) => this.told(event));
    this.bridge.send({ type: "join", broker, opening: { type: "visit", room: this.room, secret, claim } });
    setInterval(() => this.bridge.send({ type: "look" }), LOOK_MS);
    addEventListener("pagehide", () => this.bridge.send({ type: "leave" }));
  }

  say(text: string): void {
    if (this.show.stage === "in") this.bridge.send({ type: "say", text });
  }

  lay(ways: RemoteWay[]): void {
    this.bridge.send({ type: "lay", ways }, ways.flatMap((way) => ("port" in way ? [way.port] : [])));
  }

  /** The host is told by nobody else. */
  gone(): Promise<void> {
    return new Promise(() => {});
  }

  private told(event: BridgeOutput): void {
    switch (event.type) {
      case "broker": {
        const { state, reason } = event;
        const { reason: _, ...show } = this.show;
        this.show = { ...show, state, ...(reason !== undefined && { reason }) };
        break;
      }
      case "visit": {
        const before = this.show.stage;
        const { broker, state, reason } = this.show;
        const { type: _, ...visit } = event;
        this.show = { broker, state, ...(reason !== undefined && { reason }), ...visit };
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
      case "failed":
        this.show = { ...this.show, reason: event.reason };
        break;
    }
    this.changed();
  }
}
