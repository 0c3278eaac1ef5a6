//! Drops the low bits of a product: from shares in `Z_2^32` to masked values in `Z_2^K`.
//!
//! The parties open `y^ = y + r_y`; then everybody shifts what he knows:
//!
//! ```text
//! z^ = y^ >> s mod 2^K            r_z = r_y >> s mod 2^K
//! z  = z^ - r_z = floor(y / 2^s) + c         P(c = 1) = (y mod 2^s) / 2^s
//! ```
//!
//! for `y^ = y + r_y` carries out of its low `s` bits with that probability over `r_y`. It is
//! exact modulo 2^K as long as `|z| < 2^(K-1)`; what does not fit has its sign flipped in
//! silence, so the owner looks at every model's `range`. (SecureML, Mohassel and Zhang 2017,
//! section 4.1, truncates shares alike; on masked values a wrap modulo 2^32 cannot happen.)
//!
//! One round, 4 bytes each way; nothing is dealt.

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Comparable, Masked, Share, Wide};
use super::super::ring::{NARROW_BITS, Narrow};
use super::super::{Error, Role};
use super::Online;
use super::plan_gate::{
    AsNarrow, AsShares, AsWide, AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, PlanGate,
    ValueKind,
};
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

pub(crate) struct Truncate {
    mask: Share<Wide>,
}

impl Truncate {
    /// The masks under which the values are opened.
    pub(crate) fn deal(dealing: &mut Dealing, count: usize) -> Secret<Wide> {
        dealing.mask(count)
    }

    pub(crate) fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Self {
        Self { mask: preparing.mask(count) }
    }

    pub(crate) async fn eval<M: Mailbox<Role = Role>, N: Comparable>(
        self,
        online: &mut Online<'_, M>,
        share: Share<Wide>,
        shift: u32,
    ) -> Result<Masked<N>, Error> {
        let opened = online.open("open", &share.plus(&self.mask)).await?;
        Ok(Masked(narrowed(&opened.0, shift).collect()))
    }
}

/// Drops the low `shift` bits and all but K of the rest: of masked values and of masks alike.
pub(crate) fn narrowed<N: Comparable>(values: &[Wide], shift: u32) -> impl Iterator<Item = N> {
    values.iter().map(move |value| N::cut(value.0 >> shift))
}

/// Of shares, which are opened, in a plan: drops so many bits.
#[derive(Debug, Clone)]
pub(crate) struct Opened(pub(crate) u32);

impl PlanGate for Opened {
    type In = AsShares;
    type Out = AsNarrow;
    type Prepared = Truncate;

    fn comparisons(&self, _: usize) -> usize {
        0
    }

    fn deal(&self, at: &mut AtDealer<'_>, (): ()) -> Secret<Narrow> {
        let masks = Truncate::deal(at.dealing, at.size.values());
        (at.truncated)(&masks);
        narrowed(&masks, self.0).collect()
    }

    fn prepare(&self, at: &mut AtPreparing<'_, '_>, (): &()) -> Result<(Truncate, ()), Error> {
        Ok((Truncate::prepare(at.preparing, at.size.values()), ()))
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        prepared: Truncate,
        at: &mut AtOnline<'_, '_, M>,
        share: Share<Wide>,
        (): &(),
    ) -> Result<Masked<Narrow>, Error> {
        prepared.eval(at.online, share, self.0).await
    }

    fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        cut(self.0, at, &values)
    }

    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
        shrunk(self.0, at)
    }

    fn limit_bits(&self) -> Option<u32> {
        Some(NARROW_BITS - 1)
    }
}

/// Of masked values, each party by itself, in a plan: drops so many bits.
#[derive(Debug, Clone)]
pub(crate) struct Local(pub(crate) u32);

impl PlanGate for Local {
    type In = AsWide;
    type Out = AsNarrow;
    type Prepared = ();

    fn comparisons(&self, _: usize) -> usize {
        0
    }

    fn deal(&self, at: &mut AtDealer<'_>, masks: Secret<Wide>) -> Secret<Narrow> {
        (at.truncated)(&masks);
        narrowed(&masks, self.0).collect()
    }

