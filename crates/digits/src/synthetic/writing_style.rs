use std::f64::consts::TAU;

use super::plain::Glyph;
use crate::drawing::Drawing;
use sotto_core::seeded::Stream;

/// Points drawn between two that a curve runs through.
const STEPS: u32 = 8;

/// The side of the pad; a digit is as tall as a third of it and lies in its middle, so that
/// no slant takes it to the edge.
const PAD: f64 = 300.0;

/// One writer's style at one moment: how it bends, slants and presses.
pub(super) struct WritingStyle {
    waves: Vec<Wave>,
    /// Rows of the 2x2 matrix that slants, turns and stretches.
    matrix: [[f64; 2]; 2],
    /// The pen's diameter where a digit is one unit high.
    pen: f64,
    /// The deviation of a glyph's points from where they belong.
    jitter: f64,
    /// Whether it moves from point to point without a curve.
    angular: bool,
}

/// A displacement `amplitude * sin(frequency . point + phase)`: one smooth bend of the paper.
struct Wave {
    amplitude: [f64; 2],
    frequency: [f64; 2],
    phase: f64,
}

/// What styles of a kind have in common.
struct Habits {
    /// The mean slant, and its deviation.
    slant: [f64; 2],
    /// The least and the largest width over height.
    width: [f64; 2],
    /// The thinnest and the thickest pen.
    pen: [f64; 2],
    jitter: f64,
    /// The deviation of a wave's amplitude.
    bend: f64,
}

/// Those who write plain digits.
const PLAIN: Habits =
    Habits { slant: [0.18, 0.22], width: [0.7, 1.45], pen: [0.07, 0.19], jitter: 0.0, bend: 0.028 };
/// Those of many countries, upright and slanted, with pens of all kinds.
const MANY: Habits = Habits {
    slant: [0.10, 0.25],
    width: [0.65, 1.4],
    pen: [0.05, 0.21],
    jitter: 0.018,
    bend: 0.024,
};
/// Those that training never sees: shaky or angular, and half of them lean to the left.
const UNSEEN: Habits = Habits {
    slant: [0.14, 0.16],
    width: [0.6, 1.3],
    pen: [0.06, 0.20],
    jitter: 0.012,
    bend: 0.016,
};

impl WritingStyle {
    /// A style that writes plain digits.
    pub(super) fn plain(stream: &mut Stream) -> Self {
        Self::with(&PLAIN, stream)
    }

    /// A style of any country.
    pub(super) fn any(stream: &mut Stream) -> Self {
        Self::with(&MANY, stream)
    }

    /// A style unlike those of [`WritingStyle::any`].
    pub(super) fn unseen(stream: &mut Stream) -> Self {
        let mut style = Self::with(&UNSEEN, stream);
        if stream.unit() < 0.5 {
            style.lean(-0.3);
        }
        style.angular = stream.unit() < 0.5;
        if !style.angular {
            style.waves.extend((0..3).map(|_| Wave::draw(0.009, 3.0, stream)));
        }
        style
    }

    fn with(habits: &Habits, stream: &mut Stream) -> Self {
        let waves = (0..4).map(|_| Wave::draw(habits.bend, 1.2, stream)).collect();
        let angle = 0.10 * stream.normal();
        let slant = habits.slant[0] + habits.slant[1] * stream.normal();
        let width = stream.between(habits.width[0], habits.width[1]);
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        // Turned after it was slanted, slanted after it was stretched; the slant takes the
        // top to the right, where y is negative.
        let matrix = [[cos * width, -cos * slant - sin], [sin * width, -sin * slant + cos]];
        let pen = stream.between(habits.pen[0], habits.pen[1]);
        Self { waves, matrix, pen, jitter: habits.jitter, angular: false }
    }

    /// Slants all it writes by `slant` more.
    fn lean(&mut self, slant: f64) {
        for row in &mut self.matrix {
            row[1] -= row[0] * slant;
        }
    }

    /// Writes `glyph`; its points jitter as `stream` says.
    pub(super) fn draw(&self, glyph: Glyph, stream: &mut Stream) -> Drawing {
        let mut strokes = Vec::with_capacity(glyph.len());
        for points in glyph {
            let mut points = points.to_vec();
            if self.jitter > 0.0 {
                for at in points.iter_mut().flatten() {
                    *at += self.jitter * stream.normal();
                }
            }
            let curve = if self.angular { points } else { curve(&points) };
            strokes.push(
                curve
                    .into_iter()
                    .map(|point| self.transformed(point))
                    .map(|[x, y]| [x, y, 1.0])
                    .collect(),
            );
        }
        let pen = (self.pen * PAD / 3.0) as f32;
        Drawing { width: PAD as f32, height: PAD as f32, pen, strokes }
    }

    /// Where a point of a glyph comes to lie on the pad.
    fn transformed(&self, point: [f64; 2]) -> [f32; 2] {
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

impl Wave {
    /// A wave whose amplitude has this deviation, and that has at most so many crests.
    fn draw(deviation: f64, crests: f64, stream: &mut Stream) -> Self {
        Self {
            amplitude: [deviation * stream.normal(), deviation * stream.normal()],
            frequency: [0, 1].map(|_| stream.between(-crests, crests) * TAU),
            phase: stream.unit() * TAU,
        }
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
            for kind in [WritingStyle::plain, WritingStyle::any, WritingStyle::unseen] {
                let style = kind(&mut stream);
                let corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
                for point in corners.map(|corner| style.transformed(corner)) {
                    assert!(point.iter().all(|&at| (10.0..290.0).contains(&at)), "{point:?}");
                }
            }
        }
    }
}
