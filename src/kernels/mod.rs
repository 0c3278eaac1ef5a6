//! The innermost loops: matrix products of any kind of number, and the kernels that training
//! computes with in floating point, eight numbers at a time.

pub(crate) mod dot;
pub(crate) mod gemm;
pub(crate) mod lanes;
pub(crate) mod patches;
pub(crate) mod scratch;
pub(crate) mod tile;
pub(crate) mod window;
pub(crate) mod winograd;

use std::num::Wrapping;
use std::ops::{Add, AddAssign, Mul, Sub};

use bytemuck::Pod;

/// What the products multiply and add.
pub(crate) trait Number:
    Pod + AddAssign + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    const ZERO: Self;

    /// Erases working memory, where these numbers may be shares or masks.
    fn erase(_: &mut [Self]) {}
}

impl Number for f32 {
    const ZERO: Self = 0.0;
}

impl Number for f64 {
    const ZERO: Self = 0.0;
}

impl Number for Wrapping<u32> {
    const ZERO: Self = Wrapping(0);

    fn erase(values: &mut [Self]) {
        crate::secret::erase(values);
    }
}

impl Number for Wrapping<i64> {
    const ZERO: Self = Wrapping(0);
}

/// Normal numbers for tests.
#[cfg(test)]
fn random(len: usize, seed: u64) -> Vec<f32> {
    let mut stream = crate::seeded::Stream::new(seed, "test/kernels");
    (0..len).map(|_| stream.normal() as f32).collect()
}
