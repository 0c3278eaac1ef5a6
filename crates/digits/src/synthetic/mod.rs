//! Digits drawn by a program: written shapes bent and slanted at random, drawn with a pen of
//! random width and put through the same [`drawing`](super::drawing) as a person's.
//!
//! [`digits`] are plain ones, for a page that has no MNIST. [`Pens`] are those of many
//! countries, which MNIST does not have.

mod families;
mod pens;
mod plain;
mod writing_style;

use super::{CLASSES, Digits, Error};
pub use pens::{FOLDS, Pens, Unseen, unseen};
use sotto_core::seeded::Stream;
use writing_style::WritingStyle;

/// The most digits that are drawn at once.
pub const SYNTHETIC_MAX: u32 = 200_000;

/// Draws `count` digits with the labels 0, 1, .. 9, 0, 1, ..; digit `i` of a seed is the same
/// whatever `count` is.
///
/// # Errors
/// [`Error::TooMany`] above [`SYNTHETIC_MAX`].
pub fn digits(count: u32, seed: u64) -> Result<Digits, Error> {
    Error::limit("digits to draw", count as usize, SYNTHETIC_MAX as usize)?;
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for index in 0..count {
        let label = (index % CLASSES as u32) as u8;
        let mut stream = Stream::new(seed, &format!("synthetic/{index}"));
        let variants = plain::variants(label);
        let chosen = stream.below(variants.len() as u32) as usize;
        let drawing = WritingStyle::plain(&mut stream).draw(variants[chosen], &mut stream);
        let image = drawing.image()?;
        pixels.extend(image.ok_or(Error::Drawing("a synthetic digit has no ink"))?);
        labels.push(label);
    }
    Digits::new(pixels, labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PIXELS;

    #[test]
    fn a_seed_gives_the_same_digits() {
        let many = digits(40, 1).unwrap();
        assert_eq!(many.select(0..15), digits(15, 1).unwrap());
        assert_ne!(many, digits(40, 2).unwrap());
        assert_eq!(many.histogram(), [4; CLASSES]);
        assert!(digits(SYNTHETIC_MAX + 1, 1).is_err());
    }

    #[test]
    fn ink_is_as_much_as_on_mnist() {
        let digits = digits(500, 3).unwrap();
        let ink: f64 = digits.pixels().iter().map(|&value| f64::from(value) / 255.0).sum();
        let mean = ink / 500.0;
        // MNIST's mean is 102.4 of 784 pixels.
        assert!((90.0..115.0).contains(&mean), "{mean}");
        assert!(digits.pixels().chunks(PIXELS).all(|image| image.contains(&255)));
    }

    #[test]
    fn a_digit_is_nearest_to_its_own_kind() {
        let (known, asked) = (digits(2000, 4).unwrap(), digits(200, 5).unwrap());
        let distance = |a: &[u8], b: &[u8]| -> u64 {
            let squares = a.iter().zip(b).map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2));
            squares.sum()
        };
        let right = (0..asked.len()).filter(|&index| {
            let nearest = (0..known.len())
                .min_by_key(|&other| distance(asked.image(index), known.image(other)));
            nearest.map(|other| known.label(other)) == Some(asked.label(index))
        });
        let right = right.count();
        assert!(right >= 180, "{right} of 200");
    }
}
