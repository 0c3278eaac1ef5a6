//! A silo: what its page asks of it, and what it is shown.

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use super::{Course, RoleFailed};

#[wasm_bindgen(typescript_custom_section)]
const SILO: &str = r#"
export type SiloCommand =
  /** `data` is the digits' base URL. */
  | { type: "open"; links: RoleWay[]; data: string }
  /**
   * Shares `count` training digits with alice and bob: of slot `index`, of whose digits no other slot has any, from
   * number `from` on.
   */
  | { type: "digits"; index: number; from: number; count: number }
  /** Shares a drawing, and what it is meant to be. */
  | { type: "drawing"; width: number; height: number; pen: number; strokes: [number, number, number][][]; label: number }
  /** Trains the same in the clear, in floating point, on what this silo has shared: to compare. */
  | { type: "plain"; course: Course };

export type SiloEvent =
  | { type: "ready" }
  /** `digits` more have gone out, as `bytes` to each party. `image`, the first of them, never leaves the silo. */
  | { type: "contributed"; digits: number; bytes: number; label: number; image: Uint8Array }
  /** How far training in the clear is; at its end, how well the model reads the test digits, in percent. */
  | { type: "plain"; step: number; steps: number; millis: number; accuracy?: number }
  /** Nothing was shared, or nothing trained in the clear. */
  | { type: "unshared"; reason: string }
  | RoleFailed;
"#;

/// What the page asks of a silo.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum SiloCommand {
    /// Take part; the links are read by [`read_links`](super::read_links).
    Open {
        /// The digits' base URL.
        data: String,
    },
    /// Share training digits.
    Digits {
        /// The slot, from 0.
        index: u32,
        /// From which of its digits on.
        from: usize,
        /// How many.
        count: usize,
    },
    /// Share a drawing.
    Drawing {
        /// The pad's width.
        width: f32,
        /// The pad's height.
        height: f32,
        /// The line's width.
        pen: f32,
        /// The strokes' points, with their pressure.
        strokes: Vec<Vec<[f32; 3]>>,
        /// What it is meant to be.
        label: u8,
    },
    /// Train in the clear, to compare.
    Plain {
        /// The same training.
        course: Course,
    },
}

/// What a silo shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum SiloEvent {
    /// It can reach the parties.
    Ready,
    /// Digits have gone out.
    Contributed {
        /// How many.
        digits: usize,
        /// To each party.
        bytes: usize,
        /// Of the first one.
        label: u8,
        /// Its pixels.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        image: Uint8Array,
    },
    /// How far training in the clear is.
    Plain {
        /// Steps taken.
        step: u32,
        /// Steps in all.
        steps: u32,
        /// Time in them.
        millis: f64,
        /// On the test digits, in percent; at the end.
        #[serde(skip_serializing_if = "Option::is_none")]
        accuracy: Option<f64>,
    },
    /// Nothing was shared, or nothing trained in the clear.
    Unshared {
        /// Why.
        reason: String,
    },
    /// The role cannot go on.
    Failed(RoleFailed),
}
