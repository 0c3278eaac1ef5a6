// A silo of this tab: whose digits they are shares them with alice and bob, and with every new session anew.

import { dataUrl, startSilo, type RoleLink } from "../roles/start";
import type { Course, RoleWay, SiloCommand, SiloEvent } from "../../wasm/sotto.js";
import type { Failed } from "../roles/serve";
import { PAD_SIZE, PEN_WIDTH, type Stroke } from "./drawing";

/** Training in the clear on the same digits, to compare. */
export type Plain = Omit<Extract<SiloEvent, { type: "plain" }>, "type">;

export interface SiloShow {
  /** What alice and bob have got of this session. */
  digits: number;
  /** To each of them. */
  bytes: number;
  /** The first of what was shared last; it stays here. */
  first?: { label: number; image: Uint8Array };
  plain?: Plain;
  notice?: string;
}

type Given = Extract<SiloCommand, { type: "digits" | "drawing" }>;

export class Silo {
  show: SiloShow = { digits: 0, bytes: 0 };
  /** Whether there is somebody to share with. */
  open = false;
  private role?: RoleLink<SiloCommand>;
  private links: RoleWay[] = [];
  private readonly given: Given[] = [];

  /** `place`: whose digits these are. */
  constructor(
    private readonly changed: () => void,
    public place = 0,
  ) {}

  /** A session begins: what was given before is shared again. */
  begin(links: RoleWay[]): void {
    this.end();
    this.links = links;
    this.open = true;
    for (const given of this.given) this.send(given);
    this.changed();
  }

  end(): void {
    this.role?.end();
    delete this.role;
    this.open = false;
    this.show = { digits: 0, bytes: 0 };
  }

  /** More training digits of its place. */
  shareDigits(count: number): void {
    const from = this.given.reduce((sum, given) => sum + (given.type === "digits" ? given.count : 0), 0);
    this.give({ type: "digits", index: this.place, from, count });
  }

  shareDrawing(strokes: Stroke[], label: number): void {
    this.give({ type: "drawing", width: PAD_SIZE, height: PAD_SIZE, pen: PEN_WIDTH, strokes, label });
  }

  /** The same training in the clear. */
  trainPlain(course: Course): void {
    this.show = { ...this.show, plain: { step: 0, steps: 0, millis: 0 } };
    this.send({ type: "plain", course });
    this.changed();
  }

  private give(given: Given): void {
    this.given.push(given);
    if (this.open) this.send(given);
  }

  private send(command: SiloCommand): void {
    if (!this.role) {
      const role = startSilo((event) => this.role === role && this.heard(event));
      this.role = role;
      role.send({ type: "open", links: this.links, data: dataUrl() });
    }
    this.role.send(command);
  }

  private heard(event: SiloEvent | Failed): void {
    const { show } = this;
    switch (event.type) {
      case "ready":
        return;
      case "contributed": {
        const { notice: _, ...rest } = show;
        const { digits, bytes, label, image } = event;
        this.show = { ...rest, digits: show.digits + digits, bytes: show.bytes + bytes, first: { label, image } };
        break;
      }
      case "plain": {
        const { type: _, ...plain } = event;
        this.show = { ...show, plain };
        break;
      }
      case "unshared":
      case "failed": {
        const { plain: _, ...rest } = show;
        this.show = { ...rest, notice: event.reason };
        break;
      }
    }
    this.changed();
  }
}
