//! 2-D convolution of stride 1, and the window over its outputs that mostly follows:
//! `x [in, h, w, batch]`, `W [out, in, k, k]`, `b [out]`, `y [out, h', w', batch]`.
//!
//! Two ways to compute it: [`direct`], for any shape, and [`winograd`], for wide layers
//! of 5x5 kernels. Outputs that a window drops are never stored.

mod direct;
mod problem;
mod winograd;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, WithDType};

use super::pool::check_window;
use super::saved::Indices;
use super::storage::{Real, contiguous, slice, values, with_real};
use problem::Problem;
use sotto_kernels::Number;
use sotto_kernels::lanes::Float;
use sotto_kernels::patches::Geometry;
use sotto_kernels::window::Window;

/// Convolves a batch of images that have `margin` zeros on every side.
///
/// # Errors
/// When the shapes do not fit or the types are not all `f32` or all `f64`.
pub fn conv2d(x: &Tensor, weight: &Tensor, bias: &Tensor, margin: usize) -> Result<Tensor> {
    conv2d_window(x, weight, bias, margin, Window::IDENTITY)
}

/// Convolves, then takes every window of the outputs.
///
/// # Errors
/// When the shapes do not fit or the types are not all `f32` or all `f64`.
pub fn conv2d_window(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    margin: usize,
    window: Window,
) -> Result<Tensor> {
    let (inputs, height, width, batch) = x.dims4()?;
    let (outputs, channels, kernel, kernel_width) = weight.dims4()?;
    let fits = channels == inputs
        && kernel == kernel_width
        && kernel > 0
        && kernel <= height.min(width) + 2 * margin
        && inputs > 0
        && batch > 0
        && bias.dims1()? == outputs;
    if !fits {
        candle_core::bail!(
            "convolution: {:?} meets a kernel {:?} with bias {:?}",
            x.dims(),
            weight.dims(),
            bias.dims()
        );
    }
    let geometry = Geometry { inputs, outputs, height, width, kernel, margin };
    check_window(window, geometry.output_height(), geometry.output_width())?;
    let op = Conv2d { problem: Problem { geometry, window, batch }, indices: Indices::default() };
    contiguous(x)?.apply_op3(&contiguous(weight)?, &contiguous(bias)?, op)
}

struct Conv2d {
    problem: Problem,
    indices: Indices,
}

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
        let problem = &self.problem;
        with_real!(x.dtype(), T => {
            let weight = slice::<T>(weight, weight_layout)?;
            let bias = slice::<T>(bias, bias_layout)?;
            let mut y = vec![T::ZERO; problem.output_len()];
            let mut indices = Indices::buffer(&problem.window, y.len());
            problem.with_margin(slice::<T>(x, x_layout)?, |x| {
                let (y, indices) = (y.as_mut_slice(), &mut *indices);
                if winograd::suits(problem) {
                    T::dispatch(winograd::Forward { problem, x, weight, bias, y, indices });
                } else {
                    T::dispatch(direct::Forward { problem, x, weight, bias, y, indices });
                }
            });
            self.indices.save(indices);
            Ok((T::to_cpu_storage_owned(y), problem.output_shape().into()))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let dy = contiguous(dy)?;
        with_real!(x.dtype(), T => self.gradients::<T>(x, weight, bias, &dy))
    }
}

