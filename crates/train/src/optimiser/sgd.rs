//! Stochastic gradient descent with momentum and weight decay.

use candle_core::backprop::GradStore;
use candle_core::{Result, Var};
use candle_nn::Optimizer;

use crate::ops;

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

impl SgdConfig {
    /// What `steps` steps multiply a constant gradient by: the learning rate of each, and what
    /// momentum adds to it.
    #[must_use]
    pub fn reach(&self, steps: u32) -> f32 {
        let momentum = f64::from(self.momentum);
        let (mut velocity, mut moved) = (0.0, 0.0);
        for _ in 0..steps.max(1) {
            velocity = momentum * velocity + 1.0;
            moved += velocity;
        }
        (moved * f64::from(self.learning_rate)) as f32
    }
}

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
