//! Train together, classify in secret, in a browser: the browser's face of Sotto.
//!
//! Every tab is a federated worker that trains a network on its own shard of MNIST; an aggregator page averages their
//! updates; drawn digits are classified as they are drawn. What computes, trains and keeps secrets is in the crates
//! under `crates/`, which know nothing of JavaScript; `docs/architecture.md` tells which may use which.

#[cfg(target_arch = "wasm32")]
pub mod web;
