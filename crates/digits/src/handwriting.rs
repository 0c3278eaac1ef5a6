//! A person's own digits: drawn on a worker's page, and part of its shard from then on.
//!
//! A few of them among thousands would change nothing. So each stands in the shard several times,
//! until they are a tenth of it ([`SHARE`]) or each is there [`COPIES_MAX`] times. All of these
//! count in `n_k`: it is what was trained on. With `augment`, every copy is varied on its own.

use serde::{Deserialize, Serialize};

use super::{Digits, Error, Image};

/// The most digits that are kept.
pub const OWN_MAX: usize = 500;

/// They are repeated until they are one in so many digits of the shard.
pub const SHARE: usize = 10;

/// No digit stands in the shard more often: more would be learnt by heart, and no better.
pub const COPIES_MAX: usize = 20;

/// The longest file that is read, in bytes: 500 digits need 1.6 million at most.
const FILE_MAX: usize = 4 << 20;

/// What a file says of itself.
const FORMAT: &str = "sotto handwriting 1";

/// Digits that a person drew, in that order; at most [`OWN_MAX`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handwriting(Digits);

/// A shard with a person's digits behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The shard, then the person's digits one after the other, as often as `copies` says.
    pub digits: Digits,
    /// How often each of the person's digits stands there; 0 without any.
    pub copies: usize,
}

impl Handwriting {
    /// These digits.
    ///
    /// # Errors
    /// [`Error::TooMany`] above [`OWN_MAX`].
    pub fn new(digits: Digits) -> Result<Self, Error> {
        Error::limit("digits drawn", digits.len(), OWN_MAX)?;
        Ok(Self(digits))
    }

    /// The digits.
    #[must_use]
    pub fn digits(&self) -> &Digits {
        &self.0
    }

    /// Adds a digit behind the others.
    ///
    /// # Errors
    /// [`Error::Label`] above 9, [`Error::TooMany`] when [`OWN_MAX`] are there.
    pub fn add(&mut self, label: u8, image: &Image) -> Result<(), Error> {
        self.extend(&Digits::new(image.to_vec(), vec![label])?)
    }

    /// Adds all of `more`, or none.
    ///
    /// # Errors
    /// [`Error::TooMany`] when that would be above [`OWN_MAX`].
    pub fn extend(&mut self, more: &Digits) -> Result<(), Error> {
        Error::limit("digits drawn", self.0.len() + more.len(), OWN_MAX)?;
        self.0.extend(more)
    }

    /// Removes the digit at `index`; whether there was one.
    pub fn remove(&mut self, index: usize) -> bool {
        let count = self.0.len();
        self.0 = self.0.select((0..count).filter(|&other| other != index));
        self.0.len() < count
    }

    /// The shard of a worker that has these digits too. `once`: each of them a single time. A
    /// privacy guarantee for a digit covers one appearance of it.
    ///
    /// # Errors
    /// [`Error::TooMany`] above [`DIGITS_MAX`](super::DIGITS_MAX) digits.
    pub fn join(&self, shard: &Digits, once: bool) -> Result<Joined, Error> {
        let copies = match (self.0.len(), once) {
            (0, _) => 0,
            (_, true) => 1,
            // own * copies >= (shard + own * copies) / SHARE
            (own, false) => shard.len().div_ceil((SHARE - 1) * own).clamp(1, COPIES_MAX),
        };
        let mut digits = shard.clone();
        for _ in 0..copies {
            digits.extend(&self.0)?;
        }
        Ok(Joined { digits, copies })
    }

