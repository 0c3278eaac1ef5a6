//! What a party shows of its work.

use super::evaluate::Seen;
use super::links::{Record, Way};
use super::messages::{Kind, ModelInfo};

/// What a party shows.
#[derive(Debug)]
pub enum PartyEvent {
    /// It computes with this model from now on.
    Model(ModelInfo),
    /// So much material is at hand for the next classifications of this kind.
    Stock {
        /// The kind.
        kind: Kind,
        /// How many.
        count: usize,
        /// Bytes of dealt words in all of them.
        bytes: usize,
    },
    /// A classification is over.
    Classified(Classified),
}

/// A classification, as one party saw it.
#[derive(Debug)]
pub struct Classified {
    /// The client's number of it.
    pub number: u32,
    /// The dealer's number of what was used up for it.
    pub material: u32,
    /// The kind.
    pub kind: Kind,
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
        let own = |record: &&Record| record.path.starts_with("classify/");
        self.records.iter().filter(own).filter(|record| record.way == Way::Sent)
    }
}
