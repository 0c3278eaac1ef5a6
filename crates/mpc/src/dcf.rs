//! Comparison of a public number with a secret one, times a secret payload: a distributed
//! comparison function.
//!
//! The function is `beta` below the secret `alpha` and zero elsewhere (Boyle, Chandran, Gilboa,
//! Gupta, Ishai, Kumar and Rathee 2021, "Function Secret Sharing for Mixed-Mode and Fixed-Point
//! Secure Computation", ePrint 2020/1392, figure 1). It is the tree of a point function (`dpf`)
//! with a value in every child, and a correction of values in every level. A party adds up the
//! values on the walk along the bits of `x`,
//!
//! ```text
//! [v]_b = (-1)^b sum over the levels of   value + t * correction
//! ```
//!
//! and the corrections make the sum over both parties the same on all of a subtree that the
//! walk to `alpha` leaves: `beta` where it leaves to the right, else zero. Some levels early a
//! block of 16 words, expanded from the node's seed, has the values of all numbers that are left.
//!
//! One message less than a comparison and a selection after it: the parties get shares of a
//! product where a point function gives them shares of a bit. It costs a key two or three times
//! as long. Nothing secret is branched on or used as an index, as in `dpf`.

use std::marker::PhantomData;

use super::tree::{self, GROUP, ROOT_WORDS, SetId, bit, descend, equal, lanes, load, store, walk};
use sotto_core::prg::lanes::U32x4;
use sotto_core::prg::{BLOCK_WORDS, Seeds, double_with, expand};
use sotto_core::secret::Secret;

/// What the words of a payload are.
pub(super) trait PayloadWord {
    fn add(a: U32x4, b: U32x4) -> U32x4;
    fn sub(a: U32x4, b: U32x4) -> U32x4;

    /// The negative where the mask is all ones.
    #[inline(always)]
    fn negate(a: U32x4, mask: U32x4) -> U32x4 {
        Self::sub(a.xor(mask), mask)
    }
}

/// A wide element to a word.
pub(super) enum WideWord {}
/// Two narrow elements to a word.
pub(super) enum NarrowPair {}

impl PayloadWord for WideWord {
    #[inline(always)]
    fn add(a: U32x4, b: U32x4) -> U32x4 {
        a.add(b)
    }
    #[inline(always)]
    fn sub(a: U32x4, b: U32x4) -> U32x4 {
        a.sub(b)
    }
}

impl PayloadWord for NarrowPair {
    #[inline(always)]
    fn add(a: U32x4, b: U32x4) -> U32x4 {
        a.add_halves(b)
    }
    #[inline(always)]
    fn sub(a: U32x4, b: U32x4) -> U32x4 {
        a.sub_halves(b)
    }
}

/// Comparisons of numbers of `BITS` bits, with payloads of `N` words.
pub(super) struct Compare<R, const N: usize, const BITS: u32 = { tree::BITS }>(PhantomData<R>);

impl<R: PayloadWord, const N: usize, const BITS: u32> Compare<R, N, BITS> {
    /// Bits that a leaf answers: a block has the values of so many numbers.
    const LEAF_BITS: u32 = (BLOCK_WORDS / N).ilog2();
    /// Numbers that a leaf answers for.
    const LEAVES: usize = 1 << Self::LEAF_BITS;
    /// Levels of the tree.
    const LEVELS: usize = (BITS - Self::LEAF_BITS) as usize;
    /// Words of a level's corrections, of seeds and of values.
    const LEVEL_WORDS: usize = GROUP * (4 + N);
    /// Words of a group's key: the levels, the control bits' corrections, two bits a level, and the
    /// leaf's values. That is 416 bytes a comparison with three words, 288 with one.
    const KEY_WORDS: usize = Self::LEVELS * Self::LEVEL_WORDS + GROUP + GROUP * Self::LEAVES * N;

    /// Words of the key for so many comparisons, the same for both parties.
    pub(super) fn key_words(count: usize) -> usize {
        count.div_ceil(GROUP) * Self::KEY_WORDS
    }

