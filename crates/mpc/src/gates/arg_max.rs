//! The index of the largest of an image's values, as shares for the client alone.
//!
//! A tournament in which each value brings its index along: the indices begin as public
//! numbers, whose mask is zero, and the sign that chooses the value chooses the index. The
//! last level leaves the index as shares, and no value. Of equal values the first wins.

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::NARROW_BITS;
use super::super::ring::{Comparable, Element, Masked, Narrow, Share};
use super::super::{Error, Role};
use super::Online;
use super::choose::{Choose, Then};
use super::max::{differences, pair_up, winners};
use super::plan_gate::{
    AsLabel, AsNarrow, AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, PlanGate, ValueKind,
};
use super::sign::Sign;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

pub(crate) struct ArgMax<N: Comparable = Narrow> {
    levels: Vec<Level<N>>,
}

struct Level<N: Comparable> {
    sign: Sign,
    /// None on the last level.
    value: Option<Choose<N>>,
    index: Choose<N>,
}

impl<N: Comparable> ArgMax<N> {
    /// From the masks of `classes` values of every image.
    pub(crate) fn deal(dealing: &mut Dealing, classes: usize, masks: &[N]) {
        let images = masks.len() / classes;
        let mut values = columns(masks, classes);
        let mut indices: Vec<Secret<N>> = (0..classes).map(|_| Secret::zeros(images)).collect();
        while values.len() > 1 {
            let (a, b, alone) = pair_up(values);
            let (p, q, lone) = pair_up(indices);
            let last = is_last(&a, &alone, images);
            let sign_masks = Sign::deal(dealing, &differences(&a, &b)).masks();
            let largest = match last {
                true => a,
                false => Choose::deal(dealing, &sign_masks, &a, &b, Then::Masked),
            };
            let index = Choose::deal(dealing, &sign_masks, &p, &q, then(last));
            values = winners(&largest, images, alone);
            indices = winners(&index, images, lone);
        }
    }

    pub(crate) fn prepare(
        preparing: &mut Preparing<'_>,
        classes: usize,
        images: usize,
    ) -> Result<Self, Error> {
        let (mut left, mut levels) = (classes, Vec::new());
        while left > 1 {
            let (count, last) = (left / 2 * images, left == 2);
            let sign = Sign::prepare(preparing, count)?;
            let value = match last {
                true => None,
                false => Some(Choose::prepare(preparing, count, Then::Masked)?),
            };
            let index = Choose::prepare(preparing, count, then(last))?;
            levels.push(Level { sign, value, index });
            left = left.div_ceil(2);
        }
        Ok(Self { levels })
    }

    /// This party's share of each image's index.
    pub(crate) async fn eval<M: Mailbox<Role = Role>>(
        self,
        online: &mut Online<'_, M>,
        classes: usize,
        values: &Masked<N>,
    ) -> Result<Share<N>, Error> {
        let images = values.0.len() / classes;
        let mut values = columns(&values.0, classes);
        let index = |class: usize| Secret::from(vec![N::cut(class as u32); images]);
        let mut indices: Vec<Secret<N>> = (0..classes).map(index).collect();
        for (level, Level { sign, value, index }) in (1..).zip(self.levels) {
            let (a, b, alone) = pair_up(values);
            let (p, q, lone) = pair_up(indices);
            let step = format!("{level}/sign");
            let signs = sign.eval(online, &step, &differences(&a, &b)).await?.masks();
            let index = index.eval(online.party, &signs, &p, &q);
            let Some(value) = value else { return Ok(index) };
            let value = value.eval(online.party, &signs, &a, &b);
            // Value and index in one message.
            let both = Share::new(Secret::concat(&[value.values(), index.values()]));
            let both = online.open(&format!("{level}/max"), &both).await?;
            let (largest, index) = both.0.split_at(a.len());
            values = winners(largest, images, alone);
            indices = winners(index, images, lone);
        }
        // One class alone: its index is public, and bob's to say.
        Ok(Share::new(Secret::zeros(images)))
    }
}

