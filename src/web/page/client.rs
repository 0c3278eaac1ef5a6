//! The drawing pad: what it asks, and what it is shown.

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use super::{ModelView, RoleFailed};

#[wasm_bindgen(typescript_custom_section)]
const CLIENT: &str = r#"
export type ClientCommand =
  /** Links to alice and bob: drawings can be read on shares from now on. Sent again when the parties are new. */
  | { type: "open"; session: string; links: RoleWay[] }
  /** The parties are gone, or somebody else is their client. */
  | { type: "close" }
  /** The parties compute with this model. */
  | { type: "using"; model: ModelInfo; round: number }
  /** A model to read with in the clear. */
  | { type: "model"; preset: string; round: number; weights: Float32Array }
  /** Strokes in the pad's pixels; `pen` is the line's width. `label`: learn the digit alone. */
  | { type: "draw"; id: number; width: number; height: number; pen: number; strokes: [x: number, y: number, pressure: number][][]; reader: Reader; label: boolean }
  /** Classifies the first `count` test digits on shares, `batch` together, or as many as suit the network. `data` is the digits' base URL. */
  | { type: "evaluate"; count: number; data: string; batch?: number }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "stop" };

/** On secret shares by alice and bob, or in the clear by a model in this page. */
export type Reader = "shares" | "clear";

export type ClientEvent =
  /**
   * The answer to drawing `id`: what the network saw (28 x 28, absent for an empty pad), and what it says.
   * `probabilities` is empty when only the label was learnt.
   */
  | { type: "prediction"; id: number; round: number; reader: Reader; image?: Uint8Array; digit?: number; probabilities: number[]; millis: number; number?: number; fraction?: number; alice?: Uint32Array; bob?: Uint32Array }
  /** Drawing `id` cannot be read. */
  | { type: "unreadable"; id: number; reason: string }
  /** Test digits `done - labels.length .. done` have been read on shares; `millis` is the time spent so far. */
  | { type: "evaluated"; done: number; total: number; correct: number; millis: number; labels: Uint8Array; answers: Uint8Array; images: Uint8Array }
  /** The test digits cannot be had. */
  | { type: "unevaluated"; reason: string }
  /** The session of this name cannot go on; without one, the role itself. */
  | (RoleFailed & { session?: string });
"#;

/// What the page asks of the client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ClientCommand {
    /// Read on shares from now on; the links are read by [`read_links`](super::read_links).
    Open {
        /// The session's name.
        session: String,
    },
    /// The parties are gone.
    Close,
    /// The parties compute with this model.
    Using {
        /// What is public of it.
        model: ModelView,
        /// Rounds applied to it.
        round: u32,
    },
    /// A model to read with in the clear.
    Model {
        /// The network.
        preset: String,
        /// Rounds applied to it.
        round: u32,
    },
    /// Classify a drawing.
    Draw(DrawCommand),
    /// Classify test digits on shares.
    Evaluate {
        /// How many.
        count: usize,
        /// The digits' base URL.
        data: String,
        /// How many together.
        batch: Option<usize>,
    },
    /// Wait with the test digits.
    Pause,
    /// Go on with them.
    Resume,
    /// Leave them.
    Stop,
}

/// A drawing to classify.
#[derive(Debug, Deserialize)]
pub struct DrawCommand {
    /// To tell the answers apart.
    pub id: u32,
    /// The pad's width.
    pub width: f32,
    /// The pad's height.
    pub height: f32,
    /// The line's width.
    pub pen: f32,
    /// The strokes' points, with their pressure.
    pub strokes: Vec<Vec<[f32; 3]>>,
    /// Who reads it.
    pub reader: Reader,
    /// Learn the digit alone.
    pub label: bool,
}

/// Who reads a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reader {
    /// Alice and bob, on secret shares.
    Shares,
    /// A model in this page, in the clear.
    Clear,
}

/// What the client shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ClientEvent {
    /// The answer to a drawing.
    Prediction {
        /// The drawing's.
        id: u32,
        /// Rounds applied to the model.
        round: u32,
        /// Who read it.
        reader: Reader,
        /// What the network saw.
        #[serde(
            with = "serde_wasm_bindgen::preserve",
            skip_serializing_if = "JsValue::is_undefined"
        )]
        image: JsValue,
        /// The most probable digit.
        #[serde(skip_serializing_if = "Option::is_none")]
        digit: Option<u8>,
        /// Of all ten; empty when only the label was learnt.
        probabilities: Vec<f32>,
        /// From the shares' leaving to the answer.
        millis: f64,
        /// The number of the classification on shares.
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<u32>,
        /// Bits behind the point of what is shared.
        #[serde(skip_serializing_if = "Option::is_none")]
        fraction: Option<u32>,
        /// Alice's share of each pixel.
        #[serde(
            with = "serde_wasm_bindgen::preserve",
            skip_serializing_if = "JsValue::is_undefined"
        )]
        alice: JsValue,
        /// Of bob's.
        #[serde(
            with = "serde_wasm_bindgen::preserve",
            skip_serializing_if = "JsValue::is_undefined"
        )]
        bob: JsValue,
    },
    /// A drawing cannot be read.
    Unreadable {
        /// The drawing's.
        id: u32,
        /// Why.
        reason: String,
    },
    /// Test digits have been read on shares.
    Evaluated {
        /// How many so far.
        done: usize,
        /// Of how many.
        total: usize,
        /// How many were read right.
        correct: usize,
        /// Time spent so far.
        millis: f64,
        /// The newest ones' labels.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        labels: Uint8Array,
        /// What was read.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        answers: Uint8Array,
        /// Their pixels.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        images: Uint8Array,
    },
    /// The test digits cannot be had.
    Unevaluated {
        /// Why.
        reason: String,
    },
    /// The session cannot go on.
    Failed {
        /// Its name.
        session: String,
        /// Why.
        #[serde(flatten)]
        failed: RoleFailed,
    },
}
