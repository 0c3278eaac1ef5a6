use std::f64::consts::TAU;

use super::glyph::Glyph;
use crate::digits::drawing::Drawing;
use crate::seeded::Stream;

/// Points drawn between two that a curve runs through.
const STEPS: u32 = 8;

/// The side of the pad; a digit is as tall as a third of it and lies in its middle, so that
/// no slant takes it to the edge.
const PAD: f64 = 300.0;

/// One writer's hand at one moment: how it bends, slants and presses.
pub(super) struct Hand {
    waves: [Wave; 4],
    /// Rows of the 2x2 matrix that slants, turns and stretches.
    matrix: [[f64; 2]; 2],
    /// The pen's diameter where a digit is one unit high.
    pen: f64,
}

/// A displacement `amplitude * sin(frequency . point + phase)`: one smooth bend of the paper.
struct Wave {
    amplitude: [f64; 2],
    frequency: [f64; 2],
    phase: f64,
}

impl Hand {
    pub(super) fn new(stream: &mut Stream) -> Self {
        let waves = std::array::from_fn(|_| Wave {
            amplitude: [0.028 * stream.normal(), 0.028 * stream.normal()],
            frequency: [stream.between(-1.2, 1.2) * TAU, stream.between(-1.2, 1.2) * TAU],
            phase: stream.unit() * TAU,
        });
        let angle = 0.10 * stream.normal();
        let slant = 0.18 + 0.22 * stream.normal();
        let width = stream.between(0.7, 1.45);
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        // Turned after it was slanted, slanted after it was stretched; the slant takes the
        // top to the right, where y is negative.
        let matrix = [[cos * width, -cos * slant - sin], [sin * width, -sin * slant + cos]];
        Self { waves, matrix, pen: stream.between(0.07, 0.19) }
    }

    /// Writes `glyph`.
    pub(super) fn draw(&self, glyph: Glyph) -> Drawing {
        let strokes = glyph.iter().map(|points| {
            let curve = curve(points);
            curve.into_iter().map(|point| self.place(point)).collect()
        });
        Drawing {
            width: PAD as f32,
            height: PAD as f32,
            pen: (self.pen * PAD / 3.0) as f32,
            strokes: strokes.collect(),
        }
    }

    /// Where a point of a glyph comes to lie on the pad.
    fn place(&self, point: [f64; 2]) -> [f32; 2] {
        let mut bent = [point[0] - 0.5, point[1] - 0.5];
        for wave in &self.waves {
            let at = wave.frequency[0] * point[0] + wave.frequency[1] * point[1];
            let height = libm::sin(at + wave.phase);
            bent[0] += wave.amplitude[0] * height;
            bent[1] += wave.amplitude[1] * height;
        }
        self.matrix.map(|row| {
            let turned = row[0] * bent[0] + row[1] * bent[1];
            (PAD / 2.0 + PAD / 3.0 * turned) as f32
        })
    }
}

/// The Catmull-Rom curve through `points` (Catmull and Rom 1974; tension one half), its end
/// points doubled; when it ends where it began, it goes on smoothly there.
fn curve(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let Some((&first, &last)) = points.first().zip(points.last()) else {
        return Vec::new();
    };
    let (before, after) = if first == last && points.len() > 2 {
        (points[points.len() - 2], points[1])
    } else {
        (first, last)
    };
    let padded = [&[before], points, &[after]].concat();
    let mut drawn = vec![first];
    for around in padded.windows(4) {
        for step in 1..=STEPS {
            let t = f64::from(step) / f64::from(STEPS);
            drawn.push(std::array::from_fn(|axis| {
                let [a, b, c, d] = [around[0], around[1], around[2], around[3]].map(|p| p[axis]);
                let cubic = 3.0 * (b - c) + d - a;
                let square = 2.0 * a - 5.0 * b + 4.0 * c - d;
                b + 0.5 * t * (c - a + t * (square + t * cubic))
            }));
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_runs_through_its_points() {
        let points = [[0.0, 0.0], [1.0, 2.0], [3.0, 1.0], [0.0, 0.0]];
        let curve = curve(&points);
        assert_eq!(curve.len(), 1 + 3 * STEPS as usize);
        for (index, point) in points.iter().enumerate() {
            let at = curve[index * STEPS as usize];
            assert!((at[0] - point[0]).abs() < 1e-12 && (at[1] - point[1]).abs() < 1e-12);
        }
    }

    #[test]
    fn every_hand_stays_on_the_pad() {
        for index in 0..1000 {
            let mut stream = Stream::new(1, &format!("test/{index}"));
            let hand = Hand::new(&mut stream);
            let corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
            for point in corners.map(|corner| hand.place(corner)) {
                assert!(point.iter().all(|&at| (20.0..280.0).contains(&at)), "{point:?}");
            }
        }
    }
}
