//! The settings of a run: every one is a parameter of the page's URL. Together with the
//! workers that report in each round they decide the model, bit for bit.
//!
//! Two things are not promised. Where updates are summed securely, workers train and round with secret coins, so a
//! seed gives no second run the same model; runs that are compared switch it off (`secagg=off`). And which updates
//! are taken can depend on time: a missed deadline, a tab that leaves or is not willing, or over-selection, where the
//! first reports close the round (`over=1` switches it off; it does nothing where all workers are asked).
//!
//! `tests/browser/training.spec.ts` trains a run twice in real tabs and once by `simulate train`, and compares the
//! hashes of the weights. `crates/federated/tests/federated.rs` replays runs, and shuffles the order of arrival.

mod contradictions;
mod table;

use super::example_task::ExampleTask;
use super::private_task::PrivateTask;
use super::schedule::Schedule;
use super::strategy::{self, Tuning};
use sotto_network::Initialiser;
use sotto_privacy::accountant::Mechanism;
use sotto_privacy::{Adaptive, PrivacySummary, Quantile, Release};
use sotto_train::{Recipe, SgdConfig, Variety};

pub use table::SETTINGS;

/// The quantile of the clients' norms that an adaptive clip follows, and how fast: the paper's.
const QUANTILE: f64 = 0.5;
const CLIP_RATE: f64 = 0.2;

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
    /// How many deviations beyond the median of past answers a round waits; 0 for the whole
    /// deadline.
    pub deadline_deviations: f64,
    /// Shards that the digits are cut into.
    pub shards: u32,
    /// How they are cut.
    pub partition: String,
    /// How updates change the global model.
    pub strategy: String,
    /// The numbers that strategies are tuned by.
    pub tuning: Tuning,
    /// How a worker trains.
    pub recipe: Recipe,
    /// How its learning rate changes from round to round.
    pub schedule: Schedule,
    /// What is mixed into a worker's training, where there is no noise.
    pub variety: Variety,
    /// Whether the aggregator learns the sum of the updates alone.
    pub secagg: bool,
    /// The longest `w_k - w` that counts whole in a secure sum.
    pub clip: f32,
    /// The fewest shares that open a secret of a worker, if more than the graph asks for.
    pub threshold: u32,
    /// Who adds noise for differential privacy, if anybody.
    pub dp: Noise,
    /// The noise's deviation over the clipping norm.
    pub noise: f32,
    /// Whether the clip follows the median of the clients' norms.
    pub adaptive: bool,
    /// Virtual clients of each worker, with noise.
    pub clients: u32,
    /// The probability with which a virtual client is in a round.
    pub rate: f32,
    /// The probability with which epsilon may be passed.
    pub delta: f64,
}

/// Who adds noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// Nobody.
    Off,
    /// The aggregator, to the sum: whoever sees the model is kept from its digits, not it.
    Central,
    /// Each worker, a part of it, under its masks.
    Distributed,
    /// Each worker, to every step of its training, for each of its digits.
    Examples,
}

impl Noise {
    /// Every choice by its name.
    pub(super) const ALL: [(&str, Self); 4] = [
        ("off", Self::Off),
        ("central", Self::Central),
        ("distributed", Self::Distributed),
        ("examples", Self::Examples),
    ];

    /// What the address calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, noise)| *noise == self).map_or("off", |(name, _)| name)
    }

    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(name, _)| *name).collect()
    }
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
            over: 1.3,
            quorum: 0.5,
            deadline_s: 60,
            deadline_deviations: 5.0,
            shards: 20,
            partition: "iid".to_owned(),
            strategy: "fedavg".to_owned(),
            tuning: Tuning::default(),
            recipe: Recipe::plain(SgdConfig {
                learning_rate: 0.05,
                momentum: 0.9,
                weight_decay: 0.0,
            }),
            schedule: Schedule::Cosine,
            variety: Variety { augment: true, pens: 0.2, fold: 0 },
            secagg: true,
            clip: 10.0,
            threshold: 2,
            dp: Noise::Off,
            noise: 1.0,
            adaptive: false,
            clients: 100,
            rate: 0.1,
            delta: 1e-5,
        }
    }
}

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

impl Settings {
    /// The fewest workers that make a round: a secure sum needs three, and its threshold.
    #[must_use]
    pub fn cohort_least(&self) -> u32 {
        match self.secagg {
            true => self.cohort_min.max(sotto_secagg::COHORT_LEAST).max(self.threshold),
            false => self.cohort_min.max(1),
        }
    }

    /// What workers are told of variety. With noise there is none: the accounts are of the
    /// worker's own digits, each seen as it is.
    #[must_use]
    pub fn variety_task(&self) -> Variety {
        match self.dp {
            Noise::Off => self.variety,
            Noise::Central | Noise::Distributed | Noise::Examples => Variety::NONE,
        }
    }

    /// What workers are told of noise, when so many are asked.
    #[must_use]
    pub fn private_task(&self, asked: usize) -> Option<PrivateTask> {
        let is_distributed = match self.dp {
            Noise::Off | Noise::Examples => return None,
            Noise::Central => false,
            Noise::Distributed => true,
        };
        let sampled = f64::from(self.rate) * f64::from(self.clients) * asked as f64;
        let [noise, sigma_bits] = self.split_noise(sampled);
        Some(PrivateTask {
            noise,
            sigma_bits,
            is_distributed,
            clients: self.clients,
            rate: self.rate,
            asked: u32::try_from(asked).unwrap_or(u32::MAX),
        })
    }

