//! The model that comes with the page: trained here, on the digits that the page has, so that a
//! first visitor's drawing is read before anything was trained in a browser.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sotto_core::seeded::Stream;
use sotto_digits::Digits;
use sotto_network::{Initialiser, Preset, Weights, preset};
use sotto_train::{Coins, Error, Evaluator, Model, Recipe, SgdConfig, Trainer, Variety};

/// What is known of the model.
const ABOUT: &str = "starter.json";
/// Its weights: 32-bit floats, little-endian, in the network's order.
const WEIGHTS: &str = "starter.bin";

const PRESET: &str = "lenet5";
const SEED: u64 = 1;
/// The learning rate of each pass over the digits.
const RATES: [f32; 2] = [0.05, 0.01];
/// As on the page, but for the fold: no figure is claimed for pens that it has not seen.
const VARIETY: Variety = Variety { augment: true, pens: 0.2, fold: 0 };

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct About {
    preset: String,
    /// On the test digits, in percent.
    accuracy: f64,
    /// Test digits.
    tested: u32,
    /// Digits that it was trained on.
    trained: u32,
    /// The SHA-256 of what it was trained with and how, so that it is not trained twice.
    made_of: String,
    /// The SHA-256 of the weights' file.
    sha256: String,
}

/// Trains the model and writes it into `out`, unless it is there. `layout` stands for the digits.
/// Says what it did.
pub(super) fn write(
    out: &Path,
    layout: &[u8],
    train: &Digits,
    test: &Digits,
) -> Result<String, String> {
    let made_of = hex(&[layout, format!("{PRESET} {SEED} {RATES:?} {VARIETY:?}").as_bytes()]);
    if let Some(about) = there(out, &made_of) {
        return Ok(format!("a starting model of {:.2} %: up to date", about.accuracy));
    }
    let network = preset(PRESET).ok_or("there is no such preset")?;
    let (weights, accuracy) = learn(&network, train, test).map_err(|error| error.to_string())?;
    let bytes: Vec<u8> = weights.values().iter().flat_map(|value| value.to_le_bytes()).collect();
    let count = |digits: &Digits| u32::try_from(digits.len()).unwrap_or(u32::MAX);
    let about = About {
        preset: PRESET.to_owned(),
        accuracy,
        tested: count(test),
        trained: count(train),
        made_of,
        sha256: hex(&[&bytes]),
    };
    // The description vouches for the weights, so it comes last.
    let json = serde_json::to_vec(&about).map_err(|error| error.to_string())?;
    for (name, bytes) in [(WEIGHTS, bytes), (ABOUT, json)] {
        let path = out.join(name);
        fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(format!("a starting model of {accuracy:.2} %"))
}

/// The model that is there, if it is whole and made of the same.
fn there(out: &Path, made_of: &str) -> Option<About> {
    // Whatever is wrong with what is there: it is made anew.
    let about: About = serde_json::from_slice(&fs::read(out.join(ABOUT)).ok()?).ok()?;
    // As above.
    let weights = fs::read(out.join(WEIGHTS)).ok()?;
    (about.made_of == made_of && about.sha256 == hex(&[&weights])).then_some(about)
}

fn learn(preset: &Preset, train: &Digits, test: &Digits) -> Result<(Weights, f64), Error> {
    let network = &preset.network;
    let mut weights = Initialiser::He.weights(network, SEED)?;
    for (pass, learning_rate) in RATES.into_iter().enumerate() {
        let sgd = SgdConfig { learning_rate, momentum: 0.9, weight_decay: 0.0 };
        let shuffle = Stream::new(SEED, &format!("starter/{pass}"));
        let variety = format!("starter/{pass}/variety");
        let mut trainer =
            Trainer::new(network, &weights, Recipe::plain(sgd), train.len(), shuffle)?
                .with_variety(VARIETY, Coins::Public(SEED), variety)?;
        while !trainer.is_done() {
            trainer.step(train)?;
        }
        weights = trainer.finish()?.weights;
    }
    let accuracy = Evaluator::run(Model::new(network, &weights)?, test)?.accuracy();
    Ok((weights, accuracy))
}

fn hex(parts: &[&[u8]]) -> String {
    let hash = parts.iter().fold(Sha256::new(), Digest::chain_update).finalize();
    sotto_core::hex::encode(&hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_digits::synthetic;

    #[test]
    fn it_is_trained_once_and_again_when_it_is_spoilt() {
        let out = std::env::temp_dir().join(format!("sotto-starter-{}", std::process::id()));
        fs::create_dir_all(&out).unwrap();
        let (train, test) =
            (synthetic::digits(600, 1).unwrap(), synthetic::digits(100, 2).unwrap());
        let write = |layout: &[u8]| write(&out, layout, &train, &test).unwrap();
        let first = write(b"one");
        let weights = fs::read(out.join(WEIGHTS)).unwrap();
        assert_eq!(weights.len(), 4 * 44_426);
        let about: About = serde_json::from_slice(&fs::read(out.join(ABOUT)).unwrap()).unwrap();
        assert!(about.accuracy > 50.0, "{about:?}");
        assert_eq!((about.trained, about.tested), (600, 100));

        assert_eq!(write(b"one"), format!("{first}: up to date"));
        fs::write(out.join(WEIGHTS), b"spoilt").unwrap();
        assert_eq!(write(b"one"), first);
        assert_eq!(
            fs::read(out.join(WEIGHTS)).unwrap(),
            weights,
            "the same digits, the same model"
        );
        assert_eq!(write(b"two"), first);
        fs::remove_dir_all(&out).unwrap();
    }
}
