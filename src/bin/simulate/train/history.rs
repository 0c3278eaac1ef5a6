//! What a run writes down.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// The model after a round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Point {
    pub(super) round: u32,
    /// Test digits read right, in percent.
    pub(super) accuracy: f64,
    /// The mean cross-entropy on the test digits, in nats.
    pub(super) loss: f64,
    /// Stamped test digits that are read as the attacker wants, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) backdoor: Option<f64>,
    /// Bytes that workers have sent so far.
    pub(super) bytes_up: u64,
    /// Bytes that the aggregator has sent so far.
    pub(super) bytes_down: u64,
    /// The SHA-256 of the weights.
    pub(super) weights_sha256: String,
}

impl Point {
    /// For people.
    pub(super) fn line(&self) -> String {
        let mut line = format!(
            "round {:>4}   accuracy {:>6.2} %   loss {:.4}   weights {}",
            self.round, self.accuracy, self.loss, self.weights_sha256
        );
        if let Some(backdoor) = self.backdoor {
            // Writing to a String does not fail.
            let _ = write!(line, "   backdoor {backdoor:.1} %");
        }
        line
    }
}

/// The last line of a run with `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    /// Of the last model, in percent.
    pub(super) test_accuracy: f64,
    pub(super) test_loss: f64,
    /// The best accuracy of all rounds.
    pub(super) best_accuracy: f64,
    pub(super) rounds: u32,
    /// The first round whose model reached the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rounds_to_target: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) backdoor: Option<f64>,
    pub(super) bytes_up: u64,
    pub(super) bytes_down: u64,
    pub(super) weights_sha256: &'a str,
    pub(super) clients: u32,
    /// The settings that are not the page's usual ones, as in its address.
    pub(super) settings: String,
    pub(super) seconds: f64,
}

/// The history as a table.
pub(super) fn csv(points: &[Point]) -> String {
    let mut table = "round,accuracy,loss,backdoor,bytes_up,bytes_down,weights_sha256\n".to_owned();
    for p in points {
        let backdoor = p.backdoor.map(|share| share.to_string()).unwrap_or_default();
        // Writing to a String does not fail.
        let _ = writeln!(
            table,
            "{},{},{},{backdoor},{},{},{}",
            p.round, p.accuracy, p.loss, p.bytes_up, p.bytes_down, p.weights_sha256
        );
    }
    table
}
