//! How a round's mean update changes the global model.

mod fedavg;

/// A server optimiser. Its state belongs to one run.
pub trait Strategy {
    /// Changes the weights by the round's `mean`, `sum_k n_k (w_k - w) / sum_k n_k`.
    fn apply(&mut self, weights: &mut [f32], mean: &[f64]);

    /// What it remembers between two rounds, for [`Strategy::restore`].
    fn state(&self) -> Vec<Vec<f64>> {
        Vec::new()
    }

    /// Takes up what [`Strategy::state`] gave, in a fresh strategy.
    ///
    /// # Errors
    /// [`NotItsState`]; then nothing has changed.
    fn restore(&mut self, state: Vec<Vec<f64>>) -> Result<(), NotItsState> {
        if state.is_empty() { Ok(()) } else { Err(NotItsState) }
    }
}

/// A state that another strategy, or another network, has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kept state is not one of this strategy")]
pub struct NotItsState;

/// How a run begins with a strategy.
type Begin = fn() -> Box<dyn Strategy>;

/// Every strategy by its name.
const STRATEGIES: &[(&str, Begin)] = &[("fedavg", || Box::new(fedavg::FedAvg))];

/// A fresh strategy by its name.
#[must_use]
pub fn by_name(name: &str) -> Option<Box<dyn Strategy>> {
    let (_, begin) = STRATEGIES.iter().find(|(known, _)| *known == name)?;
    Some(begin())
}

/// The names of all strategies.
#[must_use]
pub fn names() -> Vec<&'static str> {
    STRATEGIES.iter().map(|(name, _)| *name).collect()
}
