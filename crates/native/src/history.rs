//! What a run writes down.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// The model after a round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Point {
    /// Counted from 1; 0 is the model to begin with.
    pub round: u32,
    /// Test digits read right, in percent.
    pub accuracy: f64,
    /// The mean cross-entropy on the test digits, in nats.
    pub loss: f64,
    /// Digits of pens that no worker draws, read right, in percent.
    pub pens: f64,
    /// Stamped test digits that are read as the attacker wants, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backdoor: Option<f64>,
    /// Bytes that workers have sent so far.
    pub bytes_up: u64,
    /// Bytes that the aggregator has sent so far.
    pub bytes_down: u64,
    /// The SHA-256 of the weights.
    pub weights_sha256: String,
}

impl Point {
    /// For people.
    #[must_use]
    pub fn line(&self) -> String {
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
pub struct Summary<'a> {
    /// Of the last model, in percent.
    pub test_accuracy: f64,
    /// The mean cross-entropy of the last model, in nats.
    pub test_loss: f64,
    /// Of the last model on unseen pens, in percent.
    pub pens_accuracy: f64,
    /// The best accuracy of all rounds.
    pub best_accuracy: f64,
    /// Rounds that have closed.
    pub rounds: u32,
    /// The first round whose model reached the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounds_to_target: Option<u32>,
    /// As in a [`Point`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backdoor: Option<f64>,
    /// Bytes that workers have sent.
    pub bytes_up: u64,
    /// Bytes that the aggregator has sent.
    pub bytes_down: u64,
    /// Of the last model.
    pub weights_sha256: &'a str,
    /// Workers.
    pub clients: u32,
    /// The settings that are not the page's usual ones, as in its address.
    pub settings: String,
    /// How long it took.
    pub seconds: f64,
}
