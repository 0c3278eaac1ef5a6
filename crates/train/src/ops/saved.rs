//! What an operation keeps of its forward pass for its gradient: each window's place.

use std::sync::{Mutex, MutexGuard, PoisonError};

use candle_core::{CpuStorage, Result};

use super::storage::Real;
use sotto_kernels::lanes::{Float, Lanes};
use sotto_kernels::scratch::Scratch;
use sotto_kernels::tile::load_some;
use sotto_kernels::window::Window;

/// The places of an operation's windows, kept from its forward to its backward pass. Their
/// memory serves the next step.
#[derive(Default)]
pub(super) struct Places(Mutex<Option<CpuStorage>>);

impl Places {
    /// Room for the places of `len` windows, or none where no gradient needs them.
    pub(super) fn buffer<T: Float>(window: &Window, len: usize) -> Scratch<T> {
        Scratch::new(if window.has_places() { len } else { 0 })
    }

    pub(super) fn save<T: Real>(&self, places: Scratch<T>) {
        *self.lock() = Some(T::to_cpu_storage_owned(places.into_vec()));
    }

    /// Runs `body` with the places of the forward pass.
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

impl Drop for Places {
    fn drop(&mut self) {
        if let Some(CpuStorage::F32(places)) = self.lock().take() {
            // It goes back to its pool.
            drop(Scratch::from_vec(places));
        }
    }
}

/// The places for a backward pass.
#[derive(Clone, Copy)]
pub(super) struct Saved<'a, T>(&'a [T]);

#[cfg(test)]
impl<'a, T> Saved<'a, T> {
    pub(super) fn of(places: &'a [T]) -> Self {
        Self(places)
    }
}

impl<T: Float> Saved<'_, T> {
    /// The places of `width` windows; zeros where none are needed.
    #[inline(always)]
    pub(super) fn load<L: Lanes<Number = T>>(&self, from: usize, width: usize) -> L {
        match self.0.is_empty() {
            true => L::zero(),
            false => load_some(&self.0[from..][..width]),
        }
    }
}
