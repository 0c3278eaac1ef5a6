//! Convolution as matrix products over patches that are never stored (Chellapilla, Puri and
//! Simard 2006).
//!
//! With the batch innermost, a row of outputs and the inputs under each tap are runs of
//! `l = width' * batch` numbers side by side. For a row of outputs of all channels:
//!
//! ```text
//! y [out, l] = W [out, taps] X [taps, l] + b     X's rows are runs of the input
//! dW[out, taps] += dy [out, l] X^T
//! dX [taps, l] = W^T dy                          added to where X's rows lie
//! ```

use super::super::saved::Saved;
use super::Problem;
use sotto_kernels::dot;
use sotto_kernels::lanes::{Float, Kernel, Lanes, WIDTH};
use sotto_kernels::scratch::Scratch;
use sotto_kernels::tile::{self, load_some, store_some};

/// Numbers of packed panels that fit a cache beside the rest.
const PANELS_MAX: usize = 1 << 16;

pub(super) struct Forward<'a, T> {
    pub(super) problem: &'a Problem,
    /// With its margin.
    pub(super) x: &'a [T],
    pub(super) weight: &'a [T],
    pub(super) bias: &'a [T],
    pub(super) y: &'a mut [T],
    pub(super) indices: &'a mut [T],
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = T>>(self) {
        let Self { problem, x, weight, bias, y, indices } = self;
        let (outputs, taps, run) = (problem.geometry.outputs, problem.taps(), problem.run());
        let size = problem.window.size;
        let mut left = Scratch::new(outputs * taps);
        tile::pack_left(outputs, taps, &mut left, |row, k| weight[row * taps + k]);
        let columns_max = (PANELS_MAX / taps / WIDTH).max(1) * WIDTH;
        let mut panels = Scratch::new(tile::panels_len(taps, run.min(columns_max)));
        let mut rows = Scratch::new(outputs * size * run);
        for window_row in 0..problem.pooled_height() {
            for line in 0..size {
                for first in (0..run).step_by(columns_max) {
                    let columns = columns_max.min(run - first);
                    let panels = &mut panels[..tile::panels_len(taps, columns)];
                    let row = window_row * size + line;
                    tile::pack_rows(taps, columns, panels, |tap| {
                        &x[problem.tap(tap, row) + first..]
                    });
                    let mut output = tile::Rows {
                        values: &mut rows[line * run + first..],
                        stride: size * run,
                        columns,
                        bias: Some(bias),
                    };
                    tile::product::<L>(outputs, taps, &left, panels, &mut output);
                }
            }
            pool_rows::<L>(problem, window_row, &rows, y, indices);
        }
    }
}

/// One row of windows, of every output channel, from `rows [out, size, run]`.
#[inline(always)]
fn pool_rows<L: Lanes>(
    problem: &Problem,
    window_row: usize,
    rows: &[L::Number],
    y: &mut [L::Number],
    indices: &mut [L::Number],
) {
    let (batch, run, window) = (problem.batch, problem.run(), &problem.window);
    let size = window.size;
    for (channel, rows) in rows.chunks_exact(size * run).enumerate() {
        for column in 0..problem.pooled_width() {
            let to = problem.pooled(channel, window_row, column);
            for n in (0..batch).step_by(WIDTH) {
                let width = WIDTH.min(batch - n);
                let mut taken = window.begin(L::zero());
                for (number, (line, column)) in problem.window_positions(column).enumerate() {
                    let at = line * run + column * batch + n;
                    let value = load_some(&rows[at..][..width]);
                    match number {
                        0 => taken = window.begin(value),
                        _ => window.take(&mut taken, value),
                    }
                }
                let (value, index): (L, L) = window.finish(taken);
                store_some(value, &mut y[to + n..][..width]);
                if window.has_indices() {
                    store_some(index, &mut indices[to + n..][..width]);
                }
            }
        }
    }
}

