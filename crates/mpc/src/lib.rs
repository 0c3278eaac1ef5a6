//! Classification on secret shares: two parties, alice and bob, compute a network on a
//! drawing and a model that neither of them sees.
//!
//! ```text
//!   owner ---- shares of the weights ----+
//!                                        v
//!   client --- shares of the image --> alice <===== masked values =====> bob
//!      ^                                 |  ^                             ^
//!      +------ shares of the answer -----+  +-- correlated randomness ----+-- dealer
//! ```
//!
//! Semi-honest security against one of alice and bob; they must not collude with each
//! other, nor either of them with the dealer. `docs/security.md` states what that means.
//!
//! Every wire between two gates is a masked value (Ben-Efraim, Nielsen and Omri 2019,
//! "Turbospeedz", section 3; Boyle, Gilboa and Ishai 2019, "Secure Computation with
//! Preprocessing via Function Secret Sharing", section 4): both parties know `x^ = x + r_x`,
//! only the dealer knows `r_x`. Before the input is known the dealer deals what the gates
//! need to compute on masked values; online a party hears nothing but its peer's shares of
//! further masked values.
//!
//! | file | what it is |
//! |---|---|
//! | `ring`, `bits`, `fixed` | numbers, shares and masked values |
//! | `tree`, `dpf`, `dcf` | comparisons, and comparisons with a payload, as trees of seeds |
//! | `gates/` | one file a gate: `deal`, `prepare` and `eval` under its algebra |
//! | `plan` | a network as a list of gates |
//! | `model`, `product_layer` | weights as shares, and what each role makes of them; a layer with weights as a product |
//! | `dealing`, `preparing`, `gates::Online` | what a gate stands on: dealer, party offline, party online |
//! | `messages`, `path`, `links` | what the roles say to each other, what a message is called, and how it goes |
//! | `dealer`, `party`, `client`, `owner` | the roles |
//! | `catalogue` | the networks that a session knows |
//! | `evaluate`, `classified` | one classification by one party, and what the party shows of it |
//! | `source`, `stock` | where a party's material comes from, and what of it waits |
//! | `train/` | training on shares |
//! | `in_process`, `audit` | whole classifications, and single comparisons, for tests, benches and the audit |
//! | `clear`, `range` | the oracle: the same plan in the clear, and whether values fit |
//!
//! A classification has many steps in a fixed order, so the roles are async functions; their only wait is
//! `Mailbox::receive`. Clock, randomness and mailbox are arguments.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

#[cfg(not(target_arch = "wasm32"))]
pub mod audit;
mod bits;
mod catalogue;
mod classified;
pub mod clear;
mod client;
mod dcf;
mod dealer;
mod dealing;
mod dpf;
mod evaluate;
pub mod fixed;
#[cfg(any(test, feature = "testing"))]
pub mod fuzzed;
mod gates;
#[cfg(not(target_arch = "wasm32"))]
pub mod in_process;
mod links;
mod messages;
mod model;
mod owner;
mod party;
mod path;
mod plan;
mod preparing;
mod product_layer;
mod range;
mod ring;
mod source;
mod stock;
pub mod train;
mod tree;

#[cfg(test)]
mod received;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod uniform;
#[cfg(test)]
mod used_once;
#[cfg(test)]
mod world;

pub use catalogue::Catalogue;
pub use classified::{Classified, PartyEvent, Trained, TrainingState};
pub use client::{Answer, Client, Shared};
pub use dealer::{Dealer, DealerEvent};
pub use evaluate::Seen;
pub use links::{Clock, Direction, Links, MESSAGE_MAX, Record, Waiting};
pub use messages::{ClassificationKind, ModelInfo};
pub use owner::Owner;
pub use party::{ComputeParty, PartySecrets};
pub use path::{Job, Path};
pub use plan::{BATCH_MAX, FRACTION_MAX, FRACTION_MIN, Output, Plan, TradeOff};
pub use range::{LayerRange, Ranges, Verdict};
pub use ring::{Masked, NARROW_BITS, Narrow, Share, WIDE_BITS, Wide};
pub use source::{Delivery, FromDealer, Source};

pub use sotto_core::entropy::Entropy;
use sotto_core::wire;

/// Who takes part in classification and training on shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Computes; leads.
    Alice,
    /// Computes; follows.
    Bob,
    /// Deals correlated randomness: the crypto provider.
    Dealer,
    /// Has the drawing, and learns the answer.
    Client,
    /// Has the model, or has one trained.
    Owner,
    /// Has digits to train on.
    Silo,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Alice, Self::Bob, Self::Dealer, Self::Client, Self::Owner, Self::Silo];

    /// As in addresses and on the page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Bob => "bob",
            Self::Dealer => "dealer",
            Self::Client => "client",
            Self::Owner => "owner",
            Self::Silo => "silo",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Which of the two computing parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Leads: the first word of every job is hers.
    Alice,
    /// Follows, and is sent the dealt words where a value has two shares.
    Bob,
}

