//! Whether a worker's tab takes part, and what is out of order with it on purpose.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const WILLING: &str = r#"
export type WillingCommand =
  /** What the browser tells of the place where this tab runs: before `open`, and when it changes. */
  | ({ type: "conditions" } & Conditions)
  /** Lets a gate be, or heeds it again. */
  | { type: "ignore"; gate: string; ignored: boolean }
  | { type: "pause"; paused: boolean }
  /** Turns a dial: `slow` in seconds, `flaky` as a probability, `attack` by name. */
  | { type: "dial"; name: "slow" | "flaky" | "attack"; value: string };

export type WillingEvent =
  | ({ type: "eligibility" } & EligibilityView)
  | ({ type: "dials" } & DialsView);

/** What a browser tells; what it does not tell is absent. */
export interface Conditions {
  /** `level` from 0 to 1. */
  battery?: { level: number; charging: boolean };
  /** `quality` is an `effectiveType` of the Network Information API. */
  connection?: { quality: string; metered: boolean };
  savesData?: boolean;
  visible?: boolean;
  idle?: boolean;
}

export interface EligibilityView {
  willing: boolean;
  paused: boolean;
  gates: GateView[];
}

export interface GateView {
  name: string;
  label: string;
  /** When it hinders. */
  rule: string;
  /** What it sees, in words; absent where the browser does not tell. */
  reading?: string;
  verdict: "ok" | "hinders" | "ignored" | "unknown";
  ignored: boolean;
}

export interface DialsView {
  /** Seconds. */
  slow: number;
  slowMax: number;
  flaky: number;
  /** The name of one of `attacks`; the first of them is honesty. */
  attack: string;
  attacks: { name: string; words: string }[];
}
"#;

/// What a browser tells; what it does not tell is `None`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadConditions {
    /// The battery.
    pub battery: Option<ReadBattery>,
    /// The connection.
    pub connection: Option<ReadConnection>,
    /// Whether all sites are asked to save data.
    pub saves_data: Option<bool>,
    /// Whether the tab can be seen.
    pub visible: Option<bool>,
    /// Whether nobody uses the machine.
    pub idle: Option<bool>,
}

/// A battery, as the browser tells.
#[derive(Debug, Deserialize)]
pub struct ReadBattery {
    /// From 0 to 1.
    pub level: f64,
    /// Whether it is being charged.
    pub charging: bool,
}

/// A connection, as the browser tells.
#[derive(Debug, Deserialize)]
pub struct ReadConnection {
    /// An `effectiveType` of the Network Information API.
    pub quality: String,
    /// Whether it is mobile data.
    pub metered: bool,
}

/// Whether a tab takes part, and why.
#[derive(Debug, Serialize)]
pub struct EligibilityView {
    /// The verdict.
    pub willing: bool,
    /// The user wants a pause.
    pub paused: bool,
    /// Every gate.
    pub gates: Vec<GateView>,
}

/// One gate.
#[derive(Debug, Serialize)]
pub struct GateView {
    /// Its name in an `ignore`.
    pub name: &'static str,
    /// What the page calls it.
    pub label: &'static str,
    /// When it hinders.
    pub rule: &'static str,
    /// What it sees; `None` where the browser does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// `ok`, `hinders`, `ignored` or `unknown`.
    pub verdict: &'static str,
    /// Whether the user lets it be.
    pub ignored: bool,
}

/// What is out of order with a tab, on purpose.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DialsView {
    /// How long what it sends is held back, in seconds.
    pub slow: f64,
    /// The most that can be asked for.
    pub slow_max: f64,
    /// The probability with which it falls silent in a round.
    pub flaky: f64,
    /// The attack's name.
    pub attack: &'static str,
    /// Every attack, honesty first.
    pub attacks: Vec<AttackView>,
}

/// One attack to choose.
#[derive(Debug, Serialize)]
pub struct AttackView {
    /// Its name in an address.
    pub name: &'static str,
    /// What it does.
    pub words: &'static str,
}
