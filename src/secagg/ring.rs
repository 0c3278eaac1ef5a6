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
        let mut bytes = Vec::with_capacity(self.packed_len(elements.len()) + 8);
        match self {
            Self::Bits20 => {
                for pair in elements.chunks(2) {
                    let high = pair.get(1).map_or(0, |&high| u64::from(self.unsigned(high)));
                    let both = u64::from(self.unsigned(pair[0])) | high << 20;
                    bytes.extend(&both.to_le_bytes()[..5]);
                }
            }
            whole => {
                let each = whole.bits() as usize / 8;
                elements.iter().for_each(|element| bytes.extend(&element.to_le_bytes()[..each]));
            }
        }
        bytes.truncate(self.packed_len(elements.len()));
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
        let mut elements = Vec::with_capacity(len + 1);
        match self {
            Self::Bits16 => elements
                .extend(bytes.as_chunks::<2>().0.iter().map(|b| u32::from(u16::from_le_bytes(*b)))),
            Self::Bits20 => {
                for five in bytes.chunks(5) {
                    let mut word = [0; 8];
                    word[..five.len()].copy_from_slice(five);
                    let both = u64::from_le_bytes(word);
                    elements.push(self.unsigned(both as u32));
                    elements.push((both >> 20) as u32);
                }
                elements.truncate(len);
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
