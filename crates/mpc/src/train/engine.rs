//! What a step of training is made of. The step itself is written once, over an [`Engine`]; who runs it
//! decides what it means:
//!
//! | engine | a value is | what it does |
//! |---|---|---|
//! | [`Dealt`](super::deal::Dealt) | its mask | deals what the parties will need |
//! | [`Computing`](super::compute::Computing) | the masked value and a share of the mask | computes it together with its peer |
//! | [`Clear`](super::clear::Clear) | the number | is the oracle |
//!
//! So all three meet the gates in the same order, which is what masks and dealt words rest on.

use std::ops::Range;

use super::super::Error;
use super::super::gates::ProductForm;
use sotto_core::secret::Secret;
use sotto_kernels::Number;

/// A map that adds up copies of what it is given: every engine does it to whatever it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Linear {
    /// `y[i] = x[from[i]]`; nothing at [`NOWHERE`].
    Gather(Vec<u32>),
    /// `y[to[i]] += x[i]`, for a result of this length; left out at [`NOWHERE`].
    Scatter(Vec<u32>, usize),
}

/// No index.
pub(super) const NOWHERE: u32 = u32::MAX;

impl Linear {
    /// A matrix of so many rows and columns, transposed.
    pub(super) fn transpose(rows: usize, columns: usize) -> Self {
        let entries = |column: usize| (0..rows).map(move |row| (row * columns + column) as u32);
        Self::Gather((0..columns).flat_map(entries).collect())
    }

    /// A vector, so many times one behind the other.
    pub(super) fn repeat(length: usize, times: usize) -> Self {
        Self::Gather((0..times).flat_map(|_| 0..length as u32).collect())
    }

    /// Each value, so many times.
    pub(super) fn spread(length: usize, times: usize) -> Self {
        Self::Gather(
            (0..length as u32).flat_map(|index| std::iter::repeat_n(index, times)).collect(),
        )
    }

    /// The other way: what was copied is added up, and what was added up is copied. `length` is that of `x`.
    pub(super) fn back(&self, length: usize) -> Self {
        match self {
            Self::Gather(from) => Self::Scatter(from.clone(), length),
            Self::Scatter(to, _) => Self::Gather(to.clone()),
        }
    }

    /// Elements of the result.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Gather(from) => from.len(),
            Self::Scatter(_, length) => *length,
        }
    }

    /// Of numbers that everybody may know.
    pub(super) fn apply<T: Number>(&self, x: &[T]) -> Vec<T> {
        let mut y = vec![T::ZERO; self.len()];
        self.add(x, &mut y);
        y
    }

    /// Of shares, or of masks.
    pub(super) fn apply_to_secret<T: Number>(&self, x: &[T]) -> Secret<T> {
        let mut y = Secret::zeros(self.len());
        self.add(x, &mut y);
        y
    }

    fn add<T: Number>(&self, x: &[T], y: &mut [T]) {
        match self {
            Self::Gather(from) => {
                for (y, from) in y.iter_mut().zip(from) {
                    *y += x.get(*from as usize).copied().unwrap_or(T::ZERO);
                }
            }
            Self::Scatter(to, _) => {
                for (x, to) in x.iter().zip(to) {
                    if let Some(y) = y.get_mut(*to as usize) {
                        *y += *x;
                    }
                }
            }
        }
    }
}

/// Who takes a step. Names of steps tell messages apart; public numbers are whole and signed.
pub(super) trait Engine {
    /// Numbers in `Z_2^32`, shared.
    type Shares;
    /// Numbers in `Z_2^32` under a mask.
    type Wide;
    /// Numbers in `Z_2^16` under a mask.
    type Narrow;
    /// Signs under a mask.
    type Signs;

    /// The layer that the next gates belong to.
    fn enter(&mut self, layer: &str);

    /// Puts numbers under a fresh mask.
    async fn open(&mut self, step: &str, x: &Self::Shares) -> Result<Self::Wide, Error>;
    /// Lets both parties know numbers, on purpose.
    async fn reveal(&mut self, step: &str, x: &Self::Shares) -> Result<(), Error>;
    /// Drops low bits, and all but 16 of the others.
    async fn truncate(&mut self, x: &Self::Shares, shift: u32) -> Result<Self::Narrow, Error>;
    /// Drops low bits; one result for each number of them.
    async fn rescale(
        &mut self,
        step: &str,
        x: &Self::Shares,
        shifts: &[u32],
    ) -> Result<Vec<Self::Shares>, Error>;
    /// `max(x, 0)`, and where `x` is not negative.
    async fn relu(&mut self, x: &Self::Narrow) -> Result<(Self::Wide, Self::Signs), Error>;
    fn multiply(
        &mut self,
        form: ProductForm,
        a: &Self::Wide,
        b: &Self::Wide,
    ) -> Result<Self::Shares, Error>;
    /// The values where a sign is set, else zero.
    fn keep(&mut self, signs: &Self::Signs, x: &Self::Wide) -> Result<Self::Shares, Error>;

    fn shares(&self, x: &Self::Wide) -> Self::Shares;
    /// The low 16 bits.
    fn narrow(&self, x: &Self::Wide) -> Self::Narrow;
    fn map(&self, x: &Self::Shares, map: &Linear) -> Self::Shares;
    fn map_wide(&self, x: &Self::Wide, map: &Linear) -> Self::Wide;
    /// `x + factor y`.
    fn add(&self, x: &Self::Shares, factor: i32, y: &Self::Shares) -> Self::Shares;
    fn add_wide(&self, x: &Self::Wide, factor: i32, y: &Self::Wide) -> Self::Wide;
    /// `factor x + constant`.
    fn affine(&self, factor: i32, x: &Self::Shares, constant: i32) -> Self::Shares;
    fn plus_wide(&self, x: &Self::Wide, constant: i32) -> Self::Wide;
    fn part(&self, x: &Self::Shares, range: Range<usize>) -> Self::Shares;
    fn part_wide(&self, x: &Self::Wide, range: Range<usize>) -> Self::Wide;
    fn join(&self, parts: Vec<Self::Shares>) -> Self::Shares;
    fn join_wide(&self, parts: Vec<Self::Wide>) -> Self::Wide;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_transposed_matrix_has_its_rows_as_columns() {
        let x = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(Linear::transpose(2, 3).apply(&x), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(Linear::repeat(2, 2).apply(&x), [1.0, 2.0, 1.0, 2.0]);
        assert_eq!(Linear::spread(2, 2).apply(&x), [1.0, 1.0, 2.0, 2.0]);
    }

    proptest! {
        /// `<y, A x> = <A' y, x>`.
        #[test]
        fn the_way_back_is_the_adjoint(indices in prop::collection::vec(0u32..12, 1..20), seed: u64) {
            let gather = Linear::Gather(indices.iter().map(|index| if *index > 9 { NOWHERE } else { *index }).collect());
            let numbers = |count: usize, part: u64| -> Vec<f32> {
                let mut stream = sotto_core::seeded::Stream::new(seed ^ part, "test/linear");
                (0..count).map(|_| f32::from(stream.below(100) as u16)).collect()
            };
            let (x, y) = (numbers(10, 1), numbers(indices.len(), 2));
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let scatter = gather.back(x.len());
            prop_assert_eq!(dot(&y, &gather.apply(&x)), dot(&scatter.apply(&y), &x));
            prop_assert_eq!(scatter.back(y.len()), gather);
        }
    }
}
