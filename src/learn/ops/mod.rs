//! The network's operations with their gradients, as Candle custom ops.
//!
//! Every kernel here keeps one rule: an output is a sum over its index in ascending
//! order, each product and each addition rounded once. Vector width, tiles and blocking
//! change which outputs are computed side by side, never the order inside one. Hence the
//! same inputs give the same bits in WebAssembly and on every native machine.

mod conv;
mod cross_entropy;
mod linear;
mod pool;
mod relu;
mod sgd;
mod storage;

#[cfg(test)]
mod check;

pub use conv::conv2d;
pub use cross_entropy::{cross_entropy, softmax};
pub use linear::linear;
pub use pool::{avg_pool2d, max_pool2d};
pub use relu::relu;
pub(super) use sgd::{descend, gather_velocity};
