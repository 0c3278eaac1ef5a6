//! Convolution with 5x5 kernels by minimal filtering, a third of the definition's products
//! ([`crate::kernels::winograd`]).
//!
//! Two by two outputs are a tile; eight images of a batch are the lanes. Tiles go through
//! in blocks: each input channel of a tile becomes 36 numbers, for each of the 36 places
//! one matrix product over the channels follows, and the sums become outputs, which the
//! window takes while they are still in registers.

use super::super::saved::Saved;
use super::Problem;
use crate::kernels::Number;
use crate::kernels::dot;
use crate::kernels::lanes::{Float, Kernel, Lanes, WIDTH};
use crate::kernels::scratch::Scratch;
use crate::kernels::tile::{self, load_at, load_some, store_at, store_some};
use crate::kernels::window::Window;
use crate::kernels::winograd::{self, INPUTS, OUTPUTS, PRODUCTS, TAPS};

/// Numbers of a block, in all places, that fit the caches.
const BLOCK_MAX: usize = 3 << 16;

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

/// A problem cut into tiles and blocks.
struct Tiles<'a> {
    problem: &'a Problem,
    rows: usize,
    columns: usize,
    /// Rows of tiles in a block.
    block_rows: usize,
}

/// Rows of tiles `rows` of eight images from `image` on.
#[derive(Clone)]
struct Block {
    image: usize,
    /// How many of the eight there are.
    images: usize,
    rows: std::ops::Range<usize>,
}

impl<'a> Tiles<'a> {
    fn new(problem: &'a Problem) -> Self {
        let geometry = &problem.geometry;
        let (rows, columns) =
            (geometry.output_height() / OUTPUTS, geometry.output_width() / OUTPUTS);
        let row = (geometry.inputs + geometry.outputs) * PRODUCTS * columns * WIDTH;
        Self { problem, rows, columns, block_rows: (BLOCK_MAX / row).clamp(1, rows) }
    }

    /// Tiles in the largest block.
    fn len_max(&self) -> usize {
        self.block_rows * self.columns
    }

    fn blocks(&self) -> impl Iterator<Item = Block> + '_ {
        (0..self.problem.batch).step_by(WIDTH).flat_map(move |image| {
            let images = WIDTH.min(self.problem.batch - image);
            (0..self.rows).step_by(self.block_rows).map(move |first| {
                let rows = first..self.rows.min(first + self.block_rows);
                Block { image, images, rows }
            })
        })
    }

    /// The tiles of a block: their row and column.
    fn of(&self, block: &Block) -> impl Iterator<Item = (usize, usize)> + use<> {
        let columns = self.columns;
        block.rows.clone().flat_map(move |row| (0..columns).map(move |column| (row, column)))
    }

    /// Where input `(i, j)` of a tile stands in the input with its margin.
    fn input(&self, channel: usize, (row, column): (usize, usize), i: usize, j: usize) -> usize {
        self.problem.padded(channel, OUTPUTS * row + i, OUTPUTS * column + j)
    }

    /// Where the window stands to which output `(i, j)` of a tile belongs.
    fn window(&self, channel: usize, (row, column): (usize, usize), i: usize, j: usize) -> usize {
        let size = self.problem.window.size;
        self.problem.pooled(channel, (OUTPUTS * row + i) / size, (OUTPUTS * column + j) / size)
    }
}

/// `[place][tile][channel][8]`.
struct Spectrum<T: Float> {
    values: Scratch<T>,
    channels: usize,
    tiles: usize,
}

impl<T: Float> Spectrum<T> {
    fn new(channels: usize, tiles: usize) -> Self {
        Self { values: Scratch::new(PRODUCTS * tiles * channels * WIDTH), channels, tiles }
    }

    fn place_len(&self) -> usize {
        self.tiles * self.channels * WIDTH
    }

    fn at(&self, tile: usize, channel: usize, i: usize, j: usize) -> usize {
        (i * INPUTS + j) * self.place_len() + (tile * self.channels + channel) * WIDTH
    }

    #[inline(always)]
    fn load<L: Lanes<Number = T>>(&self, tile: usize, channel: usize) -> [[L; INPUTS]; INPUTS] {
        let mut square = [[L::zero(); INPUTS]; INPUTS];
        for (i, row) in square.iter_mut().enumerate() {
            for (j, lanes) in row.iter_mut().enumerate() {
                *lanes = load_at(&self.values, self.at(tile, channel, i, j));
            }
        }
        square
    }

