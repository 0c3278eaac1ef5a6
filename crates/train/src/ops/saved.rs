//! What an operation keeps of its forward pass for its gradient: the index of each window's largest value.

use std::sync::{Mutex, MutexGuard, PoisonError};

use candle_core::{CpuStorage, Result};

use super::storage::Real;
use sotto_kernels::lanes::{Float, Lanes};
use sotto_kernels::scratch::Scratch;
use sotto_kernels::tile::load_some;
use sotto_kernels::window::Window;

/// The indices of an operation's windows, kept from its forward to its backward pass. Their
/// memory serves the next step.
#[derive(Default)]
pub(super) struct Indices(Mutex<Option<CpuStorage>>);

impl Indices {
    /// Room for the indices of `len` windows, or none where no gradient needs them.
    pub(super) fn buffer<T: Float>(window: &Window, len: usize) -> Scratch<T> {
        Scratch::new(if window.has_indices() { len } else { 0 })
    }

    pub(super) fn save<T: Real>(&self, indices: Scratch<T>) {
        *self.lock() = Some(T::to_cpu_storage_owned(indices.into_vec()));
    }

    /// Runs `body` with the indices of the forward pass.
    pub(super) fn lend<T: Real, R>(&self, body: impl FnOnce(Saved<'_, T>) -> R) -> Result<R> {
        match &*self.lock() {
            Some(storage) => Ok(body(Saved(storage.as_slice::<T>()?))),
            None => candle_core::bail!("a gradient needs a forward pass before it"),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<CpuStorage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Indices {
    fn drop(&mut self) {
        if let Some(CpuStorage::F32(indices)) = self.lock().take() {
            // It goes back to its pool.
            drop(Scratch::from_vec(indices));
        }
    }
}

/// The indices for a backward pass.
#[derive(Clone, Copy)]
pub(super) struct Saved<'a, T>(&'a [T]);

#[cfg(test)]
impl<'a, T> Saved<'a, T> {
    pub(super) fn of(indices: &'a [T]) -> Self {
        Self(indices)
    }
}

impl<T: Float> Saved<'_, T> {
    /// The indices of `width` windows; zeros where none are needed.
    #[inline(always)]
    pub(super) fn load<L: Lanes<Number = T>>(&self, from: usize, width: usize) -> L {
        match self.0.is_empty() {
            true => L::zero(),
            false => load_some(&self.0[from..][..width]),
        }
    }
}
