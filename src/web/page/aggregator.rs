//! The aggregator's page: what it asks, and what it is shown.

use js_sys::{Float32Array, Uint8Array, Uint32Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Setting, Source};

#[wasm_bindgen(typescript_custom_section)]
const AGGREGATOR: &str = r#"
export type AggregatorCommand =
  /** Takes the room, when no other page has it. `query` is the page's URL query. `data` is the digits' base URL. */
  | { type: "open"; query: string; data: string }
  /** Begins a new run with other settings: a new model, round 0. */
  | { type: "configure"; query: string }
  /** As `configure`, and the run begins with a model of the library, called `origin`, whose training has given away what `spent` says. */
  | { type: "continue"; query: string; origin: string; spent: string; weights: Float32Array }
  /** The page has made its own beginning: models may be tested, which takes a while. */
  | { type: "ready" }
  | { type: "start" }
  | { type: "stop" };

export type AggregatorEvent =
  /** The room is this page's. Sent again after `configure`. */
  | { type: "opened"; room: string; settings: Setting[]; source: Source; parameters: number; layers: LayerView[] }
  /** The run is one that was kept, or begins with a model of the library; follows `opened`. */
  | { type: "resumed"; round: number; origin?: string; history: HistoryPoint[] }
  /** The run is kept in this browser as it is after `round` rounds; without a round, there was nothing to lose. */
  | { type: "kept"; round?: number }
  /** The run could not be kept; told once. */
  | { type: "unkept"; reason: string }
  /** Another page of this browser has the room. */
  | { type: "occupied"; room: string }
  /** The settings do not hold; nothing was changed. */
  | { type: "refused"; problems: Problem[] }
  | ({ type: "state" } & AggregatorState)
  /** The global model after `round` rounds; `hash` is the SHA-256 of its little-endian f32 weights. */
  | { type: "model"; round: number; preset: string; hash: string; weights: Float32Array }
  /**
   * The global model on the test digits; `accuracy` in percent, `loss` in nats. `confusion` says how often `label` was
   * read as `answer`, at `10 * label + answer`; `hardest` are the digits with the largest losses, the largest first.
   * `pens` is the accuracy, in percent, on digits of other countries' pens, whose like no worker has drawn.
   */
  | { type: "evaluated"; round: number; accuracy: number; pens: number; loss: number; millis: number; cost: Cost; confusion: number[]; hardest: HardDigit[] }
  /** A masked update as it arrived, and the sum of all that have: their first 1,024 elements, of `bits` bits. */
  | { type: "masked"; worker: string; bits: number; elements: Uint32Array; sum: Uint32Array }
  /** A secure sum was opened: its elements, and how its first 1,024 came out of their masks. */
  | { type: "summed"; round: number; bits: number; survivors: string[]; elements: Uint32Array; openings: Opening[] }
  /** What training with noise gives away, at `delta`: the rounds so far, and all that are planned. Without noise, nothing is told. */
  | { type: "privacy"; kind: "central" | "distributed" | "examples"; population: number; delta: number; clip: number; spent?: Spending; planned: Spending }
  /** What an attack makes of one worker's update as it arrived, or, with no worker named, of the sum: 28x28 pixels and a label. */
  | { type: "recovered"; worker?: string; round: number; pixels: Uint8Array; label: number }
  | { type: "notice"; level: "info" | "warning"; worker?: string; text: string }
  /** The role cannot go on. */
  | { type: "failed"; reason: string };

/** The global model after a round; `accuracy` in percent, `loss` in nats. */
export interface HistoryPoint extends Cost { round: number; accuracy: number; loss: number }

export interface Problem { setting: string; text: string }

/** What a model has cost: bytes from and to the workers since the run began, updates in its last round, seconds of training. */
export interface Cost { bytesUp: number; bytesDown: number; workers: number; seconds: number }

/** A test digit by its index, what it is, what the model reads, the loss in nats, and its 28x28 pixels. */
export interface HardDigit { index: number; label: number; answer: number; loss: number; pixels: Uint8Array }

/** A worker's masks were taken out of the sum: its own, or, as a repair, those it shared with others. */
export interface Opening { worker: string; repair: boolean; elements: Uint32Array }

/** What some rounds give away to whoever sees the model, and to the aggregator. */
/**
 * `tries`: those of its rounds that may have been seen, which are counted whatever became of them. `alone`: epsilon of this run's
 * own rounds, where the run began with a model of which nobody knows what it gave away; the figures are infinite then.
 */
export interface Spending { rounds: number; tries: number; alone?: number; model: Figure; aggregator: Figure }

/** `guess`: how often the best attacker can be right at most about one client, where a coin is right half the time. */
export interface Figure { epsilon: number; guess: number; words: string }

/** A secure sum under way. */
export interface SumView {
  phase: "training" | "sharing" | "masking" | "confirming" | "unmasking";
  /** Workers that have done it, and that have not. */
  heard: number;
  pending: number;
  /** The graph's degree and the shares that open a secret, once the cohort is known; bits of an element then too. */
  neighbours?: number;
  threshold?: number;
  bits?: number;
}

