use super::counts::{Counts, evenly, shuffled, total};
use super::{Partitioner, PartitionerKind};
use sotto_core::seeded::Stream;

/// Independent and identically distributed shards: the digits shuffled and cut into equal
/// parts (McMahan et al. 2017, section 3). Sizes differ by one at most.
#[derive(Debug, Clone, Copy, Default)]
pub struct Iid;

pub(super) const KIND: PartitionerKind = PartitionerKind {
    name: "iid",
    usage: "iid",
    examples: &["iid"],
    read: |argument| argument.is_none().then(|| Box::new(Iid) as Box<dyn Partitioner>),
};

impl Partitioner for Iid {
    fn name(&self) -> String {
        KIND.name.to_owned()
    }

    fn share(&self, counts: &Counts, shards: u32, seed: u64) -> Vec<Counts> {
        let mut stream = Stream::new(seed, "partition/iid/labels");
        shuffled(counts, evenly(total(counts), shards), &mut stream)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MNIST, histograms};
    use super::super::{Shard, cut};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sizes_differ_by_one_at_most(
            counts in prop::array::uniform10(0u32..60),
            shards in 1u32..40,
            seed: u64,
        ) {
            let Ok(cut) = cut(&Iid, &counts, shards, seed) else { return Ok(()) };
            let size = counts.iter().sum::<u32>() / shards;
            for shard in cut {
                prop_assert!(matches!(shard.len() as u32 - size, 0 | 1));
            }
        }
    }

    #[test]
    fn labels_vary_as_in_a_random_draw() {
        let shards = histograms("iid", 100);
        // 600 of 60,000 without replacement: hypergeometric in each label.
        for (label, &count) in MNIST.iter().enumerate() {
            let part = f64::from(count) / 60_000.0;
            let expected = 600.0 * part;
            let variance = expected * (1.0 - part) * 0.99;
            let squares = shards.iter().map(|shard| {
                let distance = f64::from(shard[label]) - expected;
                distance * distance
            });
            let ratio = squares.sum::<f64>() / 100.0 / variance;
            // Five standard deviations of a variance estimated from 100 draws.
            assert!((0.3..1.7).contains(&ratio), "label {label}: {ratio}");
        }
    }

    #[test]
    fn another_seed_gives_other_digits() {
        let first = cut(&Iid, &MNIST, 20, 1).unwrap();
        let second = cut(&Iid, &MNIST, 20, 2).unwrap();
        let shared: usize = (0..10)
            .map(|label| {
                let indices = |shard: &Shard| -> Vec<u32> {
                    shard.ranges[label].indices(MNIST[label]).collect()
                };
                let other = indices(&second[0]);
                let both = indices(&first[0]).into_iter().filter(|index| other.contains(index));
                both.count()
            })
            .sum();
        // Two random shards of 3,000 out of 60,000 share 150 on average, in whole ranges.
        assert!(shared < 1500, "{shared}");
    }

    /// Models are compared bit for bit between versions: these ranges are for good.
    #[test]
    fn the_shards_of_a_seed_stay() {
        let shard = cut(&Iid, &MNIST, 20, 1).unwrap().remove(7);
        assert_eq!(shard.histogram(), [300, 331, 293, 328, 281, 265, 291, 316, 307, 288]);
        let starts = [1952, 234, 1562, 1798, 4084, 1549, 2074, 4161, 802, 2184];
        assert_eq!(shard.ranges.map(|range| range.start), starts);
    }
}