fn is_last<T: Element>(a: &[T], alone: &[Secret<T>], images: usize) -> bool {
    a.len() == images && alone.is_empty()
}

fn then(last: bool) -> Then {
    if last { Then::Shares } else { Then::Masked }
}

/// The values of each class, of all images.
fn columns<T: Element>(values: &[T], classes: usize) -> Vec<Secret<T>> {
    (0..classes)
        .map(|class| values.iter().skip(class).step_by(classes).copied().collect())
        .collect()
}

/// The index of the largest, in a plan.
#[derive(Debug, Clone)]
pub(crate) struct OfPlan;

impl PlanGate for OfPlan {
    type In = AsNarrow;
    type Out = AsLabel;
    type Prepared = ArgMax;

    fn comparisons(&self, each: usize) -> usize {
        each - 1
    }

    fn deal(&self, at: &mut AtDealer<'_>, masks: Secret<Narrow>) {
        ArgMax::deal(at.dealing, at.size.each, &masks);
    }

    fn prepare(&self, at: &mut AtPreparing<'_, '_>, (): &()) -> Result<(ArgMax, ()), Error> {
        Ok((ArgMax::prepare(at.preparing, at.size.each, at.size.images)?, ()))
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        prepared: ArgMax,
        at: &mut AtOnline<'_, '_, M>,
        values: Masked<Narrow>,
        (): &(),
    ) -> Result<Share<Narrow>, Error> {
        prepared.eval(at.online, at.size.each, &values).await
    }

    fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        let images = values.chunks_exact(at.size.each);
        images
            .map(|image| {
                (at.watch)(ValueKind::Difference, &[spread(image)]);
                index_of_largest(image)
            })
            .collect()
    }

    /// What is compared is a difference.
    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
        at.high - at.low
    }

    fn limit_bits(&self) -> Option<u32> {
        Some(NARROW_BITS - 1)
    }
}

/// The largest difference of two values.
fn spread(values: &[i64]) -> i64 {
    let ends = values.iter().min().zip(values.iter().max());
    ends.map_or(0, |(least, most)| most - least)
}

/// By the signs of differences in `Z_2^16`, in the order of the tournament.
fn index_of_largest(values: &[i64]) -> i64 {
    let mut level: Vec<(i64, i64)> = values.iter().copied().zip(0..).collect();
    while level.len() > 1 {
        let winner = |pair: &[(i64, i64)]| match *pair {
            [a, b] if ((a.0 - b.0) as i16) < 0 => b,
            [a, ..] => a,
            [] => (0, 0),
        };
        level = level.chunks(2).map(winner).collect();
    }
    level.first().map_or(0, |(_, index)| *index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    proptest! {
        #[test]
        fn the_first_of_the_largest_is_named(classes in 1usize..12, images in 1usize..4, seed: u64) {
            let count = classes * images;
            let masks = check::narrow_masks(count, seed);
            // Few different numbers, so that there are ties.
            let random = check::narrow_masks(count, seed ^ 1);
            let values: Vec<i16> = random.iter().map(|value| (value.0 % 5) as i16 - 2).collect();
            let masked = check::narrow(&values, &masks);
            let ((), shares) = check::run(
                seed,
                |dealing| ArgMax::deal(dealing, classes, &masks),
                |preparing| ArgMax::prepare(preparing, classes, images),
                async |arg_max, online| arg_max.eval(online, classes, &masked).await,
            );
            let first = |values: &[i16]| {
                let largest = values.iter().max();
                values.iter().position(|value| Some(value) == largest).unwrap_or(0) as i16
            };
            let expected: Vec<i16> = values.chunks(classes).map(first).collect();
            prop_assert_eq!(check::signed(&check::joined(shares)), expected);
        }
    }
}
