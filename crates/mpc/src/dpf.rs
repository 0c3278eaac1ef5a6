//! Comparison of a public number with a secret one by a distributed point function.
//!
//! The function is 1 at the secret `alpha` and 0 elsewhere, shared as a tree of seeds
//! (Boyle, Gilboa and Ishai 2016, "Function Secret Sharing: Improvements and Extensions",
//! ePrint 2018/707, figure 1, with its early termination). At every node a party has a
//! seed and a control bit. On the path to `alpha` the parties' seeds are independent and
//! their bits differ; off it both are equal. A level's correction word makes it so:
//!
//! ```text
//! s_left | t_left | s_right | t_right = double(s)          on a node (s, t)
//! child:  s_side ^ t * correction,   t_side ^ t * correction_side
//! ```
//!
//! `[x < alpha]` follows on the walk along the bits of `x`: where that bit is 0, `alpha` is
//! larger if it lies under the right sibling, and whether it does is the exclusive or of
//! the parties' control bits there (Storrier, Vadapalli, Lyons and Henry 2023, "Grotto", find
//! the parity of a prefix so). Seven levels early a 128-bit leaf, corrected to differ
//! in the bit of `alpha` alone, gives the rest: the parity of its bits above `x mod 128`.
//!
//! Who compares knows `x`, so the walk may follow its bits; a party's seeds and control
//! bits are secret, and are only ever masked, never branched on or used as an index.

use super::bits::Bits;
use super::tree::{
    self, GROUP, ROOT_WORDS, SetId, bit, corrected, descend, equal, lanes, load, store, walk, xor,
};
use sotto_core::prg::lanes::U32x4;
use sotto_core::prg::{Seeds, double};
use sotto_core::secret::Secret;

/// Bits that a leaf of 128 answers.
const LEAF_BITS: u32 = 7;
/// Comparisons of numbers of `BITS` bits.
pub(super) struct Less<const BITS: u32 = { tree::BITS }>;

impl<const BITS: u32> Less<BITS> {
    /// Levels of the tree.
    const LEVELS: usize = (BITS - LEAF_BITS) as usize;

    /// Words of a group's key: a correction of seeds for each level and for the leaf, and between
    /// them the control bits' corrections, two bits a level, two comparisons to a word. That is
    /// 146 bytes a comparison.
    const KEY_WORDS: usize = 4 * GROUP * Self::LEVELS + GROUP / 2 + 4 * GROUP;

    /// Words of the key for so many comparisons, the same for both parties.
    pub(super) fn key_words(count: usize) -> usize {
        count.div_ceil(GROUP) * Self::KEY_WORDS
    }

    /// Appends the key of every secret `alpha`, for root seeds that alice and bob have drawn.
    pub(super) fn deal(set: SetId, alphas: &[u16], roots: [&[u32]; 2], key: &mut Secret<u32>) {
        key.reserve(Self::key_words(alphas.len()));
        let [alice, bob] = roots.map(|words| words.chunks_exact(ROOT_WORDS));
        for (group, ((alphas, alice), bob)) in (0..).zip(alphas.chunks(GROUP).zip(alice).zip(bob)) {
            let nonce = |level| set.nonce(group, level);
            Self::deal_group(nonce, lanes(alphas), [load(alice), load(bob)], key);
        }
    }

    /// This party's shares, by exclusive or, of `point < alpha` for every point.
    pub(super) fn eval(
        set: SetId,
        is_bob: bool,
        points: &[u16],
        roots: &[u32],
        key: &[u32],
    ) -> Bits {
        let bob = U32x4::splat(u32::from(is_bob).wrapping_neg());
        let mut words = Secret::zeros(Bits::words_of(points.len()));
        let groups = points.chunks(GROUP).zip(roots.chunks_exact(ROOT_WORDS));
        let groups = groups.zip(key.chunks_exact(Self::KEY_WORDS)).enumerate();
        for (group, ((points, roots), key)) in groups {
            let nonce = |level| set.nonce(group as u32, level);
            let less = Self::eval_group(nonce, bob, lanes(points), load(roots), key);
            let [a, b, c, d] = less.to_array();
            words[group / 8] |= (a | b << 1 | c << 2 | d << 3) << (4 * (group % 8));
        }
        Bits::from_words(words, points.len())
    }

