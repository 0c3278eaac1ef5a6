//! The roles of an encrypted classification: what the page asks of them, and what it is shown.

use js_sys::{Array, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

use super::{TrainedView, TrainingView};

#[wasm_bindgen(typescript_custom_section)]
const PARTIES: &str = r#"
export type RoleName = "alice" | "bob" | "dealer" | "client" | "owner" | "silo";

/** How a role reaches another one: by a port within a page, or by broadcast channels between tabs. */
export type RoleWay =
  | { role: RoleName; port: MessagePort }
  | { role: RoleName; inbox: string; outbox: string };

/** What is public of a model that the parties compute with. */
export interface ModelInfo { number: number; preset: string; fraction: number; saving: Saving }

/** What gates save that can be had in two ways: dealt bytes, or rounds. */
export type Saving = "bytes" | "rounds";

export type PartyCommand =
  | { type: "open"; role: "alice" | "bob"; links: RoleWay[] }
  /** Whether it shows the masked values of every wire. */
  | { type: "watch"; on: boolean }
  /** Spoils its next message to its peer, so that one can see what happens. */
  | { type: "garble" };

export type PartyEvent =
  | { type: "ready" }
  /** It computes with this model from now on. */
  | { type: "using"; model: ModelInfo }
  /** Material at hand for the next classifications of this kind. */
  | { type: "stock"; batch: number; label: boolean; count: number; bytes: number }
  | ({ type: "classified" } & ClassifiedView)
  /** Silos have shared so many digits, at so many times. */
  | { type: "data"; contributions: number; digits: number }
  /** A training has begun, pauses, goes on or is over. */
  | ({ type: "training" } & TrainingView)
  | ({ type: "trained" } & TrainedView)
  /** A training could not begin, or its result could not be taken; nothing has changed. */
  | { type: "untrained"; reason: string }
  | RoleFailed;

/** The role cannot go on; `role` is to blame, at `step`, where that is known. */
export interface RoleFailed { type: "failed"; reason: string; role?: RoleName; step?: string }

/** A classification as one party saw it. */
export interface ClassifiedView {
  /** The client's number of it. */
  number: number;
  batch: number;
  /** The dealer's number of the material that was used up. */
  material: number;
  dealtBytes: number;
  rounds: number;
  /** Bytes that this party sent. */
  sentBytes: number;
  onlineMs: number;
  /** Of those, in waiting for the peer. */
  waitedMs: number;
  /** Spent before, on what does not depend on the input. */
  prepareMs: number;
  /** Oldest first. */
  records: WireRecord[];
  /** Absent from a party that is not watched, and from batches. */
  seen: SeenView[];
}

export interface WireRecord {
  /** Such as `classify/17/conv1/open`. */
  path: string;
  /** The role at the other end. */
  peer: RoleName;
  way: "sent" | "received";
  bytes: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Masked values on the wire that leaves a layer: the highest 8 bits of each. */
export interface SeenView { layer: string; bits: number; values: Uint8Array }

export type DealerCommand = { type: "open"; links: RoleWay[] };

export type DealerEvent =
  | { type: "ready" }
  | { type: "dealt"; number: number; alice: number; bob: number; millis: number }
  /** Material for a step of training; bytes. */
  | { type: "dealtStep"; number: number; alice: number; bob: number; millis: number }
  | RoleFailed;
"#;

/// How a role reaches another one.
pub enum Transport {
    /// Within a page.
    Port(MessagePort),
    /// Between tabs.
    Channels {
        /// The name of the channel that it reads.
        inbox: String,
        /// The name of the channel that it writes to.
        outbox: String,
    },
}

/// Reads the `links` of an `open` command, which serde cannot take up.
///
/// # Errors
/// In words.
pub fn read_links(command: &JsValue) -> Result<Vec<(sotto_mpc::Role, Transport)>, JsValue> {
    let links: Array = Reflect::get(command, &"links".into())?.dyn_into()?;
    links.iter().map(|link| read_link(&link)).collect()
}

fn read_link(link: &JsValue) -> Result<(sotto_mpc::Role, Transport), JsValue> {
    let role = Reflect::get(link, &"role".into())?.as_string();
    let role = role.as_deref().and_then(sotto_mpc::Role::by_name).ok_or("a link to no role")?;
    let transport = read_transport(link)?.ok_or_else(|| format!("no way to {role}"))?;
    Ok((role, transport))
}

/// Reads the end of a transport: a port, or the names of two channels.
pub(super) fn read_transport(way: &JsValue) -> Result<Option<Transport>, JsValue> {
    let text = |name: &str| Ok::<_, JsValue>(Reflect::get(way, &name.into())?.as_string());
    let port = Reflect::get(way, &"port".into())?;
    Ok(match (port.dyn_into(), text("inbox")?, text("outbox")?) {
        (Ok(port), _, _) => Some(Transport::Port(port)),
        (_, Some(inbox), Some(outbox)) => Some(Transport::Channels { inbox, outbox }),
        _ => None,
    })
}

/// What the page asks of alice or bob.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum PartyCommand {
    /// Take part; the links are read by [`read_links`].
    Open {
        /// `alice` or `bob`.
        role: String,
    },
    /// Show what is on every wire, or stop that.
    Watch {
        /// Which.
        on: bool,
    },
    /// Spoil the next message to the peer.
    Garble,
}

/// What a party shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PartyEvent {
    /// It can be reached.
    Ready,
    /// It computes with this model.
    Using {
        /// What is public of it.
        model: ModelView,
    },
    /// Material at hand.
    Stock {
        /// Images of a classification.
        batch: usize,
        /// Whether only the label is learnt.
        label: bool,
        /// Classifications that there is material for.
        count: usize,
        /// Dealt bytes in it.
        bytes: usize,
    },
    /// A classification is over.
    Classified(ClassifiedView),
    /// Silos have shared digits.
    Data {
        /// How often.
        contributions: usize,
        /// How many.
        digits: usize,
    },
    /// A training has begun, pauses, goes on or is over.
    Training(TrainingView),
    /// A step is over.
    Trained(TrainedView),
    /// A training could not begin, or its result could not be taken.
    Untrained {
        /// Why.
        reason: String,
    },
    /// The role cannot go on.
    Failed(RoleFailed),
}

