//! SCAFFOLD (Karimireddy et al. 2020, algorithm 1, option II).
//!
//! A control variate `c` estimates where all workers together would go, `c_k` where worker `k`
//! would; a worker's gradients are corrected by `c - c_k`, so that a model trained on sevens
//! alone does not run off to the sevens. Updates carry `w_k - w`, and the change of `c_k`
//! times a scale that brings it to the size of a step. The server moves
//! `w <- w + rate mean(w_k - w)` and `c <- c + |S| / N mean(c_k' - c_k)`. Both means are
//! weighted by digits, where the paper's are not: one sum serves both.

use sotto_train::Recipe;

use super::{OtherState, RoundFacts, Strategy, Tuning, advance, vectors};

pub(super) struct Scaffold {
    rate: f64,
    control: Vec<f64>,
}

impl Scaffold {
    pub(super) fn new(tuning: &Tuning) -> Self {
        Self { rate: tuning.rate_or(1.0), control: Vec::new() }
    }
}

impl Strategy for Scaffold {
    fn apply(&mut self, weights: &mut [f32], mean: &[f64], round: &RoundFacts) {
        let (steps, changes) = mean.split_at(weights.len().min(mean.len()));
        advance(weights, self.rate, steps.iter().copied());
        self.control.resize(changes.len(), 0.0);
        let scale = round.share / round.control_scale;
        for (control, change) in self.control.iter_mut().zip(changes) {
            *control += scale * change;
        }
    }

    /// Plain SGD: momentum carries the corrections of one worker's past into its next steps,
    /// and training diverges where digits are uneven.
    fn adjust(&self, recipe: &mut Recipe) {
        recipe.sgd.momentum = 0.0;
    }

    fn control(&self, parameters: usize) -> Option<Vec<f32>> {
        let known = self.control.iter().take(parameters).map(|&value| value as f32);
        let mut control: Vec<f32> = known.collect();
        control.resize(parameters, 0.0);
        Some(control)
    }

    fn state(&self) -> Vec<Vec<f64>> {
        vec![self.control.clone()]
    }

    fn restore(&mut self, state: Vec<Vec<f64>>, parameters: usize) -> Result<(), OtherState> {
        [self.control] = vectors(state, parameters)?;
        Ok(())
    }
}
