//! The settings of a run: every one is a parameter of the page's URL. Together with the
//! workers that report in each round they decide the model, bit for bit.

use std::fmt::Display;
use std::str::FromStr;

use super::strategy;
use crate::digits::partition;
use crate::learn::{Recipe, SgdConfig};
use crate::network::{self, Initialiser};
use crate::secagg;

/// What decides a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The network's preset.
    pub model: String,
    /// How the first weights are drawn.
    pub initialiser: Initialiser,
    /// The seed of weights, shards, cohorts and shuffles.
    pub seed: u64,
    /// Rounds to train.
    pub rounds: u32,
    /// C: the share of the eligible workers whose updates make a round.
    pub fraction: f64,
    /// Fewer workers than these start no round.
    pub cohort_min: u32,
    /// How many times the needed workers are asked, against stragglers.
    pub over: f64,
    /// The share of the needed updates that is enough at the deadline.
    pub quorum: f64,
    /// Seconds that a round may take.
    pub deadline_s: u32,
    /// Shards that the digits are cut into.
    pub shards: u32,
    /// How they are cut.
    pub partition: String,
    /// How updates change the global model.
    pub strategy: String,
    /// How a worker trains.
    pub recipe: Recipe,
    /// Whether the aggregator learns the sum of the updates alone.
    pub secagg: bool,
    /// The longest `w_k - w` that counts whole in a secure sum.
    pub clip: f32,
    /// The fewest shares that open a secret of a worker, if more than the graph asks for.
    pub threshold: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            model: "lenet5".to_owned(),
            initialiser: Initialiser::He,
            seed: 1,
            rounds: 10,
            fraction: 1.0,
            cohort_min: 1,
            over: 1.0,
            quorum: 0.5,
            deadline_s: 60,
            shards: 20,
            partition: "iid".to_owned(),
            strategy: "fedavg".to_owned(),
            recipe: Recipe {
                epochs: 1,
                batch: 32,
                steps_max: 0,
                sgd: SgdConfig { learning_rate: 0.05, momentum: 0.9, weight_decay: 0.0 },
            },
            secagg: true,
            clip: 10.0,
            threshold: 2,
        }
    }
}

/// The most rounds, shards, steps and seconds that a run may ask for.
const ROUNDS_MAX: u32 = 100_000;
const SHARDS_MAX: u32 = 10_000;
const STEPS_MAX: u32 = 1_000_000;
const DEADLINE_MAX_S: u32 = 24 * 3600;
/// The choices of a switch.
const SWITCH: [&str; 2] = ["on", "off"];

