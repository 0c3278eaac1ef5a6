//! One worker, as the aggregator knows it.

use super::super::messages::Token;
use sotto_core::wire::PeerId;
use sotto_digits::DIGITS_MAX;

/// One worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Who it is.
    pub id: PeerId,
    /// Its slot in the room, from 0.
    pub slot: u32,
    /// What it is doing.
    pub state: MemberState,
    /// Digits in its shard; 0 until it is loaded.
    pub digits: u32,
    /// What that becomes once its part of the round under way is over.
    next_digits: Option<u32>,
    /// The mean training loss of its last report.
    pub loss: Option<f32>,
    /// Bytes sent to it.
    pub bytes_sent: u64,
    /// Bytes received from it.
    pub bytes_received: u64,
    /// Rounds that it is not asked for, because it was too slow.
    sits_out: u32,
    /// Deadlines missed in a row.
    missed: u32,
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
    /// It has trained, and takes part in the secure sum of the round under way.
    Summing,
    /// Its update counts in the round under way.
    Reported,
    /// It missed a deadline, and has not said since that it is free.
    Silent,
    /// It is not willing to take part now.
    Away,
    /// What it did stopped a secure sum: it is not asked again.
    Distrusted,
}

impl Member {
    pub(super) fn new(id: PeerId, slot: u32) -> Self {
        Self {
            id,
            slot,
            state: MemberState::Loading,
            digits: 0,
            next_digits: None,
            loss: None,
            bytes_sent: 0,
            bytes_received: 0,
            sits_out: 0,
            missed: 0,
            task: None,
            earlier: None,
        }
    }

    pub(super) fn loading(&mut self) {
        self.turn(MemberState::Loading);
        self.digits = 0;
        self.next_digits = None;
    }

    /// It has its digits, or others than before; or it is free again after a deadline that it
    /// missed, or willing again. A round under way keeps the number that it was planned with.
    pub(super) fn ready(&mut self, digits: u32) {
        if !(1..=DIGITS_MAX).contains(&(digits as usize)) {
            return;
        }
        self.next_digits = Some(digits);
        if !self.is_busy() {
            self.free();
        }
    }

    /// Whether an update may come of so many digits: as many as it had when it was asked, or as
    /// many as it has said since, for its word and the task may have crossed.
    pub(super) fn has_digits(&self, digits: u32) -> bool {
        digits > 0 && (digits == self.digits || Some(digits) == self.next_digits)
    }

    fn is_busy(&self) -> bool {
        let busy = [MemberState::Training, MemberState::Summing, MemberState::Reported];
        busy.contains(&self.state)
    }

    fn free(&mut self) {
        self.turn(MemberState::Idle);
        self.digits = self.next_digits.take().unwrap_or(self.digits);
    }

    /// It is not willing to take part now.
    pub(super) fn away(&mut self) {
        self.turn(MemberState::Away);
    }

    /// What it did stopped a secure sum.
    pub(super) fn distrust(&mut self) {
        self.state = MemberState::Distrusted;
    }

    fn turn(&mut self, state: MemberState) {
        if self.state != MemberState::Distrusted {
            self.state = state;
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.state == MemberState::Idle
    }

    /// Ready, and not sitting out.
    pub(super) fn is_swift(&self) -> bool {
        self.is_ready() && self.sits_out == 0
    }

    /// A round begins.
    pub(super) fn sit(&mut self) {
        self.sits_out = self.sits_out.saturating_sub(1);
    }

    /// It missed a deadline: it sits out 2 rounds, then 4, then 8.
    pub(super) fn miss(&mut self) {
        self.turn(MemberState::Silent);
        self.missed += 1;
        self.sits_out = 1 << self.missed.min(10);
    }

    /// Its update came, with its loss where that does not stay with the worker.
    pub(super) fn report(&mut self, loss: Option<f32>) {
        self.state = MemberState::Reported;
        self.loss = loss;
        self.missed = 0;
    }

    /// It has trained.
    pub(super) fn sum(&mut self) {
        self.state = MemberState::Summing;
    }

    pub(super) fn start(&mut self, token: Token) {
        self.state = MemberState::Training;
        self.earlier = self.task.replace(token);
    }

    /// Whether this was the token of a task before the latest.
    pub(super) fn knew(&self, token: &Token) -> bool {
        self.earlier.as_ref() == Some(token)
    }

    /// Its task ended without an update that counts.
    pub(super) fn rest(&mut self) {
        if matches!(self.state, MemberState::Training | MemberState::Summing) {
            self.free();
        }
    }

    /// The round is over.
    pub(super) fn dismiss(&mut self) {
        if self.is_busy() {
            self.free();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(digits: u32) -> Member {
        let mut member = Member::new(PeerId([1; 16]), 0);
        member.ready(digits);
        member
    }

    #[test]
    fn other_digits_count_at_once_between_rounds() {
        let mut member = ready(10);
        member.ready(13);
        assert_eq!((member.state, member.digits), (MemberState::Idle, 13));
        for impossible in [0, DIGITS_MAX as u32 + 1] {
            member.ready(impossible);
            assert_eq!(member.digits, 13);
        }
    }

    #[test]
    fn who_is_distrusted_stays_so() {
        let mut member = ready(10);
        member.start(Token([7; 16]));
        member.distrust();
        let words: [fn(&mut Member); 6] = [
            Member::dismiss,
            Member::rest,
            Member::loading,
            Member::away,
            Member::miss,
            |member| member.ready(10),
        ];
        for word in words {
            word(&mut member);
            assert!(!member.is_ready());
            assert_eq!(member.state, MemberState::Distrusted);
        }
    }

    #[test]
    fn a_round_under_way_keeps_its_number_of_digits() {
        let token = || Token([7; 16]);
        let ends: [fn(&mut Member); 3] = [Member::rest, Member::dismiss, |member| {
            member.report(None);
            member.dismiss();
        }];
        for end in ends {
            let mut member = ready(10);
            member.start(token());
            member.ready(13);
            assert_eq!((member.state, member.digits), (MemberState::Training, 10));
            // Its word and the task have crossed: it may have trained on either.
            assert!(member.has_digits(10) && member.has_digits(13) && !member.has_digits(11));
            end(&mut member);
            assert_eq!((member.state, member.digits), (MemberState::Idle, 13));
            assert!(!member.has_digits(10) && !member.has_digits(0));
        }
    }
}
