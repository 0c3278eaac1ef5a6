//! Federated SGD (McMahan et al. 2017, section 2): every worker takes one step on all of its
//! digits, so that the mean of the steps is one step on the digits of all.

use super::{RoundFacts, Strategy, Tuning, advance};
use sotto_train::Recipe;

pub(super) struct FedSgd {
    rate: f64,
}

impl FedSgd {
    pub(super) fn new(tuning: &Tuning) -> Self {
        Self { rate: tuning.rate_or(1.0) }
    }
}

impl Strategy for FedSgd {
    fn apply(&mut self, weights: &mut [f32], mean: &[f64], _: &RoundFacts) {
        advance(weights, self.rate, mean.iter().copied());
    }

    fn adjust(&self, recipe: &mut Recipe) {
        (recipe.epochs, recipe.batch, recipe.steps_max) = (1, 0, 1);
    }
}
