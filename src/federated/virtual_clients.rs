//! Differential privacy for many clients in one tab.
//!
//! Ten tabs cannot hide among each other. So a tab owns many *virtual clients*, each with a few of
//! its digits. In a round each takes part by itself with the probability `rate`, by a coin that
//! only its tab knows; it trains from the global model, and its `w_k - w` is clipped to the norm
//! `clip` and rounded onto a grid. The tab adds those up, and the secure sum adds up the tabs: one
//! client moves the sum by at most the grid's norm. Noise of `noise` times that norm, by the
//! workers or on the sum, makes each round a subsampled Gaussian mechanism (McMahan et al. 2018,
//! "Learning differentially private recurrent language models", algorithm 1, with the fixed
//! denominator `rate * clients`).

use chacha20::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use super::local::TrainingError;
use super::messages::{Task, Update};
use crate::digits::Digits;
use crate::learn::{self, Progress, Trainer};
use crate::network::{Network, Weights};
use crate::privacy::{
    self, Central, DiscreteGaussian, Distributed, Grid, Variance, answer, clip, sample,
};
use crate::seeded::Stream;

/// What is public of a round with noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrivateTask {
    /// The deviation of the noise on updates over the norm that one client moves the sum by.
    pub noise: f32,
    /// The deviation of the noise on the count of clients within the clip, which follows them
    /// (Andrew et al. 2021); 0 for a fixed clip.
    pub sigma_bits: f32,
    /// Whether the workers add it, a part each, so that nobody has the sum without it.
    pub is_distributed: bool,
    /// Virtual clients of each worker.
    pub clients: u32,
    /// The probability with which a client is in a round.
    pub rate: f32,
    /// Workers that are asked.
    pub asked: u32,
}

/// The chance that an update is rounded anew.
const BETA: f64 = 1e-6;
/// The most steps of the grid in a norm, and in the noise's deviation.
const STEPS_MAX: f64 = (1u32 << 22) as f64;
/// Half of what a ring of 32 bits holds: the rest is for what rounding adds.
const CAPACITY: f64 = (1u32 << 30) as f64;
/// Deviations that the noise may be away from 0 before a sum wraps.
const DEVIATIONS: f64 = 12.0;

impl PrivateTask {
    /// The grid's step for updates clipped to `clip`: so fine that the sum of all clients that are
    /// asked, with its noise, does not wrap.
    #[must_use]
    pub fn step(&self, clip: f32) -> f64 {
        let noise = f64::from(self.noise);
        let clients = f64::from(self.asked) * f64::from(self.clients);
        let steps = (CAPACITY / (clients + DEVIATIONS * noise)).min(STEPS_MAX / noise.max(1.0));
        f64::from(clip) / steps
    }

    /// The grid for updates of so many values.
    ///
    /// # Errors
    /// When the numbers make none.
    pub fn grid(&self, clip: f32, values: usize) -> Result<Grid, privacy::Error> {
        Grid::new(f64::from(clip), self.step(clip), values, BETA)
    }

    /// Values of an update on its way, for a network of `parameters`: the clients' answers
    /// whether they are within the clip come last.
    #[must_use]
    pub fn elements(&self, parameters: usize) -> usize {
        parameters + usize::from(self.sigma_bits > 0.0)
    }

    /// Adds a worker's part of the noise, where at least so many `survivors` do.
    ///
    /// # Errors
    /// As [`Distributed::new`].
    pub(super) fn add_part(
        &self,
        grid: &Grid,
        survivors: usize,
        steps: &mut [i64],
        secret: [u8; 32],
    ) -> Result<(), privacy::Error> {
        if !self.is_distributed {
            return Ok(());
        }
        let survivors = u32::try_from(survivors).unwrap_or(u32::MAX);
        let mut rng = ChaCha20Rng::from_seed(secret);
        let (values, answers) = steps.split_at_mut(grid.values().min(steps.len()));
        let noise = Distributed::new(f64::from(self.noise), grid, survivors)?.noise();
        noise.add_to(values, &mut rng);
        self.add_to_answers(answers, survivors, &mut rng)
    }

    /// Adds the noise to a sum, where the workers have not.
    ///
    /// # Errors
    /// As [`Central::new`].
    pub(super) fn add_whole(
        &self,
        grid: &Grid,
        steps: &mut [i64],
        secret: [u8; 32],
    ) -> Result<(), privacy::Error> {
        if self.is_distributed {
            return Ok(());
        }
        let mut rng = ChaCha20Rng::from_seed(secret);
        let (values, answers) = steps.split_at_mut(grid.values().min(steps.len()));
        Central::new(f64::from(self.noise), grid.norm_max())?.add_to(values, &mut rng);
        self.add_to_answers(answers, 1, &mut rng)
    }

