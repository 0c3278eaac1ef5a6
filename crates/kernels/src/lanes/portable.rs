//! The back end that every other must equal: an array.

use super::{Float, Lanes, WIDTH};

/// Lanes in an array, which the compiler makes vectors of where it can.
#[derive(Clone, Copy)]
pub struct Portable<T>([T; WIDTH]);

impl<T: Float> Portable<T> {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }

    #[inline(always)]
    fn choose(
        self,
        other: Self,
        [then, otherwise]: [Self; 2],
        test: impl Fn(&T, &T) -> bool,
    ) -> Self {
        Self(std::array::from_fn(|i| {
            if test(&self.0[i], &other.0[i]) { then.0[i] } else { otherwise.0[i] }
        }))
    }
}

impl<T: Float> Lanes for Portable<T> {
    type Number = T;

    #[inline(always)]
    fn splat(value: T) -> Self {
        Self([value; WIDTH])
    }
    #[inline(always)]
    fn load(values: &[T; WIDTH]) -> Self {
        Self(*values)
    }
    #[inline(always)]
    fn store(self, values: &mut [T; WIDTH]) {
        *values = self.0;
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    fn if_greater(self, other: Self, then: Self, otherwise: Self) -> Self {
        self.choose(other, [then, otherwise], T::gt)
    }
    #[inline(always)]
    fn if_equal(self, other: Self, then: Self, otherwise: Self) -> Self {
        self.choose(other, [then, otherwise], T::eq)
    }
    #[inline(always)]
    fn sums(four: [Self; 4]) -> [T; 4] {
        four.map(|Self(v)| ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])))
    }
}
