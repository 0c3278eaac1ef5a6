// What a page shows of encrypted classification, as a pure function of the events it has seen.

import type {
  ClassifiedView,
  ClientEvent,
  DealerEvent,
  FixedView,
  ModelInfo,
  OwnerEvent,
  PartyEvent,
  RangesView,
  RoleFailed,
  RoleName,
  Saving,
} from "../../wasm/sotto.js";
import { renewed, trainedByOwner, trainedByParty, UNTRAINED, type TrainingShow } from "./course";
import { text } from "../text";
import { begun, compared, halted, held, progressed, type Evaluation } from "./evaluation";

export type PartyName = "alice" | "bob";
/** The roles that compute or deal, each for somebody else. */
export type HelperName = PartyName | "dealer";

export type SecretEvent =
  | { from: PartyName; event: PartyEvent }
  | { from: "dealer"; event: DealerEvent }
  | { from: "owner"; event: OwnerEvent }
  | { from: "client"; event: ClientEvent }
  | { from: "page"; event: PageEvent };

export type PageEvent =
  /** A session begins: new roles, new keys, no material. `tabs` names the roles that live in tabs of their own, `far` those of them on other machines. */
  | { type: "session"; tabs: RoleName[]; far: RoleName[]; saving: Saving }
  /** The session ended with an error that was already told; a new one follows. */
  | { type: "ended"; reason: string; role?: RoleName; step?: string }
  | { type: "evaluating"; total: number }
  | { type: "paused"; on: boolean }
  | { type: "stopped" }
  | { type: "fraction"; fraction: number }
  | { type: "saving"; saving: Saving }
  /** The page's silo has news. */
  | { type: "silo" };

export type SharesPrediction = Extract<ClientEvent, { type: "prediction" }>;

/** Why a session ended; `role` is to blame, at `step`, where that is known. */
export interface Failure {
  reason: string;
  role?: RoleName;
  step?: string;
}

/** Material for single drawings. */
export interface Stock {
  count: number;
  bytes: number;
}

/** The newest model on test digits, in percent. */
export interface Precision {
  count: number;
  float: number;
  fixed: number;
}

/** What the parties compute with: after so many rounds of the room's training, or `trained` on shares. */
export type UsedModel = ModelInfo & { round?: number; trained?: true };

export interface SecretShow {
  /** `starting` until alice computes with a model. */
  session: "starting" | "ready" | "ended";
  /** Roles that live in tabs of their own. */
  tabs: RoleName[];
  /** Those of them that came by a link. */
  far: RoleName[];
  /** Who has said that it is there. */
  here: Record<HelperName, boolean>;
  /** The last one, until a classification succeeds again. */
  failure?: Failure;
  /** Something that could not be done, and ends nothing. */
  notice?: string;
  /** The model in use; its round once the owner has told. */
  model?: UsedModel;
  /** The newest model whose shares went out; `bytes` to each party. */
  shared?: { number: number; round: number; bytes: number };
  stock: Record<PartyName, Stock>;
  /** Of this session. */
  dealt: { count: number; bytes: number; millis?: number };
  /** The last classification of one image, as each party saw it. */
  alice?: ClassifiedView;
  bob?: ClassifiedView;
  /** The last answer on shares. */
  prediction?: SharesPrediction;
  plainMs?: number;
  fraction: number;
  /** What gates save that can be had in two ways. */
  saving: Saving;
  ranges?: RangesView;
  /** By fractional bits. */
  precision: ReadonlyMap<number, Precision>;
  fixed?: FixedView;
  evaluation?: Evaluation;
  /** Training on shares. */
  training: TrainingShow;
}

const NO_STOCK: Stock = { count: 0, bytes: 0 };

/** What a new session begins with. */
const FRESH = {
  session: "starting",
  here: { alice: false, bob: false, dealer: false },
  stock: { alice: NO_STOCK, bob: NO_STOCK },
  dealt: { count: 0, bytes: 0 },
} as const satisfies Partial<SecretShow>;

export const SECRET_BEFORE: SecretShow = {
  ...FRESH,
  tabs: [],
  far: [],
  fraction: 8,
  saving: "bytes",
  precision: new Map(),
  training: UNTRAINED,
};

export function reduceSecret(show: SecretShow, heard: SecretEvent): SecretShow {
  switch (heard.from) {
    case "alice":
    case "bob":
      return ofParty(show, heard.from, heard.event);
    case "dealer":
      return ofDealer(show, heard.event);
    case "owner":
      return ofOwner(show, heard.event);
    case "client":
      return ofClient(show, heard.event);
    case "page":
      return ofPage(show, heard.event);
  }
}

