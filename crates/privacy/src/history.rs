//! What a model's training has given away so far, which goes wherever the model goes.
//!
//! A run may begin with a model that another run has trained on the same members. What that one
//! gave away is given away: epsilon is for both together, or there is none.

use super::accountant::{Mechanism, merged};

/// The most entries of a history, and the most bytes of its text.
const ENTRIES_MAX: usize = 64;
/// The longest text of a history, in bytes.
pub const HISTORY_MAX: usize = 1 << 14;
/// The text of one that is not known.
const UNKNOWN: &str = "unknown";

/// All noisy steps that a model was made of.
#[derive(Debug, Clone, PartialEq)]
pub enum History {
    /// These and no others; none for weights that no digit has touched.
    Known(Vec<Release>),
    /// Some of its training had no noise, or nobody has counted it.
    Unknown,
}

/// Steps that were taken with noise, and whom it protects.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// What a member is: histories of different members cannot be added up. Without white space.
    pub unit: String,
    /// The steps.
    pub mechanism: Mechanism,
}

impl Default for History {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl History {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Known(releases) if releases.is_empty())
    }

    /// This history and what came after it.
    #[must_use]
    pub fn and(&self, release: Release) -> Self {
        let Self::Known(releases) = self else {
            return Self::Unknown;
        };
        let Release { unit, mechanism } = release;
        let (same, other): (Vec<_>, Vec<_>) =
            releases.iter().cloned().partition(|known| known.unit == unit);
        let mut mechanisms: Vec<Mechanism> = same.iter().map(|known| known.mechanism).collect();
        mechanisms.push(mechanism);
        // What cannot be counted is not known, which is the worst that a history can say.
        let Ok(merged) = merged(&mechanisms) else {
            return Self::Unknown;
        };
        let merged = merged.into_iter().map(|mechanism| Release { unit: unit.clone(), mechanism });
        let all: Vec<Release> = other.into_iter().chain(merged).collect();
        if all.len() <= ENTRIES_MAX { Self::Known(all) } else { Self::Unknown }
    }

    /// The mechanisms, where all of them are for members of this `unit`.
    #[must_use]
    pub fn of(&self, unit: &str) -> Option<Vec<Mechanism>> {
        match self {
            Self::Known(releases) => releases
                .iter()
                .map(|release| (release.unit == unit).then_some(release.mechanism))
                .collect(),
            Self::Unknown => None,
        }
    }

    /// The history as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self::Known(releases) = self else {
            return UNKNOWN.to_owned();
        };
        let line = |Release { unit, mechanism }: &Release| {
            let (q, z) = (mechanism.q(), mechanism.noise_multiplier());
            format!("{unit} {q} {z} {}", mechanism.steps())
        };
        let text = releases.iter().map(line).collect::<Vec<_>>().join("\n");
        if text.len() <= HISTORY_MAX { text } else { UNKNOWN.to_owned() }
    }

    /// Reads such a text. One that cannot be read says nothing, so its history is unknown.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        if text.len() > HISTORY_MAX || text.lines().count() > ENTRIES_MAX {
            return Self::Unknown;
        }
        let releases: Option<Vec<Release>> = text.lines().map(release).collect();
        releases.map_or(Self::Unknown, Self::Known)
    }
}

fn release(line: &str) -> Option<Release> {
    let mut words = line.split_whitespace();
    let unit = words.next()?.to_owned();
    // The same goes for what cannot be read.
    let (q, z) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    // As above.
    let mechanism = Mechanism::new(q, z, words.next()?.parse().ok()?).ok()?;
    words.next().is_none().then_some(Release { unit, mechanism })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some(unit: &str, q: f64, steps: u64) -> Release {
        Release { unit: unit.to_owned(), mechanism: Mechanism::new(q, 1.5, steps).unwrap() }
    }

    #[test]
    fn a_history_is_empty_until_something_was_released() {
        assert!(History::default().is_empty());
        assert!(!History::default().and(some("worker", 1.0, 1)).is_empty());
        assert!(!History::Unknown.is_empty());
    }

    proptest! {
        #[test]
        fn a_history_is_read_as_it_was_written(
            releases in prop::collection::vec(("[a-z0-9:./]{1,20}", 1e-6..=1f64, 0.01..99f64, 1..9999u64), 0..9),
        ) {
            let mut history = History::default();
            for (unit, q, z, steps) in releases {
                let mechanism = Mechanism::new(q, z, steps).unwrap();
                history = history.and(Release { unit, mechanism });
            }
            prop_assert_eq!(History::from_text(&history.to_text()), history);
        }

        #[test]
        fn a_text_that_is_none_is_unknown(text in "[ -~]{1,80}") {
            // Four words of which the last three are numbers are one in a million.
            prop_assume!(release(&text).is_none());
            prop_assert_eq!(History::from_text(&text), History::Unknown);
        }
    }

    #[test]
    fn what_is_alike_is_added_up_and_what_is_not_stays_apart() {
        let history = History::default().and(some("a", 0.1, 3)).and(some("b", 0.1, 1));
        let history = history.and(some("a", 0.1, 4)).and(some("a", 0.2, 1));
        let expected = [some("b", 0.1, 1), some("a", 0.1, 7), some("a", 0.2, 1)];
        assert_eq!(history, History::Known(expected.to_vec()));
        assert_eq!(history.of("a"), None);
        assert_eq!(History::Unknown.and(some("a", 0.1, 1)), History::Unknown);
        assert_eq!(History::from_text(""), History::default());
        assert_eq!(History::from_text(&History::Unknown.to_text()), History::Unknown);
    }

    /// What has protected other members is no part of an account of these.
    #[test]
    fn an_account_is_of_one_unit_or_there_is_none() {
        let history = History::default().and(some("a", 0.1, 3)).and(some("a", 0.2, 4));
        let mechanisms = [some("a", 0.1, 3), some("a", 0.2, 4)].map(|release| release.mechanism);
        assert_eq!(history.of("a"), Some(mechanisms.to_vec()));
        assert_eq!(history.of("b"), None);
        assert_eq!(History::default().of("a"), Some(Vec::new()));
        assert_eq!(History::Unknown.of("a"), None);
    }

    #[test]
    fn one_that_is_too_long_is_unknown() {
        let mut history = History::default();
        for steps in 1..=ENTRIES_MAX as u64 + 1 {
            assert_ne!(history, History::Unknown);
            history = history.and(some(&steps.to_string(), 0.1, steps));
        }
        assert_eq!(history, History::Unknown);
    }
}
