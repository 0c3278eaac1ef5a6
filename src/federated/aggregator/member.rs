//! One worker, as the aggregator knows it.

use super::super::messages::Token;
use crate::wire::PeerId;

/// The most digits that a worker may claim: more than any source here has.
const DIGITS_MAX: u32 = 1_000_000;

/// One worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Who it is.
    pub id: PeerId,
    /// Its place in the room, from 0.
    pub slot: u32,
    /// What it is doing.
    pub state: MemberState,
    /// Digits in its shard; 0 until it is loaded.
    pub digits: u32,
    /// The mean training loss of its last report.
    pub loss: Option<f32>,
    /// Bytes sent to it.
    pub bytes_sent: u64,
    /// Bytes received from it.
    pub bytes_received: u64,
    task: Option<Token>,
    /// The token of the task before, to tell a late update from a forged one.
    earlier: Option<Token>,
}

/// What a worker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberState {
    /// It fetches its shard.
    Loading,
    /// It can take part.
    Idle,
    /// It trains in the round under way.
    Training,
    /// Its update counts in the round under way.
    Reported,
    /// It missed a deadline, and is not asked until it speaks.
    Silent,
}

impl Member {
    pub(super) fn new(id: PeerId, slot: u32) -> Self {
        Self {
            id,
            slot,
            state: MemberState::Loading,
            digits: 0,
            loss: None,
            bytes_sent: 0,
            bytes_received: 0,
            task: None,
            earlier: None,
        }
    }

    pub(super) fn loading(&mut self) {
        self.state = MemberState::Loading;
        self.digits = 0;
    }

    pub(super) fn ready(&mut self, digits: u32) {
        if self.state == MemberState::Loading && (1..=DIGITS_MAX).contains(&digits) {
            self.state = MemberState::Idle;
            self.digits = digits;
        }
    }

    pub(super) fn start(&mut self, token: Token) {
        self.state = MemberState::Training;
        self.earlier = self.task.replace(token);
    }

    /// Whether this was the token of a task before the latest.
    pub(super) fn knew(&self, token: &Token) -> bool {
        self.earlier.as_ref() == Some(token)
    }

    /// Goes from training, or from silence, to `state`.
    pub(super) fn rest(&mut self, state: MemberState) {
        if matches!(self.state, MemberState::Training | MemberState::Silent) {
            self.state = state;
        }
    }

    /// The round is over.
    pub(super) fn dismiss(&mut self) {
        if matches!(self.state, MemberState::Training | MemberState::Reported) {
            self.state = MemberState::Idle;
        }
    }
}
