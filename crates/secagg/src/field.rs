//! Secrets of 32 bytes as sixteen elements of GF(2^16), so that up to 65,535 may hold a share.
//!
//! Every product has one public factor, a point or a quotient of points, and the secret is
//! only shifted and added: nothing secret decides a branch or an index.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// x^16 + x^12 + x^3 + x + 1, which is irreducible; its low 16 bits.
const POLYNOMIAL: u16 = 0x100b;

/// A public element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element(pub(super) u16);

impl Element {
    pub(super) fn times(self, other: Self) -> Self {
        let mut product = 0;
        for bit in (0..16).rev() {
            product = double(product) ^ if other.0 >> bit & 1 == 1 { self.0 } else { 0 };
        }
        Self(product)
    }

    /// `a^(2^16 - 2)`: the inverse; 0 for 0.
    pub(super) fn inverse(self) -> Self {
        let (mut power, mut result) = (self, Self(1));
        for _ in 1..16 {
            power = power.times(power);
            result = result.times(power);
        }
        result
    }
}

fn double(element: u16) -> u16 {
    (element << 1) ^ ((element >> 15) * POLYNOMIAL)
}

/// Sixteen secret elements.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub(super) struct Secret([u64; 4]);

/// The top bit of each element in a word.
const TOPS: u64 = 0x8000_8000_8000_8000;

impl Secret {
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        Self(std::array::from_fn(|word| u64::from_le_bytes(words[word])))
    }

    pub(super) fn to_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.0) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word ^= other;
        }
    }

    /// Multiplies every element by a public one.
    pub(super) fn scale(&mut self, by: Element) {
        let mut product = [0u64; 4];
        for bit in (0..16).rev() {
            let keep = u64::from(by.0 >> bit & 1).wrapping_neg();
            for (product, word) in product.iter_mut().zip(self.0) {
                let carries = (*product & TOPS) >> 15;
                let doubled = (*product & !TOPS) << 1;
                *product = doubled ^ (carries * u64::from(POLYNOMIAL)) ^ word & keep;
            }
        }
        self.0 = product;
        product.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By the definition: multiply the polynomials, then divide.
    fn product(a: u16, b: u16) -> u16 {
        let mut wide = 0u32;
        for bit in 0..16 {
            wide ^= u32::from(a) * (1 << bit) * u32::from(b >> bit & 1);
        }
        for bit in (16..31).rev() {
            if wide >> bit & 1 == 1 {
                wide ^= 0x1_100b << (bit - 16);
            }
        }
        wide as u16
    }

    proptest! {
        #[test]
        fn products_are_those_of_the_definition(a: u16, b: u16) {
            prop_assert_eq!(Element(a).times(Element(b)), Element(product(a, b)));
        }

        #[test]
        fn inverses_are_inverse(a in 1u16..) {
            prop_assert_eq!(Element(a).times(Element(a).inverse()), Element(1));
        }

        #[test]
        fn secrets_are_scaled_element_by_element(bytes: [u8; 32], by: u16) {
            let mut secret = Secret::from_bytes(&bytes);
            secret.scale(Element(by));
            let scaled = secret.to_bytes();
            for (before, after) in bytes.as_chunks::<2>().0.iter().zip(scaled.as_chunks::<2>().0) {
                let expected = product(u16::from_le_bytes(*before), by);
                prop_assert_eq!(u16::from_le_bytes(*after), expected);
            }
        }
    }

    #[test]
    fn the_polynomial_is_irreducible() {
        // x has the full order 2^16 - 1 = 3 * 5 * 17 * 257.
        let power = |exponent: u32| (0..exponent).fold(Element(1), |x, _| x.times(Element(2)));
        assert_eq!(power(65_535), Element(1));
        for prime in [3, 5, 17, 257] {
            assert_ne!(power(65_535 / prime), Element(1));
        }
    }
}
