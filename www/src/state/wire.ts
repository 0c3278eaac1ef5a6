// The messages of one classification, put together from what alice and bob recorded.

import type { ClassifiedView, RoleName } from "../../wasm/sotto.js";

/** Who takes part in a classification. */
export type Wired = Exclude<RoleName, "silo">;

export interface WireMessage {
  from: Wired;
  to: Wired;
  /** The whole path of its step. */
  path: string;
  /** The layer that its path names, or the job's own step. */
  layer: string;
  bytes: number;
  /** Milliseconds since the drawing's shares came; negative for what brought model and material before. */
  after: number;
}

/** A job as one party has recorded it. */
type Recorded = Pick<ClassifiedView, "records"> & { number?: number };

/** Oldest first. What went between alice and bob is in both records, and taken from alice's. */
export function messages(alice?: Recorded, bob?: Recorded): WireMessage[] {
  const records = [
    ...(alice?.records ?? []).map((record) => ({ record, holder: "alice" as const })),
    ...(bob?.number === alice?.number ? (bob?.records ?? []) : [])
      .filter((record) => record.peer !== "alice")
      .map((record) => ({ record, holder: "bob" as const })),
  ].sort((a, b) => a.record.at - b.record.at);
  const isJob = (path: string) => path.startsWith("classify/") || path.startsWith("step/");
  const start = records.find(({ record }) => isJob(record.path))?.record.at ?? 0;
  return records.map(({ record: { path, peer, way, bytes, at }, holder }) => ({
    ...(way === "sent" ? { from: holder, to: peer as Wired } : { from: peer as Wired, to: holder }),
    path,
    layer: layerOf(path),
    bytes,
    after: at - start,
  }));
}

/** The drawing's shares are what goes into the first layer. */
function layerOf(path: string): string {
  const [kind, , step = ""] = path.split("/");
  return kind === "classify" && step === "share" ? "input" : step;
}

/** Whether a message of the classification belongs to the layer that is looked at. */
export const belongs = ({ layer, path }: WireMessage, looked: string): boolean =>
  looked !== "" && layer === looked && path.startsWith("classify/");

/** Both ends of a link. */
export type Ends = [Wired, Wired];

/** Every link that there is: the client, the owner and the dealer have none among themselves. */
export const LINKS: Ends[] = [
  ["client", "alice"],
  ["client", "bob"],
  ["alice", "bob"],
  ["dealer", "alice"],
  ["dealer", "bob"],
  ["owner", "alice"],
  ["owner", "bob"],
];

/** Bytes that went over a link, both ways. */
export const over = (all: WireMessage[], [one, other]: Ends): number =>
  all.reduce((sum, { from, to, bytes }) => {
    const here = (from === one && to === other) || (from === other && to === one);
    return here ? sum + bytes : sum;
  }, 0);
