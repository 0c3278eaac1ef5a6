//! How the updates of a round change the global model. One file a strategy, and one line in
//! `STRATEGIES`.
//!
//! | strategy | what it does | source |
//! |---|---|---|
//! | `fedavg` | adds the mean of the steps, weighted by digits | McMahan et al. 2017 |
//! | `fedsgd` | one step on all digits of each worker | the same |
//! | `fedavgm` | momentum on the server | Hsu et al. 2019 |
//! | `fedadagrad`, `fedadam`, `fedyogi` | takes the mean for a gradient, with a second moment a weight | Reddi et al. 2021 |
//! | `fedprox` | draws workers to the global model while they train | Li et al. 2020 |
//! | `scaffold` | corrects each worker's gradients by control variates; plain SGD | Karimireddy et al. 2020 |
//! | `serial` | hands the model from worker to worker, one a round | PySyft's early tutorials |
//! | `median`, `trimmed` | the median, or the mean without the outermost, of every weight | Yin et al. 2018 |
//! | `krum`, `multikrum` | the update nearest to the others, or the mean of those that are | Blanchard et al. 2017 |
//! | `clipping` | centred clipping around the last round's step | Karimireddy et al. 2021 |
//! | `normbound` | shortens long updates before the mean | Sun et al. 2019 |
//!
//! What a strategy does not say, it does as FedAvg. `serial` and those of the last four rows have to see each update:
//! together with secure aggregation they are refused, with the reason.

mod centred_clipping;
mod distances;
mod fedadagrad;
mod fedadam;
mod fedavg;
mod fedavgm;
mod fedprox;
mod fedsgd;
mod fedyogi;
mod krum;
mod median;
mod moments;
mod norm_bound;
mod scaffold;
mod serial;
mod trimmed_mean;

use sotto_train::Recipe;

/// A strategy with its state, which belongs to one run.
pub trait Strategy {
    /// Changes the weights by `mean`, `sum_k n_k (w_k - w) / sum_k n_k` over the round's
    /// updates, or what [`Strategy::combine`] makes of them.
    fn apply(&mut self, weights: &mut [f32], mean: &[f64], _round: &RoundFacts) {
        advance(weights, 1.0, mean.iter().copied());
    }

    /// Makes one step of single updates, in ascending slot order and never empty. Only called
    /// where they come one by one.
    fn combine(&self, updates: &[Contribution<'_>]) -> Vec<f64> {
        weighted_mean(updates)
    }

    /// Why it cannot work with a sum alone, if it cannot.
    fn needs_each(&self) -> Option<&'static str> {
        None
    }

    /// Whether workers train one after the other.
    fn is_serial(&self) -> bool {
        false
    }

    /// Changes how workers train.
    fn adjust(&self, _recipe: &mut Recipe) {}

    /// What workers are told to correct their gradients by, for a network of so many weights.
    /// They then send a second half of the update, the change of their own.
    fn control(&self, _parameters: usize) -> Option<Vec<f32>> {
        None
    }

    /// What it has learnt, for a checkpoint.
    fn state(&self) -> Vec<Vec<f64>> {
        Vec::new()
    }

    /// Takes back what [`Strategy::state`] gave.
    ///
    /// # Errors
    /// [`OtherState`] when it is not this strategy's, for so many weights; then nothing changes.
    fn restore(&mut self, state: Vec<Vec<f64>>, _parameters: usize) -> Result<(), OtherState> {
        if state.is_empty() { Ok(()) } else { Err(OtherState) }
    }
}

/// A state that is not of the strategy that was asked to take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the state is not of this strategy and network")]
pub struct OtherState;

/// What a strategy may know of a round besides its updates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundFacts {
    /// The share of the room's workers whose updates are in it.
    pub share: f64,
    /// What workers multiplied their second half by.
    pub control_scale: f64,
}

/// One worker's update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution<'a> {
    /// n_k.
    pub digits: u32,
    /// `n_k (w_k - w)`.
    pub values: &'a [f32],
}