    fn deal_group(
        nonce: impl Fn(usize) -> [u32; 3],
        alpha: U32x4,
        roots: [Seeds; 2],
        key: &mut Secret<u32>,
    ) {
        let mut seeds = roots;
        let mut controls = [U32x4::splat(0), U32x4::splat(u32::MAX)];
        let mut corrections = U32x4::splat(0);
        for level in 0..Self::LEVELS {
            let right = bit::<BITS>(alpha, level);
            let children = seeds.each_ref().map(|seeds| double(seeds, nonce(level)));
            let (correction, bits) = descend(&mut seeds, &mut controls, &children, right);
            store(&correction, key);
            corrections = corrections.xor(bits.shl(2 * level as u32));
        }
        let [a, b, c, d] = corrections.to_array();
        key.extend_from_slice(&[a | b << 16, c | d << 16]);
        store(&xor(&xor(&seeds[0], &seeds[1]), &at_bit(alpha)), key);
    }

    #[inline(always)]
    fn eval_group(
        nonce: impl Fn(usize) -> [u32; 3],
        bob: U32x4,
        point: U32x4,
        root: Seeds,
        key: &[u32],
    ) -> U32x4 {
        let (levels, rest) = key.split_at(4 * GROUP * Self::LEVELS);
        let (corrections, leaf) = rest.split_at(GROUP / 2);
        let [ab, cd] = [corrections[0], corrections[1]];
        let corrections = U32x4::new([ab & 0xffff, ab >> 16, cd & 0xffff, cd >> 16]);
        let (mut seed, mut control) = (root, bob);
        let mut less = U32x4::splat(0);
        for (level, words) in levels.chunks_exact(4 * GROUP).enumerate() {
            let children = double(&seed, nonce(level));
            let bits = corrections.shr(2 * level as u32);
            let right = bit::<BITS>(point, level);
            let right_bit = walk(&mut seed, &mut control, &children, &load(words), bits, right);
            less = less.xor(right_bit.and_not(right));
        }
        let leaf = corrected(&seed, &load(leaf), control);
        let above = above(point);
        let mut parity = U32x4::splat(0);
        for (leaf, above) in leaf.into_iter().zip(above) {
            parity = parity.xor(leaf.and(above));
        }
        for by in [16, 8, 4, 2, 1] {
            parity = parity.xor(parity.shr(by));
        }
        less.xor(parity).and(U32x4::splat(1))
    }
}

/// The leaf bit of each number, as a vector of 128 bits with one set.
fn at_bit(number: U32x4) -> Seeds {
    by_leaf(number, |word, index| equal(word, index >> 5) & 1 << (index & 31))
}

/// The leaf bits above that of each number.
#[inline(always)]
fn above(number: U32x4) -> Seeds {
    by_leaf(number, |word, index| {
        // Shifted twice, for a shift by all 32 bits is none.
        let here = u32::MAX << (index & 31) << 1;
        // All ones in the words beyond the index.
        let beyond = (index >> 5).wrapping_sub(word) as i32 >> 31;
        beyond as u32 | equal(word, index >> 5) & here
    })
}

/// Word by word of a leaf of 128 bits, from each number's index in it; without branches, for
/// the dealer's numbers are secret.
#[inline(always)]
fn by_leaf(number: U32x4, bits: impl Fn(u32, u32) -> u32) -> Seeds {
    let indices = number.to_array().map(|number| number % (1 << LEAF_BITS));
    std::array::from_fn(|word| U32x4::new(indices.map(|index| bits(word as u32, index))))
}

#[cfg(test)]
mod tests {
    use super::super::tree::{BITS, root_words};
    use super::*;
    use proptest::prelude::*;
    use sotto_core::seeded::Stream;

    const SET: SetId = SetId { number: 3, set: 1 };
    const LARGEST: u16 = (1 << BITS) - 1;

