//! A worker's part of a round: train, then take the difference.

use super::messages::{Assignment, Task, Update};
use crate::digits::Digits;
use crate::learn::{Error, Progress, Trainer};
use crate::network::{Network, Weights};
use crate::seeded::Stream;

/// A task under way.
pub struct LocalTraining {
    trainer: Trainer,
    before: Weights,
    task: Task,
    digits: u32,
}

/// A finished task.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What to send.
    pub update: Update,
    /// The Euclidean length of `w_k - w`.
    pub norm: f64,
}

impl LocalTraining {
    /// Begins the task of `round` with `digits`. Batches are shuffled by the run's seed,
    /// the round, its try and the slot.
    ///
    /// # Errors
    /// When the task's weights or recipe are not the network's, or there are no digits.
    pub fn new(
        network: &Network,
        place: &Assignment,
        round: u32,
        mut task: Task,
        digits: &Digits,
    ) -> Result<Self, Error> {
        let before = Weights::new(network, std::mem::take(&mut task.weights))?;
        let (attempt, slot) = (task.attempt, place.slot);
        let path = format!("round/{round}/try/{attempt}/worker/{slot}/shuffle");
        let shuffle = Stream::new(place.seed, &path);
        let trainer = Trainer::new(network, &before, task.recipe, digits.len(), shuffle)?;
        Ok(Self { trainer, before, task, digits: u32::try_from(digits.len()).unwrap_or(u32::MAX) })
    }

    /// Trains on the next batch.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn step(&mut self, digits: &Digits) -> Result<Progress, Error> {
        self.trainer.step(digits)
    }

    /// Whether all steps are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.trainer.is_done()
    }

    /// The update `n_k (w_k - w)`.
    ///
    /// # Errors
    /// When training diverged.
    pub fn finish(self) -> Result<Report, Error> {
        let trained = self.trainer.finish()?;
        let pairs = trained.weights.values().iter().zip(self.before.values());
        let steps: Vec<f32> = pairs.map(|(after, before)| after - before).collect();
        let squares: f64 = steps.iter().map(|&step| f64::from(step).powi(2)).sum();
        let count = self.digits as f32;
        Ok(Report {
            norm: squares.sqrt(),
            update: Update {
                token: self.task.token,
                base: self.before.hash(),
                digits: self.digits,
                loss: trained.loss,
                values: steps.into_iter().map(|step| count * step).collect(),
            },
        })
    }
}
