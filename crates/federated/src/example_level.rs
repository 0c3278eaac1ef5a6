//! Differential privacy for single digits: DP-SGD in the worker itself.
//!
//! Each step takes every digit by itself with the probability `rate`, clips each digit's step to
//! `lr clip`, adds noise of `noise` times that, and divides by the number that was to be expected
//! (Abadi et al. 2016, "Deep learning with differential privacy", algorithm 1, with Poisson
//! sampling). What leaves the worker is private before it is summed, whoever reads it. The noise
//! is discrete, on a grid that the digits' steps are rounded to.

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;

use super::example_task::ExampleTask;
use super::messages::{Task, Update};
use super::noised::NoisyWeights;
use super::training_error::TrainingError;
use sotto_core::seeded::Stream;
use sotto_digits::Digits;
use sotto_network::{Network, Weights};
use sotto_privacy::{Central, Grid, clip_or_drop, sample};
use sotto_train::{Progress, Recipe, SgdConfig, Trainer};

/// A worker's private steps.
pub(super) struct PrivateSteps {
    network: Network,
    weights: NoisyWeights,
    task: Task,
    private: ExampleTask,
    grid: Grid,
    noise: Central,
    digits: usize,
    /// Those of this step that have not been looked at.
    waiting: Vec<usize>,
    sum: Vec<i64>,
    step: u32,
    /// Of the last digit, for showing in this tab alone.
    loss: f32,
    rng: ChaCha20Rng,
}

impl PrivateSteps {
    pub(super) fn new(
        network: &Network,
        before: Weights,
        task: Task,
        private: ExampleTask,
        digits: usize,
        secret: [u8; 32],
    ) -> Result<Self, TrainingError> {
        task.recipe.check()?;
        if digits == 0 {
            return Err(sotto_train::Error::NoDigits.into());
        }
        let values = network.parameter_count();
        let (grid, noise) = private.noise_on_steps(&task.recipe, values)?;
        let mut this = Self {
            network: network.clone(),
            weights: NoisyWeights::public(before),
            task,
            private,
            grid,
            noise,
            digits,
            waiting: Vec::new(),
            sum: vec![0; values],
            step: 0,
            loss: 0.0,
            rng: ChaCha20Rng::from_seed(secret),
        };
        this.sample();
        Ok(this)
    }

    pub(super) fn is_done(&self) -> bool {
        self.step >= self.private.steps(&self.task.recipe)
    }

    /// Looks at one digit, or ends a step that has none left. The progress counts steps.
    pub(super) fn step(&mut self, digits: &Digits) -> Result<Progress, TrainingError> {
        match self.waiting.pop() {
            Some(index) => self.look(&digits.select([index]))?,
            None => self.end_step()?,
        }
        let steps = self.private.steps(&self.task.recipe);
        Ok(Progress { step: self.step, steps, epoch: 1, loss: self.loss })
    }

    /// Tosses every digit's coin.
    fn sample(&mut self) {
        self.waiting = sample(self.digits, self.private.rate, &mut self.rng);
    }

    /// Adds one digit's step, clipped and rounded; nothing for a digit whose step overflows.
    fn look(&mut self, digit: &Digits) -> Result<(), TrainingError> {
        let SgdConfig { learning_rate, .. } = self.task.recipe.sgd;
        let sgd = SgdConfig { learning_rate, momentum: 0.0, weight_decay: 0.0 };
        let recipe = Recipe { batch: 1, steps_max: 1, ..Recipe::plain(sgd) };
        let order = Stream::keyed(&[0; 32]);
        let mut trainer = Trainer::new(&self.network, self.weights.now(), recipe, 1, order)?;
        self.loss = trainer.step(digit)?.loss;
        let mut step = match trainer.finish() {
            Ok(trained) => trained.weights.moved_from(self.weights.now()),
            // A step that overflows fails, and is dropped below.
            Err(_) => vec![f32::NAN; self.sum.len()],
        };
        clip_or_drop(&mut step, self.private.bound(&self.task.recipe))?;
        for (sum, step) in self.sum.iter_mut().zip(self.grid.round(&step, &mut self.rng)?) {
            *sum += step;
        }
        Ok(())
    }

    fn end_step(&mut self) -> Result<(), TrainingError> {
        let expected = f64::from(self.private.rate) * self.digits as f64;
        let how = (&self.noise, self.grid.step() / expected);
        let moved = self.weights.move_by(&self.network, &mut self.sum, how, &mut self.rng);
        moved.map_err(sotto_train::Error::from)?;
        self.step += 1;
        self.sample();
        Ok(())
    }

    /// The update, and the loss for showing here.
    pub(super) fn finish(self) -> (Update, f32) {
        let digits = u32::try_from(self.digits).unwrap_or(u32::MAX);
        (self.weights.into_update(self.task.token, digits), self.loss)
    }
}