    /// Appends the key of every secret `alpha` with its payload, for root seeds that alice and bob
    /// have drawn.
    pub(super) fn deal(
        set: SetId,
        alphas: &[u16],
        payloads: [&[u32]; N],
        roots: [&[u32]; 2],
        key: &mut Secret<u32>,
    ) {
        key.reserve(Self::key_words(alphas.len()));
        let [alice, bob] = roots.map(|words| words.chunks_exact(ROOT_WORDS));
        let groups = alphas.chunks(GROUP).zip(alice).zip(bob);
        for (group, ((alphas, alice), bob)) in groups.enumerate() {
            let beta = payloads.map(|payload| words(&payload[GROUP * group..]));
            let nonce = |level| set.nonce(group as u32, level);
            Self::deal_group(nonce, lanes(alphas), beta, [load(alice), load(bob)], key);
        }
    }

    /// This party's shares of the payload where `point < alpha`, else of zero, for every point.
    pub(super) fn eval(
        set: SetId,
        is_bob: bool,
        points: &[u16],
        roots: &[u32],
        key: &[u32],
    ) -> [Secret<u32>; N] {
        let bob = U32x4::splat(u32::from(is_bob).wrapping_neg());
        // Whole groups.
        let room = points.len().next_multiple_of(GROUP);
        let mut sums = [(); N].map(|()| Secret::with_capacity(room));
        let groups = points.chunks(GROUP).zip(roots.chunks_exact(ROOT_WORDS));
        for (group, ((points, roots), key)) in
            groups.zip(key.chunks_exact(Self::KEY_WORDS)).enumerate()
        {
            let nonce = |level| set.nonce(group as u32, level);
            let found = Self::eval_group(nonce, bob, lanes(points), load(roots), key);
            for (sums, found) in sums.iter_mut().zip(found) {
                sums.extend_from_slice(&found.to_array());
            }
        }
        for sums in &mut sums {
            sums.truncate(points.len());
        }
        sums
    }

    fn deal_group(
        nonce: impl Fn(usize) -> [u32; 3],
        alpha: U32x4,
        beta: [U32x4; N],
        roots: [Seeds; 2],
        key: &mut Secret<u32>,
    ) {
        let mut seeds = roots;
        let mut controls = [U32x4::splat(0), U32x4::splat(u32::MAX)];
        let mut bits_of_all = U32x4::splat(0);
        // What both parties' values add up to on the way to alpha.
        let mut sums = [U32x4::splat(0); N];
        let mut rest = U32x4::splat(0);
        for level in 0..Self::LEVELS {
            let right = bit::<BITS>(alpha, level);
            let [a, b] = seeds.each_ref().map(|seeds| double_with::<N>(seeds, nonce(level)));
            rest = a.rest.xor(b.rest);
            let (of_a, of_b) = (a.values, b.values);
            let negative = controls[1];
            let (correction, bits) = descend(&mut seeds, &mut controls, &[a.nodes, b.nodes], right);
            store(&correction, key);
            for (word, (sum, beta)) in sums.iter_mut().zip(beta).enumerate() {
                let [left_of_all, right_of_all] =
                    [0, 1].map(|side| R::sub(of_a[side][word], of_b[side][word]));
                let lost = right_of_all.select(left_of_all, right);
                let kept = left_of_all.select(right_of_all, right);
                // Numbers to the left of the path are below alpha.
                let correction = R::sub(R::sub(beta.and(right), lost), *sum);
                *sum = R::add(R::add(*sum, kept), correction);
                key.extend_from_slice(&R::negate(correction, negative).to_array());
            }
            bits_of_all = bits_of_all.xor(bits.shl(2 * level as u32));
        }
        // Bits of no level are filled up with some that nothing else depends on: a key is uniform
        // in all of its bits.
        key.extend_from_slice(&bits_of_all.xor(rest.shl(2 * Self::LEVELS as u32)).to_array());
        let [a, b] = seeds.each_ref().map(|seeds| expand(seeds, nonce(Self::LEVELS)));
        let index = Self::leaf(alpha);
        for number in 0..Self::LEAVES {
            let below = U32x4::new(index.map(|alpha| below(number as u32, alpha)));
            for (word, (sum, beta)) in sums.into_iter().zip(beta).enumerate() {
                let at = N * number + word;
                let correction = R::sub(R::sub(beta.and(below), sum), R::sub(a[at], b[at]));
                key.extend_from_slice(&R::negate(correction, controls[1]).to_array());
            }
        }
    }

