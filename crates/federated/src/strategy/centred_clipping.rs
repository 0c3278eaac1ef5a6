//! Centred clipping (Karimireddy et al. 2021, "Learning from history for Byzantine robust
//! optimization", section 4): the step is where the workers' steps, each shortened to a radius
//! around it, average out. It begins at the last round's step. Without a radius of its own it
//! takes the median distance to where it begins.

use super::super::median::median;
use super::distances::{mean, norm, steps};
use super::{Contribution, OtherState, RoundFacts, Strategy, Tuning, advance, vectors};

/// How often the centre is moved.
const TURNS: usize = 10;

pub(super) struct CentredClipping {
    radius: f64,
    centre: Vec<f64>,
}

impl CentredClipping {
    pub(super) fn new(tuning: &Tuning) -> Self {
        Self { radius: tuning.radius, centre: Vec::new() }
    }
}

impl Strategy for CentredClipping {
    fn apply(&mut self, weights: &mut [f32], mean: &[f64], _: &RoundFacts) {
        self.centre = mean.to_vec();
        advance(weights, 1.0, mean.iter().copied());
    }

    fn combine(&self, updates: &[Contribution<'_>]) -> Vec<f64> {
        let steps = steps(updates);
        let mut centre = self.centre.clone();
        centre.resize(steps.first().map_or(0, Vec::len), 0.0);
        for _ in 0..TURNS {
            let mut away: Vec<Vec<f64>> = steps
                .iter()
                .map(|step| step.iter().zip(&centre).map(|(value, at)| value - at).collect())
                .collect();
            let norms: Vec<f64> = away.iter().map(|step| norm(step)).collect();
            let radius = if self.radius > 0.0 { self.radius } else { median(&mut norms.clone()) };
            for (step, norm) in away.iter_mut().zip(norms) {
                if norm > radius {
                    step.iter_mut().for_each(|value| *value *= radius / norm);
                }
            }
            for (at, step) in centre.iter_mut().zip(mean(&away)) {
                *at += step;
            }
        }
        centre
    }

    fn needs_each(&self) -> Option<&'static str> {
        Some("it compares the workers' updates with each other, so it has to see each")
    }

    fn state(&self) -> Vec<Vec<f64>> {
        vec![self.centre.clone()]
    }

    fn restore(&mut self, state: Vec<Vec<f64>>, parameters: usize) -> Result<(), OtherState> {
        [self.centre] = vectors(state, parameters)?;
        Ok(())
    }
}
