// How a page and the tabs that take a role of its parties find each other: a broadcast channel a
// room. What a role computes with never passes here: shares and masked values go from role to role.

import type { ClientCommand, DealerCommand, DealerEvent, PartyCommand, PartyEvent, RoleFailed, RoleWay } from "../../wasm/sotto.js";

/** The roles that compute or deal. */
export const HELPERS = ["alice", "bob", "dealer"] as const;
export type Helper = (typeof HELPERS)[number];

/** The roles that can live in a tab of their own. */
export const TAB_ROLES = [...HELPERS, "client"] as const;
export type TabRole = (typeof TAB_ROLES)[number];

export type TabCommand = PartyCommand | DealerCommand | ClientCommand;
/** What a client in a tab draws and learns stays in its tab. */
export type TabEvent = PartyEvent | DealerEvent | RoleFailed;

export type Control =
  /** The page: which tabs are there? */
  | { type: "call" }
  /** A tab: it could take this role. */
  | { type: "offer"; tab: string; role: TabRole }
  /** The page: take the role in this session. */
  | { type: "begin"; tab: string; session: string; links: RoleWay[] }
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

  constructor(room: string, heard: (message: Control) => void) {
    this.channel = new BroadcastChannel(`sotto/${room}/parties`);
    this.channel.onmessage = ({ data }: MessageEvent<Control>) => heard(data);
  }

  send(message: Control): void {
    this.channel.postMessage(message);
  }
}

/** Held by a tab for as long as it lives. */
export const tabLock = (room: string, tab: string): string => `sotto/${room}/party/${tab}`;

export function isTabRole(name: string | null): name is TabRole {
  return TAB_ROLES.some((role) => role === name);
}
