// A link by which others come: broker and credentials for it, room's secret, its host's fingerprint and the role, in the part of an
// address that browsers send to nobody. The form is that of crates/link/src/invite.rs.

import type { RoomKeys } from "../../wasm/sotto.js";

import { credentialIn, credentialText } from "./credential";
import { isTabRole, type TabRole } from "./control";

/** What somebody comes as. */
export type Claim = "worker" | TabRole;

export interface Invite {
  secret: string;
  /** The fingerprint of the host, who alone is taken for the room's page. */
  host: string;
  broker: string;
  claim: Claim;
  /** What the broker is shown. */
  auth?: string;
}

/** What is wrong with a link: it is not whole, or of another version. The first one did not name the host. */
export type Unread = "broken" | "old" | "new";

const VERSION = 2;

/** The invitation in an address's fragment, what is wrong with it, or nothing where there is none. */
export function inviteIn(hash: string): Invite | Unread | undefined {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const secret = parts.get("join");
  if (secret === null) return undefined;
  if (!HEX_16.test(secret)) return "broken";
  const version = /^\d{1,9}$/.exec(parts.get("v") ?? "1")?.[0];
  if (version === undefined) return "broken";
  if (Number(version) !== VERSION) return Number(version) < VERSION ? "old" : "new";
  const host = parts.get("host") ?? "";
  const broker = parts.get("broker") ?? "";
  const claim = parts.get("claim") ?? "worker";
  const known = claim === "worker" || (isTabRole(claim) && claim);
  const auth = parts.get("auth") ?? undefined;
  const isWhole = HEX_16.test(host) && isBroker(broker) && known && (auth === undefined || credentialIn(auth));
  return isWhole ? { secret, host, broker, claim: claim as Claim, ...(auth !== undefined && { auth }) } : "broken";
}

/** The invitation of this page's address, if it is one for this role. */
export function inviteFor(claim: Claim): Invite | Unread | undefined {
  const invite = inviteIn(location.hash);
  return typeof invite === "object" && invite.claim !== claim ? "broken" : invite;
}

/** The page for the role, with the invitation. */
export function linkOf({ secret, host, broker, claim, auth }: Invite): string {
  const page = claim === "worker" ? "worker.html" : `party.html?role=${claim}`;
  const url = new URL(page, document.baseURI);
  url.hash = String(new URLSearchParams({ join: secret, v: String(VERSION), host, broker, claim, ...(auth !== undefined && { auth }) }));
  return url.href;
}

/** Whether this can be a broker's address. */
export function isBroker(address: string): boolean {
  try {
    return ["ws:", "wss:"].includes(new URL(address).protocol);
  } catch {
    // Whoever typed it is told that it is no address.
    return false;
  }
}

/** A broker, and what it is shown: by the room's page, and by those who come by its links. */
export interface Access {
  broker: string;
  own?: string;
  guests?: string;
}

/** Access as somebody typed it; in words what is wrong with it. */
export function accessIn(broker: string, own: string, guests: string): Access | "broker" | "credentials" {
  if (!isBroker(broker)) return "broker";
  const [mine, theirs] = [own, guests].map((text) => (text === "" ? undefined : (credentialIn(text) ?? "credentials")));
  if (mine === "credentials" || theirs === "credentials") return "credentials";
  return { broker, ...(mine && { own: credentialText(mine) }), ...(theirs && { guests: credentialText(theirs) }) };
}

/** A room that others were invited to, which a reload of its page opens again. One that an older version of this page kept has no keys that
 * are of use: it gets new ones, and so new links. */
export interface Hosted extends Access {
  keys?: RoomKeys;
}

const HEX_16 = /^[0-9a-f]{32}$/;
const HEX_32 = /^[0-9a-f]{64}$/;
const key = (room: string) => `sotto/invite/${room}`;

export function hostedBefore(room: string): Hosted | undefined {
  try {
    const { keys, broker = "", own = "", guests = "" } = JSON.parse(localStorage.getItem(key(room)) ?? "{}") as Partial<Hosted>;
    const access = accessIn(broker, own, guests);
    if (typeof access !== "object") return undefined;
    const areWhole = keys && HEX_16.test(keys.secret) && HEX_32.test(keys.identity);
    return areWhole ? { keys: { secret: keys.secret, identity: keys.identity }, ...access } : access;
  } catch (error) {
    console.warn("the room is not opened again to those elsewhere:", error);
    return undefined;
  }
}

export function rememberHosted(room: string, hosted: Hosted | undefined): void {
  try {
    if (hosted) localStorage.setItem(key(room), JSON.stringify(hosted));
    else localStorage.removeItem(key(room));
  } catch {
    // Then a reload closes the room to those elsewhere.
  }
}

/** Forgets every room's keys. */
export function forgetHosted(): void {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(key(""))) localStorage.removeItem(name);
  } catch {
    // There is nothing to forget.
  }
}
