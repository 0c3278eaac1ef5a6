// Experiments as links: each a whole setting of the page, in its address.

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
    name: "Ten workers, one knows no sevens",
    sentence: "Worker 1 has never seen a seven. The model that it gets back from the others reads them.",
    query: "partition=missing:7&shards=10",
    workers: 10,
  },
  {
    name: "Three hospitals",
    sentence: "One has seen digits 0 to 3, one 4 to 6, one 7 to 9: each alone would miss most of them.",
    query: "partition=ranges&shards=3&rounds=40",
    workers: 3,
  },
  {
    name: "Each knows two digits",
    sentence: "Workers pull in different directions, so the curve is slower, and jumps.",
    query: "partition=labels:2&shards=10&rounds=20&momentum=0",
    workers: 10,
  },
  {
    name: "Each knows one digit",
    sentence: "Ten specialists. Their average forgets what each of them learnt: how bad uneven data can get.",
    query: "partition=labels:1&shards=10&rounds=20",
    workers: 10,
  },
  {
    name: "McMahan’s two shards",
    sentence: "The hard split of the paper on federated averaging: digits sorted by label, two pieces for each worker.",
    query: "partition=sorted:2&shards=10&rounds=20&momentum=0",
    workers: 10,
  },
  {
    name: "SCAFFOLD on two digits each",
    sentence: "Workers correct each step by how far theirs stray from the others’. Is that better than averaging alone?",
    query: "partition=labels:2&shards=10&rounds=20&strategy=scaffold&momentum=0",
    workers: 10,
  },
  {
    name: "FedAdam on uneven data",
    sentence: "The server adapts its step to each weight, where workers have very different shares of each label.",
    query: "partition=dirichlet:0.1&shards=10&rounds=20&strategy=fedadam",
    workers: 10,
  },
  {
    name: "A few have most",
    sentence: "All know all digits, but some workers have a hundred times as many. Those count for more in the average.",
    query: "partition=quantity:2&shards=10",
    workers: 10,
  },
  {
    name: "Two of ten lie",
    sentence: "They send the opposite of what they learnt, and the mean believes them: the model gets worse as it trains.",
    query: "secagg=off&shards=10&rounds=20&attackers=sign:2",
    workers: 10,
  },
  {
    name: "Two of ten lie, and a median",
    sentence: "The same two, but each weight becomes the middle one of ten. Whoever is far out has no say.",
    query: "secagg=off&shards=10&rounds=20&strategy=median&attackers=sign:2",
    workers: 10,
  },
  {
    name: "Plain updates: read them",
    sentence: "No masks, a small network, one step on one digit: the digit can be read out of each update.",
    query: REVEALING,
    workers: 3,
  },
  {
    name: "Noise for privacy",
    sentence: "Workers add noise under their masks. The page says what the model still gives away of one client.",
    query: "dp=distributed&clip=1&rounds=20",
    workers: 3,
  },
];

/** The address of a preset, for whoever stands at `search`: the room stays. */
export function addressOf(preset: Preset, search: string): string {
  const room = new URLSearchParams(search).get("room");
  return `?${preset.query}&workers=${preset.workers}${room === null ? "" : `&room=${encodeURIComponent(room)}`}`;
}
