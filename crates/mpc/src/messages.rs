//! What the roles say to each other besides the steps of a plan.
//!
//! | path | from, to | payload |
//! |---|---|---|
//! | `seed` | party, dealer | the key of their stream |
//! | `model/<n>/share` | owner, party | [`ModelInfo`], a share of all weights and biases |
//! | `model/<n>/weights/open` | party, party | a share of `W + r_W` |
//! | `order/<n>` | alice, dealer | [`Order`] |
//! | `deal/<n>` | dealer, party | [`Dealt`], words |
//! | `classify/<n>/share` | client, party | [`Request`], a share of the images |
//! | `classify/<n>/<layer>/<step>` | party, party | the plan's steps |
//! | `classify/<n>/answer` | party, client | a share of the answer |
//! | `classify/<n>/refused` | alice, bob and client | none: another model is in use |

use std::rc::Rc;

use super::path::Path;
use super::plan::{BATCH_MAX, Output, Plan, TradeOff};
use super::{Catalogue, Error, Role};
use sotto_core::wire::{Error as WireError, Reader, Writer};

/// The longest name of a network, in bytes.
const NAME_MAX: usize = 40;
/// The most materials in one order.
const COUNT_MAX: u32 = 64;

/// A model that the parties compute with. All of it is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// Counts the models of a session, from 1.
    pub number: u32,
    /// The network's preset.
    pub preset: String,
    /// Fractional bits of activations and weights.
    pub fraction: u32,
    /// What the gates save for an image alone; batches save bytes.
    pub trade_off: TradeOff,
}

impl ModelInfo {
    /// The plan for this kind of classification.
    ///
    /// # Errors
    /// [`Error::Network`], [`Error::Fraction`], [`Error::Batch`].
    pub fn plan(&self, catalogue: &Catalogue, kind: ClassificationKind) -> Result<Rc<Plan>, Error> {
        // A batch waits once for all of its images: there, bytes are what takes time.
        let trade_off = if kind.batch == 1 { self.trade_off } else { TradeOff::Bytes };
        Plan::new(
            &catalogue.network(&self.preset)?,
            self.fraction,
            kind.batch,
            kind.output,
            trade_off,
        )
        .map(Rc::new)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let trade_off = match self.trade_off {
            TradeOff::Bytes => 0,
            TradeOff::Rounds => 1,
        };
        writer.u32(self.number).text(&self.preset).u32(self.fraction).u8(trade_off);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            number: reader.u32("model")?,
            preset: reader.text("network", NAME_MAX)?,
            fraction: reader.u32("fractional bits")?,
            trade_off: match reader.u8("saving")? {
                0 => TradeOff::Bytes,
                1 => TradeOff::Rounds,
                _ => return Err(WireError::Invalid("saving")),
            },
        })
    }
}

/// A kind of classification: material is dealt for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassificationKind {
    /// Images that go through together.
    pub batch: usize,
    /// What the client learns.
    pub output: Output,
}

impl ClassificationKind {
    fn write(self, writer: &mut Writer) {
        let output = match self.output {
            Output::Logits => 0,
            Output::Label => 1,
        };
        writer.u32(self.batch as u32).u8(output);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let batch = reader.u32("batch")? as usize;
        if !(1..=BATCH_MAX).contains(&batch) {
            return Err(WireError::TooLong { what: "batch", found: batch, limit: BATCH_MAX });
        }
        let output = match reader.u8("output")? {
            0 => Output::Logits,
            1 => Output::Label,
            _ => return Err(WireError::Invalid("output")),
        };
        Ok(Self { batch, output })
    }
}

/// So much material, please.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) model: ModelInfo,
    pub(super) kind: ClassificationKind,
    pub(super) count: u32,
}

impl Order {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.model.write(&mut writer);
        self.kind.write(&mut writer);
        writer.u32(self.count);
        writer.finish()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(payload);
        let model = ModelInfo::read(&mut reader)?;
        let kind = ClassificationKind::read(&mut reader)?;
        let count = reader.u32("count")?.min(COUNT_MAX);
        reader.finish()?;
        Ok(Self { model, kind, count })
    }
}

/// What stands before a request's shares, and before dealt words: the model and the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) number: u32,
    pub(super) model: u32,
    pub(super) kind: ClassificationKind,
}

impl Header {
    pub(super) fn encode(self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u32(self.number).u32(self.model);
        self.kind.write(&mut writer);
        writer.finish()
    }

    /// Also gives what follows.
    pub(super) fn decode(payload: &[u8]) -> Result<(Self, &[u8]), WireError> {
        let mut reader = Reader::new(payload);
        let (number, model) = (reader.u32("number")?, reader.u32("model")?);
        let kind = ClassificationKind::read(&mut reader)?;
        Ok((Self { number, model, kind }, reader.rest()))
    }
}

/// An error in a message's payload.
pub(super) fn malformed(role: Role, path: &Path) -> impl FnOnce(WireError) -> Error {
    let step = path.to_string();
    move |error| Error::Malformed { role, step, error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(batch: usize, label: bool) -> ClassificationKind {
        ClassificationKind { batch, output: if label { Output::Label } else { Output::Logits } }
    }

    proptest! {
        #[test]
        fn messages_survive_the_wire(
            number: u32, fraction: u32, count in 0..=COUNT_MAX, batch in 1..=BATCH_MAX, label: bool, far: bool, rest: Vec<u8>,
        ) {
            let trade_off = if far { TradeOff::Rounds } else { TradeOff::Bytes };
            let model = ModelInfo { number, preset: "lenet5".to_owned(), fraction, trade_off };
            let order = Order { model, kind: kind(batch, label), count };
            prop_assert_eq!(Order::decode(&order.encode()), Ok(order));
            let header = Header { number, model: count, kind: kind(batch, label) };
            let bytes = [header.encode(), rest.clone()].concat();
            prop_assert_eq!(Header::decode(&bytes), Ok((header, &rest[..])));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Order::decode(&bytes);
            let _ = Header::decode(&bytes);
        }
    }
}
