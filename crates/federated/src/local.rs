//! A worker's part of a round: train, then take the difference.

use super::example_level::PrivateSteps;
use super::messages::{Assignment, Task, Update};
use super::secret::Secret;
use super::training_error::TrainingError;
use super::unfinished::{UnfinishedWork, Work};
use super::virtual_clients::{PrivatePart, VirtualClients};
use sotto_digits::Digits;
use sotto_network::{Network, Weights};
use sotto_train::{GradientCorrection, Progress, Trainer};

/// What a worker is to do in a round.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The round.
    pub round: u32,
    /// The task.
    pub task: Task,
    /// The worker's own control variate, one value a weight; empty for zeros.
    pub control: Vec<f32>,
    /// Fresh secret bytes of the operating system: where updates are summed securely or noise is
    /// added, all coins of the training are tossed from them.
    pub secret: Secret,
}

/// A task under way.
pub struct LocalTraining(TrainingKind);

enum TrainingKind {
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
    work: Work,
}

/// A finished task.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What to send, or to sum securely.
    pub update: Update,
    /// The mean training loss, for showing here: where there is noise, it does not leave.
    pub loss: f32,
    /// The Euclidean length of `w_k - w`; with virtual clients, of the sum of theirs.
    pub norm: f64,
    /// What virtual clients made of it.
    pub part: Option<PrivatePart>,
}

impl LocalTraining {
    /// Begins a job with `digits`. Batches are shuffled, and variants and pens drawn, by the run's
    /// seed, the round, its try and the slot. Where updates are summed securely the job's secret
    /// replaces the seed: an aggregator that could have the same training done twice
    /// would tell an update from the difference of two sums.
    ///
    /// # Errors
    /// When the task's weights, recipe, control or noise cannot be, or there are no digits.
    pub fn new(
        network: &Network,
        assignment: &Assignment,
        job: Job,
        digits: &Digits,
    ) -> Result<Self, TrainingError> {
        let Job { round, mut task, control, secret } = job;
        let weights = std::mem::take(&mut task.weights);
        let before = Weights::new(network, weights).map_err(sotto_train::Error::from)?;
        let private = task.secure.and_then(|secure| Some((secure.private?, secure.clip)));
        if let Some(private) = private {
            let clients =
                VirtualClients::new(network, before, task, private, digits.len(), secret.0)?;
            return Ok(Self(TrainingKind::Private(Box::new(clients))));
        }
        if let Some(private) = task.examples {
            let steps = PrivateSteps::new(network, before, task, private, digits.len(), secret.0)?;
            return Ok(Self(TrainingKind::Examples(Box::new(steps))));
        }
        let work = Work::new(assignment, round, &task, &control, &before, &secret);
        let shuffle = work.shuffle(task.attempt);
        let mut trainer = Trainer::new(network, &before, task.recipe, digits.len(), shuffle)?;
        trainer = trainer.with_variety(task.variety, work.coins(), work.variety_path())?;
        let shift = task.control.as_ref().map(|server| server.correction(&control));
        if task.recipe.proximal > 0.0 || shift.is_some() {
            let shift = shift.unwrap_or_default();
            trainer = trainer.with(GradientCorrection::new(
                network,
                &before,
                task.recipe.proximal,
                &shift,
            )?);
        }
        let digits = u32::try_from(digits.len()).unwrap_or(u32::MAX);
        Ok(Self(TrainingKind::Whole(Box::new(Whole { trainer, before, task, digits, work }))))
    }

    /// What it takes to go on from here in another page. Nothing where noise is added: coins are
    /// tossed once, and a training with noise begins anew.
    ///
    /// # Errors
    /// When training diverged.
    pub fn save(&self, digits: &Digits) -> Result<Option<UnfinishedWork>, TrainingError> {
        let TrainingKind::Whole(whole) = &self.0 else {
            return Ok(None);
        };
        Ok(Some(UnfinishedWork {
            work: whole.work.fingerprint(digits),
            secret: whole.work.secret(),
            attempt: whole.task.attempt,
            training: whole.trainer.save()?,
        }))
    }

