//! Who is whose neighbour, and how many shares open a secret.
//!
//! With few workers everybody is everybody's neighbour (Bonawitz et al. 2017). Above
//! [`COMPLETE_MAX`] each has `k` neighbours on a random ring (Bell et al. 2020, section 3.3:
//! a Harary graph on workers in random order), so that its cost grows as the logarithm of
//! their number. A degree and a threshold hold for stated rates of corruption and drop-out:
//!
//! - the honest survivors stay connected, or the sum would fall into parts that can be read
//!   apart: an arc of the ring is cut off only by `k / 2` bad ones in a row at both its ends;
//! - nobody has as many corrupt neighbours as open a secret;
//! - everybody keeps as many surviving neighbours as open one.
//!
//! The first two fail with a probability of at most 2^-40 together, the last of 2^-20.

use super::Error;
use super::hypergeometric::{Hypergeometric, log_factorial};
use sotto_core::seeded::Stream;

/// Up to so many workers the graph is complete.
pub const COMPLETE_MAX: usize = 64;
/// The most workers: a holder of shares stands at its position on the ring plus one, in 16 bits.
pub const COHORT_MAX: usize = 65_000;

/// What the graph is to withstand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// The share of the workers that work together with the aggregator.
    pub corrupt: f64,
    /// The share of the workers that vanish in mid-round.
    pub dropout: f64,
    /// What the aggregator may do.
    pub aggregator: Adversary,
}

/// What an aggregator may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adversary {
    /// Reads all it gets, but follows the protocol.
    Curious,
    /// Tells some workers that one is alive, and others that it is not.
    Lying,
}

impl Default for Rates {
    fn default() -> Self {
        Self { corrupt: 0.1, dropout: 0.1, aggregator: Adversary::Lying }
    }
}

/// A graph's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Degree {
    /// Neighbours of each worker.
    pub neighbours: usize,
    /// Shares that open a secret.
    pub threshold: usize,
}

/// So that rounding never makes a rate smaller than it is stated.
const SLACK: f64 = 1e-14;
/// ln of the probability of each of the two ways in which privacy may fail.
const LOG_PRIVACY: f64 = -41.0 * std::f64::consts::LN_2;

impl Rates {
    /// The smallest degree and threshold for `workers`: complete up to [`COMPLETE_MAX`].
    ///
    /// # Errors
    /// [`Error::Rates`] when no graph withstands them.
    pub fn degree(&self, workers: usize) -> Result<Degree, Error> {
        let possible = (0.0..1.0).contains(&self.corrupt) && (0.0..1.0).contains(&self.dropout);
        if !possible || !(2..=COHORT_MAX).contains(&workers) {
            return Err(Error::Rates);
        }
        match workers {
            ..=COMPLETE_MAX => self.complete(workers),
            _ => self.sparse(workers),
        }
    }

    /// Everybody holds a share of everybody's secrets, of their own too.
    fn complete(&self, workers: usize) -> Result<Degree, Error> {
        let threshold = self.least_threshold(self.corrupt_of(workers), workers).max(2);
        let degree = Degree { neighbours: workers - 1, threshold };
        // With so few, one may always vanish, if the rate allows any to.
        match threshold <= self.survivors_of(workers) || workers < 4 {
            true => Ok(degree),
            false => Err(Error::Rates),
        }
    }

    /// The smallest even degree that holds (Bell et al. 2020, section 3.5), however many they are.
    ///
    /// # Errors
    /// [`Error::Rates`] when none does.
    pub fn sparse(&self, workers: usize) -> Result<Degree, Error> {
        let degrees = (2..workers - 1).step_by(2);
        let fitting = degrees.filter_map(|neighbours| self.threshold(workers, neighbours));
        fitting.into_iter().next().ok_or(Error::Rates)
    }

    fn threshold(&self, workers: usize, neighbours: usize) -> Option<Degree> {
        let (corrupt, survivors) = (self.corrupt_of(workers), self.survivors_of(workers));
        if log_cut(workers, neighbours, corrupt + self.dropout_of(workers)) >= LOG_PRIVACY {
            return None;
        }
        let among = |marked| Hypergeometric { population: workers, marked, draws: neighbours };
        let corrupt = among(corrupt).upper(libm::exp(LOG_PRIVACY) / workers as f64);
        let surviving = among(survivors).lower(libm::exp2(-20.0) / workers as f64);
        let threshold = self.least_threshold(corrupt, neighbours + 1);
        // One share alone shares nothing.
        (threshold <= surviving).then_some(Degree { neighbours, threshold: threshold.max(2) })
    }

    /// The fewest shares that `corrupt` of the `holders` cannot use.
    ///
    /// A curious aggregator has theirs alone. A lying one also has one of two kinds from each
    /// honest holder, as it likes; it may never have enough of both kinds:
    /// `2 t > holders + corrupt`.
    fn least_threshold(&self, corrupt: usize, holders: usize) -> usize {
        match self.aggregator {
            Adversary::Curious => corrupt + 1,
            Adversary::Lying => (holders + corrupt) / 2 + 1,
        }
    }

    fn corrupt_of(&self, workers: usize) -> usize {
        libm::floor((self.corrupt + SLACK) * workers as f64) as usize
    }

    fn dropout_of(&self, workers: usize) -> usize {
        libm::floor((self.dropout + SLACK) * workers as f64) as usize
    }

    fn survivors_of(&self, workers: usize) -> usize {
        libm::ceil((1.0 - self.dropout - SLACK) * workers as f64) as usize
    }
}

