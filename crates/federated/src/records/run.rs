//! The run of a room: where it stands, and what was measured on the way.

use super::Error;
use crate::Checkpoint;
use sotto_core::wire::{self, Reader, Writer};

/// The most measurements that are kept; of more, the latest.
const HISTORY_MAX: usize = 100_000;
/// The longest checkpoint, in bytes.
const CHECKPOINT_MAX: usize = 1 << 30;
/// The longest name of a model, in bytes.
pub(super) const NAME_MAX: usize = 200;

/// The global model after a round, measured on the test digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Rounds applied.
    pub round: u32,
    /// In percent.
    pub accuracy: f64,
    /// In nats.
    pub loss: f64,
    /// Bytes from the workers since the run began.
    pub bytes_up: u64,
    /// Bytes to them.
    pub bytes_down: u64,
    /// Updates in its last round.
    pub workers: u32,
    /// Seconds of training.
    pub seconds: f64,
}

/// A run as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// How it goes on.
    pub checkpoint: Checkpoint,
    /// What was measured, by round.
    pub history: Vec<Point>,
    /// The model of the library that it began with.
    pub origin: Option<String>,
}

impl Run {
    /// The bytes of a run.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.bytes(&self.checkpoint.encode());
        let history = &self.history[self.history.len().saturating_sub(HISTORY_MAX)..];
        w.length(history.len());
        for Point { round, accuracy, loss, bytes_up, bytes_down, workers, seconds } in history {
            w.u32(*round).f64(*accuracy).f64(*loss).u64(*bytes_up).u64(*bytes_down);
            w.u32(*workers).f64(*seconds);
        }
        w.text(self.origin.as_deref().unwrap_or_default());
        w.finish()
    }

    /// Reads a run.
    ///
    /// # Errors
    /// [`Error::Content`] when the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        let run = Self {
            checkpoint: Checkpoint::decode(r.bytes("run", CHECKPOINT_MAX)?)?,
            history: r.list("history", HISTORY_MAX, point)?,
            origin: Some(r.text("origin", NAME_MAX)?).filter(|name| !name.is_empty()),
        };
        r.finish()?;
        Ok(run)
    }
}

fn point(r: &mut Reader<'_>) -> Result<Point, wire::Error> {
    let point = Point {
        round: r.u32("round")?,
        accuracy: r.f64("accuracy")?,
        loss: r.f64("loss")?,
        bytes_up: r.u64("bytes")?,
        bytes_down: r.u64("bytes")?,
        workers: r.u32("workers")?,
        seconds: r.f64("seconds")?,
    };
    match [point.accuracy, point.loss, point.seconds].iter().all(|value| value.is_finite()) {
        true => Ok(point),
        false => Err(wire::Error::Invalid("history")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Aggregator, Settings};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_kept_is_found(
            points in prop::collection::vec((any::<u32>(), 0.0..100f64, 0.0..9f64, any::<u64>()), 0..9),
            origin in prop::option::of("[a-z]{1,9}"),
        ) {
            let settings = Settings { model: "linear".to_owned(), ..Settings::default() };
            let aggregator = Aggregator::new(settings, Box::new(|bytes| bytes.fill(3))).unwrap();
            let history = points.into_iter().map(|(round, accuracy, loss, bytes)| {
                let (bytes_up, bytes_down) = (bytes, bytes / 3);
                Point { round, accuracy, loss, bytes_up, bytes_down, workers: 3, seconds: loss }
            });
            let checkpoint = aggregator.checkpoint();
            let run = Run { checkpoint, history: history.collect(), origin };
            prop_assert_eq!(Run::decode(&run.encode()), Ok(run));
        }

        #[test]
        fn any_bytes_are_a_run_or_an_error(bytes: Vec<u8>) {
            prop_assert!(Run::decode(&bytes).is_err());
        }
    }
}
