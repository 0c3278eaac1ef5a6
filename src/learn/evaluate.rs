//! How good a model is on digits it has not seen.

use super::trainer::batch_of;
use super::{Error, Model, ops};
use crate::digits::Digits;

use candle_core::{Device, Tensor};

/// A model's result on a set of digits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evaluation {
    /// Digits evaluated.
    pub count: u32,
    /// Digits read right.
    pub correct: u32,
    /// The sum of the cross-entropies, in nats.
    loss_sum: f64,
}

impl Evaluation {
    /// The share read right, in percent.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        100.0 * f64::from(self.correct) / f64::from(self.count.max(1))
    }

    /// The mean cross-entropy, in nats.
    #[must_use]
    pub fn loss(&self) -> f64 {
        self.loss_sum / f64::from(self.count.max(1))
    }
}

/// Digits that go through the network together.
const BATCH: usize = 100;

/// An evaluation under way, a batch at a time.
pub struct Evaluator {
    model: Model,
    weights: Vec<Tensor>,
    result: Evaluation,
}

impl Evaluator {
    /// Prepares to evaluate `model`.
    #[must_use]
    pub fn new(model: Model) -> Self {
        let weights = model.frozen();
        Self { model, weights, result: Evaluation::default() }
    }

    /// Evaluates the next batch of `digits`; the result once all have been seen.
    ///
    /// # Errors
    /// [`Error::NoDigits`] for an empty set, or a tensor operation that failed.
    pub fn step(&mut self, digits: &Digits) -> Result<Option<Evaluation>, Error> {
        let start = self.result.count as usize;
        let end = (start + BATCH).min(digits.len());
        if start >= end {
            return Err(Error::NoDigits);
        }
        let (images, labels) = batch_of(digits, start..end)?;
        let logits = self.model.forward_with(&self.weights, &images)?;
        let loss = ops::cross_entropy(&logits, &labels)?.to_scalar::<f32>()?;
        let rows = logits.t()?.to_vec2::<f32>()?;
        let right = (start..end)
            .zip(&rows)
            .filter(|(index, row)| arg_max(row) == Some(digits.label(*index).into()));
        self.result.correct += right.count() as u32;
        self.result.count = end as u32;
        self.result.loss_sum += f64::from(loss) * (end - start) as f64;
        Ok((end == digits.len()).then_some(self.result))
    }

    /// Begins anew with the same model, for other digits.
    pub fn restart(&mut self) {
        self.result = Evaluation::default();
    }

    /// Evaluates all of `digits` at once.
    ///
    /// # Errors
    /// As [`Evaluator::step`].
    pub fn run(model: Model, digits: &Digits) -> Result<Evaluation, Error> {
        let mut evaluator = Self::new(model);
        loop {
            if let Some(result) = evaluator.step(digits)? {
                return Ok(result);
            }
        }
    }
}

impl Model {
    /// The logits of one image with values in `[0, 1]`.
    ///
    /// # Errors
    /// When the image is not of the network's input size.
    pub fn logits(&self, image: &[f32]) -> Result<Vec<f32>, Error> {
        let image = Tensor::from_slice(image, (image.len(), 1), &Device::Cpu)?;
        let logits = self.forward_with(&self.frozen(), &image)?;
        Ok(logits.flatten_all()?.to_vec1()?)
    }
}

/// The place of the first largest value.
#[must_use]
pub fn arg_max(row: &[f32]) -> Option<usize> {
    let mut best = None;
    for (place, value) in row.iter().enumerate() {
        if best.is_none_or(|(_, largest)| value > largest) {
            best = Some((place, value));
        }
    }
    best.map(|(place, _)| place)
}