function ofParty(show: SecretShow, party: PartyName, event: PartyEvent): SecretShow {
  switch (event.type) {
    case "ready":
      return { ...show, here: { ...show.here, [party]: true } };
    case "using": {
      // What was in stock was dealt for the model before.
      const next = { ...show, stock: { ...show.stock, [party]: NO_STOCK } };
      if (party === "bob") return next;
      const { shared } = show;
      const round = shared?.number === event.model.number ? shared.round : undefined;
      const trained = show.training.taken?.model === event.model.number || undefined;
      return { ...next, session: "ready", model: { ...event.model, ...(round !== undefined && { round }), ...(trained && { trained }) } };
    }
    case "stock": {
      if (event.batch !== 1) return show;
      const { count, bytes } = event;
      return { ...show, stock: { ...show.stock, [party]: { count, bytes } } };
    }
    case "classified": {
      const { type: _, ...view } = event;
      return view.batch === 1 ? { ...show, [party]: view } : show;
    }
    case "data":
    case "training":
    case "trained":
    case "untrained":
      return { ...show, training: trainedByParty(show.training, party, event) };
    case "failed":
      return failed(show, event);
  }
}

function ofDealer(show: SecretShow, event: DealerEvent): SecretShow {
  switch (event.type) {
    case "ready":
      return { ...show, here: { ...show.here, dealer: true } };
    case "dealt": {
      const { count, bytes } = show.dealt;
      return { ...show, dealt: { count: count + 1, bytes: bytes + event.alice + event.bob, millis: event.millis } };
    }
    case "dealtStep":
      return show;
    case "failed":
      return failed(show, event);
  }
}

function ofOwner(show: SecretShow, event: OwnerEvent): SecretShow {
  switch (event.type) {
    case "ready":
      return show;
    case "shared": {
      const { model, round, bytes } = event;
      const known = show.precision.get(model.fraction);
      // Other precisions were measured with a model that is no more.
      const precision = show.shared?.round === round ? show.precision : new Map(known && [[model.fraction, known]]);
      const { notice: _, ...rest } = show;
      const training = trainedByOwner(show.training, event);
      const next = { ...rest, shared: { number: model.number, round, bytes }, precision, training };
      return show.model?.number === model.number ? { ...next, model: { ...show.model, round } } : next;
    }
    case "ranges": {
      const { type: _, ...ranges } = event;
      return { ...show, ranges };
    }
    case "precision": {
      const { fraction, count, float, fixed } = event;
      return { ...show, precision: new Map([...show.precision, [fraction, { count, float, fixed }]]) };
    }
    case "plain":
      return { ...show, plainMs: event.millis };
    case "answers":
      return show.evaluation ? { ...show, evaluation: compared(show.evaluation, event.answers) } : show;
    case "fixed": {
      const { type: _, ...fixed } = event;
      return { ...show, fixed };
    }
    case "training":
    case "taken":
      return { ...show, training: trainedByOwner(show.training, event) };
    case "unshared":
    case "unmeasured":
      return { ...show, notice: event.reason };
    case "failed":
      return failed(show, event);
  }
}

function ofClient(show: SecretShow, event: ClientEvent): SecretShow {
  switch (event.type) {
    case "prediction":
      // An empty pad is answered without anybody.
      if (event.reader !== "shares" || event.number === undefined) return show;
      return { ...recovered(show), prediction: event };
    case "evaluated":
      return show.evaluation ? { ...recovered(show), evaluation: progressed(show.evaluation, event) } : show;
    case "unevaluated":
      return { ...show, notice: event.reason, ...(show.evaluation && { evaluation: halted(show.evaluation) }) };
    case "unreadable":
    // The page tells it as the end of its session.
    case "failed":
      return show;
  }
}

function ofPage(show: SecretShow, event: PageEvent): SecretShow {
  const { evaluation } = show;
  switch (event.type) {
    case "session":
      // What was under way belonged to the session before.
      return {
        ...show,
        ...FRESH,
        tabs: event.tabs,
        far: event.far,
        saving: event.saving,
        training: renewed(show.training, text.course.lost),
        ...(evaluation && { evaluation: halted(evaluation) }),
      };
    case "ended":
      return failed(show, event);
    case "evaluating":
      return { ...show, evaluation: begun(event.total, show.model) };
    case "paused":
      return evaluation ? { ...show, evaluation: held(evaluation, event.on) } : show;
    case "stopped":
      return evaluation ? { ...show, evaluation: halted(evaluation) } : show;
    case "fraction":
      return { ...show, fraction: event.fraction };
    case "saving":
      return { ...show, saving: event.saving };
    case "silo":
      return show;
  }
}

/** The first word on what went wrong is kept: roles that merely lose their company speak later. */
function failed(show: SecretShow, { reason, role, step }: Omit<RoleFailed, "type">): SecretShow {
  const known = show.session === "ended" ? show.failure : undefined;
  const failure = { reason, ...(role !== undefined && { role }), ...(step !== undefined && { step }) };
  const { evaluation } = show;
  return {
    ...show,
    session: "ended",
    failure: known && (known.role !== undefined || role === undefined) ? known : failure,
    ...(evaluation && { evaluation: halted(evaluation) }),
  };
}

function recovered(show: SecretShow): SecretShow {
  // An answer that was under way while its session ended shows nothing of the next one.
  if (show.session === "ended") return show;
  const { failure: _, ...rest } = show;
  return rest;
}
