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
//! A neighbouring data set has one member more or one less, with all of its examples.

pub mod accountant;
mod adaptive;
mod central;
mod clip;
mod distributed;
mod error;
pub mod inversion;
mod noise;
mod rounding;
mod sampling;
mod verdict;

pub use adaptive::{Adaptive, Quantile, answer};
pub use central::Central;
pub use clip::{Clipped, clip, norm};
pub use distributed::{Distributed, GaussianSum};
pub use error::Error;
pub use noise::{DiscreteGaussian, SIGMA_MAX, Variance};
pub use rounding::Grid;
pub use sampling::sample;
pub use verdict::{Figure, Outlook, Protection};
