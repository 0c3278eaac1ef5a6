//! What every link does, whatever carries its bytes.

use super::PeerId;

/// Whose inbox a message goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// The aggregator of the room.
    Aggregator,
    /// Every worker of the room.
    Workers,
    /// One worker.
    Worker(PeerId),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Aggregator => write!(f, "aggregator"),
            Self::Workers => write!(f, "workers"),
            Self::Worker(id) => write!(f, "worker/{id}"),
        }
    }
}

/// One participant's end of a room's links. A message may be lost, never changed.
pub trait Link {
    /// Puts a message into an inbox. Whether anybody reads it is not known.
    fn send(&mut self, to: Address, bytes: &[u8]);

    /// Takes the oldest message out of this end's inboxes.
    fn receive(&mut self) -> Option<Vec<u8>>;
}
