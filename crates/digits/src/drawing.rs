//! A drawing: what a pen did on a pad, as the ink it left.

use super::normalise::{Ink, normalise};
use super::{Error, Image};

/// The longest side of a pad.
pub const PAD_MAX: f32 = 8192.0;

/// The most strokes of a drawing.
pub const STROKES_MAX: usize = 256;

/// The most points of all strokes together.
pub const POINTS_MAX: usize = 8192;

/// What a point may make of the pen's width.
pub const PRESSURES: std::ops::RangeInclusive<f32> = 0.1..=4.0;

/// Cells along the longer side of the ink: eight for each pixel of the 20 it becomes.
const CELLS: f64 = 160.0;

/// Strokes on a pad. All lengths share one unit, such as CSS pixels; y grows downwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The pad's width.
    pub width: f32,
    /// The pad's height.
    pub height: f32,
    /// The diameter of the pen's round tip, at least a thousandth of the pad's longer side.
    pub pen: f32,
    /// The points `[x, y, pressure]` of each stroke; a single point is a dot. The pressure is a
    /// factor of the pen's width, in [`PRESSURES`]; it changes evenly from point to point. What
    /// lies outside the pad leaves no ink.
    pub strokes: Vec<Vec<[f32; 3]>>,
}

impl Drawing {
    /// The drawing as an image like MNIST's, none when nothing was drawn.
    ///
    /// # Errors
    /// Those of [`Drawing::ink`].
    pub fn image(&self) -> Result<Option<Image>, Error> {
        Ok(self.ink()?.as_ref().and_then(normalise))
    }

    /// The ink on a grid of square cells that spans it, 160 along its longer side; none when
    /// nothing was drawn.
    ///
    /// Where the drawing is on the pad, and how large, makes no difference but for rounding.
    ///
    /// # Errors
    /// [`Error::Drawing`] for lengths that are not finite or out of range, [`Error::TooMany`]
    /// above [`STROKES_MAX`] or [`POINTS_MAX`].
    pub fn ink(&self) -> Result<Option<Ink>, Error> {
        self.ink_on(CELLS)
    }

    /// The ink on a grid with so many cells along its longer side: fewer are drawn sooner, and
    /// an image made of them differs by rounding.
    pub(super) fn ink_on(&self, cells: f64) -> Result<Option<Ink>, Error> {
        self.check()?;
        let Some(grid) = Grid::around(self, cells) else {
            return Ok(None);
        };
        let mut coverage = vec![0; grid.columns * grid.rows];
        for stroke in &self.strokes {
            let points: Vec<[f64; 3]> = stroke.iter().map(|point| grid.cells(point)).collect();
            if let [dot] = points[..] {
                grid.mark(&mut coverage, dot, dot);
            }
            for ends in points.windows(2) {
                grid.mark(&mut coverage, ends[0], ends[1]);
            }
        }
        Ink::new(grid.columns, grid.rows, coverage).map(Some)
    }

    fn check(&self) -> Result<(), Error> {
        let is_side = |side: f32| side > 0.0 && side <= PAD_MAX;
        if !is_side(self.width) || !is_side(self.height) {
            return Err(Error::Drawing("a side of the pad is out of range"));
        }
        let longer = self.width.max(self.height);
        if !(self.pen >= longer / 1000.0 && self.pen <= longer) {
            return Err(Error::Drawing("the pen is too thin or too thick"));
        }
        Error::limit("strokes", self.strokes.len(), STROKES_MAX)?;
        let points = self.strokes.iter().map(Vec::len).sum();
        Error::limit("points of strokes", points, POINTS_MAX)?;
        if self.strokes.iter().flatten().flatten().any(|at| !at.is_finite()) {
            return Err(Error::Drawing("a point is not a number"));
        }
        if self.strokes.iter().flatten().any(|[.., pressure]| !PRESSURES.contains(pressure)) {
            return Err(Error::Drawing("a point is pressed too lightly or too hard"));
        }
        Ok(())
    }
}

/// Square cells over the part of the pad that has ink.
struct Grid {
    /// The corner at the left and top, in units of the pad.
    origin: [f64; 2],
    /// Cells a unit of the pad.
    scale: f64,
    /// Half the pen where it is pressed as usual, in cells.
    radius: f64,
    columns: usize,
    rows: usize,
}

