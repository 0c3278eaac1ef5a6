// A link by which others come: broker and credentials for it, room's secret and role, in the part of an address that browsers send to nobody.

import { credentialIn, credentialText } from "./credential";
import { isTabRole, type TabRole } from "./control";

/** What somebody comes as. */
export type Claim = "worker" | TabRole;

export interface Invite {
  secret: string;
  broker: string;
  claim: Claim;
  /** What the broker is shown. */
  auth?: string;
}

/** The invitation in an address's fragment; in words what is wrong with it, or nothing where there is none. */
export function inviteIn(hash: string): Invite | "broken" | undefined {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const secret = parts.get("join");
  if (secret === null) return undefined;
  const broker = parts.get("broker") ?? "";
  const claim = parts.get("claim") ?? "worker";
  const known = claim === "worker" || (isTabRole(claim) && claim);
  const auth = parts.get("auth") ?? undefined;
  const isWhole = /^[0-9a-f]{32}$/.test(secret) && isBroker(broker) && known && (auth === undefined || credentialIn(auth));
  return isWhole ? { secret, broker, claim: claim as Claim, ...(auth !== undefined && { auth }) } : "broken";
}

/** The invitation of this page's address, if it is one for this role. */
export function inviteFor(claim: Claim): Invite | "broken" | undefined {
  const invite = inviteIn(location.hash);
  return typeof invite === "object" && invite.claim !== claim ? "broken" : invite;
}

/** The page for the role, with the invitation. */
export function linkOf({ secret, broker, claim, auth }: Invite): string {
  const page = claim === "worker" ? "worker.html" : `party.html?role=${claim}`;
  const url = new URL(page, document.baseURI);
  url.hash = String(new URLSearchParams({ join: secret, broker, claim, ...(auth !== undefined && { auth }) }));
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

/** A room that others were invited to, which a reload of its page opens again. */
export interface Hosted extends Access {
  secret: string;
}

const key = (room: string) => `sotto/invite/${room}`;

export function hostedBefore(room: string): Hosted | undefined {
  try {
    const { secret, broker = "", own = "", guests = "" } = JSON.parse(localStorage.getItem(key(room)) ?? "{}") as Partial<Hosted>;
    const access = accessIn(broker, own, guests);
    return typeof secret === "string" && /^[0-9a-f]{32}$/.test(secret) && typeof access === "object" ? { secret, ...access } : undefined;
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

/** Forgets every room's secret. */
export function forgetHosted(): void {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(key(""))) localStorage.removeItem(name);
  } catch {
    // There is nothing to forget.
  }
}
