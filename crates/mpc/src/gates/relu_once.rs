//! `y = max(z, 0)`, from `Z_2^K` back to `Z_2^32`, under a fresh mask, in one round.
//!
//! The sign and its product with the value come out of one comparison with a payload, as in Boyle,
//! Chandran, Gilboa, Gupta, Ishai, Kumar and Rathee 2021 (ePrint 2020/1392); the formulas are our own,
//! for a result in a larger ring. With `z^ = (zh, zl)`, `r_z = (rh, rl)` and `c = [zl < rl]`:
//!
//! ```text
//! zh  = rh:    z = zl - rl             not negative where c = 0
//! zh /= rh:    z = zl - rl +- 2^15     not negative where c = 1, with the upper sign
//! ```
//!
//! Hence, with the payload `(s, s rl, rh)` of `c`, where `s = 1 - 2 rh`:
//!
//! ```text
//! zh = 0:    y = zl (1 - rh - s c) - rl (1 - rh) + s rl c + 2^15 rh c
//! zh = 1:    y = zl (rh + s c)     - rl rh       - s rl c + 2^15 (rh c + s c)
//! ```
//!
//! One round, 4 bytes each way. Dealt: a comparison with a payload, and 12 bytes to bob.

use std::num::Wrapping;

use super::super::dcf::WideWord;
use super::super::dealing::Dealing;
use super::super::preparing::{Payloads, Preparing};
use super::super::ring::{Comparable, Masked, Narrow, Share, Wide};
use super::super::{Error, Party, Role};
use super::Online;
use super::plan_gate::{
    AsNarrow, AsWide, AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, PlanGate,
};
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

pub(crate) struct ReluOnce {
    payloads: Payloads<WideWord, 3>,
    /// Shares of `rh`.
    top: Share<Wide>,
    /// Shares of `rl (1 - rh)`, and of `rl rh`.
    low: [Share<Wide>; 2],
}

impl ReluOnce {
    /// From the masks of the values, the masks of the results.
    pub(crate) fn deal<N: Comparable>(dealing: &mut Dealing, masks: &[N]) -> Secret<Wide> {
        let low: Secret<u16> = masks.iter().map(|mask| mask.low()).collect();
        let each = |value: fn(u32, u32) -> u32| -> Secret<u32> {
            let parts = masks.iter().map(|mask| (mask.top_mask(), u32::from(mask.low())));
            parts.map(|(top, low)| value(top, low)).collect()
        };
        let share = |dealing: &mut Dealing, secret: &[u32]| {
            dealing.share(&secret.iter().copied().map(Wrapping).collect::<Secret<Wide>>());
        };
        // The top bit is spread over a word: as a number it is 0 or -1.
        let sign = each(|top, _| top | 1);
        let signed = each(|top, low| (low ^ top).wrapping_sub(top));
        let top = each(|top, _| top & 1);
        dealing.compare_with::<WideWord, 3>(&low, [&sign, &signed, &top]);
        share(dealing, &top);
        share(dealing, &each(|top, low| low & !top));
        share(dealing, &each(|top, low| low & top));
        dealing.mask(masks.len())
    }

    /// Also gives this party's share of the results' masks.
    pub(crate) fn prepare(
        preparing: &mut Preparing<'_>,
        count: usize,
    ) -> Result<(Self, Share<Wide>), Error> {
        let payloads = preparing.compare_with(count)?;
        let top = preparing.share(count)?;
        let low = [preparing.share(count)?, preparing.share(count)?];
        Ok((Self { payloads, top, low }, preparing.mask(count)))
    }

    pub(crate) async fn eval<M: Mailbox<Role = Role>, N: Comparable>(
        self,
        online: &mut Online<'_, M>,
        values: &Masked<N>,
        mask: &Share<Wide>,
    ) -> Result<Masked<Wide>, Error> {
        let points: Vec<u16> = values.0.iter().map(|value| value.low()).collect();
        let [sign, signed, top] = self.payloads.eval(online.party, &points, online.words);
        let bob = u32::from(online.party == Party::Bob).wrapping_neg();
        let [clear, set] = self.low.each_ref().map(Share::values);
        let public = values.0.iter().zip(&points);
        let dealt = self.top.values().iter().zip(clear).zip(set).zip(mask.values());
        let found = sign.iter().zip(signed.iter()).zip(top.iter());
        let share = public.zip(dealt).zip(found).map(|((public, dealt), found)| {
            let ((value, point), (((rh, clear), set), mask)) = (public, dealt);
            let ((sign, signed), top) = found;
            let [sign, signed, top] = [sign, signed, top].map(|word| Wrapping(*word));
            // The top bits of masked values are public.
            let high = value.top_mask();
            let low = Wrapping(u32::from(*point));
            let keep = low * (rh + sign);
            let negate = |value: Wide, by: u32| (value ^ Wrapping(by)) - Wrapping(by);
            let whole = Wrapping(low.0 & bob & !high) + negate(signed - keep, high);
            let dropped = Wrapping((clear.0 & !high) | (set.0 & high));
            let wrap = (top + Wrapping(sign.0 & high)) << (N::BITS - 1) as usize;
            whole - dropped + wrap + mask
        });
        let share = Share::new(share.collect());
        online.open("relu", &share).await
    }
}

/// A ReLU in one round, in a plan.
#[derive(Debug, Clone)]
pub(crate) struct OfPlan;

impl PlanGate for OfPlan {
    type In = AsNarrow;
    type Out = AsWide;
    type Prepared = ReluOnce;

    fn comparisons(&self, each: usize) -> usize {
        each
    }

    fn deal(&self, at: &mut AtDealer<'_>, masks: Secret<Narrow>) -> Secret<Wide> {
        ReluOnce::deal(at.dealing, &masks)
    }

    fn prepare(
        &self,
        at: &mut AtPreparing<'_, '_>,
        (): &(),
    ) -> Result<(ReluOnce, Share<Wide>), Error> {
        ReluOnce::prepare(at.preparing, at.size.values())
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        prepared: ReluOnce,
        at: &mut AtOnline<'_, '_, M>,
        values: Masked<Narrow>,
        mask: &Share<Wide>,
    ) -> Result<Masked<Wide>, Error> {
        prepared.eval(at.online, &values, mask).await
    }

    fn clear(&self, _: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        values.into_iter().map(|value| value.max(0)).collect()
    }

    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
        (at.low, at.high) = (0.0, at.high.max(0.0));
        at.magnitude()
    }

    fn limit_bits(&self) -> Option<u32> {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    proptest! {
        #[test]
        fn negative_values_become_zero(values: Vec<i16>, seed: u64) {
            let pairs =
                check::widened(values, seed, ReluOnce::deal, ReluOnce::prepare, ReluOnce::eval);
            for (value, found) in pairs {
                prop_assert_eq!(found, i32::from(value).max(0));
            }
        }
    }
}
