//! The sum of every window: a mean whose division is left to the scale (`plan`).
//!
//! Sums are linear, so each party adds its shares, or both add the same masked values while
//! the dealer adds the masks. No round, and nothing is dealt.

use super::super::ring::{Element, Masked, Share};
use super::Windows;

/// Of shares: this party's shares of the sums.
pub(crate) fn sum_shares<T: Element>(windows: &Windows, share: &Share<T>) -> Share<T> {
    Share::new(sums(windows, share.values()))
}

/// Of masked values, or of their masks.
pub(crate) fn sum_masked<T: Element>(windows: &Windows, values: &Masked<T>) -> Masked<T> {
    Masked(sums(windows, &values.0))
}

fn sums<T: Element>(windows: &Windows, values: &[T]) -> Vec<T> {
    let mut places = windows.split(values).into_iter();
    let mut sums = places.next().unwrap_or_default();
    for place in places {
        sums.iter_mut().zip(place).for_each(|(sum, value)| *sum += value);
    }
    sums
}