impl Conv2d {
    fn gradients<T: Real>(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let problem = &self.problem;
        let mut dw = vec![T::ZERO; weight.elem_count()];
        let mut db = vec![T::ZERO; bias.elem_count()];
        // The first layer's input is data: nobody asks for its gradient.
        let mut dx = None;
        let (x_values, weight_values, dy_values) = (values(x), values(weight), values(dy));
        let (weight_slice, dy) = (weight_values.slice::<T>()?, dy_values.slice::<T>()?);
        self.indices.lend(|indices| -> Result<()> {
            problem.with_margin(x_values.slice::<T>()?, |x_slice| {
                let mut fill = |dx: Option<&mut [T]>| {
                    let (x, weight, dw, db) = (x_slice, weight_slice, &mut dw[..], &mut db[..]);
                    if winograd::suits(problem) {
                        let kernel =
                            winograd::Backward { problem, x, weight, dy, indices, dw, db, dx };
                        T::dispatch(kernel);
                    } else {
                        T::dispatch(direct::Backward {
                            problem,
                            x,
                            weight,
                            dy,
                            indices,
                            dw,
                            db,
                            dx,
                        });
                    }
                };
                match x.track_op() {
                    true => dx = Some(problem.without_margin(|dx| fill(Some(dx)))),
                    false => fill(None),
                }
            });
            Ok(())
        })??;
        let device = x.device();
        let dx = dx.map(|dx| Tensor::from_vec(dx, x.shape(), device)).transpose()?;
        let dw = Tensor::from_vec(dw, weight.shape(), device)?;
        let db = Tensor::from_vec(db, bias.shape(), device)?;
        Ok((dx, Some(dw), Some(db)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::super::saved::Saved;
    use super::*;
    use sotto_kernels::lanes::{Kernel, Lanes, Portable};
    use sotto_kernels::window::Pooling;

    const WINDOWS: [Window; 5] = [
        Window::IDENTITY,
        Window { size: 1, kind: Pooling::Max, relu: true },
        Window { size: 2, kind: Pooling::Max, relu: true },
        Window { size: 2, kind: Pooling::Average, relu: true },
        Window { size: 3, kind: Pooling::Max, relu: false },
    ];

    #[test]
    fn gradients_are_the_finite_differences() {
        // batch, in, out, height, width, kernel, margin; none divides the tile.
        for (b, i, o, h, w, k, m) in [
            (1, 1, 1, 3, 3, 1, 0),
            (2, 1, 3, 7, 8, 5, 0),
            (9, 3, 5, 4, 9, 3, 1),
            (1, 2, 2, 5, 13, 2, 2),
        ] {
            for window in WINDOWS {
                check::gradients(&[&[i, h, w, b], &[o, i, k, k], &[o]], |t| {
                    conv2d_window(&t[0], &t[1], &t[2], m, window)
                });
            }
        }
    }

    #[test]
    fn minimal_filtering_has_the_same_gradients() {
        for (b, i, o, h, w, m) in [(5, 8, 6, 6, 8, 0), (9, 9, 3, 4, 4, 2)] {
            for window in WINDOWS.into_iter().filter(|window| window.size < 3) {
                let geometry =
                    Geometry { inputs: i, outputs: o, height: h, width: w, kernel: 5, margin: m };
                let problem = Problem { geometry, window, batch: b };
                assert!(winograd::suits(&problem));
                check::gradients(&[&[i, h, w, b], &[o, i, 5, 5], &[o]], |t| {
                    conv2d_window(&t[0], &t[1], &t[2], m, window)
                });
            }
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        let tensor = |shape: &[usize]| check::values(shape, 1);
        let convolve =
            |x: &[usize], w: &[usize], b: &[usize]| conv2d(&tensor(x), &tensor(w), &tensor(b), 0);
        assert!(convolve(&[2, 5, 5, 1], &[3, 2, 3, 3], &[3]).is_ok());
        assert!(convolve(&[1, 5, 5, 1], &[3, 2, 3, 3], &[3]).is_err());
        assert!(convolve(&[2, 5, 5, 1], &[3, 2, 6, 6], &[3]).is_err());
        assert!(convolve(&[2, 5, 5, 1], &[3, 2, 3, 2], &[3]).is_err());
        assert!(convolve(&[2, 5, 5, 1], &[3, 2, 3, 3], &[2]).is_err());
    }

    /// Everything that one way computes: `y`, indices, `dw`, `db` and `dx`.
    struct All<'a> {
        problem: &'a Problem,
        by_filtering: bool,
        x: &'a [f32],
        weight: &'a [f32],
        bias: &'a [f32],
        dy: &'a [f32],
    }

    impl Kernel<f32> for All<'_> {
        type Output = [Vec<f32>; 5];

        #[inline(always)]
        fn run<L: Lanes<Number = f32>>(self) -> [Vec<f32>; 5] {
            let Self { problem, by_filtering, x, weight, bias, dy } = self;
            let mut y = vec![0.0; problem.output_len()];
            let mut saved = vec![0.0; if problem.window.has_indices() { y.len() } else { 0 }];
            {
                let (y, indices) = (&mut y[..], &mut saved[..]);
                match by_filtering {
                    true => {
                        winograd::Forward { problem, x, weight, bias, y, indices }.run::<L>();
                    }
                    false => direct::Forward { problem, x, weight, bias, y, indices }.run::<L>(),
                }
            }
            let mut gradients = [weight, bias, x].map(|like| vec![0.0; like.len()]);
            let [dw, db, dx] = &mut gradients;
            let (indices, dx) = (Saved::of(&saved), Some(&mut dx[..]));
            match by_filtering {
                true => {
                    winograd::Backward { problem, x, weight, dy, indices, dw, db, dx }.run::<L>();
                }
                false => {
                    direct::Backward { problem, x, weight, dy, indices, dw, db, dx }.run::<L>();
                }
            }
            let [dw, db, dx] = gradients;
            [y, saved, dw, db, dx]
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn both_ways_and_every_back_end_agree(
            inputs in 1usize..12, outputs in 1usize..10, batch in 1usize..20,
            height in 2usize..5, width in 2usize..5, window in 0usize..4, seed: u64,
        ) {
            let (height, width) = (2 * height + 2, 2 * width + 2);
            let geometry = Geometry { inputs, outputs, height, width, kernel: 5, margin: 0 };
            let problem = Problem { geometry, window: WINDOWS[window], batch };
            let random = |len: usize, path: &str| -> Vec<f32> {
                let mut stream = sotto_core::seeded::Stream::new(seed, path);
                (0..len).map(|_| stream.normal() as f32).collect()
            };
            let (x, weight) = (random(problem.padded_len(), "x"), random(outputs * problem.taps(), "w"));
            let (bias, dy) = (random(outputs, "b"), random(problem.output_len(), "dy"));
            let all = |by_filtering| All {
                problem: &problem, by_filtering, x: &x, weight: &weight, bias: &bias, dy: &dy,
            };
            let [direct, filtered] = [false, true].map(|by_filtering| {
                let portable = all(by_filtering).run::<Portable<f32>>();
                assert_eq!(f32::dispatch(all(by_filtering)), portable);
                portable
            });
            // Where values almost tie, the ways may choose differently.
            prop_assume!(direct[1] == filtered[1]);
            for (direct, filtered) in direct.iter().zip(&filtered) {
                let scale = direct.iter().fold(1f32, |most, value| most.max(value.abs()));
                for (direct, filtered) in direct.iter().zip(filtered) {
                    prop_assert!((direct - filtered).abs() <= 2e-5 * scale, "{direct} and {filtered}");
                }
            }
        }
    }
}
