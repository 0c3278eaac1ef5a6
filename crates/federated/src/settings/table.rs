//! Every setting: its name, its words, and how it is read and written.

use std::fmt::Display;
use std::str::FromStr;

use super::{Noise, SettingInfo};
use crate::{schedule, strategy};
use sotto_digits::partition;
use sotto_digits::synthetic::FOLDS;
use sotto_network::Initialiser;
use sotto_train::Method;

/// The most rounds, shards, steps, virtual clients and seconds that a run may ask for.
const ROUNDS_MAX: u32 = 100_000;
const SHARDS_MAX: u32 = 10_000;
const STEPS_MAX: u32 = 1_000_000;
const CLIENTS_MAX: u32 = 10_000;
const DEADLINE_MAX_S: u32 = 24 * 3600;
/// The most deviations that a round may be asked to wait.
const DEADLINE_DEVIATIONS_MAX: f64 = 1000.0;
/// The choices of a switch.
const SWITCH: [&str; 2] = ["on", "off"];

/// Every setting, in the order in which the page shows them.
pub const SETTINGS: &[SettingInfo] = &[
    SettingInfo {
        name: "model",
        label: "Network",
        help: "Which network all workers train.",
        choices: sotto_network::preset_names,
        get: |s| s.model.clone(),
        set: |s, text| choice(text, &sotto_network::preset_names()).map(|name| s.model = name),
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
        set: |s, text| number(text, 1, sotto_train::EPOCHS_MAX).map(|n| s.recipe.epochs = n),
    },
    SettingInfo {
        name: "batch",
        label: "Batch size",
        help: "Digits in one step of training; 0 for all of the worker's.",
        choices: Vec::new,
        get: |s| s.recipe.batch.to_string(),
        set: |s, text| number(text, 0, sotto_train::BATCH_MAX).map(|n| s.recipe.batch = n),
    },
    SettingInfo {
        name: "steps",
        label: "Most steps",
        help: "Steps after which a worker stops even if its epochs are not over; 0 for no such limit.",
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
        name: "schedule",
        label: "Schedule",
        help: "How the learning rate changes from round to round.",
        choices: || schedule::CHOICES.to_vec(),
        get: |s| s.schedule.to_string(),
        set: |s, text| text.parse().map(|schedule| s.schedule = schedule),
    },
    SettingInfo {
        name: "optimiser",
        label: "Optimiser",
        help: "How a worker takes a step: SGD with momentum, or Adam.",
        choices: methods,
        get: |s| method_name(s.recipe.method).to_owned(),
        set: |s, text| {
            let found = Method::ALL.iter().find(|(name, _)| *name == text);
            s.recipe.method = found.ok_or_else(|| one_of(&methods()))?.1;
            Ok(())
        },
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
        name: "augment",
        label: "Augmentation",
        help: "Whether a worker sees every digit turned, slanted, bent and with another pen, differently in every epoch. Never where there is noise for privacy.",
        choices: || SWITCH.to_vec(),
        get: |s| SWITCH[usize::from(!s.variety.augment)].to_owned(),
        set: |s, text| choice(text, &SWITCH).map(|name| s.variety.augment = name == SWITCH[0]),
    },
    SettingInfo {
        name: "pens",
        label: "Other pens",
        help: "Digits as other countries write them, drawn by the worker for each digit of its own, of labels that it has. Never where there is noise for privacy.",
        choices: Vec::new,
        get: |s| s.variety.pens.to_string(),
        set: |s, text| number(text, 0.0, sotto_train::PENS_MAX).map(|x| s.variety.pens = x),
    },
    SettingInfo {
        name: "fold",
        label: "Unseen pens",
        help: "Which third of the ways to write digits no worker draws, so that the model is tested with them (0 to 2).",
        choices: Vec::new,
        get: |s| s.variety.fold.to_string(),
        set: |s, text| number(text, 0, FOLDS as u32 - 1).map(|n| s.variety.fold = n),
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
        help: "How long a round waits for silent workers at most.",
        choices: Vec::new,
        get: |s| s.deadline_s.to_string(),
        set: |s, text| number(text, 1, DEADLINE_MAX_S).map(|n| s.deadline_s = n),
    },
    SettingInfo {
        name: "patience",
        label: "Patience",
        help: "A round waits for the median of past answers and so many deviations more, up to the deadline; 0 for the whole deadline always.",
        choices: Vec::new,
        get: |s| s.deadline_deviations.to_string(),
        set: |s, text| {
            number(text, 0.0, DEADLINE_DEVIATIONS_MAX).map(|x| s.deadline_deviations = x)
        },
    },
    SettingInfo {
        name: "shards",
        label: "Shards",
        help: "How many parts the training digits are cut into; each worker has one. Parts without a worker are not trained on, and where workers are more than parts, some have the same.",
        choices: Vec::new,
        get: |s| s.shards.to_string(),
        set: |s, text| number(text, 1, SHARDS_MAX).map(|n| s.shards = n),
    },
    SettingInfo {
        name: "partition",
        label: "Partition",
        help: "How the digits are spread over the shards: alike, or so that workers know different labels, or different amounts. In the address, any number may stand after the colon.",
        choices: partition::examples,
        get: |s| s.partition.clone(),
        set: |s, text| {
            let partitioner = partition::parse(text).map_err(|error| error.to_string())?;
            s.partition = partitioner.name();
            Ok(())
        },
    },
    SettingInfo {
        name: "strategy",
        label: "Strategy",
        help: "How the updates change the global model. Those that compare workers with each other need secure aggregation off.",
        choices: strategy::names,
        get: |s| s.strategy.clone(),
        set: |s, text| choice(text, &strategy::names()).map(|name| s.strategy = name),
    },
    SettingInfo {
        name: "slr",
        label: "Server learning rate",
        help: "How far the server goes along the workers' step; 0 for what is usual with the strategy.",
        choices: Vec::new,
        get: |s| s.tuning.server_rate.to_string(),
        set: |s, text| number(text, 0.0, 100.0).map(|x| s.tuning.server_rate = x),
    },
    SettingInfo {
        name: "smomentum",
        label: "Server momentum",
        help: "How much of the last round's step the server keeps (FedAvgM, FedAdam, FedYogi).",
        choices: Vec::new,
        get: |s| s.tuning.server_momentum.to_string(),
        set: |s, text| number(text, 0.0, 0.999).map(|x| s.tuning.server_momentum = x),
    },
    SettingInfo {
        name: "tau",
        label: "Adaptivity (tau)",
        help: "The smaller, the more FedAdagrad, FedAdam and FedYogi adapt to each weight.",
        choices: Vec::new,
        get: |s| s.tuning.tau.to_string(),
        set: |s, text| number(text, 1e-9, 1.0).map(|x| s.tuning.tau = x),
    },
    SettingInfo {
        name: "mu",
        label: "Proximal term (mu)",
        help: "How strongly FedProx draws workers to the global model while they train.",
        choices: Vec::new,
        get: |s| s.tuning.mu.to_string(),
        set: |s, text| number(text, 0.0, 10.0).map(|x| s.tuning.mu = x),
    },
    SettingInfo {
        name: "byzantine",
        label: "Share of attackers",
        help: "The share of the workers that the trimmed mean, Krum and Multi-Krum are to withstand.",
        choices: Vec::new,
        get: |s| s.tuning.byzantine.to_string(),
        set: |s, text| number(text, 0.0, 0.49).map(|x| s.tuning.byzantine = x),
    },
    SettingInfo {
        name: "radius",
        label: "Radius",
        help: "The longest step that counts whole with the norm bound and centred clipping; 0 for the median of the round.",
        choices: Vec::new,
        get: |s| s.tuning.radius.to_string(),
        set: |s, text| number(text, 0.0, 1e6).map(|x| s.tuning.radius = x),
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
        name: "dp",
        label: "Differential privacy",
        help: "Who adds noise: nobody; the aggregator on the sum, or each worker a part of it, for many virtual clients of each worker; or each worker on every step, for its single digits (DP-SGD).",
        choices: Noise::names,
        get: |s| s.dp.name().to_owned(),
        set: |s, text| {
            let found = Noise::ALL.iter().find(|(name, _)| *name == text);
            s.dp = found.ok_or_else(|| one_of(&Noise::names()))?.1;
            Ok(())
        },
    },
    SettingInfo {
        name: "noise",
        label: "Noise multiplier",
        help: "The noise's deviation over the clip: how far it reaches beyond what one client can do.",
        choices: Vec::new,
        get: |s| s.noise.to_string(),
        set: |s, text| number(text, 0.01, 1000.0).map(|x| s.noise = x),
    },
    SettingInfo {
        name: "adaptive",
        label: "Adaptive clip",
        help: "Whether the clip follows the median length of the clients' steps, learnt from noisy counts.",
        choices: || SWITCH.to_vec(),
        get: |s| SWITCH[usize::from(!s.adaptive)].to_owned(),
        set: |s, text| choice(text, &SWITCH).map(|name| s.adaptive = name == SWITCH[0]),
    },
    SettingInfo {
        name: "clients",
        label: "Virtual clients",
        help: "Clients that a worker's digits are dealt to when there is noise; each is protected by itself.",
        choices: Vec::new,
        get: |s| s.clients.to_string(),
        set: |s, text| number(text, 1, CLIENTS_MAX).map(|n| s.clients = n),
    },
    SettingInfo {
        name: "rate",
        label: "Sampling rate",
        help: "The probability with which a virtual client is in a round, or a digit in a step (q).",
        choices: Vec::new,
        get: |s| s.rate.to_string(),
        set: |s, text| number(text, 1e-4, 1.0).map(|x| s.rate = x),
    },
    SettingInfo {
        name: "delta",
        label: "Delta",
        help: "The probability with which epsilon may be passed; well below one over the number of clients.",
        choices: Vec::new,
        get: |s| s.delta.to_string(),
        set: |s, text| number(text, 1e-12, 0.1).map(|x| s.delta = x),
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

fn methods() -> Vec<&'static str> {
    Method::ALL.iter().map(|(name, _)| *name).collect()
}

fn method_name(method: Method) -> &'static str {
    Method::ALL.iter().find(|(_, known)| *known == method).map_or("sgd", |(name, _)| name)
}

fn initialisers() -> Vec<&'static str> {
    Initialiser::ALL.iter().map(|(name, _)| *name).collect()
}

/// The first characters of a text that may be long.
fn short(text: &str) -> String {
    text.chars().take(20).collect()
}