    /// An answer is +1 or -1, so one client moves their sum by 1 from none: the noise on a bit,
    /// doubled.
    fn add_to_answers(
        &self,
        answers: &mut [i64],
        parts: u32,
        rng: &mut impl Rng,
    ) -> Result<(), privacy::Error> {
        if !answers.is_empty() {
            let variance = (2.0 * f64::from(self.sigma_bits)).powi(2) / f64::from(parts);
            DiscreteGaussian::new(Variance::at_least(variance)?).add_to(answers, rng);
        }
        Ok(())
    }
}

/// What a tab's virtual clients made of a round, before noise.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivatePart {
    /// The sum of their updates, in steps of the grid, and of their answers where the clip
    /// follows them.
    pub steps: Vec<i64>,
    /// Clients that the tab has.
    pub clients: u32,
    /// Clients that took part, which nobody else may know.
    pub sampled: u32,
}

/// A tab's virtual clients in a round, training one after the other.
pub(super) struct VirtualClients {
    network: Network,
    before: Weights,
    task: Task,
    clip: f32,
    grid: Grid,
    shards: Vec<Vec<usize>>,
    /// Those of this round that have not trained yet.
    waiting: Vec<usize>,
    current: Option<(Trainer, Digits)>,
    part: PrivatePart,
    losses: f64,
    rng: ChaCha20Rng,
    done: u32,
}

impl VirtualClients {
    /// Tosses every client's coin.
    pub(super) fn new(
        network: &Network,
        before: Weights,
        task: Task,
        (private, bound): (PrivateTask, f32),
        digits: usize,
        secret: [u8; 32],
    ) -> Result<Self, TrainingError> {
        task.recipe.check()?;
        // Without noise nothing would be hidden, and nobody told.
        Central::new(f64::from(private.noise), 1.0)?;
        if digits == 0 {
            return Err(TrainingError::Learning(learn::Error::NoDigits));
        }
        let values = network.parameter_count();
        let grid = private.grid(bound, values)?;
        let clients = (private.clients as usize).clamp(1, digits);
        // Every client has digits from all over the shard.
        let shards = (0..clients).map(|client| (client..digits).step_by(clients).collect());
        let mut rng = ChaCha20Rng::from_seed(secret);
        let waiting = sample(clients, private.rate, &mut rng);
        let part = PrivatePart {
            steps: vec![0; private.elements(values)],
            clients: clients as u32,
            sampled: waiting.len() as u32,
        };
        Ok(Self {
            network: network.clone(),
            before,
            task,
            clip: bound,
            grid,
            shards: shards.collect(),
            waiting,
            current: None,
            part,
            losses: 0.0,
            rng,
            done: 0,
        })
    }

    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.current.is_none()
    }

    /// One step of the client whose turn it is. The progress counts clients.
    pub(super) fn step(&mut self, digits: &Digits) -> Result<Progress, TrainingError> {
        let (mut trainer, shard) = match self.current.take() {
            Some(current) => current,
            None => self.next(digits)?,
        };
        let Progress { loss, .. } = trainer.step(&shard)?;
        if trainer.is_done() {
            self.finish_client(trainer)?;
        } else {
            self.current = Some((trainer, shard));
        }
        let steps = self.part.sampled;
        Ok(Progress { step: self.done, steps, epoch: 1, loss })
    }

    fn next(&mut self, digits: &Digits) -> Result<(Trainer, Digits), TrainingError> {
        let client = self.waiting.pop().ok_or(TrainingError::Learning(learn::Error::NoDigits))?;
        let shard = digits.select(self.shards[client].iter().copied());
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        let shuffle = Stream::keyed(&seed);
        let recipe = self.task.recipe;
        let trainer = Trainer::new(&self.network, &self.before, recipe, shard.len(), shuffle)?;
        Ok((trainer, shard))
    }

    /// Clips and rounds a client's update, and adds it to the tab's.
    fn finish_client(&mut self, trainer: Trainer) -> Result<(), TrainingError> {
        let trained = trainer.finish()?;
        let mut update = trained.weights.moved_from(&self.before);
        let norm = clip(&mut update, f64::from(self.clip))?.norm;
        let steps = self.grid.round(&update, &mut self.rng)?;
        for (sum, step) in self.part.steps.iter_mut().zip(steps) {
            *sum += step;
        }
        if let Some(answers) = self.part.steps.get_mut(self.grid.values()) {
            *answers += answer(norm, f64::from(self.clip));
        }
        self.losses += f64::from(trained.loss);
        self.done += 1;
        Ok(())
    }

    /// The update for showing, and the part for the secure sum.
    pub(super) fn finish(self) -> (Update, PrivatePart) {
        let step = self.grid.step();
        let update = Update {
            token: self.task.token,
            base: self.before.hash(),
            digits: self.part.clients,
            loss: (self.losses / f64::from(self.done.max(1))) as f32,
            values: self
                .part
                .steps
                .iter()
                .take(self.grid.values())
                .map(|&steps| (step * steps as f64) as f32)
                .collect(),
        };
        (update, self.part)
    }
}
