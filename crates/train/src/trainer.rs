//! Local training: epochs of shuffled batches, one step at a time.
//!
//! A step is the unit so that a browser tab can answer messages between two of them.

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor};

use super::optimiser::{Method, Optimiser, SgdConfig};
use super::variety::{Mixer, Variety};
use super::{Coins, Error, GradientCorrection, Model, Unfinished, ops};
use sotto_core::seeded::Stream;
use sotto_digits::{Digits, PIXELS};
use sotto_network::{Network, Weights};

/// How to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Passes over the digits.
    pub epochs: u32,
    /// Digits in a step; the last of an epoch may be smaller. 0 for all digits in one step.
    pub batch: u32,
    /// At most so many steps; 0 for all that the epochs have.
    pub steps_max: u32,
    /// The method of the steps.
    pub method: Method,
    /// Its parameters.
    pub sgd: SgdConfig,
    /// How strongly a worker's weights are drawn to the global model's; 0 for not at all.
    pub proximal: f32,
}

/// The largest number of digits in a step.
pub const BATCH_MAX: u32 = 4096;
/// Digits that go through the network together, at most.
const PART: usize = 512;
/// The largest number of passes over the digits in one round.
pub const EPOCHS_MAX: u32 = 1000;

impl Recipe {
    /// One pass with this optimiser, 32 digits a step.
    #[must_use]
    pub const fn plain(sgd: SgdConfig) -> Self {
        Self { epochs: 1, batch: 32, steps_max: 0, method: Method::Sgd, sgd, proximal: 0.0 }
    }

    /// Steps of a training on `count` digits.
    #[must_use]
    pub fn steps(&self, count: usize) -> u32 {
        let all = self.epochs * self.steps_an_epoch(count);
        match self.steps_max {
            0 => all,
            most => all.min(most),
        }
    }

    fn steps_an_epoch(&self, count: usize) -> u32 {
        count.div_ceil(self.batch_of(count)) as u32
    }

    /// Digits in a step, of `count`.
    fn batch_of(&self, count: usize) -> usize {
        match self.batch {
            0 => count.max(1),
            batch => batch as usize,
        }
    }

    /// Checks that every number makes sense.
    ///
    /// # Errors
    /// [`Error::Recipe`] with the first that does not.
    pub fn check(&self) -> Result<(), Error> {
        let SgdConfig { learning_rate, momentum, weight_decay } = self.sgd;
        let problem = |name, value: String, problem| Err(Error::Recipe { name, value, problem });
        if !(1..=EPOCHS_MAX).contains(&self.epochs) {
            return problem("epochs", self.epochs.to_string(), "1 to 1000");
        }
        if self.batch > BATCH_MAX {
            return problem("batch", self.batch.to_string(), "0 to 4096");
        }
        if !(learning_rate.is_finite() && learning_rate > 0.0) {
            return problem("lr", learning_rate.to_string(), "a positive number");
        }
        if !(0.0..1.0).contains(&momentum) {
            return problem("momentum", momentum.to_string(), "at least 0, below 1");
        }
        if !(weight_decay.is_finite() && weight_decay >= 0.0) {
            return problem("decay", weight_decay.to_string(), "0 or more");
        }
        if !(self.proximal.is_finite() && self.proximal >= 0.0) {
            return problem("mu", self.proximal.to_string(), "0 or more");
        }
        Ok(())
    }
}

/// Where a training stands after a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub step: u32,
    /// Steps in all.
    pub steps: u32,
    /// The epoch of this step, from 1.
    pub epoch: u32,
    /// The mean loss of this step's batch, before the step.
    pub loss: f32,
}

/// What a finished training leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The new weights.
    pub weights: Weights,
    /// The mean loss over the batches of the last epoch that was begun.
    pub loss: f32,
}

/// A training under way.
pub struct Trainer {
    model: Model,
    optimiser: Optimiser,
    correction: Option<GradientCorrection>,
    recipe: Recipe,
    order: Vec<u32>,
    shuffle: Stream,
    mixer: Option<Mixer>,
    /// The last batch of a mixer.
    mixed: Option<Digits>,
    step: u32,
    epoch_loss: f64,
    /// Digits that have been trained on in this epoch.
    epoch_digits: usize,
}

