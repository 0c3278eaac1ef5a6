//! Ink to an image like MNIST's (LeCun, Bottou, Bengio and Haffner 1998, section III.A;
//! <http://yann.lecun.com/exdb/mnist>).
//!
//! 1. The ink's bounding box is scaled to fit 20x20, keeping its aspect. Each pixel is the
//!    mean of the ink under it, hence grey at the edges.
//! 2. Grey levels are stretched so that the darkest pixel is 255. The papers do not say so,
//!    but no image of MNIST is fainter than 250 at its darkest.
//! 3. It is placed in 28x28, by whole pixels, so that its centre of mass is at the centre.
//!    With pixel indices as coordinates that centre is (14, 14): over MNIST's training images
//!    the mean of the centre of mass is (14.007, 13.996), and it lies in [13.5, 14.5) in
//!    all but a few.
//!
//! Only additions, products, quotients and roundings are used, which are the same on every
//! machine.

use super::{Error, Image, PIXELS, SIDE};

/// Pixels along the longer side of the scaled ink.
const BOX: usize = 20;

/// The index of row and column where the centre of mass belongs.
const CENTRE: f64 = 14.0;

/// The most cells along a side of [`Ink`].
const INK_SIDE_MAX: usize = 4096;

/// Ink on a grid of any size: how much of each cell it covers, from 0 to 255.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ink {
    width: usize,
    coverage: Vec<u8>,
}

impl Ink {
    /// Ink on `width` columns and `height` rows, `coverage` being `[height, width]`.
    ///
    /// # Errors
    /// [`Error::TooMany`] for a side above 4,096 cells, [`Error::Length`] when `coverage` is
    /// not `height * width` long.
    pub fn new(width: usize, height: usize, coverage: Vec<u8>) -> Result<Self, Error> {
        Error::limit("columns of ink", width, INK_SIDE_MAX)?;
        Error::limit("rows of ink", height, INK_SIDE_MAX)?;
        Error::length("ink", width * height, coverage.len())?;
        Ok(Self { width, coverage })
    }

    /// How much ink covers each cell, `[height, width]`.
    #[must_use]
    pub fn coverage(&self) -> &[u8] {
        &self.coverage
    }

    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        // Without columns there are no cells, and so no rows whatever the chunks' length.
        self.coverage.chunks(self.width.max(1))
    }
}

/// The image of `ink`, none when there is no ink.
#[must_use]
pub fn normalise(ink: &Ink) -> Option<Image> {
    let bounds = Bounds::of(ink)?;
    let scaled = Scaled::new(ink, &bounds);
    let (left, top) = scaled.offset();
    let mut image = [0; PIXELS];
    for (y, row) in scaled.values.chunks(scaled.width).enumerate() {
        for (x, value) in row.iter().enumerate() {
            image[(top + y) * SIDE + left + x] = *value;
        }
    }
    Some(image)
}

/// The smallest box around all ink, in cells.
struct Bounds {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Bounds {
    fn of(ink: &Ink) -> Option<Self> {
        let is_ink = |value: &u8| *value > 0;
        let inked = |row: &&[u8]| row.iter().any(is_ink);
        let top = ink.rows().position(|row| inked(&row))?;
        let bottom = ink.rows().enumerate().filter(|(_, row)| inked(row)).last()?.0;
        let left = ink.rows().filter_map(|row| row.iter().position(is_ink)).min()?;
        let right = ink.rows().filter_map(|row| row.iter().rposition(is_ink)).max()?;
        Some(Self { left, top, width: right - left + 1, height: bottom - top + 1 })
    }
}

/// Ink scaled to at most 20x20 pixels, its darkest at 255.
struct Scaled {
    width: usize,
    values: Vec<u8>,
}

impl Scaled {
    fn new(ink: &Ink, bounds: &Bounds) -> Self {
        let longest = bounds.width.max(bounds.height);
        let columns = overlaps(bounds.width, longest);
        let rows = overlaps(bounds.height, longest);
        let mut sums = vec![0.0; columns.len() * rows.len()];
        for (y, row) in rows.iter().enumerate() {
            for &(cell_y, share_y) in row {
                let cells = &ink.coverage[(bounds.top + cell_y) * ink.width + bounds.left..];
                for (x, column) in columns.iter().enumerate() {
                    let sum: f64 = column
                        .iter()
                        .map(|&(cell_x, share_x)| share_x * f64::from(cells[cell_x]))
                        .sum();
                    sums[y * columns.len() + x] += share_y * sum;
                }
            }
        }
        let darkest = sums.iter().copied().fold(0.0, f64::max);
        Self {
            width: columns.len(),
            values: sums.iter().map(|sum| (sum * 255.0 / darkest).round() as u8).collect(),
        }
    }

