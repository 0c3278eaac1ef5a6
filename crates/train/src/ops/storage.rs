//! Conversion between Candle's tensors and the kernels' slices, for `f32` and `f64`.

use std::ops::{Deref, DivAssign, SubAssign};

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor, WithDType, bail};

use sotto_kernels::lanes::Float;

/// A number type that the operations compute with.
///
/// Training uses `f32`; `f64` serves the finite-difference tests of the same code.
pub(super) trait Real: WithDType + Float + SubAssign + DivAssign {
    /// `e^self`, the same bits on every target.
    fn exponential(self) -> Self;
    /// The natural logarithm, the same bits on every target.
    fn logarithm(self) -> Self;
}

impl Real for f32 {
    fn exponential(self) -> Self {
        libm::expf(self)
    }
    fn logarithm(self) -> Self {
        libm::logf(self)
    }
}

impl Real for f64 {
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

/// A tensor's values, held for reading.
pub(super) struct Values<'a, S> {
    storage: S,
    layout: &'a Layout,
}

/// Holds a tensor's values.
pub(super) fn values(tensor: &Tensor) -> Values<'_, impl Deref<Target = Storage>> {
    let (storage, layout) = tensor.storage_and_layout();
    Values { storage, layout }
}

impl<S: Deref<Target = Storage>> Values<'_, S> {
    pub(super) fn slice<T: WithDType>(&self) -> Result<&[T]> {
        match &*self.storage {
            Storage::Cpu(storage) => slice(storage, self.layout),
            _ => bail!("the kernels compute on the CPU"),
        }
    }
}

/// Runs `$body` with `$t` standing for the floating-point type. The page has no use for `f64`,
/// and does not load kernels for it.
macro_rules! with_real {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            candle_core::DType::F32 => {
                type $t = f32;
                $body
            }
            #[cfg(not(target_arch = "wasm32"))]
            candle_core::DType::F64 => {
                type $t = f64;
                $body
            }
            other => candle_core::bail!("there are no kernels for {other:?}"),
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
