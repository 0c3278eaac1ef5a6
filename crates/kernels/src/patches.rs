//! A convolution's patches as matrices that are never stored: packed from the image when
//! the product asks for them.

use super::Number;
use super::gemm::{COLUMNS, Columns};

/// The sizes of one convolution of one image.
#[derive(Debug, Clone, Copy)]
pub struct Geometry {
    /// Channels of the image.
    pub inputs: usize,
    /// Channels that come out.
    pub outputs: usize,
    /// Rows of the image.
    pub height: usize,
    /// Columns of the image.
    pub width: usize,
    /// Rows, and columns, of a kernel.
    pub kernel: usize,
    /// Zeros around the image, on each side.
    pub margin: usize,
}

impl Geometry {
    /// Rows of the image with its margin.
    #[must_use]
    pub fn padded_height(&self) -> usize {
        self.height + 2 * self.margin
    }

    /// Columns of the image with its margin.
    #[must_use]
    pub fn padded_width(&self) -> usize {
        self.width + 2 * self.margin
    }

    /// Rows that come out.
    #[must_use]
    pub fn output_height(&self) -> usize {
        self.padded_height() - self.kernel + 1
    }

    /// Columns that come out.
    #[must_use]
    pub fn output_width(&self) -> usize {
        self.padded_width() - self.kernel + 1
    }

    /// Pixels that come out, of one channel.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.output_height() * self.output_width()
    }

    /// Values in a patch.
    #[must_use]
    pub fn patch(&self) -> usize {
        self.inputs * self.kernel * self.kernel
    }

    /// Values of the image.
    #[must_use]
    pub fn image(&self) -> usize {
        self.inputs * self.height * self.width
    }

    /// The rows of an image and where each begins in the image with its margin.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.inputs * self.height).map(move |row| {
            let (channel, y) = (row / self.height, row % self.height);
            let padded = channel * self.padded_height() + y + self.margin;
            (row * self.width, padded * self.padded_width() + self.margin)
        })
    }

    /// Copies an image into the middle of `padded`, whose margin stays zero.
    pub fn pad<T: Number>(&self, image: &[T], padded: &mut [T]) {
        for (from, to) in self.rows() {
            padded[to..to + self.width].copy_from_slice(&image[from..from + self.width]);
        }
    }

    /// Zeros, as many as an image with its margin has values.
    pub fn padded_image<T: Number>(&self) -> Vec<T> {
        vec![T::ZERO; self.inputs * self.padded_height() * self.padded_width()]
    }
}

/// `P [patch, pixels]` of one image that has its margin around it.
pub struct Patches<'a, T> {
    /// The image, with its margin.
    pub image: &'a [T],
    /// The convolution.
    pub geometry: Geometry,
}

/// How far a patch's value number `index` lies from the patch's first.
#[must_use]
pub fn offset(geometry: &Geometry, index: usize) -> usize {
    let k = geometry.kernel;
    let (channel, row, column) = (index / (k * k), index / k % k, index % k);
    (channel * geometry.padded_height() + row) * geometry.padded_width() + column
}

impl<T: Number> Columns<T> for Patches<'_, T> {
    fn pack(&self, first: usize, panel: &mut [T]) {
        let geometry = &self.geometry;
        let (height, width) = (geometry.output_height(), geometry.output_width());
        let corner = |pixel: usize| pixel / width * geometry.padded_width() + pixel % width;
        let one_row = first % width + COLUMNS <= width;
        // Columns beyond the last pixel repeat it; their sums are not kept.
        let corners: [usize; COLUMNS] =
            std::array::from_fn(|c| corner((first + c).min(height * width - 1)));
        for (index, row) in panel.chunks_exact_mut(COLUMNS).enumerate() {
            let offset = offset(geometry, index);
            if one_row {
                let start = offset + corners[0];
                row.copy_from_slice(&self.image[start..start + COLUMNS]);
            } else {
                for (value, corner) in row.iter_mut().zip(corners) {
                    *value = self.image[offset + corner];
                }
            }
        }
    }
}
