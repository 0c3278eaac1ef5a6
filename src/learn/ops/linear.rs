//! `y = x W^T + b`, with `x [batch, in]`, `W [out, in]`, `b [out]`, `y [batch, out]`.
//!
//! Gradients: `dx = dy W`, `dW = dy^T x`, `db = sum of dy over the batch`.

use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};

use super::storage::{Number, contiguous, slice, with_real};
use crate::kernels::gemm::{Matrix, add_product};

/// A fully connected layer over a batch.
///
/// # Errors
/// When the shapes do not fit or the types are not all `f32` or all `f64`.
pub fn linear(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    contiguous(x)?.apply_op3(weight, bias, Linear)
}

struct Linear;

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, inputs) = x_layout.shape().dims2()?;
        let (outputs, columns) = weight_layout.shape().dims2()?;
        if columns != inputs || bias_layout.shape().dims1()? != outputs {
            candle_core::bail!("linear: {inputs} features meet a {outputs}x{columns} matrix");
        }
        with_real!(x, T => {
            let bias = slice::<T>(bias, bias_layout)?;
            let mut y: Vec<T> = bias.iter().copied().cycle().take(batch * outputs).collect();
            add_product(
                Matrix::new(slice::<T>(x, x_layout)?, batch, inputs),
                &Matrix::new(slice::<T>(weight, weight_layout)?, outputs, inputs).transposed(),
                outputs,
                &mut y,
            );
            Ok((candle_core::WithDType::to_cpu_storage_owned(y), (batch, outputs).into()))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _bias: &Tensor,
        _y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let dy = contiguous(dy)?;
        let dx = match x.track_op() {
            true => Some(dy.apply_op2_no_bwd(weight, &Product { transpose: false })?),
            false => None,
        };
        let dw = dy.apply_op2_no_bwd(x, &Product { transpose: true })?;
        let db = dy.apply_op1_no_bwd(&BatchSum)?;
        Ok((dx, Some(dw), Some(db)))
    }
}

/// `a b`, or `a^T b`.
struct Product {
    transpose: bool,
}

impl CustomOp2 for Product {
    fn name(&self) -> &'static str {
        "linear-gradient"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, columns) = a_layout.shape().dims2()?;
        let (inner, outputs) = b_layout.shape().dims2()?;
        with_real!(a, T => {
            let a = Matrix::new(slice::<T>(a, a_layout)?, rows, columns);
            let a = if self.transpose { a.transposed() } else { a };
            let mut c = vec![T::ZERO; a.rows * outputs];
            let b = Matrix::new(slice::<T>(b, b_layout)?, inner, outputs);
            add_product(a, &b, outputs, &mut c);
            Ok((candle_core::WithDType::to_cpu_storage_owned(c), (a.rows, outputs).into()))
        })
    }
}

/// The sum of all rows.
struct BatchSum;

impl candle_core::CustomOp1 for BatchSum {
    fn name(&self) -> &'static str {
        "linear-bias-gradient"
    }

    fn cpu_fwd(&self, dy: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, outputs) = layout.shape().dims2()?;
        with_real!(dy, T => {
            let mut sums = vec![T::ZERO; outputs];
            for row in slice::<T>(dy, layout)?.chunks_exact(outputs) {
                for (sum, &value) in sums.iter_mut().zip(row) {
                    *sum += value;
                }
            }
            Ok((candle_core::WithDType::to_cpu_storage_owned(sums), outputs.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn gradients_are_the_finite_differences() {
        for (batch, inputs, outputs) in [(1, 1, 1), (3, 5, 7), (9, 17, 4)] {
            check::gradients(&[&[batch, inputs], &[outputs, inputs], &[outputs]], |t| {
                super::linear(&t[0], &t[1], &t[2])
            });
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        let tensor = |shape: &[usize]| check::values(shape, 1);
        let (x, bias) = (tensor(&[2, 5]), tensor(&[3]));
        assert!(super::linear(&x, &tensor(&[3, 4]), &bias).is_err());
        assert!(super::linear(&x, &tensor(&[4, 5]), &bias).is_err());
        assert!(super::linear(&tensor(&[5]), &tensor(&[3, 5]), &bias).is_err());
    }
}
