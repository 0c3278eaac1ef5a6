//! A convolution's patches as matrices that are never stored: packed from the image when
//! the product asks for them.

use super::conv::Geometry;
use super::gemm::{COLUMNS, Columns};
use super::storage::Real;

/// `P [patch, pixels]` of one image that has its margin around it.
pub(super) struct Patches<'a, T> {
    pub(super) image: &'a [T],
    pub(super) geometry: Geometry,
}

/// `P^T [pixels, patch]`.
pub(super) struct PatchesTransposed<'a, T> {
    pub(super) image: &'a [T],
    pub(super) geometry: Geometry,
}

/// How far a patch's value number `place` lies from the patch's first.
pub(super) fn offset(geometry: &Geometry, place: usize) -> usize {
    let k = geometry.kernel;
    let (channel, row, column) = (place / (k * k), place / k % k, place % k);
    (channel * geometry.padded_height() + row) * geometry.padded_width() + column
}

impl<T: Real> Columns<T> for Patches<'_, T> {
    fn pack(&self, first: usize, panel: &mut [T]) {
        let geometry = &self.geometry;
        let (height, width) = (geometry.output_height(), geometry.output_width());
        let corner = |pixel: usize| pixel / width * geometry.padded_width() + pixel % width;
        let one_row = first % width + COLUMNS <= width;
        // Columns beyond the last pixel repeat it; their sums are not kept.
        let corners: [usize; COLUMNS] =
            std::array::from_fn(|c| corner((first + c).min(height * width - 1)));
        for (place, row) in panel.chunks_exact_mut(COLUMNS).enumerate() {
            let offset = offset(geometry, place);
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

impl<T: Real> Columns<T> for PatchesTransposed<'_, T> {
    fn pack(&self, first: usize, panel: &mut [T]) {
        let geometry = &self.geometry;
        let width = geometry.output_width();
        let offsets: [usize; COLUMNS] =
            std::array::from_fn(|c| offset(geometry, (first + c).min(geometry.patch() - 1)));
        for (y, rows) in panel.chunks_exact_mut(COLUMNS * width).enumerate() {
            let start = y * geometry.padded_width();
            for (x, row) in rows.chunks_exact_mut(COLUMNS).enumerate() {
                for (value, offset) in row.iter_mut().zip(offsets) {
                    *value = self.image[offset + start + x];
                }
            }
        }
    }
}