/// ln of a bound on the probability that `bad` of the workers, wherever they stand, cut the
/// ring in two: the number of pairs of gaps, times the probability that one pair is bad.
fn log_cut(workers: usize, neighbours: usize, bad: usize) -> f64 {
    if neighbours > bad {
        return f64::NEG_INFINITY;
    }
    let pairs = workers as f64 * (workers - neighbours - 1) as f64 / 2.0;
    libm::log(pairs) + log_factorial(bad) + log_factorial(workers - neighbours)
        - log_factorial(workers)
        - log_factorial(bad - neighbours)
}

/// The workers of a round on their ring.
#[derive(Debug, Clone)]
pub(super) struct Ring {
    /// Who stands at a position of the ring.
    order: Vec<u32>,
    /// The position of a worker.
    position: Vec<u32>,
    degree: usize,
}

impl Ring {
    /// Puts `workers` in an order that `seed` decides.
    pub(super) fn new(workers: usize, degree: usize, seed: &[u8; 32]) -> Self {
        let mut order: Vec<u32> = (0..).take(workers).collect();
        Stream::keyed(seed).shuffle(&mut order);
        let mut position = vec![0; workers];
        for (at, &worker) in (0..).zip(&order) {
            position[worker as usize] = at;
        }
        Self { order, position, degree: degree.min(workers.saturating_sub(1)) }
    }

    /// The neighbours of a worker, ascending: on each side half of the degree, or everybody.
    pub(super) fn neighbours(&self, worker: u32) -> Vec<u32> {
        let count = self.order.len();
        let mut found: Vec<u32> = if self.degree + 1 >= count {
            (0..).take(count).filter(|&other| other != worker).collect()
        } else {
            let at = self.position[worker as usize] as usize;
            let steps = 1..=self.degree / 2;
            steps
                .flat_map(|step| [at + step, at + count - step])
                .map(|position| self.order[position % count])
                .collect()
        };
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// n, corrupt, drop-out, adversary, degree, threshold.
    const PUBLISHED: &str = include_str!("../tests/vectors/secagg_graph.csv");

    /// Of three all may be needed; four or more are planned so that the expected survivors are enough.
    #[test]
    fn three_may_all_be_needed_and_more_may_not() {
        let rates = Rates { dropout: 0.6, ..Rates::default() };
        let degree = |workers| rates.degree(workers).map(|degree| degree.neighbours);
        assert_eq!((degree(2), degree(3)), (Ok(1), Ok(2)));
        assert_eq!((degree(4), degree(5)), (Err(Error::Rates), Err(Error::Rates)));
    }

    #[test]
    fn degrees_are_those_published() {
        let mut rows = 0;
        for line in PUBLISHED.lines().skip(1) {
            let [n, corrupt, dropout, adversary, neighbours, threshold] =
                line.split(',').collect::<Vec<_>>().try_into().unwrap();
            assert_eq!(adversary, "semi-honest");
            let rates = Rates {
                corrupt: corrupt.parse().unwrap(),
                dropout: dropout.parse().unwrap(),
                aggregator: Adversary::Curious,
            };
            let expected = Degree {
                neighbours: neighbours.parse().unwrap(),
                threshold: threshold.parse().unwrap(),
            };
            assert_eq!(rates.sparse(n.parse().unwrap()), Ok(expected), "{line}");
            rows += 1;
        }
        assert_eq!(rows, 70);
    }

    #[test]
    fn degrees_grow_slowly() {
        let of = |workers| Rates::default().degree(workers).unwrap();
        assert_eq!(of(2), Degree { neighbours: 1, threshold: 2 });
        assert_eq!(of(3), Degree { neighbours: 2, threshold: 2 });
        assert_eq!(of(12), Degree { neighbours: 11, threshold: 7 });
        let degrees = [100, 1000, 10_000].map(|workers| of(workers).neighbours);
        assert!(degrees.is_sorted() && degrees[2] < 4 * degrees[0], "{degrees:?}");
    }

    #[test]
    fn rates_that_cannot_be_withstood_are_refused() {
        let rates = Rates { corrupt: 0.5, dropout: 0.5, aggregator: Adversary::Lying };
        for workers in [10, 100, 1000] {
            assert_eq!(rates.degree(workers), Err(Error::Rates));
        }
        for corrupt in [-0.1, 1.0, f64::NAN] {
            assert_eq!(Rates { corrupt, ..Rates::default() }.degree(10), Err(Error::Rates));
        }
        assert_eq!(Rates::default().degree(1), Err(Error::Rates));
        assert_eq!(Rates::default().degree(COHORT_MAX + 1), Err(Error::Rates));
    }

    proptest! {
        #[test]
        fn a_lying_aggregator_never_has_enough_of_both_kinds(
            workers in 2usize..600, corrupt in 0.0..0.3, dropout in 0.0..0.3,
        ) {
            let rates = Rates { corrupt, dropout, aggregator: Adversary::Lying };
            if let Ok(Degree { neighbours, threshold }) = rates.degree(workers) {
                prop_assert!(neighbours < workers);
                prop_assert!(2 * threshold > neighbours + 1);
                prop_assert!(threshold <= neighbours + 1);
            }
        }

        #[test]
        fn neighbours_are_mutual(workers in 2usize..120, half in 1usize..20, seed: [u8; 32]) {
            let ring = Ring::new(workers, 2 * half, &seed);
            for worker in 0..workers as u32 {
                let neighbours = ring.neighbours(worker);
                prop_assert_eq!(neighbours.len(), (2 * half).min(workers - 1));
                prop_assert!(neighbours.is_sorted_by(|a, b| a < b));
                for other in neighbours {
                    prop_assert!(other != worker && ring.neighbours(other).contains(&worker));
                }
            }
        }
    }
}
