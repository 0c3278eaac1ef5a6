//! How a round's mean update changes the global model.

mod fedavg;

/// A server optimiser. Its state belongs to one run.
pub trait Strategy {
    /// Changes the weights by the round's `mean`, `sum_k n_k (w_k - w) / sum_k n_k`.
    fn apply(&mut self, weights: &mut [f32], mean: &[f64]);
}

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
