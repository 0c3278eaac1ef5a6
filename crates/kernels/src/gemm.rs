//! `C += A B` in register tiles of 4 rows by 8 columns.
//!
//! A tile keeps its 32 sums in eight 128-bit registers while the inner index runs once
//! from start to end, so each sum is taken in ascending order whatever the tile's shape.
//! Operands are packed first: four rows of A, or eight columns of B, side by side. B may
//! be a matrix that is never stored, such as a convolution's patches.

use super::Number;

/// Rows of a tile.
pub const ROWS: usize = 4;
/// Columns of a tile.
pub const COLUMNS: usize = 8;

/// A matrix whose columns can be packed eight at a time.
pub trait Columns<T> {
    /// Writes columns `first..first + COLUMNS` to `panel`, row after row; columns beyond
    /// the matrix's edge may hold any finite values.
    fn pack(&self, first: usize, panel: &mut [T]);
}

/// A matrix in a slice, row after row.
#[derive(Clone, Copy)]
pub struct Matrix<'a, T> {
    /// Row after row.
    pub values: &'a [T],
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub columns: usize,
}

impl<'a, T: Number> Matrix<'a, T> {
    /// `rows` by `columns`.
    pub fn new(values: &'a [T], rows: usize, columns: usize) -> Self {
        debug_assert_eq!(values.len(), rows * columns);
        Self { values, rows, columns }
    }

    /// Writes rows `first..first + ROWS` to `panel`, column after column, zeros beyond the edge.
    fn pack_rows(&self, first: usize, panel: &mut [T]) {
        let rows = ROWS.min(self.rows - first);
        panel.fill(T::ZERO);
        for r in 0..rows {
            let row = &self.values[(first + r) * self.columns..][..self.columns];
            for (slot, &value) in panel.iter_mut().skip(r).step_by(ROWS).zip(row) {
                *slot = value;
            }
        }
    }
}

impl<T: Number> Columns<T> for Matrix<'_, T> {
    fn pack(&self, first: usize, panel: &mut [T]) {
        let columns = COLUMNS.min(self.columns - first);
        for (r, out) in panel.chunks_exact_mut(COLUMNS).enumerate() {
            let row = &self.values[r * self.columns + first..][..columns];
            out[columns..].fill(T::ZERO);
            out[..columns].copy_from_slice(row);
        }
    }
}

/// A left operand, packed once for any number of products.
pub struct Packed<T: Number> {
    rows: usize,
    inner: usize,
    panels: Vec<T>,
}

impl<T: Number> Packed<T> {
    /// Packs a matrix.
    pub fn new(a: Matrix<'_, T>) -> Self {
        let mut panels = vec![T::ZERO; a.rows.div_ceil(ROWS) * ROWS * a.columns];
        for (i, panel) in panels.chunks_exact_mut(ROWS * a.columns).enumerate() {
            a.pack_rows(i * ROWS, panel);
        }
        Self { rows: a.rows, inner: a.columns, panels }
    }

    /// `c += a b`, where `c` has a row of `columns` values for each row of `a`.
    pub fn add_product(&self, b: &impl Columns<T>, columns: usize, c: &mut [T]) {
        debug_assert_eq!(c.len(), self.rows * columns);
        let mut panel = vec![T::ZERO; self.inner * COLUMNS];
        for first in (0..columns).step_by(COLUMNS) {
            b.pack(first, &mut panel);
            let width = COLUMNS.min(columns - first);
            for (i, left) in self.panels.chunks_exact(ROWS * self.inner).enumerate() {
                let height = ROWS.min(self.rows - i * ROWS);
                let mut sums = [[T::ZERO; COLUMNS]; ROWS];
                for (r, sums) in sums.iter_mut().enumerate().take(height) {
                    let start = (i * ROWS + r) * columns + first;
                    sums[..width].copy_from_slice(&c[start..start + width]);
                }
                let sums = tile(left, &panel, sums);
                for (r, sums) in sums.iter().enumerate().take(height) {
                    let start = (i * ROWS + r) * columns + first;
                    c[start..start + width].copy_from_slice(&sums[..width]);
                }
            }
        }
        T::erase(&mut panel);
    }
}

impl<T: Number> Drop for Packed<T> {
    fn drop(&mut self) {
        T::erase(&mut self.panels);
    }
}

/// `c += a b`, where `c` has `a.rows` rows of `columns` values.
pub fn add_product<T: Number>(a: Matrix<'_, T>, b: &impl Columns<T>, columns: usize, c: &mut [T]) {
    Packed::new(a).add_product(b, columns, c);
}

/// `c += x B` for one row `x` and a matrix `B` of as many rows, which is read once, in place.
///
/// # Panics
/// When the matrix has other columns than `c`.
pub fn add_row_product<T: Number>(x: &[T], b: &[T], c: &mut [T]) {
    debug_assert_eq!(b.len(), x.len() * c.len());
    let columns = c.len();
    let (fours, rest) = x.as_chunks::<4>();
    let mut rows = b.chunks_exact(columns);
    let mut next = || rows.next().expect("there is a row of B for every value of x");
    for &[x0, x1, x2, x3] in fours {
        let (b0, b1, b2, b3) = (next(), next(), next(), next());
        for ((((c, &b0), &b1), &b2), &b3) in c.iter_mut().zip(b0).zip(b1).zip(b2).zip(b3) {
            // Each product is added for itself, in ascending order.
            *c += x0 * b0;
            *c += x1 * b1;
            *c += x2 * b2;
            *c += x3 * b3;
        }
    }
    for &x in rest {
        for (c, &b) in c.iter_mut().zip(next()) {
            *c += x * b;
        }
    }
}

/// Adds the product of a packed 4-row and a packed 8-column panel to `sums`.
#[inline]
fn tile<T: Number>(
    left: &[T],
    right: &[T],
    mut sums: [[T; COLUMNS]; ROWS],
) -> [[T; COLUMNS]; ROWS] {
    for (a, b) in left.chunks_exact(ROWS).zip(right.chunks_exact(COLUMNS)) {
        for (sums, &a) in sums.iter_mut().zip(a) {
            for (sum, &b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::super::random;
    use super::*;
    use proptest::prelude::*;

    /// The definition, one sum at a time in ascending order.
    fn plain(a: Matrix<'_, f32>, b: Matrix<'_, f32>, c: &mut [f32]) {
        for r in 0..a.rows {
            for column in 0..b.columns {
                for k in 0..a.columns {
                    c[r * b.columns + column] +=
                        a.values[r * a.columns + k] * b.values[k * b.columns + column];
                }
            }
        }
    }

    proptest! {
        #[test]
        fn tiles_change_no_bit(
            rows in 1usize..14, columns in 1usize..20, inner in 1usize..30, seed: u64,
        ) {
            let (a, b) = (random(rows * inner, seed), random(inner * columns, seed ^ 1));
            let (a, b) = (Matrix::new(&a, rows, inner), Matrix::new(&b, inner, columns));
            let mut expected = random(rows * columns, seed ^ 2);
            let mut found = expected.clone();
            plain(a, b, &mut expected);
            add_product(a, &b, columns, &mut found);
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn a_row_times_a_matrix_is_a_product(columns in 1usize..20, inner in 0usize..30, seed: u64) {
            let (x, b) = (random(inner, seed), random(inner * columns, seed ^ 1));
            let mut expected = random(columns, seed ^ 2);
            let mut found = expected.clone();
            plain(Matrix::new(&x, 1, inner), Matrix::new(&b, inner, columns), &mut expected);
            add_row_product(&x, &b, &mut found);
            prop_assert_eq!(found, expected);
        }
    }
}
