//! An aggregator whose rounds are another one's tasks: it trains the model that it is given with its own
//! workers, and gives their mean away.

use super::super::super::messages::{Assignment, Task};
use super::super::super::settings::Noise;
use super::super::super::{Schedule, Settings};
use super::super::{Action, MemberState, Phase};
use super::{Aggregator, Millis, SettingsError};
use sotto_digits::DIGITS_MAX;
use sotto_network::Weights;

/// What an aggregator knows of the run that it serves.
#[derive(Default)]
pub(super) struct Relay {
    /// The slot of its first worker in that run.
    first_slot: u32,
    /// The latest try of the round that is next or under way.
    attempt: u32,
    mean: Option<Mean>,
}

/// What the workers of a round have learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Mean {
    /// `sum_k n_k (w_k - w) / sum_k n_k`.
    pub values: Vec<f64>,
    /// `sum_k n_k`.
    pub digits: u32,
    /// The mean of their losses, in nats; 0 where a secure sum keeps them from this aggregator.
    pub loss: f32,
}

/// Why a task cannot be passed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// It is of another network, or its weights are none.
    #[error(transparent)]
    Network(#[from] sotto_network::Error),
    /// Noise and control variates belong to single workers.
    #[error("noise and control variates are not passed on to the workers of a branch")]
    Unsupported,
}

impl Aggregator {
    /// Serves an assignment in another run: its workers get the digits of `capacity` slots of that run, from
    /// `assignment.slot * capacity` on. Settings of the training are the other run's.
    ///
    /// # Errors
    /// When the assignment names no network that is known here; then nothing has changed.
    pub fn take_assignment(
        &mut self,
        assignment: &Assignment,
        capacity: u32,
    ) -> Result<Vec<Action>, SettingsError> {
        let settings = Settings {
            model: assignment.model.clone(),
            seed: assignment.seed,
            partition: assignment.partition.clone(),
            shards: assignment.shards,
            strategy: "fedavg".to_owned(),
            schedule: Schedule::Constant,
            dp: Noise::Off,
            ..self.settings.clone()
        };
        let first_slot = assignment.slot.saturating_mul(capacity);
        let before = self.relay.replace(Relay { first_slot, ..Relay::default() });
        self.configure(settings).inspect_err(|_| self.relay = before)
    }

    /// Begins a task as its next round. The mean is [`Aggregator::take_mean`]'s when it is over.
    ///
    /// # Errors
    /// When the task cannot be passed on; then nothing has changed.
    pub fn take_task(
        &mut self,
        round: u32,
        task: &Task,
        now: Millis,
    ) -> Result<Vec<Action>, RelayError> {
        let has_noise = task.secure.is_some_and(|secure| secure.private.is_some());
        if has_noise || task.examples.is_some() || task.control.is_some() || round == 0 {
            return Err(RelayError::Unsupported);
        }
        let weights = Weights::new(&self.network, task.weights.clone())?;
        let mut actions = Vec::new();
        self.stop(&mut actions);
        if let Some(relay) = &mut self.relay {
            // Workers take part in later tries alone, whichever round above they are for.
            self.abandoned = relay.attempt;
            relay.mean = None;
        }
        self.number = self.number.max(round - 1);
        self.hash = weights.hash();
        self.weights = weights;
        self.settings.recipe = task.recipe;
        self.settings.variety = task.variety;
        (self.applied, self.rounds) = (round - 1, round);
        (self.wanted, self.retry_at) = (true, now);
        self.begin_round(now, &mut actions);
        Ok(actions)
    }

    /// What came of a task, once.
    pub fn take_mean(&mut self) -> Option<Mean> {
        self.relay.as_mut()?.mean.take()
    }

    /// Whether a task is being worked on.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        matches!(self.phase(), Phase::Waiting | Phase::Training)
    }

    /// Workers that could be asked or have been, and their digits.
    #[must_use]
    pub fn force(&self) -> (u32, u32) {
        use MemberState::{Away, Distrusted, Loading};
        let idle = |state| !matches!(state, Loading | Away | Distrusted);
        let there = self.members.values().filter(|member| idle(member.state) && member.digits > 0);
        there.fold((0, 0), |(workers, digits), member| {
            (workers + 1, (digits + member.digits).min(DIGITS_MAX as u32))
        })
    }

    /// The slot of a worker in the run that its digits are cut for.
    pub(super) fn slot_in_run(&self, slot: u32) -> u32 {
        let first = self.relay.as_ref().map_or(0, |relay| relay.first_slot);
        first.saturating_add(slot)
    }

    pub(super) fn keep_attempt(&mut self, attempt: u32) {
        if let Some(relay) = &mut self.relay {
            relay.attempt = attempt;
        }
    }

    /// The next round has another number, and its tries are counted anew.
    pub(super) fn forget_attempts(&mut self) {
        self.keep_attempt(0);
    }

    /// Keeps what a round came to for the aggregator above, if there is one.
    pub(super) fn keep_mean(&mut self, values: &[f64], digits: u64) {
        let Some(relay) = &mut self.relay else { return };
        let losses: Vec<f32> = self.members.values().filter_map(|member| member.loss).collect();
        let loss = losses.iter().sum::<f32>() / losses.len().max(1) as f32;
        let digits = digits.min(DIGITS_MAX as u64) as u32;
        relay.mean = Some(Mean { values: values.to_vec(), digits, loss });
    }
}
