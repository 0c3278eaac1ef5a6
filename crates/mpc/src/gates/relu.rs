//! `y = max(z, 0)`, from `Z_2^K` back to `Z_2^32`, under a fresh mask.
//!
//! `y = d z` with the sign `d = d^ + (1 - 2 d^) r_d`. Where `d = 1`, `z` is not negative, so
//! the wrap of `z^ - r_z` in `Z_2^K` is known from the top bits `zh` and `rh` alone:
//!
//! ```text
//! z = z^ - R(zh)         R(zh) = r_z - 2^K rh (1 - zh)       in Z_2^32
//! ```
//!
//! and where `d = 0` the product is zero whatever `R` is. Hence
//!
//! ```text
//! [y + r_y]_b = b d^ z^ + (1 - 2 d^) [r_d]_b z^ + [r_y]_b + [v(d^, zh)]_b
//! v(0, zh) = -r_d R(zh)        v(1, zh) = -R(zh) + r_d R(zh)
//! ```
//!
//! Two rounds: a bit, then 4 bytes each way. Dealt: a sign, 20 bytes to bob.

use std::num::Wrapping;

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Comparable, Masked, Narrow, Share, Wide};
use super::super::{Error, Party, Role};
use super::Online;
use super::keep::Signs;
use super::plan_gate::{
    AsNarrow, AsWide, AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, PlanGate,
};
use super::sign::Sign;
use super::table::Table;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

pub(crate) struct Relu {
    sign: Sign,
    sign_mask: Share<Wide>,
    table: Table,
}

impl Relu {
    /// From the masks of the values, the masks of the results.
    pub(crate) fn deal<N: Comparable>(dealing: &mut Dealing, masks: &[N]) -> Secret<Wide> {
        Self::deal_signs(dealing, masks).0
    }

    /// Also gives the masks of the signs, spread over words.
    pub(crate) fn deal_signs<N: Comparable>(
        dealing: &mut Dealing,
        masks: &[N],
    ) -> (Secret<Wide>, Secret<u32>) {
        let sign_masks = Sign::deal(dealing, masks);
        let sign_masks = sign_masks.masks();
        let arithmetic: Secret<Wide> = sign_masks.iter().map(|mask| Wrapping(mask & 1)).collect();
        dealing.share(&arithmetic);
        Table::deal(dealing, masks.len(), |index, sign, top_bit| {
            let mask = masks[index];
            // The mask's bit stays a word: of a bool the compiler has made a jump here.
            let wrap = (mask.top_mask() & u32::from(!top_bit)) << N::BITS;
            let lifted = Wrapping(mask.lift()) - Wrapping(wrap);
            // All ones where the sign that the case assumes makes d = 1.
            let masked = Wrapping(lifted.0 & sign_masks[index]);
            if sign { masked - lifted } else { -masked }
        });
        (dealing.mask(masks.len()), sign_masks)
    }

    /// Also gives this party's share of the results' masks.
    pub(crate) fn prepare(
        preparing: &mut Preparing<'_>,
        count: usize,
    ) -> Result<(Self, Share<Wide>), Error> {
        let sign = Sign::prepare(preparing, count)?;
        let sign_mask = preparing.share(count)?;
        let table = Table::prepare(preparing, count)?;
        Ok((Self { sign, sign_mask, table }, preparing.mask(count)))
    }

    pub(crate) async fn eval<M: Mailbox<Role = Role>, N: Comparable>(
        self,
        online: &mut Online<'_, M>,
        values: &Masked<N>,
        mask: &Share<Wide>,
    ) -> Result<Masked<Wide>, Error> {
        Ok(self.eval_signs(online, values, mask).await?.0)
    }

    /// Also gives the signs, for the way back.
    pub(crate) async fn eval_signs<M: Mailbox<Role = Role>, N: Comparable>(
        self,
        online: &mut Online<'_, M>,
        values: &Masked<N>,
        mask: &Share<Wide>,
    ) -> Result<(Masked<Wide>, Signs), Error> {
        let Self { sign, sign_mask, table } = self;
        let signs = sign.eval(online, "sign", &values.0).await?;
        let bob = u32::from(online.party == Party::Bob).wrapping_neg();
        // These are masked, and so public to the parties.
        let signs = signs.masks();
        let cases = table.pick(&signs, |index| values.0[index].top_mask());
        let public = values.0.iter().zip(&signs);
        let shares = sign_mask.values().iter().zip(mask.values()).zip(&cases);
        let share = public.zip(shares).map(|((value, flipped), ((sign, mask), case))| {
            let wide = Wrapping(value.lift());
            let signed = Wrapping((wide * sign).0 ^ flipped) - Wrapping(*flipped);
            Wrapping(wide.0 & flipped & bob) + signed + case + mask
        });
        let share = Share::new(share.collect());
        let opened = online.open("select", &share).await?;
        Ok((opened, Signs { masked: signs, mask: sign_mask }))
    }
}

/// A ReLU in two rounds, in a plan.
#[derive(Debug, Clone)]
pub(crate) struct OfPlan;

impl PlanGate for OfPlan {
    type In = AsNarrow;
    type Out = AsWide;
    type Prepared = Relu;

    fn comparisons(&self, each: usize) -> usize {
        each
    }

    fn deal(&self, at: &mut AtDealer<'_>, masks: Secret<Narrow>) -> Secret<Wide> {
        Relu::deal(at.dealing, &masks)
    }

    fn prepare(&self, at: &mut AtPreparing<'_, '_>, (): &()) -> Result<(Relu, Share<Wide>), Error> {
        Relu::prepare(at.preparing, at.size.values())
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        prepared: Relu,
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
            let pairs = check::widened(values, seed, Relu::deal, Relu::prepare, Relu::eval);
            for (value, found) in pairs {
                prop_assert_eq!(found, i32::from(value).max(0));
            }
        }
    }
}
