//! What an epsilon means, in words.
//!
//! Two figures, for two who look. Whoever sees only the models does not know who took part in
//! a round, so chance hides everybody: the account is that of the sampled mechanism. The
//! aggregator sees who takes part, and for it sampling hides nothing: the account is that of
//! full participation, in as many rounds as somebody may be asked in, which is all of them.

use super::Error;
use super::accountant::{Mechanism, composed};

/// Up to here protection is strong, moderate, weak; beyond the last there is none to speak of
/// (Ponomareva et al. 2023, "How to DP-fy ML", calls up to 1 strong, up to 10 reasonable, more
/// than 10 weak or none).
const STRONG: f64 = 1.0;
const MODERATE: f64 = 4.0;
const WEAK: f64 = 10.0;

/// How well an epsilon protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Epsilon above 10, or a delta that lets single members be published.
    None,
    /// Epsilon up to 10.
    Weak,
    /// Epsilon up to 4.
    Moderate,
    /// Epsilon up to 1.
    Strong,
}

/// An epsilon and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The epsilon, by the tightest account.
    pub epsilon: f64,
    /// How often the best attacker is right who must tell whether a member took part, of
    /// whom it would else be right half the time.
    pub guess: f64,
    /// In one word.
    pub protection: Protection,
}

/// What training gives away to those who see the model, and to the aggregator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrivacySummary {
    /// For whoever sees the model after every round, but not who took part.
    pub model: Figure,
    /// For the aggregator, when the noise is the workers' and reaches it in the secure sum
    /// only. An aggregator that adds the noise itself has the sum without, and must be trusted.
    pub aggregator: Figure,
}

impl Protection {
    /// A sentence for the page.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "This protects nobody.",
            Self::Weak => "Weak: it blurs what a member adds, and a good attacker learns much.",
            Self::Moderate => "Moderate: an attacker may become fairly sure, but not certain.",
            Self::Strong => "Strong: whether somebody took part stays close to a coin toss.",
        }
    }
}

impl Figure {
    /// Where nothing is known that bounds what is given away.
    pub const UNBOUNDED: Self =
        Self { epsilon: f64::INFINITY, guess: 1.0, protection: Protection::None };

    /// What mechanisms, one after the other, give away of one of `population`.
    ///
    /// # Errors
    /// As [`composed`].
    pub fn new(mechanisms: &[Mechanism], population: u64, delta: f64) -> Result<Self, Error> {
        let epsilon = composed(mechanisms, delta)?;
        let protection = if delta * population as f64 >= 1.0 || epsilon > WEAK {
            Protection::None
        } else if epsilon > MODERATE {
            Protection::Weak
        } else if epsilon > STRONG {
            Protection::Moderate
        } else {
            Protection::Strong
        };
        // Kairouz, Oh and Viswanath 2015, "The composition theorem for differential privacy",
        // theorem 2.1: the errors of both kinds add up to at least 2 (1 - delta) / (1 + e^eps).
        let guess = 1.0 - (1.0 - delta) / (1.0 + libm::exp(epsilon));
        Ok(Self { epsilon, guess, protection })
    }
}

impl PrivacySummary {
    /// The statement that belongs beside the aggregator's figure.
    pub const AGGREGATOR: &str = "The aggregator sees who takes part, so being sampled hides \
        nothing from it: its figure is for somebody who is asked in every round.";

    /// Where nothing is known that bounds what is given away.
    pub const UNBOUNDED: Self = Self { model: Figure::UNBOUNDED, aggregator: Figure::UNBOUNDED };

    /// For `population` members of whom each is in a round with the probability `q`, in `rounds`
    /// rounds with noise of `noise_multiplier` times the clipping norm.
    ///
    /// # Errors
    /// Those of [`Mechanism::new`] and [`Mechanism::epsilon`].
    pub fn new(
        population: u64,
        q: f64,
        noise_multiplier: f64,
        rounds: u64,
        delta: f64,
    ) -> Result<Self, Error> {
        Self::after(&[Mechanism::new(q, noise_multiplier, rounds)?], population, delta)
    }

    /// For mechanisms one after the other on the same members, of whom the aggregator may see who
    /// was sampled.
    ///
    /// # Errors
    /// As [`composed`].
    pub fn after(mechanisms: &[Mechanism], population: u64, delta: f64) -> Result<Self, Error> {
        let whole = |one: &Mechanism| Mechanism::new(1.0, one.noise_multiplier(), one.steps());
        let unsampled = mechanisms.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            model: Figure::new(mechanisms, population, delta)?,
            aggregator: Figure::new(&unsampled, population, delta)?,
        })
    }

    /// As [`PrivacySummary::after`], where nobody but the member's own worker knows the sample: both see
    /// the same.
    ///
    /// # Errors
    /// As [`composed`].
    pub fn unseen(mechanisms: &[Mechanism], population: u64, delta: f64) -> Result<Self, Error> {
        let figure = Figure::new(mechanisms, population, delta)?;
        Ok(Self { model: figure, aggregator: figure })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_aggregator_never_knows_less(
            population in 1..100_000u64, share in 0.0..=1f64, log_z in -1.0..4f64, rounds in 1..2000u64,
        ) {
            let q = share.max(1.0 / population as f64);
            let outlook = PrivacySummary::new(population, q, log_z.exp(), rounds, 1e-6).unwrap();
            let (model, aggregator) = (outlook.model, outlook.aggregator);
            prop_assert!(aggregator.epsilon >= model.epsilon * (1.0 - 1e-3));
            prop_assert!(aggregator.protection <= model.protection);
            prop_assert!((0.5..=1.0).contains(&model.guess) && model.guess <= aggregator.guess + 1e-3);
        }
    }

    #[test]
    fn ten_tabs_in_every_round_are_not_protected() {
        let outlook = PrivacySummary::new(10, 1.0, 1.0, 10, 1e-3).unwrap();
        assert_eq!(outlook.model, outlook.aggregator);
        assert_eq!(outlook.model.protection, Protection::None);
        let noisy = PrivacySummary::new(10, 1.0, 9.2, 10, 1e-3).unwrap();
        assert_eq!(noisy.model.protection, Protection::Strong);
    }

    #[test]
    fn a_crowd_hides_its_members_from_all_but_the_aggregator() {
        let outlook = PrivacySummary::new(10_000, 0.01, 1.0, 100, 1e-5).unwrap();
        assert_eq!(outlook.model.protection, Protection::Strong);
        assert_eq!(outlook.aggregator.protection, Protection::None);
    }

    #[test]
    fn a_delta_that_publishes_somebody_protects_nobody() {
        let outlook = PrivacySummary::new(10_000, 0.01, 100.0, 1, 1e-3).unwrap();
        assert_eq!(outlook.model.protection, Protection::None);
        assert!(PrivacySummary::new(10, 0.0, 1.0, 1, 1e-3).is_err());
        assert!(PrivacySummary::new(10, 2.0, 1.0, 1, 1e-3).is_err());
    }
}
