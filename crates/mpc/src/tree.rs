//! What point functions and comparisons with a payload have in common: binary trees of seeds
//! along the bits of a number, four of them side by side.

use sotto_core::prg::lanes::U32x4;
use sotto_core::prg::{Children, Seeds};
use sotto_core::secret::Secret;

/// Bits of the numbers compared, `m` in the formulas.
pub(super) const BITS: u32 = super::ring::NARROW_BITS - 1;
/// Comparisons side by side in one key.
pub(super) const GROUP: usize = 4;
/// Words of a group's root seeds.
pub(super) const ROOT_WORDS: usize = 4 * GROUP;

/// Names a set of comparisons: no two sets of a session have the same name.
#[derive(Debug, Clone, Copy)]
pub(super) struct SetId {
    /// The classification's number.
    pub(super) number: u32,
    /// Counts the sets of one classification.
    pub(super) set: u32,
}

impl SetId {
    /// The generator's nonce at a level of a group's trees.
    pub(super) fn nonce(self, group: u32, level: usize) -> [u32; 3] {
        [self.number, self.set, group << 4 | level as u32]
    }
}

/// Words of one party's root seeds for so many comparisons.
pub(super) fn root_words(count: usize) -> usize {
    count.div_ceil(GROUP) * ROOT_WORDS
}

/// The bit that decides at `level` of a tree for numbers of `BITS` bits, spread over the lane.
#[inline(always)]
pub(super) fn bit<const BITS: u32>(number: U32x4, level: usize) -> U32x4 {
    number.shl(u32::BITS - BITS + level as u32).top_bits()
}

/// Takes both parties' nodes on the path to `alpha` a level down, to the right where the mask is set. Gives the correction
/// of the children's seeds, and of their control bits: the left one's in bit 0, the right one's in bit 1.
#[inline(always)]
pub(super) fn descend(
    seeds: &mut [Seeds; 2],
    controls: &mut [U32x4; 2],
    children: &[Children; 2],
    right: U32x4,
) -> (Seeds, U32x4) {
    let [a, b] = children;
    // The side that alpha does not take gets equal seeds and bits.
    let lost = |children: &Children| pick(&children.right, &children.left, right);
    let correction = xor(&lost(a), &lost(b));
    let ones = U32x4::splat(u32::MAX);
    let left_bit = a.left_bit.xor(b.left_bit).xor(right).xor(ones);
    let right_bit = a.right_bit.xor(b.right_bit).xor(right);
    let kept_bit = left_bit.select(right_bit, right);
    for ((seed, control), children) in seeds.iter_mut().zip(controls).zip(children) {
        let kept = pick(&children.left, &children.right, right);
        *seed = corrected(&kept, &correction, *control);
        let bit = children.left_bit.select(children.right_bit, right);
        *control = bit.xor(kept_bit.and(*control));
    }
    (correction, left_bit.shr(31).xor(right_bit.shr(31).shl(1)))
}

/// Takes one party's nodes a level down, with the corrections of seeds and of control bits. Gives the right
/// children's control bits.
#[inline(always)]
pub(super) fn walk(
    seed: &mut Seeds,
    control: &mut U32x4,
    children: &Children,
    correction: &Seeds,
    bits: U32x4,
    right: U32x4,
) -> U32x4 {
    let left_bit = children.left_bit.xor(bits.low_bits().and(*control));
    let right_bit = children.right_bit.xor(bits.shr(1).low_bits().and(*control));
    *seed = corrected(&pick(&children.left, &children.right, right), correction, *control);
    *control = left_bit.select(right_bit, right);
    right_bit
}

#[inline(always)]
pub(super) fn pick(left: &Seeds, right: &Seeds, to_right: U32x4) -> Seeds {
    std::array::from_fn(|word| left[word].select(right[word], to_right))
}

#[inline(always)]
pub(super) fn xor(a: &Seeds, b: &Seeds) -> Seeds {
    std::array::from_fn(|word| a[word].xor(b[word]))
}

#[inline(always)]
pub(super) fn corrected(seed: &Seeds, correction: &Seeds, control: U32x4) -> Seeds {
    std::array::from_fn(|word| seed[word].xor(correction[word].and(control)))
}

/// All ones where two small numbers are equal, else zero.
#[inline(always)]
pub(super) fn equal(a: u32, b: u32) -> u32 {
    (((a ^ b).wrapping_sub(1)) as i32 >> 31) as u32
}

pub(super) fn lanes(numbers: &[u16]) -> U32x4 {
    let mut lanes = [0; GROUP];
    for (lane, number) in lanes.iter_mut().zip(numbers) {
        *lane = u32::from(*number);
    }
    U32x4::new(lanes)
}

#[inline(always)]
pub(super) fn load(words: &[u32]) -> Seeds {
    std::array::from_fn(|word| U32x4::load(&words[GROUP * word..]))
}

pub(super) fn store(seeds: &Seeds, words: &mut Secret<u32>) {
    seeds.iter().for_each(|word| words.extend_from_slice(&word.to_array()));
}
