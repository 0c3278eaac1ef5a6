// The links of a session: message ports between roles of this page, broadcast channels where one end lives
// in a tab of its own. Any number of silos, here and in tabs, reach a party by one channel.

import type { RoleName, RoleWay } from "../../wasm/sotto.js";

const PAIRS: readonly (readonly [RoleName, RoleName])[] = [
  ["alice", "bob"],
  ["dealer", "alice"],
  ["dealer", "bob"],
  ["client", "alice"],
  ["client", "bob"],
  ["owner", "alice"],
  ["owner", "bob"],
  ["silo", "alice"],
  ["silo", "bob"],
];

/** Every role's ends. */
export function layLinks(room: string, session: string, isHere: (role: RoleName) => boolean): Map<RoleName, RoleWay[]> {
  const ends = new Map<RoleName, RoleWay[]>();
  const add = (role: RoleName, way: RoleWay) => ends.set(role, [...(ends.get(role) ?? []), way]);
  for (const [a, b] of PAIRS) {
    if (isHere(a) && isHere(b) && a !== "silo") {
      const { port1, port2 } = new MessageChannel();
      add(a, { role: b, port: port1 });
      add(b, { role: a, port: port2 });
    } else {
      const name = (from: RoleName, to: RoleName) => `sotto/${room}/${session}/${from}/${to}`;
      add(a, { role: b, inbox: name(b, a), outbox: name(a, b) });
      add(b, { role: a, inbox: name(a, b), outbox: name(b, a) });
    }
  }
  return ends;
}

/** The ports in a role's ends, which are handed over to it. */
export const portsOf = (links: RoleWay[]): MessagePort[] => links.flatMap((link) => ("port" in link ? [link.port] : []));
