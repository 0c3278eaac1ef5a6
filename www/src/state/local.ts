// What the worker page shows, as a pure function of the events it has seen.

import type { WorkerEvent } from "../../wasm/sotto.js";
import type { Notice } from "./show";

type Of<Type extends WorkerEvent["type"]> = Omit<Extract<WorkerEvent, { type: Type }>, "type">;

export interface LocalShow {
  state?: Of<"state">;
  shard?: Of<"shard">;
  /** Why its digits are not here yet; it goes on trying. */
  unfetched?: string;
  /** Some of the digits of this round's first step, with variety mixed in. */
  varied?: Of<"varied">;
  /** The round under way was taken up after so many steps. */
  resumed?: Of<"resumed">;
  progress?: Of<"progress">;
  /** What was drawn on this page and on those before it. */
  handwriting?: Of<"handwriting">;
  /** How well the global models of this run read that, in the order of their rounds. */
  readings: Of<"ownAccuracy">[];
  sent?: Of<"sent">;
  masked?: Of<"masked">;
  eligibility?: Of<"eligibility">;
  dials?: Of<"dials">;
  /** Batch losses along the steps so far, thinned when there are many. */
  losses: { step: number; loss: number }[];
  steps: number;
  updates: number;
  notices: Notice[];
  failure?: string;
}

export const NOTHING: LocalShow = { readings: [], losses: [], steps: 0, updates: 0, notices: [] };

const LOSSES_MAX = 1200;
const READINGS_MAX = 200;
const NOTICES_MAX = 20;

export function reduceLocal(show: LocalShow, event: WorkerEvent): LocalShow {
  switch (event.type) {
    case "state": {
      const { type: _, ...state } = event;
      return { ...show, state };
    }
    case "shard": {
      const { type: _, ...shard } = event;
      // A new shard is a new run.
      const { state, eligibility, dials, notices } = show;
      return { ...NOTHING, ...(state && { state }), ...(eligibility && { eligibility }), ...(dials && { dials }), notices, shard };
    }
    case "unfetched":
      return { ...show, unfetched: event.reason };
    case "renamed":
    case "handwritingFile":
      return show;
    case "handwriting": {
      const { type: _, ...handwriting } = event;
      return { ...show, handwriting };
    }
    case "ownAccuracy": {
      const { type: _, ...reading } = event;
      // A round that is tried again begins with the model that was read already.
      const before = show.readings.filter(({ round }) => round < event.round);
      return { ...show, readings: [...before, reading].slice(-READINGS_MAX) };
    }
    case "varied": {
      const { type: _, ...varied } = event;
      return { ...show, varied };
    }
    case "resumed": {
      const { type: _, ...resumed } = event;
      return { ...show, resumed };
    }
    case "progress": {
      const { type: _, ...progress } = event;
      // The progress of a round is told now and then; the steps of the rounds before are kept.
      const known = show.progress?.round === event.round && event.step > show.progress.step ? show.progress.step : 0;
      // A round that is tried again from its first step was not taken up.
      const { resumed: before, ...rest } = show;
      const resumed = before?.round === event.round && event.step < before.step ? undefined : before;
      const done = Math.max(known, resumed?.round === event.round ? resumed.step : 0);
      const steps = show.steps + event.step - done;
      const losses = thinned([...show.losses, { step: steps, loss: event.loss }]);
      return { ...rest, ...(resumed && { resumed }), progress, steps, losses };
    }
    case "sent": {
      const { type: _, ...sent } = event;
      const { masked: _masked, resumed: _resumed, ...rest } = show;
      return { ...rest, sent, updates: show.updates + 1 };
    }
    case "masked": {
      const { type: _, ...masked } = event;
      return { ...show, masked };
    }
    case "eligibility": {
      const { type: _, ...eligibility } = event;
      return { ...show, eligibility };
    }
    case "dials": {
      const { type: _, ...dials } = event;
      return { ...show, dials };
    }
    case "notice": {
      const { type: _, ...notice } = event;
      const id = (show.notices[0]?.id ?? 0) + 1;
      return { ...show, notices: [{ id, ...notice }, ...show.notices].slice(0, NOTICES_MAX) };
    }
    case "failed":
      return { ...show, failure: event.reason };
  }
}

function thinned<T>(items: T[]): T[] {
  return items.length <= LOSSES_MAX ? items : items.filter((_, index) => index % 2 === 0);
}
