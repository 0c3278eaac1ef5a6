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
//! | `values`, `bits` | numbers on their way through a step, and how many bits they have behind the point |
//! | `deal`, `compute`, `clear` | the engines |
//! | `fixed`, `in_process` | whole trainings in one thread, in the clear and on shares |
//! | `messages`, `data`, `silo` | who has digits shares them; what a party keeps of them |
//! | `run`, `dealing` | a party, and the dealer, in the middle of a training |
//! | `handover` | the result as a model that classifications are computed with |

mod bits;
mod clear;
mod compute;
mod data;
mod deal;
mod dealing;
mod engine;
mod fixed;
mod handover;
pub mod in_process;
mod loss;
mod messages;
mod plan;
mod pool;
mod run;
mod silo;
mod step;
mod values;
#[cfg(test)]
pub(super) mod whole;

pub use data::DIGITS_MAX;
pub use fixed::{Fixed, StepResult};
pub use loss::Loss;
pub use messages::{StepOrder, TrainingInfo};
pub use plan::{Training, TrainingPlan};
pub use silo::Silo;

pub(super) use data::Pool;
pub(super) use dealing::TrainingDealer;
pub(super) use messages::{Begin, TrainingPurpose};
pub(super) use run::{StepContext, TrainingRun};
