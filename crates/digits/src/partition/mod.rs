//! Ways to cut the training digits into shards, one shard a worker.
//!
//! The digits of every label lie in a list whose order is random and fixed (see
//! [`layout`](super::layout)). A shard is a contiguous range of each of the ten lists, so
//! that a tab downloads little more than the digits it trains on, and everybody who knows
//! the seed can name every shard without having a single digit.
//!
//! | partition | a worker has |
//! |---|---|
//! | `iid` | a random part of all digits |
//! | `sorted:k` | k pieces of the digits sorted by label |
//! | `dirichlet:alpha` | of each label a part of its own; the smaller alpha, the more unequal |
//! | `labels:k` | digits of k labels |
//! | `quantity:alpha` | all labels alike, and more or fewer digits by a power law |
//! | `ranges` | digits 0 to 3, 4 to 6, or 7 to 9 |
//! | `missing:label` | a random part of all digits, but the first worker has none of a label |
//!
//! Because the lists are in random order, which digits a shard takes of a label is settled by
//! how many it takes. So a partitioner decides counts alone, and [`cut`] lays out the ranges.
//! A new partitioner is one file here and one line in [`KINDS`].
//!
//! The digits are cut for so many shards, whoever comes: ten workers of twenty shards train on half of the digits,
//! and nobody's label counts change because another joins. The label counts of every worker are therefore public. The
//! page draws them without asking anybody, and with the confusion matrix of the global model they say how well it
//! serves each worker.

mod counts;
mod dirichlet;
mod iid;
mod labels;
mod missing;
mod quantity;
mod ranges;
mod sorted;

use super::{CLASSES, Error};
use sotto_core::seeded::Stream;

pub use counts::Counts;
pub use dirichlet::Dirichlet;
pub use iid::Iid;
pub use labels::Labels;
pub use missing::Missing;
pub use quantity::Quantity;
pub use ranges::Ranges;
pub use sorted::Sorted;

/// Every kind of partitioner; the first is the usual one.
pub const KINDS: [PartitionerKind; 7] = [
    iid::KIND,
    sorted::KIND,
    dirichlet::KIND,
    labels::KIND,
    quantity::KIND,
    ranges::KIND,
    missing::KIND,
];

/// A kind of partitioner, by the word before the colon.
pub struct PartitionerKind {
    /// The word.
    pub name: &'static str,
    /// How the word is written with its argument, and what that may be.
    pub usage: &'static str,
    /// A few that are worth a try, the usual one first.
    pub examples: &'static [&'static str],
    /// The partitioner with an argument, or with the usual one; none where it cannot be.
    read: fn(Option<&str>) -> Option<Box<dyn Partitioner>>,
}

/// The partitioner that `text` names: a word, or a word, a colon and an argument.
///
/// # Errors
/// [`Error::Partition`] where there is none, with all that there are.
pub fn parse(text: &str) -> Result<Box<dyn Partitioner>, Error> {
    let (name, argument) = match text.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (text, None),
    };
    let known = KINDS.iter().find(|kind| kind.name == name);
    known.and_then(|kind| (kind.read)(argument)).ok_or_else(|| {
        let usages: Vec<&str> = match known {
            Some(kind) => vec![kind.usage],
            None => KINDS.iter().map(|kind| kind.usage).collect(),
        };
        Error::Partition(usages.join(", "))
    })
}

/// Partitions that are worth a try, of every kind.
#[must_use]
pub fn examples() -> Vec<&'static str> {
    KINDS.iter().flat_map(|kind| kind.examples).copied().collect()
}

/// A way to share out digits.
pub trait Partitioner {
    /// What the URL calls it, with its argument.
    fn name(&self) -> String;

    /// Shares out `counts` digits: how many of each label each of `shards` shards takes. There
    /// are at least as many digits as shards, and no fewer than one shard. The shares add up to
    /// `counts`, and the same arguments give the same shares on every machine.
    fn share(&self, counts: &Counts, shards: u32, seed: u64) -> Vec<Counts>;
}

/// Cuts digits, `counts[label]` of each label, into `shards` shards. No digit is in two
/// shards, every digit is in one, no shard is empty, and the same arguments give the same
/// shards on every machine.
///
/// The lists' order is the same for every seed; a random rotation of each list makes shards
/// of different seeds hold different digits. A rotated list is as random as it was.
///
/// # Errors
/// [`Error::Shards`] when there are none to make, or more than digits.
pub fn cut(
    partitioner: &dyn Partitioner,
    counts: &Counts,
    shards: u32,
    seed: u64,
) -> Result<Vec<Shard>, Error> {
    let digits = counts.iter().fold(0u32, |sum, &count| sum.saturating_add(count));
    Error::limit("digits to cut", digits as usize, super::DIGITS_MAX)?;
    if shards == 0 || shards > digits {
        return Err(Error::Shards { shards, digits });
    }
    let mut shares = partitioner.share(counts, shards, seed);
    counts::raise(&mut shares, 1);

    let name = partitioner.name();
    let kind = name.split(':').next().unwrap_or_default();
    let mut rotation = Stream::new(seed, &format!("partition/{kind}/rotation"));
    let mut next = counts.map(|count| rotation.below(count.max(1)));
    let lay = |share: Counts| {
        let mut ranges = [LabelRange::default(); CLASSES];
        for (label, range) in ranges.iter_mut().enumerate() {
            *range = LabelRange { start: next[label], len: share[label] };
            // A label without digits stays at zero.
            next[label] = (next[label] + share[label]) % counts[label].max(1);
        }
        Shard { ranges }
    };
    Ok(shares.into_iter().map(lay).collect())
}

