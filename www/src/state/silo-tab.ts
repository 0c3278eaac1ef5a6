// A data owner's tab: it asks the room's page where alice and bob are, in every session anew.

import { ControlChannel } from "./control";
import { Silo } from "./silo";

/** How often it asks until a page answers. */
const ASK_MS = 2000;

export class SiloTab {
  readonly silo: Silo;
  private readonly tab = crypto.randomUUID();
  private session = "";

  constructor(
    readonly room: string,
    changed: () => void,
  ) {
    this.silo = new Silo(changed);
    const ask = () => control.send({ type: "silo", tab: this.tab });
    const control = new ControlChannel(room, (message) => {
      if (message.type === "session" || message.type === "call") ask();
      else if (message.type === "links" && message.tab === this.tab && message.session !== this.session) {
        this.session = message.session;
        this.silo.place = message.place;
        this.silo.begin(message.links);
      }
    });
    ask();
    setInterval(() => this.silo.open || ask(), ASK_MS);
  }

  share(count: number): void {
    this.silo.shareDigits(count);
  }
}