impl Trainer {
    /// Prepares to train `weights` on `count` digits; `shuffle` decides the batches.
    ///
    /// # Errors
    /// [`Error::NoDigits`], [`Error::Recipe`], or weights that are not the network's.
    pub fn new(
        network: &Network,
        weights: &Weights,
        recipe: Recipe,
        count: usize,
        shuffle: Stream,
    ) -> Result<Self, Error> {
        recipe.check()?;
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if count == 0 {
            return Err(Error::NoDigits);
        }
        let model = Model::new(network, weights)?;
        let optimiser = Optimiser::new(recipe.method, model.vars().to_vec(), recipe.sgd)?;
        Ok(Self {
            model,
            optimiser,
            correction: None,
            recipe,
            order: (0..count).collect(),
            shuffle,
            mixer: None,
            mixed: None,
            step: 0,
            epoch_loss: 0.0,
            epoch_digits: 0,
        })
    }

    /// Mixes `variety` into the training, before its first step. Synthetic digits make an epoch
    /// longer. The streams of `coins` below `path` decide what is drawn, one a step.
    ///
    /// # Errors
    /// [`Error::Recipe`] for numbers that cannot be.
    pub fn with_variety(
        mut self,
        variety: Variety,
        coins: Coins,
        path: String,
    ) -> Result<Self, Error> {
        variety.check()?;
        if variety != (Variety { fold: variety.fold, ..Variety::NONE }) {
            let count = self.order.len() as u32;
            self.order = (0..count.saturating_add(variety.extra(count))).collect();
            self.mixer = Some(Mixer::new(variety, coins, path));
        }
        Ok(self)
    }

    /// What it takes to go on from here.
    ///
    /// # Errors
    /// When training diverged.
    pub fn save(&self) -> Result<Unfinished, Error> {
        Ok(Unfinished {
            step: self.step,
            weights: self.model.weights()?.into_values(),
            memory: self.optimiser.memory(),
            epoch_loss: self.epoch_loss,
            epoch_digits: u32::try_from(self.epoch_digits).unwrap_or(u32::MAX),
        })
    }

    /// Goes on from where another training of the same recipe and digits stood, by its shuffle and
    /// its coins: the same bits come out as if that one had never stopped.
    ///
    /// # Errors
    /// [`Error::Unfinished`], or weights that are not the network's; then nothing has changed.
    pub fn take_up(
        &mut self,
        network: &Network,
        unfinished: Unfinished,
        mut shuffle: Stream,
        coins: Coins,
    ) -> Result<(), Error> {
        let Unfinished { step, weights, memory, epoch_loss, epoch_digits } = unfinished;
        if step > self.steps() {
            return Err(Error::Unfinished("there are not so many steps"));
        }
        let model = Model::new(network, &Weights::new(network, weights)?)?;
        let vars = model.vars().to_vec();
        let mut optimiser = Optimiser::new(self.recipe.method, vars, self.recipe.sgd)?;
        if !optimiser.recall(&memory, step) {
            return Err(Error::Unfinished("it is of another optimiser"));
        }
        self.order.sort_unstable();
        // The order of an epoch is that of the one before, shuffled.
        for _ in 0..step.div_ceil(self.steps_an_epoch()) {
            shuffle.shuffle(&mut self.order);
        }
        (self.model, self.optimiser, self.shuffle, self.step) = (model, optimiser, shuffle, step);
        (self.epoch_loss, self.epoch_digits) = (epoch_loss, epoch_digits as usize);
        if let Some(mixer) = &mut self.mixer {
            mixer.toss(coins);
        }
        Ok(())
    }

    /// Corrects every gradient from now on.
    #[must_use]
    pub fn with(mut self, correction: GradientCorrection) -> Self {
        self.correction = Some(correction);
        self
    }

