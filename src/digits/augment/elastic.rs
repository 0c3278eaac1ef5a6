//! A smooth random bend of the paper (Simard, Steinkraus and Platt 2003, "Best practices for
//! convolutional neural networks applied to visual document analysis", section 2).
//!
//! The paper draws a displacement for every pixel and blurs the field by a Gaussian of 4 pixels.
//! Drawing one for every knot of a cubic B-spline, 7 pixels apart, gives a field just as smooth
//! (the spline's kernel has the deviation 7 / sqrt(3) = 4.04) from 98 numbers, not 1,568.

use crate::digits::{PIXELS, SIDE};
use crate::seeded::Stream;

/// Pixels from knot to knot.
const SPACING: usize = 7;
/// Knots along a side: those of the image, and those that reach into it.
const KNOTS: usize = SIDE / SPACING + 3;
/// The largest deviation of a knot, in pixels; that of the field is about half of it.
const DEVIATION_MAX: f64 = 2.0;

/// A field of displacements.
pub(super) struct Elastic {
    /// The weights of the four knots around each column or row.
    weights: [[f32; 4]; SIDE],
    /// `[28, 28]` displacements `[x, y]`, in pixels.
    field: [[f32; 2]; PIXELS],
}

impl Elastic {
    /// A field that bends nothing yet.
    pub(super) fn new() -> Self {
        let weights = std::array::from_fn(|place| {
            let t = (place % SPACING) as f32 / SPACING as f32;
            let s = 1.0 - t;
            [
                s * s * s / 6.0,
                (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
                (3.0 * s * s * s - 6.0 * s * s + 4.0) / 6.0,
                t * t * t / 6.0,
            ]
        });
        Self { weights, field: [[0.0; 2]; PIXELS] }
    }

    /// Draws a new field, whose mean is zero: it bends and does not move.
    pub(super) fn draw(&mut self, stream: &mut Stream) {
        let deviation = stream.between(0.0, DEVIATION_MAX);
        let mut bytes = [0; KNOTS * KNOTS * 2 * 4];
        stream.fill(&mut bytes);
        // The sum of four uniform bytes is close to normal, and cheap: its deviation is
        // sqrt(4 (256^2 - 1) / 12).
        let scale = deviation as f32 / 147.799_64;
        let mut knots = [[[0f32; 2]; KNOTS]; KNOTS];
        let numbers = bytes.chunks_exact(4).map(|four| {
            let sum: u16 = four.iter().map(|&byte| u16::from(byte)).sum();
            scale * (f32::from(sum) - 510.0)
        });
        for (knot, number) in knots.iter_mut().flatten().flatten().zip(numbers) {
            *knot = number;
        }
        for (y, row) in self.field.chunks_exact_mut(SIDE).enumerate() {
            let four = &knots[y / SPACING..][..4];
            // The knots of this row first, then its pixels.
            let line: [[f32; 2]; KNOTS] = std::array::from_fn(|x| {
                mixed(&self.weights[y], [four[0][x], four[1][x], four[2][x], four[3][x]])
            });
            for (x, bend) in row.iter_mut().enumerate() {
                let first = x / SPACING;
                *bend = mixed(
                    &self.weights[x],
                    [line[first], line[first + 1], line[first + 2], line[first + 3]],
                );
            }
        }
        let mut sum = [0f32; 2];
        for bend in &self.field {
            sum = [sum[0] + bend[0], sum[1] + bend[1]];
        }
        let mean = sum.map(|sum| sum / PIXELS as f32);
        for bend in &mut self.field {
            *bend = [bend[0] - mean[0], bend[1] - mean[1]];
        }
    }

    /// The displacements, row by row.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[[f32; 2]]> {
        self.field.chunks_exact(SIDE)
    }
}

fn mixed(weights: &[f32; 4], four: [[f32; 2]; 4]) -> [f32; 2] {
    [0, 1].map(|axis| {
        let [a, b, c, d] = four.map(|knot| knot[axis]);
        (weights[0] * a + weights[1] * b) + (weights[2] * c + weights[3] * d)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_a_partition_of_one() {
        for four in Elastic::new().weights {
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
            squares += elastic.field.iter().flatten().map(|at| f64::from(at * at)).sum::<f64>();
            for pair in elastic.field.chunks_exact(SIDE).flat_map(|row| row.windows(2)) {
                steepest = steepest.max((pair[1][0] - pair[0][0]).abs());
            }
        }
        let rms = (squares / (400.0 * 2.0 * PIXELS as f64)).sqrt();
        // The deviation is uniform up to its maximum, so its mean square is a third of it; the
        // spline leaves 0.48 of it.
        let expected = 0.48 * DEVIATION_MAX / 3f64.sqrt();
        assert!((rms / expected - 1.0).abs() < 0.1, "{rms} for {expected}");
        // Neighbours never change places.
        assert!(steepest < 1.0, "{steepest}");
    }
}