export interface LayerView { name: string; shape: number[]; parameters: number }

export interface AggregatorState {
  /** `waiting` while training was asked for but too few workers are there. */
  phase: "idle" | "waiting" | "training" | "finished";
  /** Rounds applied to the model so far. */
  round: number;
  rounds: number;
  /** 1 on the first try of the round under way, 0 between rounds. */
  attempt: number;
  /** Reports that close the round under way. */
  target: number;
  sum?: SumView;
  workers: MemberView[];
  bytesSent: number;
  bytesReceived: number;
  /** What the model's training has given away so far, for the library: with tries that came to nothing. */
  spent: string;
}

export interface MemberView {
  /** 32 hexadecimal digits. */
  id: string;
  /** The slot in the room, from 0: it decides the shard. */
  slot: number;
  state: "loading" | "idle" | "training" | "summing" | "reported" | "silent" | "away" | "distrusted";
  digits: number;
  /** Digits of each label in its shard, as everybody can work out; none where the digits cannot be cut so. */
  labels: number[];
  /** The share, in percent, that the global model would read right of digits with its labels; once it was tested. */
  accuracy?: number;
  /** The mean training loss of its last report. */
  loss?: number;
  bytesSent: number;
  bytesReceived: number;
}
"#;

/// What the page asks of the aggregator.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum AggregatorCommand {
    /// Take the room, when no other page has it.
    Open {
        /// The page's URL query.
        query: String,
        /// The digits' base URL.
        data: String,
    },
    /// Begin a new run with other settings.
    Configure {
        /// The page's URL query.
        query: String,
    },
    /// Begin a new run with the weights that are in the command, of a model of the library.
    Continue {
        /// The page's URL query.
        query: String,
        /// What the model is called.
        origin: String,
        /// What its training has given away, as the text of a history.
        spent: String,
    },
    /// The page has made its own beginning: models may be tested, which takes a while.
    Ready,
    /// Train.
    Start,
    /// Stop training; the model stays.
    Stop,
}

/// What the aggregator shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AggregatorEvent {
    /// The room is this page's.
    Opened {
        /// The room's name.
        room: String,
        /// The settings in force.
        settings: Vec<Setting>,
        /// The digits in use.
        source: Source,
        /// Weights of the network.
        parameters: usize,
        /// The network.
        layers: Vec<LayerView>,
    },
    /// The run is one that was kept, or begins with a model of the library.
    Resumed {
        /// Rounds applied to its model.
        round: u32,
        /// The model of the library that it began with.
        #[serde(skip_serializing_if = "Option::is_none")]
        origin: Option<String>,
        /// What was measured until then.
        history: Vec<HistoryPoint>,
    },
    /// The run is kept.
    Kept {
        /// Rounds applied to it; none when there was nothing to lose.
        #[serde(skip_serializing_if = "Option::is_none")]
        round: Option<u32>,
    },
    /// The run could not be kept.
    Unkept {
        /// Why.
        reason: String,
    },
    /// Another page has the room.
    Occupied {
        /// The room's name.
        room: String,
    },
    /// The settings do not hold.
    Refused {
        /// Every setting that cannot be.
        problems: Vec<Problem>,
    },
    /// Who is there, and what is going on.
    State(AggregatorState),
    /// The global model.
    Model {
        /// Rounds applied to it.
        round: u32,
        /// The network.
        preset: String,
        /// The SHA-256 of the weights.
        hash: String,
        /// The flat weights.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        weights: Float32Array,
    },
    /// The global model on the test digits.
    Evaluated {
        /// Rounds applied to it.
        round: u32,
        /// In percent.
        accuracy: f64,
        /// On digits of unseen pens, in percent.
        pens: f64,
        /// In nats.
        loss: f64,
        /// How long it took.
        millis: f64,
        /// What the model has cost.
        cost: Cost,
        /// How often `label` was read as `answer`, at `10 * label + answer`.
        confusion: Vec<u32>,
        /// The digits with the largest losses.
        hardest: Vec<HardDigit>,
    },
    /// A masked update arrived.
    Masked {
        /// Whose it is.
        worker: String,
        /// Bits of an element.
        bits: u32,
        /// Its first elements.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        elements: Uint32Array,
        /// Those of the sum so far.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        sum: Uint32Array,
    },
    /// A secure sum was opened.
    Summed {
        /// The round.
        round: u32,
        /// Bits of an element.
        bits: u32,
        /// Whose updates are in it.
        survivors: Vec<String>,
        /// Its elements.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        elements: Uint32Array,
        /// How its first elements came out of their masks.
        openings: Vec<Opening>,
    },
    /// What training with noise gives away.
    Privacy {
        /// Who adds the noise: `central`, `distributed` or `examples`.
        kind: &'static str,
        /// Virtual clients in all, or digits of a worker.
        population: f64,
        /// The probability with which epsilon may be passed.
        delta: f64,
        /// The clip of the next round.
        clip: f32,
        /// The rounds so far.
        #[serde(skip_serializing_if = "Option::is_none")]
        spent: Option<Spending>,
        /// All rounds that are planned.
        planned: Spending,
    },
    /// What an attack makes of an update.
    Recovered {
        /// Whose update it is; nobody's for the sum.
        #[serde(skip_serializing_if = "Option::is_none")]
        worker: Option<String>,
        /// The round.
        round: u32,
        /// 28x28.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        pixels: Uint8Array,
        /// The digit it seems to be.
        label: u8,
    },
    /// Something the user may want to know.
    Notice {
        /// `info` or `warning`.
        level: &'static str,
        /// The worker it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        worker: Option<String>,
        /// What happened.
        text: String,
    },
    /// The role cannot go on.
    Failed {
        /// Why.
        reason: String,
    },
}