    #[inline(always)]
    fn eval_group(
        nonce: impl Fn(usize) -> [u32; 3],
        bob: U32x4,
        point: U32x4,
        root: Seeds,
        key: &[u32],
    ) -> [U32x4; N] {
        let (levels, rest) = key.split_at(Self::LEVELS * Self::LEVEL_WORDS);
        let (bits_of_all, leaves) = rest.split_at(GROUP);
        let bits_of_all = U32x4::load(bits_of_all);
        let (mut seed, mut control) = (root, bob);
        let mut sums = [U32x4::splat(0); N];
        for (level, words) in levels.chunks_exact(Self::LEVEL_WORDS).enumerate() {
            let children = double_with::<N>(&seed, nonce(level));
            let [of_left, of_right] = children.values;
            let right = bit::<BITS>(point, level);
            for (word, sum) in sums.iter_mut().enumerate() {
                let correction = U32x4::load(&words[GROUP * (4 + word)..]).and(control);
                let value = of_left[word].select(of_right[word], right);
                *sum = R::add(*sum, R::add(value, correction));
            }
            let bits = bits_of_all.shr(2 * level as u32);
            walk(&mut seed, &mut control, &children.nodes, &load(words), bits, right);
        }
        let block = expand(&seed, nonce(Self::LEVELS));
        let index = Self::leaf(point);
        for number in 0..Self::LEAVES {
            let here = U32x4::new(index.map(|index| equal(index, number as u32)));
            for (word, sum) in sums.iter_mut().enumerate() {
                let at = N * number + word;
                let correction = U32x4::load(&leaves[GROUP * at..]).and(control);
                *sum = R::add(*sum, R::add(block[at], correction).and(here));
            }
        }
        sums.map(|sum| R::negate(sum, bob))
    }

    /// The index in its leaf of each number.
    #[inline(always)]
    fn leaf(number: U32x4) -> [u32; GROUP] {
        number.to_array().map(|number| number % Self::LEAVES as u32)
    }
}

/// All ones where one small number is below another, else zero.
fn below(a: u32, b: u32) -> u32 {
    (a.wrapping_sub(b) as i32 >> 31) as u32
}

/// Four words, or as many as there are.
fn words(numbers: &[u32]) -> U32x4 {
    let mut lanes = [0; GROUP];
    for (lane, number) in lanes.iter_mut().zip(numbers) {
        *lane = *number;
    }
    U32x4::new(lanes)
}

#[cfg(test)]
mod tests {
    use super::super::tree::{BITS, root_words};
    use super::*;
    use proptest::prelude::*;
    use sotto_core::seeded::Stream;

    const SET: SetId = SetId { number: 3, set: 1 };
    const LARGEST: u16 = (1 << BITS) - 1;

    /// Both parties' shares of the payloads.
    type Shares<const N: usize> = [[Secret<u32>; N]; 2];

    fn shares<R: PayloadWord, const N: usize>(
        points: &[u16],
        alphas: &[u16],
        payloads: &[Vec<u32>; N],
        seed: u64,
    ) -> Shares<N> {
        let mut stream = Stream::new(seed, "test/dcf");
        let mut draw = || -> Vec<u32> {
            (0..root_words(alphas.len())).map(|_| stream.below(u32::MAX)).collect()
        };
        let roots = [draw(), draw()];
        let mut key = Secret::default();
        let payloads = payloads.each_ref().map(Vec::as_slice);
        let views = roots.each_ref().map(Vec::as_slice);
        Compare::<R, N>::deal(SET, alphas, payloads, views, &mut key);
        assert_eq!(key.len(), Compare::<R, N>::key_words(alphas.len()));
        let [alice, bob] = views;
        [(false, alice), (true, bob)]
            .map(|(is_bob, roots)| Compare::<R, N>::eval(SET, is_bob, points, roots, &key))
    }

    fn payloads<const N: usize>(count: usize, seed: u64) -> [Vec<u32>; N] {
        let mut stream = Stream::new(seed, "test/dcf/payloads");
        [(); N].map(|()| (0..count).map(|_| stream.below(u32::MAX)).collect())
    }

    /// What the parties find for random payloads is these below `alpha`, else zero.
    fn assert_compares<R: PayloadWord, const N: usize>(points: &[u16], alphas: &[u16], seed: u64) {
        let payloads = payloads::<N>(points.len(), seed);
        let [a, b] = shares::<R, N>(points, alphas, &payloads, seed);
        for ((a, b), payload) in a.iter().zip(&b).zip(&payloads) {
            let found = a
                .iter()
                .zip(b.iter())
                .map(|(a, b)| R::add(U32x4::splat(*a), U32x4::splat(*b)).to_array()[0]);
            let pairs = points.iter().zip(alphas).zip(payload);
            let expected = pairs.map(|((x, alpha), beta)| if x < alpha { *beta } else { 0 });
            assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        }
    }

