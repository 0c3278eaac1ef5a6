// The links of a session: message ports between roles of this page, broadcast channels where one end lives
// in a tab of its own, ways over the bridge where it lives elsewhere. Any number of silos, here and in tabs,
// reach a party by one channel.

import type { RemoteWay, RoleName, RoleWay } from "../../wasm/sotto.js";
import type { FarLink, SessionLink } from "./control";

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

/** Where a role lives: in this page, in a tab beside it, or at the endpoint of this id. */
export type Place = "page" | "tab" | { endpoint: string };

export interface Laid {
  /** Every role's ends. */
  ends: Map<RoleName, SessionLink[]>;
  /** What the bridge of this page has to carry. */
  ways: RemoteWay[];
}

/** `here`: the id of this page's own endpoint. */
export function layLinks(room: string, session: string, placeOf: (role: RoleName) => Place, here: string): Laid {
  const ends: Laid["ends"] = new Map();
  const ways: RemoteWay[] = [];
  const add = (role: RoleName, link: SessionLink) => ends.set(role, [...(ends.get(role) ?? []), link]);
  const channel = (from: RoleName, to: RoleName) => `sotto/${room}/${session}/${from}/${to}`;
  /** Both ends are in this browser. */
  const near = (a: RoleName, b: RoleName, together: boolean) => {
    if (together) {
      const { port1, port2 } = new MessageChannel();
      add(a, { role: b, port: port1 });
      add(b, { role: a, port: port2 });
    } else {
      add(a, { role: b, inbox: channel(b, a), outbox: channel(a, b) });
      add(b, { role: a, inbox: channel(a, b), outbox: channel(b, a) });
    }
  };
  /** One end of a way to somebody elsewhere. */
  const end = (role: RoleName, other: RoleName, name: string) => {
    const [place, there] = [placeOf(role), placeOf(other)];
    const peer = typeof there === "object" ? there.endpoint : here;
    if (typeof place === "object") {
      add(role, { role: other, peer, name });
      return;
    }
    if (place === "page") {
      const { port1, port2 } = new MessageChannel();
      add(role, { role: other, port: port1 });
      ways.push({ peer, name, port: port2 });
      return;
    }
    // The bridge stands in for the other one, in the channels that a tab would use.
    add(role, { role: other, inbox: channel(other, role), outbox: channel(role, other) });
    ways.push({ peer, name, inbox: channel(role, other), outbox: channel(other, role) });
  };
  for (const [a, b] of PAIRS) {
    const places = [placeOf(a), placeOf(b)];
    if (places.some((place) => typeof place === "object")) {
      const name = `${session}/${a}/${b}`;
      end(a, b, name);
      end(b, a, name);
    } else {
      near(
        a,
        b,
        places.every((place) => place === "page"),
      );
    }
  }
  return { ends, ways };
}

/** The ports in a role's ends, which are handed over to it. */
export const portsOf = (links: RoleWay[]): MessagePort[] => links.flatMap((link) => ("port" in link ? [link.port] : []));

/** The links of a role that lives in this browser. */
export const nearOf = (links: SessionLink[]): RoleWay[] => links.filter((link): link is RoleWay => !("peer" in link));

/** What a guest makes of its links: ports for its role, and ways for its bridge. */
export function unpacked(links: SessionLink[]): { links: RoleWay[]; ways: RemoteWay[] } {
  const ways: RemoteWay[] = [];
  const port = ({ role, peer, name }: FarLink): RoleWay => {
    const { port1, port2 } = new MessageChannel();
    ways.push({ peer, name, port: port2 });
    return { role, port: port1 };
  };
  return { links: links.map((link) => ("peer" in link ? port(link) : link)), ways };
}
