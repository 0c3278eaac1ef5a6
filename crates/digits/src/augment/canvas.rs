//! An image with two pixels of paper around it, so that no neighbour needs a test.

use crate::{Image, SIDE};

/// Pixels of paper on each side.
pub(super) const MARGIN: usize = 2;
/// Pixels along a side, paper included.
pub(super) const WIDE: usize = SIDE + 2 * MARGIN;

/// Values from 0 for paper to 255 for ink, `[32, 32]`.
pub(super) struct Canvas(pub(super) [f32; WIDE * WIDE]);

/// Where the ink is, in pixels of the image.
pub(super) struct Measured {
    /// The centre of mass.
    pub(super) centre: [f32; 2],
    /// The left and right end of the ink in each row that has some: `[y, left, right]`.
    pub(super) rows: Vec<[f32; 3]>,
}

impl Canvas {
    pub(super) fn new() -> Self {
        Self([0.0; WIDE * WIDE])
    }

    /// Puts `image` in the middle; the paper around it is never written to.
    pub(super) fn load(&mut self, image: &Image) {
        let rows = self.0.chunks_exact_mut(WIDE).skip(MARGIN);
        for (row, pixels) in rows.zip(image.chunks_exact(SIDE)) {
            for (value, &pixel) in row[MARGIN..].iter_mut().zip(pixels) {
                *value = f32::from(pixel);
            }
        }
    }

    /// How wide strokes are on average, in pixels: twice the ink over the length of its edge.
    /// The edge is what neighbours differ by; a slanted one counts sqrt(2) at most, 4 / pi on
    /// average over all slants.
    pub(super) fn stroke_width(&self) -> f32 {
        let (mut ink, mut edge) = ([0f32; WIDE], [0f32; WIDE]);
        let below = self.0.chunks_exact(WIDE).skip(1);
        for (row, next) in self.0.chunks_exact(WIDE).zip(below) {
            for x in 0..WIDE - 1 {
                ink[x] += row[x];
                edge[x] += (row[x] - row[x + 1]).abs() + (row[x] - next[x]).abs();
            }
        }
        let (ink, edge): (f32, f32) = (ink.iter().sum(), edge.iter().sum());
        2.0 * ink / (edge * std::f32::consts::FRAC_PI_4).max(1.0)
    }

    /// Where the ink is; none when there is none.
    pub(super) fn measure(&self) -> Option<Measured> {
        let (mut mass, mut moment_x, mut moment_y) = (0f32, 0f32, 0f32);
        let mut rows = Vec::with_capacity(WIDE);
        for (y, row) in self.0.chunks_exact(WIDE).enumerate() {
            let Some(left) = row.iter().position(|&value| value > 0.0) else {
                continue;
            };
            let right = row.iter().rposition(|&value| value > 0.0).unwrap_or(left);
            let y = y as f32 - MARGIN as f32;
            let (mut ink, mut moment) = (0f32, 0f32);
            for (x, &value) in row.iter().enumerate() {
                ink += value;
                moment += value * (x as f32 - MARGIN as f32);
            }
            mass += ink;
            moment_x += moment;
            moment_y += ink * y;
            rows.push([y, left as f32 - MARGIN as f32, right as f32 - MARGIN as f32]);
        }
        (mass > 0.0).then(|| Measured { centre: [moment_x / mass, moment_y / mass], rows })
    }

    /// The values at points of the image, each between the four pixels around it; paper outside.
    pub(super) fn read(&self, [xs, ys]: &[[f32; SIDE]; 2], values: &mut [f32]) {
        for ((value, x), y) in values.iter_mut().zip(xs).zip(ys) {
            // Clamped to the paper, so the casts cut towards zero and all four are there.
            let [x, y] = [x, y].map(|at| (at + MARGIN as f32).clamp(LOW, HIGH));
            let (column, row) = (x as u32, y as u32);
            let (right, down) = (x - column as f32, y - row as f32);
            // The remainder is the number itself, and tells that it is inside.
            let first = (row as usize * WIDE + column as usize) % (WIDE * (WIDE - 2));
            let (upper, lower) = (&self.0[first..first + 2], &self.0[first + WIDE..][..2]);
            let upper = upper[0] + right * (upper[1] - upper[0]);
            let lower = lower[0] + right * (lower[1] - lower[0]);
            *value = upper + down * (lower - upper);
        }
    }
}

/// The first and the last coordinate that is read, with the paper's corner as origin.
const LOW: f32 = 0.5;
const HIGH: f32 = WIDE as f32 - 2.5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PIXELS;

    /// A bar so many pixels wide, 20 high, its left column at 10.
    fn bar(width: usize) -> Canvas {
        let mut image = [0; PIXELS];
        for y in 4..24 {
            image[y * SIDE + 10..][..width].fill(255);
        }
        let mut canvas = Canvas::new();
        canvas.load(&image);
        canvas
    }

    #[test]
    fn a_bar_is_where_it_was_put() {
        let measured = bar(4).measure().unwrap();
        assert_eq!(measured.centre, [11.5, 13.5]);
        assert_eq!((measured.rows.len(), measured.rows[0]), (20, [4.0, 10.0, 13.0]));
        assert!(Canvas::new().measure().is_none());
    }

    #[test]
    fn wider_bars_have_wider_strokes() {
        let widths = [1, 2, 3, 5].map(|width| bar(width).stroke_width());
        assert!(widths.is_sorted());
        for (width, found) in [1.0, 2.0, 3.0, 5.0].into_iter().zip(widths) {
            // No bar is of all slants, and its ends count: the estimate is rough.
            assert!((0.8..1.35).contains(&(found / width)), "{width}: {found}");
        }
    }

    #[test]
    fn between_pixels_is_between_their_values() {
        let canvas = bar(1);
        let at = |x: f32, y: f32| {
            let mut values = [0.0; SIDE];
            canvas.read(&[[x; SIDE], [y; SIDE]], &mut values);
            values[0]
        };
        assert_eq!(at(10.0, 10.0), 255.0);
        assert_eq!(at(10.25, 10.0), 0.75 * 255.0);
        assert_eq!(at(10.0, 3.5), 127.5);
        assert_eq!(at(f32::INFINITY, -1e9), 0.0);
    }
}
