//! How a run's models are tested: on all cores, which gives the same counts as on one.

use rayon::prelude::*;
use sotto_digits::Digits;
use sotto_digits::synthetic::unseen;
use sotto_federated::Aggregator;
use sotto_federated::attack::{self, Attack};
use sotto_network::{Network, Weights};
use sotto_train::{Evaluation, Evaluator, Model};

use super::history::Point;
use super::source::Source;

/// Digits of unseen pens in a test.
const UNSEEN: u32 = 1000;

/// What models are tested on.
pub struct Tests {
    digits: Parts,
    /// Digits of pens that no worker draws.
    pens: Parts,
    /// Digits with the stamp of a backdoor, where there are attackers who teach it.
    stamped: Option<Parts>,
}

impl Tests {
    /// The digits of `source` and of pens that no worker of `fold` draws, and stamped ones where `attack` is a backdoor.
    ///
    /// # Errors
    /// When the digits cannot be read.
    pub fn new(source: &Source, fold: u32, attack: Option<&dyn Attack>) -> Result<Self, String> {
        let digits = source.test()?;
        let pens = unseen(fold as usize, UNSEEN).map_err(|error| error.to_string())?.digits;
        let is_backdoor = attack.is_some_and(|attack| attack.name() == "backdoor");
        let stamped = is_backdoor.then(|| Parts::new(&attack::stamped(&digits)));
        Ok(Self { digits: Parts::new(&digits), pens: Parts::new(&pens), stamped })
    }

    /// How well a model reads.
    ///
    /// # Errors
    /// When it does not fit its network.
    pub fn point(&self, candidate: &Candidate) -> Result<Point, String> {
        let Candidate { network, weights, round, bytes_up, bytes_down } = candidate;
        let test = |parts: &Parts| parts.test(network, weights).map_err(|error| error.to_string());
        let result = test(&self.digits)?;
        let backdoor = self.stamped.as_ref().map(test).transpose()?;
        Ok(Point {
            round: *round,
            accuracy: result.accuracy,
            loss: result.loss,
            pens: test(&self.pens)?.accuracy,
            backdoor: backdoor.map(|result| result.accuracy),
            bytes_up: *bytes_up,
            bytes_down: *bytes_down,
            weights_sha256: weights.hash().to_string(),
        })
    }
}

/// A model to test, and what it took to come to it.
pub struct Candidate {
    network: Network,
    weights: Weights,
    round: u32,
    bytes_up: u64,
    bytes_down: u64,
}

impl Candidate {
    /// The newest model of an aggregator.
    #[must_use]
    pub fn of(aggregator: &Aggregator) -> Self {
        let snapshot = aggregator.snapshot();
        Self {
            network: aggregator.network().clone(),
            weights: aggregator.weights().clone(),
            round: snapshot.round,
            bytes_up: snapshot.bytes_received,
            bytes_down: snapshot.bytes_sent,
        }
    }
}

/// Digits in parts, for all cores.
struct Parts(Vec<Digits>);

/// Digits in a part.
const PART: usize = 1000;

struct Tested {
    /// In percent.
    accuracy: f64,
    /// The mean, in nats.
    loss: f64,
}

impl Parts {
    fn new(digits: &Digits) -> Self {
        let starts = (0..digits.len()).step_by(PART);
        let part = |start: usize| digits.select(start..(start + PART).min(digits.len()));
        Self(starts.map(part).collect())
    }

    fn test(&self, network: &Network, weights: &Weights) -> Result<Tested, sotto_train::Error> {
        let test = |part| Evaluator::run(Model::new(network, weights)?, part);
        let parts: Vec<Evaluation> = self.0.par_iter().map(test).collect::<Result<_, _>>()?;
        let count: u32 = parts.iter().map(|part| part.count).sum();
        let correct: u32 = parts.iter().map(|part| part.correct).sum();
        let loss: f64 = parts.iter().map(|part| part.loss() * f64::from(part.count)).sum();
        let share = |sum: f64| sum / f64::from(count.max(1));
        Ok(Tested { accuracy: 100.0 * share(f64::from(correct)), loss: share(loss) })
    }
}
