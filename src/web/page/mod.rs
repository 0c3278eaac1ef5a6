//! What the page and the Rust roles say to each other: a closed set of messages.
//!
//! Each role runs in a dedicated worker. The page posts it commands, it posts events back.
//! The Rust types and their TypeScript twins stand side by side here, and nowhere else.

mod aggregator;
mod bridge;
mod client;
mod lesson;
mod library;
mod owner;
mod parties;
mod silo;
mod training;
mod willing;
mod worker;

use js_sys::{Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

pub use aggregator::*;
pub use bridge::*;
pub use client::*;
pub use lesson::*;
pub use library::*;
pub use owner::*;
use parties::read_transport;
pub use parties::*;
pub use silo::*;
pub use training::*;
pub use willing::*;
pub use worker::*;

#[wasm_bindgen(typescript_custom_section)]
const COMMON: &str = r#"
/** One setting of a run; each is a parameter of the page's URL. */
export interface Setting {
  name: string;
  label: string;
  help: string;
  value: string;
  default: string;
  /** The allowed values of a choice; absent for a number. */
  choices?: string[];
}

/** Where the digits come from. */
export interface Source {
  /** `mnist` or `synthetic`. */
  name: string;
  train: number;
  test: number;
}
"#;

/// One setting of a run; each is a parameter of the page's URL.
#[derive(Debug, Clone, Serialize)]
pub struct Setting {
    /// The URL parameter.
    pub name: &'static str,
    /// What the page calls it.
    pub label: &'static str,
    /// One sentence for the curious.
    pub help: &'static str,
    /// The value in force.
    pub value: String,
    /// The value when the URL is silent.
    pub default: String,
    /// The allowed values of a choice; absent for a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<&'static str>>,
}

/// Where the digits come from.
#[derive(Debug, Clone, Serialize)]
pub struct Source {
    /// `mnist` or `synthetic`.
    pub name: String,
    /// Training digits over all shards.
    pub train: u32,
    /// Test digits.
    pub test: u32,
}

/// Takes an object of JavaScript's own, such as flat weights or a file, out of a command: serde
/// cannot take it up in an enum told apart by a field.
///
/// # Errors
/// When the value is no object, or the field is of another kind.
pub fn take<T: JsCast>(command: &JsValue, field: &str) -> Result<Option<T>, JsValue> {
    let key = JsValue::from(field);
    let found = Reflect::get(command, &key)?;
    let taken = match found.is_undefined() {
        true => None,
        false => Some(found.dyn_into().map_err(|_| format!("{field} is of another kind"))?),
    };
    if let Some(object) = command.dyn_ref::<Object>() {
        Reflect::delete_property(object, &key)?;
    }
    Ok(taken)
}
