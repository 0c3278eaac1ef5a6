//! One round under way: who was asked, and what came back.

use std::collections::BTreeMap;

use super::super::example_task::ExampleTask;
use super::super::messages::{Control, Refusal, SecureTask, Token};
use super::super::strategy::Contribution;
use super::Millis;
use sotto_core::wire::PeerId;
use sotto_secagg::Server;
use sotto_train::Recipe;

/// How often a worker may come back into the same round.
const RETURNS_MAX: u32 = 3;

/// The round under way.
pub(super) struct Round {
    pub(super) work: Work,
    pub(super) number: u32,
    pub(super) target: usize,
    pub(super) deadline: Millis,
    pub(super) quorum: usize,
    /// The secure sum of the updates; `None` where they come in the clear.
    pub(super) sum: Option<Server>,
    /// Whether its updates, or their sum, may be known even if the round comes to nothing.
    pub(super) is_exposed: bool,
    participants: BTreeMap<PeerId, Participant>,
}

/// What all workers of a round are asked.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) attempt: u32,
    pub(super) recipe: Recipe,
    pub(super) examples: Option<ExampleTask>,
    pub(super) secure: Option<SecureTask>,
    pub(super) control: Option<Control>,
}

impl Work {
    /// What workers multiply the change of their control variates by.
    pub(super) fn control_scale(&self) -> f32 {
        self.control.as_ref().map_or(1.0, |control| control.scale)
    }
}

/// What can be said of a round before its deadline.
pub(super) enum Outcome {
    /// Updates are still awaited.
    Open,
    /// All that can come has come, and it is enough.
    Complete,
    /// What can still come is not enough.
    Hopeless,
}

struct Participant {
    slot: u32,
    token: Token,
    state: State,
    /// How often it was readmitted.
    returns: u32,
}

enum State {
    Pending,
    Lost,
    /// Its page is gone, or began anew: it may come back.
    Away,
    Reported {
        digits: u32,
        values: Vec<f32>,
    },
    /// Its update is in the secure sum, under its masks.
    Masked,
}

impl Participant {
    fn report(&self) -> Option<(u32, Contribution<'_>)> {
        match &self.state {
            State::Reported { digits, values } => {
                Some((self.slot, Contribution { digits: *digits, values }))
            }
            State::Pending | State::Lost | State::Away | State::Masked => None,
        }
    }
}

impl Round {
    pub(super) fn new(
        work: Work,
        number: u32,
        target: usize,
        quorum: usize,
        deadline: Millis,
    ) -> Self {
        let (sum, participants) = (None, BTreeMap::new());
        let is_exposed = work.secure.is_none();
        Self { work, number, target, deadline, quorum, sum, is_exposed, participants }
    }

    pub(super) fn add_participant(&mut self, id: PeerId, slot: u32, token: Token) {
        self.participants
            .insert(id, Participant { slot, token, state: State::Pending, returns: 0 });
    }

    /// Whether this worker may report with this token.
    pub(super) fn check(&self, id: PeerId, token: &Token) -> Result<(), Refusal> {
        match self.recognise(id, token)?.state {
            State::Pending => Ok(()),
            State::Lost | State::Away => Err(Refusal::NotAsked),
            State::Reported { .. } | State::Masked => Err(Refusal::Duplicate),
        }
    }

    /// Whether this worker may take a step of the secure sum with this token.
    pub(super) fn check_step(&self, id: PeerId, token: &Token) -> Result<(), Refusal> {
        match self.recognise(id, token)?.state {
            State::Lost | State::Away => Err(Refusal::NotAsked),
            State::Pending | State::Reported { .. } | State::Masked => Ok(()),
        }
    }

    fn recognise(&self, id: PeerId, token: &Token) -> Result<&Participant, Refusal> {
        let participant = self.participants.get(&id).ok_or(Refusal::NotAsked)?;
        if participant.token == *token { Ok(participant) } else { Err(Refusal::Forged) }
    }

    /// How many were asked.
    pub(super) fn asked(&self) -> usize {
        self.participants.len()
    }

    pub(super) fn token(&self, id: PeerId) -> Option<&Token> {
        self.participants.get(&id).map(|participant| &participant.token)
    }

    /// Its masked update is in the sum.
    pub(super) fn mask(&mut self, id: PeerId) {
        if let Some(participant) = self.participants.get_mut(&id) {
            participant.state = State::Masked;
        }
    }

    /// Who was asked and has not been given up.
    pub(super) fn present(&self) -> Vec<PeerId> {
        let present =
            |participant: &Participant| !matches!(participant.state, State::Lost | State::Away);
        self.participants
            .iter()
            .filter(|(_, participant)| present(participant))
            .map(|(id, _)| *id)
            .collect()
    }

    pub(super) fn report(&mut self, id: PeerId, digits: u32, values: Vec<f32>) {
        if let Some(participant) = self.participants.get_mut(&id) {
            participant.state = State::Reported { digits, values };
        }
    }

