// Runs sessions of encrypted classification: starts the roles, links them, hands them the newest
// model, and begins anew when one of them fails. It never sees a share.

import { detach } from "../errors";
import { dataUrl, startDealer, startOwner, startParty, type RoleLink } from "../roles/start";
import type { Failed } from "../roles/serve";
import type {
  AggregatorEvent,
  ClientCommand,
  ClientEvent,
  Course,
  DealerEvent,
  ModelInfo,
  OwnerCommand,
  OwnerEvent,
  PartyEvent,
  RoleFailed,
  RoleName,
  RoleWay,
  Saving,
} from "../../wasm/sotto.js";
import {
  ControlChannel,
  HELPERS,
  isTabRole,
  tabLock,
  TAB_ROLES,
  type Control,
  type Far,
  type Helper,
  type SessionLink,
  type TabCommand,
  type TabEvent,
  type TabRole,
} from "./control";
import { text } from "../text";
import { layLinks, nearOf, portsOf, type Place } from "./links";
import type { Remote } from "./remote";
import { Silo } from "./silo";
import type { SecretEvent } from "./secret";

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;
/** The way to those who are elsewhere, and this page's own end of it. */
export type Elsewhere = Far & Pick<Remote, "endpoint">;
type Local = Pick<RoleLink<TabCommand>, "send" | "end">;

/** Sessions that may fail within a minute; then the page gives up until something changes. */
const FAILURES_MAX = 3;
const MINUTE_MS = 60_000;
/** How long a tab may take to be ready. */
const TAB_READY_MS = 5000;
const FRACTION = 8;

interface Session {
  name: string;
  /** The roles in tabs, by the tab that has each. */
  tabs: Map<TabRole, string>;
  here: Map<Helper, Local>;
  owner?: RoleLink<OwnerCommand>;
  /** Rounds behind each model that was shared. */
  rounds: Map<number, number>;
  /** Called when a tab's role can be reached. */
  ready: Map<TabRole, () => void>;
}

export class Parties {
  /** The model that drawings are read with, once the parties have it. */
  using?: ModelInfo;
  private session?: Session;
  private model?: ModelEvent;
  private fraction = FRACTION;
  /** What a person has chosen that gates save, until alice or bob moves. */
  private chosen?: Saving;
  /** Whether alice and bob are on two machines. */
  private apart = false;
  /** When the last sessions failed. */
  private failures: number[] = [];
  private control?: ControlChannel;
  private room = "";
  /** Tabs that offer a role. */
  private readonly offers = new Map<TabRole, string>();
  /** The page's own digits to train on. */
  readonly silo = new Silo(() => this.tell({ from: "page", event: { type: "silo" } }));
  /** Drawings are read with what was trained on shares, and not with the room's model. */
  private takes = false;
  private siloLinks: RoleWay[] = [];
  /** The places of data owners in tabs. */
  private readonly silos = new Map<string, number>();

  constructor(
    private readonly client: RoleLink<ClientCommand>,
    private readonly tell: (event: SecretEvent) => void,
    private readonly remote: Elsewhere,
  ) {}

  /** The room is known: the first session begins, and tabs may take roles. */
  open(room: string): void {
    if (this.room) return;
    this.room = room;
    this.control = new ControlChannel(room, (message, claimed) => this.heardTab(message, claimed), this.remote);
    this.control.send({ type: "call" });
    this.begin();
  }

  /** The newest model: the parties compute with it from now on, unless they have one of their own. */
  use(model: ModelEvent): void {
    this.model = model;
    if (!this.takes) this.share();
    this.revive();
  }

  train(course: Course): void {
    // What the parties read with is of a training that is no longer the last: its precision could not be changed.
    if (this.takes) this.readTrained(false);
    this.session?.owner?.send({ type: "train", course });
  }

  pauseTraining(on: boolean): void {
    this.session?.owner?.send({ type: on ? "pauseTraining" : "resumeTraining" });
  }

  /** The parties read with what they have trained, which nobody has opened; or with the room's model again. */
  readTrained(on: boolean): void {
    this.takes = on;
    if (on) this.session?.owner?.send({ type: "take", fraction: this.fraction, saving: this.saving });
    else this.share();
  }

  precise(fraction: number): void {
    this.fraction = fraction;
    this.tell({ from: "page", event: { type: "fraction", fraction } });
    this.shareAnew();
  }

  save(saving: Saving): void {
    this.chosen = saving;
    this.tell({ from: "page", event: { type: "saving", saving } });
    this.shareAnew();
  }

  fix(value: number, fraction: number): void {
    this.session?.owner?.send({ type: "fix", value, fraction });
  }

  evaluate(count: number): void {
    this.tell({ from: "page", event: { type: "evaluating", total: count } });
    this.session?.owner?.send({ type: "classify", count });
    this.client.send({ type: "evaluate", count, data: dataUrl() });
  }

  pause(on: boolean): void {
    this.tell({ from: "page", event: { type: "paused", on } });
    this.client.send({ type: on ? "pause" : "resume" });
  }