pub(super) struct Backward<'a, T> {
    pub(super) problem: &'a Problem,
    /// With its margin.
    pub(super) x: &'a [T],
    pub(super) weight: &'a [T],
    pub(super) dy: &'a [T],
    pub(super) indices: Saved<'a, T>,
    pub(super) dw: &'a mut [T],
    pub(super) db: &'a mut [T],
    /// With its margin; not there where nobody asks for it.
    pub(super) dx: Option<&'a mut [T]>,
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = T>>(mut self) {
        let problem = self.problem;
        let (outputs, taps, run) = (problem.geometry.outputs, problem.taps(), problem.run());
        let size = problem.window.size;
        let mut rows = Scratch::zeros(outputs * size * run);
        let mut input_gradient =
            self.dx.take().map(|dx| InputGradient::new(problem, self.weight, dx));
        for window_row in 0..problem.pooled_height() {
            unpool_rows::<L>(problem, window_row, self.dy, self.indices, &mut rows);
            for (channel, db) in self.db.iter_mut().enumerate() {
                *db += dot::sum::<L>(&rows[channel * size * run..][..size * run]);
            }
            for line in 0..size {
                let row = window_row * size + line;
                let dy_row = |channel: usize| &rows[(channel * size + line) * run..][..run];
                let x_run = |tap: usize| &self.x[problem.tap(tap, row)..][..run];
                dot::products::<L>(outputs, dy_row, taps, x_run, |channel, tap, sum| {
                    self.dw[channel * taps + tap] += sum;
                });
                if let Some(gradient) = &mut input_gradient {
                    gradient.add::<L>(row, dy_row);
                }
            }
        }
    }
}

/// The gradient of one row of windows' inputs, `rows [out, size, run]`; columns in no window
/// stay zero.
#[inline(always)]
fn unpool_rows<L: Lanes>(
    problem: &Problem,
    window_row: usize,
    dy: &[L::Number],
    indices: Saved<'_, L::Number>,
    rows: &mut [L::Number],
) {
    let (batch, run, size) = (problem.batch, problem.run(), problem.window.size);
    for (channel, rows) in rows.chunks_exact_mut(size * run).enumerate() {
        for column in 0..problem.pooled_width() {
            let from = problem.pooled(channel, window_row, column);
            for n in (0..batch).step_by(WIDTH) {
                let width = WIDTH.min(batch - n);
                let dy = load_some::<L>(&dy[from + n..][..width]);
                let index = indices.load(from + n, width);
                for (number, (line, column)) in problem.window_positions(column).enumerate() {
                    let value = problem.window.backward(number, index, dy);
                    store_some(value, &mut rows[line * run + column * batch + n..][..width]);
                }
            }
        }
    }
}

struct InputGradient<'a, T: Float> {
    problem: &'a Problem,
    /// `W^T [taps, out]`, packed.
    left: Scratch<T>,
    panels: Scratch<T>,
    offsets: Vec<usize>,
    dx: &'a mut [T],
}

impl<'a, T: Float> InputGradient<'a, T> {
    #[inline(always)]
    fn new(problem: &'a Problem, weight: &[T], dx: &'a mut [T]) -> Self {
        let (outputs, taps) = (problem.geometry.outputs, problem.taps());
        let mut left = Scratch::new(outputs * taps);
        tile::pack_left(taps, outputs, &mut left, |tap, channel| weight[channel * taps + tap]);
        let panels = Scratch::new(tile::panels_len(outputs, problem.run()));
        Self { problem, left, panels, offsets: vec![0; taps], dx }
    }

    #[inline(always)]
    fn add<'b, L: Lanes<Number = T>>(&mut self, row: usize, dy_row: impl Fn(usize) -> &'b [T])
    where
        T: 'b,
    {
        let (outputs, run) = (self.problem.geometry.outputs, self.problem.run());
        tile::pack_rows(outputs, run, &mut self.panels, dy_row);
        for (tap, offset) in self.offsets.iter_mut().enumerate() {
            *offset = self.problem.tap(tap, row);
        }
        let mut output = tile::Scatter { values: self.dx, offsets: &self.offsets, columns: run };
        tile::product::<L>(self.offsets.len(), outputs, &self.left, &self.panels, &mut output);
    }
}
