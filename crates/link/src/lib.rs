//! Links over a broker that is not trusted: sealed end to end, in order, each message once.
//!
//! A broker (publish and subscribe, at most once) carries frames between [`Endpoint`]s, a page or
//! a program each. It may read, drop, repeat, hold back, swap and forge them:
//!
//! - Who knows the room's secret can say *hello* with a public key of its own, drawn afresh for every
//!   page load; who does not cannot, and cannot read who did.
//! - Two endpoints share keys by X25519 (RFC 7748) and HKDF-SHA256 (RFC 5869), salted with the room's
//!   secret and bound to both public keys, one a direction and use. Frames are sealed with
//!   ChaCha20-Poly1305 (RFC 8439), the frame's number its nonce; version, kind, number, sender and
//!   receiver are associated data. The channel that a message belongs to is sealed with it.
//! - What an endpoint says it is goes in its first frame to each other one, under their keys. That it is the room's
//!   host it shows by a signature of the identity that invitations name.
//! - A stream numbers frames, sends again what was not acknowledged (the same bytes), opens each number
//!   once, within a window, and cuts messages that are longer than a frame.
//! - A link that begins anew goes on with numbers after those of all links of its two ends before.
//! - Others in the room know its secret too. That none of them stands between two endpoints is shown by
//!   short authentication words, after a commitment (as ZRTP does, RFC 6189, section 4.4.1.1).
//!
//! The broker learns who is in a room by numbers that mean nothing elsewhere, and when how many bytes went
//! between which two. It can keep messages from arriving.
//!
//! The machines know no clock and no network: `handle` an input at a time, then `drain` the outputs.
//!
//! | file | what it is |
//! |---|---|
//! | `secret`, `keys`, `identity` | what a room's members share; what two ends derive; who the host is |
//! | `frame`, `stream` | what the broker carries; messages in order, over frames that may be lost |
//! | `endpoint/`, `early` | one end, and what comes for a session that it has not heard of yet |
//! | `claim`, `authenticity` | what an end says it is, and words to compare |
//! | `host`, `routes` | the host: who may come in, and by which endpoint a worker is reached |
//! | `guest` | a guest: it looks for the host, and comes back with new keys |
//! | `invite`, `credential` | what a link carries |
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

mod authenticity;
mod claim;
mod credential;
mod early;
mod endpoint;
mod frame;
#[cfg(any(test, feature = "testing"))]
pub mod fuzzed;
mod guest;
mod host;
mod identity;
mod invite;
mod keys;
mod routes;
mod secret;
mod stream;

pub use authenticity::{WORDS, Words};
pub use claim::EndpointRole;
pub use claim::{HOST, WORKER};
pub use credential::{Credential, CredentialError};
pub use early::EarlyMessages;
pub use endpoint::{CloseReason, Endpoint, Hint, Input, Output, Timing};
pub use frame::{CHANNEL_MAX, CLAIM_MAX, FRAME_MAX, To};
pub use guest::{GuestOutput, GuestSession, Stage};
pub use host::{Admission, GuestView, HostOutput, HostSession, Token};
pub use identity::{Fingerprint, HostIdentity};
pub use invite::{Invite, InviteError};
pub use keys::EndpointId;
pub use routes::{Routes, WORKERS_MAX};
pub use secret::{RoomSecret, RoomTag};

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod middle;
#[cfg(test)]
mod scripted_peer;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod timing;
#[cfg(test)]
mod used_once;

/// The example that the crate's README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
