//! How long workers took to answer: a bounded window of times, and what is typical of them.

use std::collections::VecDeque;

use super::super::median::median;
use super::Millis;

/// Times that are kept.
const WINDOW: usize = 256;
/// From fewer times nothing is concluded.
const ENOUGH: usize = 8;
/// The median absolute deviation of a normal distribution times this is its standard deviation.
const DEVIATIONS: f64 = 1.4826;

/// The newest times.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrivals(VecDeque<Millis>);

/// What is typical: half of the workers need `median` at most. Both are robust: workers that are
/// fewer than half can make neither as large as they like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Typical {
    /// Milliseconds.
    pub(super) median: f64,
    /// The scaled median absolute deviation, in milliseconds.
    pub(super) deviation: f64,
}

impl Arrivals {
    pub(super) fn add(&mut self, time: Millis) {
        if self.0.len() == WINDOW {
            self.0.pop_front();
        }
        self.0.push_back(time);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What is typical, once enough is known.
    pub(super) fn typical(&self) -> Option<Typical> {
        if self.0.len() < ENOUGH {
            return None;
        }
        let mut times: Vec<f64> = self.0.iter().map(|&time| time as f64).collect();
        let middle = median(&mut times);
        times.iter_mut().for_each(|time| *time = (*time - middle).abs());
        Some(Typical { median: middle, deviation: DEVIATIONS * median(&mut times) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arrivals(times: &[Millis]) -> Arrivals {
        let mut arrivals = Arrivals::default();
        times.iter().for_each(|&time| arrivals.add(time));
        arrivals
    }

    #[test]
    fn median_and_deviation_are_those_of_the_textbook() {
        // Deviations from 4.5: 3.5 2.5 1.5 0.5 0.5 1.5 2.5 95.5; their median is 2.
        let typical = arrivals(&[1, 2, 3, 4, 5, 6, 7, 100]).typical();
        assert_eq!(typical, Some(Typical { median: 4.5, deviation: 2.0 * DEVIATIONS }));
        assert_eq!(arrivals(&[1; ENOUGH - 1]).typical(), None);
    }

    proptest! {
        /// Whatever a minority does, the median stays within what the others do.
        #[test]
        fn a_minority_moves_the_median_within_the_others(
            good in prop::collection::vec(1_000u64..2_000, 20..100),
            bad in prop::collection::vec(any::<u32>(), 0..19),
        ) {
            let mut times = good;
            times.extend(bad.into_iter().map(Millis::from));
            let typical = arrivals(&times).typical().unwrap();
            prop_assert!((1_000.0..=2_000.0).contains(&typical.median));
            prop_assert!(typical.deviation <= DEVIATIONS * 1_000.0);
        }

        /// What is forgotten has no part: only the newest are counted, and no more are kept.
        #[test]
        fn the_newest_decide(old in prop::collection::vec(any::<u32>(), 0..600), new in 1u64..1000) {
            let mut times: Vec<Millis> = old.into_iter().map(Millis::from).collect();
            times.extend([new; WINDOW]);
            let arrivals = arrivals(&times);
            prop_assert_eq!(arrivals.0.len(), WINDOW);
            prop_assert_eq!(arrivals.typical(), Some(Typical { median: new as f64, deviation: 0.0 }));
        }
    }
}
