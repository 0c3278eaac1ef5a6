//! `y = W x + b`, with `x [in, batch]`, `W [out, in]`, `b [out]`, `y [out, batch]`, and a
//! rectifier `y = max(y, 0)` where one follows.
//!
//! Gradients: `dW = dy x^T`, `dx = W^T dy`, `db = sum of dy over the batch`, where a rectifier
//! lets `dy` through only where `y > 0`.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, WithDType};

use super::storage::{Real, contiguous, slice, values, with_real};
use sotto_kernels::Number;
use sotto_kernels::dot;
use sotto_kernels::lanes::{Float, Kernel, Lanes, WIDTH};
use sotto_kernels::scratch::Scratch;
use sotto_kernels::tile;

/// A fully connected layer over a batch.
///
/// # Errors
/// When the shapes do not fit or the types are not all `f32` or all `f64`.
pub fn linear(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    apply(x, weight, bias, false)
}

/// A fully connected layer and a rectifier.
///
/// # Errors
/// When the shapes do not fit or the types are not all `f32` or all `f64`.
pub fn linear_relu(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    apply(x, weight, bias, true)
}

fn apply(x: &Tensor, weight: &Tensor, bias: &Tensor, relu: bool) -> Result<Tensor> {
    let (inputs, batch) = x.dims2()?;
    let (outputs, columns) = weight.dims2()?;
    if columns != inputs || inputs == 0 || batch == 0 || bias.dims1()? != outputs {
        candle_core::bail!("linear: {inputs} features meet a {outputs}x{columns} matrix");
    }
    let op = Linear { inputs, outputs, batch, relu };
    contiguous(x)?.apply_op3(&contiguous(weight)?, &contiguous(bias)?, op)
}

#[derive(Clone, Copy)]
struct Linear {
    inputs: usize,
    outputs: usize,
    batch: usize,
    relu: bool,
}

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
        with_real!(x.dtype(), T => {
            let mut y = vec![T::ZERO; self.outputs * self.batch];
            T::dispatch(Forward {
                sizes: *self,
                x: slice::<T>(x, x_layout)?,
                weight: slice::<T>(weight, weight_layout)?,
                bias: slice::<T>(bias, bias_layout)?,
                y: &mut y,
            });
            Ok((T::to_cpu_storage_owned(y), (self.outputs, self.batch).into()))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let dy = contiguous(dy)?;
        with_real!(x.dtype(), T => self.gradients::<T>(x, weight, bias, y, &dy))
    }
}

impl Linear {
    fn gradients<T: Real>(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let mut dw = vec![T::ZERO; weight.elem_count()];
        let mut db = vec![T::ZERO; bias.elem_count()];
        // The first layer's input is data: nobody asks for its gradient.
        let mut dx = x.track_op().then(|| vec![T::ZERO; x.elem_count()]);
        let (x_values, weight_values) = (values(x), values(weight));
        let (y_values, dy_values) = (values(y), values(dy));
        T::dispatch(Backward {
            sizes: *self,
            x: x_values.slice::<T>()?,
            weight: weight_values.slice::<T>()?,
            y: y_values.slice::<T>()?,
            dy: dy_values.slice::<T>()?,
            dw: &mut dw,
            db: &mut db,
            dx: dx.as_deref_mut(),
        });
        let dx = dx.map(|dx| Tensor::from_vec(dx, x.shape(), x.device())).transpose()?;
        let dw = Tensor::from_vec(dw, weight.shape(), x.device())?;
        let db = Tensor::from_vec(db, bias.shape(), x.device())?;
        Ok((dx, Some(dw), Some(db)))
    }
}

/// Numbers of packed panels that fit a cache beside the rest.
const PANELS_MAX: usize = 1 << 17;

struct Forward<'a, T> {
    sizes: Linear,
    x: &'a [T],
    weight: &'a [T],
    bias: &'a [T],
    y: &'a mut [T],
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = T>>(self) {
        let Self { sizes: Linear { inputs, outputs, batch, relu }, x, weight, bias, y } = self;
        let mut left = Scratch::new(outputs * inputs);
        tile::pack_left(outputs, inputs, &mut left, |row, k| weight[row * inputs + k]);
        times_columns::<L>(outputs, inputs, &left, x, batch, Some(bias), y);
        if relu {
            for value in y {
                *value = if *value > T::ZERO { *value } else { T::ZERO };
            }
        }
    }
}