impl Grid {
    /// The grid for the ink of `drawing`, none when no ink is on the pad.
    fn around(drawing: &Drawing, longer: f64) -> Option<Self> {
        let radius = f64::from(drawing.pen) / 2.0;
        let points = || drawing.strokes.iter().flatten();
        let span = |axis: usize, side: f32| {
            let reach = |point: &[f32; 3]| radius * f64::from(point[2]);
            let low = points().map(|point| f64::from(point[axis]) - reach(point));
            let high = points().map(|point| f64::from(point[axis]) + reach(point));
            let low = low.fold(f64::INFINITY, f64::min);
            let high = high.fold(f64::NEG_INFINITY, f64::max);
            let (low, high) = (low.max(0.0), high.min(f64::from(side)));
            (low < high).then_some((low, high - low))
        };
        let (left, width) = span(0, drawing.width)?;
        let (top, height) = span(1, drawing.height)?;
        let scale = longer / width.max(height);
        // The rounding of a product must not add a row of paper.
        let cells = |length: f64| ((length * scale - 1e-3).ceil() as usize).max(1);
        Some(Self {
            origin: [left, top],
            scale,
            radius: radius * scale,
            columns: cells(width),
            rows: cells(height),
        })
    }

    /// A point's position, and the pen's radius there.
    fn cells(&self, point: &[f32; 3]) -> [f64; 3] {
        let cells = |axis: usize| (f64::from(point[axis]) - self.origin[axis]) * self.scale;
        [cells(0), cells(1), self.radius * f64::from(point[2])]
    }

