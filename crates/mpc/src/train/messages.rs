//! What the roles say to each other about training, besides its steps.
//!
//! | path | from, to | payload |
//! |---|---|---|
//! | `data/<id>/share` | silo, party | how many, a share of their pixels, a share of their labels |
//! | `train/<n>/begin` | owner, alice | [`TrainingInfo`] |
//! | `train/<n>/pause`, `train/<n>/resume` | owner, alice | none |
//! | `train/<n>/begin` | alice, bob | [`Begin`] |
//! | `order/<n>/train` | alice, dealer | [`StepOrder`] |
//! | `deal/<number>/train` | dealer, party | [`TrainingPurpose`], words |
//! | `step/<number>/<layer>/<step>` | party, party | the steps of training |
//! | `model/<n>/take` | owner, party | [`ModelInfo`](super::super::ModelInfo), the training whose result it is |
//! | `take/<number>/handover/<step>` | party, party | the result, rounded to a model's bits |

use std::rc::Rc;

use super::super::{Catalogue, Error};
use super::{Loss, Training, TrainingPlan};
use sotto_core::wire::{Error as WireError, Reader, Writer};

/// The longest name of a network or a loss, in bytes.
const NAME_MAX: usize = 40;
/// The most times that silos can have shared digits.
pub(crate) const CONTRIBUTIONS_MAX: usize = 256;
/// The most steps in one order.
const COUNT_MAX: u32 = 16;

/// A training on shares. All of it is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingInfo {
    /// Counts the trainings of a session, from 1.
    pub number: u32,
    /// The network's preset.
    pub preset: String,
    /// How it is trained.
    pub training: Training,
    /// How often it goes through all digits.
    pub epochs: u32,
    /// After every so many steps their loss is revealed; never, for 0.
    pub watched: u32,
}

impl TrainingInfo {
    /// A step, compiled.
    ///
    /// # Errors
    /// [`Error::Network`], [`Error::Untrainable`], and as [`TrainingPlan::new`].
    pub fn plan(&self, catalogue: &Catalogue) -> Result<Rc<TrainingPlan>, Error> {
        if self.epochs == 0 {
            return Err(Error::Untrainable { layer: "in no epoch, a network".to_owned() });
        }
        TrainingPlan::new(&catalogue.network(&self.preset)?, self.training).map(Rc::new)
    }

    /// Whether the loss of a step, counted from 0, is revealed.
    pub(crate) fn is_watched(&self, step: u32) -> bool {
        self.watched > 0 && (step + 1).is_multiple_of(self.watched)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        let Training { batch, rate, momentum, loss } = self.training;
        writer.u32(self.number).text(&self.preset).text(loss.name());
        writer.u32(batch as u32).u32(rate).u32(momentum.unwrap_or(0));
        writer.u32(self.epochs).u32(self.watched);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let (number, preset) = (reader.u32("training")?, reader.text("network", NAME_MAX)?);
        let loss = Loss::by_name(&reader.text("loss", NAME_MAX)?);
        let loss = loss.ok_or(WireError::Invalid("loss"))?;
        let (batch, rate) = (reader.u32("batch")? as usize, reader.u32("rate")?);
        let momentum = Some(reader.u32("momentum")?).filter(|bits| *bits > 0);
        let training = Training { batch, rate, momentum, loss };
        let (epochs, watched) = (reader.u32("epochs")?, reader.u32("watched")?);
        Ok(Self { number, preset, training, epochs, watched })
    }
}

/// Alice begins a training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Begin {
    pub(crate) info: TrainingInfo,
    /// Which digits are in which batch follows from this.
    pub(crate) seed: u64,
    /// What the silos have shared, in the order in which it is counted.
    pub(crate) contributions: Vec<u32>,
}

impl Begin {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.info.write(&mut writer);
        writer.u64(self.seed).length(self.contributions.len());
        for id in &self.contributions {
            writer.u32(*id);
        }
        writer.finish()
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(payload);
        let (info, seed) = (TrainingInfo::read(&mut reader)?, reader.u64("seed")?);
        let id = |reader: &mut Reader<'_>| reader.u32("contribution");
        let contributions = reader.list("contributions", CONTRIBUTIONS_MAX, id)?;
        reader.finish()?;
        Ok(Self { info, seed, contributions })
    }
}

