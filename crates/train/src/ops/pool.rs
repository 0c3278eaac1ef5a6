//! Windows over images by themselves, where none follows a convolution:
//! `x [channels, height, width, batch]`.
//!
//! Max: `dx` is `dy` at the window's first largest value. Average: `dx = dy / size^2` at
//! every position of the window. A rectifier afterwards lets `dy` through where `y > 0`.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, WithDType, bail};

use super::saved::{Indices, Saved};
use super::storage::{Real, contiguous, slice, values, with_real};
use sotto_kernels::Number;
use sotto_kernels::lanes::{Float, Kernel, Lanes, WIDTH};
use sotto_kernels::tile::{load_some, store_some};
use sotto_kernels::window::{Pooling, Window};

/// The largest value of every window of `size` by `size`.
///
/// # Errors
/// When `x` is not a batch of images or a window is larger than the image.
pub fn max_pool2d(x: &Tensor, size: usize) -> Result<Tensor> {
    pool2d(x, Window { size, kind: Pooling::Max, relu: false })
}

/// The mean of every window of `size` by `size`.
///
/// # Errors
/// When `x` is not a batch of images or a window is larger than the image.
pub fn avg_pool2d(x: &Tensor, size: usize) -> Result<Tensor> {
    pool2d(x, Window { size, kind: Pooling::Average, relu: false })
}

/// What every window becomes.
///
/// # Errors
/// When `x` is not a batch of images or a window is larger than the image.
pub fn pool2d(x: &Tensor, window: Window) -> Result<Tensor> {
    let (channels, height, width, batch) = x.dims4()?;
    check_window(window, height, width)?;
    if batch == 0 {
        bail!("pooling: no images");
    }
    let images = Images { window, channels, height, width, batch };
    contiguous(x)?.apply_op1(Pool { images, indices: Indices::default() })
}

/// Whether an image has room for a window.
pub(super) fn check_window(window: Window, height: usize, width: usize) -> Result<()> {
    if window.size == 0 || window.size > height || window.size > width {
        bail!("a {0}x{0} window on a {height}x{width} image", window.size);
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Images {
    window: Window,
    channels: usize,
    height: usize,
    width: usize,
    batch: usize,
}

impl Images {
    fn shape(&self) -> (usize, usize, usize, usize) {
        let size = self.window.size;
        (self.channels, self.height / size, self.width / size, self.batch)
    }

    fn len(&self) -> usize {
        let (channels, rows, columns, batch) = self.shape();
        channels * rows * columns * batch
    }

    /// For every window, in the output's order: where its corner stands.
    fn corners(self) -> impl Iterator<Item = usize> {
        let (channels, rows, columns, batch) = self.shape();
        let size = self.window.size;
        (0..channels * rows).flat_map(move |row| {
            let line = row / rows * self.height + row % rows * size;
            (0..columns).map(move |column| (line * self.width + column * size) * batch)
        })
    }

    /// The positions of the window at `corner`, row by row.
    fn positions(self, corner: usize) -> impl Iterator<Item = usize> {
        let size = self.window.size;
        (0..size).flat_map(move |line| {
            (0..size).map(move |column| corner + (line * self.width + column) * self.batch)
        })
    }
}

struct Pool {
    images: Images,
    indices: Indices,
}

impl CustomOp1 for Pool {
    fn name(&self) -> &'static str {
        "pool"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let images = self.images;
        with_real!(x.dtype(), T => {
            let x = slice::<T>(x, layout)?;
            let mut y = vec![T::ZERO; images.len()];
            let mut indices = Indices::buffer(&images.window, y.len());
            T::dispatch(Forward { images, x, y: &mut y, indices: &mut indices });
            self.indices.save(indices);
            Ok((T::to_cpu_storage_owned(y), images.shape().into()))
        })
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        let dy = contiguous(dy)?;
        with_real!(x.dtype(), T => self.gradient::<T>(x, &dy).map(Some))
    }
}

impl Pool {
    fn gradient<T: Real>(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        let mut dx = vec![T::ZERO; x.elem_count()];
        let dy = values(dy);
        let dy = dy.slice::<T>()?;
        self.indices.lend(|indices| {
            T::dispatch(Backward { images: self.images, indices, dy, dx: &mut dx });
        })?;
        Tensor::from_vec(dx, x.shape(), x.device())
    }
}

struct Forward<'a, T> {
    images: Images,
    x: &'a [T],
    y: &'a mut [T],
    indices: &'a mut [T],
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = T>>(self) {
        let Self { images, x, y, indices } = self;
        let Images { window, batch, .. } = images;
        for (number, corner) in images.corners().enumerate() {
            let to = number * batch;
            for n in (0..batch).step_by(WIDTH) {
                let width = WIDTH.min(batch - n);
                let mut taken = window.begin(load_some::<L>(&x[corner + n..][..width]));
                for position in images.positions(corner).skip(1) {
                    window.take(&mut taken, load_some(&x[position + n..][..width]));
                }
                let (value, index) = window.finish(taken);
                store_some(value, &mut y[to + n..][..width]);
                if window.has_indices() {
                    store_some(index, &mut indices[to + n..][..width]);
                }
            }
        }
    }
}

struct Backward<'a, T> {
    images: Images,
    indices: Saved<'a, T>,
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = T>>(self) {
        let Self { images, indices, dy, dx } = self;
        let Images { window, batch, .. } = images;
        for (number, corner) in images.corners().enumerate() {
            let from = number * batch;
            for n in (0..batch).step_by(WIDTH) {
                let width = WIDTH.min(batch - n);
                let dy = load_some::<L>(&dy[from + n..][..width]);
                let index = indices.load(from + n, width);
                for (number, to) in images.positions(corner).enumerate() {
                    let value = window.backward(number, index, dy);
                    store_some(value, &mut dx[to + n..][..width]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;
    use candle_core::{Device, Tensor, Var};

    #[test]
    fn gradients_are_the_finite_differences() {
        for (shape, size) in [([3, 4, 6, 2], 2), ([1, 7, 5, 9], 3), ([1, 3, 3, 1], 1)] {
            for (kind, relu) in [(Pooling::Max, false), (Pooling::Average, true)] {
                let window = Window { size, kind, relu };
                check::gradients(&[&shape], |t| pool2d(&t[0], window));
                let window = Window { relu: !relu, ..window };
                check::gradients(&[&shape], |t| pool2d(&t[0], window));
            }
        }
    }

    #[test]
    fn a_tie_goes_to_the_first_index() {
        let ones = Tensor::ones((1, 2, 2, 1), candle_core::DType::F32, &Device::Cpu).unwrap();
        let x = Var::from_tensor(&ones).unwrap();
        let grads = max_pool2d(&x, 2).unwrap().backward().unwrap();
        let dx: Vec<f32> = grads.get(&x).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(dx, [1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_window_larger_than_the_image_is_an_error() {
        let x = Tensor::ones((1, 2, 3, 1), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(max_pool2d(&x, 3).is_err());
        assert!(avg_pool2d(&x, 0).is_err());
    }
}
