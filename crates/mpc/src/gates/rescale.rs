//! Drops low bits without leaving the ring: from shares in `Z_2^32` to shares in `Z_2^32`. One opening
//! serves several shifts.
//!
//! For `|y| < 2^30` the value `u = y + 2^30` has its top bit clear, so the top bits `uh` and `rh` of
//! `u^ = u + r` and of its mask say whether that sum wrapped: `w = rh (1 - uh)`. Hence, as integers,
//! `u = u^ - r + 2^32 w`, and
//!
//! ```text
//! [z]_b = b ((u^ >> s) - 2^(30-s)) + [v(uh)]_b
//! v(0) = 2^(32-s) rh - (r >> s)          v(1) = -(r >> s)
//! z = floor(y / 2^s) + c                 P(c = 1) = (y mod 2^s) / 2^s
//! ```
//!
//! (SecureML, Mohassel and Zhang 2017, section 4.1, rounds by such a coin, but wraps now and then; one spare bit
//! prevents that, as Harth-Kitzerow, Suresh and Carle 2025, "Truncation Untangled", survey.) Rounding is unbiased; a
//! `y` that does not fit comes out wrong by 2^(32-s), in silence.
//!
//! One round, 4 bytes each way. Dealt: 8 bytes to bob for every shift.

use std::num::Wrapping;

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Share, WIDE_BITS, Wide};
use super::super::{Error, Party, Role};
use super::Online;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

/// Values have to be smaller than two to this power.
pub(crate) const RANGE_BITS: u32 = WIDE_BITS - 2;
const OFFSET: u32 = 1 << RANGE_BITS;

pub(crate) struct Rescale {
    mask: Share<Wide>,
    /// For every shift, what both values of the top bit add.
    cases: Vec<[Share<Wide>; 2]>,
}

impl Rescale {
    /// The masks under which the values are opened.
    pub(crate) fn deal(dealing: &mut Dealing, count: usize, shifts: &[u32]) -> Secret<Wide> {
        let masks = dealing.mask(count);
        Self::deal_cases(dealing, &masks, shifts);
        masks
    }

    fn deal_cases(dealing: &mut Dealing, masks: &[Wide], shifts: &[u32]) {
        for shift in shifts {
            let whole = |mask: &Wide| -Wrapping(mask.0 >> shift);
            let wrapped = |mask: &Wide| whole(mask) + Wrapping(carried(top(*mask), *shift));
            dealing.share(&masks.iter().map(wrapped).collect::<Secret<_>>());
            dealing.share(&masks.iter().map(whole).collect::<Secret<_>>());
        }
    }

    pub(crate) fn prepare(
        preparing: &mut Preparing<'_>,
        count: usize,
        shifts: &[u32],
    ) -> Result<Self, Error> {
        let mask = preparing.mask(count);
        Ok(Self { mask, cases: Self::prepare_cases(preparing, count, shifts)? })
    }

    fn prepare_cases(
        preparing: &mut Preparing<'_>,
        count: usize,
        shifts: &[u32],
    ) -> Result<Vec<[Share<Wide>; 2]>, Error> {
        let case = |_: &u32| Ok([preparing.share(count)?, preparing.share(count)?]);
        shifts.iter().map(case).collect()
    }

    /// This party's shares, one vector a shift, of those that were prepared.
    pub(crate) async fn eval<M: Mailbox<Role = Role>>(
        self,
        online: &mut Online<'_, M>,
        step: &str,
        share: Share<Wide>,
        shifts: &[u32],
    ) -> Result<Vec<Share<Wide>>, Error> {
        let Self { mask, cases } = self;
        let is_bob = online.party == Party::Bob;
        let mut raised = share.plus(&mask);
        if is_bob {
            raised = raised.plus(&Share::new(vec![Wrapping(OFFSET); mask.values().len()].into()));
        }
        let opened = online.open(step, &raised).await?;
        let bob = u32::from(is_bob).wrapping_neg();
        let shifted = shifts.iter().zip(&cases).map(|(shift, [clear, set])| {
            let pairs = clear.values().iter().zip(set.values());
            let share = opened.0.iter().zip(pairs).map(|(value, (clear, set))| {
                let public = (value.0 >> shift).wrapping_sub(OFFSET >> shift);
                Wrapping(public & bob) + chosen(*value, *clear, *set)
            });
            Share::new(share.collect())
        });
        Ok(shifted.collect())
    }
}

