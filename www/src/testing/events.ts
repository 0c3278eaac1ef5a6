// What roles say, whole, with defaults for what a test does not look at.

import type {
  AggregatorEvent,
  ClassifiedView,
  ClientEvent,
  Course,
  MemberView,
  ModelInfo,
  PartyEvent,
  Setting,
  TrainedView,
  WireRecord,
} from "../../wasm/sotto.js";

type Of<Union extends { type: string }, Type extends Union["type"]> = Extract<Union, { type: Type }>;

export const setting = (name: string, value: string, usual = "usual", label = name): Setting => ({
  name,
  label,
  help: "",
  value,
  default: usual,
});

export const member = (id: string, slot: number, state: MemberView["state"] = "idle"): MemberView => ({
  id,
  slot,
  state,
  digits: 100,
  labels: [],
  bytesSent: 0,
  bytesReceived: 0,
});

export const opened = (room: string, settings: Setting[] = []): Of<AggregatorEvent, "opened"> => ({
  type: "opened",
  room,
  settings,
  source: { name: "mnist", train: 60_000, test: 10_000 },
  parameters: 10,
  layers: [],
});

export const state = (workers: MemberView[], more: Partial<Of<AggregatorEvent, "state">> = {}): Of<AggregatorEvent, "state"> => ({
  type: "state",
  phase: "idle",
  round: 0,
  rounds: 10,
  attempt: 0,
  target: 0,
  workers,
  bytesSent: 0,
  bytesReceived: 0,
  spent: "",
  ...more,
});

export const evaluated = (round: number, accuracy = 90): Of<AggregatorEvent, "evaluated"> => ({
  type: "evaluated",
  round,
  accuracy,
  pens: accuracy - 1,
  loss: 1 / (round + 1),
  millis: 1,
  cost: { bytesUp: 10 * round, bytesDown: 20 * round, workers: 3, seconds: round },
  confusion: [round],
  hardest: [],
});

export const model = (round: number, preset = "lenet5"): Of<AggregatorEvent, "model"> => ({
  type: "model",
  round,
  preset,
  hash: `hash ${round}`,
  weights: Float32Array.of(round),
});

export const info = (number: number, more: Partial<ModelInfo> = {}): ModelInfo => ({
  number,
  preset: "lenet5",
  fraction: 8,
  saving: "bytes",
  ...more,
});

export const record = (path: string, at: number, more: Partial<WireRecord> = {}): WireRecord => ({
  path,
  peer: "bob",
  way: "sent",
  bytes: 1,
  at,
  ...more,
});

export const classified = (number: number, more: Partial<ClassifiedView> = {}): Of<PartyEvent, "classified"> => ({
  type: "classified",
  number,
  batch: 1,
  material: 0,
  dealtBytes: 5,
  rounds: 22,
  sentBytes: 7,
  onlineMs: 3,
  waitedMs: 1,
  prepareMs: 2,
  records: [],
  seen: [],
  ...more,
});

export const trained = (step: number, more: Partial<TrainedView> = {}): Of<PartyEvent, "trained"> => ({
  type: "trained",
  training: 1,
  step,
  rounds: 4,
  sentBytes: 10,
  dealtBytes: 100,
  onlineMs: 2,
  waitedMs: 1,
  records: [],
  ...more,
});

export const course: Course = { preset: "linear", loss: "entropy", batch: 32, rate: 5, momentum: 0, epochs: 1, watched: 0 };

export const training = (number: number, steps = 10): Of<PartyEvent, "training"> => ({
  type: "training",
  number,
  course,
  digits: 320,
  step: 0,
  steps,
  running: true,
});

export const prediction = (id: number, more: Partial<Of<ClientEvent, "prediction">> = {}): Of<ClientEvent, "prediction"> => ({
  type: "prediction",
  id,
  round: 1,
  reader: "shares",
  digit: 7,
  probabilities: [],
  millis: 1,
  number: 1,
  ...more,
});

/** A number in fixed point, as a lesson shows it and as the owner does: what is generated for both has one name. */
export const fixed = {
  type: "fixed",
  whole: "256",
  place: { text: "256", turn: 0 },
  read: 1,
  overflows: false,
  most: 9,
  value: 1,
  fraction: 8,
  fits: true,
  scaled: 256,
  element: "256",
  back: 1,
} as const;