impl Party {
    /// The one that it computes with.
    #[must_use]
    pub fn peer(self) -> Self {
        match self {
            Self::Alice => Self::Bob,
            Self::Bob => Self::Alice,
        }
    }

    /// Its role.
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::Alice => Role::Alice,
            Self::Bob => Role::Bob,
        }
    }
}

/// Why a classification, or a role, cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A message that cannot be read.
    #[error("{role} sent rubbish at {step:?}: {error}")]
    Malformed {
        /// Who sent it.
        role: Role,
        /// The step that was waited for.
        step: String,
        /// What is wrong with it.
        error: wire::Error,
    },
    /// A message of another step.
    #[error("{role} sent {found:?} where {step:?} was due")]
    Unexpected {
        /// Who sent it.
        role: Role,
        /// The step that was waited for.
        step: String,
        /// The step that it names.
        found: String,
    },
    /// A message of another length than its step has.
    #[error("{role} sent {found} bytes at {step}, {expected} were due")]
    Length {
        /// Who sent it.
        role: Role,
        /// The step.
        step: String,
        /// Bytes that it should have.
        expected: usize,
        /// Bytes that it has.
        found: usize,
    },
    /// More messages than anybody reads.
    #[error("{role} sends more than can be read, last {step:?}")]
    Flooded {
        /// Who sends.
        role: Role,
        /// The last message's step.
        step: String,
    },
    /// A role cannot be reached.
    #[error("{role} has gone at {step}")]
    Closed {
        /// Who has gone.
        role: Role,
        /// The step that was due.
        step: String,
    },
    /// This role cannot send, which is no fault of the other one.
    #[error("the message to {role} at {step} could not be sent from here: {reason}")]
    Unsent {
        /// For whom it was.
        role: Role,
        /// The step.
        step: String,
        /// Why, in words.
        reason: String,
    },
    /// A role falls silent in the middle of a step.
    #[error("{role} says nothing more at {step}")]
    Silent {
        /// Who is silent.
        role: Role,
        /// The step that is waited for.
        step: String,
    },
    /// All links are closed.
    #[error("all links are closed")]
    Alone,
    /// Dealt words that do not fit the plan.
    #[error("the dealer sent {found} words of material, the plan takes {expected}")]
    Material {
        /// Words that the plan takes.
        expected: usize,
        /// Words that were dealt.
        found: usize,
    },
    /// The parties are about to use different material.
    #[error("alice and bob hold different material")]
    OtherMaterial,
    /// Material or a model with a number that was used before.
    #[error("{what} {number} has been used before")]
    Reused {
        /// Of what.
        what: &'static str,
        /// Which.
        number: u32,
    },
    /// A number of fractional bits that is not offered.
    #[error("{0} fractional bits: {FRACTION_MIN} to {FRACTION_MAX} are possible")]
    Fraction(u32),
    /// A number of images that is not offered.
    #[error("{0} images: 1 to {BATCH_MAX} go through together")]
    Batch(usize),
    /// A weight that the ring cannot hold.
    #[error("{layer}: a weight of {value} does not fit the ring")]
    Weight {
        /// The layer.
        layer: String,
        /// The weight.
        value: String,
    },
    /// More bits to drop than the rings leave room for.
    #[error("{layer}: {bits} bits are to be dropped, {} at most can be", WIDE_BITS - NARROW_BITS)]
    Surplus {
        /// The layer.
        layer: String,
        /// The bits.
        bits: u32,
    },
    /// What cannot be trained on shares.
    #[error("{layer} cannot be trained on shares")]
    Untrainable {
        /// A layer, or a setting.
        layer: String,
    },
    /// Fewer digits than a batch has.
    #[error("{found} digits have been shared, a batch takes {batch}")]
    Digits {
        /// Digits that there are.
        found: usize,
        /// Digits in a batch.
        batch: usize,
    },
    /// Shares of an answer that is none.
    #[error("the shares of the answer add up to {0}, which is no class")]
    Answer(u16),
    /// A network that does not exist.
    #[error("there is no network called {0}")]
    Network(String),
    /// The parties compute with another model than was asked for.
    #[error("the parties have changed to another model")]
    OtherModel,
}

impl Error {
    /// Who is to blame, and at which step, where that is known.
    #[must_use]
    pub fn culprit(&self) -> Option<(Role, &str)> {
        match self {
            Self::Malformed { role, step, .. }
            | Self::Unexpected { role, step, .. }
            | Self::Length { role, step, .. }
            | Self::Flooded { role, step }
            | Self::Closed { role, step }
            | Self::Silent { role, step } => Some((*role, step)),
            Self::Material { .. } => Some((Role::Dealer, "deal")),
            _ => None,
        }
    }
}

/// The example that the crate's README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
