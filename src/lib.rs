//! Train together, classify in secret, in a browser.
//!
//! Every tab is a federated worker that trains a network on its own shard of MNIST; an
//! aggregator page averages their updates; drawn digits are classified as they are drawn.
//! `docs/architecture.md` tells which module may use which.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

pub mod digits;
pub mod entropy;
pub mod federated;
#[cfg(any(test, fuzzing))]
mod fuzz_input;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod hex;
pub mod kept;
mod kernels;
pub mod learn;
pub mod lesson;
pub mod mpc;
pub mod network;
pub mod prg;
pub mod privacy;
pub mod secagg;
pub mod secret;
pub mod seeded;
pub mod sim;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod wire;
