//! One 256-bit register of x86-64's AVX2.
//!
//! Safety: values of [`F32x8`] are made only by a kernel that [`Avx2::run`] runs, and an
//! [`Avx2`] exists only where the machine has the instructions.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256, _CMP_EQ_OQ, _CMP_GT_OQ, _mm256_add_ps, _mm256_blendv_ps, _mm256_cmp_ps,
    _mm256_loadu_ps, _mm256_mul_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm256_sub_ps,
};

use super::{Kernel, Lanes, WIDTH};

/// Proof that the machine has AVX2.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(crate) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    pub(crate) fn run<K: Kernel<f32>>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx2")]
        fn with_avx2<K: Kernel<f32>>(kernel: K) -> K::Output {
            kernel.run::<F32x8>()
        }
        // SAFETY: `self` proves that the machine has AVX2.
        unsafe { with_avx2(kernel) }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct F32x8(__m256);

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
}
