//! Local training: epochs of shuffled batches, one step at a time.
//!
//! A step is the unit so that a browser tab can answer messages between two of them.

use candle_core::{Device, Tensor};
use candle_nn::Optimizer;

use super::optimiser::{Sgd, SgdConfig};
use super::variety::{Mixer, Variety};
use super::{Error, Model, ops};
use crate::digits::{Digits, PIXELS};
use crate::network::{Network, Weights};
use crate::seeded::Stream;

/// How to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Passes over the digits.
    pub epochs: u32,
    /// Digits in a step; the last of an epoch may be smaller.
    pub batch: u32,
    /// At most so many steps; 0 for all that the epochs have. One step is federated SGD.
    pub steps_max: u32,
    /// The optimiser's parameters.
    pub sgd: SgdConfig,
}

/// The largest number of digits in a step.
pub const BATCH_MAX: u32 = 4096;
/// The largest number of passes over the digits in one round.
pub const EPOCHS_MAX: u32 = 1000;

impl Recipe {
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
        if !(1..=BATCH_MAX).contains(&self.batch) {
            return problem("batch", self.batch.to_string(), "1 to 4096");
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
    optimiser: Sgd,
    recipe: Recipe,
    order: Vec<u32>,
    shuffle: Stream,
    mixer: Option<Mixer>,
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
        let optimiser = Sgd::new(model.vars().to_vec(), recipe.sgd)?;
        Ok(Self {
            model,
            optimiser,
            recipe,
            order: (0..count).collect(),
            shuffle,
            mixer: None,
            step: 0,
            epoch_loss: 0.0,
            epoch_digits: 0,
        })
    }

    /// Mixes `variety` into the training, before its first step; `stream` decides what is drawn.
    /// Synthetic digits make an epoch longer.
    ///
    /// # Errors
    /// [`Error::Recipe`] for numbers that cannot be.
    pub fn with_variety(mut self, variety: Variety, stream: Stream) -> Result<Self, Error> {
        variety.check()?;
        if variety != (Variety { fold: variety.fold, ..Variety::NONE }) {
            let count = self.order.len() as u32;
            self.order = (0..count.saturating_add(variety.extra(count))).collect();
            self.mixer = Some(Mixer::new(variety, stream));
        }
        Ok(self)
    }

    /// Steps in all.
    #[must_use]
    pub fn steps(&self) -> u32 {
        let all = self.recipe.epochs * self.steps_an_epoch();
        match self.recipe.steps_max {
            0 => all,
            most => all.min(most),
        }
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
        let place = self.step % self.steps_an_epoch();
        if place == 0 {
            self.shuffle.shuffle(&mut self.order);
            (self.epoch_loss, self.epoch_digits) = (0.0, 0);
        }
        let batch = self.recipe.batch as usize;
        let start = place as usize * batch;
        let chosen = &self.order[start..(start + batch).min(self.order.len())];
        let (images, labels) = match &mut self.mixer {
            None => batch_of(digits, chosen.iter().map(|&i| i as usize))?,
            Some(mixer) => batch_of(&mixer.batch(digits, chosen)?, 0..chosen.len())?,
        };

        let logits = self.model.logits_of(&images)?;
        let loss = ops::cross_entropy(&logits, &labels)?;
        self.optimiser.backward_step(&loss)?;

        let loss = loss.to_scalar::<f32>()?;
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
        (self.order.len() as u32).div_ceil(self.recipe.batch)
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
