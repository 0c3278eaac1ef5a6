//! `y = z`, from `Z_2^K` to `Z_2^32`, under a fresh mask: for what a product reads without an
//! activation before it.
//!
//! The wrap of `z^ - r_z` depends on the sign `d` of `z` and on the top bits:
//!
//! ```text
//! y = z^ - r_z + 2^K w       w = rh (1 - zh) where d = 1,    w = -zh (1 - rh) where d = 0
//! [y + r_y]_b = b z^ + [r_y]_b + [v(d^, zh)]_b       v = 2^K w - r_z with d = d^ xor r_d
//! ```
//!
//! Two rounds: a bit, then 4 bytes each way. Dealt: a sign, 16 bytes to bob.

use std::num::Wrapping;

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Comparable, Masked, Narrow, Share, Wide};
use super::super::{Error, Party, Role};
use super::Online;
use super::plan_gate::{
    AsNarrow, AsWide, AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, PlanGate,
};
use super::sign::Sign;
use super::table::Table;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

pub(crate) struct Lift {
    sign: Sign,
    table: Table,
}

impl Lift {
    /// From the masks of the values, the masks of the results.
    pub(crate) fn deal<N: Comparable>(dealing: &mut Dealing, masks: &[N]) -> Secret<Wide> {
        let sign_masks = Sign::deal(dealing, masks).masks();
        Table::deal(dealing, masks.len(), |index, sign, top_bit| {
            let mask = masks[index];
            let positive = u32::from(sign) ^ (sign_masks[index] & 1);
            // The mask's bit stays a word: of a bool the compiler may make a jump.
            let top = mask.top_mask();
            let up = positive & top & u32::from(!top_bit);
            let down = (positive ^ 1) & !top & u32::from(top_bit);
            Wrapping(up << N::BITS) - Wrapping(down << N::BITS) - Wrapping(mask.lift())
        });
        dealing.mask(masks.len())
    }

    /// Also gives this party's share of the results' masks.
    pub(crate) fn prepare(
        preparing: &mut Preparing<'_>,
        count: usize,
    ) -> Result<(Self, Share<Wide>), Error> {
        let sign = Sign::prepare(preparing, count)?;
        let table = Table::prepare(preparing, count)?;
        Ok((Self { sign, table }, preparing.mask(count)))
    }

    pub(crate) async fn eval<M: Mailbox<Role = Role>, N: Comparable>(
        self,
        online: &mut Online<'_, M>,
        values: &Masked<N>,
        mask: &Share<Wide>,
    ) -> Result<Masked<Wide>, Error> {
        let Self { sign, table } = self;
        let signs = sign.eval(online, "sign", &values.0).await?;
        let bob = u32::from(online.party == Party::Bob).wrapping_neg();
        let cases = table.pick(&signs.masks(), |index| values.0[index].top_mask());
        let shares = mask.values().iter().zip(&cases);
        let share = values
            .0
            .iter()
            .zip(shares)
            .map(|(value, (mask, case))| Wrapping(value.lift() & bob) + case + mask);
        let share = Share::new(share.collect());
        online.open("lift", &share).await
    }
}

/// A lift, in a plan.
#[derive(Debug, Clone)]
pub(crate) struct OfPlan;

impl PlanGate for OfPlan {
    type In = AsNarrow;
    type Out = AsWide;
    type Prepared = Lift;

    fn comparisons(&self, each: usize) -> usize {
        each
    }

    fn deal(&self, at: &mut AtDealer<'_>, masks: Secret<Narrow>) -> Secret<Wide> {
        Lift::deal(at.dealing, &masks)
    }

    fn prepare(&self, at: &mut AtPreparing<'_, '_>, (): &()) -> Result<(Lift, Share<Wide>), Error> {
        Lift::prepare(at.preparing, at.size.values())
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        prepared: Lift,
        at: &mut AtOnline<'_, '_, M>,
        values: Masked<Narrow>,
        mask: &Share<Wide>,
    ) -> Result<Masked<Wide>, Error> {
        prepared.eval(at.online, &values, mask).await
    }

    fn clear(&self, _: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        values
    }

    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
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
        fn a_lifted_value_is_the_same_number(values: Vec<i16>, seed: u64) {
            let pairs = check::widened(values, seed, Lift::deal, Lift::prepare, Lift::eval);
            for (value, found) in pairs {
                prop_assert_eq!(found, i32::from(value));
            }
        }
    }
}
