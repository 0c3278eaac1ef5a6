//! Training on secret shares: neither alice nor bob sees a digit, a label, a weight or a gradient.
//!
//! A step is one program (`step`) over the operations of an `engine`; the dealer, both parties and the
//! oracle in the clear each are one. What is public: the network, the settings, which images are in a batch.
//!
//! | file | what it is |
//! |---|---|
//! | `plan` | a network, compiled for training |
//! | `engine` | what a step is made of |
//! | `step`, `loss`, `pool` | the step: forward, loss, backward, update |
//! | `deal`, `compute`, `clear` | the engines |
//! | `fixed`, `rehearsal` | whole trainings in one thread, in the clear and on shares |

mod clear;
mod compute;
mod deal;
mod engine;
mod fixed;
mod loss;
mod plan;
mod pool;
pub mod rehearsal;
mod step;

pub use fixed::{Fixed, Taken};
pub use loss::Loss;
pub use plan::{Plan, Training};
