//! Pseudo-random generators: a keyed stream for masks and shares, and the length-doubling
//! generator that point functions are grown with. Both are ChaCha8, four blocks at a time.

mod chacha;
pub mod lanes;
#[cfg(any(test, feature = "testing"))]
pub mod ledger;

use chacha20::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::entropy::Entropy;
use crate::secret::Secret;
use lanes::U32x4;

/// The key of a stream: shared by one party and the dealer, or drawn by a client or an
/// owner for a single use.
///
/// Its words stay where they are: a key that is moved leaves no copy behind.
#[derive(Clone)]
pub struct StreamKey(Box<Words>);

#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct Words([u32; 8]);

impl ZeroizeOnDrop for StreamKey {}

impl StreamKey {
    /// Bytes of a key.
    pub const LEN: usize = 32;

    /// Takes a key of uniform bytes.
    #[must_use]
    pub fn new(bytes: &[u8; Self::LEN]) -> Self {
        let (words, _) = bytes.as_chunks::<4>();
        Self(Box::new(Words(std::array::from_fn(|index| u32::from_le_bytes(words[index])))))
    }

    /// Draws a key.
    #[must_use]
    pub fn draw(entropy: &mut Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        entropy(&mut *bytes);
        Self::new(&bytes)
    }

    /// The key's bytes, for the one who shares it.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(self.0.0) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }

    /// Uniform words: the ChaCha8 key stream with block counter 0 at this nonce.
    #[must_use]
    pub fn words(&self, nonce: [u32; 3], count: usize) -> Secret<u32> {
        #[cfg(any(test, feature = "testing"))]
        ledger::drawn(&self.0.0, nonce, 0, count);
        let mut words = Secret::zeros(count);
        self.four_by_four(nonce, 0, &mut words);
        words
    }

    /// The key stream at nonce 0 from block `first` on, by the fastest way that this machine
    /// has: four blocks side by side in WebAssembly, the cipher's own crate elsewhere, which
    /// finds the machine's widest registers.
    pub fn fill(&self, first: u32, words: &mut [u32]) {
        #[cfg(any(test, feature = "testing"))]
        ledger::drawn(&self.0.0, [0; 3], first, words.len());
        #[cfg(target_arch = "wasm32")]
        self.four_by_four([0; 3], first, words);
        #[cfg(not(target_arch = "wasm32"))]
        self.by_the_crate(first, words);
    }

    fn four_by_four(&self, nonce: [u32; 3], first: u32, words: &mut [u32]) {
        let mut input = [U32x4::splat(0); 12];
        for (lane, word) in input.iter_mut().zip(self.0.0) {
            *lane = U32x4::splat(word);
        }
        for (lane, word) in input[9..].iter_mut().zip(nonce) {
            *lane = U32x4::splat(word);
        }
        let (whole, rest) = words.as_chunks_mut::<{ 4 * BLOCK_WORDS }>();
        let mut blocks = (first..).step_by(4);
        for (chunk, block) in whole.iter_mut().zip(&mut blocks) {
            four_blocks(&mut input, block, chunk);
        }
        if let Some(block) = blocks.next().filter(|_| !rest.is_empty()) {
            let mut last = Zeroizing::new([0; 4 * BLOCK_WORDS]);
            four_blocks(&mut input, block, &mut last);
            rest.copy_from_slice(&last[..rest.len()]);
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn by_the_crate(&self, first: u32, words: &mut [u32]) {
        use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};

        let key = Zeroizing::new(self.to_bytes());
        let mut cipher = chacha20::ChaCha8::new((&*key).into(), &[0; 12].into());
        cipher.seek(64 * u64::from(first));
        words.fill(0);
        cipher.apply_keystream(bytemuck::cast_slice_mut(words));
        if cfg!(target_endian = "big") {
            words.iter_mut().for_each(|word| *word = word.swap_bytes());
        }
    }
}

impl std::fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamKey(..)")
    }
}

/// Writes four blocks, from `first` on.
#[inline(always)]
fn four_blocks(input: &mut chacha::Input, first: u32, words: &mut [u32; 4 * BLOCK_WORDS]) {
    input[8] = U32x4::new([0, 1, 2, 3]).add(U32x4::splat(first));
    let state = chacha::rounds(input);
    let (fours, _) = words.as_chunks_mut::<4>();
    for index in (0..BLOCK_WORDS).step_by(4) {
        // Four words of each block, from a word of the four blocks each.
        let rows =
            U32x4::transpose([0, 1, 2, 3].map(|word| chacha::output(&state, input, index + word)));
        for (block, row) in rows.into_iter().enumerate() {
            row.store(&mut fours[(BLOCK_WORDS * block + index) / 4]);
        }
    }
}

/// Words of a block.
pub const BLOCK_WORDS: usize = 16;

/// Four seeds of 128 bits side by side, word by word.
pub type Seeds = [U32x4; 4];

/// Both children of four tree nodes.
pub struct Children {
    /// The left children.
    pub left: Seeds,
    /// The right children.
    pub right: Seeds,
    /// Control bits, spread over all bits of a lane.
    pub left_bit: U32x4,
    /// As `left_bit`.
    pub right_bit: U32x4,
}

/// Doubles four seeds: the two children are the first eight words of their [`expand`]ed blocks, their control bits the
/// two lowest bits of the ninth.
#[inline(always)]
#[must_use]
pub fn double(seeds: &Seeds, nonce: [u32; 3]) -> Children {
    Block::of(seeds, nonce).children()
}