    /// Where its left column and top row go, so that all of it is inside and the centre of
    /// mass is as near the centre as whole pixels allow.
    fn offset(&self) -> (usize, usize) {
        let (mut mass, mut moment_x, mut moment_y) = (0.0, 0.0, 0.0);
        for (index, &value) in self.values.iter().enumerate() {
            let value = f64::from(value);
            mass += value;
            moment_x += value * (index % self.width) as f64;
            moment_y += value * (index / self.width) as f64;
        }
        let height = self.values.len() / self.width;
        let shift = |moment: f64, len: usize| {
            let shift = (CENTRE - 0.5 - moment / mass).ceil();
            shift.clamp(0.0, (SIDE - len) as f64) as usize
        };
        (shift(moment_x, self.width), shift(moment_y, height))
    }
}

/// For each pixel along a side the cells under it, with the length of each that is, in
/// cells. `cells` of them are scaled by `20 / longest` and centred on whole pixels.
fn overlaps(cells: usize, longest: usize) -> Vec<Vec<(usize, f64)>> {
    let pixels = (cells * BOX).div_ceil(longest);
    let scale = longest as f64 / BOX as f64;
    let margin = (pixels as f64 * scale - cells as f64) / 2.0;
    (0..pixels)
        .map(|pixel| {
            let low = (pixel as f64 * scale - margin).max(0.0);
            let high = ((pixel + 1) as f64 * scale - margin).min(cells as f64);
            let under = low.floor() as usize..cells.min(high.ceil() as usize);
            under
                .map(|cell| {
                    let length = high.min((cell + 1) as f64) - low.max(cell as f64);
                    (cell, length.max(0.0))
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn centre(image: &Image) -> (f64, f64) {
        let mass: f64 = image.iter().map(|&value| f64::from(value)).sum();
        let moment = |coordinate: fn(usize) -> usize| -> f64 {
            let parts = image.iter().enumerate();
            parts.map(|(index, &value)| coordinate(index) as f64 * f64::from(value)).sum()
        };
        (moment(|index| index % SIDE) / mass, moment(|index| index / SIDE) / mass)
    }

    #[test]
    fn a_full_square_fills_the_box() {
        for side in [1, 7, 20, 33, 100] {
            let ink = Ink::new(side, side, vec![90; side * side]).unwrap();
            let image = normalise(&ink).unwrap();
            for (index, &value) in image.iter().enumerate() {
                // Rows and columns 4..24: their mean index is 13.5, the least that is let be.
                let inside = [index % SIDE, index / SIDE].iter().all(|at| (4..24).contains(at));
                assert_eq!(value, if inside { 255 } else { 0 }, "{side}: {index}");
            }
        }
    }

    #[test]
    fn aspect_is_kept() {
        let ink = Ink::new(10, 50, vec![255; 500]).unwrap();
        let image = normalise(&ink).unwrap();
        assert_eq!(image.iter().filter(|&&value| value == 255).count(), 4 * 20);
        assert_eq!(image.iter().filter(|&&value| value > 0).count(), 4 * 20);
    }

    #[test]
    fn no_ink_is_no_image() {
        for (width, height) in [(0, 0), (0, 5), (3, 0), (2, 2)] {
            let ink = Ink::new(width, height, vec![0; width * height]).unwrap();
            assert_eq!(normalise(&ink), None);
        }
        assert!(Ink::new(2, 2, vec![0; 5]).is_err());
        assert!(Ink::new(usize::MAX, 2, Vec::new()).is_err());
    }

    proptest! {
        #[test]
        fn any_ink_is_centred_and_dark(
            (width, height, cells) in (1usize..40, 1usize..40).prop_flat_map(|(width, height)| {
                (Just(width), Just(height), prop::collection::vec(any::<u8>(), width * height))
            })
        ) {
            let ink = Ink::new(width, height, cells).unwrap();
            let Some(image) = normalise(&ink) else { return Ok(()) };
            prop_assert_eq!(image.iter().max(), Some(&255));
            let (x, y) = centre(&image);
            // Random cells are balanced enough never to need the clamp, unless they are few.
            if width.min(height) > 5 {
                prop_assert!((13.4..14.6).contains(&x) && (13.4..14.6).contains(&y), "{x} {y}");
            }
        }
    }
}
