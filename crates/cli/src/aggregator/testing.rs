//! Tests models on a thread of its own, one after the other, while training goes on.

use std::sync::mpsc as threads;

use sotto_federated::Aggregator;
use tokio::sync::mpsc;

use sotto_native::history::Point;
use sotto_native::source::Source;
use sotto_native::testing::{Candidate, Tests};

/// Where models are handed in.
pub(super) struct Tester(threads::Sender<Candidate>);

/// What came of a test.
pub(super) type Tested = Result<Point, String>;

impl Tester {
    /// Reads the test digits, and waits for models.
    pub(super) fn start(
        source: &Source,
        machine: &Aggregator,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Tested>), String> {
        let tests = Tests::new(source, machine.settings().variety.fold, None)?;
        let (handed_in, candidates) = threads::channel::<Candidate>();
        let (told, tested) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for candidate in candidates {
                if told.send(tests.point(&candidate)).is_err() {
                    return;
                }
            }
        });
        Ok((Self(handed_in), tested))
    }

    pub(super) fn test(&self, candidate: Candidate) {
        #[expect(
            clippy::let_underscore_must_use,
            reason = "should the thread be gone, its receiver says so"
        )]
        let _ = self.0.send(candidate);
    }
}