/// The numbers that strategies are tuned by. Each reads those that it knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuning {
    /// The server's learning rate; the strategy's usual one where it is 0.
    pub server_rate: f64,
    /// How much of the last step the next one keeps (beta 1).
    pub server_momentum: f64,
    /// How adaptive the server is not: added to the root of the second moment (tau).
    pub tau: f64,
    /// How strongly workers are drawn to the global model (FedProx's mu).
    pub mu: f64,
    /// The share of the workers that may be attackers.
    pub byzantine: f64,
    /// The longest step that counts whole; the median of the round's lengths where it is 0.
    pub radius: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            server_rate: 0.0,
            server_momentum: 0.9,
            tau: 1e-3,
            mu: 0.01,
            byzantine: 0.2,
            radius: 0.0,
        }
    }
}

impl Tuning {
    fn rate_or(&self, usual: f64) -> f64 {
        if self.server_rate > 0.0 { self.server_rate } else { usual }
    }

    /// How many of `count` workers may be attackers; fewer than half of them.
    fn attackers(&self, count: usize) -> usize {
        let share = libm::ceil(self.byzantine * count as f64 - 1e-9) as usize;
        share.min(count.saturating_sub(1) / 2)
    }
}

/// How a run begins with a strategy.
type Begin = fn(&Tuning) -> Box<dyn Strategy>;

/// Every strategy by its name; the first is the usual one.
const STRATEGIES: &[(&str, Begin)] = &[
    ("fedavg", |_| Box::new(fedavg::FedAvg)),
    ("fedsgd", |tuning| Box::new(fedsgd::FedSgd::new(tuning))),
    ("fedavgm", |tuning| Box::new(fedavgm::FedAvgM::new(tuning))),
    ("fedadagrad", |tuning| Box::new(fedadagrad::new(tuning))),
    ("fedadam", |tuning| Box::new(fedadam::new(tuning))),
    ("fedyogi", |tuning| Box::new(fedyogi::new(tuning))),
    ("fedprox", |tuning| Box::new(fedprox::FedProx::new(tuning))),
    ("scaffold", |tuning| Box::new(scaffold::Scaffold::new(tuning))),
    ("serial", |_| Box::new(serial::Serial)),
    ("median", |_| Box::new(median::Median)),
    ("trimmed", |tuning| Box::new(trimmed_mean::TrimmedMean::new(tuning))),
    ("krum", |tuning| Box::new(krum::Krum::one(tuning))),
    ("multikrum", |tuning| Box::new(krum::Krum::many(tuning))),
    ("clipping", |tuning| Box::new(centred_clipping::CentredClipping::new(tuning))),
    ("normbound", |tuning| Box::new(norm_bound::NormBound::new(tuning))),
];

/// A fresh strategy by its name.
#[must_use]
pub fn by_name(name: &str, tuning: &Tuning) -> Option<Box<dyn Strategy>> {
    let (_, begin) = STRATEGIES.iter().find(|(known, _)| *known == name)?;
    Some(begin(tuning))
}

/// The names of all strategies.
#[must_use]
pub fn names() -> Vec<&'static str> {
    STRATEGIES.iter().map(|(name, _)| *name).collect()
}