/// What is public of a model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModelView {
    /// Counts the models of a session.
    pub number: u32,
    /// The network.
    pub preset: String,
    /// Fractional bits.
    pub fraction: u32,
    /// What the gates save.
    pub saving: TradeOffView,
}

/// What gates save that can be had in two ways.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TradeOffView {
    /// Dealt words.
    Bytes,
    /// Rounds.
    Rounds,
}

impl From<sotto_mpc::TradeOff> for TradeOffView {
    fn from(saving: sotto_mpc::TradeOff) -> Self {
        match saving {
            sotto_mpc::TradeOff::Bytes => Self::Bytes,
            sotto_mpc::TradeOff::Rounds => Self::Rounds,
        }
    }
}

impl From<TradeOffView> for sotto_mpc::TradeOff {
    fn from(saving: TradeOffView) -> Self {
        match saving {
            TradeOffView::Bytes => Self::Bytes,
            TradeOffView::Rounds => Self::Rounds,
        }
    }
}

impl From<sotto_mpc::ModelInfo> for ModelView {
    fn from(info: sotto_mpc::ModelInfo) -> Self {
        let sotto_mpc::ModelInfo { number, preset, fraction, trade_off } = info;
        Self { number, preset, fraction, saving: trade_off.into() }
    }
}

impl From<ModelView> for sotto_mpc::ModelInfo {
    fn from(view: ModelView) -> Self {
        let ModelView { number, preset, fraction, saving } = view;
        Self { number, preset, fraction, trade_off: saving.into() }
    }
}

