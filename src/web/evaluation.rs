//! Test digits that are classified on shares, a batch at a time.

use std::ops::Range;
use std::rc::Rc;

use js_sys::Uint8Array;

use super::digits::Source;
use super::networks::presets;
use super::page::ClientEvent as Shown;
use sotto_digits::{Digits, PIXELS};
use sotto_mpc::{BATCH_MAX, ClassificationKind, ModelInfo, Output};

/// Comparisons in a batch: as many images go together as keep the dealt words small.
const COMPARISONS_MAX: usize = 160_000;

/// Test digits on their way through the parties.
pub(super) struct Evaluation {
    digits: Rc<Digits>,
    total: usize,
    done: usize,
    correct: usize,
    millis: f64,
    /// Tells it from other ones.
    pub(super) number: u32,
    /// Images together, when that was asked for.
    batch: Option<usize>,
}

impl Evaluation {
    /// Loads the digits.
    ///
    /// # Errors
    /// In words.
    pub(super) async fn begin(
        count: usize,
        data: &str,
        batch: Option<usize>,
        number: u32,
    ) -> Result<Self, String> {
        let digits = Rc::new(Source::open(data).await?.test().await?);
        let total = count.min(digits.len());
        Ok(Self { digits, total, done: 0, correct: 0, millis: 0.0, batch, number })
    }

    /// The digits that go next, or none.
    ///
    /// # Errors
    /// When the model cannot be computed with.
    pub(super) fn next(&self, model: &ModelInfo) -> Result<Option<Range<usize>>, sotto_mpc::Error> {
        let plan =
            model.plan(&presets(), ClassificationKind { batch: 1, output: Output::Logits })?;
        let suits = || COMPARISONS_MAX / plan.comparisons().max(1);
        let batch = self.batch.unwrap_or_else(suits).clamp(1, BATCH_MAX);
        let left = self.done..self.total.min(self.done + batch);
        Ok((!left.is_empty()).then_some(left))
    }

    /// Their pixels, one behind the other.
    pub(super) fn pixels(&self, range: Range<usize>) -> Vec<u8> {
        self.digits.pixels()[PIXELS * range.start..PIXELS * range.end].to_vec()
    }

    /// Counts what was read, and says so.
    pub(super) fn record(&mut self, range: Range<usize>, answers: &[u8], millis: f64) -> Shown {
        let labels = &self.digits.labels()[range.clone()];
        self.correct +=
            labels.iter().zip(answers).filter(|(label, answer)| label == answer).count();
        self.done = range.end;
        self.millis += millis;
        Shown::Evaluated {
            done: self.done,
            total: self.total,
            correct: self.correct,
            millis: self.millis,
            labels: Uint8Array::from(labels),
            answers: Uint8Array::from(answers),
            images: Uint8Array::from(&self.pixels(range)[..]),
        }
    }
}
