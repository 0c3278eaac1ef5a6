// Keeps the pad's reading up to date: asks the client role, one drawing at a time, and has it read
// on secret shares or in the clear.

import { startClient, type RoleLink } from "../roles/start";
import type { AggregatorEvent, ClientCommand, ClientEvent, Reader } from "../../wasm/sotto.js";
import { answered, asked, BLANK, question, revise, unanswered, type Drawing, type Stroke } from "./drawing";
import { Parties } from "./parties";
import { reduceSecret, SECRET_BEFORE, type SecretEvent, type SecretShow } from "./secret";

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;

export class Classifier {
  drawing: Drawing = BLANK;
  secret: SecretShow = SECRET_BEFORE;
  failure?: string;
  reader: Reader = "shares";
  /** Whether the client learns the digit alone. */
  label = false;
  readonly parties: Parties;
  private readonly client: RoleLink<ClientCommand>;
  private model?: ModelEvent;
  /** Why the last session of the parties ended, for the drawing that it left unread. */
  private trouble?: string;

  constructor(private readonly changed: () => void) {
    this.client = startClient((event) => this.heard(event));
    this.parties = new Parties(this.client, (event) => this.heardOf(event));
  }

  draw(strokes: Stroke[]): void {
    this.drawing = revise(this.drawing, strokes);
    this.ask();
  }

  /** A new model reads the same drawing again. */
  use(model: ModelEvent): void {
    this.model = model;
    this.parties.use(model);
    if (this.reader === "clear") this.readAgain();
  }

  /** Another reader reads the same drawing again. */
  choose(reader: Reader, label: boolean): void {
    this.reader = reader;
    this.label = label;
    this.readAgain();
  }

  /** Why a drawing cannot be read yet, or nothing. */
  waiting(): string {
    if (this.reader === "clear") return this.model ? "" : "The model is on its way.";
    return this.parties.using ? "" : "Alice, bob and the dealer are getting ready.";
  }

  private readAgain(): void {
    // The client knows a model of its own only while it reads in the clear.
    if (this.reader === "clear" && this.model) {
      const { preset, round, weights } = this.model;
      this.client.send({ type: "model", preset, round, weights });
    }
    if (this.drawing.id > 0) this.drawing = revise(this.drawing, this.drawing.strokes);
    this.ask();
  }

  private heardOf(event: SecretEvent): void {
    this.secret = reduceSecret(this.secret, event);
    if (event.from === "page" && event.event.type === "ended") this.trouble = event.event.reason;
    // The parties have the newest model, or are back: what waited is asked now.
    if (event.from === "alice" && event.event.type === "using" && this.reader === "shares") {
      delete this.trouble;
      if (this.drawing.id > 0 && !this.unread()) this.drawing = revise(this.drawing, this.drawing.strokes);
      this.ask();
    } else {
      this.changed();
    }
  }

  private heard(event: ClientEvent): void {
    switch (event.type) {
      case "failed":
        if (event.role === undefined && event.step === undefined) this.failure = event.reason;
        break;
      case "unreadable":
        this.drawing = unanswered(this.drawing, event.id, this.trouble ?? event.reason);
        break;
      case "prediction":
        this.drawing = answered(this.drawing, event);
        break;
    }
    this.parties.heardClient(event);
    this.ask();
  }

  /** Whether the drawing was given up: it is read again when it changes. */
  private unread(): boolean {
    return this.drawing.problem?.id === this.drawing.id;
  }

  private ask(): void {
    const ready = this.reader === "shares" ? this.parties.using : this.model;
    const next = ready ? question(this.drawing, this.reader, this.label) : undefined;
    if (next) {
      this.client.send(next);
      this.drawing = asked(this.drawing, next.id);
    }
    this.changed();
  }
}
