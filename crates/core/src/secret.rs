//! Memory for secrets: vectors that are erased when they are dropped, and where they grow.
//!
//! A `Vec` that grows moves, and leaves a copy of all that it held in memory that is free. So does one that
//! is dropped. A [`Secret`] does neither: whoever holds masks, shares or seeds in vectors holds them in these.
//! Copies in registers and on the stack are the compiler's, and are not erased.

use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Elements that are erased with the vector, and that do not print.
pub struct Secret<T: Pod>(Vec<T>);

impl<T: Pod> Secret<T> {
    /// An empty vector with room for `count` elements.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// So many zeros, to be filled.
    #[must_use]
    pub fn zeros(count: usize) -> Self {
        Self(vec![T::zeroed(); count])
    }

    /// All parts, one behind the other.
    #[must_use]
    pub fn concat<P: Deref<Target = [T]>>(parts: &[P]) -> Self {
        let mut all = Self::with_capacity(parts.iter().map(|part| part.len()).sum());
        parts.iter().for_each(|part| all.extend_from_slice(part));
        all
    }

    /// Makes room for so many more elements. What moves is erased where it was.
    pub fn reserve(&mut self, count: usize) {
        let needed = self.0.len() + count;
        if needed > self.0.capacity() {
            let mut larger = Self::with_capacity(needed.max(2 * self.0.capacity()));
            larger.0.extend_from_slice(&self.0);
            // The old vector is dropped, and so erased.
            *self = larger;
        }
    }

    /// Appends elements.
    pub fn extend_from_slice(&mut self, values: &[T]) {
        self.reserve(values.len());
        self.0.extend_from_slice(values);
    }

    /// Appends zeros until there are `count` elements.
    pub fn fill_up(&mut self, count: usize) {
        self.reserve(count.saturating_sub(self.0.len()));
        self.0.resize(count, T::zeroed());
    }

    /// Leaves the first `count` elements; the others are erased with the vector.
    pub fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }
}

impl<T: Pod> Default for Secret<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Takes a vector over: what is done with it before is the caller's to mind.
impl<T: Pod> From<Vec<T>> for Secret<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}

impl<T: Pod> From<&[T]> for Secret<T> {
    fn from(values: &[T]) -> Self {
        Self(values.to_vec())
    }
}

impl<T: Pod> FromIterator<T> for Secret<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let values = values.into_iter();
        match values.size_hint() {
            // It is allocated once.
            (least, Some(most)) if least == most => Self(values.collect()),
            _ => {
                let mut all = Self::default();
                all.extend(values);
                all
            }
        }
    }
}

impl<T: Pod> Extend<T> for Secret<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        let values = values.into_iter();
        let (least, most) = values.size_hint();
        self.reserve(least);
        if most == Some(least) {
            self.0.extend(values);
            return;
        }
        for value in values {
            self.reserve(1);
            self.0.push(value);
        }
    }
}

impl<T: Pod> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Pod> Deref for Secret<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Pod> DerefMut for Secret<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<'a, T: Pod> IntoIterator for &'a Secret<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Pod> Zeroize for Secret<T> {
    fn zeroize(&mut self) {
        erase(&mut self.0);
        self.0.clear();
        // Elements that were cut off, and what a vector that was taken over held before.
        self.0.spare_capacity_mut().zeroize();
    }
}

impl<T: Pod> Drop for Secret<T> {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl<T: Pod> ZeroizeOnDrop for Secret<T> {}

impl<T: Pod> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({} elements)", self.0.len())
    }
}

/// Erases memory, eight bytes at a time where they are aligned.
pub fn erase<T: Pod>(values: &mut [T]) {
    let bytes = bytemuck::cast_slice_mut::<T, u8>(values);
    let (head, words, tail) = bytemuck::pod_align_to_mut::<u8, u64>(bytes);
    head.zeroize();
    words.zeroize();
    tail.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_secret_vector_holds_what_a_vector_holds(parts: Vec<Vec<u16>>, cut in 0usize..50) {
            let mut secret = Secret::default();
            let mut plain = Vec::new();
            for part in &parts {
                secret.extend(part.iter().copied().filter(|value| value % 2 == 0));
                secret.extend_from_slice(part);
                plain.extend(part.iter().copied().filter(|value| value % 2 == 0));
                plain.extend_from_slice(part);
            }
            prop_assert_eq!(&*secret, &plain[..]);
            prop_assert_eq!(&*secret.iter().copied().collect::<Secret<u16>>(), &plain[..]);
            prop_assert_eq!(&*Secret::concat(&parts), parts.concat());
            let length = plain.len() + cut;
            secret.fill_up(length);
            plain.resize(length, 0);
            prop_assert_eq!(&*secret, &plain[..]);
            secret.truncate(cut);
            prop_assert_eq!(&*secret, &plain[..cut]);
            erase(&mut secret);
            prop_assert!(secret.iter().all(|value| *value == 0));
        }
    }

    #[test]
    fn a_secret_vector_does_not_print() {
        assert_eq!(format!("{:?}", Secret::from(vec![77u8])), "Secret(1 elements)");
    }
}
