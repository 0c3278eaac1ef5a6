//! FedProx (Li et al. 2020, "Federated optimization in heterogeneous networks", algorithm 2):
//! workers are drawn to the global model while they train; the server averages as FedAvg does.

use super::{Strategy, Tuning};
use sotto_train::Recipe;

pub(super) struct FedProx {
    mu: f64,
}

impl FedProx {
    pub(super) fn new(tuning: &Tuning) -> Self {
        Self { mu: tuning.mu }
    }
}

impl Strategy for FedProx {
    fn adjust(&self, recipe: &mut Recipe) {
        recipe.proximal = self.mu as f32;
    }
}
