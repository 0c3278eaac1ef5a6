//! Training on shares: what a party shows of it, and what the owner asks for.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use super::WireRecord;
use sotto_mpc::train::{Loss, Training, TrainingInfo};
use sotto_mpc::{Trained, TrainingState};

#[wasm_bindgen(typescript_custom_section)]
const TRAINING: &str = r#"
/** A training on shares; all of it is public. The learning rate is `2^-rate`, the momentum `1 - 2^-momentum`, or none for 0. */
export interface Course {
  preset: string;
  loss: "entropy" | "squares";
  batch: number;
  rate: number;
  momentum: number;
  epochs: number;
  /** After every so many steps their loss is revealed; never, for 0. */
  watched: number;
}

/** How far a training is. `digits` have been shared; `step` of `steps` are taken. */
export interface TrainingView { number: number; course: Course; digits: number; step: number; steps: number; running: boolean }

/** A step as one party saw it. */
export interface TrainedView {
  training: number;
  /** Steps taken, with this one. */
  step: number;
  /** The mean of the batch's squared differences of answers and labels, where it was revealed. */
  loss?: number;
  rounds: number;
  /** To the other party. */
  sentBytes: number;
  dealtBytes: number;
  onlineMs: number;
  /** Of those, in waiting for the other party. */
  waitedMs: number;
  /** Messages between the parties, oldest first; none of a party that is not watched. */
  records: WireRecord[];
}
"#;

/// A training on shares, in the page's words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Course {
    /// The network.
    pub preset: String,
    /// What is made small.
    pub loss: String,
    /// Digits in a step.
    pub batch: usize,
    /// The learning rate is two to minus this.
    pub rate: u32,
    /// The momentum is one minus two to minus this; none for 0.
    pub momentum: u32,
    /// Passes over the digits.
    pub epochs: u32,
    /// Steps from one revealed loss to the next.
    pub watched: u32,
}

impl Course {
    /// For the owner, who numbers it.
    ///
    /// # Errors
    /// In words, for a loss that there is not.
    pub fn info(self) -> Result<TrainingInfo, String> {
        let Self { preset, loss, batch, rate, momentum, epochs, watched } = self;
        let loss = Loss::by_name(&loss).ok_or_else(|| format!("there is no loss called {loss}"))?;
        let momentum = Some(momentum).filter(|bits| *bits > 0);
        let training = Training { batch, rate, momentum, loss };
        Ok(TrainingInfo { number: 0, preset, training, epochs, watched })
    }
}

impl From<TrainingInfo> for Course {
    fn from(info: TrainingInfo) -> Self {
        let TrainingInfo { preset, training, epochs, watched, .. } = info;
        let Training { batch, rate, momentum, loss } = training;
        let (loss, momentum) = (loss.name().to_owned(), momentum.unwrap_or(0));
        Self { preset, loss, batch, rate, momentum, epochs, watched }
    }
}

/// How far a training is.
#[derive(Debug, Serialize)]
pub struct TrainingView {
    /// Counts the trainings of a session.
    pub number: u32,
    /// What is trained, and how.
    pub course: Course,
    /// Digits that it goes through.
    pub digits: usize,
    /// Steps taken.
    pub step: u32,
    /// Steps in all.
    pub steps: u32,
    /// Whether it goes on.
    pub running: bool,
}

impl From<TrainingState> for TrainingView {
    fn from(state: TrainingState) -> Self {
        let TrainingState { info, digits, step, steps, running } = state;
        Self { number: info.number, course: info.into(), digits, step, steps, running }
    }
}

/// A step as one party saw it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrainedView {
    /// The training.
    pub training: u32,
    /// Steps taken, with this one.
    pub step: u32,
    /// Its loss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// Messages one after the other.
    pub rounds: usize,
    /// Bytes to the other party.
    pub sent_bytes: usize,
    /// Bytes of material.
    pub dealt_bytes: usize,
    /// From the first message to the last.
    pub online_ms: f64,
    /// Of those, in waiting.
    pub waited_ms: f64,
    /// The messages.
    pub records: Vec<WireRecord>,
}

impl From<Trained> for TrainedView {
    fn from(trained: Trained) -> Self {
        let Trained { training, step, loss, rounds, sent_bytes, dealt_bytes, .. } = trained;
        let Trained { online_ms, waited_ms, records, .. } = trained;
        let records = records.into_iter().map(WireRecord::from).collect();
        Self {
            training,
            step,
            loss,
            rounds,
            sent_bytes,
            dealt_bytes,
            online_ms,
            waited_ms,
            records,
        }
    }
}