/// `y = A x + b` for a packed `A [rows, inner]` and `x [inner, columns]`.
#[inline(always)]
fn times_columns<L: Lanes>(
    rows: usize,
    inner: usize,
    left: &[L::Number],
    x: &[L::Number],
    columns: usize,
    bias: Option<&[L::Number]>,
    y: &mut [L::Number],
) {
    let columns_max = (PANELS_MAX / inner / WIDTH).max(1) * WIDTH;
    let mut panels = Scratch::new(tile::panels_len(inner, columns.min(columns_max)));
    for first in (0..columns).step_by(columns_max) {
        let width = columns_max.min(columns - first);
        let panels = &mut panels[..tile::panels_len(inner, width)];
        tile::pack_rows(inner, width, panels, |k| &x[k * columns + first..]);
        let values = &mut y[first..];
        let mut output = tile::Rows { values, stride: columns, columns: width, bias };
        tile::product::<L>(rows, inner, left, panels, &mut output);
    }
}

struct Backward<'a, T> {
    sizes: Linear,
    x: &'a [T],
    weight: &'a [T],
    y: &'a [T],
    dy: &'a [T],
    dw: &'a mut [T],
    db: &'a mut [T],
    dx: Option<&'a mut [T]>,
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = T>>(self) {
        let Self { sizes: Linear { inputs, outputs, batch, relu }, .. } = self;
        let mut gated = Scratch::new(if relu { self.dy.len() } else { 0 });
        let dy = if relu {
            for ((gate, &y), &dy) in gated.iter_mut().zip(self.y).zip(self.dy) {
                *gate = if y > T::ZERO { dy } else { T::ZERO };
            }
            &gated
        } else {
            self.dy
        };
        for (db, row) in self.db.iter_mut().zip(dy.chunks_exact(batch)) {
            *db = dot::sum::<L>(row);
        }
        let mut left = Scratch::new(outputs * batch.max(inputs));
        outer::<L>(dy, outputs, self.x, inputs, batch, &mut left, self.dw);
        if let Some(dx) = self.dx {
            let left = &mut left[..outputs * inputs];
            tile::pack_left(inputs, outputs, left, |row, k| self.weight[k * inputs + row]);
            times_columns::<L>(inputs, outputs, left, dy, batch, None, dx);
        }
    }
}

/// `dW = dy x^T`; `left` is working memory.
#[inline(always)]
fn outer<L: Lanes>(
    dy: &[L::Number],
    outputs: usize,
    x: &[L::Number],
    inputs: usize,
    batch: usize,
    left: &mut [L::Number],
    dw: &mut [L::Number],
) {
    let left = &mut left[..outputs * batch];
    tile::pack_left(outputs, batch, left, |row, k| dy[row * batch + k]);
    let columns_max = (PANELS_MAX / batch / WIDTH).max(1) * WIDTH;
    let mut panels = Scratch::new(tile::panels_len(batch, inputs.min(columns_max)));
    for first in (0..inputs).step_by(columns_max) {
        let columns = columns_max.min(inputs - first);
        let panels = &mut panels[..tile::panels_len(batch, columns)];
        tile::pack_columns(batch, columns, panels, |c| &x[(first + c) * batch..][..batch]);
        let values = &mut dw[first..];
        let mut output = tile::Rows { values, stride: inputs, columns, bias: None };
        tile::product::<L>(outputs, batch, left, panels, &mut output);
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn gradients_are_the_finite_differences() {
        for (batch, inputs, outputs) in [(1, 1, 1), (3, 5, 7), (9, 17, 4)] {
            for apply in [linear, linear_relu] {
                check::gradients(&[&[inputs, batch], &[outputs, inputs], &[outputs]], |t| {
                    apply(&t[0], &t[1], &t[2])
                });
            }
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        let tensor = |shape: &[usize]| check::values(shape, 1);
        let (x, bias) = (tensor(&[5, 2]), tensor(&[3]));
        assert!(linear(&x, &tensor(&[3, 4]), &bias).is_err());
        assert!(linear(&x, &tensor(&[4, 5]), &bias).is_err());
        assert!(linear(&tensor(&[5]), &tensor(&[3, 5]), &bias).is_err());
    }
}
