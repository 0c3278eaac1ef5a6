//! How a step of training moves the weights. One file a method.

mod adam;
mod sgd;

use candle_core::backprop::GradStore;
use candle_core::{Result, Var};
use candle_nn::Optimizer;

pub use crate::ops::SgdConfig;
use adam::Adam;
pub use sgd::Sgd;

/// The method of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam, whose first moment decays by the momentum.
    Adam,
}

impl Method {
    /// Every method by its name, in the order of its number on the wire.
    pub const ALL: [(&str, Self); 2] = [("sgd", Self::Sgd), ("adam", Self::Adam)];
}

/// A method with its state.
pub(super) enum Optimiser {
    Sgd(Sgd),
    Adam(Adam),
}

impl Optimiser {
    pub(super) fn new(method: Method, vars: Vec<Var>, config: SgdConfig) -> Result<Self> {
        Ok(match method {
            Method::Sgd => Self::Sgd(Sgd::new(vars, config)?),
            Method::Adam => Self::Adam(Adam::new(vars, config)?),
        })
    }

    /// All that it remembers between two steps, but for their number.
    pub(super) fn memory(&self) -> Vec<f32> {
        match self {
            Self::Sgd(sgd) => sgd.memory(),
            Self::Adam(adam) => adam.memory(),
        }
    }

    /// Takes up the memory of an optimiser that has done so many steps, in a fresh one; whether
    /// it is as long as its own.
    pub(super) fn recall(&mut self, memory: &[f32], steps: u32) -> bool {
        match self {
            Self::Sgd(sgd) => sgd.recall(memory),
            Self::Adam(adam) => adam.recall(memory, steps),
        }
    }

    pub(super) fn step(&mut self, gradients: &GradStore) -> Result<()> {
        match self {
            Self::Sgd(sgd) => sgd.step(gradients),
            Self::Adam(adam) => adam.step(gradients),
        }
    }
}

/// Fills slices from one vector after the other; whether their lengths add up to its own.
fn refill<'a>(slices: impl Iterator<Item = &'a mut Vec<f32>>, mut memory: &[f32]) -> bool {
    for slice in slices {
        let Some((head, rest)) = memory.split_at_checked(slice.len()) else {
            return false;
        };
        slice.copy_from_slice(head);
        memory = rest;
    }
    memory.is_empty()
}
