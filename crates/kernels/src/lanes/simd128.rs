//! WebAssembly's 128-bit vectors, two side by side.

use core::arch::wasm32::{
    f32x4, f32x4_add, f32x4_eq, f32x4_extract_lane, f32x4_gt, f32x4_mul, f32x4_splat, f32x4_sub,
    i32x4_shuffle, v128, v128_bitselect,
};

use super::{Lanes, WIDTH};

#[derive(Clone, Copy)]
pub(super) struct F32x8([v128; 2]);

impl Lanes for F32x8 {
    type Number = f32;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([f32x4_splat(value); 2])
    }
    #[inline(always)]
    fn load(&[a, b, c, d, e, f, g, h]: &[f32; WIDTH]) -> Self {
        // One load each, once compiled.
        Self([f32x4(a, b, c, d), f32x4(e, f, g, h)])
    }
    #[inline(always)]
    fn store(self, values: &mut [f32; WIDTH]) {
        let [a, b] = self.0;
        *values = [
            f32x4_extract_lane::<0>(a),
            f32x4_extract_lane::<1>(a),
            f32x4_extract_lane::<2>(a),
            f32x4_extract_lane::<3>(a),
            f32x4_extract_lane::<0>(b),
            f32x4_extract_lane::<1>(b),
            f32x4_extract_lane::<2>(b),
            f32x4_extract_lane::<3>(b),
        ];
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self([f32x4_add(self.0[0], other.0[0]), f32x4_add(self.0[1], other.0[1])])
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self([f32x4_sub(self.0[0], other.0[0]), f32x4_sub(self.0[1], other.0[1])])
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self([f32x4_mul(self.0[0], other.0[0]), f32x4_mul(self.0[1], other.0[1])])
    }
    #[inline(always)]
    fn if_greater(self, other: Self, then: Self, otherwise: Self) -> Self {
        Self([
            v128_bitselect(then.0[0], otherwise.0[0], f32x4_gt(self.0[0], other.0[0])),
            v128_bitselect(then.0[1], otherwise.0[1], f32x4_gt(self.0[1], other.0[1])),
        ])
    }
    #[inline(always)]
    fn if_equal(self, other: Self, then: Self, otherwise: Self) -> Self {
        Self([
            v128_bitselect(then.0[0], otherwise.0[0], f32x4_eq(self.0[0], other.0[0])),
            v128_bitselect(then.0[1], otherwise.0[1], f32x4_eq(self.0[1], other.0[1])),
        ])
    }
    #[inline(always)]
    fn sums([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        let halves = |v: Self| f32x4_add(v.0[0], v.0[1]);
        let (a, b, c, d) = (halves(a), halves(b), halves(c), halves(d));
        let (ab_01, ab_23) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let (cd_01, cd_23) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        // Of a, b, c and d: 0+2 and 1+3.
        let (ab, cd) = (f32x4_add(ab_01, ab_23), f32x4_add(cd_01, cd_23));
        let even = i32x4_shuffle::<0, 1, 4, 5>(ab, cd);
        let odd = i32x4_shuffle::<2, 3, 6, 7>(ab, cd);
        let sums = f32x4_add(even, odd);
        [
            f32x4_extract_lane::<0>(sums),
            f32x4_extract_lane::<1>(sums),
            f32x4_extract_lane::<2>(sums),
            f32x4_extract_lane::<3>(sums),
        ]
    }
}
