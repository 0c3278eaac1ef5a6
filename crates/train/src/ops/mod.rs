//! The network's operations with their gradients, as Candle custom ops.
//!
//! The batch is the innermost dimension, `[features, batch]` and `[channels, height, width,
//! batch]`: vectors run over images, so that no operation ever shuffles numbers inside one.
//!
//! Every kernel here keeps one rule: the order of each sum is written in the code, for eight
//! numbers side by side, and each product and each addition rounds once. Tiles, blocks and
//! the machine's vectors change which sums are computed together, never the order inside
//! one. Hence the same inputs give the same bits in WebAssembly and on every native machine.
//!
//! IEEE 754 fixes the result of every addition, multiplication, division and square root; what is open is their
//! order. Therefore:
//!
//! - No fused multiply-add, which rounds once where product and sum round twice. Rust does not fuse by itself.
//! - `exp`, `log` and `cos` come from `libm`, which is plain arithmetic; the standard library calls the platform's.
//! - Candle keeps the graph, reshapes, and adds gradients element by element. It multiplies no matrix here.
//! - The mean of a round is taken by slot, in `f64` (`federated`).
//! - NaNs, whose bits WebAssembly leaves open, never get as far as weights: they are refused in updates and in
//!   models.
//!
//! Not used for the same reason: relaxed SIMD, which may fuse or not (docs/performance.md has what it would bring),
//! sums in parallel pieces, compiler flags that reorder floating point. Property tests compare every kernel on the
//! machine's back end with the portable one and with the textbook's loops, bit for bit.

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
pub use descend::SgdConfig;
pub(super) use descend::{change, descend};
pub use linear::{linear, linear_relu};
pub use pool::{avg_pool2d, max_pool2d, pool2d};
pub use relu::relu;
pub use sotto_kernels::window::{Pooling, Window};
