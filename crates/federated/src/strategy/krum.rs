//! Krum and Multi-Krum (Blanchard et al. 2017, "Machine learning with adversaries", section 4):
//! the update that is nearest to its `n - f - 2` nearest ones, where `f` may be attackers; or
//! the mean of the `n - f` nearest such.

use super::distances::{mean, squared_distance, steps};
use super::{Contribution, Strategy, Tuning};

pub(super) struct Krum {
    tuning: Tuning,
    is_one: bool,
}

impl Krum {
    pub(super) fn one(tuning: &Tuning) -> Self {
        Self { tuning: *tuning, is_one: true }
    }

    pub(super) fn many(tuning: &Tuning) -> Self {
        Self { tuning: *tuning, is_one: false }
    }
}

impl Strategy for Krum {
    fn combine(&self, updates: &[Contribution<'_>]) -> Vec<f64> {
        let steps = steps(updates);
        let attackers = self.tuning.attackers(steps.len());
        let near = steps.len().saturating_sub(attackers + 2).max(1);
        let score = |index: usize| -> f64 {
            let others = (0..steps.len()).filter(|&other| other != index);
            let mut distances: Vec<f64> =
                others.map(|other| squared_distance(&steps[index], &steps[other])).collect();
            distances.sort_unstable_by(f64::total_cmp);
            distances.iter().take(near).sum()
        };
        let mut scores: Vec<(f64, usize)> =
            (0..steps.len()).map(|index| (score(index), index)).collect();
        scores.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let chosen = if self.is_one { 1 } else { steps.len() - attackers };
        mean(scores.iter().take(chosen).map(|&(_, index)| &steps[index]))
    }

    fn needs_each(&self) -> Option<&'static str> {
        Some("it compares the workers' updates with each other, so it has to see each")
    }
}