    /// A file of JSON for other programs: labels, and 784 grey values a digit, row by row.
    ///
    /// # Panics
    /// Never: texts and numbers can be written as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let entry =
            |index| Entry { label: self.0.label(index), pixels: self.0.image(index).to_vec() };
        let digits = (0..self.0.len()).map(entry).collect();
        let file = File { format: FORMAT.to_owned(), digits };
        serde_json::to_string(&file).expect("texts and numbers are JSON")
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// [`Error::Handwriting`] for another file; those of [`Digits::new`] and [`Handwriting::new`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Error::limit("bytes of handwriting", text.len(), FILE_MAX)?;
        let unread = |error: serde_json::Error| Error::Handwriting(error.to_string());
        let File { format, digits } = serde_json::from_str(text).map_err(unread)?;
        if format != FORMAT {
            return Err(Error::Handwriting("it is of another kind".to_owned()));
        }
        let mut own = Self::default();
        for Entry { label, pixels } in digits {
            own.extend(&Digits::new(pixels, vec![label])?)?;
        }
        Ok(own)
    }
}

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    digits: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    label: u8,
    pixels: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PIXELS;
    use proptest::prelude::*;

    fn set(count: usize) -> Digits {
        let pixels = (0..count).flat_map(|index| [index as u8; PIXELS]).collect();
        Digits::new(pixels, (0..count).map(|index| (index % 10) as u8).collect()).unwrap()
    }

    fn own(count: usize) -> Handwriting {
        Handwriting::new(set(count)).unwrap()
    }

    proptest! {
        #[test]
        fn few_digits_become_a_tenth_or_twenty_each(shard in 1usize..3000, count in 1usize..60) {
            let Joined { digits, copies } = own(count).join(&set(shard), false).unwrap();
            prop_assert_eq!(digits.len(), shard + copies * count);
            let is_share = |copies: usize| SHARE * copies * count >= shard + copies * count;
            prop_assert!((1..=COPIES_MAX).contains(&copies));
            prop_assert!(is_share(copies) || copies == COPIES_MAX);
            prop_assert!(copies == 1 || !is_share(copies - 1));
            let once = own(count).join(&set(shard), true).unwrap();
            prop_assert_eq!((once.digits.len(), once.copies), (shard + count, 1));
        }

        #[test]
        fn a_file_is_read_as_it_was_written(count in 0usize..30) {
            prop_assert_eq!(Handwriting::from_json(&own(count).to_json()), Ok(own(count)));
        }

        #[test]
        fn any_text_is_handwriting_or_an_error(text: String) {
            prop_assert!(Handwriting::from_json(&text).is_err());
        }
    }

    #[test]
    fn without_own_digits_the_shard_is_as_it_was() {
        let joined = Handwriting::default().join(&set(7), false).unwrap();
        assert_eq!(joined, Joined { digits: set(7), copies: 0 });
    }

    #[test]
    fn digits_are_added_and_removed_up_to_the_limit() {
        let mut own = own(OWN_MAX - 1);
        assert_eq!(own.add(10, &[0; PIXELS]), Err(Error::Label(10)));
        own.add(7, &[9; PIXELS]).unwrap();
        assert!(matches!(own.add(7, &[9; PIXELS]), Err(Error::TooMany { .. })));
        assert!(own.remove(0) && !own.remove(OWN_MAX - 1));
        assert_eq!((own.digits().len(), own.digits().label(OWN_MAX - 2)), (OWN_MAX - 1, 7));
        assert!(Handwriting::new(set(OWN_MAX + 1)).is_err());
    }

    #[test]
    fn files_that_are_none_are_refused() {
        let file = |format: &str, label: u8, pixels: usize| {
            let digits = vec![Entry { label, pixels: vec![1; pixels] }];
            serde_json::to_string(&File { format: format.to_owned(), digits }).unwrap()
        };
        assert!(Handwriting::from_json(&file(FORMAT, 3, PIXELS)).is_ok());
        for wrong in [file("x", 3, PIXELS), file(FORMAT, 10, PIXELS), file(FORMAT, 3, 5)] {
            assert!(Handwriting::from_json(&wrong).is_err());
        }
        assert!(Handwriting::from_json(&" ".repeat(FILE_MAX + 1)).is_err());
    }
}