    fn prepare(&self, _: &mut AtPreparing<'_, '_>, _: &Share<Wide>) -> Result<((), ()), Error> {
        Ok(((), ()))
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        (): (),
        _: &mut AtOnline<'_, '_, M>,
        values: Masked<Wide>,
        (): &(),
    ) -> Result<Masked<Narrow>, Error> {
        Ok(Masked(narrowed(&values.0, self.0).collect()))
    }

    fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        cut(self.0, at, &values)
    }

    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
        shrunk(self.0, at)
    }

    fn limit_bits(&self) -> Option<u32> {
        Some(NARROW_BITS - 1)
    }
}

/// As the oracle rounds.
fn cut(shift: u32, at: &mut AtOracle<'_>, values: &[i64]) -> Vec<i64> {
    let values = (at.round)(values, shift);
    (at.watch)(ValueKind::Narrow, &values);
    values.into_iter().map(|value| i64::from(value as i16)).collect()
}

fn shrunk(shift: u32, at: &mut AtBounds<'_>) -> f64 {
    let unit = f64::from(1u32 << shift);
    (at.low, at.high) = (libm::floor(at.low / unit), libm::floor(at.high / unit) + 1.0);
    at.magnitude()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::num::Wrapping;

    use super::super::super::Party;
    use super::super::super::ring::Narrow;
    use super::super::check;
    use super::*;

    proptest! {
        #[test]
        fn what_is_dropped_rounds_up_or_down(
            values in prop::collection::vec(-(1i32 << 22)..1 << 22, 0..40), shift in 8u32..12, seed: u64,
        ) {
            let shares = [check::wide_masks(values.len(), seed), Vec::new()];
            let alice = shares[0].clone();
            let bob: Vec<Wide> =
                values.iter().zip(&alice).map(|(value, a)| Wrapping(*value as u32) - a).collect();
            let (masks, found) = check::run(
                seed,
                |dealing| -> Vec<Narrow> { narrowed(&Truncate::deal(dealing, values.len()), shift).collect() },
                |preparing| Ok(Truncate::prepare(preparing, values.len())),
                async |truncate, online| {
                    let share = match online.party {
                        Party::Alice => alice.clone(),
                        Party::Bob => bob.clone(),
                    };
                    truncate.eval(online, Share::new(share.into()), shift).await
                },
            );
            let found = check::signed(&check::unmask(found, &masks));
            for (found, value) in found.into_iter().zip(values) {
                let floor = (value >> shift) as i16;
                prop_assert!(found == floor || found == floor + 1, "{} >> {} is {}", value, shift, found);
            }
        }
    }

    /// All values and all masks, as far as bits count: those that are dropped, and those of a small ring. What is above
    /// them, random here, is cut off.
    #[test]
    fn every_value_is_truncated_under_every_mask() {
        for shift in [1, 3] {
            let bits = shift + u8::BITS;
            let count = 1usize << (2 * bits);
            let below = |word: u32, low: usize| word << bits | low as u32 & ((1 << bits) - 1);
            let [high, mask_high, alice, mask_alice] =
                [1, 2, 3, 4].map(|seed| check::wide_masks(count, seed));
            let values: Vec<u32> = (0..count).map(|case| below(high[case].0, case)).collect();
            let masks: Vec<u32> =
                (0..count).map(|case| below(mask_high[case].0, case >> bits)).collect();
            // Alice's shares are random, bob's are what is left.
            let share = |party, secret: &[u32], alice: &[Wide]| -> Share<Wide> {
                let rest = secret.iter().zip(alice).map(|(secret, a)| Wrapping(*secret) - a);
                Share::new(match party {
                    Party::Alice => alice.into(),
                    Party::Bob => rest.collect(),
                })
            };
            let ((), [found, same]) = check::run(
                1,
                |_| (),
                |preparing| Ok(Truncate { mask: share(preparing.party, &masks, &mask_alice) }),
                async |truncate, online| {
                    truncate.eval(online, share(online.party, &values, &alice), shift).await
                },
            );
            let found: Masked<Wrapping<u8>> = found;
            assert_eq!(found, same);
            let low = (1 << shift) - 1;
            for ((value, mask), found) in values.iter().zip(&masks).zip(&found.0) {
                let found = found - Wrapping((mask >> shift) as u8);
                let carry = u32::from((value & low) + (mask & low) > low);
                assert_eq!(found.0, ((value >> shift) + carry) as u8, "{value} under {mask}");
            }
        }
    }
}
