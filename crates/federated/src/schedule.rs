//! How the workers' learning rate changes from round to round.

use std::fmt;
use std::str::FromStr;

/// A learning-rate schedule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// The same in every round.
    Constant,
    /// Times this factor after every round.
    Exponential(f64),
    /// Times the factor after every so many rounds.
    Step {
        /// Rounds at the same rate.
        rounds: u32,
        /// What the rate is multiplied by then.
        factor: f64,
    },
    /// Down to zero along half a cosine (Loshchilov and Hutter 2017, equation 5).
    Cosine,
}

/// The schedules as a URL names them, with usual numbers.
pub(super) const CHOICES: [&str; 4] = ["cosine", "constant", "exponential:0.98", "step:10:0.5"];

impl Schedule {
    /// What the learning rate is multiplied by in `round`, from 1, of `rounds`.
    #[must_use]
    pub fn factor(self, round: u32, rounds: u32) -> f64 {
        let done = f64::from(round.saturating_sub(1));
        match self {
            Self::Constant => 1.0,
            Self::Exponential(factor) => libm::pow(factor, done),
            Self::Step { rounds, factor } => {
                libm::pow(factor, libm::floor(done / f64::from(rounds)))
            }
            Self::Cosine => {
                let part = (done / f64::from(rounds.max(1))).min(1.0);
                0.5 * (1.0 + libm::cos(std::f64::consts::PI * part))
            }
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Exponential(factor) => write!(f, "exponential:{factor}"),
            Self::Step { rounds, factor } => write!(f, "step:{rounds}:{factor}"),
            Self::Cosine => f.write_str("cosine"),
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "one of constant, cosine, exponential:F and step:N:F, with N rounds and a factor F \
             above 0 and at most 1"
                .to_owned()
        };
        let factor = |text: &str| {
            text.parse()
                .ok()
                .filter(|&factor: &f64| factor > 0.0 && factor <= 1.0)
                .ok_or_else(wrong)
        };
        let mut parts = text.split(':');
        let schedule = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("constant"), None, ..) => Self::Constant,
            (Some("cosine"), None, ..) => Self::Cosine,
            (Some("exponential"), Some(f), None, _) => Self::Exponential(factor(f)?),
            (Some("step"), Some(n), Some(f), None) => Self::Step {
                rounds: n.parse().ok().filter(|&n| n > 0).ok_or_else(wrong)?,
                factor: factor(f)?,
            },
            _ => return Err(wrong()),
        };
        Ok(schedule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn factors_follow_the_schedule() {
        let of = |text: &str, round| text.parse::<Schedule>().unwrap().factor(round, 20);
        assert_eq!(of("constant", 15), 1.0);
        assert!((of("exponential:0.9", 3) - 0.81).abs() < 1e-12);
        assert_eq!(
            [of("step:10:0.5", 10), of("step:10:0.5", 11), of("step:10:0.5", 21)],
            [1.0, 0.5, 0.25]
        );
        assert_eq!(of("cosine", 1), 1.0);
        assert!((of("cosine", 11) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn every_choice_is_one() {
        for choice in CHOICES {
            assert_eq!(choice.parse::<Schedule>().unwrap().to_string(), choice);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_schedule_or_an_error(text in "(step|cosine|exponential|constant)?[:0-9.a-z]{0,12}") {
            if let Ok(schedule) = text.parse::<Schedule>() {
                prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
                prop_assert!((0.0..=1.0).contains(&schedule.factor(30, 20)));
            }
        }
    }
}
