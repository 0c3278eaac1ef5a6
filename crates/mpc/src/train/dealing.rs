//! The dealer's part in training: what steps and handovers take, before anybody knows what they are taken on.

use std::rc::Rc;

use futures_util::FutureExt;

use super::super::dealing::{Dealing, Masks, Scope};
use super::super::messages::{ClassificationKind, ModelInfo};
use super::super::plan::{Output, TradeOff};
use super::super::ring::Wide;
use super::super::{Catalogue, Error};
use super::deal::Dealt;
use super::handover::{Handover, hand_over};
use super::messages::{StepOrder, TrainingInfo, TrainingPurpose};
use super::plan::TrainingPlan;
use super::step::{Batch, State, step};
use sotto_core::prg::StreamKey;
use sotto_core::secret::Secret;

/// Why a step is over at once.
const NOBODY: &str = "the dealer waits for nobody";

/// What the dealer remembers of trainings.
#[derive(Default)]
pub(crate) struct TrainingDealer {
    run: Option<(TrainingInfo, Rc<TrainingPlan>)>,
    /// The highest number of material so far: none is dealt twice.
    last: u32,
}

impl TrainingDealer {
    /// Checks an order, and that its numbers are new.
    ///
    /// # Errors
    /// [`Error::Reused`], and as [`TrainingInfo::plan`].
    pub(crate) fn begin(&mut self, catalogue: &Catalogue, order: &StepOrder) -> Result<(), Error> {
        if order.number <= self.last {
            return Err(Error::Reused { what: "material", number: order.number });
        }
        if self.run.as_ref().is_none_or(|(info, _)| *info != order.info) {
            self.run = Some((order.info.clone(), order.info.plan(catalogue)?));
        }
        self.last = order.number + (order.count - 1);
        Ok(())
    }

    /// The words for alice and for bob of an order's material number `index`, counted from 0.
    ///
    /// # Errors
    /// As [`Handover::new`].
    pub(crate) fn deal(
        &self,
        catalogue: &Catalogue,
        order: &StepOrder,
        index: u32,
        keys: &[StreamKey; 2],
    ) -> Result<[Secret<u32>; 2], Error> {
        let (info, plan) = self.run.as_ref().ok_or(Error::Alone)?;
        let number = order.number + index;
        match order.purpose {
            TrainingPurpose::Step { .. } => {
                let watched = info.is_watched(order.step + index);
                deal_step(plan, keys, number, watched, &mut |_| ())
            }
            TrainingPurpose::Handover { fraction, .. } => {
                let model = ModelInfo {
                    number: 0,
                    preset: info.preset.clone(),
                    fraction,
                    trade_off: TradeOff::Bytes,
                };
                let to = model
                    .plan(catalogue, ClassificationKind { batch: 1, output: Output::Logits })?;
                let handover = Handover::new(&catalogue.network(&info.preset)?, plan, &to)?;
                deal_handover(plan, &handover, keys, number, &mut |_| ())
            }
        }
    }
}

/// The words for a step. `rounded` is told the masks of all that is rounded, for those who check.
pub(super) fn deal_step(
    plan: &TrainingPlan,
    keys: &[StreamKey; 2],
    number: u32,
    watched: bool,
    rounded: &mut dyn FnMut(&[Wide]),
) -> Result<[Secret<u32>; 2], Error> {
    let mut dealing = dealing(keys, number);
    let mut engine = Dealt::new(&mut dealing, rounded);
    let momentum = plan.training.momentum.map(|_| plan.parameters());
    let state = State { parameters: plan.parameters(), momentum };
    let (images, labels) = (plan.batch() * plan.inputs(), plan.batch() * plan.outputs());
    let taken = step(&mut engine, plan, state, Batch { images, labels }, watched);
    taken.now_or_never().expect(NOBODY)?;
    Ok(dealing.words)
}

/// The words for a handover.
pub(super) fn deal_handover(
    plan: &TrainingPlan,
    handover: &Handover,
    keys: &[StreamKey; 2],
    number: u32,
    rounded: &mut dyn FnMut(&[Wide]),
) -> Result<[Secret<u32>; 2], Error> {
    let mut dealing = dealing(keys, number);
    let mut engine = Dealt::new(&mut dealing, rounded);
    hand_over(&mut engine, handover, &plan.parameters()).now_or_never().expect(NOBODY)?;
    Ok(dealing.words)
}

fn dealing(keys: &[StreamKey; 2], number: u32) -> Dealing {
    Dealing::new(keys.each_ref().map(|key| Masks::new(key, Scope::Training, number)), 0)
}
