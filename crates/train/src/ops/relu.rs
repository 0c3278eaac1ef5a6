//! `y = max(x, 0)` by itself, of any shape; `dx = dy` where `y > 0`, else 0.

use candle_core::{Result, Tensor};

use super::pool::pool2d;
use sotto_kernels::window::{Pooling, Window};

/// The rectifier, element by element: a window of one value.
///
/// # Errors
/// When the type is neither `f32` nor `f64`.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    let images = x.reshape((1, 1, 1, x.elem_count()))?;
    pool2d(&images, Window { size: 1, kind: Pooling::Max, relu: true })?.reshape(x.shape())
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn gradients_are_the_finite_differences() {
        check::gradients(&[&[3, 4, 5]], |t| super::relu(&t[0]));
    }
}