    #[inline(always)]
    fn store<L: Lanes<Number = T>>(
        &mut self,
        tile: usize,
        channel: usize,
        square: &[[L; INPUTS]; INPUTS],
    ) {
        for (i, row) in square.iter().enumerate() {
            for (j, &lanes) in row.iter().enumerate() {
                let place = self.at(tile, channel, i, j);
                store_at(lanes, &mut self.values, place);
            }
        }
    }

    /// The panels at one of the 36 places, of the first `tiles` tiles.
    fn panels(&self, place: usize, tiles: usize) -> &[T] {
        &self.values[place * self.place_len()..][..tiles * self.channels * WIDTH]
    }

    fn panels_mut(&mut self, place: usize, tiles: usize) -> &mut [T] {
        let (start, len) = (place * self.place_len(), tiles * self.channels * WIDTH);
        &mut self.values[start..start + len]
    }
}

/// `G g G^T` of every filter, `[place][out * in]`.
#[inline(always)]
fn filters<L: Lanes>(problem: &Problem, weight: &[L::Number]) -> Scratch<L::Number> {
    let count = problem.geometry.inputs * problem.geometry.outputs;
    let mut spectrum = Scratch::new(PRODUCTS * count);
    for first in (0..count).step_by(WIDTH) {
        let width = WIDTH.min(count - first);
        let mut square = [[L::zero(); TAPS]; TAPS];
        for (i, row) in square.iter_mut().enumerate() {
            for (j, lanes) in row.iter_mut().enumerate() {
                let mut eight = [L::Number::ZERO; WIDTH];
                for (n, slot) in eight.iter_mut().enumerate().take(width) {
                    *slot = weight[((first + n) * TAPS + i) * TAPS + j];
                }
                *lanes = L::load(&eight);
            }
        }
        for (place, &lanes) in winograd::filter::<L>(&square).iter().flatten().enumerate() {
            store_some(lanes, &mut spectrum[place * count + first..][..width]);
        }
    }
    spectrum
}

/// `B^T d B` of every tile and channel of a block.
#[inline(always)]
fn transform_input<L: Lanes>(
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
                    let place = tiles.input(channel, tile, i, j) + block.image;
                    *lanes = load_some(&x[place..][..block.images]);
                }
            }
            spectrum.store(number, channel, &winograd::input(&square));
        }
    }
}

pub(super) struct Forward<'a, T> {
    pub(super) problem: &'a Problem,
    /// With its margin.
    pub(super) x: &'a [T],
    pub(super) weight: &'a [T],
    pub(super) bias: &'a [T],
    pub(super) y: &'a mut [T],
    pub(super) places: &'a mut [T],
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = T>>(self) {
        let Self { problem, x, weight, bias, y, places } = self;
        let (inputs, outputs) = (problem.geometry.inputs, problem.geometry.outputs);
        let tiles = Tiles::new(problem);
        let filters = filters::<L>(problem, weight);
        let mut left = Scratch::new(filters.len());
        let places_of = |filters: &mut [T]| filters.len() / PRODUCTS;
        let count = places_of(&mut left);
        for (packed, filters) in left.chunks_exact_mut(count).zip(filters.chunks_exact(count)) {
            tile::pack_left(outputs, inputs, packed, |row, k| filters[row * inputs + k]);
        }
        let mut before = Spectrum::new(inputs, tiles.len_max());
        let mut after = Spectrum::new(outputs, tiles.len_max());
        for block in tiles.blocks() {
            let len = block.rows.len() * tiles.columns;
            transform_input::<L>(&tiles, &block, x, &mut before);
            for (place, left) in left.chunks_exact(count).enumerate() {
                let mut output =
                    tile::Panels { values: after.panels_mut(place, len), rows: outputs };
                tile::product::<L>(outputs, inputs, left, before.panels(place, len), &mut output);
            }
            for (number, tile) in tiles.of(&block).enumerate() {
                for (channel, &bias) in bias.iter().enumerate() {
                    let mut values = winograd::output(&after.load::<L>(number, channel));
                    for value in values.as_flattened_mut() {
                        *value = value.add(L::splat(bias));
                    }
                    put_tile(&tiles, &block, channel, tile, &values, y, places);
                }
            }
        }
    }
}

