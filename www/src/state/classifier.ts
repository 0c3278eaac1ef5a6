// The page's pad, and the parties that read it on secret shares.

import type { AggregatorEvent, Reader } from "../../wasm/sotto.js";
import { text } from "../text";
import { Pad } from "./pad";
import { Parties, type Elsewhere } from "./parties";
import { reduceSecret, SECRET_BEFORE, type SecretEvent, type SecretShow } from "./secret";

const words = text.room.draw;

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;

export class Classifier {
  secret: SecretShow = SECRET_BEFORE;
  readonly pad: Pad;
  readonly parties: Parties;
  private model?: ModelEvent;

  constructor(
    private readonly changed: () => void,
    remote: Elsewhere,
  ) {
    const ready = (reader: Reader) => (reader === "shares" ? this.parties.using !== undefined : this.model !== undefined);
    this.pad = new Pad(ready, (event) => this.parties.heardClient(event), changed);
    this.parties = new Parties(this.pad.client, (event) => this.heard(event), remote);
  }

  /** A new model reads the same drawing again. */
  use(model: ModelEvent): void {
    this.model = model;
    this.parties.use(model);
    if (this.pad.reader === "clear") this.readInTheClear();
  }

  /** Another reader reads the same drawing again. */
  choose(reader: Reader, label: boolean): void {
    this.pad.reader = reader;
    this.pad.label = label;
    if (reader === "clear") this.readInTheClear();
    else this.pad.readAgain();
  }

  /** Why a drawing cannot be read yet, or nothing. */
  waiting(): string {
    if (this.pad.reader === "clear") return this.model ? "" : words.modelComes;
    if (this.secret.tabs.includes("client")) return words.clientElsewhere;
    return this.parties.using ? "" : words.partiesCome;
  }

  /** The client knows a model of its own only while it reads in the clear. */
  private readInTheClear(): void {
    if (this.model) {
      const { preset, round, weights } = this.model;
      this.pad.client.send({ type: "model", preset, round, weights });
    }
    this.pad.readAgain();
  }

  private heard(event: SecretEvent): void {
    this.secret = reduceSecret(this.secret, event);
    if (event.from === "page" && event.event.type === "ended") this.pad.trouble = event.event.reason;
    // The parties have the newest model, or are back: what waited is asked now.
    const news = event.from === "alice" && event.event.type === "using";
    if (news && this.pad.reader === "shares") this.pad.readAgain();
    else this.changed();
  }
}
