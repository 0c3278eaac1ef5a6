// Those who are elsewhere, played by a test in place of the bridge.

import type { RemoteWay } from "../../wasm/sotto.js";
import type { Control, Far } from "../state/control";
import { Leavers } from "../state/leavers";

export class PlayedFar implements Far {
  readonly said: { message: Control; to?: string }[] = [];
  readonly laid: RemoteWay[] = [];
  readonly leavers = new Leavers();
  /** This end's own id. */
  endpoint = "here";
  heard: Far["heard"] = () => {};

  say(text: string, to?: string): void {
    this.said.push({ message: JSON.parse(text) as Control, ...(to !== undefined && { to }) });
  }

  lay(ways: RemoteWay[]): void {
    this.laid.push(...ways);
  }

  gone(who: string): Promise<string> {
    return this.leavers.gone(who);
  }

  /** Somebody elsewhere says something, which need not be a message. */
  hear(message: unknown, from: string, claim: string): void {
    this.heard(typeof message === "string" ? message : (JSON.stringify(message) ?? ""), from, claim);
  }
}
