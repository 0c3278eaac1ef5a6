//! Another pen: strokes thicker or thinner by a fraction of a pixel.
//!
//! Thicker is the largest of a pixel and its four neighbours, thinner the smallest (dilation and
//! erosion by a cross); a part of either moves an edge by that part of a pixel.

use super::canvas::{Canvas, WIDE};
use sotto_core::seeded::Stream;

/// How far each edge of a stroke moves, in pixels.
const IN_MAX: f64 = 0.5;
const OUT_MAX: f64 = 0.8;
/// No stroke is made thinner than this, in pixels.
const WIDTH_LEAST: f32 = 1.5;

/// Draws how far the edges of strokes `width` pixels wide move: outwards above 0.
pub(super) fn draw(width: f32, stream: &mut Stream) -> f32 {
    let least = (-(width - WIDTH_LEAST) / 2.0).min(0.0);
    (stream.between(-IN_MAX, OUT_MAX) as f32).max(least)
}

/// Moves all edges of `from` by `change` pixels, at most 1.
pub(super) fn change(from: &Canvas, change: f32, to: &mut Canvas) {
    match change > 0.0 {
        true => blend(from, change, to, |a, b| if a > b { a } else { b }),
        false => blend(from, -change, to, |a, b| if a < b { a } else { b }),
    }
}

/// `part` of what `pick` makes of each pixel and its four neighbours. The outermost pixels are
/// paper, and stay so.
fn blend(from: &Canvas, part: f32, to: &mut Canvas, pick: impl Fn(f32, f32) -> f32) {
    for y in 1..WIDE - 1 {
        let [above, row, below] = [y - 1, y, y + 1].map(|y| &from.0[y * WIDE..][..WIDE]);
        let out = &mut to.0[y * WIDE..][..WIDE];
        for x in 1..WIDE - 1 {
            let picked = pick(pick(row[x - 1], row[x + 1]), pick(above[x], below[x]));
            out[x] = row[x] + part * (pick(picked, row[x]) - row[x]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PIXELS, SIDE};

    fn square() -> Canvas {
        let mut image = [0; PIXELS];
        for y in 10..18 {
            image[y * SIDE + 10..][..8].fill(255);
        }
        let mut canvas = Canvas::new();
        canvas.load(&image);
        canvas
    }

    fn ink(canvas: &Canvas) -> f32 {
        canvas.0.iter().sum::<f32>() / 255.0
    }

    #[test]
    fn an_edge_moves_by_the_change() {
        let (from, mut to) = (square(), Canvas::new());
        for moved in [-0.5, -0.25, 0.25, 0.75] {
            change(&from, moved, &mut to);
            // Four sides of 8 pixels outwards; inwards the corners count once.
            let expected = if moved > 0.0 { 64.0 + 32.0 * moved } else { 64.0 + 28.0 * moved };
            assert!((ink(&to) - expected).abs() < 0.01, "{moved}: {}", ink(&to));
        }
    }

    #[test]
    fn thin_strokes_get_no_thinner() {
        let mut stream = Stream::new(1, "test/stroke");
        for _ in 0..100 {
            assert!(draw(1.0, &mut stream) >= 0.0);
            let change = draw(3.0, &mut stream);
            assert!((-0.5..0.8).contains(&change));
        }
    }
}
