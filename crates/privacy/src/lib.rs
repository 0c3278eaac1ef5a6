//! Differential privacy of training: what is added to updates, and what that is worth.
//!
//! An update is clipped to a norm, noise is added to the sum of a round, and the accountant
//! says what an attacker who sees every model may learn about one member of the population.
//!
//! ```text
//! update --clip--> norm <= C --round--> whole numbers, norm bound known
//!        --noise--> by each worker (distributed) or on the sum (central)
//! q, z, rounds --accountant--> epsilon at delta --verdict--> words
//! ```
//!
//! Members keep their places: the number of places is public. A neighbouring data set has one
//! member who contributes nothing in its place, or one more who does (Kairouz, McMahan, Song,
//! Thakkar, Thakurta and Xu 2021, "Practical and private (deep) learning without sampling or
//! shuffling", who zero a record out).
//!
//! | file | what it is |
//! |---|---|
//! | `clip`, `adaptive` | the norm of an update, and a norm that follows |
//! | `rounding` | the grid of the secure sum |
//! | `noise/` | the discrete Gaussian, drawn exactly |
//! | `central`, `distributed`, `sampling` | who adds how much of it; who is in a round |
//! | [`accountant`] | epsilon by Renyi divergences, by privacy loss distributions and by formula, and of mechanisms in a row |
//! | `history` | what a model's training has given away |
//! | `verdict` | what that means, in words |
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

pub mod accountant;
mod adaptive;
mod central;
mod clip;
mod distributed;
mod error;
mod history;
mod noise;
mod rounding;
mod sampling;
mod verdict;

pub use adaptive::{Adaptive, Quantile, answer};
pub use central::Central;
pub use clip::{Clipped, clip, clip_or_drop, norm};
pub use distributed::{Distributed, GaussianSum};
pub use error::Error;
pub use history::{HISTORY_MAX, History, Release};
pub use noise::{DiscreteGaussian, SIGMA_MAX, Variance};
pub use rounding::Grid;
pub use sampling::sample;
pub use verdict::{Figure, PrivacySummary, Protection};

/// The example that the crate's README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
