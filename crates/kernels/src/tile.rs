//! `C = A B` in register tiles of at most 4 rows by 8 columns, from packed operands.
//!
//! A tile's 32 sums stay in registers (eight of 128 bits) while the inner index runs once
//! from start to end, so each sum is taken in ascending order whatever the tile's shape.
//! The left operand is packed in blocks of up to four rows, `[inner][rows]`; the right one in
//! panels of eight columns, `[inner][8]`.

use super::Number;
use super::lanes::{Float, Lanes, WIDTH};

const ROWS: usize = 4;

/// `rows` in blocks of nearly equal height, four at most: the first row and the height.
pub fn blocks(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = rows.div_ceil(ROWS).max(1);
    let (height, taller) = (rows / count, rows % count);
    (0..count).map(move |i| (i * height + i.min(taller), height + usize::from(i < taller)))
}

/// Packs `A [rows, inner]`, whose element `(row, k)` is `at(row, k)`.
#[inline(always)]
pub fn pack_left<T: Float>(
    rows: usize,
    inner: usize,
    packed: &mut [T],
    at: impl Fn(usize, usize) -> T,
) {
    debug_assert_eq!(packed.len(), rows * inner);
    for (first, height) in blocks(rows) {
        let block = &mut packed[first * inner..(first + height) * inner];
        for (k, column) in block.chunks_exact_mut(height).enumerate() {
            for (row, slot) in column.iter_mut().enumerate() {
                *slot = at(first + row, k);
            }
        }
    }
}

/// Numbers in the panels of `B [inner, columns]`.
#[must_use]
pub fn panels_len(inner: usize, columns: usize) -> usize {
    inner * columns.next_multiple_of(WIDTH)
}

/// Packs `B [inner, columns]`, whose row `k` is `row(k)`, zeros beyond its last column.
#[inline(always)]
pub fn pack_rows<'a, T: Float>(
    inner: usize,
    columns: usize,
    panels: &mut [T],
    row: impl Fn(usize) -> &'a [T],
) {
    let step = inner * WIDTH;
    for k in 0..inner {
        let (eights, rest) = row(k)[..columns].as_chunks::<WIDTH>();
        let mut slots = panels[k * WIDTH..].chunks_mut(step);
        for (eight, slot) in eights.iter().zip(&mut slots) {
            slot[..WIDTH].copy_from_slice(eight);
        }
        if let Some(slot) = slots.next() {
            slot[..WIDTH].fill(T::ZERO);
            slot[..rest.len()].copy_from_slice(rest);
        }
    }
}

/// Packs `B [inner, columns]`, whose column `c` is `column(c)`, zeros beyond the last.
#[inline(always)]
pub fn pack_columns<'a, T: Float>(
    inner: usize,
    columns: usize,
    panels: &mut [T],
    column: impl Fn(usize) -> &'a [T],
) {
    for (panel, first) in panels.chunks_exact_mut(inner * WIDTH).zip((0..columns).step_by(WIDTH)) {
        for lane in 0..WIDTH {
            let slots = panel.iter_mut().skip(lane).step_by(WIDTH);
            if first + lane < columns {
                slots.zip(column(first + lane)).for_each(|(slot, &value)| *slot = value);
            } else {
                slots.for_each(|slot| *slot = T::ZERO);
            }
        }
    }
}

/// Where a product's tiles begin and end.
pub trait Output<L: Lanes> {
    /// What row `row` of a panel starts from.
    fn start(&self, row: usize, panel: usize) -> L;
    /// Takes the finished sums of row `row` of a panel.
    fn finish(&mut self, row: usize, panel: usize, sums: L);
}

/// Multiplies a packed `A [rows, inner]` by the panels of `B`.
#[inline(always)]
pub fn product<L: Lanes>(
    rows: usize,
    inner: usize,
    left: &[L::Number],
    panels: &[L::Number],
    output: &mut impl Output<L>,
) {
    for (first, height) in blocks(rows) {
        let left = &left[first * inner..(first + height) * inner];
        for (panel, right) in panels.chunks_exact(inner * WIDTH).enumerate() {
            match height {
                4 => tile::<L, 4>(first, panel, left, right, output),
                3 => tile::<L, 3>(first, panel, left, right, output),
                2 => tile::<L, 2>(first, panel, left, right, output),
                _ => tile::<L, 1>(first, panel, left, right, output),
            }
        }
    }
}

#[inline(always)]
fn tile<L: Lanes, const R: usize>(
    first: usize,
    panel: usize,
    left: &[L::Number],
    right: &[L::Number],
    output: &mut impl Output<L>,
) {
    let mut sums = [L::zero(); R];
    for (r, sum) in sums.iter_mut().enumerate() {
        *sum = output.start(first + r, panel);
    }
    for (a, b) in left.as_chunks::<R>().0.iter().zip(right.as_chunks::<WIDTH>().0) {
        let b = L::load(b);
        for (sum, &a) in sums.iter_mut().zip(a) {
            *sum = sum.add(L::splat(a).mul(b));
        }
    }
    for (r, &sums) in sums.iter().enumerate() {
        output.finish(first + r, panel, sums);
    }
}

/// A matrix whose rows begin `stride` apart; each starts from its bias, or from zero.
pub struct Rows<'a, T> {
    /// Where the rows stand.
    pub values: &'a mut [T],
    /// From the beginning of a row to that of the next.
    pub stride: usize,
    /// Values of a row.
    pub columns: usize,
    /// A value for each row.
    pub bias: Option<&'a [T]>,
}

