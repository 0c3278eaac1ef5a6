//! What the aggregator and the workers say to each other, in a [`wire::Envelope`](sotto_core::wire::Envelope).
//!
//! | kind | to the aggregator | payload |
//! |---|---|---|
//! | 1 | `Join`: I am here | none |
//! | 2 | `Ready`: my digits are loaded and I am willing | digits `u32` |
//! | 3 | `Update`: `n_k (w_k - w)` | token 16, hash of the base model 32, digits `u32`, loss `f32`, values |
//! | 4 | `Failed`: I cannot do the task | token 16, reason |
//! | 5 | `Step` of a secure sum | token 16, a message of [`secagg`](sotto_secagg) |
//! | 6 | `Away`: I am not willing | none |
//! | 7 | `Spent`: I do not sum this model in this round | token 16, the least number of a round that I take `u32` |
//!
//! | kind | to a worker | payload |
//! |---|---|---|
//! | 65 | `Announce`, to all: a room is open | none |
//! | 66 | `Welcome`: your shard, the network | slot `u32`, model, seed `u64`, partition, shards `u32` |
//! | 67 | `Task`: weights and recipe of a round | see `task_bytes` |
//! | 68 | `Cancel`: the round is over without you | none |
//! | 69 | `Accepted`: your update counts | none |
//! | 70 | `Refused` | number of the [`Refusal`] `u8` |
//! | 71 | `Step` of a secure sum | token 16, a message of [`secagg`](sotto_secagg) |
//! | 72 | `Later`, also to all: you are not needed before then | milliseconds `u32` |
//!
//! Texts have at most 300 bytes, vectors `PARAMETERS_MAX` numbers; [`message_limit`] says the longest payload. Where
//! updates are summed securely, `Step` messages take the place of `Update`, from when a worker has trained until the
//! sum is known.
//!
//! `Join` counts whatever run its envelope names. An `Update` or a `Step` of another run is refused as late;
//! everything else of another run is ignored, except `Announce` and `Welcome`. A worker that hears an `Announce` of
//! another run, or of its own from another sender, joins that; one that hears nothing says `Join` every two seconds.

mod refusal;
mod task;
mod task_bytes;

use sotto_core::wire::{Error, Reader, Writer};
use sotto_network::{PARAMETERS_MAX, WeightHash};
use sotto_secagg::{FromClient, FromServer};

use refusal::REFUSALS;

pub use refusal::Refusal;
pub use task::{Assignment, Control, SecureTask, Task, Token, Update};

/// The longest name or reason, in bytes.
const TEXT_MAX: usize = 300;

/// The longest payload for a network of `parameters` weights, in bytes.
#[must_use]
pub const fn message_limit(parameters: usize) -> usize {
    // Twice the weights: some strategies come with as many control variates.
    8 * parameters + sotto_secagg::OVERHEAD_MAX
}

/// What a worker tells the aggregator.
#[derive(Debug, Clone, PartialEq)]
pub enum ToAggregator {
    /// I am here and want to take part.
    Join,
    /// My shard is loaded: this many digits.
    Ready {
        /// Digits in the shard.
        digits: u32,
    },
    /// What I learned in a round.
    Update(Update),
    /// I cannot do the task.
    Failed {
        /// The task's token.
        token: Token,
        /// Why, in words.
        reason: String,
    },
    /// A step of the secure sum.
    Step {
        /// The task's token.
        token: Token,
        /// The step.
        step: FromClient,
    },
    /// I am not willing to take part now; why is nobody's business.
    Away,
    /// What I learnt from this model in this round may be in an opened sum, or this try is not
    /// later than one that I was in: I do not sum it. Ask me under a later number.
    Spent {
        /// The task's token.
        token: Token,
        /// The least number of a round that I take part in with this model.
        next: u32,
    },
}

/// What the aggregator tells a worker.
#[derive(Debug, Clone, PartialEq)]
pub enum ToWorker {
    /// A room is open: join.
    Announce,
    /// You are in.
    Welcome(Assignment),
    /// Train this round.
    Task(Box<Task>),
    /// The round is over without you: stop training.
    Cancel,
    /// Your update counts.
    Accepted,
    /// Your message was refused.
    Refused(Refusal),
    /// A step of the secure sum.
    Step {
        /// The task's token.
        token: Token,
        /// The step.
        step: FromServer,
    },
    /// You are not needed: come back after this time, if you are not asked before.
    Later {
        /// Milliseconds.
        ms: u32,
    },
}

