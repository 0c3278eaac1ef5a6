//! Matrix products and convolution patches for any kind of number: floating point, which
//! training computes with, and the integers of a ring, which shares are made of.

pub(crate) mod gemm;
pub(crate) mod patches;

use std::num::Wrapping;
use std::ops::{AddAssign, Mul};

/// What the products multiply and add.
pub(crate) trait Number: Copy + AddAssign + Mul<Output = Self> {
    const ZERO: Self;
}

impl Number for f32 {
    const ZERO: Self = 0.0;
}

impl Number for f64 {
    const ZERO: Self = 0.0;
}

impl Number for Wrapping<u32> {
    const ZERO: Self = Wrapping(0);
}

impl Number for Wrapping<i64> {
    const ZERO: Self = Wrapping(0);
}