/// The share for an opened value whose top bit is clear or set. The value is public, but a compiler that sees where the
/// shares lie reads one of the two, and whoever follows addresses has to ask why.
#[inline(never)]
fn chosen(opened: Wide, clear: Wide, set: Wide) -> Wide {
    Wrapping(clear.0 ^ ((clear.0 ^ set.0) & top(opened).wrapping_neg()))
}

fn top(value: Wide) -> u32 {
    value.0 >> (WIDE_BITS - 1)
}

/// What a wrap is worth after the shift: nothing that the ring still has when nothing is dropped.
fn carried(wrap: u32, shift: u32) -> u32 {
    (u64::from(wrap) << (WIDE_BITS - shift)) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    const LIMIT: i32 = 1 << RANGE_BITS;

    proptest! {
        #[test]
        fn what_is_dropped_rounds_by_the_coin_of_the_mask(
            mut values in prop::collection::vec(-LIMIT..LIMIT, 0..40),
            shifts in prop::collection::vec(0u32..=RANGE_BITS, 1..3),
            seed: u64,
        ) {
            values.extend([0, 1, -1, LIMIT - 1, -LIMIT]);
            let alice = check::wide_masks(values.len(), seed);
            let bob: Vec<Wide> =
                values.iter().zip(&alice).map(|(value, a)| Wrapping(*value as u32) - a).collect();
            let (masks, found) = check::run(
                seed,
                |dealing| Rescale::deal(dealing, values.len(), &shifts),
                |preparing| Rescale::prepare(preparing, values.len(), &shifts),
                async |rescale, online| {
                    let share = if online.party == Party::Alice { &alice } else { &bob };
                    rescale.eval(online, "open", Share::new(share.clone().into()), &shifts).await
                },
            );
            let [a, b] = found;
            for ((shift, a), b) in shifts.iter().zip(a).zip(b) {
                let found = check::signed_wide(&a.join(&b));
                for ((value, mask), found) in values.iter().zip(&masks).zip(found) {
                    let low = (1u64 << shift) - 1;
                    // The mask's and the value's low bits carry, or not.
                    let carry = (u64::from(*value as u32) & low) + (u64::from(mask.0) & low) > low;
                    prop_assert_eq!(found, (value >> shift) + i32::from(carry));
                }
            }
        }
    }

    /// The gate needs all bits of the wide ring, which has too many values to try; where bits carry, each value is
    /// tried under each mask, for every shift.
    #[test]
    fn values_where_bits_carry_are_rescaled_under_masks_where_bits_carry() {
        let edges = super::super::exhaustive::edges(WIDE_BITS);
        let fits =
            |edge: &u32| (-i64::from(LIMIT)..i64::from(LIMIT)).contains(&i64::from(*edge as i32));
        let negative = edges.iter().map(|edge| edge.wrapping_neg());
        let values: Vec<u32> = edges.iter().copied().chain(negative).filter(fits).collect();
        let (values, masks): (Vec<u32>, Vec<Wide>) = values
            .iter()
            .flat_map(|value| edges.iter().map(|mask| (*value, Wrapping(*mask))))
            .unzip();
        let shifts: Vec<u32> = (0..=RANGE_BITS).collect();
        let [alice, mask_alice] = [1, 2].map(|seed| check::wide_masks(values.len(), seed));
        let share = |party, secret: &mut dyn Iterator<Item = Wide>, alice: &[Wide]| {
            Share::new(match party {
                Party::Alice => alice.into(),
                Party::Bob => secret.zip(alice).map(|(secret, a)| secret - a).collect(),
            })
        };
        let ((), [a, b]) = check::run(
            1,
            |dealing| Rescale::deal_cases(dealing, &masks, &shifts),
            |preparing| {
                let mask = share(preparing.party, &mut masks.iter().copied(), &mask_alice);
                Ok(Rescale {
                    mask,
                    cases: Rescale::prepare_cases(preparing, values.len(), &shifts)?,
                })
            },
            async |rescale, online| {
                let values = &mut values.iter().copied().map(Wrapping);
                rescale.eval(online, "open", share(online.party, values, &alice), &shifts).await
            },
        );
        for ((shift, a), b) in shifts.iter().zip(a).zip(b) {
            let found = check::signed_wide(&a.join(&b));
            for ((value, mask), found) in values.iter().zip(&masks).zip(found) {
                // The offset that both parties know is in what carries, but not in its low bits.
                let low = (1u64 << shift) - 1;
                let carry = (u64::from(*value) & low) + (u64::from(mask.0) & low) > low;
                let expected = (*value as i32 >> shift) + i32::from(carry);
                assert_eq!(found, expected, "{value} under {mask} >> {shift}");
            }
        }
    }
}