    /// Steps in all.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.recipe.steps(self.order.len())
    }

    /// Trains on one batch of `digits`, the digits that [`Trainer::new`] counted. Call it
    /// until the progress says that all steps are done.
    ///
    /// # Errors
    /// When a tensor operation fails.
    ///
    /// # Panics
    /// When there are fewer digits than were counted.
    pub fn step(&mut self, digits: &Digits) -> Result<Progress, Error> {
        let batch_index = self.step % self.steps_an_epoch();
        if batch_index == 0 {
            self.shuffle.shuffle(&mut self.order);
            (self.epoch_loss, self.epoch_digits) = (0.0, 0);
        }
        let batch = self.recipe.batch_of(self.order.len());
        let start = batch_index as usize * batch;
        let chosen = &self.order[start..(start + batch).min(self.order.len())];
        self.mixed = match &mut self.mixer {
            None => None,
            Some(mixer) => Some(mixer.batch(digits, chosen, self.step)?),
        };
        let (mut gradients, loss) = match &self.mixed {
            None => self.gradients(digits, chosen)?,
            Some(mixed) => {
                let all: Vec<u32> = (0..mixed.len() as u32).collect();
                self.gradients(mixed, &all)?
            }
        };
        if let Some(correction) = &self.correction {
            correction.apply(self.model.vars(), &mut gradients)?;
        }
        self.optimiser.step(&gradients)?;

        self.epoch_loss += f64::from(loss) * chosen.len() as f64;
        self.epoch_digits += chosen.len();
        self.step += 1;
        Ok(Progress {
            step: self.step,
            steps: self.steps(),
            epoch: (self.step - 1) / self.steps_an_epoch() + 1,
            loss,
        })
    }

    /// What the last step was made with, where variety is mixed in.
    #[must_use]
    pub fn last_mixed(&self) -> Option<&Digits> {
        self.mixed.as_ref()
    }

    /// Whether all steps are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.step >= self.steps()
    }

    /// The weights and the loss after the last step.
    ///
    /// # Errors
    /// When training diverged: a weight is no longer a finite number.
    pub fn finish(self) -> Result<Trained, Error> {
        Ok(Trained {
            weights: self.model.weights()?,
            loss: (self.epoch_loss / self.epoch_digits.max(1) as f64) as f32,
        })
    }

    fn steps_an_epoch(&self) -> u32 {
        self.recipe.steps_an_epoch(self.order.len())
    }

    /// The gradients of the mean loss on the `chosen` digits, and that loss. Many digits go
    /// through the network in parts, whose gradients are added up.
    fn gradients(&self, digits: &Digits, chosen: &[u32]) -> Result<(GradStore, f32), Error> {
        let mut whole: Option<(GradStore, f32)> = None;
        for part in chosen.chunks(PART) {
            let (images, labels) = batch_of(digits, part.iter().map(|&i| i as usize))?;
            let logits = self.model.logits_of(&images)?;
            let mut loss = ops::cross_entropy(&logits, &labels)?;
            if part.len() < chosen.len() {
                loss = (loss * (part.len() as f64 / chosen.len() as f64))?;
            }
            let (mut gradients, loss) = (loss.backward()?, loss.to_scalar::<f32>()?);
            whole = Some(match whole {
                None => (gradients, loss),
                Some((before, loss_before)) => {
                    for var in self.model.vars() {
                        if let (Some(a), Some(b)) = (before.get(var), gradients.get(var)) {
                            let sum = (a + b)?;
                            gradients.insert(var, sum);
                        }
                    }
                    (gradients, loss_before + loss)
                }
            });
        }
        whole.ok_or(Error::NoDigits)
    }
}

/// Images `[784, batch]`, pixels as value / 255, and labels `[batch]`.
pub(super) fn batch_of(
    digits: &Digits,
    chosen: impl Iterator<Item = usize> + Clone,
) -> Result<(Tensor, Tensor), Error> {
    let shades: [f32; 256] = std::array::from_fn(|value| value as f32 / 255.0);
    let labels: Vec<u32> = chosen.clone().map(|i| u32::from(digits.label(i))).collect();
    let count = labels.len();
    let mut pixels = vec![0.0; PIXELS * count];
    for (n, index) in chosen.enumerate() {
        for (slot, &value) in pixels.iter_mut().skip(n).step_by(count).zip(digits.image(index)) {
            *slot = shades[usize::from(value)];
        }
    }
    Ok((
        Tensor::from_vec(pixels, (PIXELS, count), &Device::Cpu)?,
        Tensor::from_vec(labels, count, &Device::Cpu)?,
    ))
}
