//! Working memory that is used again: a training step after the first takes what an
//! earlier one gave back.
//!
//! So what a step takes from the allocator are Candle's tensors; `crates/train/tests/memory.rs` sees to that.

use std::ops::{Deref, DerefMut};

use super::lanes::Float;

/// A buffer that returns to its thread's pool when it is dropped.
pub struct Scratch<T: Float>(Vec<T>);

/// More buffers than a step holds at a time; what comes back beyond is freed.
const POOLED_MAX: usize = 32;

impl<T: Float> Scratch<T> {
    /// `len` numbers of any value.
    pub fn new(len: usize) -> Self {
        let mut buffer = T::pool().with_borrow_mut(|pool| {
            // The smallest that is large enough, else the largest, to grow it.
            let index = (0..pool.len()).min_by_key(|&index| {
                let held = pool[index].capacity();
                if held >= len { (false, held) } else { (true, usize::MAX - held) }
            });
            index.map(|index| pool.swap_remove(index)).unwrap_or_default()
        });
        buffer.resize(len, T::ZERO);
        Self(buffer)
    }

    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::new(len);
        buffer.fill(T::ZERO);
        buffer
    }

    /// A buffer to be given back to the pool when it is dropped.
    #[must_use]
    pub fn from_vec(buffer: Vec<T>) -> Self {
        Self(buffer)
    }

    /// The buffer alone; [`Scratch::from_vec`] takes it back.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<T> {
        std::mem::take(&mut self.0)
    }
}

impl<T: Float> Drop for Scratch<T> {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.0);
        #[expect(
            clippy::let_underscore_must_use,
            reason = "at a thread's end the pool may be gone before its last buffer"
        )]
        let _ = T::pool().try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if buffer.capacity() > 0 && pool.len() < POOLED_MAX {
                pool.push(buffer);
            }
        });
    }
}

impl<T: Float> Deref for Scratch<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Float> DerefMut for Scratch<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_is_taken_again() {
        let large = Scratch::<f64>::new(100);
        let small = Scratch::<f64>::new(10);
        let [large_at, small_at] = [large.as_ptr(), small.as_ptr()];
        drop(large);
        drop(small);
        // The smallest that is large enough.
        let five = Scratch::<f64>::zeros(5);
        assert_eq!((five.as_ptr(), &*five), (small_at, &[0.0; 5][..]));
        let fifty = Scratch::<f64>::new(50);
        assert_eq!((fifty.as_ptr(), fifty.len()), (large_at, 50));
        drop(five);
        drop(fifty);
        // None is: the largest grows, so that buffers do not pile up.
        drop(Scratch::<f64>::new(200));
        assert_eq!(f64::pool().with_borrow(Vec::len), 2);
    }
}
