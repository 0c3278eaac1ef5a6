//! What a training sees beside its digits as they are: variants of them, and digits of other pens.
//!
//! `n_k` stays the number of the worker's own digits: drawn ones make its epochs longer and give it no weight. Every
//! step has a stream of its own, so a replay, or a training that goes on in another tab, draws the same. Where there
//! is noise, nothing is mixed in, because the accounts are of a worker's own digits, each seen as it is. docs/pens.md
//! says what it is worth.

use super::{Coins, Error};
use sotto_digits::Digits;
use sotto_digits::augment::Augmenter;
use sotto_digits::synthetic::{FOLDS, Pens};

/// The most digits of other pens for each digit of its own.
pub const PENS_MAX: f32 = 4.0;

/// What is mixed into a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variety {
    /// Whether every digit is seen as a variant of itself, a fresh one in every epoch.
    pub augment: bool,
    /// Synthetic digits of many countries for each digit of its own, fresh ones in every epoch.
    /// Only labels that it has are drawn, in its own proportions.
    pub pens: f32,
    /// The fold of those that is kept from training (see [`Pens`]).
    pub fold: u32,
}

impl Variety {
    /// The digits as they are, and no others.
    pub const NONE: Self = Self { augment: false, pens: 0.0, fold: 0 };

    /// Checks that every number makes sense.
    ///
    /// # Errors
    /// [`Error::Recipe`] with the first that does not.
    pub fn check(&self) -> Result<(), Error> {
        let problem = |name, value: String, problem| Err(Error::Recipe { name, value, problem });
        if !(0.0..=PENS_MAX).contains(&self.pens) {
            return problem("pens", self.pens.to_string(), "0 to 4");
        }
        if self.fold as usize >= FOLDS {
            return problem("fold", self.fold.to_string(), "0 to 2");
        }
        Ok(())
    }

    /// Synthetic digits in an epoch of `count` real ones.
    #[must_use]
    pub fn extra(&self, count: u32) -> u32 {
        (f64::from(self.pens) * f64::from(count)).round() as u32
    }
}

/// Makes the batches of a training with variety.
pub(super) struct Mixer {
    variety: Variety,
    coins: Coins,
    path: String,
    augmenter: Augmenter,
}

impl Mixer {
    /// The streams of `coins` below `path` decide all that is drawn, one a step: so a step needs
    /// nothing of those before it.
    pub(super) fn new(variety: Variety, coins: Coins, path: String) -> Self {
        Self { variety, coins, path, augmenter: Augmenter::new() }
    }

    /// Draws from other coins from now on.
    pub(super) fn toss(&mut self, coins: Coins) {
        self.coins = coins;
    }

    /// The digits of a step: a number below the count of `digits` chooses one of them, any other
    /// a synthetic one with the label of one of them.
    pub(super) fn batch(
        &mut self,
        digits: &Digits,
        chosen: &[u32],
        step: u32,
    ) -> Result<Digits, Error> {
        let mut stream = self.coins.stream(&format!("{}/{step}", self.path));
        let count = u32::try_from(digits.len()).unwrap_or(u32::MAX);
        let mut pixels = Vec::with_capacity(chosen.len() * sotto_digits::PIXELS);
        let mut labels = Vec::with_capacity(chosen.len());
        let pens = Pens { fold: self.variety.fold as usize };
        for &index in chosen {
            if index < count {
                let image = digits.image(index as usize);
                match self.variety.augment {
                    true => pixels.extend(self.augmenter.vary(image, &mut stream)),
                    false => pixels.extend_from_slice(image),
                }
                labels.push(digits.label(index as usize));
            } else {
                let label = digits.label(stream.below(count.max(1)) as usize);
                pixels.extend(pens.draw(label, &mut stream)?);
                labels.push(label);
            }
        }
        Ok(Digits::new(pixels, labels)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_digits::synthetic;

    fn mix(augment: bool, step: u32, chosen: &[u32]) -> Digits {
        let digits = synthetic::digits(40, 1).unwrap();
        let sevens = digits.select((0..40).filter(|&index| [0, 7].contains(&digits.label(index))));
        let variety = Variety { augment, pens: 1.0, fold: 0 };
        let mut mixer = Mixer::new(variety, Coins::Public(1), "test/mix".to_owned());
        mixer.batch(&sevens, chosen, step).unwrap()
    }

    #[test]
    fn only_labels_that_are_there_are_drawn() {
        let drawn: Vec<u32> = (8..108).collect();
        let histogram = mix(false, 1, &drawn).histogram();
        assert_eq!(histogram[0] + histogram[7], 100);
        assert!(histogram[0].min(histogram[7]) > 25, "{histogram:?}");
    }

    #[test]
    fn digits_are_kept_or_varied_and_the_step_decides() {
        let digits = synthetic::digits(40, 1).unwrap();
        assert_eq!(mix(false, 1, &[1]).image(0), digits.image(7));
        let varied = mix(true, 1, &[1; 20]);
        let changed = (0..20).filter(|&index| varied.image(index) != digits.image(7)).count();
        assert!((5..20).contains(&changed), "{changed} of 20");
        assert_eq!(mix(true, 1, &[1, 9]), mix(true, 1, &[1, 9]));
        assert_ne!(mix(true, 1, &[1, 9]), mix(true, 2, &[1, 9]));
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        assert!(Variety::NONE.check().is_ok());
        for pens in [-0.1, 4.1, f32::NAN, f32::INFINITY] {
            assert!(Variety { pens, ..Variety::NONE }.check().is_err());
        }
        assert!(Variety { fold: 3, ..Variety::NONE }.check().is_err());
        assert_eq!(Variety { pens: 0.25, ..Variety::NONE }.extra(3000), 750);
    }
}
