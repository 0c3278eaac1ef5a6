//! The aggregator's machine: who is there, which round is under way, what the model is.
//!
//! ```text
//! Idle --Start--> Waiting <--> Training --last round--> Finished
//!   ^---------------- Stop, from any phase
//! ```
//!
//! A round either changes the model once, with every update that was taken, or not at
//! all: one that misses its quorum is abandoned and tried again.
//!
//! A worker that joins gets the smallest free slot, or the one that it had; its slot, modulo the number of shards, is
//! its shard. Then, in every round:
//!
//! 1. **Select** (`machine/select`). The *target* is the fraction `C` of the workers that are ready, rounded up, and
//!    at least the minimum cohort; `over` times as many are asked, if there are more. Those who were too slow sit
//!    out, unless too few others are there.
//! 2. **Ask.** Each gets a task: a fresh secret token, the recipe, the weights.
//! 3. **Collect** (`machine/update`, or `machine/secure` for sums). The round closes when the target is reached, or
//!    when nobody is awaited any more and the *quorum* is there: a share of the target, and at least the minimum
//!    cohort. At the deadline (`machine/pace`) the quorum is enough, too. Who is still at work hears `Cancel`.
//! 4. **Apply.** The mean `sum_k n_k (w_k - w) / sum_k n_k` goes to the [`strategy`](crate::strategy). If a weight
//!    were not finite, nothing changes and training stops.
//!
//! Without a quorum the round is abandoned and tried again a second later with another cohort, 20 times at most. A
//! worker that missed a deadline is silent until it says `Ready`; then it sits out 2 rounds, 4 after a second miss in
//! a row, and so on. A worker that leaves is out of the round, unless its update was taken before. If it comes back to its
//! slot before the round is over, it takes part again with a fresh token, three times at most; where updates are
//! summed securely, only as long as the phase of the keys is open.

mod arrivals;
mod machine;
mod member;
mod observer;
mod round;

use super::Millis;
use sotto_core::entropy::Entropy;
use sotto_core::wire::{Address, PeerId};
use sotto_secagg::{Degree, Phase as SumPhase, Width};

pub use machine::{
    Aggregator, Checkpoint, MEMBERS_MAX, Mean, Privacy, RelayError, RestoreError, STEP_MS,
    SettingsError, Spending, Stamp,
};
pub use member::{Member, MemberState};
pub use observer::{Masked, Observer, Sums};

/// What happens to the aggregator.
#[derive(Debug)]
pub enum Event {
    /// The page is open: call the workers.
    Open,
    /// A message arrived.
    Bytes(Vec<u8>),
    /// A worker's page is gone.
    Gone(PeerId),
    /// Train.
    Start,
    /// Stop training; the model stays.
    Stop,
    /// The time that an [`Action::Wake`] asked for has come.
    Tick,
}

/// What the aggregator's driver is to do.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// Put bytes into an inbox.
    Send(Address, Vec<u8>),
    /// Say [`Event::Gone`] when this worker's page closes.
    Watch(PeerId),
    /// The model has changed: show it and test it.
    Evaluate,
    /// Come back at this time with [`Event::Tick`].
    Wake(Millis),
    /// Tell the user.
    Notice {
        /// How grave it is.
        level: Level,
        /// The worker it is about.
        worker: Option<PeerId>,
        /// What happened.
        text: String,
    },
}

/// How grave a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Normal life.
    Info,
    /// Something was refused or lost.
    Warning,
}

/// What the aggregator is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nobody asked for training.
    Idle,
    /// Training was asked for, but too few workers are ready, or a round that was
    /// abandoned waits to be tried again.
    Waiting,
    /// A round is under way.
    Training,
    /// All rounds are done.
    Finished,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// What the aggregator is doing.
    pub phase: Phase,
    /// Rounds applied to the model.
    pub round: u32,
    /// Updates in the newest model.
    pub counted: usize,
    /// Rounds asked for.
    pub rounds: u32,
    /// The try of the round under way, from 1; 0 between rounds.
    pub attempt: u32,
    /// Updates that close the round under way.
    pub target: usize,
    /// How long the round under way waits for them, in milliseconds.
    pub wait_ms: Option<Millis>,
    /// The secure sum under way.
    pub sum: Option<SumView>,
    /// The workers, by slot.
    pub members: Vec<Member>,
    /// Bytes sent to all workers that ever were here.
    pub bytes_sent: u64,
    /// Bytes received from them.
    pub bytes_received: u64,
}

/// A secure sum under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SumView {
    /// What it waits for.
    pub phase: SumPhase,
    /// How many have said it.
    pub heard: usize,
    /// How many have not.
    pub pending: usize,
    /// The graph, once the cohort is known.
    pub degree: Option<Degree>,
    /// Bits of an element, then too.
    pub width: Option<Width>,
}
