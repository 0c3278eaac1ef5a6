//! What a run costs.

use super::page::Cost;
use crate::federated::Snapshot;

/// What had been spent before the run, and since when it trains.
#[derive(Default)]
pub(super) struct Ledger {
    sent: u64,
    received: u64,
    since: Option<f64>,
}

impl Ledger {
    /// A run begins.
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        Self { sent: snapshot.bytes_sent, received: snapshot.bytes_received, since: None }
    }

    /// Training is asked for at `now`, in milliseconds; the clock runs from the first time.
    pub(super) fn start(&mut self, now: f64) {
        self.since.get_or_insert(now);
    }

    /// What the newest model has cost at `now`, in milliseconds.
    pub(super) fn cost(&self, snapshot: &Snapshot, now: f64) -> Cost {
        Cost {
            bytes_up: snapshot.bytes_received.saturating_sub(self.received) as f64,
            bytes_down: snapshot.bytes_sent.saturating_sub(self.sent) as f64,
            workers: snapshot.counted,
            seconds: self.since.map_or(0.0, |since| (now - since) / 1000.0),
        }
    }
}
