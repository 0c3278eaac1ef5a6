//! How good a model is on digits it has not seen.

use super::trainer::batch_of;
use super::{Error, Model};
use sotto_digits::partition::Counts;
use sotto_digits::{CLASSES, Digits};

use candle_core::{Device, Tensor};

/// The hardest digits that are kept.
const HARDEST_MAX: usize = 12;

/// A model's result on a set of digits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// Digits evaluated.
    pub count: u32,
    /// Digits read right.
    pub correct: u32,
    /// How often a digit was read as what: `confusion[label][answer]`.
    pub confusion: [Counts; CLASSES],
    /// The digits with the largest losses, the largest first; at most twelve.
    pub hardest: Vec<Hard>,
    /// The sum of the cross-entropies, in nats.
    loss_sum: f64,
}

/// A digit that the model finds hard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hard {
    /// Its index in the set.
    pub index: usize,
    /// What the model reads.
    pub answer: u8,
    /// The cross-entropy, in nats.
    pub loss: f64,
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

    /// The share that would be read right, in percent, where labels are as frequent as in
    /// `counts`: how well the model serves whoever has such digits. `None` where one of those
    /// labels was not evaluated, or there are no digits.
    #[must_use]
    pub fn accuracy_for(&self, counts: &Counts) -> Option<f64> {
        let (mut right, mut all) = (0.0, 0.0);
        for (label, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let read: u32 = self.confusion[label].iter().sum();
            let share = f64::from(self.confusion[label][label]) / f64::from(read);
            right += f64::from(count) * share;
            all += f64::from(count);
        }
        Some(100.0 * right / all).filter(|share| share.is_finite())
    }

    fn add(&mut self, index: usize, label: u8, logits: &[f32]) {
        let label = usize::from(label);
        let answer = arg_max(logits).unwrap_or(0);
        let loss = cross_entropy(logits, label);
        self.count += 1;
        self.correct += u32::from(answer == label);
        self.loss_sum += loss;
        if let Some(times) = self.confusion[label].get_mut(answer) {
            *times += 1;
        }
        let rank = self.hardest.partition_point(|kept| kept.loss.total_cmp(&loss).is_ge());
        if rank < HARDEST_MAX {
            self.hardest.insert(rank, Hard { index, answer: answer as u8, loss });
            self.hardest.truncate(HARDEST_MAX);
        }
    }
}

/// `ln sum_i exp(logits_i) - logits_label`; infinite for a label that the network does not know.
fn cross_entropy(logits: &[f32], label: usize) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let relative = |logit: &f32| f64::from(logit - largest);
    let sum: f64 = logits.iter().map(|logit| libm::exp(relative(logit))).sum();
    logits.get(label).map_or(f64::INFINITY, |logit| libm::log(sum) - relative(logit))
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

    /// Evaluates the next batch of `digits`; the result once all have been seen. Then the model
    /// is ready for other digits.
    ///
    /// # Errors
    /// [`Error::NoDigits`] for an empty set, or a tensor operation that failed.
    pub fn step(&mut self, digits: &Digits) -> Result<Option<Evaluation>, Error> {
        let start = self.result.count as usize;
        let end = (start + BATCH).min(digits.len());
        if start >= end {
            return Err(Error::NoDigits);
        }
        let (images, _) = batch_of(digits, start..end)?;
        let logits = self.model.forward_with(&self.weights, &images)?;
        for (index, row) in (start..end).zip(logits.t()?.to_vec2::<f32>()?) {
            self.result.add(index, digits.label(index), &row);
        }
        Ok((end == digits.len()).then(|| std::mem::take(&mut self.result)))
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

/// The index of the first largest value.
#[must_use]
pub fn arg_max(row: &[f32]) -> Option<usize> {
    let mut best = None;
    for (index, value) in row.iter().enumerate() {
        if best.is_none_or(|(_, largest)| value > largest) {
            best = Some((index, value));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_digits::synthetic;
    use sotto_network::{Initialiser, preset};

    #[test]
    fn every_digit_is_counted_where_the_model_reads_it() {
        let network = preset("linear").unwrap().network;
        let weights = Initialiser::He.weights(&network, 3).unwrap();
        let model = || Model::new(&network, &weights).unwrap();
        let digits = synthetic::digits(250, 1).unwrap();
        let result = Evaluator::run(model(), &digits).unwrap();

        let mut losses = Vec::new();
        let mut confusion = [Counts::default(); CLASSES];
        for index in 0..digits.len() {
            let image: Vec<f32> =
                digits.image(index).iter().map(|&value| f32::from(value) / 255.0).collect();
            let logits = model().logits(&image).unwrap();
            let label = usize::from(digits.label(index));
            confusion[label][arg_max(&logits).unwrap()] += 1;
            let sum: f64 = logits.iter().map(|&logit| f64::from(logit).exp()).sum();
            losses.push((sum.ln() - f64::from(logits[label]), index));
        }
        assert_eq!(result.confusion, confusion);
        assert_eq!((0..CLASSES).map(|l| confusion[l][l]).sum::<u32>(), result.correct);
        let mean = losses.iter().map(|(loss, _)| loss).sum::<f64>() / 250.0;
        assert!((result.loss() - mean).abs() < 1e-4, "{} {mean}", result.loss());
        losses.sort_by(|a, b| b.0.total_cmp(&a.0));
        assert_eq!(result.hardest.len(), HARDEST_MAX);
        for (hard, (loss, _)) in result.hardest.iter().zip(&losses) {
            assert!((hard.loss - loss).abs() < 1e-3);
        }
    }

    #[test]
    fn a_worker_is_served_as_its_labels_are_read() {
        let mut result = Evaluation::default();
        let one =
            |label: usize| std::array::from_fn::<f32, 10, _>(|l| f32::from(u8::from(l == label)));
        for (label, answer) in [(3, 3), (3, 3), (3, 5), (3, 3), (7, 1), (7, 7)] {
            result.add(0, label, &one(answer));
        }
        let worker = |threes, sevens| {
            let mut counts = Counts::default();
            (counts[3], counts[7]) = (threes, sevens);
            counts
        };
        assert_eq!(result.accuracy_for(&worker(10, 0)), Some(75.0));
        assert_eq!(result.accuracy_for(&worker(10, 10)), Some(62.5));
        assert_eq!(result.accuracy_for(&worker(0, 0)), None);
        let mut unknown = worker(1, 1);
        unknown[0] = 1;
        assert_eq!(result.accuracy_for(&unknown), None);
    }
}
