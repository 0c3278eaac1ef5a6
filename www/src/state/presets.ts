// Experiments as links: each a whole setting of the page, in its address.

import { text } from "../text";

const words = text.presets;

export interface Preset {
  name: string;
  /** What to look for. */
  sentence: string;
  /** The settings that are not their defaults, and who of the page's workers attacks. */
  query: string;
  workers: number;
}

/** Updates of one step on one digit, sent in the clear: the settings under which an update tells most. */
export const REVEALING = "model=linear&batch=1&steps=1&shards=1000&rounds=3&secagg=off&augment=off&pens=0";

/** In the order in which the page shows them. */
export const PRESETS: Preset[] = [
  {
    ...words.noSevens,
    query: "partition=missing:7&shards=10",
    workers: 10,
  },
  {
    ...words.hospitals,
    query: "partition=ranges&shards=3&rounds=40",
    workers: 3,
  },
  {
    ...words.twoDigits,
    query: "partition=labels:2&shards=10&rounds=20&momentum=0",
    workers: 10,
  },
  {
    ...words.oneDigit,
    query: "partition=labels:1&shards=10&rounds=20",
    workers: 10,
  },
  {
    ...words.sorted,
    query: "partition=sorted:2&shards=10&rounds=20&momentum=0",
    workers: 10,
  },
  {
    ...words.scaffold,
    query: "partition=labels:2&shards=10&rounds=20&strategy=scaffold&momentum=0",
    workers: 10,
  },
  {
    ...words.fedAdam,
    query: "partition=dirichlet:0.1&shards=10&rounds=20&strategy=fedadam",
    workers: 10,
  },
  {
    ...words.quantity,
    query: "partition=quantity:2&shards=10",
    workers: 10,
  },
  {
    ...words.liars,
    query: "secagg=off&shards=10&rounds=20&attackers=sign:2",
    workers: 10,
  },
  {
    ...words.median,
    query: "secagg=off&shards=10&rounds=20&strategy=median&attackers=sign:2",
    workers: 10,
  },
  {
    ...words.plain,
    query: REVEALING,
    workers: 3,
  },
  {
    ...words.noise,
    query: "dp=distributed&clip=1&rounds=20",
    workers: 3,
  },
];

/** The address of a preset, for whoever stands at `search`: the room stays. */
export function addressOf(preset: Preset, search: string): string {
  const room = new URLSearchParams(search).get("room");
  return `?${preset.query}&workers=${preset.workers}${room === null ? "" : `&room=${encodeURIComponent(room)}`}`;
}
