//! `c = a b` for two values that are both fresh, a matrix product or element by element: what
//! training multiplies, where weights change with every step.
//!
//! With `a = a^ - r_a` and `b = b^ - r_b` (Beaver 1991, section 2, in the form for masked values of
//! Ben-Efraim, Nielsen and Omri 2019, section 3):
//!
//! ```text
//! [c]_i = a^ (i b^ - [r_b]_i) - [r_a]_i b^ + [r_a r_b]_i
//! ```
//!
//! No round. Dealt: `r_a r_b`, 4 bytes to bob for each element of the result.

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Masked, Share, Wide};
use super::super::{Error, Party};
use sotto_core::secret::Secret;
use sotto_kernels::Number;
use sotto_kernels::gemm::{Matrix, add_product};

/// How two vectors are multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProductForm {
    /// `[rows, inner]` times `[inner, columns]`, row by row.
    Matrix {
        /// Rows of the left matrix.
        rows: usize,
        /// Columns of the left matrix, rows of the right one.
        inner: usize,
        /// Columns of the right matrix.
        columns: usize,
    },
    /// So many products, element by element.
    Elements(usize),
}

impl ProductForm {
    /// Elements of the product.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Matrix { rows, columns, .. } => rows * columns,
            Self::Elements(count) => count,
        }
    }

    /// `c += a b`.
    pub(crate) fn add<T: Number>(self, a: &[T], b: &[T], c: &mut [T]) {
        match self {
            Self::Matrix { rows, inner, columns } => {
                let (a, b) = (Matrix::new(a, rows, inner), Matrix::new(b, inner, columns));
                add_product(a, &b, columns, c);
            }
            Self::Elements(_) => {
                c.iter_mut().zip(a.iter().zip(b)).for_each(|(c, (a, b))| *c += *a * *b);
            }
        }
    }
}

pub(crate) struct Multiply {
    form: ProductForm,
    product: Share<Wide>,
}

impl Multiply {
    /// From the masks of both values.
    pub(crate) fn deal(dealing: &mut Dealing, form: ProductForm, a: &[Wide], b: &[Wide]) {
        let mut product = Secret::zeros(form.len());
        form.add(a, b, &mut product);
        dealing.share(&product);
    }

    pub(crate) fn prepare(preparing: &mut Preparing<'_>, form: ProductForm) -> Result<Self, Error> {
        Ok(Self { form, product: preparing.share(form.len())? })
    }

    /// From both masked values and this party's shares of their masks.
    pub(crate) fn eval(
        self,
        party: Party,
        (a, a_mask): (&Masked<Wide>, &Share<Wide>),
        (b, b_mask): (&Masked<Wide>, &Share<Wide>),
    ) -> Share<Wide> {
        let mut product = Secret::from(self.product.values());
        let masks = b_mask.values().iter();
        let right = match party {
            Party::Alice => masks.map(|mask| -*mask).collect(),
            Party::Bob => b.0.iter().zip(masks).map(|(b, mask)| *b - *mask).collect(),
        };
        self.form.add(&a.0, Share::new(right).values(), &mut product);
        let left = Share::new(a_mask.values().iter().map(|mask| -*mask).collect());
        self.form.add(left.values(), &b.0, &mut product);
        Share::new(product)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    fn multiplied(form: ProductForm, a: &[Wide], b: &[Wide], seed: u64) -> Vec<Wide> {
        let masks = [(a, 1), (b, 2)].map(|(x, part)| check::wide_masks(x.len(), seed ^ part));
        let masked =
            |x: &[Wide], mask: &[Wide]| Masked(x.iter().zip(mask).map(|(x, r)| *x + r).collect());
        let (x, y) = (masked(a, &masks[0]), masked(b, &masks[1]));
        let ((), shares) = check::run(
            seed,
            |dealing| Multiply::deal(dealing, form, &masks[0], &masks[1]),
            |preparing| Multiply::prepare(preparing, form),
            async |multiply, online| {
                // Alice holds all of the masks.
                let [r, s] = [&masks[0], &masks[1]].map(|mask| match online.party {
                    Party::Alice => Share::new(mask.clone().into()),
                    Party::Bob => Share::new(Secret::zeros(mask.len())),
                });
                Ok(multiply.eval(online.party, (&x, &r), (&y, &s)))
            },
        );
        check::joined(shares)
    }

    proptest! {
        #[test]
        fn matrices_multiply(rows in 1usize..9, inner in 1usize..9, columns in 1usize..9, seed: u64) {
            let a = check::wide_masks(rows * inner, seed ^ 3);
            let b = check::wide_masks(inner * columns, seed ^ 4);
            let sum = |row: usize, column: usize| -> Wide {
                (0..inner).map(|k| a[row * inner + k] * b[k * columns + column]).sum()
            };
            let expected: Vec<Wide> =
                (0..rows).flat_map(|row| (0..columns).map(move |column| sum(row, column))).collect();
            prop_assert_eq!(multiplied(ProductForm::Matrix { rows, inner, columns }, &a, &b, seed), expected);
        }

        #[test]
        fn elements_multiply(count in 0usize..40, seed: u64) {
            let (a, b) = (check::wide_masks(count, seed ^ 3), check::wide_masks(count, seed ^ 4));
            let expected: Vec<Wide> = a.iter().zip(&b).map(|(a, b)| a * b).collect();
            prop_assert_eq!(multiplied(ProductForm::Elements(count), &a, &b, seed), expected);
        }
    }
}
