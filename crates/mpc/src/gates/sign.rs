//! Is a narrow value not negative? The question behind every non-linear gate.
//!
//! With the top bit and the `m = K - 1` low bits of `z^ = (zh, zl)` and `r_z = (rh, rl)`, the
//! sign of `z = z^ - r_z` is that of a subtraction with borrow:
//!
//! ```text
//! d = [z >= 0] = 1 xor zh xor rh xor [zl < rl]
//! ```
//!
//! The comparison is a point function at `rl` (`dpf`; Boyle, Gilboa and Ishai 2019, section
//! 4). The mask of `d` takes up what the dealer alone knows: with bits `a` and `b` from the
//! parties' streams, `r_d = a xor b xor rh xor 1`, so that the parties open
//!
//! ```text
//! d^ = d xor r_d = zh xor [zl < rl]_0 xor [zl < rl]_1 xor a xor b
//! ```
//!
//! One round, a bit each way; dealt: the point function's key.

use super::super::bits::Bits;
use super::super::dealing::Dealing;
use super::super::preparing::{Comparison, Preparing};
use super::super::ring::Comparable;
use super::super::{Error, Party, Role};
use super::Online;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

pub(super) struct Sign {
    comparison: Comparison,
    mask: Bits,
    count: usize,
}

impl Sign {
    /// From the masks of the values, the masks of their signs.
    pub(super) fn deal<N: Comparable>(dealing: &mut Dealing, masks: &[N]) -> Bits {
        let low: Secret<u16> = masks.iter().map(|mask| mask.low()).collect();
        dealing.compare(&low);
        let fresh = dealing.mask_bits(masks.len());
        fresh.xor(&Bits::of(masks, |mask| !mask.top()))
    }

    pub(super) fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Result<Self, Error> {
        let comparison = preparing.compare(count)?;
        Ok(Self { comparison, mask: preparing.mask_bits(count), count })
    }

    /// The masked signs: set where the value is not negative, xor the mask.
    pub(super) async fn eval<M: Mailbox<Role = Role>, N: Comparable>(
        self,
        online: &mut Online<'_, M>,
        step: &str,
        values: &[N],
    ) -> Result<Bits, Error> {
        let low: Vec<u16> = values.iter().map(|value| value.low()).collect();
        let less = self.comparison.eval(online.party, &low, online.words);
        let mut share = less.xor(&self.mask);
        if online.party == Party::Bob {
            share = share.xor(&Bits::of(values, N::top));
        }
        online.open_bits(step, share, self.count).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    proptest! {
        #[test]
        fn a_sign_is_whether_a_value_is_not_negative(values: Vec<i16>, seed: u64) {
            let masks = check::narrow_masks(values.len(), seed);
            let masked = check::narrow(&values, &masks);
            let (sign_masks, signs) = check::run(
                seed,
                |dealing| Sign::deal(dealing, &masks),
                |preparing| Sign::prepare(preparing, values.len()),
                async |sign, online| sign.eval(online, "sign", &masked.0).await,
            );
            prop_assert_eq!(&signs[0], &signs[1]);
            let found = signs[0].clone().xor(&sign_masks);
            prop_assert!(found.iter().eq(values.iter().map(|value| *value >= 0)));
        }
    }
}
