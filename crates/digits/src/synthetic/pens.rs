//! Digits as people of many countries write them: to train on, and others to be tested on.
//!
//! Every third family of each digit, and all styles of one kind, are kept from training, so that
//! what a model makes of them tells how it reads pens that it has never seen. Which third is the
//! *fold*; the page always keeps fold 0, and an experiment may go through all of them.

use super::families::{self, Family};
use super::writing_style::WritingStyle;
use crate::normalise::normalise;
use crate::{CLASSES, Digits, Error, Image};
use sotto_core::seeded::Stream;

/// The parts that the families of each digit are cut into, one of which is kept from training.
pub const FOLDS: usize = 3;

/// Cells along the longer side of the ink, four for each pixel.
const CELLS: f64 = 80.0;

/// Decides the digits of every [`unseen`] set.
const UNSEEN_SEED: u64 = 0;

/// Who writes the digits that are trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pens {
    /// The fold that is kept from training, below [`FOLDS`].
    pub fold: usize,
}

impl Pens {
    /// Draws a digit to train on.
    ///
    /// # Errors
    /// [`Error::Label`] for a label above 9.
    pub fn draw(self, label: u8, stream: &mut Stream) -> Result<Image, Error> {
        let known: Vec<&Family> = select(label, |index| index % FOLDS != self.fold);
        let chosen = stream.below(u32::try_from(known.len().max(1)).unwrap_or(1)) as usize;
        let family = known.get(chosen).ok_or(Error::Label(label))?;
        write(family, &WritingStyle::any(stream), stream)
    }
}

/// Digits that no training has seen the like of, with what they are.
pub struct Unseen {
    /// The digits.
    pub digits: Digits,
    /// The family of each.
    pub families: Vec<&'static str>,
}

/// `count` digits of the families of `fold`, by styles that never draw for training; the same ones
/// at every call. Labels and families take turns.
///
/// # Errors
/// [`Error::TooMany`] above [`SYNTHETIC_MAX`](super::SYNTHETIC_MAX).
pub fn unseen(fold: usize, count: u32) -> Result<Unseen, Error> {
    Error::limit("digits to draw", count as usize, super::SYNTHETIC_MAX as usize)?;
    let (mut pixels, mut labels, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..count as usize {
        let label = (index % CLASSES) as u8;
        let kept = select(label, |index| index % FOLDS == fold % FOLDS);
        let family = kept.get(index / CLASSES % kept.len().max(1)).ok_or(Error::Label(label))?;
        let mut stream = Stream::new(UNSEEN_SEED, &format!("unseen/{fold}/{index}"));
        pixels.extend(write(family, &WritingStyle::unseen(&mut stream), &mut stream)?);
        labels.push(label);
        names.push(family.name);
    }
    Ok(Unseen { digits: Digits::new(pixels, labels)?, families: names })
}

fn select(label: u8, wanted: impl Fn(usize) -> bool) -> Vec<&'static Family> {
    let families = families::of(label).iter().enumerate();
    families.filter(|(index, _)| wanted(*index)).map(|(_, family)| family).collect()
}

fn write(family: &Family, style: &WritingStyle, stream: &mut Stream) -> Result<Image, Error> {
    let ink = style.draw(family.glyph, stream).ink_on(CELLS)?;
    ink.as_ref().and_then(normalise).ok_or(Error::Drawing("a synthetic digit has no ink"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_fold_keeps_some_families_of_each_digit_and_leaves_more() {
        for label in 0..CLASSES as u8 {
            let mut all = BTreeSet::new();
            for fold in 0..FOLDS {
                let kept = select(label, |index| index % FOLDS == fold).len();
                let left = select(label, |index| index % FOLDS != fold).len();
                assert!(kept >= 2 && left > kept, "{label}: {kept} and {left}");
            }
            for family in families::of(label) {
                assert!(all.insert(family.name), "{label}: two are called {}", family.name);
                assert!(family.glyph.iter().all(|stroke| stroke.len() > 1), "{}", family.name);
            }
        }
    }

    #[test]
    fn unseen_digits_are_always_the_same() {
        let (some, more) = (unseen(0, 30).unwrap(), unseen(0, 60).unwrap());
        assert_eq!(some.digits, more.digits.select(0..30));
        assert_ne!(some.digits, unseen(1, 30).unwrap().digits);
        assert_eq!(more.digits.histogram(), [6; CLASSES]);
        assert_eq!((some.families[7], some.families[9]), ("crossed", "curved tail"));
        assert!(unseen(0, super::super::SYNTHETIC_MAX + 1).is_err());
    }

    #[test]
    fn a_stream_decides_what_is_drawn() {
        let draw = |seed| Pens { fold: 0 }.draw(4, &mut Stream::new(seed, "test/pens"));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(Pens::default().draw(10, &mut Stream::new(1, "test")), Err(Error::Label(10)));
    }
}