  halt(): void {
    this.tell({ from: "page", event: { type: "stopped" } });
    this.client.send({ type: "stop" });
  }

  /** Ends a role without a word, as a crash would. */
  kill(role: Helper): void {
    // What somebody asked for is no reason to give up.
    this.failures = [];
    const tab = this.session?.tabs.get(role);
    if (tab) this.control?.send({ type: "crash", tab });
    else this.session?.here.get(role)?.end();
  }

  garble(role: "alice" | "bob"): void {
    this.failures = [];
    this.command(role, { type: "garble" });
  }

  openTab(role: TabRole | "silo"): void {
    const query = new URLSearchParams({ role, room: this.room });
    window.open(`./party.html?${query}`, "_blank", "noopener");
  }

  /** What the client's role says. */
  heardClient(event: ClientEvent): void {
    this.tell({ from: "client", event });
    // A session that is no more may still be mourned.
    const { session } = this;
    if (event.type === "failed" && session && event.session === session.name) this.fail(session, event);
  }

  /** The parties compute with the same model in another way. */
  private shareAnew(): void {
    if (this.takes) this.readTrained(true);
    else this.share();
    this.revive();
  }

  /** Rounds where alice and bob are on two machines, unless a person has chosen. */
  private get saving(): Saving {
    return this.chosen ?? (this.apart ? "rounds" : "bytes");
  }

  /** Notes where alice and bob are; once one of them has moved, a choice made before is over. */
  private look(tabs: ReadonlyMap<TabRole, string>): void {
    const [alice, bob] = (["alice", "bob"] as const).map((role) => {
      const tab = tabs.get(role);
      return tab === undefined ? undefined : this.control?.homeOf(tab);
    });
    const apart = alice !== bob;
    if (apart !== this.apart) delete this.chosen;
    this.apart = apart;
  }

  private share(): void {
    const { model, session, fraction, saving } = this;
    if (!model || !session?.owner) return;
    const { preset, round, weights } = model;
    session.owner.send({ type: "model", preset, round, fraction, saving, weights });
  }

  private command(role: TabRole, command: TabCommand): void {
    const tab = this.session?.tabs.get(role);
    if (tab) this.control?.send({ type: "command", tab, command });
    else if (role === "client") this.client.send(command as ClientCommand);
    else this.session?.here.get(role)?.send(command);
  }

  private begin(): void {
    this.end();
    const tabs = new Map(this.offers);
    const session: Session = { name: crypto.randomUUID(), tabs, here: new Map(), rounds: new Map(), ready: new Map() };
    this.session = session;
    detach(this.link(session, tabs), "beginning a session", (reason) => this.fail(session, { type: "failed", reason }));
  }

  /** Links the roles of a new session, and starts those that live in this page. */
  private async link(session: Session, tabs: ReadonlyMap<TabRole, string>): Promise<void> {
    this.look(tabs);
    const far = [...tabs].filter(([, tab]) => this.control?.homeOf(tab) !== undefined).map(([role]) => role);
    this.tell({ from: "page", event: { type: "session", tabs: [...tabs.keys()], far, saving: this.saving } });
    const placeOf = (role: RoleName) => this.placeOf(role, tabs);
    const isHere = (role: RoleName) => placeOf(role) === "page";
    const { ends, ways } = layLinks(this.room, session.name, placeOf, this.remote.endpoint);
    const links = (role: RoleName) => ends.get(role) ?? [];
    const near = (role: RoleName) => nearOf(links(role));
    this.remote.lay(ways);

    await Promise.all([...tabs].map(([role, tab]) => this.reach(session, role, tab, links(role))));
    if (this.session !== session) return;
    for (const role of HELPERS) {
      if (isHere(role)) this.start(session, role, near(role));
    }
    const owner = startOwner((event) => this.heardOwner(session, event));
    session.owner = owner;
    owner.send({ type: "open", links: near("owner"), data: dataUrl() }, portsOf(near("owner")));
    if (isHere("client")) {
      this.client.send({ type: "open", session: session.name, links: near("client") }, portsOf(near("client")));
    }
    // What alice sees in a tab of her own stays there: with the dealer's masks it would be the plaintext.
    if (isHere("alice")) this.command("alice", { type: "watch", on: true });
    this.share();
    this.siloLinks = near("silo");
    this.silo.begin(this.siloLinks);
    this.control?.send({ type: "session" });
  }

  /** Silos are many: they reach a party by channels, wherever they are. */
  private placeOf(role: RoleName, tabs: ReadonlyMap<TabRole, string>): Place {
    if (role === "silo") return "tab";
    const tab = isTabRole(role) ? tabs.get(role) : undefined;
    if (tab === undefined) return "page";
    const endpoint = this.control?.homeOf(tab);
    return endpoint === undefined ? "tab" : { endpoint };
  }

  private end(): void {
    const { session } = this;
    delete this.session;
    delete this.using;
    this.takes = false;
    this.silo.end();
    for (const role of session?.here.values() ?? []) role.end();
    for (const tab of session?.tabs.values() ?? []) this.control?.send({ type: "ended", tab });
    session?.owner?.end();
    this.client.send({ type: "close" });
  }

