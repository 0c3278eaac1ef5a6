//! A secret that depends on two public bits: the dealer shares all four cases, a party
//! takes the one that the masked values name.

use super::super::Error;
use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Share, Wide};

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
            let values: Vec<Wide> = (0..count).map(|index| case(index, sign, top)).collect();
            dealing.share(&values);
        }
    }

    pub(super) fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Result<Self, Error> {
        let mut case = || preparing.share(count);
        Ok(Self { cases: [case()?, case()?, case()?, case()?] })
    }

    /// This party's share of the case of two public bits.
    pub(super) fn get(&self, index: usize, sign: bool, top: bool) -> Wide {
        self.cases[usize::from(sign) + 2 * usize::from(top)].values()[index]
    }
}

/// The sign's masked bit and the top bit, in the order of the cases.
const CASES: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];
