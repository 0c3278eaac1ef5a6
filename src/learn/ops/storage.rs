//! The door between Candle's tensors and the kernels' slices, for `f32` and `f64`.

use std::ops::{Div, MulAssign, Sub, SubAssign};

use candle_core::{CpuStorage, Layout, Result, Tensor, WithDType, bail};

pub(super) use crate::kernels::Number;

/// A number type that the kernels compute with.
///
/// Training uses `f32`; `f64` serves the finite-difference tests of the same code.
pub(super) trait Real:
    WithDType + Number + PartialOrd + SubAssign + MulAssign + Sub<Output = Self> + Div<Output = Self>
{
    const ONE: Self;
    /// `e^self`, the same bits on every target.
    fn exponential(self) -> Self;
    /// The natural logarithm, the same bits on every target.
    fn logarithm(self) -> Self;
}

impl Real for f32 {
    const ONE: Self = 1.0;
    fn exponential(self) -> Self {
        libm::expf(self)
    }
    fn logarithm(self) -> Self {
        libm::logf(self)
    }
}

impl Real for f64 {
    const ONE: Self = 1.0;
    fn exponential(self) -> Self {
        libm::exp(self)
    }
    fn logarithm(self) -> Self {
        libm::log(self)
    }
}

/// The values of a contiguous tensor.
pub(super) fn slice<'a, T: WithDType>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("the kernels take contiguous tensors, this one has layout {layout:?}")
    };
    Ok(&storage.as_slice::<T>()?[start..end])
}

/// Runs `$body` with `$t` standing for the floating-point type of `$storage`.
macro_rules! with_real {
    ($storage:expr, $t:ident => $body:expr) => {
        match candle_core::backend::BackendStorage::dtype($storage) {
            candle_core::DType::F32 => {
                type $t = f32;
                $body
            }
            candle_core::DType::F64 => {
                type $t = f64;
                $body
            }
            other => candle_core::bail!("the kernels take f32 and f64, not {other:?}"),
        }
    };
}
pub(super) use with_real;

/// The tensor itself, or a copy whose values lie in order.
///
/// Gradients that arrive from Candle may be broadcast views.
pub(super) fn contiguous(tensor: &Tensor) -> Result<Tensor> {
    tensor.contiguous()
}
