//! Handwritten digits: where they come from, how they are cut into shards, and how a
//! drawing becomes one.
//!
//! | file | role |
//! |---|---|
//! | [`idx`] | the file format of MNIST |
//! | [`mnist`] | the four files in a folder, checked against their hashes |
//! | [`synthetic`] | digits drawn from vector strokes, when MNIST is not at hand |
//! | [`drawing`] | strokes of a pen to ink |
//! | [`normalise`] | ink to an image like MNIST's |
//! | [`handwriting`] | a person's own digits, and how they join a shard |
//! | [`augment`] | one image as others might have written it |
//! | [`partition`] | the ways to cut the training digits into shards |
//! | [`layout`] | the static files of which a tab downloads its shard's share |
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

mod error;

pub mod augment;
pub mod drawing;
pub mod handwriting;
pub mod idx;
pub mod layout;
pub mod mnist;
pub mod normalise;
pub mod partition;
pub mod synthetic;

pub use error::Error;

/// Pixels along each side of an image.
pub const SIDE: usize = 28;

/// Pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;

/// Labels there are: `0..CLASSES`.
pub const CLASSES: usize = 10;

/// The most digits that a set may hold.
pub const DIGITS_MAX: usize = 1_000_000;

/// One image, row by row from the top; 0 is paper and 255 is ink.
pub type Image = [u8; PIXELS];

/// A set of labelled images.
///
/// ```
/// use sotto_digits::{Digits, PIXELS};
/// let digits = Digits::new(vec![0; 2 * PIXELS], vec![3, 7])?;
/// assert_eq!((digits.len(), digits.label(1)), (2, 7));
/// # Ok::<(), sotto_digits::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digits {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Digits {
    /// The set of `pixels`, `[n, 28, 28]`, with `labels`, `[n]`.
    ///
    /// # Errors
    /// [`Error::Shape`] when the lengths do not fit, [`Error::Label`] for a label above 9,
    /// [`Error::TooMany`] above [`DIGITS_MAX`].
    pub fn new(pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self, Error> {
        Error::limit("digits in a set", labels.len(), DIGITS_MAX)?;
        if pixels.len() != labels.len() * PIXELS {
            return Err(Error::Shape { pixels: pixels.len(), labels: labels.len() });
        }
        match labels.iter().find(|&&label| usize::from(label) >= CLASSES) {
            Some(&label) => Err(Error::Label(label)),
            None => Ok(Self { pixels, labels }),
        }
    }

    /// Digits in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The pixels of the digit at `index`, `[784]`.
    ///
    /// # Panics
    /// When `index` is not below [`Digits::len`].
    #[must_use]
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * PIXELS..][..PIXELS]
    }

    /// The label of the digit at `index`.
    ///
    /// # Panics
    /// When `index` is not below [`Digits::len`].
    #[must_use]
    pub fn label(&self, index: usize) -> u8 {
        self.labels[index]
    }

    /// All pixels, `[n, 28, 28]`.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// All labels, `[n]`.
    #[must_use]
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// How many digits there are of each label.
    #[must_use]
    pub fn histogram(&self) -> [u32; CLASSES] {
        let mut counts = [0; CLASSES];
        for &label in &self.labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// The digits at `indices`, in that order.
    ///
    /// # Panics
    /// When an index is not below [`Digits::len`].
    #[must_use]
    pub fn select(&self, indices: impl IntoIterator<Item = usize>) -> Self {
        let mut chosen = Self::default();
        for index in indices {
            chosen.pixels.extend_from_slice(self.image(index));
            chosen.labels.push(self.label(index));
        }
        chosen
    }

    /// Appends the digits of `other`.
    ///
    /// # Errors
    /// [`Error::TooMany`] when both together are above [`DIGITS_MAX`].
    pub fn extend(&mut self, other: &Self) -> Result<(), Error> {
        Error::limit("digits in a set", self.len() + other.len(), DIGITS_MAX)?;
        self.pixels.extend_from_slice(&other.pixels);
        self.labels.extend_from_slice(&other.labels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Digits {
        let pixels = [1, 2, 3].into_iter().flat_map(|value| [value; PIXELS]);
        Digits::new(pixels.collect(), vec![4, 0, 4]).unwrap()
    }

    #[test]
    fn wrong_shapes_and_labels_are_refused() {
        assert!(matches!(Digits::new(vec![0; PIXELS + 1], vec![1]), Err(Error::Shape { .. })));
        assert_eq!(Digits::new(vec![0; PIXELS], vec![10]), Err(Error::Label(10)));
        assert!(matches!(
            Digits::new(Vec::new(), vec![0; DIGITS_MAX + 1]),
            Err(Error::TooMany { .. })
        ));
    }

    #[test]
    fn selection_keeps_image_and_label_together() {
        let mut chosen = three().select([2, 1]);
        assert_eq!(chosen.labels(), [4, 0]);
        assert_eq!((chosen.image(0)[0], chosen.image(1)[783]), (3, 2));
        chosen.extend(&three()).unwrap();
        assert_eq!(chosen.histogram(), [2, 0, 0, 0, 3, 0, 0, 0, 0, 0]);
    }
}
