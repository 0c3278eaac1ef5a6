//! Turn, slant and stretch, then back into MNIST's box.

use super::canvas::{Canvas, Measured};
use crate::SIDE;
use sotto_core::seeded::Stream;

/// The deviation of the turn, in radians.
const TURN: f64 = 0.1;
/// The largest slant either way: the run of a line over its rise.
const SLANT_MAX: f64 = 0.2;
/// The widths that a digit is stretched to.
const WIDTH: [f64; 2] = [0.8, 1.25];
/// The longer side of the ink, in pixels.
const BOX: [f64; 2] = [18.0, 20.5];
/// How far the centre of mass lies from the centre at most, in pixels.
const OFF_MAX: f64 = 1.0;
/// How far ink stays from the edge before it is bent, in pixels from the outermost pixel's centre.
const EDGE: f32 = 2.0;
/// The centre of mass of an image (see [`normalise`](crate::normalise)).
const CENTRE: f64 = 14.0;
/// What the ink is never scaled beyond, however small a dot it is.
const SCALE_MAX: f32 = 4.0;

/// The map from points of the result to those of the original.
pub(super) struct Affine {
    /// Rows of a 2x2 matrix.
    inverse: [[f32; 2]; 2],
    /// What is mapped to `from`.
    centre: [f32; 2],
    /// The ink's centre of mass.
    from: [f32; 2],
}

impl Affine {
    /// Draws a map for the ink on `canvas`; none when there is none.
    pub(super) fn draw(canvas: &Canvas, stream: &mut Stream) -> Option<Self> {
        let turn = TURN * stream.normal();
        let slant = stream.between(-SLANT_MAX, SLANT_MAX);
        let width = stream.between(WIDTH[0], WIDTH[1]);
        let side = stream.between(BOX[0], BOX[1]) as f32;
        let centre = [0, 1].map(|_| (CENTRE + stream.between(-OFF_MAX, OFF_MAX)) as f32);
        let measured = canvas.measure()?;

        let (sin, cos) = (libm::sin(turn), libm::cos(turn));
        // Stretched, slanted, turned: the slant takes the top, where y is negative, to the right.
        let forward = [[cos * width, -cos * slant - sin], [sin * width, -sin * slant + cos]]
            .map(|row| row.map(|entry| entry as f32));
        let spans = spans(&forward, &measured);
        let longer = spans.map(|[low, high]| high - low).into_iter().fold(0.0, f32::max);
        let scale = (side / longer).min(SCALE_MAX);
        // As near the centre as leaves all ink inside.
        let centre = [0, 1].map(|axis: usize| {
            let [low, high] = spans[axis].map(|end| scale * end);
            centre[axis].min((SIDE - 1) as f32 - EDGE - high).max(EDGE - low)
        });
        let [[a, b], [c, d]] = forward.map(|row| row.map(|entry| scale * entry));
        let determinant = a * d - b * c;
        let inverse = [[d, -b], [-c, a]].map(|row| row.map(|entry| entry / determinant));
        Some(Self { inverse, centre, from: measured.centre })
    }

    /// What comes to lie at the pixels of a row, which lay off by `bends`: x, and y.
    pub(super) fn sources(&self, row: f32, bends: [&[f32; SIDE]; 2]) -> [[f32; SIDE]; 2] {
        let [centre_x, centre_y] = self.centre;
        let off = row - centre_y;
        [0, 1].map(|axis: usize| {
            let ([along_x, along_y], from) = (self.inverse[axis], self.from[axis]);
            let mut sources = [0f32; SIDE];
            for x in 0..SIDE {
                let [across, down] = [COLUMNS[x] - centre_x + bends[0][x], off + bends[1][x]];
                sources[x] = (along_x * across + along_y * down) + from;
            }
            sources
        })
    }
}

/// The coordinate of each column.
const COLUMNS: [f32; SIDE] = {
    let mut columns = [0.0; SIDE];
    let mut column = 0;
    while column < SIDE {
        columns[column] = column as f32;
        column += 1;
    }
    columns
};

/// How far the ink reaches from its centre of mass, along both axes, once it is mapped by `matrix`.
fn spans(matrix: &[[f32; 2]; 2], measured: &Measured) -> [[f32; 2]; 2] {
    let [centre_x, centre_y] = measured.centre;
    matrix.map(|row| {
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        // A pixel is a square: its corners are half a pixel from its centre.
        let corner = 0.5 * (row[0].abs() + row[1].abs());
        for [y, left, right] in &measured.rows {
            for x in [left, right] {
                let at = row[0] * (x - centre_x) + row[1] * (y - centre_y);
                (low, high) = (low.min(at - corner), high.max(at + corner));
            }
        }
        [low, high]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PIXELS;

    #[test]
    fn the_box_and_the_centre_are_kept() {
        let mut image = [0; PIXELS];
        for y in 2..15 {
            image[y * SIDE + 3..][..3].fill(255);
        }
        let mut canvas = Canvas::new();
        canvas.load(&image);
        for seed in 0..100 {
            let affine = Affine::draw(&canvas, &mut Stream::new(seed, "test/affine")).unwrap();
            let straight = [&[0.0; SIDE]; 2];
            // The centre of mass comes from where it was: a pixel around it.
            let row = affine.centre[1].round();
            let [xs, ys] = affine.sources(row, straight);
            let column = affine.centre[0].round() as usize;
            assert!((xs[column] - 4.0).abs() < 1.0 && (ys[column] - 8.0).abs() < 1.0);
            // The rows at the edges come from paper.
            for row in [0.0, 27.0] {
                let mut values = [1.0; SIDE];
                canvas.read(&affine.sources(row, straight), &mut values);
                assert_eq!(values, [0.0; SIDE], "{seed}");
            }
        }
        assert!(Affine::draw(&Canvas::new(), &mut Stream::new(1, "test/affine")).is_none());
    }
}
