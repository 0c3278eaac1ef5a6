//! Pooling over windows of `size` by `size` that do not overlap, on
//! `x [batch, channels, height, width]`; rows and columns left over are dropped.
//!
//! Max: `dx` is `dy` at the window's first largest value. Average: `dx = dy / size^2` at
//! every place of the window.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, WithDType};

use super::storage::{Number, Real, contiguous, slice, with_real};

/// The largest value of every window.
///
/// # Errors
/// When `x` is not a batch of images or a window is larger than the image.
pub fn max_pool2d(x: &Tensor, size: usize) -> Result<Tensor> {
    contiguous(x)?.apply_op1(Pool { size, kind: Kind::Max })
}

/// The mean of every window.
///
/// # Errors
/// When `x` is not a batch of images or a window is larger than the image.
pub fn avg_pool2d(x: &Tensor, size: usize) -> Result<Tensor> {
    contiguous(x)?.apply_op1(Pool { size, kind: Kind::Average })
}

#[derive(Clone, Copy)]
struct Pool {
    size: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Max,
    Average,
}

/// Where the windows of a batch of images lie.
struct Windows {
    planes: usize,
    height: usize,
    width: usize,
    size: usize,
}

impl Windows {
    fn new(layout: &Layout, size: usize) -> Result<(Self, Shape)> {
        let (batch, channels, height, width) = layout.shape().dims4()?;
        if size == 0 || size > height || size > width {
            candle_core::bail!("a {size}x{size} window on a {height}x{width} image");
        }
        let windows = Self { planes: batch * channels, height, width, size };
        Ok((windows, (batch, channels, height / size, width / size).into()))
    }

    /// The first place of every window in the input, in the output's order.
    fn corners(&self) -> impl Iterator<Item = usize> + '_ {
        let (rows, columns) = (self.height / self.size, self.width / self.size);
        (0..self.planes).flat_map(move |plane| {
            (0..rows).flat_map(move |row| {
                let start = (plane * self.height + row * self.size) * self.width;
                (0..columns).map(move |column| start + column * self.size)
            })
        })
    }

    /// The places of the window at `corner`, row by row.
    fn places(&self, corner: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.size).flat_map(move |row| {
            let start = corner + row * self.width;
            start..start + self.size
        })
    }

    fn largest<T: Real>(&self, x: &[T], corner: usize) -> usize {
        self.places(corner)
            .fold(corner, |best, place| if x[place] > x[best] { place } else { best })
    }
}

impl Pool {
    fn share<T: Real>(self) -> T {
        T::ONE / T::from_f64((self.size * self.size) as f64)
    }
}

impl CustomOp1 for Pool {
    fn name(&self) -> &'static str {
        "pool"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (windows, shape) = Windows::new(layout, self.size)?;
        with_real!(x, T => {
            let x = slice::<T>(x, layout)?;
            let mut y = Vec::with_capacity(shape.elem_count());
            y.extend(windows.corners().map(|corner| match self.kind {
                Kind::Max => x[windows.largest(x, corner)],
                Kind::Average => {
                    let mut sum = T::ZERO;
                    for place in windows.places(corner) {
                        sum += x[place];
                    }
                    sum * self.share::<T>()
                }
            }));
            Ok((T::to_cpu_storage_owned(y), shape))
        })
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        x.apply_op2_no_bwd(&contiguous(dy)?, self).map(Some)
    }
}

/// The gradient, from `x` and `dy`.
impl CustomOp2 for Pool {
    fn name(&self) -> &'static str {
        "pool-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        dy: &CpuStorage,
        dy_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (windows, _) = Windows::new(x_layout, self.size)?;
        with_real!(x, T => {
            let x = slice::<T>(x, x_layout)?;
            let mut dx = vec![T::ZERO; x.len()];
            for (corner, &dy) in windows.corners().zip(slice::<T>(dy, dy_layout)?) {
                match self.kind {
                    Kind::Max => dx[windows.largest(x, corner)] = dy,
                    Kind::Average => {
                        let share = dy * self.share::<T>();
                        windows.places(corner).for_each(|place| dx[place] = share);
                    }
                }
            }
            Ok((T::to_cpu_storage_owned(dx), x_layout.shape().clone()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use candle_core::{Device, Tensor, Var};

    #[test]
    fn gradients_are_the_finite_differences() {
        for (shape, size) in [([2, 3, 4, 6], 2), ([1, 2, 7, 5], 3), ([1, 1, 3, 3], 1)] {
            check::gradients(&[&shape], |t| super::max_pool2d(&t[0], size));
            check::gradients(&[&shape], |t| super::avg_pool2d(&t[0], size));
        }
    }

    #[test]
    fn a_tie_goes_to_the_first_place() {
        let ones = Tensor::ones((1, 1, 2, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        let x = Var::from_tensor(&ones).unwrap();
        let grads = super::max_pool2d(&x, 2).unwrap().backward().unwrap();
        let dx: Vec<f32> = grads.get(&x).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(dx, [1.0, 0.0, 0.0, 0.0]);
    }
}
