//! A smooth random bend of the paper (Simard, Steinkraus and Platt 2003, "Best practices for
//! convolutional neural networks applied to visual document analysis", section 2).
//!
//! The paper draws a displacement for every pixel and blurs the field by a Gaussian of 4 pixels.
//! Drawing one for every knot of a cubic B-spline, 7 pixels apart, gives a field just as smooth
//! (the spline's kernel has the deviation 7 / sqrt(3) = 4.04) from 98 numbers, not 1,568.

use crate::{PIXELS, SIDE};
use sotto_core::seeded::Stream;

/// Pixels from knot to knot.
const SPACING: usize = 7;
/// Knots along a side: those of the image, and those that reach into it.
const KNOTS: usize = SIDE / SPACING + 3;
/// The largest deviation of a knot, in pixels; that of the field is about half of it.
const DEVIATION_MAX: f64 = 1.5;

/// Numbers of a plane that is as wide as the image, and as high as it has knots.
type Line = [f32; KNOTS];

/// A field of displacements.
pub(super) struct Elastic {
    /// The weights of the four knots around a pixel, for each offset between two knots.
    weights: [[f32; SPACING]; 4],
    /// Displacements along x, and along y, in pixels, row by row.
    field: [[[f32; SIDE]; SIDE]; 2],
}

impl Elastic {
    /// A field that bends nothing yet.
    pub(super) fn new() -> Self {
        let inner = |t: f32| (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0;
        let outer = |t: f32| t * t * t / 6.0;
        let offsets: [f32; SPACING] = std::array::from_fn(|offset| offset as f32 / SPACING as f32);
        let weights = [
            offsets.map(|t| outer(1.0 - t)),
            offsets.map(inner),
            offsets.map(|t| inner(1.0 - t)),
            offsets.map(outer),
        ];
        Self { weights, field: [[[0.0; SIDE]; SIDE]; 2] }
    }

    /// Draws a new field, whose mean is zero: it bends and does not move.
    pub(super) fn draw(&mut self, stream: &mut Stream) {
        let deviation = stream.between(0.0, DEVIATION_MAX) as f32;
        let mut bytes = [0; KNOTS * KNOTS * 4];
        for plane in &mut self.field {
            stream.fill(&mut bytes);
            spline(&self.weights, &knots(&bytes, deviation), plane);
            // Eight sums side by side: an order that is fixed, and that lanes can keep.
            let mut sums = [0f32; 8];
            let values = plane.as_flattened_mut();
            for eight in values.chunks_exact(8) {
                for (sum, value) in sums.iter_mut().zip(eight) {
                    *sum += value;
                }
            }
            let mean = sums.iter().sum::<f32>() / PIXELS as f32;
            for value in values {
                *value -= mean;
            }
        }
    }

    /// The displacements of a row, along x and along y.
    pub(super) fn row(&self, y: usize) -> [&[f32; SIDE]; 2] {
        [0, 1].map(|axis: usize| &self.field[axis][y])
    }
}

/// Knots with this deviation. The sum of four uniform bytes is close to normal, and cheap.
fn knots(bytes: &[u8; KNOTS * KNOTS * 4], deviation: f32) -> [Line; KNOTS] {
    // The deviation of such a sum: sqrt(4 (256^2 - 1) / 12).
    let scale = deviation / 147.799_64;
    let mut knots = [[0f32; KNOTS]; KNOTS];
    for (knot, four) in knots.as_flattened_mut().iter_mut().zip(bytes.chunks_exact(4)) {
        let sum: u32 = four.iter().map(|&byte| u32::from(byte)).sum();
        *knot = scale * (sum as f32 - 510.0);
    }
    knots
}

/// The surface of a cubic B-spline over `knots`.
fn spline(weights: &[[f32; SPACING]; 4], knots: &[Line; KNOTS], plane: &mut [[f32; SIDE]; SIDE]) {
    let [first, second, third, fourth] = weights;
    for (y, row) in plane.iter_mut().enumerate() {
        // The knots of this row first, then its pixels.
        let offset = y % SPACING;
        let mut line = [0f32; KNOTS];
        let four = knots[y / SPACING..].iter().zip([first, second, third, fourth]);
        for (knots, weights) in four {
            for (sum, knot) in line.iter_mut().zip(knots) {
                *sum += weights[offset] * knot;
            }
        }
        for (pixels, around) in row.chunks_exact_mut(SPACING).zip(line.windows(4)) {
            for x in 0..SPACING {
                pixels[x] = (first[x] * around[0] + second[x] * around[1])
                    + (third[x] * around[2] + fourth[x] * around[3]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_a_partition_of_one() {
        let weights = Elastic::new().weights;
        for offset in 0..SPACING {
            let four = weights.map(|weights| weights[offset]);
            assert!((four.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{four:?}");
            assert!(four.iter().all(|&weight| weight >= 0.0));
        }
    }

    #[test]
    fn a_field_is_smooth_and_of_the_size_that_was_meant() {
        let mut elastic = Elastic::new();
        let mut stream = Stream::new(1, "test/elastic");
        let (mut squares, mut steepest) = (0.0, 0f32);
        for _ in 0..400 {
            elastic.draw(&mut stream);
            squares += elastic
                .field
                .as_flattened()
                .as_flattened()
                .iter()
                .map(|at| f64::from(at * at))
                .sum::<f64>();
            for y in 0..SIDE {
                for pair in elastic.row(y)[0].windows(2) {
                    steepest = steepest.max((pair[1] - pair[0]).abs());
                }
            }
        }
        let rms = (squares / (400.0 * 2.0 * PIXELS as f64)).sqrt();
        // The deviation is uniform up to its maximum, so its mean square is a third of it; the
        // spline leaves 0.48 of it.
        let expected = 0.48 * DEVIATION_MAX / 3f64.sqrt();
        assert!((rms / expected - 1.0).abs() < 0.1, "{rms} for {expected}");
        // Neighbours never swap.
        assert!(steepest < 1.0, "{steepest}");
    }
}
