//! A secret that depends on two public bits: the dealer shares all four cases, a party
//! takes the one that the masked values name.

use std::num::Wrapping;

use super::super::Error;
use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Share, Wide};
use sotto_core::secret::Secret;

pub(super) struct Table {
    cases: [Share<Wide>; 4],
}

impl Table {
    /// Shares `case(index, sign, top)` for every index and both values of both bits.
    pub(super) fn deal(
        dealing: &mut Dealing,
        count: usize,
        case: impl Fn(usize, bool, bool) -> Wide,
    ) {
        for (sign, top) in CASES {
            let values: Secret<Wide> = (0..count).map(|index| case(index, sign, top)).collect();
            dealing.share(&values);
        }
    }

    pub(super) fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Result<Self, Error> {
        let mut case = || preparing.share(count);
        Ok(Self { cases: [case()?, case()?, case()?, case()?] })
    }

    /// This party's shares of the cases that two public bits name, given as masks.
    pub(super) fn pick(&self, signs: &[u32], tops: impl Fn(usize) -> u32) -> Secret<Wide> {
        let [a, b, c, d] = self.cases.each_ref().map(Share::values);
        let cases = a.iter().zip(b).zip(c).zip(d).zip(signs).enumerate();
        cases
            .map(|(index, ((((a, b), c), d), sign))| {
                let low = select(a.0, b.0, *sign);
                let high = select(c.0, d.0, *sign);
                Wrapping(select(low, high, tops(index)))
            })
            .collect()
    }
}

/// `b` where the mask is all ones, `a` where it is zero.
pub(super) fn select(a: u32, b: u32, mask: u32) -> u32 {
    a ^ ((a ^ b) & mask)
}

/// The sign's masked bit and the top bit, in the order of the cases.
const CASES: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    proptest! {
        #[test]
        fn the_named_case_is_taken(bits: Vec<(bool, bool)>, seed: u64) {
            let case = |index: usize, sign: bool, top: bool| {
                Wrapping(4 * index as u32 + 2 * u32::from(sign) + u32::from(top))
            };
            let mask = |bit: bool| u32::from(bit).wrapping_neg();
            let signs: Vec<u32> = bits.iter().map(|(sign, _)| mask(*sign)).collect();
            let ((), shares) = check::run(
                seed,
                |dealing| Table::deal(dealing, bits.len(), case),
                |preparing| Table::prepare(preparing, bits.len()),
                async |table, _| Ok(Share::new(table.pick(&signs, |index| mask(bits[index].1)))),
            );
            let expected = bits.iter().enumerate().map(|(index, (sign, top))| case(index, *sign, *top));
            prop_assert!(check::joined(shares).iter().copied().eq(expected));
        }
    }
}
