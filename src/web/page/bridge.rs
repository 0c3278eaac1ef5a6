//! The bridge to those who are elsewhere: what the page asks of it, and what it is shown.

use js_sys::{Array, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use zeroize::ZeroizeOnDrop;

use super::{Transport, read_transport};
use sotto_link::{Admission, CloseReason, EndpointId, GuestView, Stage, Words};

#[wasm_bindgen(typescript_custom_section)]
const BRIDGE: &str = r#"
/** A way between a role of this page, or of a tab beside it, and one at another endpoint. */
export type RemoteWay =
  | { peer: string; name: string; port: MessagePort }
  | { peer: string; name: string; inbox: string; outbox: string };

/** What the host's page keeps of a room: who has the secret may come in, who has the identity is the host. */
export interface RoomKeys {
  secret: string;
  identity: string;
}

export type BridgeCommand =
  /** Hosts a room; draws its keys where none are given. `payload`: what the broker carries at once. */
  | { type: "host"; room: string; keys?: RoomKeys; payload: number }
  /** Asks as `claim` to be let in by the page of the host whose fingerprint this is; a worker's tab is in `room`, which is of this page alone. By `tab`,
   * which nobody else knows, the host knows it again. */
  | { type: "visit"; room: string; tab: string; secret: string; host: string; claim: string; payload: number }
  /** Lets a guest in, or turns it away. */
  | { type: "decide"; guest: string; comesIn: boolean }
  | { type: "lock"; locked: boolean }
  /** Tells again how things stand: times change. */
  | { type: "look" }
  /** A word to a guest, or to all that are in; to the host, from a guest. */
  | { type: "say"; to?: string; text: string }
  /** The ways of a session of the parties; those of the one before end. */
  | { type: "lay"; ways: RemoteWay[] }
  | { type: "leave" };

export type BridgeEvent =
  /** The link that others come by has the secret and the host's fingerprint; `endpoint` is this page's own. */
  | { type: "hosting"; keys: RoomKeys; fingerprint: string; endpoint: string }
  /** `brokenOff`: links that ended before there were words to compare, or were begun anew after. */
  | { type: "guests"; locked: boolean; brokenOff: number; guests: GuestEntry[] }
  | { type: "visit"; stage: "seeks" | "waits" | "in" | "out"; words?: string[]; others: OtherEntry[]; rtt?: number; brokenOff: number }
  | { type: "said"; from: string; claim: string; text: string }
  /** One who was in has left; to a guest: a link that was not ended by a farewell. */
  | { type: "left"; guest: string; reason: string }
  /** Somebody with the link claims to be the host and is not, or announces a key that protects nothing. */
  | { type: "refused"; endpoint: string; what: "host" | "key" }
  | { type: "failed"; reason: string };

/** Another guest that a guest computes with. */
export interface OtherEntry {
  claim: string;
  /** To be read to each other. */
  words: string[];
}

/** Somebody who came by a link. */
export interface GuestEntry {
  id: string;
  claim: string;
  admission: "waits" | "in" | "out";
  /** To be read to each other. */
  words?: string[];
  /** Milliseconds there and back. */
  rtt?: number;
  /** Its workers' ids. */
  workers: string[];
}
"#;

/// A transport between a role here and one at another endpoint.
pub struct RemoteTransport {
    /// The endpoint.
    pub peer: EndpointId,
    /// The same at both ends.
    pub name: String,
    /// To the role here.
    pub transport: Transport,
}

/// Reads the `ways` of a `lay` command, which serde cannot take up.
///
/// # Errors
/// In words.
pub fn read_remote_transports(command: &JsValue) -> Result<Vec<RemoteTransport>, JsValue> {
    let ways: Array = Reflect::get(command, &"ways".into())?.dyn_into()?;
    let read = |way: JsValue| {
        let text = |name: &str| Ok::<_, JsValue>(Reflect::get(&way, &name.into())?.as_string());
        let peer = text("peer")?.as_deref().and_then(EndpointId::parse);
        let peer = peer.ok_or("a way to no endpoint")?;
        let name = text("name")?.ok_or("a way without a name")?;
        let transport = read_transport(&way)?.ok_or_else(|| format!("no end of the way {name}"))?;
        Ok(RemoteTransport { peer, name, transport })
    };
    ways.iter().map(read).collect()
}

/// What the host's page keeps of a room.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
pub struct RoomKeys {
    /// The room's secret.
    pub secret: String,
    /// The host's identity.
    pub identity: String,
}

/// What the page asks of the bridge.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BridgeCommand {
    /// Host a room.
    Host {
        /// Its name.
        room: String,
        /// Its keys, if it has some.
        keys: Option<RoomKeys>,
        /// What the broker carries at once, in bytes.
        payload: usize,
    },
    /// Ask to be let in.
    Visit {
        /// The room in which this page's worker is.
        room: String,
        /// The tab's name, which it keeps over a reload.
        tab: String,
        /// Of the link.
        secret: String,
        /// The host's fingerprint.
        host: String,
        /// As what.
        claim: String,
        /// What the broker carries at once, in bytes.
        payload: usize,
    },
    /// Let a guest in, or turn it away.
    Decide {
        /// Who.
        guest: String,
        /// Which.
        comes_in: bool,
    },
    /// Lock the room, or open it.
    Lock {
        /// Which.
        locked: bool,
    },
    /// Tell how things stand.
    Look,
    /// Say something.
    Say {
        /// To whom, if not to all.
        to: Option<String>,
        /// What.
        text: String,
    },
    /// Lay transports, which are read by [`read_remote_transports`].
    Lay,
    /// Say farewell.
    Leave,
}

