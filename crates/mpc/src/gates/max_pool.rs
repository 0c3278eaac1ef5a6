//! The largest value of every window, by a tournament of [`Max`](super::Max) or [`MaxOnce`](super::MaxOnce) gates.
//!
//! A window of `n` values needs `n - 1` comparisons in `log2(n)` levels, rounded up: 3 in 2
//! levels for 2x2. Dealt and sent: as for so many of them.

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::NARROW_BITS;
use super::super::ring::{Masked, Narrow};
use super::super::{Error, Role};
use super::max::{Larger, pair_up, winners};
use super::plan_gate::{
    AsNarrow, AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, PlanGate, ValueKind,
};
use super::{Online, Windows};
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;
use std::marker::PhantomData;

pub(crate) struct MaxPool<G> {
    levels: Vec<G>,
}

impl<G: Larger> MaxPool<G> {
    /// From the masks of the values, the masks of the windows' largest.
    pub(crate) fn deal(
        dealing: &mut Dealing,
        windows: &Windows,
        masks: &[Narrow],
    ) -> Secret<Narrow> {
        let mut candidates = windows.split(masks);
        let count = candidates[0].len();
        while candidates.len() > 1 {
            let (a, b, alone) = pair_up(candidates);
            candidates = winners(&G::deal(dealing, &a, &b), count, alone);
        }
        candidates.remove(0)
    }

    /// For `images` images.
    pub(crate) fn prepare(
        preparing: &mut Preparing<'_>,
        windows: &Windows,
        images: usize,
    ) -> Result<Self, Error> {
        let (mut left, mut levels) = (windows.len(), Vec::new());
        while left > 1 {
            levels.push(G::prepare(preparing, left / 2 * images * windows.count())?);
            left = left.div_ceil(2);
        }
        Ok(Self { levels })
    }

    pub(crate) async fn eval<M: Mailbox<Role = Role>>(
        self,
        online: &mut Online<'_, M>,
        windows: &Windows,
        values: &Masked<Narrow>,
    ) -> Result<Masked<Narrow>, Error> {
        let mut candidates = windows.split(&values.0);
        let count = candidates[0].len();
        for (level, max) in self.levels.into_iter().enumerate() {
            let (a, b, alone) = pair_up(candidates);
            let largest = max.eval(online, level + 1, &a, &b).await?;
            candidates = winners(&largest.0, count, alone);
        }
        Ok(Masked(candidates.remove(0).to_vec()))
    }
}

/// The largest of windows, in a plan.
pub(crate) struct OfPlan<G>(Windows, PhantomData<G>);

impl<G> Clone for OfPlan<G> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

impl<G> std::fmt::Debug for OfPlan<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MaxPool").field(&self.0).finish()
    }
}

impl<G> OfPlan<G> {
    pub(crate) fn new(windows: Windows) -> Self {
        Self(windows, PhantomData)
    }
}

impl<G: Larger> PlanGate for OfPlan<G> {
    type In = AsNarrow;
    type Out = AsNarrow;
    type Prepared = MaxPool<G>;

    fn comparisons(&self, _: usize) -> usize {
        self.0.count() * (self.0.len() - 1)
    }

    fn deal(&self, at: &mut AtDealer<'_>, masks: Secret<Narrow>) -> Secret<Narrow> {
        MaxPool::<G>::deal(at.dealing, &self.0, &masks)
    }

    fn prepare(&self, at: &mut AtPreparing<'_, '_>, (): &()) -> Result<(MaxPool<G>, ()), Error> {
        Ok((MaxPool::prepare(at.preparing, &self.0, at.size.images)?, ()))
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        prepared: MaxPool<G>,
        at: &mut AtOnline<'_, '_, M>,
        values: Masked<Narrow>,
        (): &(),
    ) -> Result<Masked<Narrow>, Error> {
        prepared.eval(at.online, &self.0, &values).await
    }

    /// As the parties see it: by the sign of a difference in `Z_2^16`.
    fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        self.0.fold(&values, |a, b| {
            (at.watch)(ValueKind::Difference, &[a - b]);
            if (a - b) as i16 >= 0 { a } else { b }
        })
    }

    /// What is compared is a difference.
    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
        at.high - at.low
    }

    fn limit_bits(&self) -> Option<u32> {
        Some(NARROW_BITS - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Max, MaxOnce, check};
    use super::*;

    proptest! {
        #[test]
        fn every_window_gives_its_largest(size in 1usize..4, images in 1usize..3, seed: u64) {
            let windows = Windows::new(&[2, 7, 6], size);
            let count = images * 2 * 7 * 6;
            let masks = check::narrow_masks(count, seed);
            // Numbers whose differences fit.
            let random = check::narrow_masks(count, seed ^ 1);
            let values: Vec<i16> = random.iter().map(|value| value.0 as i16 >> 1).collect();
            let masked = check::narrow(&values, &masks);
            let positions = windows.split(&values);
            let largest = |window: usize| positions.iter().map(|position| position[window]).max();
            let expected: Vec<i16> = (0..positions[0].len()).filter_map(largest).collect();
            for pooled in [pooled::<Max>, pooled::<MaxOnce>] {
                prop_assert_eq!(&pooled(&windows, images, &masks, &masked, seed), &expected);
            }
        }
    }

    fn pooled<G: Larger>(
        windows: &Windows,
        images: usize,
        masks: &[Narrow],
        masked: &Masked<Narrow>,
        seed: u64,
    ) -> Vec<i16> {
        let (result, found) = check::run(
            seed,
            |dealing| MaxPool::<G>::deal(dealing, windows, masks),
            |preparing| MaxPool::<G>::prepare(preparing, windows, images),
            async |pool, online| pool.eval(online, windows, masked).await,
        );
        check::signed(&check::unmask(found, &result))
    }
}
