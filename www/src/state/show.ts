// What an aggregator page shows, as a pure function of the events it has seen.

import type { AggregatorEvent, AggregatorState, LayerView, Problem, Setting, Source } from "../../wasm/sotto.js";
import { text } from "../text";
import { historyOf, type History, type Point } from "./history";
import { arrive, type SumShow } from "./sum";

/** What an attack makes of what the aggregator got. */
export interface Attack {
  round: number;
  /** By worker; of the sum under no name. */
  pictures: { worker?: string; pixels: Uint8Array; label: number }[];
}

export type Privacy = Omit<Extract<AggregatorEvent, { type: "privacy" }>, "type">;

/** What the newest test found. */
export type Tested = Pick<Extract<AggregatorEvent, { type: "evaluated" }>, "round" | "pens" | "confusion" | "hardest">;

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

export type Keeping = { kept: true; round?: number } | { kept: false; reason: string };

export interface Show {
  /** Who has the room: nobody yet, this page, or another page of this browser. */
  room: "opening" | "ours" | "taken";
  run?: Run;
  state: AggregatorState;
  /** The place of every worker that was ever here, by its id. */
  places: ReadonlyMap<string, number>;
  model?: Model;
  /** The model of the library that the run began with. */
  origin?: string;
  curve: Point[];
  tested?: Tested;
  /** The runs before this one that got anywhere, the newest first. */
  past: History[];
  /** The newest secure sum. */
  sum?: SumShow;
  /** The newest attack. */
  attack?: Attack;
  /** What noise leaves to be learnt, in a run with noise. */
  privacy?: Privacy;
  /** Whether this browser has the run as it is after `round` rounds, or why not. */
  keeping?: Keeping;
  notices: Notice[];
  /** Of the last change of a setting. */
  problems: Problem[];
  /** Of the page's address: the run began with defaults instead. */
  misread: Problem[];
  failure?: string;
}

export type Member = AggregatorState["workers"][number];

const NOTICES_MAX = 50;
const PAST_MAX = 20;

const QUIET: AggregatorState = {
  phase: "idle",
  round: 0,
  rounds: 0,
  attempt: 0,
  target: 0,
  workers: [],
  bytesSent: 0,
  bytesReceived: 0,
  spent: "",
};

export const BEFORE: Show = {
  room: "opening",
  state: QUIET,
  places: new Map(),
  curve: [],
  past: [],
  notices: [],
  problems: [],
  misread: [],
};

export function reduce(show: Show, event: AggregatorEvent): Show {
  switch (event.type) {
    case "opened": {
      const { type: _, ...run } = event;
      // A run begins: whatever was measured belongs to the one before.
      const { model: _model, origin: _origin, tested: _tested, sum: _sum, attack: _attack, privacy: _privacy, ...rest } = show;
      const misread = show.room === "opening" ? show.misread : [];
      return { ...rest, room: "ours", run, curve: [], past: past(show), problems: [], misread };
    }
    case "resumed": {
      const words = text.training.notices;
      const what = event.round > 0 ? words.resumed(event.round) : words.begins(event.origin ?? "");
      const { origin } = event;
      return noticed({ ...show, curve: event.history, ...(origin !== undefined && { origin }) }, { level: "info", text: what });
    }
    case "kept": {
      const { round } = event;
      return { ...show, keeping: { kept: true, ...(round !== undefined && { round }) } };
    }
    case "unkept":
      return { ...show, keeping: { kept: false, reason: event.reason } };
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
      const { round, accuracy, pens, loss, cost, confusion, hardest } = event;
      const others = show.curve.filter((point) => point.round !== round);
      const curve = [...others, { round, accuracy, loss, ...cost }].sort((a, b) => a.round - b.round);
      return { ...show, curve, tested: { round, pens, confusion, hardest } };
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
      const slot = event.worker === undefined ? undefined : show.places.get(event.worker);
      return noticed(show, { level, text, ...(slot !== undefined && { slot }) });
    }
    case "failed":
      return { ...show, failure: event.reason };
  }
}

function noticed(show: Show, notice: Omit<Notice, "id">): Show {
  const id = (show.notices[0]?.id ?? 0) + 1;
  return { ...show, notices: [{ id, ...notice }, ...show.notices].slice(0, NOTICES_MAX) };
}

/** The run under way with what it measured. */
export function current({ run, curve, past }: Show): History {
  return historyOf((past[0]?.number ?? 0) + 1, run?.settings ?? [], curve);
}

/** The runs that are over once another begins. */
function past(show: Show): History[] {
  const got = show.curve.some(({ round }) => round > 0);
  return got ? [current(show), ...show.past].slice(0, PAST_MAX) : show.past;
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
