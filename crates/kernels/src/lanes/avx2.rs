//! One 256-bit register of x86-64's AVX2.
//!
//! Safety: values of [`F32x8`] are made only by a kernel that [`Avx2::run`] runs, and an
//! [`Avx2`] exists only where the machine has the instructions.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128, __m256, _CMP_EQ_OQ, _CMP_GT_OQ, _mm_add_ps, _mm_movehl_ps, _mm_movelh_ps,
    _mm_storeu_ps, _mm_unpackhi_ps, _mm_unpacklo_ps, _mm256_add_ps, _mm256_blendv_ps,
    _mm256_castps256_ps128, _mm256_cmp_ps, _mm256_extractf128_ps, _mm256_loadu_ps, _mm256_mul_ps,
    _mm256_set1_ps, _mm256_storeu_ps, _mm256_sub_ps,
};

use super::{Kernel, Lanes, WIDTH};

/// Proof that the machine has AVX2.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    pub(super) fn run<K: Kernel<f32>>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx2")]
        fn with_avx2<K: Kernel<f32>>(kernel: K) -> K::Output {
            kernel.run::<F32x8>()
        }
        // SAFETY: `self` proves that the machine has AVX2.
        unsafe { with_avx2(kernel) }
    }
}

#[derive(Clone, Copy)]
pub(super) struct F32x8(__m256);

impl F32x8 {
    /// Numbers 0 to 3 plus numbers 4 to 7.
    #[inline(always)]
    fn halves(self) -> __m128 {
        // SAFETY: see the module.
        unsafe { _mm_add_ps(_mm256_castps256_ps128(self.0), _mm256_extractf128_ps::<1>(self.0)) }
    }
}

impl Lanes for F32x8 {
    type Number = f32;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_set1_ps(value) })
    }
    #[inline(always)]
    fn load(values: &[f32; WIDTH]) -> Self {
        // SAFETY: eight numbers stand there; see the module.
        Self(unsafe { _mm256_loadu_ps(values.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, values: &mut [f32; WIDTH]) {
        // SAFETY: there is room for eight numbers; see the module.
        unsafe { _mm256_storeu_ps(values.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_sub_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn if_greater(self, other: Self, then: Self, otherwise: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe {
            let mask = _mm256_cmp_ps::<_CMP_GT_OQ>(self.0, other.0);
            _mm256_blendv_ps(otherwise.0, then.0, mask)
        })
    }
    #[inline(always)]
    fn if_equal(self, other: Self, then: Self, otherwise: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe {
            let mask = _mm256_cmp_ps::<_CMP_EQ_OQ>(self.0, other.0);
            _mm256_blendv_ps(otherwise.0, then.0, mask)
        })
    }
    #[inline(always)]
    fn sums([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        let mut sums = [0.0; 4];
        // SAFETY: there is room for four numbers; see the module.
        unsafe {
            let (a, b, c, d) = (a.halves(), b.halves(), c.halves(), d.halves());
            let (ab_01, ab_23) = (_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
            let (cd_01, cd_23) = (_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
            // Of a, b, c and d: 0+2 and 1+3.
            let (ab, cd) = (_mm_add_ps(ab_01, ab_23), _mm_add_ps(cd_01, cd_23));
            let (even, odd) = (_mm_movelh_ps(ab, cd), _mm_movehl_ps(cd, ab));
            _mm_storeu_ps(sums.as_mut_ptr(), _mm_add_ps(even, odd));
        }
        sums
    }
}