/// A setting as the page shows it, with how it is read from and written to text.
pub struct SettingInfo {
    /// The URL parameter.
    pub name: &'static str,
    /// What the page calls it.
    pub label: &'static str,
    /// One sentence for the curious.
    pub help: &'static str,
    /// The names of a choice; none for a number.
    pub choices: fn() -> Vec<&'static str>,
    /// The value as text.
    pub get: fn(&Settings) -> String,
    set: fn(&mut Settings, &str) -> Result<(), String>,
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {text}")]
pub struct Problem {
    /// The URL parameter.
    pub setting: String,
    /// What is wrong, in words for the page.
    pub text: String,
}

/// Every setting, in the order in which the page shows them.
pub const SETTINGS: &[SettingInfo] = &[
    SettingInfo {
        name: "model",
        label: "Network",
        help: "Which network all workers train.",
        choices: network::preset_names,
        get: |s| s.model.clone(),
        set: |s, text| choice(text, &network::preset_names()).map(|name| s.model = name),
    },
    SettingInfo {
        name: "rounds",
        label: "Rounds",
        help: "How many times updates are averaged before training stops.",
        choices: Vec::new,
        get: |s| s.rounds.to_string(),
        set: |s, text| number(text, 1, ROUNDS_MAX).map(|n| s.rounds = n),
    },
    SettingInfo {
        name: "epochs",
        label: "Local epochs",
        help: "Passes over its own digits that a worker makes in a round.",
        choices: Vec::new,
        get: |s| s.recipe.epochs.to_string(),
        set: |s, text| number(text, 1, crate::learn::EPOCHS_MAX).map(|n| s.recipe.epochs = n),
    },
    SettingInfo {
        name: "batch",
        label: "Batch size",
        help: "Digits in one step of training.",
        choices: Vec::new,
        get: |s| s.recipe.batch.to_string(),
        set: |s, text| number(text, 1, crate::learn::BATCH_MAX).map(|n| s.recipe.batch = n),
    },
    SettingInfo {
        name: "steps",
        label: "Most steps",
        help: "Steps after which a worker stops even if its epochs are not over; 0 for no such limit, 1 for federated SGD.",
        choices: Vec::new,
        get: |s| s.recipe.steps_max.to_string(),
        set: |s, text| number(text, 0, STEPS_MAX).map(|n| s.recipe.steps_max = n),
    },
    SettingInfo {
        name: "lr",
        label: "Learning rate",
        help: "How far one step of training goes.",
        choices: Vec::new,
        get: |s| s.recipe.sgd.learning_rate.to_string(),
        set: |s, text| number(text, 1e-6, 10.0).map(|x| s.recipe.sgd.learning_rate = x),
    },
    SettingInfo {
        name: "momentum",
        label: "Momentum",
        help: "How much of the last step the next one keeps.",
        choices: Vec::new,
        get: |s| s.recipe.sgd.momentum.to_string(),
        set: |s, text| number(text, 0.0, 0.999).map(|x| s.recipe.sgd.momentum = x),
    },
    SettingInfo {
        name: "decay",
        label: "Weight decay",
        help: "How strongly weights are drawn to zero.",
        choices: Vec::new,
        get: |s| s.recipe.sgd.weight_decay.to_string(),
        set: |s, text| number(text, 0.0, 1.0).map(|x| s.recipe.sgd.weight_decay = x),
    },
    SettingInfo {
        name: "fraction",
        label: "Client fraction",
        help: "The share of the workers present that makes a round (C in the FedAvg paper).",
        choices: Vec::new,
        get: |s| s.fraction.to_string(),
        set: |s, text| number(text, 0.001, 1.0).map(|x| s.fraction = x),
    },
    SettingInfo {
        name: "cohort",
        label: "Minimum cohort",
        help: "A round starts only with this many workers.",
        choices: Vec::new,
        get: |s| s.cohort_min.to_string(),
        set: |s, text| number(text, 1, SHARDS_MAX).map(|n| s.cohort_min = n),
    },
    SettingInfo {
        name: "over",
        label: "Over-selection",
        help: "How many times the needed workers are asked; the slowest are not waited for.",
        choices: Vec::new,
        get: |s| s.over.to_string(),
        set: |s, text| number(text, 1.0, 4.0).map(|x| s.over = x),
    },
    SettingInfo {
        name: "quorum",
        label: "Quorum",
        help: "The share of the needed updates that is enough when others are lost or late.",
        choices: Vec::new,
        get: |s| s.quorum.to_string(),
        set: |s, text| number(text, 0.01, 1.0).map(|x| s.quorum = x),
    },
    SettingInfo {
        name: "deadline",
        label: "Deadline (s)",
        help: "How long a round waits for silent workers.",
        choices: Vec::new,
        get: |s| s.deadline_s.to_string(),
        set: |s, text| number(text, 1, DEADLINE_MAX_S).map(|n| s.deadline_s = n),
    },
    SettingInfo {
        name: "shards",
        label: "Shards",
        help: "How many parts the training digits are cut into; each worker has one.",
        choices: Vec::new,
        get: |s| s.shards.to_string(),
        set: |s, text| number(text, 1, SHARDS_MAX).map(|n| s.shards = n),
    },
    SettingInfo {
        name: "partition",
        label: "Partition",
        help: "How the digits are spread over the shards.",
        choices: partition::names,
        get: |s| s.partition.clone(),
        set: |s, text| choice(text, &partition::names()).map(|name| s.partition = name),
    },
    SettingInfo {
        name: "strategy",
        label: "Strategy",
        help: "How the average of the updates changes the global model.",
        choices: strategy::names,
        get: |s| s.strategy.clone(),
        set: |s, text| choice(text, &strategy::names()).map(|name| s.strategy = name),
    },
    SettingInfo {
        name: "secagg",
        label: "Secure aggregation",
        help: "Whether the aggregator learns the sum of the updates alone. Off, it can read every update.",
        choices: || SWITCH.to_vec(),
        get: |s| SWITCH[usize::from(!s.secagg)].to_owned(),
        set: |s, text| choice(text, &SWITCH).map(|name| s.secagg = name == SWITCH[0]),
    },
    SettingInfo {
        name: "threshold",
        label: "Threshold",
        help: "Workers that must stay to the end of a secure sum; more, where the graph asks for more.",
        choices: Vec::new,
        get: |s| s.threshold.to_string(),
        set: |s, text| number(text, 2, SHARDS_MAX).map(|n| s.threshold = n),
    },
    SettingInfo {
        name: "clip",
        label: "Clip",
        help: "The longest step of a worker that counts whole in a secure sum; longer ones are shortened.",
        choices: Vec::new,
        get: |s| s.clip.to_string(),
        set: |s, text| number(text, 1e-6, 1e6).map(|x| s.clip = x),
    },
    SettingInfo {
        name: "init",
        label: "First weights",
        help: "How the weights before the first round are drawn.",
        choices: initialisers,
        get: |s| s.initialiser.name().to_owned(),
        set: |s, text| {
            s.initialiser = Initialiser::by_name(text).ok_or_else(|| one_of(&initialisers()))?;
            Ok(())
        },
    },
    SettingInfo {
        name: "seed",
        label: "Seed",
        help: "The same seed, settings and workers give the same model, bit for bit, as long as nobody is late and secure aggregation, which rounds at random, is off.",
        choices: Vec::new,
        get: |s| s.seed.to_string(),
        set: |s, text| number(text, 0, u64::MAX).map(|n| s.seed = n),
    },
];

impl Settings {
    /// The fewest workers that make a round: a secure sum needs three, and its threshold.
    #[must_use]
    pub fn cohort_least(&self) -> u32 {
        match self.secagg {
            true => self.cohort_min.max(secagg::COHORT_LEAST).max(self.threshold),
            false => self.cohort_min.max(1),
        }
    }

