//! Ways to cut the training digits into shards, one shard a worker.
//!
//! The digits of every label lie in a list whose order is random and fixed (see
//! [`layout`](super::layout)). A shard is a contiguous range of each of the ten lists, so
//! that a tab downloads little more than the digits it trains on, and everybody who knows
//! the seed can name every shard without having a single digit.
//!
//! A new partitioner is one file here and one line in [`ALL`].

mod iid;

use super::{CLASSES, Error};
pub use iid::Iid;

/// Every partitioner; the first is the usual one.
pub const ALL: [&dyn Partitioner; 1] = [&Iid];

/// The partitioner called `name`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Partitioner> {
    ALL.into_iter().find(|known| known.name() == name)
}

/// The names of all partitioners.
#[must_use]
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|known| known.name()).collect()
}

/// A way to cut digits into shards.
///
/// Every implementation keeps three promises: no digit is in two shards, every digit is in
/// one, and the same arguments give the same shards on every machine.
pub trait Partitioner: Sync {
    /// What the URL calls it.
    fn name(&self) -> &'static str;

    /// Cuts digits, `counts[label]` of each label, into `shards` shards. A `seed` gives
    /// the same shards on every machine.
    ///
    /// # Errors
    /// [`Error::Shards`] when there are none to make, or more than digits.
    fn partition(
        &self,
        counts: &[u32; CLASSES],
        shards: u32,
        seed: u64,
    ) -> Result<Vec<Shard>, Error>;
}

/// A range of a label's list. One that runs over the list's end goes on at its beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LabelRange {
    /// The first digit's place in the list.
    pub start: u32,
    /// Digits in the range.
    pub len: u32,
}

impl LabelRange {
    /// The range's places in a list of `count` digits, in order; none twice.
    pub fn places(self, count: u32) -> impl Iterator<Item = u32> {
        let start = u64::from(self.start);
        (0..self.len.min(count)).map(move |step| {
            // Below `count`, which is a u32.
            ((start + u64::from(step)) % u64::from(count)) as u32
        })
    }
}

/// One worker's share of the training digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shard {
    /// The range of each label's list.
    pub ranges: [LabelRange; CLASSES],
}

impl Shard {
    /// Digits in the shard.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.iter().map(|range| range.len as usize).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many digits there are of each label.
    #[must_use]
    pub fn histogram(&self) -> [u32; CLASSES] {
        self.ranges.map(|range| range.len)
    }
}

/// The number of digits in `counts`, when it can be cut into `shards` shards.
fn check(counts: &[u32; CLASSES], shards: u32) -> Result<u32, Error> {
    let digits = counts.iter().fold(0u32, |sum, &count| sum.saturating_add(count));
    Error::limit("digits to cut", digits as usize, super::DIGITS_MAX)?;
    if shards == 0 || shards > digits {
        return Err(Error::Shards { shards, digits });
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_find_their_partitioner() {
        for name in names() {
            assert_eq!(by_name(name).unwrap().name(), name);
        }
        assert!(by_name("unknown").is_none());
    }

    #[test]
    fn a_range_goes_on_at_the_beginning() {
        let range = LabelRange { start: 3, len: 4 };
        assert!(range.places(5).eq([3, 4, 0, 1]));
        assert_eq!(range.places(0).count(), 0);
        let huge = LabelRange { start: u32::MAX, len: u32::MAX };
        assert!(huge.places(2).eq([1, 0]));
    }

    proptest! {
        #[test]
        fn every_digit_is_in_exactly_one_shard(
            counts in prop::array::uniform10(0u32..60),
            shards in 0u32..40,
            seed: u64,
        ) {
            for partitioner in ALL {
                let Ok(cut) = partitioner.partition(&counts, shards, seed) else {
                    prop_assert!(shards == 0 || counts.iter().sum::<u32>() < shards);
                    continue;
                };
                prop_assert_eq!(cut.len(), shards as usize);
                let mut taken = counts.map(|count| vec![0; count as usize]);
                for shard in &cut {
                    for (label, range) in shard.ranges.iter().enumerate() {
                        let places = range.places(counts[label]);
                        places.for_each(|place| taken[label][place as usize] += 1);
                    }
                }
                prop_assert!(taken.iter().flatten().all(|&times| times == 1));
                prop_assert_eq!(cut, partitioner.partition(&counts, shards, seed).unwrap());
            }
        }
    }
}
