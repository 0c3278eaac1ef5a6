//! Norm bounding (Sun et al. 2019, "Can you really backdoor federated learning?", section 4):
//! steps longer than a radius are shortened to it before the mean is taken. Without a radius
//! of its own it takes the median of the round's lengths.

use super::super::median::median;
use super::distances::{mean, norm, steps};
use super::{Contribution, Strategy, Tuning};

pub(super) struct NormBound {
    radius: f64,
}

impl NormBound {
    pub(super) fn new(tuning: &Tuning) -> Self {
        Self { radius: tuning.radius }
    }
}

impl Strategy for NormBound {
    fn combine(&self, updates: &[Contribution<'_>]) -> Vec<f64> {
        let mut steps = steps(updates);
        let norms: Vec<f64> = steps.iter().map(|step| norm(step)).collect();
        let radius = if self.radius > 0.0 { self.radius } else { median(&mut norms.clone()) };
        for (step, norm) in steps.iter_mut().zip(norms) {
            if norm > radius {
                step.iter_mut().for_each(|value| *value *= radius / norm);
            }
        }
        mean(&steps)
    }

    fn needs_each(&self) -> Option<&'static str> {
        Some(
            "it bounds the updates one by one, so it has to see each; a secure sum has a bound of its own, the clip",
        )
    }
}
