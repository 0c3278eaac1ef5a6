//! The network's operations with their gradients, as Candle custom ops.
//!
//! The batch is the innermost dimension, `[features, batch]` and `[channels, height, width,
//! batch]`: vectors run over images, so that no operation ever shuffles numbers inside one.
//!
//! Every kernel here keeps one rule: the order of each sum is written in the code, for eight
//! numbers side by side, and each product and each addition rounds once. Tiles, blocks and
//! the machine's vectors change which sums are computed together, never the order inside
//! one. Hence the same inputs give the same bits in WebAssembly and on every native machine.

mod conv;
mod cross_entropy;
mod descend;
mod linear;
mod pool;
mod relu;
mod saved;
mod storage;

#[cfg(test)]
mod check;

pub use conv::{conv2d, conv2d_window};
pub use cross_entropy::{cross_entropy, softmax};
pub(super) use descend::{change, descend};
pub use linear::{linear, linear_relu};
pub use pool::{avg_pool2d, max_pool2d, pool2d};
pub use relu::relu;
pub use sotto_kernels::window::{Pooling, Window};
