//! Dials with which one worker is made slow, unreliable or dishonest, to see what a run withstands.
//!
//! `slow` holds back all that it sends, in order. `flaky` is how likely it falls silent for 5 s in a round that it is
//! asked in, drawn once a round; then it joins again, as a page does that was cut off. `attack` makes it dishonest
//! ([`attack`]). They are in the address of a worker's tab and on its page, which says so at its top.

use form_urlencoded::parse;

use super::attack::{self, Attack};

/// The longest delay of what a worker sends, in seconds.
pub const SLOW_MAX_S: f64 = 10.0;
/// What the attack of an honest worker is called.
pub const HONEST: &str = "none";

/// What is out of order with a worker, on purpose.
#[derive(Clone, Copy, Default)]
pub struct Dials {
    /// How long all that it sends is held back, in seconds.
    pub slow_s: f64,
    /// The probability with which it falls silent in a round that it trains in.
    pub flaky: f64,
    /// What it does to its digits and to its updates.
    pub attack: Option<&'static dyn Attack>,
}

impl Dials {
    /// The dials in a page's query, and what is wrong with those that are not taken.
    #[must_use]
    pub fn from_query(query: &str) -> (Self, Vec<String>) {
        let mut dials = Self::default();
        let problems = parse(query.trim_start_matches('?').as_bytes())
            .filter(|(name, _)| matches!(name.as_ref(), "slow" | "flaky" | "attack"))
            .filter_map(|(name, value)| dials.set(&name, &value).err())
            .collect();
        (dials, problems)
    }

    /// Turns one dial. A value that does not fit changes nothing.
    ///
    /// # Errors
    /// In words, when there is no such dial or the value does not fit.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "slow" => self.slow_s = number(name, value, SLOW_MAX_S)?,
            "flaky" => self.flaky = number(name, value, 1.0)?,
            "attack" if value == HONEST => self.attack = None,
            "attack" => {
                let known =
                    || format!("attack is {HONEST} or one of {}", attack::names().join(", "));
                self.attack = Some(attack::by_name(value).ok_or_else(known)?);
            }
            _ => return Err(format!("a worker has no dial called {name}")),
        }
        Ok(())
    }
}

/// A number from 0 to `most`.
fn number(name: &str, value: &str, most: f64) -> Result<f64, String> {
    // What is no number is told below.
    let parsed = value.trim().parse().ok().filter(|number| (0.0..=most).contains(number));
    parsed.ok_or_else(|| format!("{name} is a number from 0 to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_query_turns_the_dials_and_says_what_it_cannot() {
        let (dials, problems) = Dials::from_query("?room=a&slow=3&flaky=0.2&attack=sign");
        assert_eq!((dials.slow_s, dials.flaky), (3.0, 0.2));
        assert_eq!(dials.attack.map(Attack::name), Some("sign"));
        assert!(problems.is_empty());
        let (dials, problems) = Dials::from_query("?slow=11&flaky=often&attack=kindness");
        assert_eq!((dials.slow_s, dials.flaky), (0.0, 0.0));
        assert!(dials.attack.is_none());
        assert_eq!(problems.len(), 3);
    }

    #[test]
    fn a_worker_can_become_honest_again() {
        let mut dials = Dials::default();
        dials.set("attack", "noise").unwrap();
        dials.set("attack", HONEST).unwrap();
        assert!(dials.attack.is_none());
        assert!(dials.set("mood", "1").is_err());
    }

    proptest! {
        /// Whatever an address says, the dials stay within their limits.
        #[test]
        fn dials_stay_within_their_limits(slow in any::<f64>(), flaky in ".{0,12}") {
            let (dials, _) = Dials::from_query(&format!("slow={slow}&flaky={flaky}"));
            prop_assert!((0.0..=SLOW_MAX_S).contains(&dials.slow_s));
            prop_assert!((0.0..=1.0).contains(&dials.flaky));
        }
    }
}