/// What the bridge shows.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BridgeEvent {
    /// It is the host.
    Hosting {
        /// To be kept.
        keys: RoomKeys,
        /// Of the host, for the link.
        fingerprint: String,
        /// Its own.
        endpoint: String,
    },
    /// Who is there.
    Guests {
        /// Whether nobody else may come.
        locked: bool,
        /// Links that ended before there were words to compare, or were begun anew after.
        broken_off: u32,
        /// Everybody who came.
        guests: Vec<GuestEntry>,
    },
    /// Where a guest stands.
    Visit {
        /// How far it has come.
        stage: &'static str,
        /// To be compared with what the host sees.
        #[serde(skip_serializing_if = "Option::is_none")]
        words: Option<Words>,
        /// To be compared with what other guests see.
        others: Vec<OtherEntry>,
        /// Milliseconds to the host and back.
        #[serde(skip_serializing_if = "Option::is_none")]
        rtt: Option<f64>,
        /// Links that ended before there were words to compare, or were begun anew after.
        broken_off: u32,
    },
    /// A word of somebody.
    Said {
        /// Who.
        from: String,
        /// What it says it is.
        claim: String,
        /// The word.
        text: String,
    },
    /// One who was in has left; to a guest: a link that was not ended by a farewell.
    Left {
        /// Who.
        guest: String,
        /// Why.
        reason: String,
    },
    /// Somebody is not what it says, and is not talked with.
    Refused {
        /// Who.
        endpoint: String,
        /// In what way.
        what: &'static str,
    },
    /// It cannot go on.
    Failed {
        /// Why.
        reason: String,
    },
}

/// Another guest that a guest computes with.
#[derive(Serialize)]
pub struct OtherEntry {
    claim: String,
    words: Words,
}

impl From<(&str, Words)> for OtherEntry {
    fn from((claim, words): (&str, Words)) -> Self {
        Self { claim: claim.to_owned(), words }
    }
}

/// Somebody who came by a link.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GuestEntry {
    id: String,
    claim: String,
    admission: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtt: Option<f64>,
    workers: Vec<String>,
}

impl GuestEntry {
    /// A guest, and the ids of its workers.
    #[must_use]
    pub fn new(guest: GuestView, workers: Vec<String>) -> Self {
        let GuestView { id, claim, admission, words, rtt_ms } = guest;
        let admission = match admission {
            Admission::Waits => "waits",
            Admission::In => "in",
            Admission::Out => "out",
        };
        Self { id: id.to_string(), claim, admission, words, rtt: rtt_ms, workers }
    }
}

/// What the page calls the reason why somebody was refused.
#[must_use]
pub fn refusal_name(why: CloseReason) -> &'static str {
    match why {
        CloseReason::WeakKey => "key",
        _ => "host",
    }
}

/// What the page calls a stage.
#[must_use]
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Seeks => "seeks",
        Stage::Waits => "waits",
        Stage::In => "in",
        Stage::Out => "out",
    }
}