/// Why a role cannot go on.
#[derive(Debug, Serialize)]
pub struct RoleFailed {
    /// In words.
    pub reason: String,
    /// Who is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// At which step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

impl From<sotto_mpc::Error> for RoleFailed {
    fn from(error: sotto_mpc::Error) -> Self {
        let (role, step) = error.culprit().unzip();
        let step = step.map(str::to_owned);
        Self { reason: error.to_string(), role: role.map(sotto_mpc::Role::name), step }
    }
}

/// A classification as one party saw it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassifiedView {
    /// The client's number of it.
    pub number: u32,
    /// Images.
    pub batch: usize,
    /// The dealer's number of the material.
    pub material: u32,
    /// Bytes of it.
    pub dealt_bytes: usize,
    /// Messages one after the other.
    pub rounds: usize,
    /// Bytes that this party sent.
    pub sent_bytes: usize,
    /// From the first step to the last.
    pub online_ms: f64,
    /// Of those, in waiting.
    pub waited_ms: f64,
    /// Spent before.
    pub prepare_ms: f64,
    /// The messages.
    pub records: Vec<WireRecord>,
    /// The masked values.
    pub seen: Vec<SeenView>,
}

/// A message that went over a wire.
#[derive(Debug, Serialize)]
pub struct WireRecord {
    /// The step.
    pub path: String,
    /// The role at the other end.
    pub peer: &'static str,
    /// `sent` or `received`.
    pub way: &'static str,
    /// Its length.
    pub bytes: usize,
    /// Milliseconds since the epoch.
    pub at: f64,
}

impl From<sotto_mpc::Record> for WireRecord {
    fn from(record: sotto_mpc::Record) -> Self {
        let way = match record.direction {
            sotto_mpc::Direction::Sent => "sent",
            sotto_mpc::Direction::Received => "received",
        };
        let sotto_mpc::Record { path, role, bytes, at_ms: at, .. } = record;
        Self { path: path.to_string(), peer: role.name(), way, bytes, at }
    }
}

/// Masked values on a wire.
#[derive(Debug, Serialize)]
pub struct SeenView {
    /// The layer that they left.
    pub layer: String,
    /// Bits of each.
    pub bits: u32,
    /// The highest 8 bits of each.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Uint8Array,
}

impl From<sotto_mpc::Seen> for SeenView {
    fn from(seen: sotto_mpc::Seen) -> Self {
        let sotto_mpc::Seen { layer, bits, values } = seen;
        let highest: Vec<u8> = values.iter().map(|value| (value >> (bits - 8)) as u8).collect();
        Self { layer, bits, values: Uint8Array::from(highest.as_slice()) }
    }
}

impl From<sotto_mpc::Classified> for ClassifiedView {
    fn from(done: sotto_mpc::Classified) -> Self {
        Self {
            number: done.number,
            batch: done.kind.batch,
            material: done.material,
            dealt_bytes: done.dealt_bytes,
            rounds: done.rounds(),
            sent_bytes: done.sent_bytes(),
            online_ms: done.online_ms,
            waited_ms: done.waited_ms,
            prepare_ms: done.prepare_ms,
            records: done.records.into_iter().map(WireRecord::from).collect(),
            seen: done.seen.into_iter().map(SeenView::from).collect(),
        }
    }
}

/// What the page asks of the dealer.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum DealerCommand {
    /// Take part; the links are read by [`read_links`].
    Open,
}

/// What the dealer shows.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DealerEvent {
    /// It can be reached.
    Ready,
    /// Material has gone out.
    Dealt {
        /// Its number.
        number: u32,
        /// Bytes to alice.
        alice: usize,
        /// Bytes to bob.
        bob: usize,
        /// How long it took.
        millis: f64,
    },
    /// Material for a step of training has gone out.
    DealtStep {
        /// Its number.
        number: u32,
        /// Bytes to alice.
        alice: usize,
        /// Bytes to bob.
        bob: usize,
        /// How long it took.
        millis: f64,
    },
    /// The role cannot go on.
    Failed(RoleFailed),
}
