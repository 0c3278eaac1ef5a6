//! Half a training, as numbers.

use sotto_core::wire::{Error, Reader, Writer};
use sotto_network::PARAMETERS_MAX;

/// The most numbers that an optimiser remembers of each weight.
const MEMORY_MAX: usize = 2;

/// Where a [`Trainer`](super::Trainer) stands between two steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// Steps done.
    pub step: u32,
    /// The flat weights after them.
    pub(super) weights: Vec<f32>,
    /// What the optimiser remembers.
    pub(super) memory: Vec<f32>,
    /// The sum of the losses in this epoch, in nats.
    pub(super) epoch_loss: f64,
    /// Digits that have been trained on in this epoch.
    pub(super) epoch_digits: u32,
}

impl Unfinished {
    /// Writes it into a message or a file.
    pub fn write(&self, w: &mut Writer) {
        w.u32(self.step).f32s(&self.weights).f32s(&self.memory);
        w.f64(self.epoch_loss).u32(self.epoch_digits);
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is cut short, or longer than any network's.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            step: r.u32("step")?,
            weights: r.f32s("weights", PARAMETERS_MAX)?,
            memory: r.f32s("optimiser", MEMORY_MAX * PARAMETERS_MAX)?,
            epoch_loss: r.f64("loss")?,
            epoch_digits: r.u32("digits")?,
        })
    }
}
