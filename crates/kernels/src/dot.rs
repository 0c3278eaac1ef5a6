//! Sums of products along two long rows: `c[i][j] += sum_l a_i[l] b_j[l]`, in register tiles
//! of 2 by 2.
//!
//! Each sum is taken in eight parts, by `l mod 8`, each in ascending order; the parts are
//! added as [`Lanes::sum`] says.

use super::lanes::{Lanes, WIDTH};
use super::tile::load_some;

/// Adds all products of `rows` rows `a(i)` with `columns` rows `b(j)`, all as long as each
/// other, to `add(i, j, sum)`.
#[inline(always)]
pub fn products<'a, L: Lanes>(
    rows: usize,
    a: impl Fn(usize) -> &'a [L::Number],
    columns: usize,
    b: impl Fn(usize) -> &'a [L::Number],
    mut add: impl FnMut(usize, usize, L::Number),
) {
    for i in (0..rows).step_by(2) {
        for j in (0..columns).step_by(2) {
            match (rows - i, columns - j) {
                (1, 1) => tile::<L, 1, 1>(i, &a, j, &b, &mut add),
                (1, _) => tile::<L, 1, 2>(i, &a, j, &b, &mut add),
                (_, 1) => tile::<L, 2, 1>(i, &a, j, &b, &mut add),
                _ => tile::<L, 2, 2>(i, &a, j, &b, &mut add),
            }
        }
    }
}

#[inline(always)]
fn tile<'a, L: Lanes, const R: usize, const C: usize>(
    i: usize,
    a: &impl Fn(usize) -> &'a [L::Number],
    j: usize,
    b: &impl Fn(usize) -> &'a [L::Number],
    add: &mut impl FnMut(usize, usize, L::Number),
) {
    let a: [&[L::Number]; R] = std::array::from_fn(|r| a(i + r));
    let b: [&[L::Number]; C] = std::array::from_fn(|c| b(j + c));
    let len = a[0].len();
    let (a_parts, b_parts) =
        (a.map(|row| row[..len].as_chunks().0), b.map(|row| row[..len].as_chunks().0));
    let mut sums = [[L::zero(); C]; R];
    let (mut a_lanes, mut b_lanes) = ([L::zero(); R], [L::zero(); C]);
    for step in 0..len / WIDTH {
        for (lanes, parts) in a_lanes.iter_mut().zip(&a_parts) {
            *lanes = L::load(&parts[step]);
        }
        for (lanes, parts) in b_lanes.iter_mut().zip(&b_parts) {
            *lanes = L::load(&parts[step]);
        }
        multiply(&mut sums, &a_lanes, &b_lanes);
    }
    if len % WIDTH > 0 {
        let rest = len - len % WIDTH;
        for (lanes, row) in a_lanes.iter_mut().zip(&a) {
            *lanes = load_some(&row[rest..len]);
        }
        for (lanes, row) in b_lanes.iter_mut().zip(&b) {
            *lanes = load_some(&row[rest..len]);
        }
        multiply(&mut sums, &a_lanes, &b_lanes);
    }
    for (index, sum) in finish(&sums).iter().enumerate().take(R * C) {
        add(i + index / C, j + index % C, *sum);
    }
}

/// The sums of a tile's parts, row by row.
#[inline(always)]
pub fn finish<L: Lanes, const R: usize, const C: usize>(parts: &[[L; C]; R]) -> [L::Number; 4] {
    let mut four = [L::zero(); 4];
    for (slot, part) in four.iter_mut().zip(parts.as_flattened()) {
        *slot = *part;
    }
    L::sums(four)
}

/// `sums += a b^T`, lane by lane: every row of `a` with every row of `b`.
#[inline(always)]
pub fn multiply<L: Lanes, const R: usize, const C: usize>(
    sums: &mut [[L; C]; R],
    a: &[L; R],
    b: &[L; C],
) {
    for (sums, a) in sums.iter_mut().zip(a) {
        for (sum, b) in sums.iter_mut().zip(b) {
            *sum = sum.add(a.mul(*b));
        }
    }
}

/// The sum of all values, in eight parts.
#[inline(always)]
pub fn sum<L: Lanes>(values: &[L::Number]) -> L::Number {
    let (eights, rest) = values.as_chunks::<WIDTH>();
    let mut sums = L::zero();
    for eight in eights {
        sums = sums.add(L::load(eight));
    }
    sums.add(load_some(rest)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lanes::{Float, Kernel, Portable};
    use super::super::random;
    use super::*;

    struct Products<'a> {
        len: usize,
        a: &'a [f32],
        b: &'a [f32],
    }

    impl Kernel<f32> for Products<'_> {
        /// All products, and the sum of `a`.
        type Output = (Vec<f32>, f32);

        #[inline(always)]
        fn run<L: Lanes<Number = f32>>(self) -> Self::Output {
            let Self { len, a, b } = self;
            let (rows, columns) = (a.len() / len, b.len() / len);
            let mut c = vec![0.0; rows * columns];
            let (row, column) = (|i: usize| &a[i * len..][..len], |j: usize| &b[j * len..][..len]);
            products::<L>(rows, row, columns, column, |i, j, sum| c[i * columns + j] += sum);
            (c, sum::<L>(a))
        }
    }

    /// Eight parts, each in ascending order, then in pairs.
    fn in_parts(values: impl Iterator<Item = f32>) -> f32 {
        let mut v = [0.0; WIDTH];
        values.enumerate().for_each(|(index, value)| v[index % WIDTH] += value);
        ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
    }

    proptest! {
        #[test]
        fn every_back_end_gives_the_bits_of_the_definition(
            rows in 1usize..6, columns in 1usize..6, len in 1usize..50, seed: u64,
        ) {
            let (a, b) = (random(rows * len, seed), random(columns * len, seed ^ 1));
            let mut expected = Vec::new();
            for a in a.chunks(len) {
                for b in b.chunks(len) {
                    expected.push(in_parts(a.iter().zip(b).map(|(a, b)| a * b)));
                }
            }
            let expected = (expected, in_parts(a.iter().copied()));
            let products = || Products { len, a: &a, b: &b };
            prop_assert_eq!(&products().run::<Portable<f32>>(), &expected);
            prop_assert_eq!(&f32::dispatch(products()), &expected);
        }
    }
}
