//! Messages that no other module can read, for those who read them all.

use super::messages::{ClassificationKind, Header, ModelInfo, Order};
use super::plan::{Output, TradeOff};
use super::train::{Begin, Loss, StepOrder, Training, TrainingInfo, TrainingPurpose};
use sotto_core::wire::{Error, Reader, Writer};

/// Reads a message of this kind, and writes it again.
///
/// # Errors
/// As the message has them.
pub fn reread(kind: u8, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let behind = |head: Vec<u8>, rest: &[u8]| [head.as_slice(), rest].concat();
    match kind {
        0 => Order::decode(bytes).map(|order| order.encode()),
        1 => Header::decode(bytes).map(|(header, rest)| behind(header.encode(), rest)),
        2 => Begin::decode(bytes).map(|begin| begin.encode()),
        3 => TrainingPurpose::decode(bytes).map(|(purpose, rest)| behind(purpose.encode(), rest)),
        4 => StepOrder::decode(bytes).map(|order| order.encode()),
        5 => {
            let mut reader = Reader::new(bytes);
            let info = ModelInfo::read(&mut reader)?;
            let mut writer = Writer::new();
            info.write(&mut writer);
            Ok(behind(writer.finish(), reader.rest()))
        }
        other => Err(Error::Kind(other)),
    }
}

/// A message of each kind, the kind first.
#[must_use]
pub fn examples() -> Vec<Vec<u8>> {
    let (preset, fraction, trade_off) = ("linear".to_owned(), 8, TradeOff::Rounds);
    let model = ModelInfo { number: 1, preset: preset.clone(), fraction, trade_off };
    let kind = ClassificationKind { batch: 2, output: Output::Label };
    let training = Training { batch: 4, rate: 5, momentum: Some(3), loss: Loss::CrossEntropy };
    let info = TrainingInfo { number: 1, preset, training, epochs: 3, watched: 1 };
    let purpose = TrainingPurpose::Handover { training: 1, fraction };
    let mut writer = Writer::new();
    model.write(&mut writer);
    let order = StepOrder { info: info.clone(), purpose, number: 1, step: 0, count: 2 };
    let messages = [
        Order { model, kind, count: 3 }.encode(),
        Header { number: 1, model: 1, kind }.encode(),
        Begin { info, seed: 7, contributions: vec![1, 2] }.encode(),
        purpose.encode(),
        order.encode(),
        writer.finish(),
    ];
    (0..).zip(messages).map(|(kind, bytes)| [&[kind], bytes.as_slice()].concat()).collect()
}
