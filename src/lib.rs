//! Train together, classify in secret, in a browser: the browser's face of Sotto.
//!
//! Every tab is a federated worker that trains a network on its own shard of MNIST; an
//! aggregator page averages their updates; drawn digits are classified as they are drawn.
//! What computes, trains and keeps secrets is in crates of its own, by the names below;
//! `docs/architecture.md` tells which may use which.

pub use sotto_core::{entropy, hex, prg, secret, seeded};
pub use sotto_federated::{self as federated, kept, sim};
pub use {
    sotto_digits as digits, sotto_lesson as lesson, sotto_mpc as mpc, sotto_network as network,
    sotto_privacy as privacy, sotto_secagg as secagg, sotto_train as learn,
};

#[cfg(target_arch = "wasm32")]
pub mod web;

/// Messages as bytes, and links.
pub mod wire {
    pub use sotto_core::wire::*;
    pub use sotto_link as sealed;
}
