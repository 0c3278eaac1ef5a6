//! WebAssembly's 128-bit vectors, two side by side.

use core::arch::wasm32::{
    f32x4, f32x4_add, f32x4_eq, f32x4_extract_lane, f32x4_gt, f32x4_mul, f32x4_splat, f32x4_sub,
    v128, v128_bitselect,
};

use super::{Lanes, WIDTH};

#[derive(Clone, Copy)]
pub(crate) struct F32x8([v128; 2]);

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
}