    /// Inks all that is within the pen's radius of the line from `a` to `b`. A cell whose
    /// centre is at distance `d` is covered by `radius + 1/2 - d`, from 0 to 1: exact for a
    /// straight edge along the grid, and close for any other.
    fn mark(&self, coverage: &mut [u8], a: [f64; 3], b: [f64; 3]) {
        let along = [b[0] - a[0], b[1] - a[1]];
        let square = along[0] * along[0] + along[1] * along[1];
        let reach = a[2].max(b[2]) + 1.0;
        // Casts from float to integer saturate, so points far outside are no harm.
        let range = |axis: usize, len: usize| {
            let low = (a[axis].min(b[axis]) - reach).max(0.0) as usize;
            let high = (a[axis].max(b[axis]) + reach).max(0.0) as usize;
            low.min(len)..len.min(high.saturating_add(1))
        };
        for row in range(1, self.rows) {
            for column in range(0, self.columns) {
                let from_a = [column as f64 + 0.5 - a[0], row as f64 + 0.5 - a[1]];
                let onto = from_a[0] * along[0] + from_a[1] * along[1];
                let part = if square > 0.0 { (onto / square).clamp(0.0, 1.0) } else { 0.0 };
                let away = [from_a[0] - part * along[0], from_a[1] - part * along[1]];
                let distance = (away[0] * away[0] + away[1] * away[1]).sqrt();
                let radius = a[2] + part * (b[2] - a[2]);
                let covered = (radius + 0.5 - distance).clamp(0.0, 1.0);
                let cell = &mut coverage[row * self.columns + column];
                *cell = (*cell).max((covered * 255.0).round() as u8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SIDE;
    use proptest::prelude::*;

    /// Drawn with the same pressure everywhere.
    fn on_pad(strokes: Vec<Vec<[f32; 2]>>) -> Drawing {
        let pressed =
            |stroke: Vec<[f32; 2]>| stroke.into_iter().map(|[x, y]| [x, y, 1.0]).collect();
        let strokes = strokes.into_iter().map(pressed).collect();
        Drawing { width: 1024.0, height: 1024.0, pen: 16.0, strokes }
    }

    fn is_ink(image: &Image, x: usize, y: usize) -> bool {
        image[y * SIDE + x] > 127
    }

    #[test]
    fn nothing_drawn_is_no_image() {
        let outside = vec![vec![[-500.0, 3.0], [-9.0, 900.0]], vec![[f32::MIN, f32::MAX]]];
        for strokes in [vec![], vec![vec![], vec![]], outside] {
            assert_eq!(on_pad(strokes).image(), Ok(None));
        }
    }

    #[test]
    fn a_dot_is_a_disc() {
        let image = on_pad(vec![vec![[100.0, 900.0]]]).image().unwrap().unwrap();
        let ink: f64 = image.iter().map(|&value| f64::from(value) / 255.0).sum();
        let area = std::f64::consts::PI * 10.0 * 10.0;
        assert!((ink - area).abs() < 2.0, "{ink}");
        assert!(is_ink(&image, 14, 14) && !is_ink(&image, 5, 5));
    }

    #[test]
    fn a_line_has_the_width_of_the_pen() {
        // As long as the pad, so 20 pixels are 160 units and the pen is 2.
        let line = on_pad(vec![vec![[512.0, 8.0], [512.0, 152.0]]]);
        let image = line.image().unwrap().unwrap();
        for y in 5..23 {
            assert_eq!((0..SIDE).filter(|&x| is_ink(&image, x, y)).count(), 2);
        }
    }

    #[test]
    fn a_line_that_is_pressed_harder_is_wider_there() {
        // As above, twice as hard at its lower end.
        let mut line = on_pad(vec![vec![[512.0, 16.0], [512.0, 144.0]]]);
        line.strokes[0][1][2] = 2.0;
        let image = line.image().unwrap().unwrap();
        let ink = |y: usize| -> u32 { (0..SIDE).map(|x| u32::from(image[y * SIDE + x])).sum() };
        let (above, middle, below) = (ink(7), ink(13), ink(19));
        assert!(above < middle && middle < below, "{above} {middle} {below}");
        assert!(below > above * 3 / 2, "{above} {below}");
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let dot = on_pad(vec![vec![[1.0, 1.0]]]);
        let changes: [fn(&mut Drawing); 11] = [
            |drawing| drawing.width = 0.0,
            |drawing| drawing.height = f32::INFINITY,
            |drawing| drawing.width = PAD_MAX * 2.0,
            |drawing| drawing.pen = f32::NAN,
            |drawing| drawing.pen = 0.0,
            |drawing| drawing.strokes[0][0][1] = f32::NAN,
            |drawing| drawing.strokes = vec![Vec::new(); STROKES_MAX + 1],
            |drawing| drawing.strokes = vec![vec![[0.0, 0.0, 1.0]; POINTS_MAX + 1]],
            |drawing| drawing.strokes[0][0][2] = 0.0,
            |drawing| drawing.strokes[0][0][2] = 5.0,
            |drawing| drawing.strokes[0][0][2] = f32::NAN,
        ];
        for change in changes {
            let mut drawing = dot.clone();
            change(&mut drawing);
            assert!(drawing.image().is_err(), "{drawing:?}");
        }
    }

    /// Strokes whose points are on eighths of a unit, within the pad's upper left quarter.
    fn strokes() -> impl Strategy<Value = Vec<Vec<[f32; 2]>>> {
        let coordinate = || (64u16..2000).prop_map(|eighths| f32::from(eighths) / 8.0);
        let point = (coordinate(), coordinate()).prop_map(|(x, y)| [x, y]);
        prop::collection::vec(prop::collection::vec(point, 1..6), 1..4)
    }

    fn moved(drawing: &Drawing, scale: f32, shift: [f32; 2]) -> Drawing {
        let mut moved = drawing.clone();
        moved.pen *= scale;
        for point in moved.strokes.iter_mut().flatten() {
            let [x, y, pressure] = *point;
            *point = [x * scale + shift[0], y * scale + shift[1], pressure];
        }
        moved
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn position_and_size_make_no_difference(strokes in strokes(), x in 0u16..256, y in 0u16..256) {
            let drawing = on_pad(strokes);
            // All numbers are exact, and so is the result.
            let other = moved(&drawing, 2.0, [f32::from(x), f32::from(y)]);
            prop_assert_eq!(drawing.image().unwrap(), other.image().unwrap());
            // With a factor that is no power of two the ink differs by rounding alone.
            let (ink, other) = (drawing.ink().unwrap(), moved(&drawing, 3.0, [0.0; 2]).ink().unwrap());
            let (ink, other) = (ink.unwrap(), other.unwrap());
            prop_assert_eq!(ink.coverage().len(), other.coverage().len());
            let mut pairs = ink.coverage().iter().zip(other.coverage());
            prop_assert!(pairs.all(|(a, b)| a.abs_diff(*b) <= 1));
        }

        #[test]
        fn any_lengths_are_drawn_or_refused(
            size: [f32; 2],
            pen: f32,
            strokes: Vec<Vec<[f32; 3]>>,
            far in prop::collection::vec([any::<f32>(), any::<f32>()], 0..9),
        ) {
            let hostile = Drawing { width: size[0], height: size[1], pen, strokes };
            let _ = hostile.image();
            let finite = far.into_iter().filter(|point| point.iter().all(|at| at.is_finite()));
            prop_assert!(on_pad(vec![finite.collect()]).image().is_ok());
        }
    }
}
