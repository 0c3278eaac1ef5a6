//! What is public of a training with noise for single digits.

use sotto_privacy::{Central, Grid};
use sotto_train::Recipe;

/// How a worker protects each of its digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExampleTask {
    /// The noise's deviation over the clip.
    pub noise: f32,
    /// The longest gradient of a digit that counts whole.
    pub clip: f32,
    /// The probability with which a digit is in a step.
    pub rate: f32,
}

/// The chance that a digit's step is rounded anew.
const BETA: f64 = 1e-6;
/// Steps of the grid in the clip, and in the noise's deviation at most.
const GRID_STEPS: f64 = (1u32 << 18) as f64;
const NOISE_STEPS: f64 = (1u32 << 22) as f64;

impl ExampleTask {
    /// The grid for a network of so many values, and the noise on a step.
    ///
    /// # Errors
    /// When the numbers make none.
    pub fn noise_on_steps(
        &self,
        recipe: &Recipe,
        values: usize,
    ) -> Result<(Grid, Central), sotto_privacy::Error> {
        let bound = self.bound(recipe);
        let steps = GRID_STEPS.min(NOISE_STEPS / f64::from(self.noise).max(1.0));
        let grid = Grid::new(bound, bound / steps, values, BETA)?;
        Ok((grid, Central::new(f64::from(self.noise), grid.norm_max())?))
    }

    /// The longest step of a digit.
    pub(super) fn bound(&self, recipe: &Recipe) -> f64 {
        f64::from(self.clip) * f64::from(recipe.sgd.learning_rate)
    }

    /// Steps of `epochs` passes, of which each takes every digit once on average.
    #[must_use]
    pub fn steps(&self, recipe: &Recipe) -> u32 {
        let all = (f64::from(recipe.epochs) / f64::from(self.rate)).round().clamp(1.0, 1e6) as u32;
        match recipe.steps_max {
            0 => all,
            most => all.min(most),
        }
    }
}
