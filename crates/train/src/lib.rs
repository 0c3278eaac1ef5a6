//! Training and evaluating any [`Network`](sotto_network::Network) with Candle's tensors
//! and gradients around our own kernels.
//!
//! | file | what it is |
//! |---|---|
//! | `trainer` | epochs of shuffled batches, a step at a time |
//! | `model`, `stage` | a network that Candle can differentiate; layers that are computed together |
//! | [`ops`] | the operations with their gradients, and the rule by which all machines get the same bits |
//! | `optimiser/` | how a step moves the weights: a file a method |
//! | `gradient_correction`, `variety`, `coins` | what bends gradients; what is mixed into the digits; where randomness comes from |
//! | `evaluate` | how good a model is, and on which digits it is not |
//! | `unfinished` | half a training |
//! | [`profile`] | how long all that takes |
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

mod coins;
mod evaluate;
mod gradient_correction;
mod model;
pub mod ops;
mod optimiser;
pub mod profile;
mod stage;
mod trainer;
mod unfinished;
mod variety;

pub use coins::Coins;
pub use evaluate::{Evaluation, Evaluator, Hard, arg_max};
pub use gradient_correction::GradientCorrection;
pub use model::Model;
pub use optimiser::{Method, Sgd, SgdConfig};
pub use trainer::{BATCH_MAX, EPOCHS_MAX, Progress, Recipe, Trained, Trainer};
pub use unfinished::Unfinished;
pub use variety::{PENS_MAX, Variety};

/// Why training or evaluating failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A tensor operation was refused.
    #[error("tensors: {0}")]
    Tensor(#[from] candle_core::Error),
    /// The weights do not fit the network.
    #[error(transparent)]
    Network(#[from] sotto_network::Error),
    /// A digit could not be drawn.
    #[error(transparent)]
    Digits(#[from] sotto_digits::Error),
    /// There is nothing to train on or to evaluate with.
    #[error("there are no digits")]
    NoDigits,
    /// Half a training that is not of this one.
    #[error("what was kept of a training does not fit: {0}")]
    Unfinished(&'static str),
    /// A training parameter that cannot be.
    #[error("{name} cannot be {value}: {problem}")]
    Recipe {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}
