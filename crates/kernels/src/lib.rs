//! The innermost loops: matrix products of any kind of number, and the kernels that training
//! computes with in floating point, eight numbers at a time.
//!
//! | file | what it is |
//! |---|---|
//! | [`gemm`], [`patches`] | matrix products for the integers of a ring; a convolution's patches |
//! | [`lanes`] | eight floating-point numbers side by side, and the back ends: a file each |
//! | [`tile`], [`dot`] | products of such |
//! | [`window`] | pools |
//! | [`winograd`] | minimal filtering |
//! | [`scratch`] | working memory |
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

pub mod dot;
pub mod gemm;
pub mod lanes;
pub mod patches;
pub mod scratch;
pub mod tile;
pub mod window;
pub mod winograd;

use std::num::Wrapping;
use std::ops::{Add, AddAssign, Mul, Sub};

use bytemuck::Pod;

/// What the products multiply and add.
pub trait Number:
    Pod + AddAssign + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    /// Zero.
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
        sotto_core::secret::erase(values);
    }
}

impl Number for Wrapping<i64> {
    const ZERO: Self = Wrapping(0);
}

/// Normal numbers for tests.
#[cfg(test)]
fn random(len: usize, seed: u64) -> Vec<f32> {
    let mut stream = sotto_core::seeded::Stream::new(seed, "test/kernels");
    (0..len).map(|_| stream.normal() as f32).collect()
}
