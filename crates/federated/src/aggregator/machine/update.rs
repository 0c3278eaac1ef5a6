//! What becomes of an update, and of a round when its outcome is known.

use super::super::super::messages::{Refusal, ToWorker, Token, Update};
use super::super::super::strategy::RoundFacts;
use super::super::round::{Outcome, Round};
use super::super::{Action, Member};
use super::{Aggregator, Millis, notice};
use sotto_core::wire::{Address, PeerId};
use sotto_network::Weights;
use sotto_privacy::inversion;

/// How long an abandoned round waits before it is tried again.
const RETRY_MS: Millis = 1_000;
/// How often a round is tried: what fails so often fails again.
const TRIES_MAX: u32 = 20;

impl Aggregator {
    pub(super) fn update(
        &mut self,
        sender: PeerId,
        round: u32,
        update: Update,
        now: Millis,
        actions: &mut Vec<Action>,
    ) {
        let verdict = self.check(sender, round, &update);
        match verdict {
            Ok(()) => {
                self.report(sender, round, update, actions);
                self.pace.heard(now);
                self.settle(now, actions);
            }
            Err(refusal) => self.turn_away(sender, round, "an update", refusal, now, actions),
        }
    }

    /// Refuses what a worker sent, and gives up on it where it has spoilt its task.
    pub(super) fn turn_away(
        &mut self,
        sender: PeerId,
        round: u32,
        what: &str,
        refusal: Refusal,
        now: Millis,
        actions: &mut Vec<Action>,
    ) {
        notice(actions, Some(sender), format!("{what} was refused: {refusal}"));
        self.refuse(sender, round, refusal, actions);
        if refusal.ends_the_task()
            && let Some(current) = &mut self.current
        {
            current.lose(sender);
            self.rest(sender);
            self.settle(now, actions);
        }
    }

    /// Refuses what belongs to a task or a round that is not under way.
    pub(super) fn check_round(
        &self,
        sender: PeerId,
        round: u32,
        token: &Token,
    ) -> Result<&Member, Refusal> {
        let member = self.members.get(&sender).ok_or(Refusal::NotAsked)?;
        match &self.current {
            _ if member.knew(token) => Err(Refusal::Late),
            Some(current) if current.number == round => Ok(member),
            _ if round <= self.number => Err(Refusal::Late),
            _ => Err(Refusal::WrongRound),
        }
    }

    /// Whether an update is the one that its sender was asked for. A bad update costs a
    /// worker its part only when it comes with the task's token.
    fn check(&self, sender: PeerId, round: u32, update: &Update) -> Result<(), Refusal> {
        let member = self.check_round(sender, round, &update.token)?;
        let current = self.current.as_ref().ok_or(Refusal::WrongRound)?;
        current.check(sender, &update.token)?;
        if update.base != self.hash {
            return Err(Refusal::WrongModel);
        }
        if update.values.len() != self.update_len() {
            return Err(Refusal::WrongLength);
        }
        if !member.has_digits(update.digits) {
            return Err(Refusal::WrongCount);
        }
        let finite = |value: &f32| value.is_finite();
        if !update.loss.is_finite() || !update.values.iter().all(finite) {
            return Err(Refusal::NotFinite);
        }
        Ok(())
    }

    fn report(&mut self, id: PeerId, round: u32, update: Update, actions: &mut Vec<Action>) {
        if let Some(member) = self.members.get_mut(&id) {
            member.report(Some(update.loss));
        }
        if inversion::applies(&self.network) {
            actions.push(Action::Read { round, worker: id, values: update.values.clone() });
        }
        if let Some(current) = &mut self.current {
            current.report(id, update.digits, update.values);
        }
        self.send(Address::Worker(id), round, &ToWorker::Accepted, actions);
    }

    /// Closes the round if its outcome is known.
    pub(super) fn settle(&mut self, now: Millis, actions: &mut Vec<Action>) {
        if self.current.as_ref().is_some_and(|current| current.sum.is_some()) {
            return self.advance(now, actions);
        }
        match self.current.as_ref().map(Round::outcome) {
            Some(Outcome::Complete) => {
                self.cut_off(now);
                self.close(actions);
            }
            Some(Outcome::Hopeless) => self.abandon(now, actions),
            Some(Outcome::Open) | None => {}
        }
    }

    pub(super) fn deadline(&mut self, now: Millis, actions: &mut Vec<Action>) {
        let Some(current) = self.current.as_ref().filter(|current| now >= current.deadline) else {
            return;
        };
        if current.sum.is_some() {
            return self.step_deadline(now, actions);
        }
        let late = current.pending();
        self.cut_off(now);
        for id in late {
            if let Some(member) = self.members.get_mut(&id) {
                member.miss();
            }
            notice(actions, Some(id), "did not answer before the deadline".to_owned());
        }
        match self.current.as_ref().is_some_and(Round::has_quorum) {
            true => self.close(actions),
            false => {
                self.pace.forget();
                self.abandon(now, actions);
            }
        }
    }

    fn close(&mut self, actions: &mut Vec<Action>) {
        let Some(round) = self.end_round() else {
            return;
        };
        self.dismiss(&round, actions);
        let updates = round.updates();
        let step = self.strategy.combine(&updates);
        self.keep_mean(&step, updates.iter().map(|update| u64::from(update.digits)).sum());
        let facts = self.facts(&round, round.reported());
        self.counted = round.reported();
        self.apply(round.number, &step, &facts, actions);
    }

    /// Values of an update.
    pub(super) fn update_len(&self) -> usize {
        let parameters = self.weights.values().len();
        match self.strategy.control(0) {
            Some(_) => 2 * parameters,
            None => parameters,
        }
    }

    pub(super) fn facts(&self, round: &Round, updates: usize) -> RoundFacts {
        RoundFacts {
            share: updates as f64 / self.members.len().max(updates).max(1) as f64,
            control_scale: f64::from(round.work.control_scale()),
        }
    }

    /// Changes the model by the mean of a round.
    pub(super) fn apply(
        &mut self,
        number: u32,
        mean: &[f64],
        facts: &RoundFacts,
        actions: &mut Vec<Action>,
    ) {
        let mut values = self.weights.values().to_vec();
        self.strategy.apply(&mut values, mean, facts);
        match Weights::new(&self.network, values) {
            Ok(weights) => {
                self.hash = weights.hash();
                self.weights = weights;
                self.applied += 1;
                self.use_up(number);
                self.abandoned = 0;
                self.wanted = self.applied < self.rounds;
                actions.push(Action::Evaluate);
            }
            Err(error) => {
                // The same would come out again.
                self.wanted = false;
                notice(
                    actions,
                    None,
                    format!("training stopped, for the average cannot be used: {error}"),
                );
            }
        }
    }

    pub(super) fn abandon(&mut self, now: Millis, actions: &mut Vec<Action>) {
        let Some(round) = self.end_round() else {
            return;
        };
        self.dismiss(&round, actions);
        self.abandoned += 1;
        self.retry_at = now + RETRY_MS;
        let why = match &round.sum {
            Some(_) => "its sum lost too many workers, and was not opened".to_owned(),
            None => format!("{} of {} updates", round.reported(), round.target),
        };
        let what = format!("round {} was abandoned: {why}", round.number);
        let text = if self.abandoned < TRIES_MAX {
            format!("{what}; it is tried again")
        } else {
            self.wanted = false;
            self.abandoned = 0;
            format!("{what}, for the {TRIES_MAX}th time; training stopped")
        };
        notice(actions, None, text);
    }
}
