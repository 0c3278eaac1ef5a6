//! The windows of a pool, as vectors: all first values, all second values, and so on.

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

    /// For each place in a window, the values there of all windows of all images in `x`.
    pub(crate) fn split<T: Copy>(&self, x: &[T]) -> Vec<Vec<T>> {
        let places = (0..self.len()).map(|place| (place / self.size, place % self.size));
        places.map(|(down, right)| self.at(x, down, right).collect()).collect()
    }

    fn at<'a, T: Copy>(
        &'a self,
        x: &'a [T],
        down: usize,
        right: usize,
    ) -> impl Iterator<Item = T> + 'a {
        let Self { height, width, size, .. } = *self;
        // The planes of all channels of all images lie one behind the other.
        x.chunks_exact(height * width).flat_map(move |plane| {
            let rows = plane.chunks_exact(width).skip(down).step_by(size).take(height / size);
            rows.flat_map(move |row| row[right..].iter().step_by(size).take(width / size).copied())
        })
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
        assert_eq!(windows.split(&x), expected);
    }
}