    /// Goes on from what another page has saved, if it is the same work: the step that it is at.
    pub fn take_up(
        &mut self,
        network: &Network,
        saved: UnfinishedWork,
        digits: &Digits,
    ) -> Option<u32> {
        let TrainingKind::Whole(whole) = &mut self.0 else {
            return None;
        };
        if saved.work != whole.work.fingerprint(digits) {
            return None;
        }
        let work = whole.work.tossed_by(saved.secret)?;
        let (shuffle, coins) = (work.shuffle(saved.attempt), work.coins());
        let step = saved.training.step;
        // What cannot be gone on with is begun anew, and makes the same update.
        whole.trainer.take_up(network, saved.training, shuffle, coins).ok()?;
        // Another page that goes on from here tosses the coins of the first one.
        whole.work = work;
        whole.task.attempt = saved.attempt;
        Some(step)
    }

    /// Trains on the next batch.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn step(&mut self, digits: &Digits) -> Result<Progress, TrainingError> {
        match &mut self.0 {
            TrainingKind::Whole(whole) => Ok(whole.trainer.step(digits)?),
            TrainingKind::Private(clients) => clients.step(digits),
            TrainingKind::Examples(steps) => steps.step(digits),
        }
    }

    /// What the last step was made with, where variety is mixed in.
    #[must_use]
    pub fn last_mixed(&self) -> Option<&Digits> {
        match &self.0 {
            TrainingKind::Whole(whole) => whole.trainer.last_mixed(),
            TrainingKind::Private(_) | TrainingKind::Examples(_) => None,
        }
    }

    /// Whether all steps are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        match &self.0 {
            TrainingKind::Whole(whole) => whole.trainer.is_done(),
            TrainingKind::Private(clients) => clients.is_done(),
            TrainingKind::Examples(steps) => steps.is_done(),
        }
    }

    /// The update `n_k (w_k - w)`, or the sum of the virtual clients' updates.
    ///
    /// # Errors
    /// When training diverged, unless the update is summed securely: then it is zeros.
    pub fn finish(self) -> Result<Report, TrainingError> {
        match self.0 {
            TrainingKind::Whole(whole) => whole.finish(),
            TrainingKind::Private(clients) => {
                let (update, loss, part) = clients.finish();
                let norm = sotto_privacy::norm(&update.values);
                Ok(Report { norm, update, loss, part: Some(part) })
            }
            TrainingKind::Examples(steps) => {
                let (update, loss) = steps.finish();
                let norm = sotto_privacy::norm(&update.values) / f64::from(update.digits.max(1));
                Ok(Report { norm, update, loss, part: None })
            }
        }
    }
}

impl Whole {
    fn finish(self) -> Result<Report, TrainingError> {
        let (count, step_count) = (self.digits as f32, self.trainer.steps());
        let (mut steps, loss) = match self.trainer.finish() {
            Ok(trained) => (trained.weights.moved_from(&self.before), trained.loss),
            // The aggregator chooses the model and the recipe: whether they diverge with these digits would tell of
            // them, as an error does in the clear. In a secure sum no steps are like any others.
            Err(_) if self.task.secure.is_some() => (vec![0.0; self.before.values().len()], 0.0),
            Err(error) => return Err(error.into()),
        };
        let norm = sotto_privacy::norm(&steps);
        if let Some(server) = &self.task.control {
            let reach = self.task.recipe.sgd.reach(step_count);
            steps.extend(server.changes(&steps, reach));
        }
        Ok(Report {
            norm,
            loss,
            update: Update {
                token: self.task.token,
                base: self.before.hash(),
                digits: self.digits,
                loss,
                values: steps.into_iter().map(|step| count * step).collect(),
            },
            part: None,
        })
    }
}
