//! Convolution with 5x5 kernels by minimal filtering, a third of the definition's products
//! ([`sotto_kernels::winograd`]).
//!
//! Two by two outputs are a tile; eight images of a batch are the lanes. Tiles go through
//! in blocks: each input channel of a tile becomes 36 numbers, for each of the 36 positions
//! one matrix product over the channels follows, and the sums become outputs, which the
//! window takes while they are still in registers.

mod filters;
mod spectrum;
mod tiles;

use super::super::saved::Saved;
use super::Problem;
use filters::{filter_gradients, filters};
use sotto_kernels::dot;
use sotto_kernels::lanes::{Float, Kernel, Lanes, WIDTH};
use sotto_kernels::scratch::Scratch;
use sotto_kernels::tile::{self, load_some, store_some};
use sotto_kernels::window::Window;
use sotto_kernels::winograd::{self, OUTPUTS, PRODUCTS, TAPS};
use spectrum::{Spectrum, add_input_gradient, put_tile, tile_gradient, transform_input};
use tiles::Tiles;

/// Whether this path can take the problem, and is the faster one.
pub(super) fn suits(problem: &Problem) -> bool {
    let geometry = &problem.geometry;
    let Window { size, .. } = problem.window;
    geometry.kernel == TAPS
        && matches!(size, 1 | OUTPUTS)
        && geometry.output_height().is_multiple_of(OUTPUTS)
        && geometry.output_width().is_multiple_of(OUTPUTS)
        && geometry.inputs >= 8
        // Lanes without an image compute for nothing.
        && 2 * problem.batch >= problem.batch.next_multiple_of(WIDTH)
}

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
        let (inputs, outputs) = (problem.geometry.inputs, problem.geometry.outputs);
        let tiles = Tiles::new(problem);
        let filters = filters::<L>(problem, weight);
        let mut left = Scratch::new(filters.len());
        let count = inputs * outputs;
        for (packed, filters) in left.chunks_exact_mut(count).zip(filters.chunks_exact(count)) {
            tile::pack_left(outputs, inputs, packed, |row, k| filters[row * inputs + k]);
        }
        let mut before = Spectrum::new(inputs, tiles.len_max());
        let mut after = Spectrum::new(outputs, tiles.len_max());
        for block in tiles.blocks() {
            let len = block.rows.len() * tiles.columns;
            transform_input::<L>(&tiles, &block, x, &mut before);
            for (position, left) in left.chunks_exact(count).enumerate() {
                let mut output =
                    tile::Panels { values: after.panels_mut(position, len), rows: outputs };
                tile::product::<L>(
                    outputs,
                    inputs,
                    left,
                    before.panels(position, len),
                    &mut output,
                );
            }
            for (number, tile) in tiles.of(&block).enumerate() {
                for (channel, &bias) in bias.iter().enumerate() {
                    let mut values = winograd::output(&after.load::<L>(number, channel));
                    for value in values.as_flattened_mut() {
                        *value = value.add(L::splat(bias));
                    }
                    put_tile(&tiles, &block, channel, tile, &values, y, indices);
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
    fn run<L: Lanes<Number = T>>(self) {
        let Self { problem, x, weight, dy, indices, dw, db, mut dx } = self;
        let (inputs, outputs) = (problem.geometry.inputs, problem.geometry.outputs);
        let count = inputs * outputs;
        let tiles = Tiles::new(problem);
        // `U^T [in, out]` at every position, packed.
        let mut left = Scratch::new(if dx.is_some() { PRODUCTS * count } else { 0 });
        if dx.is_some() {
            let filters = filters::<L>(problem, weight);
            for (packed, filters) in left.chunks_exact_mut(count).zip(filters.chunks_exact(count)) {
                tile::pack_left(inputs, outputs, packed, |row, k| filters[k * inputs + row]);
            }
        }
        let mut gradient = Scratch::zeros(PRODUCTS * count);
        let mut sums = Scratch::zeros(outputs * WIDTH);
        let mut before = Spectrum::new(inputs, tiles.len_max());
        let mut after = Spectrum::new(outputs, tiles.len_max());
        for block in tiles.blocks() {
            let len = block.rows.len() * tiles.columns;
            transform_input::<L>(&tiles, &block, x, &mut before);
            for (number, tile) in tiles.of(&block).enumerate() {
                for channel in 0..outputs {
                    let square = tile_gradient::<L>(&tiles, &block, channel, tile, dy, indices);
                    let sum = square[0][0].add(square[0][1]).add(square[1][0].add(square[1][1]));
                    let sums = &mut sums[channel * WIDTH..][..WIDTH];
                    store_some(load_some::<L>(sums).add(sum), sums);
                    after.store(number, channel, &winograd::output_transposed(&square));
                }
            }
            for (position, gradient) in gradient.chunks_exact_mut(count).enumerate() {
                add_products::<L>(
                    after.panels(position, len),
                    outputs,
                    before.panels(position, len),
                    inputs,
                    gradient,
                );
            }
            if let Some(dx) = &mut dx {
                for (position, left) in left.chunks_exact(count).enumerate() {
                    let mut output =
                        tile::Panels { values: before.panels_mut(position, len), rows: inputs };
                    tile::product::<L>(
                        inputs,
                        outputs,
                        left,
                        after.panels(position, len),
                        &mut output,
                    );
                }
                add_input_gradient::<L>(&tiles, &block, &before, dx);
            }
        }
        for (db, sums) in db.iter_mut().zip(sums.as_chunks().0) {
            *db = L::load(sums).sum();
        }
        filter_gradients::<L>(&gradient, count, dw);
    }
}

/// `c[i][j] += sum a[.][i] b[.][j]` over panels and lanes.
#[inline(always)]
fn add_products<L: Lanes>(
    a: &[L::Number],
    rows: usize,
    b: &[L::Number],
    columns: usize,
    c: &mut [L::Number],
) {
    for i in (0..rows).step_by(2) {
        for j in (0..columns).step_by(2) {
            match (rows - i, columns - j) {
                (1, 1) => add_tile::<L, 1, 1>(a, (i, rows), b, (j, columns), c),
                (1, _) => add_tile::<L, 1, 2>(a, (i, rows), b, (j, columns), c),
                (_, 1) => add_tile::<L, 2, 1>(a, (i, rows), b, (j, columns), c),
                _ => add_tile::<L, 2, 2>(a, (i, rows), b, (j, columns), c),
            }
        }
    }
}

#[inline(always)]
fn add_tile<L: Lanes, const R: usize, const C: usize>(
    a: &[L::Number],
    (i, rows): (usize, usize),
    b: &[L::Number],
    (j, columns): (usize, usize),
    c: &mut [L::Number],
) {
    let mut sums = [[L::zero(); C]; R];
    let (mut a_lanes, mut b_lanes) = ([L::zero(); R], [L::zero(); C]);
    let (a, b) = (a.as_chunks::<WIDTH>().0, b.as_chunks::<WIDTH>().0);
    for (a, b) in a.chunks_exact(rows).zip(b.chunks_exact(columns)) {
        let a: &[_; R] = a[i..].first_chunk().expect("a tile has its rows");
        let b: &[_; C] = b[j..].first_chunk().expect("a tile has its columns");
        for (lanes, eight) in a_lanes.iter_mut().zip(a) {
            *lanes = L::load(eight);
        }
        for (lanes, eight) in b_lanes.iter_mut().zip(b) {
            *lanes = L::load(eight);
        }
        dot::multiply(&mut sums, &a_lanes, &b_lanes);
    }
    for (index, sum) in dot::finish(&sums).iter().enumerate().take(R * C) {
        c[(i + index / C) * columns + j + index % C] += *sum;
    }
}