  private start(session: Session, role: Helper, links: Parameters<typeof portsOf>[0]): void {
    const ports = portsOf(links);
    if (role === "dealer") {
      const dealer = startDealer((event) => this.heardDealer(session, event));
      session.here.set(role, dealer as Local);
      dealer.send({ type: "open", links }, ports);
    } else {
      const party = startParty((event) => this.heardParty(session, role, event));
      session.here.set(role, party as Local);
      party.send({ type: "open", role, links }, ports);
    }
  }

  /** Has a tab take its role; a tab that does not answer loses it. */
  private async reach(session: Session, role: TabRole, tab: string, links: SessionLink[]): Promise<void> {
    const ready = new Promise<boolean>((resolve) => {
      session.ready.set(role, () => resolve(true));
      setTimeout(() => resolve(false), TAB_READY_MS);
    });
    this.control?.send({ type: "begin", tab, session: session.name, links });
    if ((await ready) || this.session !== session) return;
    this.offers.delete(role);
    this.fail(session, { type: "failed", reason: text.secret.panel.silentTab(text.roles.name[role]), role });
  }

  /** `claimed`: what one who is elsewhere was let in as. */
  private heardTab(message: Control, claimed?: string): void {
    switch (message.type) {
      case "offer":
        if (claimed === undefined || claimed === message.role) this.take(message.role, message.tab);
        break;
      case "silo":
        if (this.session && this.silo.open) {
          const { tab } = message;
          // The page's own is place 0.
          const place = this.silos.get(tab) ?? this.silos.size + 1;
          this.silos.set(tab, place);
          this.control?.send({ type: "links", tab, session: this.session.name, links: this.siloLinks, place });
        }
        break;
      case "event": {
        const { session } = this;
        const role = TAB_ROLES.find((one) => session?.tabs.get(one) === message.tab);
        if (!session || session.name !== message.session || !role) return;
        if (message.event.type === "ready") session.ready.get(role)?.();
        if (role === "client") this.heardTabOfClient(session, message.event);
        else if (role === "dealer") this.heardDealer(session, message.event as DealerEvent);
        else this.heardParty(session, role, message.event as PartyEvent);
        break;
      }
    }
  }

  private take(role: TabRole, tab: string): void {
    const before = this.offers.get(role);
    if (before === tab) return;
    if (before) this.control?.send({ type: "dismissed", tab: before });
    this.offers.set(role, tab);
    const left = this.gone(tab).then(() => {
      if (this.offers.get(role) !== tab) return;
      this.offers.delete(role);
      if (!this.session || this.session.tabs.get(role) === tab) this.begin();
    });
    detach(left, `waiting for the tab of ${role} to close`);
    this.begin();
  }

  /** When a tab is no more: it holds a lock as long as it lives, and elsewhere the bridge knows. */
  private gone(tab: string): Promise<unknown> {
    const home = this.control?.homeOf(tab);
    if (home !== undefined) return this.remote.gone(home);
    return navigator.locks.request(tabLock(this.room, tab), { mode: "shared" }, () => undefined);
  }

  private heardParty(session: Session, role: "alice" | "bob", event: PartyEvent | Failed): void {
    if (this.session !== session) return;
    if (event.type === "failed") return this.fail(session, event);
    if (event.type === "using" && role === "alice") {
      // A client in a tab is told as well; the page's own pad has nobody to read it then.
      if (!session.tabs.has("client")) this.using = event.model;
      this.command("client", { type: "using", model: event.model, round: session.rounds.get(event.model.number) ?? 0 });
    }
    this.tell({ from: role, event });
  }

  private heardTabOfClient(session: Session, event: TabEvent): void {
    if (event.type === "failed") this.fail(session, event);
  }

  private heardDealer(session: Session, event: DealerEvent | Failed): void {
    if (this.session !== session) return;
    if (event.type === "failed") this.fail(session, event);
    else this.tell({ from: "dealer", event });
  }

  private heardOwner(session: Session, event: OwnerEvent | Failed): void {
    if (this.session !== session) return;
    if (event.type === "shared") session.rounds.set(event.model.number, event.round);
    if (event.type === "failed") this.fail(session, event);
    else this.tell({ from: "owner", event });
  }

  /** Ends the session: what it dealt is never used again. A new one begins, unless that has failed too often. */
  private fail(session: Session, { reason, role, step }: RoleFailed | (Failed & Partial<RoleFailed>)): void {
    if (this.session !== session) return;
    const now = Date.now();
    this.failures = [...this.failures.filter((at) => now - at < MINUTE_MS), now];
    this.tell({
      from: "page",
      event: { type: "ended", reason, ...(role !== undefined && { role }), ...(step !== undefined && { step }) },
    });
    if (this.failures.length <= FAILURES_MAX) this.begin();
    else this.end();
  }

  /** Tries again after giving up, when there is something new to try. */
  private revive(): void {
    if (this.session || !this.room) return;
    this.failures = [];
    this.begin();
  }
}
