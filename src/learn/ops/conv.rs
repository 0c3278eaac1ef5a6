//! 2-D convolution of stride 1: `x [batch, in, h, w]`, `W [out, in, k, k]`, `b [out]`,
//! `y [batch, out, h', w']`.
//!
//! Per image it is a matrix product over patches (Chellapilla, Puri and Simard 2006):
//! `y = W P + b`, where column `j` of `P [in k k, h' w']` is the patch under output `j`.
//! Gradients: `dW = sum dy P^T` and `db = sum dy` over the batch, and `dx` adds the
//! columns of `W^T dy` back to the places that the patches came from.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3};
use candle_core::{Layout, Result, Shape, Tensor, WithDType};

use super::storage::{Number, Real, contiguous, slice, with_real};
use crate::kernels::gemm::{Matrix, Packed, add_product};
use crate::kernels::patches::{self, Geometry, Patches, PatchesTransposed};

/// Convolves a batch of images that have `margin` zeros on every side.
///
/// # Errors
/// When the shapes do not fit or the types are not all `f32` or all `f64`.
pub fn conv2d(x: &Tensor, weight: &Tensor, bias: &Tensor, margin: usize) -> Result<Tensor> {
    let (_, inputs, height, width) = x.dims4()?;
    let (outputs, channels, kernel, kernel_width) = weight.dims4()?;
    let fits = channels == inputs
        && kernel == kernel_width
        && kernel > 0
        && kernel <= height.min(width) + 2 * margin
        && bias.dims1()? == outputs;
    if !fits {
        candle_core::bail!(
            "convolution: {:?} meets a kernel {:?} with bias {:?}",
            x.dims(),
            weight.dims(),
            bias.dims()
        );
    }
    let shape = Geometry { inputs, outputs, height, width, kernel, margin };
    contiguous(x)?.apply_op3(weight, bias, Conv2d(shape))
}

struct Conv2d(Geometry);

impl CustomOp3 for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
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
        let geometry = self.0;
        let (batch, pixels) = (x_layout.dims()[0], geometry.pixels());
        with_real!(x, T => {
            let bias = slice::<T>(bias, bias_layout)?;
            let weight = slice::<T>(weight, weight_layout)?;
            let weight = Packed::new(Matrix::new(weight, geometry.outputs, geometry.patch()));
            let mut padded = geometry.padded_image();
            let mut y = Vec::with_capacity(batch * geometry.outputs * pixels);
            for image in slice::<T>(x, x_layout)?.chunks_exact(geometry.image()) {
                let start = y.len();
                for &bias in bias {
                    y.resize(y.len() + pixels, bias);
                }
                geometry.pad(image, &mut padded);
                let patches = Patches { image: &padded, geometry };
                weight.add_product(&patches, pixels, &mut y[start..]);
            }
            let shape = (batch, geometry.outputs, geometry.output_height(), geometry.output_width());
            Ok((T::to_cpu_storage_owned(y), shape.into()))
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
        // The first layer's input is data: nobody asks for its gradient.
        let dx = match x.track_op() {
            true => Some(weight.apply_op2_no_bwd(&dy, &InputGradient(self.0))?),
            false => None,
        };
        let dw = dy.apply_op2_no_bwd(&contiguous(x)?, &WeightGradient(self.0))?;
        let db = dy.apply_op1_no_bwd(&BiasGradient(self.0))?;
        Ok((dx, Some(dw), Some(db)))
    }
}

struct WeightGradient(Geometry);

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "conv2d-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        dy: &CpuStorage,
        dy_layout: &Layout,
        x: &CpuStorage,
        x_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let geometry = self.0;
        let Geometry { inputs, outputs, kernel, .. } = geometry;
        with_real!(dy, T => {
            let mut dw = vec![T::ZERO; outputs * geometry.patch()];
            let mut padded = geometry.padded_image();
            let images = slice::<T>(x, x_layout)?.chunks_exact(geometry.image());
            let gradients = slice::<T>(dy, dy_layout)?.chunks_exact(outputs * geometry.pixels());
            for (image, dy) in images.zip(gradients) {
                geometry.pad(image, &mut padded);
                let dy = Matrix::new(dy, outputs, geometry.pixels());
                let patches = PatchesTransposed { image: &padded, geometry };
                add_product(dy, &patches, geometry.patch(), &mut dw);
            }
            Ok((T::to_cpu_storage_owned(dw), (outputs, inputs, kernel, kernel).into()))
        })
    }
}

