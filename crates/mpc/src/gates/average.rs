//! The sum of every window: a mean whose division is left to the scale (`plan`).
//!
//! Sums are linear, so each party adds its shares, or both add the same masked values while
//! the dealer adds the masks. No round, and nothing is dealt.

use super::super::ring::{Element, Masked, Share};
use super::Windows;
use sotto_core::secret::Secret;

/// Of shares: this party's shares of the sums.
pub(crate) fn sum_shares<T: Element>(windows: &Windows, share: &Share<T>) -> Share<T> {
    Share::new(sums(windows, share.values()))
}

/// Of masks.
pub(crate) fn sum_masks<T: Element>(windows: &Windows, masks: &[T]) -> Secret<T> {
    sums(windows, masks)
}

/// Of masked values.
pub(crate) fn sum_masked<T: Element>(windows: &Windows, values: &Masked<T>) -> Masked<T> {
    Masked(sums(windows, &values.0).to_vec())
}

fn sums<T: Element>(windows: &Windows, values: &[T]) -> Secret<T> {
    let mut places = windows.split(values).into_iter();
    let mut sums = places.next().unwrap_or_default();
    for place in places {
        sums.iter_mut().zip(&place).for_each(|(sum, value)| *sum += *value);
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    proptest! {
        #[test]
        fn sums_of_shares_and_of_masked_values_are_sums(size in 1usize..4, seed: u64) {
            let windows = Windows::new(&[2, 7, 6], size);
            let (values, masks) = (check::wide_masks(84, seed), check::wide_masks(84, seed ^ 1));
            let places = windows.split(&values);
            let sum = |window: usize| places.iter().map(|place| place[window]).sum();
            let expected: Vec<_> = (0..windows.count()).map(sum).collect();
            let shares = [Share::new(masks.clone().into()), Share::split(&values, &masks)];
            let sums = shares.map(|share| sum_shares(&windows, &share));
            prop_assert_eq!(check::joined(sums), expected.clone());
            prop_assert_eq!(sum_masked(&windows, &Masked(values)).0, expected);
        }
    }
}
