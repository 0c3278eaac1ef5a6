//! Masks: the ChaCha8 stream of a key as elements of a ring, added to a vector or taken away.
//!
//! The stream is cut into blocks of planes. A ring of 32 bits takes a word an element. In a
//! narrower one, `w` words give `w + 1` elements: their low bits, which need no cutting, for
//! sums are cut when they are packed, and one element of the bits that are left on top.

use super::ring::Width;
use sotto_core::prg::{BLOCK_WORDS, StreamKey};

/// Words of a plane.
const PLANE: usize = 512;
/// Words of the most planes that a block has.
const PLANES_MAX: usize = 3;

/// Whether a mask is added or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
}

impl Sign {
    /// The sign with which `us` takes the mask that it shares with `them`.
    pub(super) fn of(us: u32, them: u32) -> Self {
        if us < them { Self::Plus } else { Self::Minus }
    }

    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Plus => Self::Minus,
            Self::Minus => Self::Plus,
        }
    }
}

/// Adds the mask of `key` to `vector`, modulo 2^32, or takes it away.
pub(super) fn apply(key: &StreamKey, width: Width, sign: Sign, vector: &mut [u32]) {
    match sign {
        Sign::Plus => run(key, width, vector, u32::wrapping_add),
        Sign::Minus => run(key, width, vector, u32::wrapping_sub),
    }
}

#[inline(always)]
fn run(key: &StreamKey, width: Width, vector: &mut [u32], add: impl Fn(u32, u32) -> u32 + Copy) {
    let planes = match width {
        Width::Bits16 | Width::Bits32 => 1,
        Width::Bits20 => 2,
        Width::Bits24 => 3,
    };
    let has_top = width != Width::Bits32;
    let mut words = [0; PLANES_MAX * PLANE];
    let words = &mut words[..planes * PLANE];
    let blocks = (0u32..).step_by(words.len() / BLOCK_WORDS);
    for (block, chunk) in blocks.zip(vector.chunks_mut((planes + usize::from(has_top)) * PLANE)) {
        key.fill(block, words);
        let (low, top) = chunk.split_at_mut(chunk.len().min(words.len()));
        for (element, &word) in low.iter_mut().zip(&*words) {
            *element = add(*element, word);
        }
        for (index, element) in top.iter_mut().enumerate() {
            let word = |plane: usize| words[plane * PLANE + index];
            let rest = match width {
                Width::Bits16 => word(0) >> 16,
                Width::Bits20 => word(0) >> 20 | word(1) >> 20 << 12,
                Width::Bits24 => word(0) >> 24 | word(1) >> 24 << 8 | word(2) >> 24 << 16,
                Width::Bits32 => 0,
            };
            *element = add(*element, rest);
        }
    }
    zeroize::Zeroize::zeroize(words);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_added_can_be_taken_away(key: [u8; 32], len in 0usize..5000, width in 0usize..4) {
            let (key, width) = (StreamKey::new(&key), Width::ALL[width]);
            let before: Vec<u32> = (0..len as u32).collect();
            let mut vector = before.clone();
            apply(&key, width, Sign::Plus, &mut vector);
            if len > 100 {
                let equal = vector.iter().zip(&before).filter(|(a, b)| a == b).count();
                prop_assert!(equal < 3);
            }
            apply(&key, width, Sign::Minus, &mut vector);
            prop_assert_eq!(vector, before);
        }
    }

    /// Every bit of every element is the stream's, and none is used twice.
    #[test]
    fn elements_are_cut_from_the_stream() {
        let key = StreamKey::new(&[7; 32]);
        for (width, planes) in Width::ALL.into_iter().zip([1, 2, 3, 1]) {
            let len = (planes + usize::from(width != Width::Bits32)) * PLANE;
            let mut elements = vec![0; 2 * len];
            apply(&key, width, Sign::Plus, &mut elements);
            let stream = key.words([0; 3], 2 * planes * PLANE);
            let blocks = elements.chunks(len).zip(stream.chunks(planes * PLANE));
            for (elements, words) in blocks {
                let (low, top) = elements.split_at(words.len());
                assert_eq!(low, words);
                let shift = width.bits();
                for (index, &top) in top.iter().enumerate() {
                    let rest = (0..planes).map(|plane| {
                        u64::from(words[plane * PLANE + index] >> shift)
                            << (plane as u32 * (32 - shift))
                    });
                    assert_eq!(u64::from(top), rest.sum::<u64>());
                }
            }
        }
    }

    #[test]
    fn masks_of_a_pair_cancel() {
        assert_eq!(Sign::of(1, 2), Sign::of(2, 1).opposite());
    }
}
