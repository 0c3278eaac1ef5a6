// Keeps the pad's reading up to date: asks the client role, one drawing at a time.

import { startClient, type RoleLink } from "../roles/start";
import type { ClientCommand, ClientEvent, Reader } from "../../wasm/sotto.js";
import { answered, asked, begin, BLANK, question, revise, unanswered, undo, type Drawing, type Stroke } from "./drawing";

export class Pad {
  drawing: Drawing = BLANK;
  failure?: string;
  reader: Reader = "shares";
  /** Whether the client learns the digit alone. */
  label = false;
  /** Why whoever reads has just failed, for the drawing that was left unread. */
  trouble?: string;
  readonly client: RoleLink<ClientCommand>;

  constructor(
    /** Whether this reader could read now. */
    private readonly ready: (reader: Reader) => boolean,
    private readonly heard: (event: ClientEvent) => void,
    private readonly changed: () => void,
  ) {
    this.client = startClient((event) => this.hear(event));
  }

  /** Something is about to be drawn, erased or cleared. */
  begin(): void {
    this.drawing = begin(this.drawing);
  }

  undo(): void {
    this.drawing = undo(this.drawing);
    this.ask();
  }

  draw(strokes: Stroke[]): void {
    this.drawing = revise(this.drawing, strokes);
    this.ask();
  }

  /**
   * The same drawing is read again, unless it was given up: then it is read when it changes. Whoever
   * comes back after a failure has nothing new to say of a drawing that was answered.
   */
  readAgain(): void {
    const { id, problem, answer, strokes } = this.drawing;
    const settled = problem?.id === id || (this.trouble !== undefined && answer?.id === id);
    delete this.trouble;
    if (id > 0 && !settled) this.drawing = revise(this.drawing, strokes);
    this.ask();
  }

  /** Asks what is to be asked, if somebody can read it. */
  private ask(): void {
    const next = this.ready(this.reader) ? question(this.drawing, this.reader, this.label) : undefined;
    if (next) {
      this.client.send(next);
      this.drawing = asked(this.drawing, next.id);
    }
    this.changed();
  }

  private hear(event: ClientEvent): void {
    switch (event.type) {
      case "failed":
        // A session that ended is begun anew; the role itself is not.
        if (event.session === undefined) this.failure = event.reason;
        break;
      case "unreadable":
        this.drawing = unanswered(this.drawing, event.id, this.trouble ?? event.reason);
        break;
      case "prediction":
        delete this.failure;
        this.drawing = answered(this.drawing, event);
        break;
    }
    this.heard(event);
    this.ask();
  }
}
