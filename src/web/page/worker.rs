//! The worker's page: what it asks, and what it is shown.

use js_sys::{Float32Array, Uint8Array, Uint32Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

use super::{DialsView, EligibilityView, ReadConditions};
use sotto_digits::CLASSES;

#[wasm_bindgen(typescript_custom_section)]
const WORKER: &str = r#"
export type WorkerCommand =
  /** Joins the room. `data` is the digits' base URL. Under the name `tab` the worker is found again after a reload. */
  | { type: "open"; query: string; data: string; tab: string }
  /** Adds what is on the pad to this worker's handwriting: lengths in one unit, y downwards. */
  | { type: "write"; label: number; width: number; height: number; pen: number; strokes: [x: number, y: number, pressure: number][][] }
  | { type: "erase"; index: number }
  | { type: "eraseAll" }
  /** Adds the digits of a file that was exported. */
  | { type: "import"; text: string }
  /** Asks for the handwriting as a file. */
  | { type: "export" }
  /** Looks around as after a cut: the room may have another page. */
  | { type: "rejoin" }
  | WillingCommand;

export type WorkerEvent =
  | ({ type: "state" } & WorkerState)
  /** The shard could not be fetched; the worker goes on trying. */
  | { type: "unfetched"; reason: string }
  /** The shard is here: how many digits, of which labels, and up to 60 of them to look at. */
  | { type: "shard"; source: string; digits: number; histogram: number[]; bytes: number; sample: Uint8Array; labels: Uint8Array }
  /** This worker's handwriting, in the order of writing. Each digit stands `copies` times among the `digits` that it trains on. */
  | { type: "handwriting"; labels: Uint8Array; images: Uint8Array; copies: number; digits: number }
  /** The handwriting as a file of JSON. */
  | { type: "handwritingFile"; text: string }
  /** Of the `count` digits of the handwriting, the global model with `round` rounds behind it reads so many right. */
  | { type: "ownAccuracy"; round: number; correct: number; count: number }
  /** Another tab goes by the name that was given: this one must use another from now on. */
  | { type: "renamed"; tab: string }
  /** Training goes on where it was stopped: after `step` steps. */
  | { type: "resumed"; round: number; step: number }
  | { type: "varied"; images: Uint8Array; labels: Uint8Array }
  /** Training goes on, told some times a second; `loss` is the mean of the newest batch. */
  | { type: "progress"; round: number; epoch: number; step: number; steps: number; loss: number }
  /** A round is trained. `update` is n_k * (w_k - w), `norm` the length of w_k - w; `bytes` counts its values. If it is `secure` it stays here, and `masked` tells what leaves. */
  | { type: "sent"; round: number; digits: number; bytes: number; norm: number; loss: number; millis: number; secure: boolean; update: Float32Array }
  /** What went into a secure sum: `part` as it is, `masked` as it left. Both are elements of a ring of `bits` bits. */
  | { type: "masked"; round: number; bits: number; bytes: number; firstMasks: FirstMaskView[]; part: Uint32Array; masked: Uint32Array }
  | WillingEvent
  | { type: "notice"; level: "info" | "warning"; text: string }
  /** The role cannot go on. */
  | { type: "failed"; reason: string };

/** What a mask added to the first element; `with` is the worker that takes the same away. */
export interface FirstMaskView { with?: string; element: number }

export interface WorkerState {
  /** `searching`: no aggregator has answered yet. `away`: not willing. `silent`: on purpose, by a dial. */
  phase: "searching" | "loading" | "idle" | "training" | "summing" | "refused" | "away" | "silent";
  id: string;
  room: string;
  slot?: number;
  model?: string;
  round?: number;
  reason?: string;
  /** It is not needed for so long, in seconds. */
  rests?: number;
}
"#;

/// What the page asks of the worker.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum WorkerCommand {
    /// Join the room.
    Open {
        /// The page's URL query.
        query: String,
        /// The digits' base URL.
        data: String,
        /// Names the tab over reloads.
        tab: String,
    },
    /// What the browser tells of the place where this tab runs.
    Conditions(ReadConditions),
    /// Let a gate be, or heed it again.
    Ignore {
        /// Its name.
        gate: String,
        /// Whether it is ignored.
        ignored: bool,
    },
    /// Rest, or go on.
    Pause {
        /// Whether it rests.
        paused: bool,
    },
    /// Turn a dial.
    Dial {
        /// Its name.
        name: String,
        /// What was typed.
        value: String,
    },
    /// Hand over the handwriting as a file.
    Export,
    /// Look around as after a cut.
    Rejoin,
    /// Change the handwriting.
    #[serde(untagged)]
    Handwriting(HandwritingCommand),
}

