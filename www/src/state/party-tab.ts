// A tab that takes one role of the parties: it offers itself to the room's page, and runs the role
// in every session that the page gives it.

import { detach } from "../errors";
import { startDealer, startParty, type RoleLink } from "../roles/start";
import type { Failed } from "../roles/serve";
import type { ClientEvent, RemoteWay } from "../../wasm/sotto.js";
import { ControlChannel, tabLock, type Control, type Far, type SessionLink, type TabCommand, type TabEvent, type TabRole } from "./control";
import { portsOf, unpacked } from "./links";
import { Pad } from "./pad";

const FAR_COMMANDS: TabCommand["type"][] = ["watch", "garble", "using"];
/** How often it offers itself until a page answers. */
const OFFER_MS = 2000;

export interface PartyShow {
  /** `searching`: no page has answered; `dismissed`: the role has gone elsewhere. */
  phase: "searching" | "working" | "failed" | "dismissed";
  reason?: string;
  /** Why this tab can take no role. */
  trouble?: string;
  sessions: number;
  classified: number;
  last?: Extract<TabEvent, { type: "classified" }>;
  dealt: { count: number; bytes: number; millis: number };
  stock: number;
}

export class PartyTab {
  show: PartyShow = { phase: "searching", sessions: 0, classified: 0, dealt: { count: 0, bytes: 0, millis: 0 }, stock: 0 };
  /** The client's own. */
  readonly pad?: Pad;
  private readonly tab = crypto.randomUUID();
  private readonly control: ControlChannel;
  private running?: RoleLink<TabCommand>;
  private session = "";
  /** The client: whether the parties have a model. */
  private using = false;

  constructor(
    readonly role: TabRole,
    readonly room: string,
    private readonly changed: () => void,
    private readonly far?: Far,
  ) {
    this.control = new ControlChannel(room, (message) => this.heard(message), far, far !== undefined);
    if (role === "client")
      this.pad = new Pad(
        () => this.using,
        (event) => this.heardClient(event),
        changed,
      );
    // Held until this tab closes, crashes or is reloaded; that is how the page notices.
    const held = navigator.locks.request(tabLock(room, this.tab), () => {
      this.offer();
      return new Promise(() => {});
    });
    detach(held, "holding the lock of this tab", (trouble) => this.update({ trouble }));
    setInterval(() => this.show.phase === "searching" && this.offer(), OFFER_MS);
  }

  /** The room's page has let it in, perhaps again. */
  entered(): void {
    if (this.show.phase === "dismissed") this.update({ phase: "searching" });
    this.offer();
  }

  private offer(): void {
    this.control.send({ type: "offer", tab: this.tab, role: this.role });
  }

  private heard(message: Control): void {
    if (message.type === "call" && this.show.phase !== "dismissed") return this.offer();
    if (!("tab" in message) || message.tab !== this.tab || this.show.phase === "dismissed") return;
    switch (message.type) {
      case "begin":
        this.begin(message.session, message.links);
        break;
      case "command":
        // A page elsewhere may ask for what its own could see, and no more.
        if (this.far && !FAR_COMMANDS.includes(message.command.type)) return;
        this.running?.send(message.command);
        if (message.command.type === "using") {
          this.using = true;
          this.pad?.readAgain();
        }
        break;
      case "crash":
        this.running?.end();
        break;
      case "ended":
        this.leave();
        // It offers itself until a session begins.
        this.update({ phase: "searching" });
        break;
      case "dismissed":
        this.leave();
        this.update({ phase: "dismissed" });
        break;
    }
  }

  /** The room's page is out of reach: it will begin anew. */
  lost(): void {
    this.leave();
    if (this.show.phase !== "dismissed") this.update({ phase: "searching" });
  }

  private begin(session: string, given: SessionLink[]): void {
    this.session = session;
    const { links, ways } = unpacked(this.far ? given.filter((link) => "peer" in link) : given);
    this.far?.lay(ways);
    this.miss(session, ways);
    this.using = false;
    this.update({ phase: "working", sessions: this.show.sessions + 1, stock: 0 });
    if (this.pad) {
      // The client lives on from session to session: it holds no party's secrets.
      this.pad.client.send({ type: "open", session, links }, portsOf(links));
      this.running = this.pad.client as RoleLink<TabCommand>;
      this.tell({ type: "ready" });
      return;
    }
    this.running?.end();
    const show = (event: TabEvent | Failed) => {
      if (this.session !== session) return;
      this.tell(event);
      this.see(event);
    };
    const { role } = this;
    const running = role === "dealer" ? startDealer(show) : startParty(show);
    this.running = running as RoleLink<TabCommand>;
    this.running.send(role === "alice" || role === "bob" ? { type: "open", role, links } : { type: "open", links }, portsOf(links));
    if (role !== "dealer") this.running.send({ type: "watch", on: true });
  }

  /** The room's page cannot see a link between two guests: it hears of one that has died, and begins anew. */
  private miss(session: string, ways: RemoteWay[]): void {
    for (const peer of new Set(ways.map((way) => way.peer))) {
      const left = this.far?.gone(peer).then((reason) => {
        if (this.session === session && this.show.phase === "working") this.fail(reason);
      });
      if (left) detach(left, "waiting for another guest to leave");
    }
  }

  private fail(reason: string): void {
    const failed = { type: "failed", reason } as const;
    this.tell(failed);
    this.see(failed);
  }

  private tell(event: TabEvent): void {
    // Every tab of the room hears this channel: of what was on the wires it tells times and sizes alone.
    if (event.type === "classified") event = { ...event, seen: [] };
    this.control.send({ type: "event", tab: this.tab, session: this.session, event });
  }

  /** Lets go of everything that belongs to the session. */
  private leave(): void {
    this.using = false;
    if (this.pad) this.pad.client.send({ type: "close" });
    else this.running?.end();
  }

  /** Drawings and answers stay here; the page hears of failures alone. */
  private heardClient(event: ClientEvent): void {
    if (event.type === "prediction" && event.digit !== undefined) this.update({ classified: this.show.classified + 1 });
    if (event.type === "failed" && event.session === this.session) {
      this.tell(event);
      this.update({ phase: "failed", reason: event.reason });
    }
  }

  private see(event: TabEvent | Failed): void {
    switch (event.type) {
      case "failed":
        return this.update({ phase: "failed", reason: event.reason });
      case "stock":
        return this.update({ stock: event.count });
      case "classified":
        return this.update({ classified: this.show.classified + event.batch, last: event });
      case "dealt": {
        const { count, bytes } = this.show.dealt;
        const dealt = { count: count + 1, bytes: bytes + event.alice + event.bob, millis: event.millis };
        return this.update({ dealt });
      }
    }
  }

  private update(change: Partial<PartyShow>): void {
    this.show = { ...this.show, ...change };
    this.changed();
  }
}