/// `sum_k n_k (w_k - w) / sum_k n_k`, the sums taken in `f64` in the order given.
fn weighted_mean(updates: &[Contribution<'_>]) -> Vec<f64> {
    let mut sums = vec![0.0; updates.first().map_or(0, |update| update.values.len())];
    let mut total = 0.0;
    for update in updates {
        total += f64::from(update.digits);
        for (sum, &value) in sums.iter_mut().zip(update.values) {
            *sum += f64::from(value);
        }
    }
    sums.iter_mut().for_each(|sum| *sum /= total);
    sums
}

/// A state of `N` vectors, each with a value a weight, or all empty.
fn vectors<const N: usize>(
    state: Vec<Vec<f64>>,
    parameters: usize,
) -> Result<[Vec<f64>; N], OtherState> {
    let is_one = |len: usize| state.iter().all(|vector| vector.len() == len);
    let fits = is_one(0) || is_one(parameters);
    state.try_into().ok().filter(|_| fits).ok_or(OtherState)
}

/// `w <- w + rate step`.
fn advance(weights: &mut [f32], rate: f64, step: impl IntoIterator<Item = f64>) {
    for (weight, step) in weights.iter_mut().zip(step) {
        *weight = (f64::from(*weight) + rate * step) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: RoundFacts = RoundFacts { share: 1.0, control_scale: 1.0 };

    /// What a strategy makes of the same updates in two rounds.
    fn two_rounds(strategy: &mut dyn Strategy) -> Vec<f32> {
        let mut weights = vec![1.0, -2.0, 0.5];
        for round in 1..=2 {
            let halves = if strategy.control(3).is_some() { 2 } else { 1 };
            let values: Vec<Vec<f32>> = (1..=5u32)
                .map(|worker| (0..3 * halves).map(|i| (worker * round + i) as f32 * 0.1).collect())
                .collect();
            let updates: Vec<Contribution<'_>> =
                values.iter().map(|values| Contribution { digits: 10, values }).collect();
            let mean = strategy.combine(&updates);
            strategy.apply(&mut weights, &mean, &FACTS);
        }
        weights
    }

    #[test]
    fn the_mean_is_weighted_by_digits() {
        let updates = [(100, [100.0 * 1.0]), (300, [300.0 * 5.0])];
        let updates =
            updates.each_ref().map(|(digits, values)| Contribution { digits: *digits, values });
        assert_eq!(weighted_mean(&updates), [4.0]);
    }

    #[test]
    fn every_strategy_moves_the_model_and_replays() {
        for name in names() {
            let run = || two_rounds(by_name(name, &Tuning::default()).unwrap().as_mut());
            assert_eq!(run(), run(), "{name}");
            assert!(run().iter().all(|weight| weight.is_finite()), "{name}");
            assert_ne!(run(), [1.0, -2.0, 0.5], "{name}");
        }
        assert!(by_name("unknown", &Tuning::default()).is_none());
    }

    #[test]
    fn a_state_goes_on_where_it_was() {
        for name in names() {
            let begin = || by_name(name, &Tuning::default()).unwrap();
            let mut first = begin();
            two_rounds(first.as_mut());
            let mut second = begin();
            second.restore(first.state(), 3).unwrap();
            assert_eq!(two_rounds(first.as_mut()), two_rounds(second.as_mut()), "{name}");
            assert_eq!(begin().restore(vec![vec![0.0; 7]; 9], 3), Err(OtherState), "{name}");
        }
    }

    /// One worker of five sends something else altogether.
    #[test]
    fn robust_strategies_stay_with_the_many() {
        let honest: Vec<Vec<f32>> =
            (0..4).map(|i| vec![10.0 + i as f32, -10.0 - i as f32]).collect();
        let wild = [vec![-1e6, 1e6], vec![0.0; 2], vec![1e6; 2]];
        for name in names() {
            let strategy = by_name(name, &Tuning::default()).unwrap();
            if strategy.needs_each().is_none() || strategy.is_serial() {
                continue;
            }
            for attack in &wild {
                for index in 0..5 {
                    let mut all = honest.clone();
                    all.insert(index, attack.clone());
                    let updates: Vec<Contribution<'_>> =
                        all.iter().map(|values| Contribution { digits: 10, values }).collect();
                    let step = strategy.combine(&updates);
                    // Each honest step is from 1.0 to 1.3 and -1.3 to -1.0.
                    assert!((0.5..1.5).contains(&step[0]), "{name}: {step:?}");
                    assert!((-1.5..-0.5).contains(&step[1]), "{name}: {step:?}");
                }
            }
        }
    }
}
