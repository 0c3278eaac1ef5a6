//! A party in the middle of a training: its shares of weights and momentum, and the steps that it takes with its peer.

use std::num::Wrapping;
use std::rc::Rc;

use super::super::dealing::{Masks, Scope};
use super::super::gates::Online;
use super::super::links::{Links, Message};
use super::super::path::Job;
use super::super::preparing::{Material, Preparing};
use super::super::ring::{Share, Wide};
use super::super::{Catalogue, Entropy, Error, Party, Role};
use super::compute::Computing;
use super::data::{Pool, Schedule};
use super::fixed::loss;
use super::handover::{Handover, hand_over};
use super::messages::{Begin, TrainingInfo};
use super::plan::TrainingPlan;
use super::step::{State, step};
use sotto_core::prg::StreamKey;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

/// A training, as one party has it.
pub(crate) struct TrainingRun {
    pub(crate) info: TrainingInfo,
    plan: Rc<TrainingPlan>,
    schedule: Schedule,
    /// Away while a step is taken.
    state: Option<State<Share<Wide>>>,
    /// Steps taken.
    pub(crate) step: u32,
}

/// What a step, or a handover, is taken with: used once.
pub(crate) struct StepContext<'a, M> {
    pub(crate) party: Party,
    pub(crate) links: &'a mut Links<M>,
    pub(crate) key: &'a StreamKey,
    /// The material's number, and the material.
    pub(crate) number: u32,
    pub(crate) material: &'a Material,
    /// The peer's first message, when it came before this party began.
    pub(crate) early: Option<Message>,
}

impl TrainingRun {
    /// Draws this party's part of the first weights: their sum is nobody's.
    ///
    /// # Errors
    /// [`Error::Digits`], [`Error::Untrainable`], and as [`TrainingInfo::plan`].
    pub(crate) fn new(
        catalogue: &Catalogue,
        begin: &Begin,
        pool: &Pool,
        entropy: &mut Entropy,
    ) -> Result<Self, Error> {
        let Begin { info, seed, contributions } = begin;
        let plan = info.plan(catalogue)?;
        let schedule = Schedule::new(pool, contributions, plan.batch(), *seed);
        if schedule.steps() == 0 {
            return Err(Error::Digits { found: schedule.digits(), batch: plan.batch() });
        }
        let parameters = draw(&plan, entropy);
        let zeros = || Share::new(Secret::zeros(plan.parameters()));
        let momentum = info.training.momentum.map(|_| zeros());
        let state = Some(State { parameters, momentum });
        Ok(Self { info: info.clone(), plan, schedule, state, step: 0 })
    }

    pub(crate) fn digits(&self) -> usize {
        self.schedule.digits()
    }

    /// Steps in all.
    pub(crate) fn steps(&self) -> u32 {
        self.schedule.steps().saturating_mul(self.info.epochs)
    }

    /// Takes the next step; gives its loss, the mean of the batch's `sum (p - t)^2`, where that is revealed.
    ///
    /// # Errors
    /// As the links and the gates.
    pub(crate) async fn step<M: Mailbox<Role = Role>>(
        &mut self,
        pool: &Pool,
        context: StepContext<'_, M>,
    ) -> Result<Option<f64>, Error> {
        let StepContext { party, links, key, number, material, early } = context;
        let batch = self.schedule.batch(pool, self.step);
        let masks = Masks::new(key, Scope::Training, number);
        let preparing = Preparing::new(party, masks, &material.0);
        let job = Job::Step(number);
        let layer = String::new();
        let mut online = Online { party, links, job, layer, words: &material.0, early };
        let mut engine = Computing::new(&mut online, preparing);
        let state = self.state.take().ok_or(Error::Alone)?;
        let watched = self.info.is_watched(self.step);
        self.state = Some(step(&mut engine, &self.plan, state, batch, watched).await?);
        let revealed = engine.finish()?;
        self.step += 1;
        Ok(revealed.first().map(|sum| loss(&self.plan, i64::from(sum.0 as i32))))
    }

    /// This party's share of the weights as they are, as a model of `fraction` fractional bits.
    ///
    /// # Errors
    /// [`Error::Untrainable`], and as the links and the gates.
    pub(crate) async fn hand_over<M: Mailbox<Role = Role>>(
        &self,
        catalogue: &Catalogue,
        to: &super::super::Plan,
        context: StepContext<'_, M>,
    ) -> Result<Share<Wide>, Error> {
        let handover = Handover::new(&catalogue.network(&self.info.preset)?, &self.plan, to)?;
        let StepContext { party, links, key, number, material, early } = context;
        let masks = Masks::new(key, Scope::Training, number);
        let preparing = Preparing::new(party, masks, &material.0);
        let job = Job::Take(number);
        let layer = String::new();
        let mut online = Online { party, links, job, layer, words: &material.0, early };
        let mut engine = Computing::new(&mut online, preparing);
        let state = self.state.as_ref().ok_or(Error::Alone)?;
        let share = hand_over(&mut engine, &handover, &state.parameters).await?;
        engine.finish()?;
        Ok(share)
    }
}

/// A uniform draw with half the variance of He et al. (2015, section 2.2), `2 / fan-in`: two parties' draws add up to all of
/// it. Biases are zero.
pub(super) fn draw(plan: &TrainingPlan, entropy: &mut Entropy) -> Share<Wide> {
    let words = StreamKey::draw(entropy).words([0; 3], plan.weights());
    let mut values = Secret::zeros(plan.parameters());
    for (range, bound) in plan.bounds() {
        for (value, word) in values[range.clone()].iter_mut().zip(&words[range]) {
            let uniform = (i64::from(*word as i32) * bound) >> 31;
            *value = Wrapping(uniform as u32);
        }
    }
    Share::new(values)
}
