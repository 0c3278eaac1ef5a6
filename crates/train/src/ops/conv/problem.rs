//! The sizes of a convolution, and where everything stands.

use sotto_kernels::lanes::Float;
use sotto_kernels::patches::Geometry;
use sotto_kernels::scratch::Scratch;
use sotto_kernels::window::Window;

/// The sizes of a convolution with its window, and where everything stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem {
    pub(super) geometry: Geometry,
    pub(super) window: Window,
    pub(super) batch: usize,
}

impl Problem {
    pub(super) fn taps(&self) -> usize {
        self.geometry.patch()
    }

    /// A row of outputs of one channel, all images.
    pub(super) fn run(&self) -> usize {
        self.geometry.output_width() * self.batch
    }

    pub(super) fn pooled_height(&self) -> usize {
        self.geometry.output_height() / self.window.size
    }

    pub(super) fn pooled_width(&self) -> usize {
        self.geometry.output_width() / self.window.size
    }

    pub(super) fn output_shape(&self) -> (usize, usize, usize, usize) {
        (self.geometry.outputs, self.pooled_height(), self.pooled_width(), self.batch)
    }

    pub(super) fn output_len(&self) -> usize {
        self.geometry.outputs * self.pooled_height() * self.pooled_width() * self.batch
    }

    /// Where a pixel of the first image stands in the input with its margin.
    pub(super) fn padded(&self, channel: usize, row: usize, column: usize) -> usize {
        let geometry = &self.geometry;
        ((channel * geometry.padded_height() + row) * geometry.padded_width() + column) * self.batch
    }

    /// Where the run under a tap begins, for a row of outputs.
    pub(super) fn tap(&self, tap: usize, row: usize) -> usize {
        let k = self.geometry.kernel;
        self.padded(tap / (k * k), row + tap / k % k, tap % k)
    }

    /// Where a window stands in the output.
    pub(super) fn pooled(&self, channel: usize, row: usize, column: usize) -> usize {
        ((channel * self.pooled_height() + row) * self.pooled_width() + column) * self.batch
    }

    /// Line and column of the values in the windows' column number `column`.
    pub(super) fn window_positions(
        &self,
        column: usize,
    ) -> impl Iterator<Item = (usize, usize)> + use<> {
        let size = self.window.size;
        (0..size).flat_map(move |line| (0..size).map(move |c| (line, column * size + c)))
    }

    /// Rows of the input without and with its margin: where they begin, and their length.
    pub(super) fn rows(&self) -> (impl Iterator<Item = (usize, usize)> + '_, usize) {
        let batch = self.batch;
        let starts = self.geometry.rows().map(move |(bare, padded)| (bare * batch, padded * batch));
        (starts, self.geometry.width * batch)
    }

    pub(super) fn padded_len(&self) -> usize {
        self.padded(self.geometry.inputs, 0, 0)
    }

    /// Runs `body` on the input with its margin.
    pub(super) fn with_margin<T: Float, R>(&self, x: &[T], body: impl FnOnce(&[T]) -> R) -> R {
        if self.geometry.margin == 0 {
            return body(x);
        }
        let mut padded = Scratch::zeros(self.padded_len());
        let (rows, len) = self.rows();
        for (from, to) in rows {
            padded[to..to + len].copy_from_slice(&x[from..from + len]);
        }
        body(&padded)
    }

    /// What `fill` adds to zeros of the input's size with its margin, without the margin.
    pub(super) fn without_margin<T: Float>(&self, fill: impl FnOnce(&mut [T])) -> Vec<T> {
        if self.geometry.margin == 0 {
            let mut bare = vec![T::ZERO; self.padded_len()];
            fill(&mut bare);
            return bare;
        }
        let mut padded = Scratch::zeros(self.padded_len());
        fill(&mut padded);
        let mut bare = Vec::with_capacity(self.geometry.image() * self.batch);
        let (rows, len) = self.rows();
        for (_, from) in rows {
            bare.extend_from_slice(&padded[from..from + len]);
        }
        bare
    }
}