    /// What both parties find together.
    fn compare(points: &[u16], alphas: &[u16], seed: u64) -> Vec<bool> {
        let mut stream = Stream::new(seed, "test/dpf");
        let mut roots = || -> Vec<u32> {
            (0..root_words(alphas.len())).map(|_| stream.below(u32::MAX)).collect()
        };
        let (alice, bob) = (roots(), roots());
        let mut key = Secret::default();
        Less::<BITS>::deal(SET, alphas, [&alice, &bob], &mut key);
        assert_eq!(key.len(), Less::<BITS>::key_words(alphas.len()));
        let share = |is_bob, roots| Less::<BITS>::eval(SET, is_bob, points, roots, &key);
        let shares = share(false, &alice).xor(&share(true, &bob));
        shares.iter().collect()
    }

    proptest! {
        #[test]
        fn the_parties_compare(pairs in prop::collection::vec((0..=LARGEST, 0..=LARGEST), 0..70), seed: u64) {
            let (points, alphas): (Vec<u16>, Vec<u16>) = pairs.into_iter().unzip();
            let expected: Vec<bool> = points.iter().zip(&alphas).map(|(x, a)| x < a).collect();
            prop_assert_eq!(compare(&points, &alphas, seed), expected);
        }

        #[test]
        fn neighbours_are_told_apart(alpha in 1..LARGEST, seed: u64) {
            let points = [alpha - 1, alpha, alpha + 1];
            prop_assert_eq!(compare(&points, &[alpha; 3], seed), [true, false, false]);
        }
    }

    #[test]
    fn the_ends_of_the_range_compare() {
        let points = [0, 0, 0, LARGEST, LARGEST, 127, 128, 127];
        let alphas = [0, 1, LARGEST, 0, LARGEST, 128, 127, 127];
        let expected = [false, true, true, false, false, true, false, false];
        assert_eq!(compare(&points, &alphas, 1), expected);
    }

    #[test]
    fn one_share_alone_is_a_coin() {
        // A thousand keys for the same comparison: alice's share is 1 about half the time.
        let alphas = [77; 1000];
        let mut stream = Stream::new(3, "test/dpf/coin");
        let mut roots =
            || -> Vec<u32> { (0..root_words(1000)).map(|_| stream.below(u32::MAX)).collect() };
        let (alice, bob) = (roots(), roots());
        let mut key = Secret::default();
        Less::<BITS>::deal(SET, &alphas, [&alice, &bob], &mut key);
        let share = Less::<BITS>::eval(SET, false, &[5; 1000], &alice, &key);
        let ones = share.iter().filter(|bit| *bit).count();
        // Six standard deviations.
        assert!((405..595).contains(&ones), "{ones} of 1000");
    }

    /// Checks `keys` keys of random secrets at every point of the domain.
    fn assert_whole_domain<const BITS: u32>(keys: usize, seed: u64) {
        let mut stream = Stream::new(seed, "test/dpf/domain");
        for _ in 0..keys / GROUP {
            let alphas = [(); GROUP].map(|()| stream.below(1 << BITS) as u16);
            let mut roots =
                || -> Vec<u32> { (0..root_words(GROUP)).map(|_| stream.below(u32::MAX)).collect() };
            let (alice, bob) = (roots(), roots());
            let mut key = Secret::default();
            Less::<BITS>::deal(SET, &alphas, [&alice, &bob], &mut key);
            for point in 0..=((1u32 << BITS) - 1) as u16 {
                let share = |is_bob, roots: &[u32]| {
                    Less::<BITS>::eval(SET, is_bob, &[point; GROUP], roots, &key)
                };
                let found = share(false, &alice).xor(&share(true, &bob));
                assert!(
                    found.iter().eq(alphas.map(|alpha| point < alpha)),
                    "{point} and {alphas:?}"
                );
            }
        }
    }

    #[test]
    fn a_key_compares_with_every_number_of_its_domain() {
        assert_whole_domain::<BITS>(100, 1);
        // One level and a leaf, and two.
        assert_whole_domain::<8>(4000, 2);
        assert_whole_domain::<9>(2000, 3);
    }
}
