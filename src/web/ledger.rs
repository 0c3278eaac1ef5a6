//! What a run costs.

use super::page::Cost;
use sotto_federated::Snapshot;
use sotto_federated::records::Point;

/// What had been spent before the run, and since when it trains.
pub(super) struct Ledger {
    sent: u64,
    received: u64,
    /// Seconds of training before the page was opened.
    seconds: f64,
    since: Option<f64>,
}

impl Ledger {
    /// A run begins, or goes on from where its `newest` model was measured.
    pub(super) fn resumed(snapshot: &Snapshot, newest: Option<&Point>) -> Self {
        let spent = |part: fn(&Point) -> u64| newest.map_or(0, part);
        Self {
            sent: snapshot.bytes_sent.saturating_sub(spent(|point| point.bytes_down)),
            received: snapshot.bytes_received.saturating_sub(spent(|point| point.bytes_up)),
            seconds: newest.map_or(0.0, |point| point.seconds),
            since: None,
        }
    }

    /// Training is asked for at `now`, in milliseconds; the clock runs from the first time.
    pub(super) fn start(&mut self, now: f64) {
        self.since.get_or_insert(now);
    }

    /// What the newest model has cost at `now`, in milliseconds; a model that was measured before
    /// costs no more by being tested again.
    pub(super) fn cost(&self, snapshot: &Snapshot, newest: Option<&Point>, now: f64) -> Cost {
        if let Some(point) = newest.filter(|point| point.round == snapshot.round) {
            return Cost {
                bytes_up: point.bytes_up as f64,
                bytes_down: point.bytes_down as f64,
                workers: point.workers as usize,
                seconds: point.seconds,
            };
        }
        Cost {
            bytes_up: snapshot.bytes_received.saturating_sub(self.received) as f64,
            bytes_down: snapshot.bytes_sent.saturating_sub(self.sent) as f64,
            workers: snapshot.counted,
            seconds: self.seconds + self.since.map_or(0.0, |since| (now - since) / 1000.0),
        }
    }
}
