//! A run as bytes, from which another aggregator goes on.
//!
//! A round under way is not kept: it is tried anew. Where updates are summed securely that is
//! another try, for a worker must not give the same update to two sums.
//!
//! A restored aggregator has the same run under a fresh id. So workers that hear its `Announce` join it, and its old
//! messages are not taken for new ones. Everybody gets their old slot; those who were there are waited for, up to ten
//! seconds, and then the round is tried again. Without secure sums that is the same try, and the run ends in the same
//! bits as if nothing had happened (`crates/federated/tests/keep.rs`).

use super::super::Entropy;
use super::rejoin::Former;
use super::{Aggregator, MEMBERS_MAX, SettingsError, budget, preset};
use crate::strategy::OtherState;
use crate::{Noise, SETTINGS, Settings};
use sotto_core::wire::{Error, PeerId, Reader, RunId, Writer};
use sotto_network::{PARAMETERS_MAX, Weights};
use sotto_privacy::{HISTORY_MAX, History};

/// The longest settings, in bytes.
const SETTINGS_MAX: usize = 4096;
/// The most lists of numbers that a strategy remembers.
const STATE_MAX: usize = 8;
/// What checkpoints with a history begin with: older ones begin with the length of their settings.
const WITH_HISTORY: u32 = u32::MAX;
/// The most rounds that a kept run may have.
const ROUNDS_MAX: u32 = 1 << 24;

/// All that decides how a run goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The settings of the run.
    pub settings: Settings,
    /// The global model.
    pub weights: Vec<f32>,
    /// Rounds applied to it.
    pub applied: u32,
    /// Rounds asked for.
    pub rounds: u32,
    /// Whether training was asked for.
    pub wanted: bool,
    run: RunId,
    abandoned: u32,
    number: u32,
    strategy: Vec<Vec<f64>>,
    clip: Option<f64>,
    slots: Vec<(PeerId, u32)>,
    bytes_sent: u64,
    bytes_received: u64,
    past: History,
    released: u32,
}

/// Changes whenever there is something new to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    run: RunId,
    applied: u32,
    rounds: u32,
    abandoned: u32,
    released: u32,
    wanted: bool,
}

/// Why a run cannot be taken up again.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RestoreError {
    /// The weights are not its network's.
    #[error(transparent)]
    Network(#[from] sotto_network::Error),
    /// No run can begin with its settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The strategy's state is another one's.
    #[error(transparent)]
    Strategy(#[from] OtherState),
    /// The clip is no norm, or the run has none that moves.
    #[error("its clip cannot be")]
    Clip,
}

impl Aggregator {
    /// All that decides how this run goes on.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            settings: self.settings.clone(),
            weights: self.weights.values().to_vec(),
            applied: self.applied,
            rounds: self.rounds,
            wanted: self.wanted,
            run: self.run,
            abandoned: self.abandoned,
            number: self.number,
            strategy: self.strategy.state(),
            clip: self.adaptive.map(|adaptive| adaptive.clip()),
            slots: self.slots(),
            bytes_sent: self.bytes_sent,
            bytes_received: self.bytes_received,
            past: self.past.clone(),
            released: self.released,
        }
    }

    /// What a checkpoint depends on, without making one.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        let Self { run, applied, rounds, abandoned, released, wanted, .. } = *self;
        Stamp { run, applied, rounds, abandoned, released, wanted }
    }

    /// Goes on from a checkpoint. To its workers it is another aggregator with the same run.
    ///
    /// # Errors
    /// When the parts of the checkpoint do not fit each other.
    pub fn restore(checkpoint: Checkpoint, entropy: Entropy) -> Result<Self, RestoreError> {
        let released = checkpoint.given_away();
        let weights = Weights::new(&preset(&checkpoint.settings.model)?, checkpoint.weights)?;
        let mut restored = Self::new(checkpoint.settings, entropy)?;
        restored.strategy.restore(checkpoint.strategy, weights.values().len())?;
        restored.adaptive = match (restored.adaptive, checkpoint.clip) {
            (Some(adaptive), Some(clip)) => {
                Some(adaptive.at(clip).map_err(|_: sotto_privacy::Error| RestoreError::Clip)?)
            }
            (None, None) => None,
            _ => return Err(RestoreError::Clip),
        };
        restored.hash = weights.hash();
        restored.weights = weights;
        restored.run = checkpoint.run;
        restored.applied = checkpoint.applied;
        restored.number = checkpoint.number.max(checkpoint.applied);
        restored.rounds = checkpoint.rounds;
        restored.wanted = checkpoint.wanted;
        restored.abandoned = checkpoint.abandoned + u32::from(restored.settings.secagg);
        (restored.past, restored.released) = (checkpoint.past, released);
        restored.former = Former::expecting(checkpoint.slots);
        restored.bytes_sent = checkpoint.bytes_sent;
        restored.bytes_received = checkpoint.bytes_received;
        Ok(restored)
    }
}

