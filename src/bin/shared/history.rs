//! What a run writes down.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// The model after a round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) round: u32,
    /// Test digits read right, in percent.
    pub(crate) accuracy: f64,
    /// The mean cross-entropy on the test digits, in nats.
    pub(crate) loss: f64,
    /// Digits of pens that no worker draws, read right, in percent.
    pub(crate) pens: f64,
    /// Stamped test digits that are read as the attacker wants, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backdoor: Option<f64>,
    /// Bytes that workers have sent so far.
    pub(crate) bytes_up: u64,
    /// Bytes that the aggregator has sent so far.
    pub(crate) bytes_down: u64,
    /// The SHA-256 of the weights.
    pub(crate) weights_sha256: String,
}

impl Point {
    /// For people.
    pub(crate) fn line(&self) -> String {
        let mut line = format!(
            "round {:>4}   accuracy {:>6.2} %   loss {:.4}   pens {:>6.2} %   weights {}",
            self.round, self.accuracy, self.loss, self.pens, self.weights_sha256
        );
        if let Some(backdoor) = self.backdoor {
            write!(line, "   backdoor {backdoor:.1} %")
                .expect("a String takes all that is written");
        }
        line
    }
}

/// The last line of a run with `--json`.
#[derive(Debug, Serialize)]
pub(crate) struct Summary<'a> {
    /// Of the last model, in percent.
    pub(crate) test_accuracy: f64,
    pub(crate) test_loss: f64,
    /// Of the last model on unseen pens, in percent.
    pub(crate) pens_accuracy: f64,
    /// The best accuracy of all rounds.
    pub(crate) best_accuracy: f64,
    pub(crate) rounds: u32,
    /// The first round whose model reached the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rounds_to_target: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backdoor: Option<f64>,
    pub(crate) bytes_up: u64,
    pub(crate) bytes_down: u64,
    pub(crate) weights_sha256: &'a str,
    pub(crate) clients: u32,
    /// The settings that are not the page's usual ones, as in its address.
    pub(crate) settings: String,
    pub(crate) seconds: f64,
}
