//! The worker's page: what it asks, and what it is shown.

use js_sys::{Float32Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::digits::CLASSES;

#[wasm_bindgen(typescript_custom_section)]
const WORKER: &str = r#"
export type WorkerCommand =
  /** Joins the room. `data` is the digits' base URL. */
  | { type: "open"; query: string; data: string };

export type WorkerEvent =
  | ({ type: "state" } & WorkerState)
  /** The shard is here: how many digits, of which labels, and up to 60 of them to look at. */
  | { type: "shard"; source: string; digits: number; histogram: number[]; bytes: number; sample: Uint8Array; labels: Uint8Array }
  /** Training goes on, told some times a second; `loss` is the mean of the newest batch. */
  | { type: "progress"; round: number; epoch: number; step: number; steps: number; loss: number }
  /** An update was sent. `update` is the n_k * (w_k - w) that left, `norm` the length of w_k - w; `bytes` counts its values. */
  | { type: "sent"; round: number; digits: number; bytes: number; norm: number; loss: number; millis: number; update: Float32Array }
  | { type: "notice"; level: "info" | "warning"; text: string }
  /** The role cannot go on. */
  | { type: "failed"; reason: string };

export interface WorkerState {
  /** `searching`: no aggregator has answered yet. */
  phase: "searching" | "loading" | "idle" | "training" | "refused";
  id: string;
  room: string;
  slot?: number;
  model?: string;
  round?: number;
  reason?: string;
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
    },
}

/// What the worker shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WorkerEvent {
    /// What it is doing.
    State(WorkerState),
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
    /// An update was sent.
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
        /// `n_k (w_k - w)`.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        update: Float32Array,
    },
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
    /// `searching`, `loading`, `idle`, `training` or `refused`.
    pub phase: &'static str,
    /// 32 hexadecimal digits.
    pub id: String,
    /// The room's name.
    pub room: String,
    /// The place in the room.
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
}