/// A range of a label's list. One that runs over the list's end goes on at its beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LabelRange {
    /// The first digit's index in the list.
    pub start: u32,
    /// Digits in the range.
    pub len: u32,
}

impl LabelRange {
    /// The range's indices in a list of `count` digits, in order; none twice.
    pub fn indices(self, count: u32) -> impl Iterator<Item = u32> {
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
    pub fn histogram(&self) -> Counts {
        self.ranges.map(|range| range.len)
    }
}

/// The number that an argument says, within its limits; the usual one without argument.
fn number<T: std::str::FromStr + PartialOrd>(
    argument: Option<&str>,
    usual: T,
    limits: std::ops::RangeInclusive<T>,
) -> Option<T> {
    match argument {
        None => Some(usual),
        // What is no number is refused below.
        Some(text) => text.parse().ok().filter(|value| limits.contains(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The training digits of MNIST.
    pub(super) const MNIST: Counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];

    /// The label counts of all shards of MNIST.
    pub(super) fn histograms(text: &str, shards: u32) -> Vec<Counts> {
        let partitioner = parse(text).unwrap();
        let cut = cut(partitioner.as_ref(), &MNIST, shards, 1).unwrap();
        cut.iter().map(Shard::histogram).collect()
    }

    #[test]
    fn a_name_with_its_argument_finds_its_partitioner() {
        for text in examples() {
            assert_eq!(parse(text).unwrap().name(), text);
        }
        for (text, name) in [
            ("sorted", "sorted:2"),
            ("dirichlet", "dirichlet:0.5"),
            ("dirichlet:0.50", "dirichlet:0.5"),
            ("labels", "labels:2"),
            ("quantity", "quantity:1"),
            ("missing", "missing:7"),
        ] {
            assert_eq!(parse(text).unwrap().name(), name);
        }
    }

    #[test]
    fn what_is_no_partition_is_told_what_is() {
        let error = |text| parse(text).err().unwrap().to_string();
        for kind in KINDS {
            assert!(error("unknown").contains(kind.usage));
        }
        for text in [
            "iid:1",
            "sorted:0",
            "sorted:",
            "dirichlet:0",
            "dirichlet:NaN",
            "dirichlet:-1",
            "labels:11",
            "quantity:inf",
            "ranges:3",
            "missing:10",
            "labels:2:3",
        ] {
            let kind = KINDS.iter().find(|kind| text.starts_with(kind.name)).unwrap();
            assert!(error(text).ends_with(kind.usage), "{}", error(text));
        }
    }

    #[test]
    fn a_range_goes_on_at_the_beginning() {
        let range = LabelRange { start: 3, len: 4 };
        assert!(range.indices(5).eq([3, 4, 0, 1]));
        assert_eq!(range.indices(0).count(), 0);
        let huge = LabelRange { start: u32::MAX, len: u32::MAX };
        assert!(huge.indices(2).eq([1, 0]));
    }

    proptest! {
        #[test]
        fn every_digit_is_in_exactly_one_shard(
            counts in prop::array::uniform10(prop_oneof![Just(0), 0u32..60]),
            shards in 0u32..40,
            seed: u64,
        ) {
            let digits = counts.iter().sum::<u32>();
            for text in examples().into_iter().chain(["dirichlet:0.01", "labels:10", "quantity:4"]) {
                let partitioner = parse(text).unwrap();
                let Ok(shares) = cut(partitioner.as_ref(), &counts, shards, seed) else {
                    prop_assert!(shards == 0 || digits < shards);
                    continue;
                };
                prop_assert_eq!(shares.len(), shards as usize);
                prop_assert!(shares.iter().all(|shard| !shard.is_empty()), "{}: {:?}", text, shares);
                let mut taken = counts.map(|count| vec![0; count as usize]);
                for shard in &shares {
                    for (label, range) in shard.ranges.iter().enumerate() {
                        let indices = range.indices(counts[label]);
                        indices.for_each(|index| taken[label][index as usize] += 1);
                    }
                }
                prop_assert!(taken.iter().flatten().all(|&times| times == 1), "{}", text);
                prop_assert_eq!(shares, cut(partitioner.as_ref(), &counts, shards, seed).unwrap());
            }
        }

        #[test]
        fn any_text_is_a_partition_or_an_error(text in "(iid|sorted|dirichlet|labels|quantity|ranges|missing)?:?.{0,20}") {
            if let Ok(partitioner) = parse(&text) {
                prop_assert_eq!(parse(&partitioner.name()).unwrap().name(), partitioner.name());
            }
        }
    }
}
