//! Pooling windows and the rectifier, lanes at a time.

use super::Number;
use super::lanes::{Float, Lanes};

/// What a window of `size` by `size` values becomes. Windows do not overlap; rows and
/// columns left over are dropped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Height and width.
    pub size: usize,
    /// What is taken of the values.
    pub kind: Pooling,
    /// Whether what is below zero becomes zero afterwards.
    pub relu: bool,
}

/// What is taken of a window's values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pooling {
    /// The first largest.
    Max,
    /// The mean.
    Average,
}

/// The index of a window that the rectifier closed: its gradient is zero.
const CLOSED: f64 = -1.0;

/// A window of which some values were taken.
#[derive(Clone, Copy)]
pub struct PartialWindow<L: Lanes> {
    value: L,
    index: L,
    number: L::Number,
}

impl Window {
    /// Leaves every value as it is.
    pub const IDENTITY: Self = Self { size: 1, kind: Pooling::Max, relu: false };

    /// Whether the gradient depends on the values: on which was largest, on the rectifier.
    #[must_use]
    pub fn has_indices(&self) -> bool {
        self.relu || (self.kind == Pooling::Max && self.size > 1)
    }

    /// Begins a window with its first value.
    #[inline(always)]
    pub fn begin<L: Lanes>(&self, first: L) -> PartialWindow<L> {
        PartialWindow { value: first, index: L::zero(), number: L::Number::ZERO }
    }

    /// Takes the next value of the window, row by row.
    #[inline(always)]
    pub fn take<L: Lanes>(&self, taken: &mut PartialWindow<L>, value: L) {
        match self.kind {
            Pooling::Max => {
                taken.number += L::Number::ONE;
                taken.index = value.if_greater(taken.value, L::splat(taken.number), taken.index);
                taken.value = value.if_greater(taken.value, value, taken.value);
            }
            Pooling::Average => taken.value = taken.value.add(value),
        }
    }

    /// The window's value, and its index: which of the values it was, or that the rectifier
    /// closed it.
    #[inline(always)]
    pub fn finish<L: Lanes>(&self, taken: PartialWindow<L>) -> (L, L) {
        let PartialWindow { mut value, mut index, .. } = taken;
        if self.kind == Pooling::Average {
            value = value.mul(self.share());
        }
        if self.relu {
            let closed = L::splat(L::Number::of(CLOSED));
            index = value.if_greater(L::zero(), index, closed);
            value = value.if_greater(L::zero(), value, L::zero());
        }
        (value, index)
    }

    /// The gradient of the window's value `number`, row by row, from the window's own.
    #[inline(always)]
    pub fn backward<L: Lanes>(&self, number: usize, index: L, dy: L) -> L {
        match self.kind {
            Pooling::Max => index.if_equal(L::splat(L::Number::of(number as f64)), dy, L::zero()),
            Pooling::Average => {
                let closed = L::splat(L::Number::of(CLOSED));
                index.if_equal(closed, L::zero(), dy.mul(self.share()))
            }
        }
    }

    #[inline(always)]
    fn share<L: Lanes>(&self) -> L {
        L::splat(L::Number::of(1.0 / (self.size * self.size) as f64))
    }
}
