//! Where tiles stand: in the input, in the output, in blocks.

use super::super::Problem;
use sotto_kernels::lanes::WIDTH;
use sotto_kernels::winograd::{OUTPUTS, PRODUCTS};

/// Numbers of a block, in all positions, that fit the caches.
const BLOCK_MAX: usize = 3 << 16;

/// A problem cut into tiles and blocks.
pub(super) struct Tiles<'a> {
    pub(super) problem: &'a Problem,
    rows: usize,
    pub(super) columns: usize,
    /// Rows of tiles in a block.
    block_rows: usize,
}

/// Rows of tiles `rows` of eight images from `image` on.
#[derive(Clone)]
pub(super) struct Block {
    pub(super) image: usize,
    /// How many of the eight there are.
    pub(super) images: usize,
    pub(super) rows: std::ops::Range<usize>,
}

impl<'a> Tiles<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        let geometry = &problem.geometry;
        let (rows, columns) =
            (geometry.output_height() / OUTPUTS, geometry.output_width() / OUTPUTS);
        let row = (geometry.inputs + geometry.outputs) * PRODUCTS * columns * WIDTH;
        Self { problem, rows, columns, block_rows: (BLOCK_MAX / row).clamp(1, rows) }
    }

    /// Tiles in the largest block.
    pub(super) fn len_max(&self) -> usize {
        self.block_rows * self.columns
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> + '_ {
        (0..self.problem.batch).step_by(WIDTH).flat_map(move |image| {
            let images = WIDTH.min(self.problem.batch - image);
            (0..self.rows).step_by(self.block_rows).map(move |first| {
                let rows = first..self.rows.min(first + self.block_rows);
                Block { image, images, rows }
            })
        })
    }

    /// The tiles of a block: their row and column.
    pub(super) fn of(&self, block: &Block) -> impl Iterator<Item = (usize, usize)> + use<> {
        let columns = self.columns;
        block.rows.clone().flat_map(move |row| (0..columns).map(move |column| (row, column)))
    }

    /// Where input `(i, j)` of a tile stands in the input with its margin.
    pub(super) fn input(
        &self,
        channel: usize,
        (row, column): (usize, usize),
        i: usize,
        j: usize,
    ) -> usize {
        self.problem.padded(channel, OUTPUTS * row + i, OUTPUTS * column + j)
    }

    /// Where the window stands to which output `(i, j)` of a tile belongs.
    pub(super) fn window(
        &self,
        channel: usize,
        (row, column): (usize, usize),
        i: usize,
        j: usize,
    ) -> usize {
        let size = self.problem.window.size;
        self.problem.pooled(channel, (OUTPUTS * row + i) / size, (OUTPUTS * column + j) / size)
    }
}