/// What dealt words are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrainingPurpose {
    /// A step of this training.
    Step { training: u32 },
    /// Handing its result over as a model of so many fractional bits.
    Handover { training: u32, fraction: u32 },
}

impl TrainingPurpose {
    /// The training.
    pub(crate) fn training(self) -> u32 {
        let (Self::Step { training } | Self::Handover { training, .. }) = self;
        training
    }

    pub(crate) fn encode(self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.finish()
    }

    /// Also gives what follows.
    pub(crate) fn decode(payload: &[u8]) -> Result<(Self, &[u8]), WireError> {
        let mut reader = Reader::new(payload);
        Ok((Self::read(&mut reader)?, reader.rest()))
    }

    fn write(self, writer: &mut Writer) {
        match self {
            Self::Step { training } => writer.u8(0).u32(training).u32(0),
            Self::Handover { training, fraction } => writer.u8(1).u32(training).u32(fraction),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let kind = reader.u8("use")?;
        let (training, fraction) = (reader.u32("training")?, reader.u32("fractional bits")?);
        match kind {
            0 if fraction == 0 => Ok(Self::Step { training }),
            1 => Ok(Self::Handover { training, fraction }),
            _ => Err(WireError::Invalid("use")),
        }
    }
}

/// So much material for training, please.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepOrder {
    pub(crate) info: TrainingInfo,
    pub(crate) purpose: TrainingPurpose,
    /// The first material's number; the others follow it. It names streams that are used once.
    pub(crate) number: u32,
    /// The first step, counted from 0 in its training.
    pub(crate) step: u32,
    pub(crate) count: u32,
}

impl StepOrder {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.info.write(&mut writer);
        self.purpose.write(&mut writer);
        writer.u32(self.number).u32(self.step).u32(self.count);
        writer.finish()
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(payload);
        let info = TrainingInfo::read(&mut reader)?;
        let purpose = TrainingPurpose::read(&mut reader)?;
        let (number, step) = (reader.u32("number")?, reader.u32("step")?);
        let count = reader.u32("count")?.min(COUNT_MAX);
        reader.finish()?;
        // Numbers are counted on from here.
        if number == 0
            || count == 0
            || number.checked_add(count).is_none()
            || step.checked_add(count).is_none()
        {
            return Err(WireError::Invalid("number"));
        }
        Ok(Self { info, purpose, number, step, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn info(number: u32, batch: usize, momentum: u32) -> TrainingInfo {
        let momentum = Some(momentum).filter(|bits| *bits > 0);
        let training = Training { batch, rate: 5, momentum, loss: Loss::CrossEntropy };
        TrainingInfo { number, preset: "linear".to_owned(), training, epochs: 3, watched: 1 }
    }

    proptest! {
        #[test]
        fn messages_survive_the_wire(
            number in 0u32..1 << 30, batch in 0usize..1000, momentum in 0u32..9, seed: u64,
            contributions in prop::collection::vec(0u32.., 0..9), handover: bool, rest: Vec<u8>,
        ) {
            let info = info(number, batch, momentum);
            let begin = Begin { info: info.clone(), seed, contributions };
            prop_assert_eq!(Begin::decode(&begin.encode()), Ok(begin));
            let training = number;
            let purpose = if handover { TrainingPurpose::Handover { training, fraction: 8 } } else { TrainingPurpose::Step { training } };
            let order = StepOrder { info, purpose, number: number + 1, step: number, count: momentum + 1 };
            prop_assert_eq!(StepOrder::decode(&order.encode()), Ok(order));
            let bytes = [purpose.encode(), rest.clone()].concat();
            prop_assert_eq!(TrainingPurpose::decode(&bytes), Ok((purpose, &rest[..])));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Begin::decode(&bytes);
            let _ = StepOrder::decode(&bytes);
            let _ = TrainingPurpose::decode(&bytes);
        }
    }
}
