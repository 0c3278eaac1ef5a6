//! Stochastic gradient descent with momentum and weight decay.

use candle_core::backprop::GradStore;
use candle_core::{Result, Var};
use candle_nn::Optimizer;

use crate::ops::{self, SgdConfig};

/// The optimiser: `v <- m v + (g + d w)`, `w <- w - lr v`.
#[derive(Debug)]
pub struct Sgd {
    /// Weights with their velocities.
    weights: Vec<(Var, Vec<f32>)>,
    config: SgdConfig,
}

impl Sgd {
    /// The velocities, one weight after the other.
    pub(super) fn memory(&self) -> Vec<f32> {
        self.weights.iter().flat_map(|(_, velocity)| velocity).copied().collect()
    }

    pub(super) fn recall(&mut self, memory: &[f32]) -> bool {
        super::refill(self.weights.iter_mut().map(|(_, velocity)| velocity), memory)
    }
}

impl Optimizer for Sgd {
    type Config = SgdConfig;

    fn new(vars: Vec<Var>, config: SgdConfig) -> Result<Self> {
        let weights = vars
            .into_iter()
            .map(|var| {
                let velocity = vec![0.0; var.elem_count()];
                (var, velocity)
            })
            .collect();
        Ok(Self { weights, config })
    }

    fn step(&mut self, grads: &GradStore) -> Result<()> {
        for (weight, velocity) in &mut self.weights {
            if let Some(gradient) = grads.get(weight) {
                ops::descend(weight, gradient, velocity, self.config)?;
            }
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.config.learning_rate.into()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.config.learning_rate = rate as f32;
    }
}
