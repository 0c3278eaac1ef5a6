//! Sums modulo 2^16, 2^20, 2^24 or 2^32, and their elements packed without a gap.
//!
//! All computing is done modulo 2^32, of which each width is a divisor; only what is packed or
//! read is cut to the width.

use super::Error;

/// Bits of a ring's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// Modulo 2^16.
    Bits16,
    /// Modulo 2^20.
    Bits20,
    /// Modulo 2^24.
    Bits24,
    /// Modulo 2^32.
    Bits32,
}

impl Width {
    /// From the narrowest to the widest.
    pub const ALL: [Self; 4] = [Self::Bits16, Self::Bits20, Self::Bits24, Self::Bits32];

    /// How many bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            Self::Bits16 => 16,
            Self::Bits20 => 20,
            Self::Bits24 => 24,
            Self::Bits32 => 32,
        }
    }

    /// Bytes of `len` packed elements.
    #[must_use]
    pub fn packed_len(self, len: usize) -> usize {
        (len * self.bits() as usize).div_ceil(8)
    }

    /// The element's value between `-2^(bits - 1)` and `2^(bits - 1)`.
    #[must_use]
    pub fn signed(self, element: u32) -> i32 {
        let unused = 32 - self.bits();
        ((element << unused) as i32) >> unused
    }

    /// The element's value between 0 and `2^bits`.
    #[must_use]
    pub fn unsigned(self, element: u32) -> u32 {
        let unused = 32 - self.bits();
        (element << unused) >> unused
    }

    /// The elements as bytes, the lowest bits first.
    #[must_use]
    pub fn pack(self, elements: &[u32]) -> Vec<u8> {
        let mut bytes = vec![0; self.packed_len(elements.len())];
        match self {
            Self::Bits16 => cut::<2>(elements, &mut bytes),
            Self::Bits20 => {
                let (pairs, last) = elements.as_chunks::<2>();
                let (fives, rest) = bytes.as_chunks_mut::<5>();
                for (five, &[low, high]) in fives.iter_mut().zip(pairs) {
                    *five = self.join(low, high);
                }
                if let [low] = last {
                    rest.copy_from_slice(&self.join(*low, 0)[..rest.len()]);
                }
            }
            Self::Bits24 => cut::<3>(elements, &mut bytes),
            Self::Bits32 => cut::<4>(elements, &mut bytes),
        }
        bytes
    }

    /// Reads `len` packed elements.
    ///
    /// # Errors
    /// [`Error::Length`] when there are more bytes or fewer.
    pub fn unpack(self, bytes: &[u8], len: usize) -> Result<Vec<u32>, Error> {
        if bytes.len() != self.packed_len(len) {
            return Err(Error::Length);
        }
        let mut elements = Vec::with_capacity(len);
        match self {
            Self::Bits16 => elements
                .extend(bytes.as_chunks::<2>().0.iter().map(|b| u32::from(u16::from_le_bytes(*b)))),
            Self::Bits20 => {
                let (fives, last) = bytes.as_chunks::<5>();
                elements.extend(fives.iter().flat_map(|&[a, b, c, d, e]| {
                    let low = u32::from_le_bytes([a, b, c, 0]);
                    [self.unsigned(low), u32::from_le_bytes([c, d, e, 0]) >> 4]
                }));
                if let &[a, b, c] = last {
                    elements.push(self.unsigned(u32::from_le_bytes([a, b, c, 0])));
                }
            }
            Self::Bits24 => elements.extend(
                bytes.as_chunks::<3>().0.iter().map(|&[a, b, c]| u32::from_le_bytes([a, b, c, 0])),
            ),
            Self::Bits32 => {
                elements.extend(bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)));
            }
        }
        Ok(elements)
    }

    /// Two elements of 20 bits.
    fn join(self, low: u32, high: u32) -> [u8; 5] {
        let both = u64::from(self.unsigned(low)) | u64::from(self.unsigned(high)) << 20;
        let [a, b, c, d, e, ..] = both.to_le_bytes();
        [a, b, c, d, e]
    }
}

/// The lowest `N` bytes of each element.
fn cut<const N: usize>(elements: &[u32], bytes: &mut [u8]) {
    let (slots, _) = bytes.as_chunks_mut::<N>();
    for (slot, element) in slots.iter_mut().zip(elements) {
        slot.copy_from_slice(&element.to_le_bytes()[..N]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(elements: Vec<u32>, width in 0usize..4) {
            let width = Width::ALL[width];
            let bytes = width.pack(&elements);
            prop_assert_eq!(bytes.len(), width.packed_len(elements.len()));
            let cut: Vec<u32> = elements.iter().map(|&element| width.unsigned(element)).collect();
            prop_assert_eq!(width.unpack(&bytes, elements.len()), Ok(cut));
            prop_assert_eq!(width.unpack(&bytes, elements.len() + 2), Err(Error::Length));
        }

        #[test]
        fn signs_survive(value in -32_768i32..32_768) {
            for width in Width::ALL {
                prop_assert_eq!(width.signed(width.unsigned(value as u32)), value);
            }
        }
    }
}
