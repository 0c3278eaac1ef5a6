//! A model of the library: what is told of it, and its weights, in two records.

use super::Error;
use super::run::NAME_MAX;
use crate::Settings;
use sotto_core::wire::{Reader, Writer};
use sotto_network::{PARAMETERS_MAX, Weights};
use sotto_privacy::{HISTORY_MAX, History};

/// What records with a history begin with: older ones begin with the length of a name.
const WITH_HISTORY: u32 = u32::MAX;

/// What the library tells of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelMetadata {
    /// What a person calls it.
    pub name: String,
    /// The network.
    pub preset: String,
    /// Rounds of training; 0 for a file that does not say.
    pub round: u32,
    /// On the test digits, in percent, where it was measured.
    pub accuracy: Option<f64>,
    /// When it was saved, in milliseconds since the epoch.
    pub at: u64,
    /// Whether the page saved it by itself, when another run replaced it.
    pub autosaved: bool,
    /// What its training has given away of single digits or clients.
    pub spent: History,
}

impl ModelMetadata {
    /// The name, cut to what can be kept and without what cannot be seen.
    #[must_use]
    pub fn named(name: &str) -> String {
        let visible: String = name.chars().filter(|c| !c.is_control()).collect();
        let mut end = visible.trim().len().min(NAME_MAX);
        while !visible.trim().is_char_boundary(end) {
            end -= 1;
        }
        match &visible.trim()[..end] {
            "" => "Unnamed".to_owned(),
            name => name.to_owned(),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u32(WITH_HISTORY).text(&self.name).text(&self.preset).u32(self.round);
        w.bool(self.accuracy.is_some()).f64(self.accuracy.unwrap_or_default());
        w.u64(self.at).bool(self.autosaved).text(&self.spent.to_text());
        w.finish()
    }

    /// Reads them. What a model of an older record has given away is not known.
    ///
    /// # Errors
    /// [`Error::Content`] when the bytes tell of no model.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let marked = bytes.strip_prefix(&WITH_HISTORY.to_le_bytes());
        let mut r = Reader::new(marked.unwrap_or(bytes));
        let about = Self {
            name: r.text("name", NAME_MAX)?,
            preset: r.text("network", NAME_MAX)?,
            round: r.u32("round")?,
            accuracy: {
                let (is_there, accuracy) = (r.bool("accuracy")?, r.f64("accuracy")?);
                Some(accuracy).filter(|accuracy| is_there && accuracy.is_finite())
            },
            at: r.u64("time")?,
            autosaved: r.bool("origin")?,
            spent: match marked {
                Some(_) => History::from_text(&r.text("history", HISTORY_MAX)?),
                None => History::Unknown,
            },
        };
        r.finish()?;
        Ok(about)
    }

    /// Reads the weights of this model.
    ///
    /// # Errors
    /// When they are not its network's, or this page does not know the network.
    pub fn weights(&self, bytes: &[u8]) -> Result<Weights, sotto_network::Error> {
        let name = &self.preset;
        let unknown = || sotto_network::Error::Unknown { what: "network", name: name.clone() };
        let preset = sotto_network::preset(name).ok_or_else(unknown)?;
        let values = Reader::new(bytes).f32s("weights", PARAMETERS_MAX);
        let values = values.map_err(|error| sotto_network::Error::File(error.to_string()))?;
        Weights::new(&preset.network, values)
    }
}

/// The bytes of weights.
#[must_use]
pub fn weight_bytes(weights: &[f32]) -> Vec<u8> {
    let mut w = Writer::new();
    w.f32s(weights);
    w.finish()
}

/// What a run is called that was saved by the page itself.
#[must_use]
pub fn autosave_name(settings: &Settings, room: &str) -> String {
    let query = settings.to_query();
    let what =
        if query.is_empty() { "the default settings".to_owned() } else { query.replace('&', ", ") };
    ModelMetadata::named(&format!("{room}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sotto_privacy::Release;
    use sotto_privacy::accountant::Mechanism;

    proptest! {
        #[test]
        fn what_is_told_is_read(
            name in ".{0,300}", round: u32, accuracy in prop::option::of(0.0..100f64), at: u64,
        ) {
            let name = ModelMetadata::named(&name);
            prop_assert!((1..=NAME_MAX).contains(&name.len()));
            let preset = "lenet5".to_owned();
            let mechanism = Mechanism::new(0.149, 1.0, u64::from(round % 99) + 1).unwrap();
            let spent = History::default().and(Release { unit: "digit".to_owned(), mechanism });
            let about = ModelMetadata { name, preset, round, accuracy, at, autosaved: false, spent };
            prop_assert_eq!(ModelMetadata::decode(&about.encode()), Ok(about));
        }

        #[test]
        fn any_bytes_are_a_model_or_an_error(bytes: Vec<u8>) {
            if let Ok(about) = ModelMetadata::decode(&bytes) {
                prop_assert!(about.weights(&bytes).is_err());
            }
        }
    }

    #[test]
    fn what_a_model_of_an_older_record_gave_away_is_not_known() {
        // As they were written before there were histories.
        let mut w = Writer::new();
        w.text("mine").text("lenet5").u32(7).bool(false).f64(0.0).u64(9).bool(false);
        let about = ModelMetadata::decode(&w.finish()).unwrap();
        assert_eq!((about.name.as_str(), about.round), ("mine", 7));
        assert_eq!(about.spent, History::Unknown);
    }

    #[test]
    fn weights_that_are_not_the_networks_are_refused() {
        let about = |preset: &str| ModelMetadata {
            name: "x".to_owned(),
            preset: preset.to_owned(),
            round: 1,
            accuracy: None,
            at: 0,
            autosaved: true,
            spent: History::Unknown,
        };
        let bytes = weight_bytes(&[0.5; 7_850]);
        assert_eq!(about("linear").weights(&bytes).unwrap().values(), [0.5; 7_850]);
        assert!(about("lenet5").weights(&bytes).is_err());
        assert!(about("lenet6").weights(&bytes).is_err());
        assert!(about("linear").weights(&bytes[..100]).is_err());
        assert!(about("linear").weights(&weight_bytes(&[f32::NAN; 7_850])).is_err());
    }
}
