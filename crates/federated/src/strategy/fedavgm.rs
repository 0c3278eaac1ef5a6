//! Federated averaging with momentum on the server (Hsu et al. 2019, section 3.2, "Measuring
//! the effects of non-identical data distribution").

use super::{OtherState, RoundFacts, Strategy, Tuning, advance, vectors};

/// `v <- beta v + mean`, `w <- w + rate v`.
pub(super) struct FedAvgM {
    rate: f64,
    momentum: f64,
    velocity: Vec<f64>,
}

impl FedAvgM {
    pub(super) fn new(tuning: &Tuning) -> Self {
        Self { rate: tuning.rate_or(0.316), momentum: tuning.server_momentum, velocity: Vec::new() }
    }
}

impl Strategy for FedAvgM {
    fn apply(&mut self, weights: &mut [f32], mean: &[f64], _: &RoundFacts) {
        self.velocity.resize(mean.len(), 0.0);
        for (velocity, step) in self.velocity.iter_mut().zip(mean) {
            *velocity = self.momentum * *velocity + step;
        }
        advance(weights, self.rate, self.velocity.iter().copied());
    }

    fn state(&self) -> Vec<Vec<f64>> {
        vec![self.velocity.clone()]
    }

    fn restore(&mut self, state: Vec<Vec<f64>>, parameters: usize) -> Result<(), OtherState> {
        [self.velocity] = vectors(state, parameters)?;
        Ok(())
    }
}