    /// Reads the parameters of a URL; those it does not name keep their defaults, and
    /// parameters of other names are left to others.
    ///
    /// # Errors
    /// Every setting that cannot be, with the reason.
    pub fn from_parameters<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Problem>> {
        let mut settings = Self::default();
        let mut problems = Vec::new();
        for (name, text) in parameters {
            let Some(info) = SETTINGS.iter().find(|info| info.name == name) else {
                continue;
            };
            if let Err(text) = (info.set)(&mut settings, text) {
                let setting = name.to_owned();
                problems.push(Problem { setting, text });
            }
        }
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// Reads `name=value&name=value`, as [`Settings::from_parameters`]; no value of ours
    /// needs an escape.
    ///
    /// # Errors
    /// As [`Settings::from_parameters`].
    pub fn from_query(query: &str) -> Result<Self, Vec<Problem>> {
        let query = query.trim_start_matches('?');
        Self::from_parameters(query.split('&').filter_map(|pair| pair.split_once('=')))
    }

    /// The parameters that differ from the defaults, as a URL's query.
    #[must_use]
    pub fn to_query(&self) -> String {
        let default = Self::default();
        let changed = SETTINGS
            .iter()
            .map(|info| (info.name, (info.get)(self), (info.get)(&default)))
            .filter(|(_, value, default)| value != default)
            .map(|(name, value, _)| format!("{name}={value}"));
        changed.collect::<Vec<_>>().join("&")
    }
}

fn number<T: Copy + FromStr + PartialOrd + Display>(
    text: &str,
    low: T,
    high: T,
) -> Result<T, String> {
    match text.trim().parse::<T>() {
        Ok(value) if value >= low && value <= high => Ok(value),
        _ => Err(format!("a number from {low} to {high}, not “{}”", short(text))),
    }
}

fn choice(text: &str, names: &[&str]) -> Result<String, String> {
    match names.iter().find(|name| **name == text) {
        Some(name) => Ok((*name).to_owned()),
        None => Err(one_of(names)),
    }
}

fn one_of(names: &[&str]) -> String {
    format!("one of {}", names.join(", "))
}

fn initialisers() -> Vec<&'static str> {
    Initialiser::ALL.iter().map(|(name, _)| *name).collect()
}

/// The first characters of a text that may be long.
fn short(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn defaults_are_allowed_and_silent() {
        let settings = Settings::from_query("").unwrap();
        assert_eq!(settings, Settings::default());
        assert_eq!(settings.to_query(), "");
        assert!(settings.recipe.check().is_ok());
    }

    #[test]
    fn a_query_is_read_and_written() {
        let query = "model=mlp&rounds=3&lr=0.125&fraction=0.5&seed=18446744073709551615";
        let settings = Settings::from_query(&format!("?{query}&room=blue")).unwrap();
        assert_eq!(settings.model, "mlp");
        assert_eq!(settings.seed, u64::MAX);
        assert_eq!(settings.recipe.sgd.learning_rate, 0.125);
        assert_eq!(settings.to_query(), query);
        assert_eq!(Settings::from_query(&settings.to_query()), Ok(settings));
    }

    #[test]
    fn every_problem_is_named() {
        let problems = Settings::from_query("model=lenet6&lr=NaN&rounds=0&epochs=x").unwrap_err();
        let named: Vec<&str> = problems.iter().map(|p| p.setting.as_str()).collect();
        assert_eq!(named, ["model", "lr", "rounds", "epochs"]);
        assert!(problems[0].text.contains("lenet5"), "{}", problems[0]);
    }

    proptest! {
        #[test]
        fn any_text_is_settings_or_problems(query in ".{0,200}") {
            if let Ok(settings) = Settings::from_query(&query) {
                prop_assert_eq!(Settings::from_query(&settings.to_query()), Ok(settings));
            }
        }
    }
}
