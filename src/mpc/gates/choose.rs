//! `y = b + d (a - b)` in `Z_2^K` for a masked bit `d`: `a` where it is set, else `b`.
//!
//! With `z = a - b` and `d = d^ + (1 - 2 d^) r_d`:
//!
//! ```text
//! [y + r_y]_b = b (b^ + d^ z^) + (1 - 2 d^) [r_d]_b z^ + [u(d^)]_b
//! u(0) = r_y - r_b - r_d r_z        u(1) = r_y - r_b - r_z + r_d r_z
//! ```
//!
//! When the result stays masked, `u(0)` is taken from the parties' streams and decides `r_y`;
//! when it is left as shares, `r_y = 0` and both cases are dealt.

use std::num::Wrapping;

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Narrow, Share};
use super::super::{Error, Party};

/// What becomes of the chosen values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// They are opened under a fresh mask.
    Masked,
    /// They stay shares.
    Shares,
}

pub(super) struct Choose {
    sign_mask: Share<Narrow>,
    cases: [Share<Narrow>; 2],
}

impl Choose {
    /// From the masks of the bits, spread over words, and of both candidates, the masks of the
    /// chosen.
    pub(super) fn deal(
        dealing: &mut Dealing,
        sign_masks: &[u32],
        a: &[Narrow],
        b: &[Narrow],
        then: Then,
    ) -> Vec<Narrow> {
        let count = a.len();
        let arithmetic: Vec<Narrow> =
            sign_masks.iter().map(|mask| Wrapping((mask & 1) as u16)).collect();
        dealing.share(&arithmetic);
        let masked = |index: usize| Wrapping((a[index] - b[index]).0 & sign_masks[index] as u16);
        let result: Vec<Narrow> = match then {
            Then::Masked => {
                let first: Vec<Narrow> = dealing.mask(count);
                (0..count).map(|index| first[index] + b[index] + masked(index)).collect()
            }
            Then::Shares => {
                let first: Vec<Narrow> =
                    (0..count).map(|index| -b[index] - masked(index)).collect();
                dealing.share(&first);
                vec![Wrapping(0); count]
            }
        };
        let second: Vec<Narrow> =
            (0..count).map(|index| result[index] - a[index] + masked(index)).collect();
        dealing.share(&second);
        result
    }

    pub(super) fn prepare(
        preparing: &mut Preparing<'_>,
        count: usize,
        then: Then,
    ) -> Result<Self, Error> {
        let sign_mask = preparing.share(count)?;
        let first = match then {
            Then::Masked => preparing.mask(count),
            Then::Shares => preparing.share(count)?,
        };
        Ok(Self { sign_mask, cases: [first, preparing.share(count)?] })
    }

    /// From the masked bits, spread over words: this party's share of the chosen values, masked or not as was prepared.
    pub(super) fn eval(
        self,
        party: Party,
        signs: &[u32],
        a: &[Narrow],
        b: &[Narrow],
    ) -> Share<Narrow> {
        let bob = u16::from(party == Party::Bob).wrapping_neg();
        let [first, second] = self.cases.each_ref().map(Share::values);
        let public = a.iter().zip(b).zip(signs);
        let shares = self.sign_mask.values().iter().zip(first).zip(second);
        // The masked signs are public, and so is every masked value.
        let share = public.zip(shares).map(|(((a, b), flipped), ((sign, first), second))| {
            let (difference, flipped) = (*a - *b, *flipped as u16);
            let signed = Wrapping((difference * sign).0 ^ flipped) - Wrapping(flipped);
            let public = *b + Wrapping(difference.0 & flipped);
            let case = Wrapping(first.0 ^ ((first.0 ^ second.0) & flipped));
            Wrapping(public.0 & bob) + signed + case
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
        fn the_masked_bit_chooses(rows: Vec<(i16, i16, bool, bool)>, seed: u64, shares: bool) {
            let column = |pick: fn(&(i16, i16, bool, bool)) -> i16| -> Vec<i16> {
                rows.iter().map(pick).collect()
            };
            let spread = |pick: fn(&(i16, i16, bool, bool)) -> bool| -> Vec<u32> {
                rows.iter().map(|row| u32::from(pick(row)).wrapping_neg()).collect()
            };
            let (a, b) = (column(|row| row.0), column(|row| row.1));
            let masks = [1, 2].map(|part| check::narrow_masks(rows.len(), seed ^ part));
            let (x, y) = (check::narrow(&a, &masks[0]), check::narrow(&b, &masks[1]));
            // The bit, and its mask.
            let (sign_masks, signs) = (spread(|row| row.3), spread(|row| row.2 ^ row.3));
            let then = if shares { Then::Shares } else { Then::Masked };
            let (result, found) = check::run(
                seed,
                |dealing| Choose::deal(dealing, &sign_masks, &masks[0], &masks[1], then),
                |preparing| Choose::prepare(preparing, rows.len(), then),
                async |choose, online| Ok(choose.eval(online.party, &signs, &x.0, &y.0)),
            );
            let joined: Vec<Narrow> =
                check::joined(found).into_iter().zip(&result).map(|(y, mask)| y - mask).collect();
            let expected: Vec<i16> =
                rows.iter().map(|(a, b, bit, _)| if *bit { *a } else { *b }).collect();
            prop_assert_eq!(check::signed(&joined), expected);
        }
    }
}
