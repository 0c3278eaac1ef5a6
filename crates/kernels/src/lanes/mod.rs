//! Eight numbers side by side, and how the back end that computes with them is chosen.
//!
//! A [`Kernel`] is written once over [`Lanes`]; [`Float::dispatch`] runs it on the best back
//! end of the machine: two `simd128` registers in WebAssembly, one AVX2 register natively,
//! else an array that the compiler vectorises as it can. Every operation here rounds once,
//! and no back end fuses a product with a sum: all give the same bits.
//!
//! A new back end is one file and one line. The only `unsafe` code is in `avx2`.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

pub use portable::Portable;

use std::cell::RefCell;
use std::thread::LocalKey;

use super::Number;

/// Numbers in a [`Lanes`], on every back end: it is part of the order of sums.
pub const WIDTH: usize = 8;

/// [`WIDTH`] numbers and what the kernels do with them, number by number.
pub trait Lanes: Copy {
    /// What stands in a lane.
    type Number: Float;

    /// The same number in every lane.
    fn splat(value: Self::Number) -> Self;
    /// These numbers.
    fn load(values: &[Self::Number; WIDTH]) -> Self;
    /// Writes the numbers.
    fn store(self, values: &mut [Self::Number; WIDTH]);
    /// Sums.
    fn add(self, other: Self) -> Self;
    /// Differences.
    fn sub(self, other: Self) -> Self;
    /// Products.
    fn mul(self, other: Self) -> Self;
    /// `then` where `self > other`, else `otherwise`.
    fn if_greater(self, other: Self, then: Self, otherwise: Self) -> Self;
    /// `then` where `self == other`, else `otherwise`.
    fn if_equal(self, other: Self, then: Self, otherwise: Self) -> Self;

    /// Zeros.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(Self::Number::ZERO)
    }

    /// The sums of four times eight numbers, each `((0+4)+(2+6)) + ((1+5)+(3+7))`.
    fn sums(four: [Self; 4]) -> [Self::Number; 4];

    /// The sum of the numbers, in the same order.
    #[inline(always)]
    fn sum(self) -> Self::Number {
        Self::sums([self; 4])[0]
    }
}

/// A computation over lanes of any back end.
pub trait Kernel<T> {
    /// What it computes.
    type Output;

    /// To be `#[inline(always)]`, with all it calls, and without lanes in closures that go to
    /// the standard library: the back end's instructions are at hand only where this is inlined.
    fn run<L: Lanes<Number = T>>(self) -> Self::Output;
}

/// A floating-point number with a back end.
pub trait Float: Number + PartialOrd + 'static {
    /// One.
    const ONE: Self;

    /// The nearest number.
    fn of(value: f64) -> Self;
    /// Runs a kernel on the best back end of this machine.
    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output;
    /// Buffers of this thread that are free to be used again.
    fn pool() -> &'static LocalKey<RefCell<Vec<Vec<Self>>>>;
}

impl Float for f32 {
    const ONE: Self = 1.0;

    fn of(value: f64) -> Self {
        value as f32
    }

    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return kernel.run::<simd128::F32x8>();
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = avx2::Avx2::detect() {
            return avx2.run(kernel);
        }
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        kernel.run::<Portable<f32>>()
    }

    fn pool() -> &'static LocalKey<RefCell<Vec<Vec<Self>>>> {
        thread_local!(static POOL: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) });
        &POOL
    }
}

/// For the tests of gradients, which difference quotients check.
impl Float for f64 {
    const ONE: Self = 1.0;

    fn of(value: f64) -> Self {
        value
    }

    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output {
        kernel.run::<Portable<f64>>()
    }

    fn pool() -> &'static LocalKey<RefCell<Vec<Vec<Self>>>> {
        thread_local!(static POOL: RefCell<Vec<Vec<f64>>> = const { RefCell::new(Vec::new()) });
        &POOL
    }
}
