//! `y = d g` for a ReLU's sign `d`, which is still there under its mask, and a value `g` that came later: the
//! gradient goes back where the value was not negative.
//!
//! With `d = d^ + (1 - 2 d^) r_d` and `g = g^ - r_g`:
//!
//! ```text
//! [y]_b = b d^ g^ + (1 - 2 d^) [r_d]_b g^ + [u(d^)]_b
//! u(0) = -r_d r_g          u(1) = r_d r_g - r_g
//! ```
//!
//! No round: the comparison was paid for on the way forward. Dealt: 8 bytes to bob.

use std::num::Wrapping;

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Masked, Share, Wide};
use super::super::{Error, Party};
use sotto_core::secret::Secret;

/// A sign that was compared before, as a party has it.
pub(crate) struct Signs {
    /// `d^`, spread over a word.
    pub(super) masked: Secret<u32>,
    /// This party's share of `r_d`, as a number.
    pub(super) mask: Share<Wide>,
}

pub(crate) struct Keep {
    cases: [Share<Wide>; 2],
}

impl Keep {
    /// From the masks of the signs, spread over words, and of the values.
    pub(crate) fn deal(dealing: &mut Dealing, signs: &[u32], values: &[Wide]) {
        let kept = |(sign, value): (&u32, &Wide)| Wrapping(value.0 & sign);
        let pairs = || signs.iter().zip(values);
        dealing.share(&pairs().map(|pair| -kept(pair)).collect::<Secret<Wide>>());
        dealing.share(&pairs().map(|pair| kept(pair) - *pair.1).collect::<Secret<Wide>>());
    }

    pub(crate) fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Result<Self, Error> {
        Ok(Self { cases: [preparing.share(count)?, preparing.share(count)?] })
    }

    pub(crate) fn eval(self, party: Party, signs: &Signs, values: &Masked<Wide>) -> Share<Wide> {
        let bob = u32::from(party == Party::Bob).wrapping_neg();
        let [clear, set] = self.cases.each_ref().map(Share::values);
        let public = values.0.iter().zip(&signs.masked);
        let shares = signs.mask.values().iter().zip(clear).zip(set);
        let share = public.zip(shares).map(|((value, flipped), ((sign, clear), set))| {
            let signed = Wrapping((*value * sign).0 ^ flipped) - Wrapping(*flipped);
            let case = clear.0 ^ ((clear.0 ^ set.0) & flipped);
            Wrapping(value.0 & flipped & bob) + signed + Wrapping(case)
        });
        Share::new(share.collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    proptest! {
        #[test]
        fn a_value_is_kept_where_its_sign_is_set(rows: Vec<(i32, bool, bool)>, seed: u64) {
            let spread = |pick: fn(&(i32, bool, bool)) -> bool| -> Vec<u32> {
                rows.iter().map(|row| u32::from(pick(row)).wrapping_neg()).collect()
            };
            let values: Vec<i32> = rows.iter().map(|row| row.0).collect();
            let masks = check::wide_masks(rows.len(), seed);
            let masked = check::wide(&values, &masks);
            let (sign_masks, signs) = (spread(|row| row.2), spread(|row| row.1 ^ row.2));
            let ((), shares) = check::run(
                seed,
                |dealing| Keep::deal(dealing, &sign_masks, &masks),
                |preparing| Keep::prepare(preparing, rows.len()),
                async |keep, online| {
                    // Alice holds all of the signs' masks.
                    let mask = sign_masks.iter().map(|mask| match online.party {
                        Party::Alice => Wrapping(mask & 1),
                        Party::Bob => Wrapping(0),
                    });
                    let signs = Signs { masked: signs.clone().into(), mask: Share::new(mask.collect()) };
                    Ok(keep.eval(online.party, &signs, &masked))
                },
            );
            let found = check::signed_wide(&check::joined(shares));
            let expected: Vec<i32> =
                rows.iter().map(|(value, kept, _)| if *kept { *value } else { 0 }).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
