//! The sum of every window: a mean whose division is left to the scale (`plan`).
//!
//! Sums are linear, so each party adds its shares, or both add the same masked values while
//! the dealer adds the masks. No round, and nothing is dealt.

use super::super::ring::{Element, Masked, Share};
use super::super::ring::{WIDE_BITS, Wide};
use super::super::{Error, Role};
use super::Windows;
use super::plan_gate::{
    AsShares, AsWide, AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, PlanGate, ValueKind,
    cut_wide,
};
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

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
    let mut positions = windows.split(values).into_iter();
    let mut sums = positions.next().unwrap_or_default();
    for position in positions {
        sums.iter_mut().zip(&position).for_each(|(sum, value)| *sum += *value);
    }
    sums
}

/// Sums of shares, in a plan.
#[derive(Debug, Clone)]
pub(crate) struct OfShares(pub(crate) Windows);

impl PlanGate for OfShares {
    type In = AsShares;
    type Out = AsShares;
    type Prepared = ();

    fn comparisons(&self, _: usize) -> usize {
        0
    }

    fn deal(&self, _: &mut AtDealer<'_>, (): ()) {}

    fn prepare(&self, _: &mut AtPreparing<'_, '_>, (): &()) -> Result<((), ()), Error> {
        Ok(((), ()))
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        (): (),
        _: &mut AtOnline<'_, '_, M>,
        values: Share<Wide>,
        _: &(),
    ) -> Result<Share<Wide>, Error> {
        Ok(sum_shares(&self.0, &values))
    }

    fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        summed(&self.0, at, &values)
    }

    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
        grown(&self.0, at)
    }

    fn limit_bits(&self) -> Option<u32> {
        Some(WIDE_BITS - 1)
    }
}

/// Sums of masked values, in a plan.
#[derive(Debug, Clone)]
pub(crate) struct OfMasked(pub(crate) Windows);

impl PlanGate for OfMasked {
    type In = AsWide;
    type Out = AsWide;
    type Prepared = ();

    fn comparisons(&self, _: usize) -> usize {
        0
    }

    fn deal(&self, _: &mut AtDealer<'_>, masks: Secret<Wide>) -> Secret<Wide> {
        sum_masks(&self.0, &masks)
    }

    fn prepare(
        &self,
        _: &mut AtPreparing<'_, '_>,
        mask: &Share<Wide>,
    ) -> Result<((), Share<Wide>), Error> {
        Ok(((), sum_shares(&self.0, mask)))
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        (): (),
        _: &mut AtOnline<'_, '_, M>,
        values: Masked<Wide>,
        _: &Share<Wide>,
    ) -> Result<Masked<Wide>, Error> {
        Ok(sum_masked(&self.0, &values))
    }

    fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        summed(&self.0, at, &values)
    }

    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
        grown(&self.0, at)
    }

    fn limit_bits(&self) -> Option<u32> {
        Some(WIDE_BITS - 1)
    }
}

/// As the oracle sums.
fn summed(windows: &Windows, at: &mut AtOracle<'_>, values: &[i64]) -> Vec<i64> {
    let values = windows.fold(values, |a, b| a + b);
    (at.watch)(ValueKind::Wide, &values);
    cut_wide(values)
}

fn grown(windows: &Windows, at: &mut AtBounds<'_>) -> f64 {
    let count = windows.len() as f64;
    (at.low, at.high) = (at.low * count, at.high * count);
    at.magnitude()
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
            let positions = windows.split(&values);
            let sum = |window: usize| positions.iter().map(|position| position[window]).sum();
            let expected: Vec<_> = (0..windows.count()).map(sum).collect();
            let shares = [Share::new(masks.clone().into()), Share::split(&values, &masks)];
            let sums = shares.map(|share| sum_shares(&windows, &share));
            prop_assert_eq!(check::joined(sums), expected.clone());
            prop_assert_eq!(sum_masked(&windows, &Masked(values)).0, expected);
        }
    }
}
