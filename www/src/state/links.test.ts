import { once } from "node:events";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";

import type { RoleName } from "../../wasm/sotto.js";
import type { SessionLink } from "./control";
import { layLinks, nearOf, portsOf, unpacked, type Laid, type Place } from "./links";

const ROLES: RoleName[] = ["alice", "bob", "dealer", "client", "owner", "silo"];
const PAIRS = [
  "alice bob",
  "dealer alice",
  "dealer bob",
  "client alice",
  "client bob",
  "owner alice",
  "owner bob",
  "silo alice",
  "silo bob",
];

const opened: MessagePort[] = [];
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

/** Links of a session whose ports are closed after the test. */
function laid(places: Partial<Record<RoleName, Place>>): Laid {
  const all = layLinks("room", "s", (role) => places[role] ?? "page", "here");
  opened.push(...[...all.ends.values()].flatMap((ends) => portsOf(nearOf(ends))));
  opened.push(...all.ways.flatMap((way) => ("port" in way ? [way.port] : [])));
  return all;
}

const endOf = ({ ends }: Laid, role: RoleName, other: RoleName): SessionLink => {
  const found = (ends.get(role) ?? []).filter((link) => link.role === other);
  if (found.length !== 1 || !found[0]) throw new Error(`${role} has ${found.length} links to ${other}`);
  return found[0];
};

/** What is posted next to a port. */
async function hears(port: MessagePort): Promise<unknown> {
  const [message] = await once(port, "message");
  return message;
}

const place: fc.Arbitrary<Place> = fc.oneof(
  fc.constant("page" as const),
  fc.constant("tab" as const),
  fc.constantFrom("x", "y").map((endpoint) => ({ endpoint })),
);

test("wherever the roles live, each pair has both ends of one link, and others have none", () => {
  fc.assert(
    fc.property(fc.record({ alice: place, bob: place, dealer: place, client: place }), (places) => {
      const all = laid({ ...places, silo: "tab" });
      const there = ROLES.flatMap((role) => (all.ends.get(role) ?? []).map((link) => [role, link.role].join(" ")));
      expect(there.toSorted()).toEqual(PAIRS.flatMap((pair) => [pair, pair.split(" ").reverse().join(" ")]).toSorted());
      for (const pair of PAIRS) {
        const [a, b] = pair.split(" ") as [RoleName, RoleName];
        const [one, other] = [endOf(all, a, b), endOf(all, b, a)];
        const isFar = [a, b].some((role) => typeof { ...places, silo: "tab" as const, owner: "page" as const }[role] === "object");
        const ways = all.ways.filter(({ name }) => name === `s/${a}/${b}`);
        if (!isFar) {
          // Both are in this browser: the bridge carries nothing of it.
          expect(ways).toEqual([]);
          if ("inbox" in one && "inbox" in other) expect([one.inbox, one.outbox]).toEqual([other.outbox, other.inbox]);
          else expect("port" in one && "port" in other).toBe(true);
        } else {
          const far = [one, other].filter((link) => "peer" in link);
          // Each end that is here has its way over the bridge, and goes to where the other end is.
          expect(ways).toHaveLength(2 - far.length);
          for (const [link, role] of [
            [one, b],
            [other, a],
          ] as const) {
            const there = { ...places, silo: "tab" as const, owner: "page" as const }[role];
            const peer = typeof there === "object" ? there.endpoint : "here";
            if ("peer" in link) expect(link).toMatchObject({ peer, name: `s/${a}/${b}` });
          }
          for (const way of ways) expect(["x", "y"]).toContain(way.peer);
        }
      }
    }),
  );
});

test("in one page they are two ends of a port, by which one hears the other", async () => {
  const all = laid({});
  const [alice, bob] = [endOf(all, "alice", "bob"), endOf(all, "bob", "alice")];
  if (!("port" in alice) || !("port" in bob)) throw new Error("there are no ports");
  const heard = hears(bob.port);
  alice.port.postMessage("hello");
  expect(await heard).toBe("hello");
});

test("a role in a tab has a channel for each direction, which no other link has", () => {
  const { ends } = laid({ alice: "tab", bob: "tab", dealer: "tab", client: "tab", silo: "tab" });
  const channels = [...ends.values()].flat().flatMap((link) => ("inbox" in link ? [link.inbox] : []));
  expect(new Set(channels).size).toBe(channels.length);
  expect(channels).toContain("sotto/room/s/alice/bob");
  expect(channels.every((name) => name.startsWith("sotto/room/s/"))).toBe(true);
});

test("where one end is elsewhere, the bridge has the other end of its port", async () => {
  const all = laid({ bob: { endpoint: "x" } });
  const alice = endOf(all, "alice", "bob");
  const way = all.ways.find(({ name }) => name === "s/alice/bob");
  if (!("port" in alice) || !way || !("port" in way)) throw new Error("there are no ports");
  expect(endOf(all, "bob", "alice")).toEqual({ role: "alice", peer: "here", name: "s/alice/bob" });
  const heard = hears(way.port);
  alice.port.postMessage("hello");
  expect(await heard).toBe("hello");
});

test("where one end is elsewhere and the other in a tab, the bridge stands in for the one who is away", () => {
  const all = laid({ alice: "tab", bob: { endpoint: "x" } });
  expect(all.ways).toContainEqual({ peer: "x", name: "s/alice/bob", inbox: "sotto/room/s/alice/bob", outbox: "sotto/room/s/bob/alice" });
  expect(endOf(all, "alice", "bob")).toEqual({ role: "bob", inbox: "sotto/room/s/bob/alice", outbox: "sotto/room/s/alice/bob" });
});

test("between two guests the page carries nothing", () => {
  const all = laid({ alice: { endpoint: "x" }, bob: { endpoint: "y" } });
  expect(endOf(all, "alice", "bob")).toMatchObject({ peer: "y" });
  expect(endOf(all, "bob", "alice")).toMatchObject({ peer: "x" });
  expect(all.ways.map(({ name }) => name)).not.toContain("s/alice/bob");
});

test("a guest makes ports of what is elsewhere, and hands the other ends to its bridge", async () => {
  const given: SessionLink[] = [
    { role: "bob", peer: "x", name: "s/alice/bob" },
    { role: "dealer", inbox: "in", outbox: "out" },
  ];
  const { links, ways } = unpacked(given);
  opened.push(...portsOf(links), ...ways.flatMap((way) => ("port" in way ? [way.port] : [])));
  const [bob, dealer] = links;
  const [way] = ways;
  expect(dealer).toEqual(given[1]);
  expect(ways).toMatchObject([{ peer: "x", name: "s/alice/bob" }]);
  if (!bob || !("port" in bob) || !way || !("port" in way)) throw new Error("there are no ports");
  const heard = hears(way.port);
  bob.port.postMessage("hello");
  expect(await heard).toBe("hello");
});