/// Takes the windows of a tile's outputs.
#[inline(always)]
fn put_tile<L: Lanes>(
    tiles: &Tiles<'_>,
    block: &Block,
    channel: usize,
    tile: (usize, usize),
    values: &[[L; OUTPUTS]; OUTPUTS],
    y: &mut [L::Number],
    places: &mut [L::Number],
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
            let (value, place) = window.finish(taken);
            let to = tiles.window(channel, tile, i, j) + block.image;
            store_some(value, &mut y[to..][..block.images]);
            if window.has_places() {
                store_some(place, &mut places[to..][..block.images]);
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
    pub(super) places: Saved<'a, T>,
    pub(super) dw: &'a mut [T],
    pub(super) db: &'a mut [T],
    /// With its margin; not there where nobody asks for it.
    pub(super) dx: Option<&'a mut [T]>,
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = T>>(self) {
        let Self { problem, x, weight, dy, places, dw, db, mut dx } = self;
        let (inputs, outputs) = (problem.geometry.inputs, problem.geometry.outputs);
        let count = inputs * outputs;
        let tiles = Tiles::new(problem);
        // `U^T [in, out]` at every place, packed.
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
                    let square = tile_gradient::<L>(&tiles, &block, channel, tile, dy, places);
                    let sum = square[0][0].add(square[0][1]).add(square[1][0].add(square[1][1]));
                    let sums = &mut sums[channel * WIDTH..][..WIDTH];
                    store_some(load_some::<L>(sums).add(sum), sums);
                    after.store(number, channel, &winograd::output_transposed(&square));
                }
            }
            for (place, gradient) in gradient.chunks_exact_mut(count).enumerate() {
                add_products::<L>(
                    after.panels(place, len),
                    outputs,
                    before.panels(place, len),
                    inputs,
                    gradient,
                );
            }
            if let Some(dx) = &mut dx {
                for (place, left) in left.chunks_exact(count).enumerate() {
                    let mut output =
                        tile::Panels { values: before.panels_mut(place, len), rows: inputs };
                    tile::product::<L>(
                        inputs,
                        outputs,
                        left,
                        after.panels(place, len),
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

/// The gradient of a tile's two by two outputs.
#[inline(always)]
fn tile_gradient<L: Lanes>(
    tiles: &Tiles<'_>,
    block: &Block,
    channel: usize,
    tile: (usize, usize),
    dy: &[L::Number],
    places: Saved<'_, L::Number>,
) -> [[L; OUTPUTS]; OUTPUTS] {
    let window = tiles.problem.window;
    let mut square = [[L::zero(); OUTPUTS]; OUTPUTS];
    for (i, row) in square.iter_mut().enumerate() {
        for (j, lanes) in row.iter_mut().enumerate() {
            let from = tiles.window(channel, tile, i, j) + block.image;
            let dy = load_some::<L>(&dy[from..][..block.images]);
            let number = (i % window.size) * window.size + j % window.size;
            *lanes = window.backward(number, places.load(from, block.images), dy);
        }
    }
    square
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
    for (place, sum) in dot::finish(&sums).iter().enumerate().take(R * C) {
        c[(i + place / C) * columns + j + place % C] += *sum;
    }
}

/// Adds `B v B^T` of every tile and channel to the places of its inputs.
#[inline(always)]
fn add_input_gradient<L: Lanes>(
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
                    let place = tiles.input(channel, tile, i, j) + block.image;
                    let sums = &mut dx[place..][..block.images];
                    store_some(load_some::<L>(sums).add(lanes), sums);
                }
            }
        }
    }
}

/// `G^T u G` of every filter.
#[inline(always)]
fn filter_gradients<L: Lanes>(spectrum: &[L::Number], count: usize, dw: &mut [L::Number]) {
    for first in (0..count).step_by(WIDTH) {
        let width = WIDTH.min(count - first);
        let mut square = [[L::zero(); INPUTS]; INPUTS];
        for (place, lanes) in square.as_flattened_mut().iter_mut().enumerate() {
            *lanes = load_some(&spectrum[place * count + first..][..width]);
        }
        let taps = winograd::filter_transposed(&square);
        for (place, lanes) in taps.iter().flatten().enumerate() {
            let mut eight = [L::Number::ZERO; WIDTH];
            lanes.store(&mut eight);
            for (n, &value) in eight.iter().enumerate().take(width) {
                dw[(first + n) * TAPS * TAPS + place] = value;
            }
        }
    }
}