impl Checkpoint {
    /// What the training of its model has given away, as [`Aggregator::history`].
    #[must_use]
    pub fn history(&self) -> History {
        budget::history(&self.past, self.given_away(), &self.settings)
    }

    /// With noise, the round that was under way may have come as far as to be known.
    fn given_away(&self) -> u32 {
        let lost = self.wanted && self.settings.dp != Noise::Off;
        self.released.saturating_add(u32::from(lost))
    }

    /// The bytes of a checkpoint.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u32(WITH_HISTORY);
        // With those that are their defaults: another version may have others.
        let settings =
            SETTINGS.iter().map(|info| format!("{}={}", info.name, (info.get)(&self.settings)));
        w.text(&settings.collect::<Vec<_>>().join("&"));
        w.f32s(&self.weights).u32(self.applied).u32(self.rounds).bool(self.wanted);
        w.u64(self.run.0).u32(self.abandoned).length(self.strategy.len());
        for values in &self.strategy {
            w.f64s(values);
        }
        w.bool(self.clip.is_some()).f64(self.clip.unwrap_or_default()).length(self.slots.len());
        for (id, slot) in &self.slots {
            w.raw(&id.0).u32(*slot);
        }
        w.u64(self.bytes_sent).u64(self.bytes_received);
        w.text(&self.past.to_text()).u32(self.released).u32(self.number);
        w.finish()
    }

    /// Reads a checkpoint. One of the form before histories has one that is not known.
    ///
    /// # Errors
    /// When the bytes are not one, or announce more than the limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let marked = bytes.strip_prefix(&WITH_HISTORY.to_le_bytes());
        let mut r = Reader::new(marked.unwrap_or(bytes));
        let settings = Settings::from_query(&r.text("settings", SETTINGS_MAX)?);
        let mut checkpoint = Self {
            settings: settings.map_err(|_| Error::Invalid("settings"))?,
            weights: r.f32s("weights", PARAMETERS_MAX)?,
            applied: rounds(&mut r, "round")?,
            rounds: rounds(&mut r, "rounds")?,
            wanted: r.bool("wanted")?,
            run: RunId(r.u64("run")?),
            abandoned: rounds(&mut r, "tries")?,
            strategy: r.list("strategy", STATE_MAX, |r| r.f64s("strategy", PARAMETERS_MAX))?,
            clip: {
                let (is_there, clip) = (r.bool("clip")?, r.f64("clip")?);
                is_there.then_some(clip)
            },
            slots: r.list("workers", MEMBERS_MAX, |r| {
                Ok((PeerId(r.array("worker")?), r.u32("place")?))
            })?,
            bytes_sent: r.u64("bytes")?,
            bytes_received: r.u64("bytes")?,
            past: History::Unknown,
            released: 0,
            number: 0,
        };
        match marked {
            Some(_) => {
                checkpoint.past = History::from_text(&r.text("history", HISTORY_MAX)?);
                checkpoint.released = r.u32("tries")?;
                checkpoint.number = r.u32("number of a round")?;
            }
            None => {
                checkpoint.released = checkpoint.applied;
                checkpoint.number = checkpoint.applied;
            }
        }
        r.finish().map(|()| checkpoint)
    }
}

fn rounds(r: &mut Reader<'_>, what: &'static str) -> Result<u32, Error> {
    let found = r.u32(what)?;
    if found <= ROUNDS_MAX { Ok(found) } else { Err(Error::Invalid(what)) }
}