    /// Gives up on a worker that has not reported; whether there was anything to give up.
    pub(super) fn lose(&mut self, id: PeerId) -> bool {
        if let Some(sum) = &mut self.sum {
            sum.lose(id);
        }
        match self.participants.get_mut(&id) {
            Some(participant) if matches!(participant.state, State::Pending) => {
                participant.state = State::Lost;
                true
            }
            _ => false,
        }
    }

    /// As [`Round::lose`], of a worker whose page is gone or began anew.
    pub(super) fn leave(&mut self, id: PeerId) -> bool {
        let was_awaited = self.lose(id);
        if was_awaited && let Some(participant) = self.participants.get_mut(&id) {
            participant.state = State::Away;
        }
        was_awaited
    }

    /// Lets a worker take part again that had left before it reported; whether that can be.
    pub(super) fn readmit(&mut self, id: PeerId, slot: u32, token: &Token) -> bool {
        let Some(participant) = self.participants.get_mut(&id) else {
            return false;
        };
        let may = matches!(participant.state, State::Away)
            && participant.slot == slot
            && participant.returns < RETURNS_MAX
            && self.sum.as_mut().is_none_or(|sum| sum.invite(id));
        if may {
            participant.state = State::Pending;
            participant.token = token.clone();
            participant.returns += 1;
        }
        may
    }

    /// Gives up on a worker that says so itself, and proves that it was asked.
    pub(super) fn fail(&mut self, id: PeerId, token: &Token) -> bool {
        self.check(id, token).is_ok() && self.lose(id)
    }

    pub(super) fn pending(&self) -> Vec<PeerId> {
        let pending = |participant: &Participant| matches!(participant.state, State::Pending);
        self.participants
            .iter()
            .filter(|(_, participant)| pending(participant))
            .map(|(id, _)| *id)
            .collect()
    }

    pub(super) fn reported(&self) -> usize {
        self.participants.values().filter_map(Participant::report).count()
    }

    pub(super) fn has_quorum(&self) -> bool {
        self.reported() >= self.quorum
    }

    pub(super) fn outcome(&self) -> Outcome {
        let (reported, pending) = (self.reported(), self.pending().len());
        if reported >= self.target || (pending == 0 && reported >= self.quorum) {
            Outcome::Complete
        } else if reported + pending < self.quorum {
            Outcome::Hopeless
        } else {
            Outcome::Open
        }
    }

    /// Every update, by ascending slot so that the order of arrival changes no bit.
    pub(super) fn updates(&self) -> Vec<Contribution<'_>> {
        let mut updates: Vec<_> =
            self.participants.values().filter_map(Participant::report).collect();
        updates.sort_by_key(|(slot, _)| *slot);
        updates.into_iter().map(|(_, update)| update).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn round(participants: u8, target: usize, quorum: usize) -> Round {
        let recipe = Settings::default().recipe;
        let work = Work { attempt: 1, recipe, examples: None, secure: None, control: None };
        let mut round = Round::new(work, 1, target, quorum, 0);
        for participant in 0..participants {
            // Ids fall while slots rise.
            round.add_participant(
                PeerId([9 - participant; 16]),
                participant.into(),
                Token([participant; 16]),
            );
        }
        round
    }

    #[test]
    fn updates_come_by_slot() {
        let mut round = round(3, 3, 1);
        round.report(PeerId([8; 16]), 300, vec![5.0]);
        round.report(PeerId([9; 16]), 100, vec![1.0]);
        let digits: Vec<u32> = round.updates().iter().map(|update| update.digits).collect();
        assert_eq!(digits, [100, 300]);
    }

    #[test]
    fn outcomes_follow_reports_and_losses() {
        let mut round = round(4, 3, 2);
        assert!(matches!(round.outcome(), Outcome::Open));
        round.report(PeerId([9; 16]), 1, vec![0.0]);
        assert!(round.lose(PeerId([8; 16])));
        assert!(!round.lose(PeerId([9; 16])), "what was reported stays");
        assert!(matches!(round.outcome(), Outcome::Open));
        round.lose(PeerId([7; 16]));
        assert!(matches!(round.outcome(), Outcome::Open));
        round.report(PeerId([6; 16]), 1, vec![0.0]);
        assert!(matches!(round.outcome(), Outcome::Complete));
    }

    #[test]
    fn a_round_without_hope_is_known() {
        let mut round = round(3, 3, 2);
        round.lose(PeerId([9; 16]));
        assert!(matches!(round.outcome(), Outcome::Open));
        round.lose(PeerId([8; 16]));
        assert!(matches!(round.outcome(), Outcome::Hopeless));
    }

    #[test]
    fn only_the_task_s_token_is_recognised() {
        let mut round = round(2, 2, 1);
        let (id, token) = (PeerId([9; 16]), Token([0; 16]));
        assert_eq!(round.check(id, &Token([1; 16])), Err(Refusal::Forged));
        assert_eq!(round.check(PeerId([1; 16]), &token), Err(Refusal::NotAsked));
        assert_eq!(round.check(id, &token), Ok(()));
        assert!(!round.fail(id, &Token([1; 16])));
        round.report(id, 1, vec![0.0]);
        assert_eq!(round.check(id, &token), Err(Refusal::Duplicate));
    }
}