    fn assert_all_compare(points: &[u16], alphas: &[u16], seed: u64) {
        assert_compares::<WideWord, 3>(points, alphas, seed);
        assert_compares::<NarrowPair, 1>(points, alphas, seed);
    }

    proptest! {
        #[test]
        fn the_payload_is_there_below_alpha(pairs in prop::collection::vec((0..=LARGEST, 0..=LARGEST), 0..70), seed: u64) {
            let (points, alphas): (Vec<u16>, Vec<u16>) = pairs.into_iter().unzip();
            assert_all_compare(&points, &alphas, seed);
        }

        #[test]
        fn neighbours_are_told_apart(alpha in 1..LARGEST, seed: u64) {
            assert_all_compare(&[alpha - 1, alpha, alpha + 1], &[alpha; 3], seed);
        }
    }

    #[test]
    fn the_ends_of_the_range_compare() {
        let points = [0, 0, 0, LARGEST, LARGEST, 3, 4, 3, 127, 15, 16];
        let alphas = [0, 1, LARGEST, 0, LARGEST, 4, 3, 3, 128, 16, 15];
        assert_all_compare(&points, &alphas, 1);
    }

    #[test]
    fn one_share_alone_is_uniform() {
        // A thousand keys of the same secrets: of alice's shares each bit is 1 about half the time.
        let payload = vec![7; 1000];
        let [alice, _] =
            shares::<WideWord, 3>(&[5; 1000], &[77; 1000], &[(); 3].map(|()| payload.clone()), 3);
        let [other, _] = shares::<NarrowPair, 1>(&[5; 1000], &[77; 1000], &[payload], 3);
        for (word, share) in alice.iter().chain(&other).enumerate() {
            for bit in 0..32 {
                let ones = share.iter().filter(|value| *value >> bit & 1 == 1).count();
                // Six standard deviations.
                assert!((405..595).contains(&ones), "bit {bit} of word {word}: {ones} of 1000");
            }
        }
    }

    /// Checks `keys` keys of random secrets and payloads at every point of the domain.
    fn assert_whole_domain<R: PayloadWord, const N: usize, const BITS: u32>(
        keys: usize,
        seed: u64,
    ) {
        let mut stream = Stream::new(seed, "test/dcf/domain");
        for group in 0..(keys / GROUP) as u64 {
            let alphas = [(); GROUP].map(|()| stream.below(1 << BITS) as u16);
            let payloads = payloads::<N>(GROUP, seed << 32 | group);
            let mut roots =
                || -> Vec<u32> { (0..root_words(GROUP)).map(|_| stream.below(u32::MAX)).collect() };
            let (alice, bob) = (roots(), roots());
            let mut key = Secret::default();
            let views = payloads.each_ref().map(Vec::as_slice);
            Compare::<R, N, BITS>::deal(SET, &alphas, views, [&alice, &bob], &mut key);
            for point in 0..=((1u32 << BITS) - 1) as u16 {
                let share = |is_bob, roots: &[u32]| {
                    Compare::<R, N, BITS>::eval(SET, is_bob, &[point; GROUP], roots, &key)
                };
                let shares = share(false, &alice).into_iter().zip(share(true, &bob));
                for ((a, b), payload) in shares.zip(&payloads) {
                    let found = R::add(U32x4::load(&a), U32x4::load(&b)).to_array();
                    let expected: [u32; GROUP] =
                        std::array::from_fn(
                            |key| if point < alphas[key] { payload[key] } else { 0 },
                        );
                    assert_eq!(found, expected, "{point} and {alphas:?}");
                }
            }
        }
    }

    #[test]
    fn a_key_has_its_payload_at_every_number_of_its_domain() {
        assert_whole_domain::<WideWord, 3, BITS>(40, 1);
        assert_whole_domain::<NarrowPair, 1, BITS>(40, 2);
        assert_whole_domain::<WideWord, 3, 5>(4000, 3);
        assert_whole_domain::<NarrowPair, 1, 6>(4000, 4);
    }
}
