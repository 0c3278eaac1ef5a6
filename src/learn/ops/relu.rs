//! `y = max(x, 0)`; `dx = dy` where `y > 0`, else 0.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, WithDType};

use super::storage::{Number, contiguous, slice, with_real};

/// The rectifier, element by element.
///
/// # Errors
/// When the type is neither `f32` nor `f64`.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    contiguous(x)?.apply_op1(Relu)
}

struct Relu;

impl CustomOp1 for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        with_real!(x, T => {
            let y: Vec<T> = slice::<T>(x, layout)?
                .iter()
                .map(|&x| if x > T::ZERO { x } else { T::ZERO })
                .collect();
            Ok((T::to_cpu_storage_owned(y), layout.shape().clone()))
        })
    }

    fn bwd(&self, _x: &Tensor, y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        contiguous(dy)?.apply_op2_no_bwd(y, &Gate).map(Some)
    }
}

/// `dy` where `y > 0`.
struct Gate;

impl CustomOp2 for Gate {
    fn name(&self) -> &'static str {
        "relu-gradient"
    }

    fn cpu_fwd(
        &self,
        dy: &CpuStorage,
        dy_layout: &Layout,
        y: &CpuStorage,
        y_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        with_real!(dy, T => {
            let dx: Vec<T> = slice::<T>(dy, dy_layout)?
                .iter()
                .zip(slice::<T>(y, y_layout)?)
                .map(|(&dy, &y)| if y > T::ZERO { dy } else { T::ZERO })
                .collect();
            Ok((T::to_cpu_storage_owned(dx), dy_layout.shape().clone()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn gradients_are_the_finite_differences() {
        check::gradients(&[&[3, 4, 5]], |t| super::relu(&t[0]));
    }
}
