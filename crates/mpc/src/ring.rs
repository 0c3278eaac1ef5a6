//! The rings that values live in, and the two things that a party can hold.
//!
//! No party holds a value `x` itself. It holds a [`Share`], one of two vectors that add up
//! to `x`, or a [`Masked`] value `x + r`, the same for both parties, whose mask `r` only
//! the dealer knows. The types do not mix: a share becomes masked only by being opened
//! together with its mask, over the link between the parties.

use std::num::Wrapping;
use std::ops::{Add, AddAssign, Sub};

use bytemuck::Pod;
use zeroize::ZeroizeOnDrop;

use sotto_core::secret::Secret;

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
pub trait Element: Pod + Add<Output = Self> + AddAssign + Sub<Output = Self> {
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
    fn from_words(words: &[u32], count: usize) -> Secret<Self> {
        Secret::from(&bytemuck::cast_slice(words)[..count])
    }

    /// Words that hold so many elements.
    fn words(count: usize) -> usize {
        (count * Self::LEN).div_ceil(4)
    }
}

impl Element for Wide {}
impl Element for Narrow {}

/// Elements that are compared. Gates are written for any such ring, and computed with in `Z_2^16`; tests check them
/// in `Z_2^8`, over all values and all masks.
pub(crate) trait Comparable: Element + std::fmt::Debug {
    /// Bits of an element, `K` in the formulas.
    const BITS: u32;

    /// The low bits of a word.
    fn cut(word: u32) -> Self;

    /// The element as a number that is not negative.
    fn lift(self) -> u32;

    /// The bits below the top one: these are compared.
    fn low(self) -> u16 {
        (self.lift() & ((1 << (Self::BITS - 1)) - 1)) as u16
    }

    /// Whether the top bit is set.
    fn top(self) -> bool {
        self.lift() >> (Self::BITS - 1) == 1
    }

    /// All ones where the top bit is set, else zero.
    fn top_mask(self) -> u32 {
        (self.lift() >> (Self::BITS - 1)).wrapping_neg()
    }

    /// The element where the mask is all ones, else zero.
    fn and(self, mask: u32) -> Self {
        Self::cut(self.lift() & mask)
    }

    /// The negative where the mask is all ones.
    fn negate(self, mask: u32) -> Self {
        Self::cut((self.lift() ^ mask).wrapping_sub(mask))
    }

    /// The product with another element.
    fn times(self, other: Self) -> Self {
        Self::cut(self.lift().wrapping_mul(other.lift()))
    }
}

impl Comparable for Narrow {
    const BITS: u32 = NARROW_BITS;

    fn cut(word: u32) -> Self {
        Wrapping(word as u16)
    }

    fn lift(self) -> u32 {
        self.0.into()
    }
}

/// A ring that is small enough for all values and all masks.
#[cfg(test)]
impl Element for Wrapping<u8> {}

#[cfg(test)]
impl Comparable for Wrapping<u8> {
    const BITS: u32 = u8::BITS;

    fn cut(word: u32) -> Self {
        Wrapping(word as u8)
    }

    fn lift(self) -> u32 {
        self.0.into()
    }
}

/// One of two vectors that add up to a secret one. Does not print; erased when dropped.
pub struct Share<T: Element>(Secret<T>);

impl<T: Element> Share<T> {
    /// What this party has to add to what the other one has.
    pub(super) fn new(values: Secret<T>) -> Self {
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
    pub(super) fn join(&self, other: &Self) -> Secret<T> {
        self.0.iter().zip(&other.0).map(|(a, b)| *a + *b).collect()
    }

    /// The share as words, the last one filled up.
    pub(super) fn write_words(&self, words: &mut Secret<u32>) {
        let (start, count) = (words.len(), T::words(self.0.len()));
        words.fill_up(start + count);
        let elements: &mut [T] = bytemuck::cast_slice_mut(&mut words[start..]);
        elements[..self.0.len()].copy_from_slice(&self.0);
    }

    /// Splits a secret: `mask`, uniform and fresh, is one share, this is the other.
    pub(super) fn split(secret: &[T], mask: &[T]) -> Self {
        Self(secret.iter().zip(mask).map(|(secret, mask)| *secret - *mask).collect())
    }
}

impl<T: Element> ZeroizeOnDrop for Share<T> {}

impl<T: Element> std::fmt::Debug for Share<T> {
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
            let mut stream = sotto_core::seeded::Stream::new(seed, "test/ring");
            let mask: Vec<Wide> = secret.iter().map(|_| Wrapping(stream.below(u32::MAX))).collect();
            let share = Share::split(&secret, &mask);
            prop_assert_eq!(&*Share::new(mask.into()).join(&share), &secret[..]);
        }

        #[test]
        fn elements_survive_the_wire(words: Vec<u32>) {
            let wide = Wide::from_words(&words, words.len());
            let narrow = Narrow::from_words(&words, 2 * words.len());
            let (mut a, mut b) = (Vec::new(), Vec::new());
            Element::write(&wide, &mut a);
            Element::write(&narrow, &mut b);
            prop_assert_eq!(&a, &b, "both read the words in the same order");
            prop_assert!(Wide::read(&a).eq(wide.iter().copied()));
            prop_assert!(Narrow::read(&b).eq(narrow.iter().copied()));
        }
    }

    #[test]
    fn what_is_secret_is_erased_when_it_is_dropped() {
        fn is_erased<T: ZeroizeOnDrop>() {}
        is_erased::<Share<Wide>>();
        is_erased::<Share<Narrow>>();
        is_erased::<Secret<u32>>();
        is_erased::<sotto_core::prg::StreamKey>();
    }

    #[test]
    fn a_share_does_not_print() {
        assert_eq!(
            format!("{:?}", Share::<Wide>::new(vec![Wrapping(77)].into())),
            "Share(1 elements)"
        );
    }
}
