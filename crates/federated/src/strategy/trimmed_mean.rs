//! The coordinate-wise trimmed mean (Yin et al. 2018, algorithm 1, option II): of every weight
//! the largest and the smallest moves are left out, as many of each as there may be attackers.

use super::distances::by_coordinate;
use super::{Contribution, Strategy, Tuning};

pub(super) struct TrimmedMean {
    tuning: Tuning,
}

impl TrimmedMean {
    pub(super) fn new(tuning: &Tuning) -> Self {
        Self { tuning: *tuning }
    }
}

impl Strategy for TrimmedMean {
    fn combine(&self, updates: &[Contribution<'_>]) -> Vec<f64> {
        let cut = self.tuning.attackers(updates.len());
        by_coordinate(updates, |column| {
            column.sort_unstable_by(f64::total_cmp);
            let kept = &column[cut..column.len() - cut];
            kept.iter().sum::<f64>() / kept.len() as f64
        })
    }

    fn needs_each(&self) -> Option<&'static str> {
        Some("it compares the workers' updates with each other, so it has to see each")
    }
}