impl ToAggregator {
    /// The message's kind and payload.
    #[must_use]
    pub fn encode(&self) -> (u8, Vec<u8>) {
        let mut w = Writer::new();
        let kind = match self {
            Self::Join => 1,
            Self::Ready { digits } => {
                w.u32(*digits);
                2
            }
            Self::Update(update) => {
                w.raw(&update.token.0).raw(&update.base.0).u32(update.digits);
                w.f32(update.loss).f32s(&update.values);
                3
            }
            Self::Failed { token, reason } => {
                w.raw(&token.0).text(truncated(reason));
                4
            }
            Self::Step { token, step } => {
                w.raw(&token.0).raw(&step.encode());
                5
            }
            Self::Away => 6,
            Self::Spent { token, next } => {
                w.raw(&token.0).u32(*next);
                7
            }
        };
        (kind, w.finish())
    }

    /// Reads a message.
    ///
    /// # Errors
    /// When the bytes are not one, or announce more than the limits.
    pub fn decode(kind: u8, payload: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(payload);
        let message = match kind {
            1 => Self::Join,
            2 => Self::Ready { digits: r.u32("digits")? },
            3 => Self::Update(Update {
                token: Token(r.array("token")?),
                base: WeightHash(r.array("base model")?),
                digits: r.u32("digits")?,
                loss: r.f32("loss")?,
                values: r.f32s("update", PARAMETERS_MAX)?,
            }),
            4 => Self::Failed {
                token: Token(r.array("token")?),
                reason: r.text("reason", TEXT_MAX)?,
            },
            5 => {
                let token = Token(r.array("token")?);
                return Ok(Self::Step { token, step: FromClient::decode(r.rest())? });
            }
            6 => Self::Away,
            7 => Self::Spent { token: Token(r.array("token")?), next: r.u32("round")? },
            other => return Err(Error::Kind(other)),
        };
        r.finish().map(|()| message)
    }
}

impl ToWorker {
    /// The message's kind and payload.
    #[must_use]
    pub fn encode(&self) -> (u8, Vec<u8>) {
        let mut w = Writer::new();
        let kind = match self {
            Self::Announce => 65,
            Self::Welcome(assignment) => {
                w.u32(assignment.slot).text(&assignment.model).u64(assignment.seed);
                w.text(&assignment.partition).u32(assignment.shards);
                66
            }
            Self::Task(task) => {
                task.write(&mut w);
                67
            }
            Self::Cancel => 68,
            Self::Accepted => 69,
            Self::Refused(refusal) => {
                let number = REFUSALS.iter().position(|known| known == refusal);
                w.u8(number.map_or(u8::MAX, |number| number as u8));
                70
            }
            Self::Step { token, step } => {
                w.raw(&token.0).raw(&step.encode());
                71
            }
            Self::Later { ms } => {
                w.u32(*ms);
                72
            }
        };
        (kind, w.finish())
    }

    /// Reads a message.
    ///
    /// # Errors
    /// When the bytes are not one, or announce more than the limits.
    pub fn decode(kind: u8, payload: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(payload);
        let message = match kind {
            65 => Self::Announce,
            66 => Self::Welcome(Assignment {
                slot: r.u32("slot")?,
                model: r.text("model", TEXT_MAX)?,
                seed: r.u64("seed")?,
                partition: r.text("partition", TEXT_MAX)?,
                shards: r.u32("shards")?,
            }),
            67 => Self::Task(Box::new(Task::read(&mut r)?)),
            68 => Self::Cancel,
            69 => Self::Accepted,
            70 => {
                let number = usize::from(r.u8("refusal")?);
                let known = REFUSALS.get(number).copied();
                Self::Refused(known.ok_or(Error::Invalid("refusal"))?)
            }
            71 => {
                let token = Token(r.array("token")?);
                return Ok(Self::Step { token, step: FromServer::decode(r.rest())? });
            }
            72 => Self::Later { ms: r.u32("time")? },
            other => return Err(Error::Kind(other)),
        };
        r.finish().map(|()| message)
    }
}

