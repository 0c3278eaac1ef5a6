//! The model's owner: what the page asks of it, and what it is shown.

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use super::{Course, ModelView, RoleFailed, TradeOffView};

#[wasm_bindgen(typescript_custom_section)]
const OWNER: &str = r#"
export type OwnerCommand =
  /** `data` is the digits' base URL. */
  | { type: "open"; links: RoleWay[]; data: string }
  /** Shares this model with the parties, with `fraction` fractional bits. */
  | { type: "model"; preset: string; round: number; fraction: number; saving: Saving; weights: Float32Array }
  /** Reads the first `count` test digits in the clear, with the newest model. */
  | { type: "classify"; count: number }
  /** Has alice and bob train a model that nobody will know, on what silos have shared. */
  | { type: "train"; course: Course }
  | { type: "pauseTraining" }
  | { type: "resumeTraining" }
  /** The parties compute with what the last training has come to from now on. */
  | { type: "take"; fraction: number; saving: Saving }
  /** Shows what fixed precision does to a number. */
  | { type: "fix"; value: number; fraction: number };

export type OwnerEvent =
  | { type: "ready" }
  /** The parties have their shares; `bytes` to each of them. */
  | { type: "shared"; model: ModelInfo; round: number; bytes: number }
  /** Whether the newest model's numbers fit, layer by layer. */
  | ({ type: "ranges" } & RangesView)
  /** The newest model on the first `count` test digits, in percent: in floating point, and in fixed point in the clear. */
  | { type: "precision"; fraction: number; count: number; float: number; fixed: number }
  /** How long one image takes in the clear, in floating point. */
  | { type: "plain"; millis: number }
  /** The labels that the model reads in the clear; the first `answers.length` test digits. */
  | { type: "answers"; answers: Uint8Array }
  | ({ type: "fixed" } & FixedView)
  /** Alice has been asked to train. */
  | { type: "training"; number: number; course: Course }
  /** The parties have been asked to compute with the result of this training, as this model. */
  | { type: "taken"; model: ModelInfo; training: number }
  /** The newest model cannot be shared; the parties keep the one before. */
  | { type: "unshared"; reason: string }
  /** The test digits cannot be had, so ranges and precision are not known. */
  | { type: "unmeasured"; reason: string }
  | RoleFailed;

export interface RangesView { fraction: number; layers: LayerRangeView[]; verdict: RangeVerdict }

/** Whatever the input is; on all images that were tried; not even on those. */
export type RangeVerdict = "always" | "onSample" | "never";

export interface LayerRangeView {
  layer: string;
  /** Bits that the ring leaves for a magnitude. */
  limitBits: number;
  /** Bits of the largest magnitude on the images that were tried. */
  seenBits: number;
  /** Bits that no image can exceed. */
  worstBits: number;
  verdict: RangeVerdict;
}

export interface FixedView {
  value: number;
  fraction: number;
  /** Whether the number fits the ring. */
  fits: boolean;
  /** `value * 2^fraction`, rounded: a whole number. */
  scaled: number;
  /** That number modulo 2^32, as eight hexadecimal digits. */
  element: string;
  /** What the ring element stands for. */
  back: number;
}
"#;

/// What the page asks of the owner.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum OwnerCommand {
    /// Take part; the links are read by [`read_links`](super::read_links).
    Open {
        /// The digits' base URL.
        data: String,
    },
    /// Share this model.
    Model {
        /// The network.
        preset: String,
        /// Rounds applied to it.
        round: u32,
        /// Fractional bits.
        fraction: u32,
        /// What the gates save.
        saving: TradeOffView,
    },
    /// Read test digits in the clear.
    Classify {
        /// How many.
        count: usize,
    },
    /// Have a model trained on shares.
    Train {
        /// Which, and how.
        course: Course,
    },
    /// Let training rest.
    PauseTraining,
    /// Go on with it.
    ResumeTraining,
    /// Have the parties compute with what training has come to.
    Take {
        /// Fractional bits.
        fraction: u32,
        /// What the gates save.
        saving: TradeOffView,
    },
    /// Show what fixed precision does.
    Fix {
        /// The number.
        value: f64,
        /// Fractional bits.
        fraction: u32,
    },
}

/// What the owner shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum OwnerEvent {
    /// It can be reached.
    Ready,
    /// The parties have their shares.
    Shared {
        /// What is public of the model.
        model: ModelView,
        /// Rounds applied to it.
        round: u32,
        /// Bytes to each party.
        bytes: usize,
    },
    /// Whether its numbers fit.
    Ranges {
        /// Fractional bits.
        fraction: u32,
        /// Layer by layer.
        layers: Vec<LayerRangeView>,
        /// The worst of them.
        verdict: &'static str,
    },
    /// The model on test digits, in percent.
    Precision {
        /// Fractional bits.
        fraction: u32,
        /// Test digits.
        count: usize,
        /// In floating point.
        float: f64,
        /// In fixed point.
        fixed: f64,
    },
    /// How long one image takes in the clear.
    Plain {
        /// In floating point.
        millis: f64,
    },
    /// The labels of the first test digits, read in the clear.
    Answers {
        /// One byte each.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        answers: Uint8Array,
    },
    /// What fixed precision does to a number.
    Fixed {
        /// The number.
        value: f64,
        /// Fractional bits.
        fraction: u32,
        /// Whether it fits the ring.
        fits: bool,
        /// Scaled and rounded.
        scaled: f64,
        /// The ring element, in hexadecimal digits.
        element: String,
        /// What it stands for.
        back: f64,
    },
    /// Alice has been asked to train.
    Training {
        /// Counts the trainings of a session.
        number: u32,
        /// What is trained, and how.
        course: Course,
    },
    /// The parties have been asked to compute with a result.
    Taken {
        /// As this model.
        model: ModelView,
        /// Of this training.
        training: u32,
    },
    /// The newest model cannot be shared.
    Unshared {
        /// Why.
        reason: String,
    },
    /// The test digits cannot be had.
    Unmeasured {
        /// Why.
        reason: String,
    },
    /// The role cannot go on.
    Failed(RoleFailed),
}

/// How large one layer's numbers get.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerRangeView {
    /// The layer.
    pub layer: String,
    /// Bits that the ring leaves.
    pub limit_bits: u32,
    /// Bits on the images that were tried.
    pub seen_bits: f64,
    /// Bits that no image can exceed.
    pub worst_bits: f64,
    /// What follows.
    pub verdict: &'static str,
}
