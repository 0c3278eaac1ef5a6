//! Vectors of bits, packed 32 to a word: shares by exclusive or, and masked signs.

use zeroize::Zeroize;

/// Bits in a row. They may be a secret's share: they do not print, and are erased.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u32>,
    count: usize,
}

impl Bits {
    /// The first `count` bits of `words`; the rest of the last word is cleared.
    pub(super) fn from_words(mut words: Vec<u32>, count: usize) -> Self {
        words.truncate(count.div_ceil(32));
        if let (Some(last), used @ 1..) = (words.last_mut(), count % 32) {
            *last &= u32::MAX >> (32 - used);
        }
        Self { words, count }
    }

    pub(super) fn collect(bits: impl Iterator<Item = bool>) -> Self {
        let (mut words, mut count) = (Vec::new(), 0);
        for bit in bits {
            if count % 32 == 0 {
                words.push(0);
            }
            words[count / 32] |= u32::from(bit) << (count % 32);
            count += 1;
        }
        Self { words, count }
    }

    /// Words that hold so many bits.
    pub(super) fn words_of(count: usize) -> usize {
        count.div_ceil(32)
    }

    /// Bytes that hold so many bits on the wire.
    pub(super) fn bytes_of(count: usize) -> usize {
        count.div_ceil(8)
    }

    pub(super) fn get(&self, index: usize) -> bool {
        self.words[index / 32] >> (index % 32) & 1 == 1
    }

    /// All ones where the bit is set, else zero.
    pub(super) fn mask(&self, index: usize) -> u32 {
        (self.words[index / 32] >> (index % 32) & 1).wrapping_neg()
    }

    pub(super) fn xor(mut self, other: &Self) -> Self {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word ^= other;
        }
        self
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.count).map(|index| self.get(index))
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let all = self.words.iter().flat_map(|word| word.to_le_bytes());
        bytes.extend(all.take(Self::bytes_of(self.count)));
    }

    /// Reads `count` bits; bits beyond them are ignored.
    pub(super) fn read(bytes: &[u8], count: usize) -> Self {
        let words = bytes.chunks(4).map(|chunk| {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            u32::from_le_bytes(word)
        });
        Self::from_words(words.collect(), count)
    }
}

impl Drop for Bits {
    fn drop(&mut self) {
        self.words.as_mut_slice().zeroize();
    }
}

impl std::fmt::Debug for Bits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bits({})", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_are_what_was_collected(bits: Vec<bool>) {
            let packed = Bits::collect(bits.iter().copied());
            prop_assert!(packed.iter().eq(bits.iter().copied()));
            let mut bytes = Vec::new();
            packed.write(&mut bytes);
            prop_assert_eq!(bytes.len(), Bits::bytes_of(bits.len()));
            prop_assert_eq!(Bits::read(&bytes, bits.len()), packed.clone());
            prop_assert!(packed.clone().xor(&packed).iter().all(|bit| !bit));
            for (index, bit) in bits.iter().enumerate() {
                prop_assert_eq!(packed.mask(index), if *bit { u32::MAX } else { 0 });
            }
        }
    }
}