/// At most [`TEXT_MAX`] bytes of a text, cut between characters.
fn truncated(text: &str) -> &str {
    let mut end = text.len().min(TEXT_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ExampleTask, PrivateTask};
    use proptest::prelude::*;

    fn token() -> Token {
        Token([7; 16])
    }

    #[test]
    fn messages_survive_the_wire() {
        let update = Update {
            token: token(),
            base: WeightHash([9; 32]),
            digits: 600,
            loss: 0.25,
            values: vec![1.0, -2.0],
        };
        for message in [
            ToAggregator::Join,
            ToAggregator::Ready { digits: 3000 },
            ToAggregator::Away,
            ToAggregator::Spent { token: token(), next: 12 },
            ToAggregator::Update(update),
            ToAggregator::Failed { token: token(), reason: "no digits".to_owned() },
            ToAggregator::Step { token: token(), step: FromClient::Masked(vec![1, 2, 3]) },
        ] {
            let (kind, payload) = message.encode();
            assert_eq!(ToAggregator::decode(kind, &payload), Ok(message));
        }
        let assignment = Assignment {
            slot: 3,
            model: "lenet5".to_owned(),
            seed: 5,
            partition: "iid".to_owned(),
            shards: 20,
        };
        let task = Task {
            token: token(),
            attempt: 2,
            recipe: crate::Settings::default().recipe,
            variety: sotto_train::Variety { augment: true, pens: 0.25, fold: 2 },
            control: Some(Control { scale: 2.0, values: vec![1.0; 3] }),
            examples: Some(ExampleTask { noise: 1.0, clip: 0.5, rate: 0.01 }),
            secure: None,
            weights: vec![0.5; 3],
        };
        let secure = SecureTask {
            cohort_min: 3,
            threshold_min: 2,
            clip: 0.5,
            weight_max: 3000,
            private: None,
        };
        let private = PrivateTask {
            noise: 1.5,
            sigma_bits: 0.5,
            is_distributed: true,
            clients: 90,
            rate: 0.1,
            asked: 7,
        };
        let noisy = SecureTask { private: Some(private), ..secure };
        let mut messages = vec![
            ToWorker::Announce,
            ToWorker::Welcome(assignment),
            ToWorker::Task(Box::new(task.clone())),
            ToWorker::Task(Box::new(Task { secure: Some(secure), ..task.clone() })),
            ToWorker::Task(Box::new(Task {
                secure: Some(noisy),
                examples: None,
                control: None,
                ..task
            })),
            ToWorker::Step { token: token(), step: FromServer::Survivors(vec![1]) },
            ToWorker::Cancel,
            ToWorker::Accepted,
            ToWorker::Later { ms: 12_000 },
        ];
        messages.extend(REFUSALS.map(ToWorker::Refused));
        for message in messages {
            let (kind, payload) = message.encode();
            assert_eq!(ToWorker::decode(kind, &payload), Ok(message));
        }
    }

    #[test]
    fn a_token_does_not_print() {
        assert_eq!(format!("{:?}", token()), "Token(..)");
    }

    #[test]
    fn long_reasons_are_cut_between_characters() {
        let failed = ToAggregator::Failed { token: token(), reason: "é".repeat(TEXT_MAX) };
        let (kind, payload) = failed.encode();
        assert!(ToAggregator::decode(kind, &payload).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_messages_or_errors(kind: u8, payload: Vec<u8>) {
            let _ = ToAggregator::decode(kind, &payload);
            let _ = ToWorker::decode(kind, &payload);
        }

        #[test]
        fn cut_messages_are_errors(cut in 0usize..80) {
            let update = Update {
                token: token(), base: WeightHash([9; 32]), digits: 1, loss: 0.0,
                values: vec![0.0; 6],
            };
            let (kind, payload) = ToAggregator::Update(update).encode();
            prop_assert!(ToAggregator::decode(kind, &payload[..cut.min(payload.len() - 1)]).is_err());
        }
    }
}