/// What changes a worker's handwriting.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum HandwritingCommand {
    /// Add what was drawn.
    Write {
        /// The digit that it is meant to be.
        label: u8,
        /// The pad's width.
        width: f32,
        /// The pad's height.
        height: f32,
        /// The line's width.
        pen: f32,
        /// The strokes' points, with their pressure.
        strokes: Vec<Vec<[f32; 3]>>,
    },
    /// Remove a digit.
    Erase {
        /// Its index.
        index: usize,
    },
    /// Remove all of them.
    EraseAll,
    /// Add the digits of a file.
    Import {
        /// What the file says.
        text: String,
    },
}

/// What the worker shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WorkerEvent {
    /// What it is doing.
    State(WorkerState),
    /// The shard could not be fetched.
    Unfetched {
        /// Why.
        reason: String,
    },
    /// The shard is here.
    Shard {
        /// Where the digits come from.
        source: String,
        /// Digits in the shard.
        digits: u32,
        /// Digits of each label.
        histogram: [u32; CLASSES],
        /// Bytes downloaded for it.
        bytes: u32,
        /// Some digits' pixels, spread over the labels.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        sample: Uint8Array,
        /// Their labels.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        labels: Uint8Array,
    },
    /// This worker's handwriting.
    Handwriting {
        /// The labels, in the order of writing.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        labels: Uint8Array,
        /// The pixels, 784 each.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        images: Uint8Array,
        /// How often each stands in the shard.
        copies: u32,
        /// Digits in the shard with them.
        digits: u32,
    },
    /// The handwriting as a file.
    HandwritingFile {
        /// JSON.
        text: String,
    },
    /// How well the global model reads the handwriting.
    OwnAccuracy {
        /// Rounds behind the model.
        round: u32,
        /// Digits read right.
        correct: u32,
        /// Digits read.
        count: u32,
    },
    /// Another tab goes by the name that was given.
    Renamed {
        /// The name from now on.
        tab: String,
    },
    /// Digits of a step, with variety mixed in; some of a round.
    Varied {
        /// The pixels, 784 each.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        images: Uint8Array,
        /// Their labels.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        labels: Uint8Array,
    },
    /// Training goes on where it was stopped.
    Resumed {
        /// The round.
        round: u32,
        /// Steps done.
        step: u32,
    },
    /// Training goes on.
    Progress {
        /// The round.
        round: u32,
        /// The epoch, from 1.
        epoch: u32,
        /// Steps done.
        step: u32,
        /// Steps in all.
        steps: u32,
        /// The mean loss of the step's batch.
        loss: f32,
    },
    /// A round is trained.
    Sent {
        /// The round.
        round: u32,
        /// n_k.
        digits: u32,
        /// Bytes of the update's values.
        bytes: usize,
        /// The length of `w_k - w`.
        norm: f64,
        /// The mean loss of the last epoch.
        loss: f32,
        /// How long the training took.
        millis: f64,
        /// Whether the update stays here, and a secure sum begins.
        secure: bool,
        /// `n_k (w_k - w)`.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        update: Float32Array,
    },
    /// A masked vector was sent.
    Masked {
        /// The round.
        round: u32,
        /// Bits of an element.
        bits: u32,
        /// Bytes of the vector.
        bytes: usize,
        /// What each mask added to the first element.
        first_masks: Vec<FirstMaskView>,
        /// The elements as they are.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        part: Uint32Array,
        /// The elements as they were sent.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        masked: Uint32Array,
    },
    /// Whether this tab takes part, and why.
    Eligibility(EligibilityView),
    /// What is out of order with this tab, on purpose.
    Dials(DialsView),
    /// Something the user may want to know.
    Notice {
        /// `info` or `warning`.
        level: &'static str,
        /// What happened.
        text: String,
    },
    /// The role cannot go on.
    Failed {
        /// Why.
        reason: String,
    },
}

/// What a worker is doing.
#[derive(Debug, Serialize)]
pub struct WorkerState {
    /// `searching`, `loading`, `idle`, `training`, `summing`, `refused`, `away` or `silent`.
    pub phase: &'static str,
    /// 32 hexadecimal digits.
    pub id: String,
    /// The room's name.
    pub room: String,
    /// The slot in the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<u32>,
    /// The network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The round it trains in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Seconds for which it is not needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rests: Option<u32>,
}

/// What a mask added to the first element.
#[derive(Debug, Serialize)]
pub struct FirstMaskView {
    /// The worker that takes the same away; nobody for the own mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// The element.
    pub element: u32,
}