    /// What workers are told of noise on their steps.
    #[must_use]
    pub fn example_task(&self) -> Option<ExampleTask> {
        let Self { noise, clip, rate, .. } = *self;
        (self.dp == Noise::Examples).then_some(ExampleTask { noise, clip, rate })
    }

    /// The noise on updates, and on the count of clients within the clip: together they are
    /// worth the whole. The count's is a twentieth of the clients (Andrew et al. 2021, section
    /// 3.1), but never so little that nothing is left for the updates.
    fn split_noise(&self, sampled: f64) -> [f32; 2] {
        let noise = f64::from(self.noise);
        let sigma_bits = (sampled / 20.0).max(noise);
        let quantile = Quantile::new(QUANTILE, CLIP_RATE, sigma_bits);
        match quantile.and_then(|quantile| quantile.update_noise(noise)) {
            // Both rounded up: the accountant is told of no less.
            Ok(update_noise) if self.adaptive => [update_noise, sigma_bits].map(at_least),
            _ => [self.noise, 0.0],
        }
    }

    /// The clip that follows the clients' norms.
    #[must_use]
    pub fn adaptive_clip(&self) -> Option<Adaptive> {
        // Settings that were checked give both.
        let quantile = Quantile::new(QUANTILE, CLIP_RATE, 1.0).ok()?;
        self.private_task(1).filter(|_| self.adaptive)?;
        // As above.
        Adaptive::new(f64::from(self.clip), quantile).ok()
    }

    /// What `tries` tries of rounds release of one member, virtual client or digit; `None` without
    /// noise. The rate is q, however many members there are.
    ///
    /// # Errors
    /// As [`Mechanism::new`], for no tries and for more steps than can be counted.
    #[must_use]
    pub fn release(&self, tries: u64) -> Option<Result<Release, sotto_privacy::Error>> {
        let each = match self.example_task() {
            Some(examples) => u64::from(examples.steps(&self.adjusted_recipe())),
            None => {
                self.private_task(1)?;
                1
            }
        };
        let steps = tries.saturating_mul(each);
        let mechanism = Mechanism::new(f64::from(self.rate), f64::from(self.noise), steps);
        Some(mechanism.map(|mechanism| Release { unit: self.unit(), mechanism }))
    }

    /// Who is protected by the noise. Virtual clients are the same ones only where they are dealt
    /// the same digits, and who is trusted with the sum is told apart, too.
    #[must_use]
    pub fn unit(&self) -> String {
        let Self { clients, partition, shards, seed, .. } = self;
        match self.dp {
            Noise::Off => "none".to_owned(),
            Noise::Examples => "digit".to_owned(),
            Noise::Central | Noise::Distributed => {
                format!("{}/{clients}/{partition}/{shards}/{seed}", self.dp.name())
            }
        }
    }

    /// What mechanisms one after the other give away of one of `population`, virtual clients in
    /// all or digits of a worker.
    ///
    /// # Errors
    /// As [`PrivacySummary::after`].
    pub fn outlook(
        &self,
        mechanisms: &[Mechanism],
        population: u64,
    ) -> Result<PrivacySummary, sotto_privacy::Error> {
        match self.dp {
            // Nobody but the worker knows which digits a step takes.
            Noise::Examples => PrivacySummary::unseen(mechanisms, population, self.delta),
            _ => PrivacySummary::after(mechanisms, population, self.delta),
        }
    }

    /// The recipe as the strategy has it in every round.
    fn adjusted_recipe(&self) -> Recipe {
        let mut recipe = self.recipe;
        if let Some(strategy) = strategy::by_name(&self.strategy, &self.tuning) {
            strategy.adjust(&mut recipe);
        }
        recipe
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
        if problems.is_empty() {
            problems.extend(settings.contradiction());
        }
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// How workers train in `round`, from 1, of `rounds`.
    #[must_use]
    pub fn recipe_of(&self, strategy: &dyn strategy::Strategy, round: u32, rounds: u32) -> Recipe {
        let mut recipe = self.recipe;
        let rate = f64::from(recipe.sgd.learning_rate) * self.schedule.factor(round, rounds);
        recipe.sgd.learning_rate = (rate as f32).max(f32::MIN_POSITIVE);
        strategy.adjust(&mut recipe);
        recipe
    }

    /// Reads a URL's query, `name=value&name=value`, as [`Settings::from_parameters`].
    ///
    /// # Errors
    /// As [`Settings::from_parameters`].
    pub fn from_query(query: &str) -> Result<Self, Vec<Problem>> {
        let query = query.trim_start_matches('?').as_bytes();
        let pairs: Vec<_> = form_urlencoded::parse(query).collect();
        Self::from_parameters(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())))
    }

    /// The parameters that differ from the defaults, as a URL's query; no value of ours needs an
    /// escape.
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

/// The smallest `f32` that is not below `value`.
fn at_least(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) < value { near.next_up() } else { near }
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

    #[test]
    fn a_partition_is_kept_as_its_own_name() {
        let settings = Settings::from_query("partition=dirichlet:0.30").unwrap();
        assert_eq!(settings.to_query(), "partition=dirichlet:0.3");
        // As browsers escape it.
        assert_eq!(Settings::from_query("partition=dirichlet%3A0.3"), Ok(settings));
        let problems = Settings::from_query("partition=labels:0").unwrap_err();
        assert!(problems[0].text.contains("from 1 to 10"), "{}", problems[0]);
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
