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

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Comparable, Share};
use super::super::{Error, Party};
use super::table::select;
use sotto_core::secret::Secret;

/// What becomes of the chosen values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// They are opened under a fresh mask.
    Masked,
    /// They stay shares.
    Shares,
}

pub(super) struct Choose<N: Comparable> {
    sign_mask: Share<N>,
    cases: [Share<N>; 2],
}

impl<N: Comparable> Choose<N> {
    /// From the masks of the bits, spread over words, and of both candidates, the masks of the
    /// chosen.
    pub(super) fn deal(
        dealing: &mut Dealing,
        sign_masks: &[u32],
        a: &[N],
        b: &[N],
        then: Then,
    ) -> Secret<N> {
        let count = a.len();
        let arithmetic: Secret<N> = sign_masks.iter().map(|mask| N::cut(mask & 1)).collect();
        dealing.share(&arithmetic);
        let masked = |index: usize| (a[index] - b[index]).and(sign_masks[index]);
        let result: Secret<N> = match then {
            Then::Masked => {
                let first: Secret<N> = dealing.mask(count);
                (0..count).map(|index| first[index] + b[index] + masked(index)).collect()
            }
            Then::Shares => {
                let zero = N::cut(0);
                let first: Secret<N> =
                    (0..count).map(|index| zero - b[index] - masked(index)).collect();
                dealing.share(&first);
                Secret::zeros(count)
            }
        };
        let second: Secret<N> =
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
    pub(super) fn eval(self, party: Party, signs: &[u32], a: &[N], b: &[N]) -> Share<N> {
        let bob = u32::from(party == Party::Bob).wrapping_neg();
        let [first, second] = self.cases.each_ref().map(Share::values);
        let public = a.iter().zip(b).zip(signs);
        let shares = self.sign_mask.values().iter().zip(first).zip(second);
        // The masked signs are public, and so is every masked value.
        let share = public.zip(shares).map(|(((a, b), flipped), ((sign, first), second))| {
            let difference = *a - *b;
            let signed = difference.times(*sign).negate(*flipped);
            let public = *b + difference.and(*flipped);
            let case = N::cut(select(first.lift(), second.lift(), *flipped));
            public.and(bob) + signed + case
        });
        Share::new(share.collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::ring::Narrow;
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