/// The global model after a round.
#[derive(Debug, Serialize)]
pub struct HistoryPoint {
    /// Rounds applied.
    pub round: u32,
    /// In percent.
    pub accuracy: f64,
    /// In nats.
    pub loss: f64,
    /// What it has cost.
    #[serde(flatten)]
    pub cost: Cost,
}

/// What a model has cost.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Bytes from the workers since the run began.
    pub bytes_up: f64,
    /// Bytes to them.
    pub bytes_down: f64,
    /// Updates in its last round.
    pub workers: usize,
    /// Seconds of training.
    pub seconds: f64,
}

/// A test digit that the model finds hard.
#[derive(Debug, Serialize)]
pub struct HardDigit {
    /// Its index among the test digits.
    pub index: usize,
    /// What it is.
    pub label: u8,
    /// What the model reads.
    pub answer: u8,
    /// The loss, in nats.
    pub loss: f64,
    /// 28x28.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub pixels: Uint8Array,
}

/// A setting that cannot be.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// The URL parameter.
    pub setting: String,
    /// What is wrong.
    pub text: String,
}

/// What some rounds give away.
#[derive(Debug, Serialize)]
pub struct Spending {
    /// How many rounds.
    pub rounds: u32,
    /// Tries that are counted.
    pub tries: u32,
    /// Epsilon of this run alone, where it is not known what came before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alone: Option<f64>,
    /// To whoever sees the model.
    pub model: FigureView,
    /// To the aggregator.
    pub aggregator: FigureView,
}

/// An epsilon, and what it means.
#[derive(Debug, Serialize)]
pub struct FigureView {
    /// Epsilon.
    pub epsilon: f64,
    /// How often an attacker can be right.
    pub guess: f64,
    /// In words.
    pub words: &'static str,
}

/// A step of opening a sum.
#[derive(Debug, Serialize)]
pub struct Opening {
    /// Whose masks were taken away.
    pub worker: String,
    /// Whether they were those it shared with others.
    pub repair: bool,
    /// The sum's first elements after it.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub elements: Uint32Array,
}

/// A secure sum under way.
#[derive(Debug, Serialize)]
pub struct SumView {
    /// `training`, `sharing`, `masking`, `confirming` or `unmasking`.
    pub phase: &'static str,
    /// Workers that have done it.
    pub heard: usize,
    /// Workers that have not.
    pub pending: usize,
    /// Neighbours of each worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neighbours: Option<usize>,
    /// Shares that open a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<usize>,
    /// Bits of an element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
}

/// A layer of the network.
#[derive(Debug, Serialize)]
pub struct LayerView {
    /// Its name.
    pub name: String,
    /// The shape of what leaves it.
    pub shape: Vec<usize>,
    /// Its weights.
    pub parameters: usize,
}

/// What is going on in the room.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AggregatorState {
    /// `idle`, `waiting`, `training` or `finished`.
    pub phase: &'static str,
    /// Rounds applied to the model.
    pub round: u32,
    /// Rounds asked for.
    pub rounds: u32,
    /// The try of the round under way.
    pub attempt: u32,
    /// Updates that close the round under way.
    pub target: usize,
    /// The secure sum under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<SumView>,
    /// The workers, by slot.
    pub workers: Vec<MemberView>,
    /// Bytes sent to all workers.
    pub bytes_sent: f64,
    /// Bytes received from them.
    pub bytes_received: f64,
    /// What the model's training has given away so far, as the text of a history.
    pub spent: String,
}

/// A worker, as the page shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The slot in the room.
    pub slot: u32,
    /// What it is doing.
    pub state: &'static str,
    /// Digits in its shard.
    pub digits: u32,
    /// Digits of each label in its shard.
    pub labels: Vec<u32>,
    /// How well the global model serves digits with its labels, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// The mean training loss of its last report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<f32>,
    /// Bytes sent to it.
    pub bytes_sent: f64,
    /// Bytes received from it.
    pub bytes_received: f64,
}
