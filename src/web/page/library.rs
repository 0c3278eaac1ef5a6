//! The library of models: what the page asks, and what it is shown.

use js_sys::{Float32Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

use sotto_digits::CLASSES;

#[wasm_bindgen(typescript_custom_section)]
const LIBRARY: &str = r#"
export type LibraryCommand =
  /** Shows what is there. `data` is the digits' base URL: models are measured on the test digits. */
  | { type: "open"; data: string }
  /** Another part of the page, or another tab, may have changed something. */
  | { type: "list" }
  /** `spent` is the text that came with the model: what its training has given away. */
  | { type: "save"; name: string; preset: string; round: number; accuracy?: number; spent: string; weights: Float32Array }
  | { type: "rename"; id: string; name: string }
  | { type: "delete"; id: string }
  /** Makes a safetensors file of a model. */
  | { type: "download"; id: string }
  /** Takes a safetensors file, when it holds a network of ours. */
  | { type: "upload"; file: File }
  /** Measures two models on the test digits. */
  | { type: "compare"; ids: [string, string] }
  /** Gives a model out: to read digits with, or as the first weights of a run. */
  | { type: "take"; id: string; purpose: "read" | "continue" }
  /** Removes everything that Sotto keeps in this browser. */
  | { type: "forget" };

export type LibraryEvent =
  /** What is in the library, the latest first; how much room the browser has, where it says so. */
  | { type: "models"; models: SavedModel[]; used?: number; quota?: number }
  | { type: "file"; name: string; bytes: Uint8Array }
  /** A comparison is under way: `done` of `all` digits. */
  | { type: "comparing"; done: number; all: number }
  | { type: "compared"; results: [MeasuredModel, MeasuredModel] }
  | { type: "taken"; id: string; purpose: "read" | "continue"; name: string; preset: string; round: number; spent: string; hash: string; weights: Float32Array }
  /** Everything was removed. */
  | { type: "forgotten" }
  /** A command could not be carried out; nothing was changed. */
  | { type: "declined"; what: string; reason: string }
  | { type: "failed"; reason: string };

export interface SavedModel {
  id: string;
  name: string;
  preset: string;
  round: number;
  /** On the test digits, in percent, where it was measured. */
  accuracy?: number;
  /** Bytes of the weights. */
  size: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** The page saved it when another run replaced it. */
  autosaved: boolean;
  /** Why it cannot be used; then the rest says nothing. */
  problem?: string;
}

/** Percent of the test digits read right, in all and by label. */
export interface MeasuredModel { id: string; name: string; accuracy: number; labels: number[] }
"#;

/// What the page asks of the library.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum LibraryCommand {
    /// Show what is there.
    Open {
        /// The digits' base URL.
        data: String,
    },
    /// Look again.
    List,
    /// Keep a model, whose weights are in the command.
    Save {
        /// What to call it.
        name: String,
        /// The network.
        preset: String,
        /// Rounds of training.
        round: u32,
        /// In percent.
        accuracy: Option<f64>,
        /// What its training has given away, as the text of a history.
        spent: String,
    },
    /// Call a model something else.
    Rename {
        /// Which one.
        id: String,
        /// What to call it.
        name: String,
    },
    /// Remove a model.
    Delete {
        /// Which one.
        id: String,
    },
    /// Make a file of a model.
    Download {
        /// Which one.
        id: String,
    },
    /// Take the file of the command.
    Upload,
    /// Measure two models.
    Compare {
        /// Which ones.
        ids: [String; 2],
    },
    /// Give a model out.
    Take {
        /// Which one.
        id: String,
        /// What for.
        purpose: Purpose,
    },
    /// Remove everything.
    Forget,
}

/// What a model is taken for.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// To read digits with.
    Read,
    /// As the first weights of a run.
    Continue,
}

/// What the library shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LibraryEvent {
    /// What is there.
    Models {
        /// The latest first.
        models: Vec<SavedModel>,
        /// Bytes that the site uses, as the browser estimates.
        #[serde(skip_serializing_if = "Option::is_none")]
        used: Option<f64>,
        /// Bytes that it may use.
        #[serde(skip_serializing_if = "Option::is_none")]
        quota: Option<f64>,
    },
    /// A model as a file.
    File {
        /// What to call it.
        name: String,
        /// What is in it.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        bytes: Uint8Array,
    },
    /// A comparison goes on.
    Comparing {
        /// Digits read.
        done: usize,
        /// Digits to read.
        all: usize,
    },
    /// Two models were measured.
    Compared {
        /// In the order that was asked for.
        results: [MeasuredModel; 2],
    },
    /// A model was given out.
    Taken {
        /// Which one.
        id: String,
        /// What for.
        purpose: Purpose,
        /// Its name.
        name: String,
        /// The network.
        preset: String,
        /// Rounds of training.
        round: u32,
        /// What its training has given away, as the text of a history.
        spent: String,
        /// The SHA-256 of the weights.
        hash: String,
        /// The flat weights.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        weights: Float32Array,
    },
    /// Everything was removed.
    Forgotten,
    /// A command could not be carried out.
    Declined {
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        reason: String,
    },
}

/// A model of the library.
#[derive(Debug, Default, Serialize)]
pub struct SavedModel {
    /// Names it in commands.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// The network.
    pub preset: String,
    /// Rounds of training.
    pub round: u32,
    /// In percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// Bytes of the weights.
    pub size: usize,
    /// Milliseconds since the epoch.
    pub at: f64,
    /// Whether the page saved it by itself.
    pub autosaved: bool,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A model on the test digits.
#[derive(Debug, Serialize)]
pub struct MeasuredModel {
    /// Which one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Percent read right.
    pub accuracy: f64,
    /// The same by label.
    pub labels: [f64; CLASSES],
}
