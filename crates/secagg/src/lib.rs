//! Secure aggregation: the aggregator learns the sum of the workers' vectors, and nothing else.
//!
//! Bonawitz et al. 2017, "Practical secure aggregation for privacy-preserving machine
//! learning" (its figure 4, with the consistency check of the stronger variant), on the sparse
//! graph of Bell et al. 2020, "Secure single-server aggregation with (poly)logarithmic
//! overhead". Worker `u` sends
//!
//! ```text
//! y_u = x_u + PRG(b_u) + sum_v +-PRG(s_uv)          over its neighbours v, + if u < v
//! ```
//!
//! where `s_uv` is known to `u` and `v` alone and cancels in the sum. What does not cancel is
//! opened afterwards from shares that the neighbours hold: `b_u` of whoever sent its vector,
//! the key behind `s_uv` of whoever did not; of nobody ever both.
//!
//! [`Client`] and [`Server`] neither wait nor send: they take a message and give the next.
//! `docs/security.md` says what this stops and what not.
//!
//! | file | what it is |
//! |---|---|
//! | `client`, `server/` | the machines of both sides, a step a message |
//! | `messages` | what they say, and its bytes |
//! | `graph`, `hypergeometric` | who is whose neighbour, and how many shares open a secret |
//! | `agreement` | what all workers of a round must have in common |
//! | `identity`, `keys`, `merkle` | who a worker is; its keys of a round, and what pairs derive; the list of keys |
//! | `shamir`, `field` | sharing a secret |
//! | `encoding`, `mask`, `ring` | updates as ring elements; masks; elements packed |
//! | [`in_process`], [`costs`] | a whole sum in one thread, and what it takes |
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

mod agreement;
#[cfg(not(target_arch = "wasm32"))]
pub mod audit;
mod client;
pub mod costs;
mod encoding;
mod field;
mod graph;
mod hypergeometric;
mod identity;
pub mod in_process;
mod keys;
mod mask;
mod merkle;
mod messages;
#[cfg(test)]
mod opened;
mod ring;
mod server;
mod shamir;
#[cfg(test)]
mod used_once;

pub use agreement::{COHORT_LEAST, Context, Terms};
pub use client::{Client, FirstMask};
pub use encoding::{COUNT_LIMBS, Encoding, Numbers, Total};
pub use graph::{Adversary, COHORT_MAX, COMPLETE_MAX, Degree, Rates};
pub use identity::{Identity, IdentityKey, Signed};
#[cfg(any(test, feature = "testing"))]
pub use keys::small_order_keys;
pub use keys::{Advertisement, share_kind};
pub use messages::{
    Entry, FromClient, FromServer, KeyList, OVERHEAD_MAX, Sealed, Shares, Statement,
};
pub use ring::Width;
pub use server::{Opened, Phase, PhaseResult, Server, Sum};

use sotto_core::wire::PeerId;

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Fewer than the threshold or the minimum cohort are left.
    #[error("too few workers are left for a secure sum")]
    TooFew,
    /// No graph withstands the stated rates.
    #[error("no graph of so many workers withstands these rates of corruption and drop-out")]
    Rates,
    /// The numbers do not fit a ring.
    #[error("the numbers do not fit the ring of the sum")]
    Range,
    /// A vector of another length.
    #[error("the vector has another length")]
    Length,
    /// A message that is not due.
    #[error("this message is not due, or came twice")]
    Unexpected,
    /// Somebody who was not asked.
    #[error("the sender does not take part")]
    Stranger,
    /// A signature or proof that does not hold.
    #[error("forged: a signature or proof does not hold")]
    Forged,
    /// A public key that gives no secret.
    #[error("a public key gives no secret")]
    Key,
    /// The list of keys is not what the protocol asks for.
    #[error("the list of keys is not that of the worker's neighbours")]
    List,
    /// Shares that cannot be opened.
    #[error("sealed shares cannot be opened")]
    Sealed,
    /// Shares that are not those of the worker's neighbours, or not those it committed to.
    #[error("the shares are not those that are due")]
    Shares,
    /// The neighbours were told different things.
    #[error("the workers were told different lists of survivors")]
    Inconsistent,
    /// A worker whose shares cannot be opened, or open something else than it advertised.
    #[error("worker {0} shared something else than its secrets")]
    Dishonest(PeerId),
}

/// Bits for the members of a list, in its order.
fn bitmap(bits: impl ExactSizeIterator<Item = bool>) -> Vec<u8> {
    let mut bytes = vec![0; bits.len().div_ceil(8)];
    for (index, bit) in bits.enumerate() {
        bytes[index / 8] |= u8::from(bit) << (index % 8);
    }
    bytes
}

/// The bit of a list's member; false beyond the end.
fn bit(bytes: &[u8], index: usize) -> bool {
    bytes.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
}

/// The example that the crate's README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
