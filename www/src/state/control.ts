// How a page and the tabs that take a role of its parties find each other: a broadcast channel a
// room. What a role computes with never passes here: shares and masked values go from role to role.

import { detach, hearUnread } from "../errors";
import type {
  ClientCommand,
  DealerCommand,
  DealerEvent,
  PartyCommand,
  PartyEvent,
  RemoteWay,
  RoleFailed,
  RoleName,
  RoleWay,
} from "../../wasm/sotto.js";

/** The roles that compute or deal. */
export const HELPERS = ["alice", "bob", "dealer"] as const;
export type Helper = (typeof HELPERS)[number];

/** The roles that can live in a tab of their own. */
export const TAB_ROLES = [...HELPERS, "client"] as const;
export type TabRole = (typeof TAB_ROLES)[number];

export type TabCommand = PartyCommand | DealerCommand | ClientCommand;
/** What a client in a tab draws and learns stays in its tab. */
export type TabEvent = PartyEvent | DealerEvent | RoleFailed;

/** How a role reaches another one, which may be elsewhere: then over a way of this name. */
export type SessionLink = RoleWay | FarLink;
export interface FarLink {
  role: RoleName;
  peer: string;
  name: string;
}

/** Those who are elsewhere, behind a bridge. */
export interface Far {
  /** To one of them, or to all. */
  say(text: string, to?: string): void;
  /** Called with what one says, and what it claims to be. */
  heard: (text: string, from: string, claim: string) => void;
  lay(ways: RemoteWay[]): void;
  /** When one has left, and why. A guest learns it where there was no farewell. */
  gone(who: string): Promise<string>;
}

export type Control =
  /** The page: which tabs are there? */
  | { type: "call" }
  /** A tab: it could take this role. */
  | { type: "offer"; tab: string; role: TabRole }
  /** The page: take the role in this session. */
  | { type: "begin"; tab: string; session: string; links: SessionLink[] }
  /** The page: a command for the role. */
  | { type: "command"; tab: string; command: TabCommand }
  /** A tab: what its role shows. */
  | { type: "event"; tab: string; session: string; event: TabEvent }
  /** The page: the session is over. */
  | { type: "ended"; tab: string }
  /** The page: the role shall end without a word, as in a crash. */
  | { type: "crash"; tab: string }
  /** A silo's tab: where are the parties? */
  | { type: "silo"; tab: string }
  /** The page: there they are, and `place` is whose digits the tab has. */
  | { type: "links"; tab: string; session: string; links: RoleWay[]; place: number }
  /** The page: the parties are new. */
  | { type: "session" }
  /** The page: the role has gone to another tab. */
  | { type: "dismissed"; tab: string };

export class ControlChannel {
  private readonly channel: BroadcastChannel;
  /** The tabs elsewhere, and where each is. */
  private readonly homes = new Map<string, string>();

  /** `claimed`: what the other end says it is, where that is elsewhere. A guest speaks with those alone. */
  constructor(
    room: string,
    private readonly heard: (message: Control, claimed?: string) => void,
    private readonly far?: Far,
    private readonly isGuest = false,
  ) {
    this.channel = new BroadcastChannel(`sotto/${room}/parties`);
    this.channel.onmessage = ({ data }: MessageEvent<Control>) => heard(data);
    hearUnread(this.channel, "between the page and the tabs of its roles");
    if (far) far.heard = (text, from, claim) => this.heardFar(far, text, from, claim);
  }

  /** To the tab that the message names, or to everybody. */
  send(message: Control): void {
    const isForTab = "tab" in message;
    const home = isForTab ? this.homes.get(message.tab) : undefined;
    if (this.isGuest || home !== undefined || !isForTab) this.far?.say(JSON.stringify(message), home);
    if (!this.isGuest && home === undefined) this.channel.postMessage(message);
  }

  /** Where a tab is, if it is elsewhere. */
  homeOf(tab: string): string | undefined {
    return this.homes.get(tab);
  }

  private heardFar(far: Far, text: string, from: string, claim: string): void {
    const message = controlIn(text);
    if (!message) return;
    if (claim === HOST) {
      if (!isOfHost(message)) return;
    } else {
      // A guest speaks for one tab, its own, in the role that it was let in for.
      if (!isOfGuest(message, claim)) return;
      const home = this.homes.get(message.tab);
      if (home === undefined && [...this.homes.values()].includes(from)) return;
      if ((home ?? from) !== from) return;
      if (home === undefined) {
        this.homes.set(message.tab, from);
        detach(
          far.gone(from).then(() => this.homes.delete(message.tab)),
          "waiting for a guest to leave",
        );
      }
    }
    this.heard(message, claim);
  }
}

const HOST = "host";

