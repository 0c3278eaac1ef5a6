// Keeps the pad's reading up to date: asks the client role, one drawing at a time.

import { startClient, type RoleLink } from "../roles/start";
import type { AggregatorEvent, ClientCommand, ClientEvent } from "../../wasm/sotto.js";
import { answered, asked, BLANK, question, revise, unanswered, type Drawing, type Stroke } from "./drawing";

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;

export class Classifier {
  drawing: Drawing = BLANK;
  failure?: string;
  private readonly client: RoleLink<ClientCommand>;
  private ready = false;

  constructor(private readonly changed: () => void) {
    this.client = startClient((event) => this.heard(event));
  }

  draw(strokes: Stroke[]): void {
    this.drawing = revise(this.drawing, strokes);
    this.ask();
  }

  /** A new model reads the same drawing again. */
  use({ preset, round, weights }: ModelEvent): void {
    this.client.send({ type: "model", preset, round, weights });
    this.ready = true;
    if (this.drawing.id > 0) this.drawing = revise(this.drawing, this.drawing.strokes);
    this.ask();
  }

  private heard(event: ClientEvent): void {
    switch (event.type) {
      case "failed":
        this.failure = event.reason;
        break;
      case "unreadable":
        this.drawing = unanswered(this.drawing, event.id, event.reason);
        break;
      case "prediction":
        this.drawing = answered(this.drawing, event);
        break;
    }
    this.ask();
  }

  private ask(): void {
    const next = this.ready ? question(this.drawing) : undefined;
    if (next) {
      this.client.send(next);
      this.drawing = asked(this.drawing, next.id);
    }
    this.changed();
  }
}
