//! Federated training as state machines that neither wait, nor sleep, nor read a clock.
//!
//! [`Aggregator`] and [`Worker`] take one event and the time, and answer with the actions
//! that their driver is to carry out. The browser, the simulator and the tests drive the
//! same machines.
//!
//! | file | what it is |
//! |---|---|
//! | `aggregator/` | who is there, which round is under way; `machine/` has a file for each part of a round |
//! | `worker/` | the other side: `sum` its part in a secure sum, `spent` what it must not sum again |
//! | `branch` | both at once: an aggregator that is a worker of another one |
//! | `messages` | all that they say, and its bytes |
//! | `settings`, `schedule`, [`dials`] | every setting; the learning rate; what is out of order with a worker on purpose |
//! | `sampling` | who is asked in a round |
//! | [`eligibility`] | whether a worker is willing, judged where it runs: a file a condition |
//! | `local`, `unfinished` | a worker's part of a round, and half of one |
//! | `virtual_clients`, `example_level`, `noised` | the same with noise, and all that leaves a worker then |
//! | `private_task`, `example_task` | what is public of such a task, and the noise that follows from it |
//! | [`strategy`], `control` | what becomes of the updates: a file a strategy; control variates |
//! | [`attack`] | what a dishonest worker does: a file an attack |
//! | [`records`] | what is kept of a run, as bytes |
//! | [`sim`] | a room on a virtual clock; `faults` what must hold when everything goes wrong, `scale` arithmetic for millions |
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

mod aggregator;
pub mod attack;
mod branch;
mod control;
pub mod dials;
pub mod eligibility;
mod example_level;
mod example_task;
mod local;
mod median;
mod messages;
mod noised;
mod private_task;
pub mod records;
mod sampling;
mod schedule;
mod secret;
mod settings;
pub mod sim;
pub mod strategy;
mod training_error;
mod unfinished;
mod virtual_clients;
mod worker;

pub use aggregator::{
    Action, Aggregator, Checkpoint, Event, Level, MEMBERS_MAX, Masked, Mean, Member, MemberState,
    Observer, Phase, Privacy, RelayError, RestoreError, STEP_MS, SettingsError, Snapshot, Spending,
    Stamp, SumView, Sums,
};
pub use branch::{Branch, BranchOutput};
pub use example_task::ExampleTask;
pub use local::{Job, LocalTraining, Report};
pub use messages::{
    Assignment, Control, Refusal, SecureTask, Task, ToAggregator, ToWorker, Token, Update,
    message_limit,
};
pub use private_task::PrivateTask;
pub use schedule::Schedule;
pub use secret::Secret;
pub use settings::{Noise, Problem, SETTINGS, SettingInfo, Settings};
pub use sotto_core::entropy::Entropy;
pub use training_error::TrainingError;
pub use unfinished::UnfinishedWork;
pub use virtual_clients::PrivatePart;
pub use worker::{Spent, Worker, WorkerAction, WorkerEvent, WorkerPhase};

/// Milliseconds on the driver's clock; only differences matter.
pub type Millis = u64;
