//! Stochastic gradient descent with momentum and weight decay.

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};
use candle_nn::Optimizer;

use super::ops;

/// The parameters of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdConfig {
    /// How far a step goes.
    pub learning_rate: f32,
    /// How much of the last step is kept, in `[0, 1)`.
    pub momentum: f32,
    /// How strongly weights are drawn to zero (L2), per unit of learning rate.
    pub weight_decay: f32,
}

/// The optimiser: `v <- m v + (g + d w)`, `w <- w - lr v`.
#[derive(Debug)]
pub struct Sgd {
    weights: Vec<(Var, Tensor)>,
    config: SgdConfig,
}

impl Optimizer for Sgd {
    type Config = SgdConfig;

    fn new(vars: Vec<Var>, config: SgdConfig) -> Result<Self> {
        let weights = vars
            .into_iter()
            .map(|var| {
                let velocity = var.zeros_like()?;
                Ok((var, velocity))
            })
            .collect::<Result<_>>()?;
        Ok(Self { weights, config })
    }

    fn step(&mut self, grads: &GradStore) -> Result<()> {
        for (weight, velocity) in &self.weights {
            if let Some(gradient) = grads.get(weight) {
                let SgdConfig { learning_rate, momentum, weight_decay } = self.config;
                ops::gather_velocity(velocity, gradient, weight, momentum, weight_decay)?;
                ops::descend(weight, velocity, learning_rate)?;
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
