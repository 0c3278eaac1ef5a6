//! Why a message is not taken.
//!
//! An update is checked in this order, and the first reason that fits is sent to the sender that the envelope names,
//! and shown on the page: another run (late); no member of the room (not asked); the token of its task before, or a
//! round that is over (late); a round that is not under way (wrong round); no seat (not asked); another token
//! (forged); a seat that was lost (not asked); a report that is there (duplicate); other base weights, another
//! length, another number of digits than `Ready` announced, and at last values or a loss that are not finite. A step
//! of a secure sum is checked for run, round, seat and token likewise.
//!
//! A worker's task ends with wrong model, length or count, with values that are not finite and with a bad step: these
//! can only come from somebody with the right token. Every other refusal leaves the seat as it was, so a forged
//! update takes nothing from the worker in whose name it came.

/// Why the aggregator does not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The sender never joined, or was not asked.
    #[error("this worker was not asked for an update")]
    NotAsked,
    /// The token is not the task's.
    #[error("forged: the token is not that of the worker's task")]
    Forged,
    /// The round is over.
    #[error("late: the round is over")]
    Late,
    /// The worker has reported already.
    #[error("the worker has already reported in this round")]
    Duplicate,
    /// The update belongs to a round that is not under way.
    #[error("the update is for another round")]
    WrongRound,
    /// The training started from other weights.
    #[error("the update was made from another model")]
    WrongModel,
    /// The vector is not as long as the model.
    #[error("the update does not have as many values as the model")]
    WrongLength,
    /// NaN or infinity.
    #[error("the update holds a value that is not a finite number")]
    NotFinite,
    /// The weight in the average is not the number of digits that the worker joined with.
    #[error("the update claims another number of digits than the worker has")]
    WrongCount,
    /// The bytes are not a message.
    #[error("the bytes are not a message")]
    Malformed,
    /// The room has no slot left.
    #[error("the room is full")]
    Full,
    /// A step of a secure sum that is not due, or came twice.
    #[error("this step of the secure sum is not due")]
    NotDue,
    /// A step of a secure sum that does not hold.
    #[error("this step of the secure sum does not hold")]
    BadStep,
}

impl Refusal {
    /// Whether the worker that was asked has spoilt its one update of the round. Otherwise
    /// the sender is not the one that was asked, and nothing changes for that one.
    pub(crate) fn ends_the_task(self) -> bool {
        matches!(
            self,
            Self::WrongModel
                | Self::WrongLength
                | Self::NotFinite
                | Self::WrongCount
                | Self::BadStep
        )
    }
}

/// Every refusal, in the order of its number on the wire.
pub(super) const REFUSALS: [Refusal; 13] = [
    Refusal::NotAsked,
    Refusal::Forged,
    Refusal::Late,
    Refusal::Duplicate,
    Refusal::WrongRound,
    Refusal::WrongModel,
    Refusal::WrongLength,
    Refusal::NotFinite,
    Refusal::WrongCount,
    Refusal::Malformed,
    Refusal::Full,
    Refusal::NotDue,
    Refusal::BadStep,
];
