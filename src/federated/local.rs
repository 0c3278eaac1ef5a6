//! A worker's part of a round: train, then take the difference.

use super::example_level::PrivateSteps;
use super::messages::{Assignment, Task, Update};
use super::virtual_clients::{PrivatePart, VirtualClients};
use crate::digits::Digits;
use crate::learn::{self, Progress, Trainer};
use crate::network::{Network, Weights};
use crate::privacy;
use crate::seeded::Stream;

/// A task under way.
pub struct LocalTraining(Kind);

enum Kind {
    Whole(Box<Whole>),
    Private(Box<VirtualClients>),
    Examples(Box<PrivateSteps>),
}

/// All digits of the worker, trained as one.
struct Whole {
    trainer: Trainer,
    before: Weights,
    task: Task,
    digits: u32,
}

/// A finished task.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What to send, or to sum securely.
    pub update: Update,
    /// The Euclidean length of `w_k - w`; with virtual clients, of the sum of theirs.
    pub norm: f64,
    /// What virtual clients made of it.
    pub part: Option<PrivatePart>,
}

/// Why a task cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// Training failed.
    #[error(transparent)]
    Learning(#[from] learn::Error),
    /// The numbers of the noise cannot be.
    #[error(transparent)]
    Privacy(#[from] privacy::Error),
}

impl LocalTraining {
    /// Begins the task of `round` with `digits`. Batches are shuffled, and variants and pens
    /// drawn, by the run's seed, the round, its try and the slot; virtual clients toss their coins from `secret`, fresh
    /// bytes of the operating system.
    ///
    /// # Errors
    /// When the task's weights, recipe or noise cannot be, or there are no digits.
    pub fn new(
        network: &Network,
        place: &Assignment,
        round: u32,
        mut task: Task,
        digits: &Digits,
        secret: [u8; 32],
    ) -> Result<Self, TrainingError> {
        let weights = std::mem::take(&mut task.weights);
        let before = Weights::new(network, weights).map_err(learn::Error::from)?;
        let private = task.secure.and_then(|secure| Some((secure.private?, secure.clip)));
        if let Some(private) = private {
            let clients =
                VirtualClients::new(network, before, task, private, digits.len(), secret)?;
            return Ok(Self(Kind::Private(Box::new(clients))));
        }
        if let Some(private) = task.examples {
            let steps = PrivateSteps::new(network, before, task, private, digits.len(), secret)?;
            return Ok(Self(Kind::Examples(Box::new(steps))));
        }
        let (attempt, slot) = (task.attempt, place.slot);
        let stream = |what: &str| {
            let path = format!("round/{round}/try/{attempt}/worker/{slot}/{what}");
            Stream::new(place.seed, &path)
        };
        let trainer = Trainer::new(network, &before, task.recipe, digits.len(), stream("shuffle"))?
            .with_variety(task.variety, stream("variety"))?;
        let digits = u32::try_from(digits.len()).unwrap_or(u32::MAX);
        Ok(Self(Kind::Whole(Box::new(Whole { trainer, before, task, digits }))))
    }

    /// Trains on the next batch.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn step(&mut self, digits: &Digits) -> Result<Progress, TrainingError> {
        match &mut self.0 {
            Kind::Whole(whole) => Ok(whole.trainer.step(digits)?),
            Kind::Private(clients) => clients.step(digits),
            Kind::Examples(steps) => steps.step(digits),
        }
    }

    /// Whether all steps are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        match &self.0 {
            Kind::Whole(whole) => whole.trainer.is_done(),
            Kind::Private(clients) => clients.is_done(),
            Kind::Examples(steps) => steps.is_done(),
        }
    }

    /// The update `n_k (w_k - w)`, or the sum of the virtual clients' updates.
    ///
    /// # Errors
    /// When training diverged.
    pub fn finish(self) -> Result<Report, TrainingError> {
        match self.0 {
            Kind::Whole(whole) => whole.finish(),
            Kind::Private(clients) => {
                let (update, part) = clients.finish();
                Ok(Report { norm: privacy::norm(&update.values), update, part: Some(part) })
            }
            Kind::Examples(steps) => {
                let update = steps.finish();
                let norm = privacy::norm(&update.values) / f64::from(update.digits.max(1));
                Ok(Report { norm, update, part: None })
            }
        }
    }
}

impl Whole {
    fn finish(self) -> Result<Report, TrainingError> {
        let trained = self.trainer.finish()?;
        let steps = trained.weights.moved_from(&self.before);
        let count = self.digits as f32;
        Ok(Report {
            norm: privacy::norm(&steps),
            update: Update {
                token: self.task.token,
                base: self.before.hash(),
                digits: self.digits,
                loss: trained.loss,
                values: steps.into_iter().map(|step| count * step).collect(),
            },
            part: None,
        })
    }
}
