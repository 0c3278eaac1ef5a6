//! Federated training as state machines that neither wait, nor sleep, nor read a clock.
//!
//! [`Aggregator`] and [`Worker`] take one event and the time, and answer with the actions
//! that their driver is to carry out. The browser, the simulator and the tests drive the
//! same machines.
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
mod local;
mod median;
mod messages;
mod noised;
pub mod records;
mod sampling;
mod schedule;
mod settings;
pub mod sim;
pub mod strategy;
mod unfinished;
mod virtual_clients;
mod worker;

pub use aggregator::{
    Action, Aggregator, Checkpoint, Event, Level, MEMBERS_MAX, Mean, Member, MemberState, Phase,
    Privacy, RelayError, RestoreError, STEP_MS, Snapshot, Spending, Stamp, SumView,
};
pub use branch::{Branch, BranchOutput};
pub use example_level::ExampleTask;
pub use local::{Job, LocalTraining, Report, Secret, TrainingError};
pub use messages::{
    Assignment, Control, Refusal, SecureTask, Task, ToAggregator, ToWorker, Token, Update,
    message_limit,
};
pub use schedule::Schedule;
pub use settings::{Noise, Problem, SETTINGS, SettingInfo, Settings};
pub use sotto_core::entropy::Entropy;
pub use unfinished::UnfinishedWork;
pub use virtual_clients::{PrivatePart, PrivateTask};
pub use worker::{Spent, Worker, WorkerAction, WorkerEvent, WorkerPhase};

/// Milliseconds on the driver's clock; only differences matter.
pub type Millis = u64;
