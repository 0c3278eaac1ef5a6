//! How a step of training moves the weights. One file a method.

mod adam;
mod sgd;

use candle_core::backprop::GradStore;
use candle_core::{Result, Var};
use candle_nn::Optimizer;

use adam::Adam;
pub use sgd::{Sgd, SgdConfig};

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

    pub(super) fn step(&mut self, gradients: &GradStore) -> Result<()> {
        match self {
            Self::Sgd(sgd) => sgd.step(gradients),
            Self::Adam(adam) => adam.step(gradients),
        }
    }
}