struct InputGradient(Geometry);

impl CustomOp2 for InputGradient {
    fn name(&self) -> &'static str {
        "conv2d-input-gradient"
    }

    fn cpu_fwd(
        &self,
        weight: &CpuStorage,
        weight_layout: &Layout,
        dy: &CpuStorage,
        dy_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let geometry = self.0;
        let (batch, pixels) = (dy_layout.dims()[0], geometry.pixels());
        with_real!(weight, T => {
            let weight = slice::<T>(weight, weight_layout)?;
            let weight = Matrix::new(weight, geometry.outputs, geometry.patch()).transposed();
            let weight = Packed::new(weight);
            let mut columns = vec![T::ZERO; geometry.patch() * pixels];
            let mut padded = geometry.padded_image();
            let mut dx = vec![T::ZERO; batch * geometry.image()];
            let gradients = slice::<T>(dy, dy_layout)?.chunks_exact(geometry.outputs * pixels);
            for (dy, dx) in gradients.zip(dx.chunks_exact_mut(geometry.image())) {
                let dy = Matrix::new(dy, geometry.outputs, pixels);
                columns.fill(T::ZERO);
                weight.add_product(&dy, pixels, &mut columns);
                padded.fill(T::ZERO);
                add_patches(&geometry, &columns, &mut padded);
                for (to, from) in geometry.rows() {
                    dx[to..to + geometry.width]
                        .copy_from_slice(&padded[from..from + geometry.width]);
                }
            }
            let shape = (batch, geometry.inputs, geometry.height, geometry.width);
            Ok((T::to_cpu_storage_owned(dx), shape.into()))
        })
    }
}

/// Adds every value of the patches in `columns` to its place in the `image`.
fn add_patches<T: Real>(geometry: &Geometry, columns: &[T], image: &mut [T]) {
    let width = geometry.output_width();
    for (place, row) in columns.chunks_exact(geometry.pixels()).enumerate() {
        let start = patches::offset(geometry, place);
        for (y, row) in row.chunks_exact(width).enumerate() {
            let start = start + y * geometry.padded_width();
            for (sum, &value) in image[start..start + width].iter_mut().zip(row) {
                *sum += value;
            }
        }
    }
}

struct BiasGradient(Geometry);

impl CustomOp1 for BiasGradient {
    fn name(&self) -> &'static str {
        "conv2d-bias-gradient"
    }

    fn cpu_fwd(&self, dy: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        with_real!(dy, T => {
            let mut sums = vec![T::ZERO; self.0.outputs];
            let planes = slice::<T>(dy, layout)?.chunks_exact(self.0.pixels());
            for (plane, channel) in planes.zip((0..self.0.outputs).cycle()) {
                for &value in plane {
                    sums[channel] += value;
                }
            }
            Ok((T::to_cpu_storage_owned(sums), self.0.outputs.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn gradients_are_the_finite_differences() {
        // batch, in, out, height, width, kernel, margin; none divides the tile.
        for (b, i, o, h, w, k, m) in [
            (1, 1, 1, 1, 1, 1, 0),
            (2, 1, 3, 7, 6, 5, 0),
            (2, 3, 5, 4, 9, 3, 1),
            (1, 2, 2, 5, 13, 2, 2),
        ] {
            check::gradients(&[&[b, i, h, w], &[o, i, k, k], &[o]], |t| {
                super::conv2d(&t[0], &t[1], &t[2], m)
            });
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        let tensor = |shape: &[usize]| check::values(shape, 1);
        let convolve = |x: &[usize], w: &[usize], b: &[usize]| {
            super::conv2d(&tensor(x), &tensor(w), &tensor(b), 0)
        };
        assert!(convolve(&[1, 2, 5, 5], &[3, 2, 3, 3], &[3]).is_ok());
        assert!(convolve(&[1, 1, 5, 5], &[3, 2, 3, 3], &[3]).is_err());
        assert!(convolve(&[1, 2, 5, 5], &[3, 2, 6, 6], &[3]).is_err());
        assert!(convolve(&[1, 2, 5, 5], &[3, 2, 3, 2], &[3]).is_err());
        assert!(convolve(&[1, 2, 5, 5], &[3, 2, 3, 3], &[2]).is_err());
    }
}
