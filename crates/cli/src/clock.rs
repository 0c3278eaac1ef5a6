//! The machines' clock.

use std::time::{Duration, Instant};

use sotto_federated::Millis;

/// Milliseconds since the program began, from 1 on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> Millis {
        // A program does not run for half a billion years.
        self.0.elapsed().as_millis() as Millis + 1
    }

    /// Returns at this time.
    pub(crate) async fn reaches(self, at: Millis) {
        let wait = at.saturating_sub(self.now());
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}
