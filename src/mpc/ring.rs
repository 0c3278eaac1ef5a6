//! The rings that values live in, and the two things that a party can hold.
//!
//! No party holds a value `x` itself. It holds a [`Share`], one of two vectors that add up
//! to `x`, or a [`Masked`] value `x + r`, the same for both parties, whose mask `r` only
//! the dealer knows. The types do not mix: a share becomes masked only by being opened
//! together with its mask, over the link between the parties.

use std::num::Wrapping;
use std::ops::{Add, AddAssign, Sub};

use bytemuck::Pod;
use zeroize::Zeroize;

/// An element of `Z_2^32`, two's complement: products and sums before they are truncated.
pub type Wide = Wrapping<u32>;
/// An element of `Z_2^16`, two's complement: what is compared.
pub type Narrow = Wrapping<u16>;

/// Bits of a wide element.
pub const WIDE_BITS: u32 = u32::BITS;
/// Bits of a narrow element, `K` in the formulas.
pub const NARROW_BITS: u32 = u16::BITS;

#[cfg(not(target_endian = "little"))]
compile_error!("elements lie in memory as they do on the wire: in little-endian order");

/// What both rings can do.
pub trait Element: Pod + Zeroize + Add<Output = Self> + AddAssign + Sub<Output = Self> {
    /// Bytes of an element on the wire, little-endian.
    const LEN: usize = size_of::<Self>();

    /// Writes elements.
    fn write(values: &[Self], bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(bytemuck::cast_slice(values));
    }

    /// Reads as many elements as there are.
    fn read(bytes: &[u8]) -> impl Iterator<Item = Self> + '_ {
        bytes.chunks_exact(Self::LEN).map(bytemuck::pod_read_unaligned)
    }

    /// So many elements from uniform words.
    fn from_words(words: &[u32], count: usize) -> Vec<Self> {
        bytemuck::cast_slice(words)[..count].to_vec()
    }

    /// Words that hold so many elements.
    fn words(count: usize) -> usize {
        (count * Self::LEN).div_ceil(4)
    }
}

impl Element for Wide {}
impl Element for Narrow {}

/// One of two vectors that add up to a secret one. Does not print; erased when dropped.
pub struct Share<T: Zeroize>(Vec<T>);

impl<T: Element> Share<T> {
    /// What this party has to add to what the other one has.
    pub(super) fn new(values: Vec<T>) -> Self {
        Self(values)
    }

    /// The elements, for the formulas alone.
    pub(super) fn values(&self) -> &[T] {
        &self.0
    }

    /// The share as bytes for the link on which the secret is opened or revealed.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        T::write(&self.0, bytes);
    }

    /// Adds another share: the sum is a share of the sum.
    pub(super) fn plus(mut self, other: &Self) -> Self {
        for (value, other) in self.0.iter_mut().zip(&other.0) {
            *value += *other;
        }
        self
    }

    /// Puts both shares together.
    pub(super) fn join(&self, other: &Self) -> Vec<T> {
        self.0.iter().zip(&other.0).map(|(a, b)| *a + *b).collect()
    }

    /// The share as words, the last one filled up.
    pub(super) fn write_words(&self, words: &mut Vec<u32>) {
        let (start, count) = (words.len(), T::words(self.0.len()));
        words.resize(start + count, 0);
        let elements: &mut [T] = bytemuck::cast_slice_mut(&mut words[start..]);
        elements[..self.0.len()].copy_from_slice(&self.0);
    }

    /// Splits a secret: `mask`, uniform and fresh, is one share, this is the other.
    pub(super) fn split(secret: &[T], mask: &[T]) -> Self {
        Self(secret.iter().zip(mask).map(|(secret, mask)| *secret - *mask).collect())
    }
}

impl<T: Zeroize> Drop for Share<T> {
    fn drop(&mut self) {
        self.0.iter_mut().zeroize();
    }
}

impl<T: Zeroize> std::fmt::Debug for Share<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share({} elements)", self.0.len())
    }
}

/// A secret vector plus a mask that is uniform and used for nothing else. Both parties
/// know it, and it tells them nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked<T>(pub(super) Vec<T>);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_join_to_the_secret(secret: Vec<u32>, seed: u64) {
            let secret: Vec<Wide> = secret.into_iter().map(Wrapping).collect();
            let mut stream = crate::seeded::Stream::new(seed, "test/ring");
            let mask: Vec<Wide> = secret.iter().map(|_| Wrapping(stream.below(u32::MAX))).collect();
            let share = Share::split(&secret, &mask);
            prop_assert_eq!(Share::new(mask).join(&share), secret);
        }

        #[test]
        fn elements_survive_the_wire(words: Vec<u32>) {
            let wide = Wide::from_words(&words, words.len());
            let narrow = Narrow::from_words(&words, 2 * words.len());
            let (mut a, mut b) = (Vec::new(), Vec::new());
            Element::write(&wide, &mut a);
            Element::write(&narrow, &mut b);
            prop_assert_eq!(&a, &b, "both read the words in the same order");
            prop_assert!(Wide::read(&a).eq(wide));
            prop_assert!(Narrow::read(&b).eq(narrow));
        }
    }

    #[test]
    fn a_share_does_not_print() {
        assert_eq!(format!("{:?}", Share::<Wide>::new(vec![Wrapping(77)])), "Share(1 elements)");
    }
}