/** What somebody elsewhere says, as far as it is a message of this channel. */
function controlIn(text: string): Control | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return hasFields(message, { type: "string" }) ? (message as Control) : undefined;
  } catch {
    // Guests may send anything: what is no message is none.
    return undefined;
  }
}

/** Whether a guest with this claim may say this. */
function isOfGuest(message: Control, claim: string): message is Extract<Control, { type: "offer" | "event" }> {
  if (!hasFields(message, { tab: "string" }) || !isTabRole(claim)) return false;
  if (message.type === "offer") return message.role === claim;
  return message.type === "event" && hasFields(message, { session: "string" }) && isEvent(message.event, EVENTS[claim]);
}

/** Whether a room's page may say this to a guest. */
function isOfHost(message: Control): boolean {
  switch (message.type) {
    case "call":
      return true;
    case "begin":
      return hasFields(message, { tab: "string", session: "string", links: "list" }) && message.links.every(isLink);
    case "command":
      return hasFields(message, { tab: "string" }) && hasFields(message.command, { type: "string" });
    case "ended":
    case "crash":
    case "dismissed":
      return hasFields(message, { tab: "string" });
    default:
      return false;
  }
}

const isLink = (link: unknown): boolean =>
  hasFields(link, { role: "string" }) && (!("peer" in link) || hasFields(link, { peer: "string", name: "string" }));

type Kind = "string" | "number" | "boolean" | "list";
const STEP = {
  rounds: "number",
  sentBytes: "number",
  dealtBytes: "number",
  onlineMs: "number",
  waitedMs: "number",
  records: "list",
} as const;

type Events<Type extends string> = Record<Type, Record<string, Kind>>;
const ANYBODY = { ready: {}, failed: { reason: "string" } } satisfies Events<RoleFailed["type"] | "ready">;
const PARTY = {
  ...ANYBODY,
  using: {},
  stock: { batch: "number", label: "boolean", count: "number", bytes: "number" },
  classified: { number: "number", batch: "number", material: "number", prepareMs: "number", seen: "list", ...STEP },
  data: { contributions: "number", digits: "number" },
  training: { number: "number", digits: "number", step: "number", steps: "number", running: "boolean" },
  trained: { training: "number", step: "number", ...STEP },
  untrained: { reason: "string" },
} satisfies Events<PartyEvent["type"]>;
const DEALT = { number: "number", alice: "number", bob: "number", millis: "number" } as const;
const DEALER = { ...ANYBODY, dealt: DEALT, dealtStep: DEALT } satisfies Events<DealerEvent["type"]>;

/** What each role says, and what each event has to have; the rest is absent. */
const EVENTS: Record<TabRole, Events<string>> = { alice: PARTY, bob: PARTY, dealer: DEALER, client: ANYBODY };
const RECORD = { path: "string", peer: "string", way: "string", bytes: "number", at: "number" } as const;
const COURSE = {
  preset: "string",
  loss: "string",
  batch: "number",
  rate: "number",
  momentum: "number",
  epochs: "number",
  watched: "number",
} as const;
const MODEL = { number: "number", preset: "string", fraction: "number", saving: "string" } as const;

/** What a role elsewhere shows is shown here only if it has the form that is expected. */
function isEvent(event: unknown, known: Events<string>): event is TabEvent {
  if (!hasFields(event, { type: "string" })) return false;
  const type = String(event["type"]);
  const fields = Object.hasOwn(known, type) ? known[type] : undefined;
  if (!fields || !hasFields(event, fields)) return false;
  const records = event["records"];
  if (Array.isArray(records) && !records.every((record) => hasFields(record, RECORD))) return false;
  // What was on its wires stays with it.
  if (Array.isArray(event["seen"]) && event["seen"].length > 0) return false;
  if (type === "using") return isModel(event["model"]);
  if (type === "training") return hasFields(event["course"], COURSE);
  if (type === "failed") return isAbsentOr("string", event["role"]) && isAbsentOr("string", event["step"]);
  return isAbsentOr("number", event["loss"]);
}

const isAbsentOr = (kind: "string" | "number", value: unknown): boolean => value === undefined || typeof value === kind;

function isModel(model: unknown): boolean {
  if (!hasFields(model, MODEL)) return false;
  const counts = [model["number"], model["fraction"]];
  return counts.every((count) => Number.isInteger(count) && Number(count) >= 0) && ["bytes", "rounds"].includes(String(model["saving"]));
}

function hasFields(value: unknown, fields: Record<string, Kind>): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const of = value as Record<string, unknown>;
  return Object.entries(fields).every(([name, kind]) => (kind === "list" ? Array.isArray(of[name]) : typeof of[name] === kind));
}

/** Held by a tab for as long as it lives. */
export const tabLock = (room: string, tab: string): string => `sotto/${room}/party/${tab}`;

export function isTabRole(name: string | null): name is TabRole {
  return TAB_ROLES.some((role) => role === name);
}
