//! The windows of a pool, as vectors: all first values, all second values, and so on.

use bytemuck::Pod;

use sotto_core::secret::Secret;

/// Square windows that do not overlap, over every channel of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Windows {
    channels: usize,
    height: usize,
    width: usize,
    size: usize,
}

impl Windows {
    /// Windows of side `size` over `[channels, height, width]`.
    pub(crate) fn new(shape: &[usize], size: usize) -> Self {
        let &[channels, height, width] = shape else {
            unreachable!("a network's pools stand where images are")
        };
        Self { channels, height, width, size }
    }

    /// Windows in one image.
    pub(crate) fn count(&self) -> usize {
        self.channels * (self.height / self.size) * (self.width / self.size)
    }

    /// Values in a window.
    pub(crate) fn len(&self) -> usize {
        self.size * self.size
    }

    /// Joins the values of each window, in the order of a tournament.
    pub(crate) fn fold(&self, values: &[i64], mut join: impl FnMut(i64, i64) -> i64) -> Vec<i64> {
        let split = self.split(values);
        let mut level: Vec<Vec<i64>> = split.iter().map(|part| part.to_vec()).collect();
        while level.len() > 1 {
            let alone = if level.len() % 2 == 1 { level.pop() } else { None };
            let pairs = level.chunks_exact(2);
            let winners =
                pairs.map(|pair| pair[0].iter().zip(&pair[1]).map(|(a, b)| join(*a, *b)).collect());
            level = winners.chain(alone).collect();
        }
        level.pop().unwrap_or_default()
    }

    /// For each position in a window, the values there of all windows of all images in `x`.
    pub(crate) fn split<T: Pod>(&self, x: &[T]) -> Vec<Secret<T>> {
        let Self { height, width, size, .. } = *self;
        let (rows, columns) = (height / size, width / size);
        // The planes of all channels of all images lie one behind the other.
        let planes = x.len() / (height * width);
        let room = |_| Secret::with_capacity(planes * rows * columns);
        let mut positions: Vec<Secret<T>> = (0..size * size).map(room).collect();
        for plane in x.chunks_exact(height * width) {
            for (y, row) in plane.chunks_exact(width).take(rows * size).enumerate() {
                let positions = &mut positions[y % size * size..][..size];
                for (right, position) in positions.iter_mut().enumerate() {
                    position.extend((0..columns).map(|column| row[column * size + right]));
                }
            }
        }
        positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_split_and_what_is_left_over_is_dropped() {
        let x: Vec<u32> = (0..2 * 3 * 5).collect();
        let windows = Windows::new(&[2, 3, 5], 2);
        assert_eq!(windows.count(), 4);
        let expected: [Vec<u32>; 4] =
            [vec![0, 2, 15, 17], vec![1, 3, 16, 18], vec![5, 7, 20, 22], vec![6, 8, 21, 23]];
        let split: Vec<Vec<u32>> = windows.split(&x).iter().map(|part| part.to_vec()).collect();
        assert_eq!(split, expected);
    }
}
