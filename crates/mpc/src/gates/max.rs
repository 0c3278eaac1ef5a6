//! The larger of two narrow values: `max(a, b) = b + d (a - b)` with `d = [a - b >= 0]`.
//!
//! Two rounds: a bit, then 2 bytes each way. Dealt: a sign, 4 bytes to bob.
//!
//! A tournament plays all pairs of a level side by side. It may carry the index of the
//! largest along: the same bit then also chooses between two indices.

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Comparable, Element, Masked, Narrow};
use super::super::{Error, Role};
use super::Online;
use super::choose::{Choose, Then};
use super::sign::Sign;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

pub(crate) struct Max<N: Comparable = Narrow> {
    sign: Sign,
    choose: Choose<N>,
}

/// A gate for the larger of two values.
pub(crate) trait Larger<N: Comparable = Narrow>: Sized {
    /// From the masks of both candidates, the masks of the larger.
    fn deal(dealing: &mut Dealing, a: &[N], b: &[N]) -> Secret<N>;

    /// For so many pairs.
    fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Result<Self, Error>;

    /// `level` tells the rounds of a tournament apart.
    async fn eval<M: Mailbox<Role = Role>>(
        self,
        online: &mut Online<'_, M>,
        level: usize,
        a: &[N],
        b: &[N],
    ) -> Result<Masked<N>, Error>;
}

impl<N: Comparable> Larger<N> for Max<N> {
    fn deal(dealing: &mut Dealing, a: &[N], b: &[N]) -> Secret<N> {
        let differences = differences(a, b);
        let sign_masks = Sign::deal(dealing, &differences).masks();
        Choose::deal(dealing, &sign_masks, a, b, Then::Masked)
    }

    fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Result<Self, Error> {
        let sign = Sign::prepare(preparing, count)?;
        Ok(Self { sign, choose: Choose::prepare(preparing, count, Then::Masked)? })
    }

    async fn eval<M: Mailbox<Role = Role>>(
        self,
        online: &mut Online<'_, M>,
        level: usize,
        a: &[N],
        b: &[N],
    ) -> Result<Masked<N>, Error> {
        let Self { sign, choose } = self;
        let step = format!("{level}/sign");
        let signs = sign.eval(online, &step, &differences(a, b)).await?.masks();
        let share = choose.eval(online.party, &signs, a, b);
        online.open(&format!("{level}/max"), &share).await
    }
}

pub(super) fn differences<N: Element>(a: &[N], b: &[N]) -> Secret<N> {
    a.iter().zip(b).map(|(a, b)| *a - *b).collect()
}

/// Candidates, one vector each, for the next level of a tournament: all first and all
/// second ones of the pairs, and who has no partner.
pub(super) fn pair_up<T: Element>(
    mut candidates: Vec<Secret<T>>,
) -> (Secret<T>, Secret<T>, Vec<Secret<T>>) {
    let alone = if candidates.len() % 2 == 1 { candidates.pop() } else { None };
    let half = |first: usize| {
        let parts: Vec<&[T]> =
            candidates.iter().skip(first).step_by(2).map(|part| &**part).collect();
        Secret::concat(&parts)
    };
    (half(0), half(1), alone.into_iter().collect())
}

/// The winners of a level, one vector for each pair, before who had no partner.
pub(super) fn winners<T: Element>(
    all: &[T],
    count: usize,
    alone: Vec<Secret<T>>,
) -> Vec<Secret<T>> {
    all.chunks_exact(count).map(Secret::from).chain(alone).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::num::Wrapping;

    use super::super::{MaxOnce, check};
    use super::*;

    /// Numbers whose differences fit.
    const HALF: std::ops::Range<i16> = -(1 << 14)..1 << 14;

    proptest! {
        #[test]
        fn the_larger_wins(pairs in prop::collection::vec((HALF, HALF), 0..40), seed: u64) {
            let (a, b): (Vec<i16>, Vec<i16>) = pairs.iter().copied().unzip();
            let masks = [1, 2].map(|part| check::narrow_masks(pairs.len(), seed ^ part));
            let (x, y) = (check::narrow(&a, &masks[0]), check::narrow(&b, &masks[1]));
            let expected: Vec<i16> = pairs.iter().map(|(a, b)| *a.max(b)).collect();
            for played in [played::<Max>, played::<MaxOnce>] {
                prop_assert_eq!(&played(&masks, [&x.0, &y.0], seed), &expected);
            }
        }
    }

    /// The winners of all pairs.
    fn played<G: Larger>(masks: &[Vec<Narrow>; 2], [a, b]: [&[Narrow]; 2], seed: u64) -> Vec<i16> {
        let (result, found) = check::run(
            seed,
            |dealing| G::deal(dealing, &masks[0], &masks[1]),
            |preparing| G::prepare(preparing, a.len()),
            async |max, online| max.eval(online, 1, a, b).await,
        );
        check::signed(&check::unmask(found, &result))
    }

    #[test]
    fn who_has_no_partner_waits() {
        let values: [Narrow; 5] = [1, 2, 3, 4, 5].map(Wrapping);
        let (a, b, alone) =
            pair_up(values.iter().map(|value| Secret::from(vec![*value])).collect());
        assert_eq!(
            ([&a[..], &b[..]].concat(), alone.len()),
            ([1, 3, 2, 4].map(Wrapping).to_vec(), 1)
        );
        let winners = Secret::concat(&winners(&b, 1, alone));
        assert_eq!(winners[..], [2, 4, 5].map(Wrapping));
    }
}
