// What an aggregator page shows, as a pure function of the events it has seen.

import type { AggregatorEvent, AggregatorState, LayerView, Problem, Setting, Source } from "../../wasm/sotto.js";
import { arrive, type SumShow } from "./sum";

/** What an attack makes of what the aggregator got. */
export interface Attack {
  round: number;
  /** By worker; of the sum under no name. */
  pictures: { worker?: string; pixels: Uint8Array; label: number }[];
}

export type Privacy = Omit<Extract<AggregatorEvent, { type: "privacy" }>, "type">;

/** The global model after a round, measured on the test digits. */
export interface Point {
  round: number;
  accuracy: number;
  loss: number;
}

export interface Notice {
  /** Counts up: the key of the list. */
  id: number;
  level: "info" | "warning";
  text: string;
  /** The place of the worker that it is about. */
  slot?: number;
}

export interface Model {
  round: number;
  preset: string;
  hash: string;
}

export interface Run {
  room: string;
  settings: Setting[];
  source: Source;
  parameters: number;
  layers: LayerView[];
}

export interface Show {
  /** Who has the room: nobody yet, this page, or another page of this browser. */
  room: "opening" | "ours" | "taken";
  run?: Run;
  state: AggregatorState;
  /** The place of every worker that was ever here, by its id. */
  places: ReadonlyMap<string, number>;
  model?: Model;
  curve: Point[];
  /** The newest secure sum. */
  sum?: SumShow;
  /** The newest attack. */
  attack?: Attack;
  /** What noise leaves to be learnt, in a run with noise. */
  privacy?: Privacy;
  notices: Notice[];
  /** Of the last change of a setting. */
  problems: Problem[];
  /** Of the page's address: the run began with defaults instead. */
  misread: Problem[];
  failure?: string;
}

export type Member = AggregatorState["workers"][number];

const NOTICES_MAX = 50;

const QUIET: AggregatorState = {
  phase: "idle",
  round: 0,
  rounds: 0,
  attempt: 0,
  target: 0,
  workers: [],
  bytesSent: 0,
  bytesReceived: 0,
};

export const BEFORE: Show = { room: "opening", state: QUIET, places: new Map(), curve: [], notices: [], problems: [], misread: [] };

export function reduce(show: Show, event: AggregatorEvent): Show {
  switch (event.type) {
    case "opened": {
      const { type: _, ...run } = event;
      // A run begins: whatever was measured belongs to the one before.
      const { model: _model, sum: _sum, attack: _attack, privacy: _privacy, ...rest } = show;
      const misread = show.room === "opening" ? show.misread : [];
      return { ...rest, room: "ours", run, curve: [], problems: [], misread };
    }
    case "occupied":
      return { ...show, room: "taken" };
    case "refused":
      return { ...show, [show.room === "opening" ? "misread" : "problems"]: event.problems };
    case "state": {
      const { type: _, ...state } = event;
      const places = new Map([...show.places, ...state.workers.map(({ id, slot }) => [id, slot] as const)]);
      return { ...show, state, places };
    }
    case "model":
      return { ...show, model: { round: event.round, preset: event.preset, hash: event.hash } };
    case "evaluated": {
      const { round, accuracy, loss } = event;
      const others = show.curve.filter((point) => point.round !== round);
      const curve = [...others, { round, accuracy, loss }].sort((a, b) => a.round - b.round);
      return { ...show, curve };
    }
    case "masked": {
      const key = `${show.state.round + 1}/${show.state.attempt}`;
      return { ...show, sum: arrive(show.sum, key, event) };
    }
    case "privacy": {
      const { type: _, ...privacy } = event;
      return { ...show, privacy };
    }
    case "recovered": {
      const { type: _, round, ...picture } = event;
      const before = show.attack?.round === round ? show.attack.pictures : [];
      const others = before.filter(({ worker }) => worker !== picture.worker);
      return { ...show, attack: { round, pictures: [...others, picture] } };
    }
    case "summed":
      return show.sum ? { ...show, sum: { ...show.sum, summed: event } } : show;
    case "notice": {
      const { level, text } = event;
      const id = (show.notices[0]?.id ?? 0) + 1;
      const slot = event.worker === undefined ? undefined : show.places.get(event.worker);
      const notice = { id, level, text, ...(slot !== undefined && { slot }) };
      return { ...show, notices: [notice, ...show.notices].slice(0, NOTICES_MAX) };
    }
    case "failed":
      return { ...show, failure: event.reason };
  }
}

/** The newest measurement. */
export const latest = (show: Show): Point | undefined => show.curve.at(-1);

/** Reports in, and reports wanted, of the round under way. */
export function reports(state: AggregatorState): { here: number; wanted: number } {
  const here = state.workers.filter((worker) => worker.state === "reported").length;
  return { here, wanted: state.target };
}

/** The value of a setting of the run. */
export const settingOf = (show: Show, name: string): string | undefined =>
  show.run?.settings.find((setting) => setting.name === name)?.value;

/** The fewest workers of a secure sum. */
const SUM_LEAST = 3;

/** How many more willing workers the secure sum needs before a round can begin. */
export function lacking(show: Show): number {
  if (settingOf(show, "secagg") !== "on") return 0;
  const least = Math.max(SUM_LEAST, Number(settingOf(show, "threshold")), Number(settingOf(show, "cohort")));
  return Math.max(0, least - show.state.workers.filter(({ state }) => state !== "away").length);
}