/// Both children of four tree nodes, with `N` uniform words for each.
pub struct ChildrenWith<const N: usize> {
    /// The children.
    pub nodes: Children,
    /// The words of the left children and of the right ones.
    pub values: [[U32x4; N]; 2],
    /// Thirty bits that belong to neither.
    pub rest: U32x4,
}

/// As [`double`]; the words that each child has besides follow from the tenth of the block on.
#[inline(always)]
#[must_use]
pub fn double_with<const N: usize>(seeds: &Seeds, nonce: [u32; 3]) -> ChildrenWith<N> {
    const { assert!(9 + 2 * N <= BLOCK_WORDS, "a block holds so much") }
    let block = Block::of(seeds, nonce);
    let values = [9, 9 + N].map(|start| std::array::from_fn(|index| block.word(start + index)));
    ChildrenWith { nodes: block.children(), values, rest: block.word(8).shr(2) }
}

/// One ChaCha8 block for each of four seeds, under the seed twice as key, at counter 0 and a nonce of its own, so that a
/// guess at one node's seed is a guess at no other's.
#[inline(always)]
#[must_use]
pub fn expand(seeds: &Seeds, nonce: [u32; 3]) -> [U32x4; BLOCK_WORDS] {
    let block = Block::of(seeds, nonce);
    std::array::from_fn(|index| block.word(index))
}

/// Four blocks before the final addition: what of them is not used is not computed to the end.
struct Block {
    input: chacha::Input,
    state: [U32x4; BLOCK_WORDS],
}

impl Block {
    #[inline(always)]
    fn of(seeds: &Seeds, nonce: [u32; 3]) -> Self {
        #[cfg(any(test, feature = "testing"))]
        ledger::grown(seeds, nonce);
        let [a, b, c, d] = *seeds;
        let [x, y, z] = nonce.map(U32x4::splat);
        let input = [a, b, c, d, a, b, c, d, U32x4::splat(0), x, y, z];
        Self { state: chacha::rounds(&input), input }
    }

    #[inline(always)]
    fn word(&self, index: usize) -> U32x4 {
        chacha::output(&self.state, &self.input, index)
    }

    #[inline(always)]
    fn children(&self) -> Children {
        let bits = self.word(8);
        Children {
            left: std::array::from_fn(|index| self.word(index)),
            right: std::array::from_fn(|index| self.word(4 + index)),
            left_bit: bits.low_bits(),
            right_bit: bits.shr(1).low_bits(),
        }
    }
}

/// A machine that computes wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cipher's known answers are not met: this machine computes wrongly")]
pub struct SelfCheck;

/// Compares both generators with the cipher's own crate: the first thing that a role does, for
/// a vector unit that errs would spoil every share without a sign.
///
/// # Errors
/// When a word differs.
pub fn self_check() -> Result<(), SelfCheck> {
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
        let bit = |bit: u32| (block[8] >> bit & 1).wrapping_neg();
        children.left.map(word) == block[..4]
            && children.right.map(word) == block[4..8]
            && word(children.left_bit) == bit(0)
            && word(children.right_bit) == bit(1)
    });
    match found[..] == reference(key, 200)[..] && doubled {
        true => Ok(()),
        false => Err(SelfCheck),
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
            prop_assert_eq!(&*words, &expected(&key, nonce, count)[..]);
        }

        #[test]
        fn both_ways_give_the_same_stream(key: [u8; 32], first in 0u32..1000, count in 0usize..300) {
            let key = StreamKey::new(&key);
            let (mut ours, mut theirs) = (vec![1; count], vec![2; count]);
            key.four_by_four([0; 3], first, &mut ours);
            key.by_the_crate(first, &mut theirs);
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn children_are_the_ciphers(seeds: [[u32; 4]; 4], nonce: [u32; 3]) {
            let lanes: Seeds = std::array::from_fn(|w| U32x4::new(seeds.map(|seed| seed[w])));
            let ChildrenWith { nodes: children, values, rest } = double_with::<3>(&lanes, nonce);
            let plain = double(&lanes, nonce);
            let whole = expand(&lanes, nonce);
            for (lane, seed) in seeds.iter().enumerate() {
                let half: Vec<u8> = seed.iter().flat_map(|word| word.to_le_bytes()).collect();
                let key: [u8; 32] = [&half[..], &half[..]].concat().try_into().unwrap();
                let block = expected(&key, nonce, BLOCK_WORDS);
                for word in 0..4 {
                    prop_assert_eq!(children.left[word].to_array()[lane], block[word]);
                    prop_assert_eq!(children.right[word].to_array()[lane], block[4 + word]);
                }
                for word in 0..3 {
                    prop_assert_eq!(values[0][word].to_array()[lane], block[9 + word]);
                    prop_assert_eq!(values[1][word].to_array()[lane], block[12 + word]);
                }
                prop_assert_eq!(whole.map(|word| word.to_array()[lane]).to_vec(), block.clone());
                prop_assert_eq!(rest.to_array()[lane], block[8] >> 2);
                let spread = |bit: u32| if bit & 1 == 1 { u32::MAX } else { 0 };
                prop_assert_eq!(children.left_bit.to_array()[lane], spread(block[8]));
                prop_assert_eq!(children.right_bit.to_array()[lane], spread(block[8] >> 1));
                let seeds = [plain.left, plain.right].map(|seeds| seeds.map(|word| word.to_array()[lane]));
                prop_assert_eq!(seeds.as_flattened(), &block[..8]);
            }
        }
    }

    #[test]
    fn the_known_answers_are_met() {
        self_check().unwrap();
    }

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(format!("{:?}", StreamKey::new(&[7; StreamKey::LEN])), "StreamKey(..)");
    }
}
