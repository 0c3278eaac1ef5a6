//! What a party shows of its work.

use super::Error;
use super::evaluate::Seen;
use super::links::{Direction, Record};
use super::messages::{ClassificationKind, ModelInfo};
use super::path::Job;
use super::train::TrainingInfo;

/// What a party shows.
#[derive(Debug)]
pub enum PartyEvent {
    /// It computes with this model from now on.
    Model(ModelInfo),
    /// So much material is at hand for the next classifications of this kind.
    Stock {
        /// The kind.
        kind: ClassificationKind,
        /// How many.
        count: usize,
        /// Bytes of dealt words in all of them.
        bytes: usize,
    },
    /// A classification is over.
    Classified(Classified),
    /// Silos have shared digits.
    Data {
        /// How often.
        contributions: usize,
        /// How many.
        digits: usize,
    },
    /// A training has begun, pauses, goes on or is over.
    Training(TrainingState),
    /// A step of training is over.
    Trained(Trained),
    /// A training could not begin, or its result could not be taken; nothing has changed.
    Untrained(Error),
}

/// How far a training is.
#[derive(Debug)]
pub struct TrainingState {
    /// What is public of it.
    pub info: TrainingInfo,
    /// Digits that it goes through.
    pub digits: usize,
    /// Steps taken.
    pub step: u32,
    /// Steps in all.
    pub steps: u32,
    /// Whether it goes on.
    pub running: bool,
}

/// A step of training, as one party saw it.
#[derive(Debug)]
pub struct Trained {
    /// The training.
    pub training: u32,
    /// Steps taken, with this one.
    pub step: u32,
    /// The mean of the batch's `sum (p - t)^2`, where it was revealed.
    pub loss: Option<f64>,
    /// Messages that had to wait for the one before.
    pub rounds: usize,
    /// Bytes that this party sent to its peer.
    pub sent_bytes: usize,
    /// Bytes that were dealt to it.
    pub dealt_bytes: usize,
    /// From the first message to the last.
    pub online_ms: f64,
    /// Of those, in waiting for the peer.
    pub waited_ms: f64,
    /// The messages between the parties, oldest first, when the party is watched.
    pub records: Vec<Record>,
}

/// A classification, as one party saw it.
#[derive(Debug)]
pub struct Classified {
    /// The client's number of it.
    pub number: u32,
    /// The dealer's number of what was used up for it.
    pub material: u32,
    /// The kind.
    pub kind: ClassificationKind,
    /// The messages of it, oldest first, after those that brought its model and its material.
    pub records: Vec<Record>,
    /// The masked values of every wire, when the party is watched.
    pub seen: Vec<Seen>,
    /// From the first step to the last.
    pub online_ms: f64,
    /// Of those, in waiting for the peer.
    pub waited_ms: f64,
    /// What was prepared before.
    pub prepare_ms: f64,
    /// Bytes of dealt words used up.
    pub dealt_bytes: usize,
}

impl Classified {
    /// Messages one after the other: what costs a network's latency. The answer is one.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.sent().count()
    }

    /// Bytes that this party has sent for it.
    #[must_use]
    pub fn sent_bytes(&self) -> usize {
        self.sent().map(|record| record.bytes).sum()
    }

    fn sent(&self) -> impl Iterator<Item = &Record> {
        let own = |record: &&Record| matches!(record.path.job, Job::Classify(_));
        self.records.iter().filter(own).filter(|record| record.direction == Direction::Sent)
    }
}
