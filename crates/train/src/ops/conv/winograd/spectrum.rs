//! Tiles as 36 numbers a channel, and back.

use super::super::super::saved::Saved;
use super::tiles::{Block, Tiles};
use sotto_kernels::lanes::{Float, Lanes, WIDTH};
use sotto_kernels::scratch::Scratch;
use sotto_kernels::tile::{load_at, load_some, store_at, store_some};
use sotto_kernels::winograd::{self, INPUTS, OUTPUTS, PRODUCTS};

/// `[position][tile][channel][8]`.
pub(super) struct Spectrum<T: Float> {
    values: Scratch<T>,
    channels: usize,
    tiles: usize,
}

impl<T: Float> Spectrum<T> {
    pub(super) fn new(channels: usize, tiles: usize) -> Self {
        Self { values: Scratch::new(PRODUCTS * tiles * channels * WIDTH), channels, tiles }
    }

    pub(super) fn position_len(&self) -> usize {
        self.tiles * self.channels * WIDTH
    }

    pub(super) fn at(&self, tile: usize, channel: usize, i: usize, j: usize) -> usize {
        (i * INPUTS + j) * self.position_len() + (tile * self.channels + channel) * WIDTH
    }

    #[inline(always)]
    pub(super) fn load<L: Lanes<Number = T>>(
        &self,
        tile: usize,
        channel: usize,
    ) -> [[L; INPUTS]; INPUTS] {
        let mut square = [[L::zero(); INPUTS]; INPUTS];
        for (i, row) in square.iter_mut().enumerate() {
            for (j, lanes) in row.iter_mut().enumerate() {
                *lanes = load_at(&self.values, self.at(tile, channel, i, j));
            }
        }
        square
    }

    #[inline(always)]
    pub(super) fn store<L: Lanes<Number = T>>(
        &mut self,
        tile: usize,
        channel: usize,
        square: &[[L; INPUTS]; INPUTS],
    ) {
        for (i, row) in square.iter().enumerate() {
            for (j, &lanes) in row.iter().enumerate() {
                let start = self.at(tile, channel, i, j);
                store_at(lanes, &mut self.values, start);
            }
        }
    }

    /// The panels at one of the 36 positions, of the first `tiles` tiles.
    pub(super) fn panels(&self, position: usize, tiles: usize) -> &[T] {
        &self.values[position * self.position_len()..][..tiles * self.channels * WIDTH]
    }

    pub(super) fn panels_mut(&mut self, position: usize, tiles: usize) -> &mut [T] {
        let (start, len) = (position * self.position_len(), tiles * self.channels * WIDTH);
        &mut self.values[start..start + len]
    }
}

/// `B^T d B` of every tile and channel of a block.
#[inline(always)]
pub(super) fn transform_input<L: Lanes>(
    tiles: &Tiles<'_>,
    block: &Block,
    x: &[L::Number],
    spectrum: &mut Spectrum<L::Number>,
) {
    for (number, tile) in tiles.of(block).enumerate() {
        for channel in 0..spectrum.channels {
            let mut square = [[L::zero(); INPUTS]; INPUTS];
            for (i, row) in square.iter_mut().enumerate() {
                for (j, lanes) in row.iter_mut().enumerate() {
                    let start = tiles.input(channel, tile, i, j) + block.image;
                    *lanes = load_some(&x[start..][..block.images]);
                }
            }
            spectrum.store(number, channel, &winograd::input(&square));
        }
    }
}

/// Adds `B v B^T` of every tile and channel to the positions of its inputs.
#[inline(always)]
pub(super) fn add_input_gradient<L: Lanes>(
    tiles: &Tiles<'_>,
    block: &Block,
    spectrum: &Spectrum<L::Number>,
    dx: &mut [L::Number],
) {
    for (number, tile) in tiles.of(block).enumerate() {
        for channel in 0..spectrum.channels {
            let square = winograd::input_transposed(&spectrum.load::<L>(number, channel));
            for (i, row) in square.iter().enumerate() {
                for (j, &lanes) in row.iter().enumerate() {
                    let start = tiles.input(channel, tile, i, j) + block.image;
                    let sums = &mut dx[start..][..block.images];
                    store_some(load_some::<L>(sums).add(lanes), sums);
                }
            }
        }
    }
}

/// Takes the windows of a tile's outputs.
#[inline(always)]
pub(super) fn put_tile<L: Lanes>(
    tiles: &Tiles<'_>,
    block: &Block,
    channel: usize,
    tile: (usize, usize),
    values: &[[L; OUTPUTS]; OUTPUTS],
    y: &mut [L::Number],
    indices: &mut [L::Number],
) {
    let window = &tiles.problem.window;
    for i in (0..OUTPUTS).step_by(window.size) {
        for j in (0..OUTPUTS).step_by(window.size) {
            let mut taken = window.begin(values[i][j]);
            if window.size > 1 {
                window.take(&mut taken, values[0][1]);
                window.take(&mut taken, values[1][0]);
                window.take(&mut taken, values[1][1]);
            }
            let (value, index) = window.finish(taken);
            let to = tiles.window(channel, tile, i, j) + block.image;
            store_some(value, &mut y[to..][..block.images]);
            if window.has_indices() {
                store_some(index, &mut indices[to..][..block.images]);
            }
        }
    }
}

/// The gradient of a tile's two by two outputs.
#[inline(always)]
pub(super) fn tile_gradient<L: Lanes>(
    tiles: &Tiles<'_>,
    block: &Block,
    channel: usize,
    tile: (usize, usize),
    dy: &[L::Number],
    indices: Saved<'_, L::Number>,
) -> [[L; OUTPUTS]; OUTPUTS] {
    let window = tiles.problem.window;
    let mut square = [[L::zero(); OUTPUTS]; OUTPUTS];
    for (i, row) in square.iter_mut().enumerate() {
        for (j, lanes) in row.iter_mut().enumerate() {
            let from = tiles.window(channel, tile, i, j) + block.image;
            let dy = load_some::<L>(&dy[from..][..block.images]);
            let number = (i % window.size) * window.size + j % window.size;
            *lanes = window.backward(number, indices.load(from, block.images), dy);
        }
    }
    square
}