impl<L: Lanes> Output<L> for Rows<'_, L::Number> {
    #[inline(always)]
    fn start(&self, row: usize, _panel: usize) -> L {
        self.bias.map_or(L::zero(), |bias| L::splat(bias[row]))
    }

    #[inline(always)]
    fn finish(&mut self, row: usize, panel: usize, sums: L) {
        let first = panel * WIDTH;
        let width = WIDTH.min(self.columns - first);
        store_some(sums, &mut self.values[row * self.stride + first..][..width]);
    }
}

/// Adds row `r` to the values from `offsets[r]` on.
pub struct Scatter<'a, T> {
    /// What is added to.
    pub values: &'a mut [T],
    /// Where each row begins.
    pub offsets: &'a [usize],
    /// Values of a row.
    pub columns: usize,
}

impl<L: Lanes> Output<L> for Scatter<'_, L::Number> {
    #[inline(always)]
    fn start(&self, _row: usize, _panel: usize) -> L {
        L::zero()
    }

    #[inline(always)]
    fn finish(&mut self, row: usize, panel: usize, sums: L) {
        let first = panel * WIDTH;
        let width = WIDTH.min(self.columns - first);
        let values = &mut self.values[self.offsets[row] + first..][..width];
        store_some(load_some::<L>(values).add(sums), values);
    }
}

/// The panels of the next product: `[panel][rows][8]`.
pub struct Panels<'a, T> {
    /// Where the panels stand.
    pub values: &'a mut [T],
    /// Rows of a panel.
    pub rows: usize,
}

impl<L: Lanes> Output<L> for Panels<'_, L::Number> {
    #[inline(always)]
    fn start(&self, _row: usize, _panel: usize) -> L {
        L::zero()
    }

    #[inline(always)]
    fn finish(&mut self, row: usize, panel: usize, sums: L) {
        store_at(sums, self.values, (panel * self.rows + row) * WIDTH);
    }
}

/// The eight numbers from `start` on.
///
/// # Panics
/// When there are fewer.
#[inline(always)]
pub fn load_at<L: Lanes>(values: &[L::Number], start: usize) -> L {
    let eight = values[start..].first_chunk().expect("whole lanes stand there");
    L::load(eight)
}

/// Writes eight numbers from `start` on.
///
/// # Panics
/// When there is no room for them.
#[inline(always)]
pub fn store_at<L: Lanes>(lanes: L, values: &mut [L::Number], start: usize) {
    let eight = values[start..].first_chunk_mut().expect("there is room for whole lanes");
    lanes.store(eight);
}

/// Up to eight numbers, zeros after them.
#[inline(always)]
pub fn load_some<L: Lanes>(values: &[L::Number]) -> L {
    match values.first_chunk() {
        Some(eight) => L::load(eight),
        None => {
            let mut eight = [L::Number::ZERO; WIDTH];
            eight[..values.len()].copy_from_slice(values);
            L::load(&eight)
        }
    }
}

/// Stores as many numbers as there is room for.
#[inline(always)]
pub fn store_some<L: Lanes>(lanes: L, values: &mut [L::Number]) {
    match values.first_chunk_mut() {
        Some(eight) => lanes.store(eight),
        None => {
            let mut eight = [L::Number::ZERO; WIDTH];
            lanes.store(&mut eight);
            let width = values.len();
            values.copy_from_slice(&eight[..width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lanes::{Kernel, Portable};
    use super::super::random;
    use super::*;

    struct Product<'a> {
        rows: usize,
        inner: usize,
        columns: usize,
        /// `B` comes as its columns.
        turned: bool,
        a: &'a [f32],
        b: &'a [f32],
        bias: &'a [f32],
    }

    impl Kernel<f32> for Product<'_> {
        type Output = Vec<f32>;

        #[inline(always)]
        fn run<L: Lanes<Number = f32>>(self) -> Vec<f32> {
            let Self { rows, inner, columns, turned, a, b, bias } = self;
            let mut left = vec![0.0; rows * inner];
            pack_left(rows, inner, &mut left, |row, k| a[row * inner + k]);
            let mut panels = vec![f32::NAN; panels_len(inner, columns)];
            if turned {
                pack_columns(inner, columns, &mut panels, |c| &b[c * inner..][..inner]);
            } else {
                pack_rows(inner, columns, &mut panels, |k| &b[k * columns..]);
            }
            let mut c = vec![f32::NAN; rows * columns];
            let values = &mut c;
            let mut output = Rows { values, stride: columns, columns, bias: Some(bias) };
            product::<L>(rows, inner, &left, &panels, &mut output);
            c
        }
    }

    proptest! {
        #[test]
        fn every_back_end_gives_the_bits_of_the_definition(
            rows in 1usize..14, inner in 1usize..30, columns in 1usize..28, turned: bool, seed: u64,
        ) {
            let (a, b) = (random(rows * inner, seed), random(inner * columns, seed ^ 1));
            let bias = random(rows, seed ^ 2);
            let mut expected = Vec::new();
            for row in 0..rows {
                for column in 0..columns {
                    let index = |k| if turned { column * inner + k } else { k * columns + column };
                    let products = (0..inner).map(|k| a[row * inner + k] * b[index(k)]);
                    expected.push(products.fold(bias[row], |sum, product| sum + product));
                }
            }
            let product =
                || Product { rows, inner, columns, turned, a: &a, b: &b, bias: &bias };
            prop_assert_eq!(&product().run::<Portable<f32>>(), &expected);
            prop_assert_eq!(&f32::dispatch(product()), &expected);
        }

        #[test]
        fn blocks_cover_all_rows_once(rows in 1usize..100) {
            let mut next = 0;
            for (first, height) in blocks(rows) {
                prop_assert_eq!(first, next);
                prop_assert!((1..=ROWS).contains(&height));
                next += height;
            }
            prop_assert_eq!(next, rows);
        }
    }
}
