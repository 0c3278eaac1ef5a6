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

use super::messages::{Task, Update};
use super::private_task::PrivateTask;
use super::training_error::TrainingError;
use sotto_core::seeded::Stream;
use sotto_digits::Digits;
use sotto_network::{Network, Weights};
use sotto_privacy::{self, Central, Grid, answer, clip_or_drop, sample};
use sotto_train::{Progress, Trainer};

/// What a tab's virtual clients made of a round, before noise.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivatePart {
    /// The sum of their updates, in steps of the grid, and of their answers, in steps of theirs,
    /// where the clip follows them.
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
    answer_steps: i64,
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
            return Err(TrainingError::Learning(sotto_train::Error::NoDigits));
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
            answer_steps: private.answer_steps(),
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
        let client =
            self.waiting.pop().ok_or(TrainingError::Learning(sotto_train::Error::NoDigits))?;
        let shard = digits.select(self.shards[client].iter().copied());
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        let shuffle = Stream::keyed(&seed);
        let recipe = self.task.recipe;
        let trainer = Trainer::new(&self.network, &self.before, recipe, shard.len(), shuffle)?;
        Ok((trainer, shard))
    }

    /// Clips and rounds a client's update, and adds it to the tab's; nothing for a client whose
    /// training diverged.
    fn finish_client(&mut self, trainer: Trainer) -> Result<(), TrainingError> {
        let (mut update, loss) = match trainer.finish() {
            Ok(trained) => (trained.weights.moved_from(&self.before), trained.loss),
            // A training that diverged fails, and is dropped below.
            Err(_) => (vec![f32::NAN; self.grid.values()], f32::NAN),
        };
        let norm = clip_or_drop(&mut update, f64::from(self.clip))?.norm;
        let steps = self.grid.round(&update, &mut self.rng)?;
        for (sum, step) in self.part.steps.iter_mut().zip(steps) {
            *sum += step;
        }
        if let Some(answers) = self.part.steps.get_mut(self.grid.values()) {
            *answers += self.answer_steps * answer(norm, f64::from(self.clip));
        }
        self.losses += f64::from(loss);
        self.done += 1;
        Ok(())
    }

    /// The update and the loss for showing in this tab alone, and the part for the secure sum.
    pub(super) fn finish(self) -> (Update, f32, PrivatePart) {
        let step = self.grid.step();
        let update = Update {
            token: self.task.token,
            base: self.before.hash(),
            digits: self.part.clients,
            loss: 0.0,
            values: self
                .part
                .steps
                .iter()
                .take(self.grid.values())
                .map(|&steps| (step * steps as f64) as f32)
                .collect(),
        };
        let loss = (self.losses / f64::from(self.done.max(1))) as f32;
        (update, loss, self.part)
    }
}
