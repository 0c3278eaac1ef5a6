//! The drawing pad: what it asks, and what it is shown.

use js_sys::{Float32Array, Object, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const CLIENT: &str = r#"
export type ClientCommand =
  | { type: "model"; preset: string; round: number; weights: Float32Array }
  /** Strokes in the pad's pixels; `pen` is the line's width. */
  | { type: "draw"; id: number; width: number; height: number; pen: number; strokes: [number, number][][] };

export type ClientEvent =
  /** The answer to drawing `id`: what the network saw (28 x 28, absent for an empty pad), and what it says. */
  | { type: "prediction"; id: number; round: number; image?: Uint8Array; digit?: number; probabilities: number[]; millis: number }
  /** Drawing `id` cannot be read. */
  | { type: "unreadable"; id: number; reason: string }
  | { type: "failed"; reason: string };
"#;

/// What the page asks of the client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ClientCommand {
    /// Classify with this model from now on.
    Model {
        /// The network.
        preset: String,
        /// Rounds applied to it.
        round: u32,
    },
    /// Classify a drawing.
    Draw {
        /// To tell the answers apart.
        id: u32,
        /// The pad's width.
        width: f32,
        /// The pad's height.
        height: f32,
        /// The line's width.
        pen: f32,
        /// The strokes' points.
        strokes: Vec<Vec<[f32; 2]>>,
    },
}

impl ClientCommand {
    /// Reads a command, and a model's flat weights beside it, which serde cannot take up in
    /// an enum told apart by a field.
    ///
    /// # Errors
    /// When the value is not a command.
    pub fn read(value: JsValue) -> Result<(Self, Option<Float32Array>), JsValue> {
        let key = JsValue::from("weights");
        let weights = Reflect::get(&value, &key)?.dyn_into().ok();
        if let Some(object) = value.dyn_ref::<Object>() {
            Reflect::delete_property(object, &key)?;
        }
        Ok((serde_wasm_bindgen::from_value(value)?, weights))
    }
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
        /// What the network saw.
        #[serde(
            with = "serde_wasm_bindgen::preserve",
            skip_serializing_if = "JsValue::is_undefined"
        )]
        image: JsValue,
        /// The most probable digit.
        #[serde(skip_serializing_if = "Option::is_none")]
        digit: Option<u8>,
        /// Of all ten.
        probabilities: Vec<f32>,
        /// How long it took.
        millis: f64,
    },
    /// A drawing cannot be read.
    Unreadable {
        /// The drawing's.
        id: u32,
        /// Why.
        reason: String,
    },
    /// The role cannot go on.
    Failed {
        /// Why.
        reason: String,
    },
}
