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

use std::num::Wrapping;

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Masked, Narrow, Share, Wide};
use super::super::{Error, Role};
use super::Online;
use crate::wire::Mailbox;

pub(crate) struct Truncate {
    mask: Share<Wide>,
}

impl Truncate {
    /// The masks under which the values are opened.
    pub(crate) fn deal(dealing: &mut Dealing, count: usize) -> Vec<Wide> {
        dealing.mask(count)
    }

    pub(crate) fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Self {
        Self { mask: preparing.mask(count) }
    }

    pub(crate) async fn eval<M: Mailbox<Role = Role>>(
        self,
        online: &mut Online<'_, M>,
        share: Share<Wide>,
        shift: u32,
    ) -> Result<Masked<Narrow>, Error> {
        let opened = online.open("open", &share.plus(&self.mask)).await?;
        Ok(Masked(narrowed(&opened.0, shift)))
    }
}

/// Drops the low `shift` bits and all but K of the rest: of masked values and of masks alike.
pub(crate) fn narrowed(values: &[Wide], shift: u32) -> Vec<Narrow> {
    values.iter().map(|value| Wrapping((value.0 >> shift) as u16)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
                |dealing| narrowed(&Truncate::deal(dealing, values.len()), shift),
                |preparing| Ok(Truncate::prepare(preparing, values.len())),
                async |truncate, online| {
                    let share = match online.party {
                        super::super::super::Party::Alice => alice.clone(),
                        super::super::super::Party::Bob => bob.clone(),
                    };
                    truncate.eval(online, Share::new(share), shift).await
                },
            );
            let found = check::signed(&check::unmask(found, &masks));
            for (found, value) in found.into_iter().zip(values) {
                let floor = (value >> shift) as i16;
                prop_assert!(found == floor || found == floor + 1, "{} >> {} is {}", value, shift, found);
            }
        }
    }
}
