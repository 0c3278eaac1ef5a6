//! Pseudo-random generators: a keyed stream for masks and shares, and the length-doubling
//! generator that point functions are grown with. Both are ChaCha8, four blocks at a time.

mod chacha;
pub(super) mod lanes;

use chacha20::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::{Zeroize, ZeroizeOnDrop};

use lanes::U32x4;

/// The key of a stream: shared by one party and the dealer, or drawn by a client or an
/// owner for a single use.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct StreamKey([u32; 8]);

impl StreamKey {
    /// Bytes of a key.
    pub const LEN: usize = 32;

    /// Takes a key of uniform bytes.
    #[must_use]
    pub fn new(bytes: &[u8; Self::LEN]) -> Self {
        let (words, _) = bytes.as_chunks::<4>();
        Self(std::array::from_fn(|index| u32::from_le_bytes(words[index])))
    }

    /// The key's bytes, for the one who shares it.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }

    /// Uniform words: the ChaCha8 key stream with block counter 0 at this nonce.
    #[must_use]
    pub fn words(&self, nonce: [u32; 3], count: usize) -> Vec<u32> {
        let mut words = vec![0; count];
        let mut input = [U32x4::splat(0); 12];
        for (lane, word) in input.iter_mut().zip(self.0) {
            *lane = U32x4::splat(word);
        }
        for (lane, word) in input[9..].iter_mut().zip(nonce) {
            *lane = U32x4::splat(word);
        }
        for (first, chunk) in (0u32..).step_by(4).zip(words.chunks_mut(4 * BLOCK_WORDS)) {
            input[8] = U32x4::new([first, first + 1, first + 2, first + 3]);
            let state = chacha::rounds(&input);
            for index in 0..BLOCK_WORDS {
                let four = chacha::output(&state, &input, index).to_array();
                for (block, word) in chunk.chunks_mut(BLOCK_WORDS).zip(four) {
                    if let Some(place) = block.get_mut(index) {
                        *place = word;
                    }
                }
            }
        }
        words
    }
}

impl std::fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamKey(..)")
    }
}

const BLOCK_WORDS: usize = 16;

/// Four seeds of 128 bits side by side, word by word.
pub(super) type Seeds = [U32x4; 4];

/// Both children of four tree nodes.
pub(super) struct Children {
    pub(super) left: Seeds,
    pub(super) right: Seeds,
    /// Control bits, spread over all bits of a lane.
    pub(super) left_bit: U32x4,
    pub(super) right_bit: U32x4,
}

/// Doubles four seeds: one ChaCha8 block each, under the seed twice as key, at counter 0 and
/// a nonce of its own, so that a guess at one node's seed is a guess at no other's. The two children are its first eight words, their control bits the two lowest
/// bits of the ninth.
#[inline(always)]
pub(super) fn double(seeds: &Seeds, nonce: [u32; 3]) -> Children {
    let [a, b, c, d] = *seeds;
    let [x, y, z] = nonce.map(U32x4::splat);
    let input = [a, b, c, d, a, b, c, d, U32x4::splat(0), x, y, z];
    let state = chacha::rounds(&input);
    let word = |index| chacha::output(&state, &input, index);
    let bits = word(8);
    Children {
        left: [word(0), word(1), word(2), word(3)],
        right: [word(4), word(5), word(6), word(7)],
        left_bit: bits.low_bits(),
        right_bit: bits.shr(1).low_bits(),
    }
}

/// Compares both generators with the cipher's own crate: the first thing that a role does, for
/// a vector unit that errs would spoil every share without a sign.
///
/// # Errors
/// When a word differs.
pub fn self_check() -> Result<(), super::Error> {
    // Enough words for every lane of several blocks.
    let key: [u8; StreamKey::LEN] = std::array::from_fn(|index| index as u8);
    let found = StreamKey::new(&key).words([0; 3], 200);
    let seeds: [[u32; 4]; 4] = std::array::from_fn(|lane| [lane as u32, 5, 6, 7]);
    let lanes = std::array::from_fn(|word| U32x4::new(seeds.map(|seed| seed[word])));
    let children = double(&lanes, [0; 3]);
    let doubled = seeds.iter().enumerate().all(|(lane, seed)| {
        let half: &[u8] = bytemuck::cast_slice(seed);
        let mut key = [0; StreamKey::LEN];
        key[..16].copy_from_slice(half);
        key[16..].copy_from_slice(half);
        let block = reference(key, 9);
        let word = |lanes: U32x4| lanes.to_array()[lane];
        let bit = |place: u32| (block[8] >> place & 1).wrapping_neg();
        children.left.map(word) == block[..4]
            && children.right.map(word) == block[4..8]
            && word(children.left_bit) == bit(0)
            && word(children.right_bit) == bit(1)
    });
    match found == reference(key, 200) && doubled {
        true => Ok(()),
        false => Err(super::Error::SelfCheck),
    }
}

/// The same words by the crate, at nonce 0.
fn reference(key: [u8; StreamKey::LEN], count: usize) -> Vec<u32> {
    let mut rng = ChaCha8Rng::from_seed(key);
    (0..count).map(|_| rng.next_u32()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha8;
    use chacha20::cipher::{KeyIvInit, StreamCipher};
    use proptest::prelude::*;

    /// The same words by the crate.
    fn expected(key: &[u8; 32], nonce: [u32; 3], count: usize) -> Vec<u32> {
        let nonce: Vec<u8> = nonce.iter().flat_map(|word| word.to_le_bytes()).collect();
        let nonce: [u8; 12] = nonce.try_into().unwrap();
        let mut bytes = vec![0; 4 * count];
        ChaCha8::new(key.into(), &nonce.into()).apply_keystream(&mut bytes);
        let (words, _) = bytes.as_chunks::<4>();
        words.iter().map(|word| u32::from_le_bytes(*word)).collect()
    }

    proptest! {
        #[test]
        fn streams_are_the_ciphers(key: [u8; 32], nonce: [u32; 3], count in 0usize..200) {
            let words = StreamKey::new(&key).words(nonce, count);
            prop_assert_eq!(words, expected(&key, nonce, count));
        }

        #[test]
        fn children_are_the_ciphers(seeds: [[u32; 4]; 4], nonce: [u32; 3]) {
            let lanes: Seeds = std::array::from_fn(|w| U32x4::new(seeds.map(|seed| seed[w])));
            let children = double(&lanes, nonce);
            for (lane, seed) in seeds.iter().enumerate() {
                let half: Vec<u8> = seed.iter().flat_map(|word| word.to_le_bytes()).collect();
                let key: [u8; 32] = [&half[..], &half[..]].concat().try_into().unwrap();
                let block = expected(&key, nonce, 9);
                for word in 0..4 {
                    prop_assert_eq!(children.left[word].to_array()[lane], block[word]);
                    prop_assert_eq!(children.right[word].to_array()[lane], block[4 + word]);
                }
                let spread = |bit: u32| if bit & 1 == 1 { u32::MAX } else { 0 };
                prop_assert_eq!(children.left_bit.to_array()[lane], spread(block[8]));
                prop_assert_eq!(children.right_bit.to_array()[lane], spread(block[8] >> 1));
            }
        }
    }

    #[test]
    fn the_known_answers_are_met() {
        self_check().unwrap();
    }

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(format!("{:?}", StreamKey([7; 8])), "StreamKey(..)");
    }
}
