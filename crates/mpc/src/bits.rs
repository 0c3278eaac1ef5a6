//! Vectors of bits, packed 32 to a word: shares by exclusive or, and masked signs.

use sotto_core::secret::Secret;

/// Bits in a row. They may be a secret's share: they do not print, and are erased.
#[derive(Clone)]
pub(super) struct Bits {
    words: Secret<u32>,
    count: usize,
}

impl Bits {
    /// The first `count` bits of `words`; the rest of the last word is cleared.
    pub(super) fn from_words(mut words: Secret<u32>, count: usize) -> Self {
        words.truncate(count.div_ceil(32));
        if let (Some(last), used @ 1..) = (words.last_mut(), count % 32) {
            *last &= u32::MAX >> (32 - used);
        }
        Self { words, count }
    }

    /// A bit of every value.
    pub(super) fn of<T: Copy>(values: &[T], bit: impl Fn(T) -> bool) -> Self {
        let word = |values: &[T]| {
            let bits =
                (0..).zip(values).map(|(position, value)| u32::from(bit(*value)) << position);
            bits.fold(0, |word, bit| word | bit)
        };
        Self { words: values.chunks(32).map(word).collect(), count: values.len() }
    }

    /// Words that hold so many bits.
    pub(super) fn words_of(count: usize) -> usize {
        count.div_ceil(32)
    }

    /// Bytes that hold so many bits on the wire.
    pub(super) fn bytes_of(count: usize) -> usize {
        count.div_ceil(8)
    }

    /// A word for every bit: all ones where it is set, else zero.
    pub(super) fn masks(&self) -> Secret<u32> {
        let mut masks = Secret::zeros(self.count);
        for (masks, word) in masks.chunks_mut(32).zip(&self.words) {
            for (position, mask) in (0..).zip(masks) {
                *mask = (word >> position & 1).wrapping_neg();
            }
        }
        masks
    }

    pub(super) fn xor(mut self, other: &Self) -> Self {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word ^= other;
        }
        self
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.count).map(|index| self.words[index / 32] >> (index % 32) & 1 == 1)
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let count = Self::bytes_of(self.count);
        bytes.reserve(count);
        bytes.extend(self.words.iter().flat_map(|word| word.to_le_bytes()).take(count));
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

#[cfg(test)]
impl PartialEq for Bits {
    fn eq(&self, other: &Self) -> bool {
        (&self.words[..], self.count) == (&other.words[..], other.count)
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
            let packed = Bits::of(&bits, |bit| bit);
            prop_assert!(packed.iter().eq(bits.iter().copied()));
            let mut bytes = Vec::new();
            packed.write(&mut bytes);
            prop_assert_eq!(bytes.len(), Bits::bytes_of(bits.len()));
            prop_assert_eq!(Bits::read(&bytes, bits.len()), packed.clone());
            prop_assert!(packed.clone().xor(&packed).iter().all(|bit| !bit));
            let masks = bits.iter().map(|bit| if *bit { u32::MAX } else { 0 });
            prop_assert!(packed.masks().iter().copied().eq(masks));
        }
    }
}
