//! The lessons: what the page asks, and what it is shown.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const LESSON: &str = r#"
/** The clock that numbers are shared on: modulo the prime 2^61 - 1, or modulo 2^32. */
export type Modulus = "prime" | "word";
export type Operation = "add" | "subtract" | "multiply";

export type LessonCommand =
  /** What is left of `a + b` on a clock of so many hours. */
  | { type: "clock"; a: number; b: number; hours: number }
  /** Splits a number anew. */
  | { type: "split"; value: number; modulus: Modulus }
  /** Alice's share is moved to a part of the clock, 0 to 1; bob's follows. */
  | { type: "drag"; value: number; modulus: Modulus; turn: number }
  | { type: "calculate"; x: number; y: number; operation: Operation; modulus: Modulus }
  /** Fixes a number's point. */
  | { type: "fix"; value: number; base: number; digits: number; modulus: Modulus }
  /** Splits each value `count` times and counts where bob's shares fall. */
  | { type: "alone"; values: number[]; count: number; bins: number; modulus: Modulus };

export type LessonEvent =
  | { type: "clock"; left: number; turns: number }
  | { type: "split"; modulus: Modulus; value: Place; alice: Place; bob: Place }
  | ({ type: "calculated" } & CalculationView)
  | ({ type: "fixed" } & LessonFixedView)
  | { type: "alone"; values: number[]; counts: number[][] }
  /** A command that cannot be carried out. */
  | { type: "declined"; lesson: LessonCommand["type"]; reason: string }
  | { type: "failed"; reason: string };

/** A place on the clock. */
export interface Place {
  /** The number, whole, in decimal digits. */
  text: string;
  /** The part of the clock before it, 0 to 1. */
  turn: number;
}

/** Shares that add up to a number. */
export interface PairView {
  alice: Place;
  bob: Place;
  /** Their sum. */
  opened: Place;
}

export interface CalculationView {
  operation: Operation;
  modulus: Modulus;
  x: PairView;
  y: PairView;
  /** What a product takes: a triple of the provider, and `d = x - a`, `e = y - b`, which are opened. */
  triple?: { a: PairView; b: PairView; c: PairView; d: PairView; e: PairView };
  z: PairView;
  /** What the opened sum is read as. */
  result: string;
}

export interface LessonFixedView {
  /** The number without its point, before it is put on the clock. */
  whole: string;
  place: Place;
  /** What is read there. */
  read: number;
  overflows: boolean;
  /** The largest number that is read as itself. */
  most: number;
}
"#;

/// What the page asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LessonCommand {
    /// Addition on a clock.
    Clock {
        /// Where the hand stands.
        a: u32,
        /// The hours that pass.
        b: u32,
        /// Hours of the clock.
        hours: u32,
    },
    /// A number is split anew.
    Split {
        /// The number.
        value: i32,
        /// The clock.
        modulus: String,
    },
    /// Alice's share is moved.
    Drag {
        /// The number.
        value: i32,
        /// The clock.
        modulus: String,
        /// The part of the clock, 0 to 1.
        turn: f64,
    },
    /// Arithmetic on shares.
    Calculate {
        /// The first number.
        x: i32,
        /// The second.
        y: i32,
        /// What to do with them.
        operation: String,
        /// The clock.
        modulus: String,
    },
    /// A number's point is fixed.
    Fix {
        /// The number.
        value: f64,
        /// The base of its digits.
        base: u32,
        /// Digits behind the point.
        digits: u32,
        /// The clock.
        modulus: String,
    },
    /// Shares of some numbers are counted.
    Alone {
        /// The numbers.
        values: Vec<i32>,
        /// How often each is split.
        count: u32,
        /// Parts of the clock.
        bins: u32,
        /// The clock.
        modulus: String,
    },
}

/// What the lessons show.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LessonEvent {
    /// Where the hand stands.
    Clock {
        /// The hour.
        left: u32,
        /// How often it passed zero.
        turns: u32,
    },
    /// A number and its shares.
    Split {
        /// The clock.
        modulus: String,
        /// The number.
        value: Place,
        /// Alice's share.
        alice: Place,
        /// Bob's.
        bob: Place,
    },
    /// A calculation on shares.
    Calculated(Box<CalculationView>),
    /// A number without its point.
    Fixed(LessonFixedView),
    /// Where bob's shares fell.
    Alone {
        /// The numbers.
        values: Vec<i32>,
        /// For each, shares in each part of the clock.
        counts: Vec<Vec<u32>>,
    },
    /// A command cannot be carried out.
    Declined {
        /// The command's type.
        lesson: &'static str,
        /// Why.
        reason: String,
    },
}

/// A place on the clock.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// The number.
    pub text: String,
    /// The part of the clock before it, 0 to 1.
    pub turn: f64,
}

/// Shares that add up to a number.
#[derive(Debug, Clone, Serialize)]
pub struct PairView {
    /// Alice's share.
    pub alice: Place,
    /// Bob's.
    pub bob: Place,
    /// Their sum.
    pub opened: Place,
}

/// A calculation on shares.
#[derive(Debug, Clone, Serialize)]
pub struct CalculationView {
    /// What was done.
    pub operation: String,
    /// The clock.
    pub modulus: String,
    /// The first number.
    pub x: PairView,
    /// The second.
    pub y: PairView,
    /// What a product takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triple: Option<TripleView>,
    /// The result.
    pub z: PairView,
    /// What the opened sum is read as.
    pub result: String,
}

/// A Beaver triple and what is opened with it.
#[derive(Debug, Clone, Serialize)]
pub struct TripleView {
    /// `a`.
    pub a: PairView,
    /// `b`.
    pub b: PairView,
    /// `ab`.
    pub c: PairView,
    /// `x - a`.
    pub d: PairView,
    /// `y - b`.
    pub e: PairView,
}

/// A number without its point.
#[derive(Debug, Clone, Serialize)]
pub struct LessonFixedView {
    /// The whole number.
    pub whole: String,
    /// Its place on the clock.
    pub place: Place,
    /// What is read there.
    pub read: f64,
    /// Whether that is another number.
    pub overflows: bool,
    /// The largest number that is read as itself.
    pub most: f64,
}
