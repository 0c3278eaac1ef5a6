use super::{LabelRange, Partitioner, Shard, check};
use crate::digits::{CLASSES, Error};
use crate::seeded::Stream;

/// Independent and identically distributed shards: the digits shuffled and cut into equal
/// parts (McMahan et al. 2017, section 3). Sizes differ by one at most.
///
/// Shuffling digits is shuffling their labels, and then giving each place with label `l`
/// one of the digits `l` in random order. The first half is done here: the shuffled labels,
/// cut into parts, say how many digits of each label a shard takes. The second half was done
/// when the lists were laid out, so taking the next so many of every list completes it: the
/// cut is one of all permutations of the digits, each as likely as any other.
///
/// The lists' order is the same for every seed; a random rotation of each list makes shards
/// of different seeds hold different digits. A rotated list is as random as it was.
#[derive(Debug, Clone, Copy, Default)]
pub struct Iid;

impl Partitioner for Iid {
    fn name(&self) -> &'static str {
        "iid"
    }

    fn partition(
        &self,
        counts: &[u32; CLASSES],
        shards: u32,
        seed: u64,
    ) -> Result<Vec<Shard>, Error> {
        let digits = check(counts, shards)?;
        let mut labels: Vec<usize> = (0..CLASSES)
            .flat_map(|label| std::iter::repeat_n(label, counts[label] as usize))
            .collect();
        Stream::new(seed, "partition/iid/labels").shuffle(&mut labels);

        let mut rotation = Stream::new(seed, "partition/iid/rotation");
        let mut next = counts.map(|count| rotation.below(count.max(1)));
        let (size, larger) = ((digits / shards) as usize, digits % shards);
        let mut rest = labels.as_slice();
        let mut cut = Vec::with_capacity(shards as usize);
        for shard in 0..shards {
            let (part, after) = rest.split_at(size + usize::from(shard < larger));
            rest = after;
            let mut ranges = next.map(|start| LabelRange { start, len: 0 });
            for &label in part {
                ranges[label].len += 1;
            }
            for label in 0..CLASSES {
                // A label without digits stays at zero.
                next[label] = (next[label] + ranges[label].len) % counts[label].max(1);
            }
            cut.push(Shard { ranges });
        }
        Ok(cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The training digits of MNIST.
    const MNIST: [u32; 10] = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];

    proptest! {
        #[test]
        fn sizes_differ_by_one_at_most(
            counts in prop::array::uniform10(0u32..60),
            shards in 1u32..40,
            seed: u64,
        ) {
            let Ok(cut) = Iid.partition(&counts, shards, seed) else { return Ok(()) };
            let size = counts.iter().sum::<u32>() / shards;
            for shard in cut {
                prop_assert!(matches!(shard.len() as u32 - size, 0 | 1));
            }
        }
    }

    #[test]
    fn labels_vary_as_in_a_random_draw() {
        let shards = Iid.partition(&MNIST, 100, 1).unwrap();
        // 600 of 60,000 without replacement: hypergeometric in each label.
        for (label, &count) in MNIST.iter().enumerate() {
            let part = f64::from(count) / 60_000.0;
            let expected = 600.0 * part;
            let variance = expected * (1.0 - part) * 0.99;
            let squares = shards.iter().map(|shard| {
                let distance = f64::from(shard.ranges[label].len) - expected;
                distance * distance
            });
            let ratio = squares.sum::<f64>() / 100.0 / variance;
            // Five standard deviations of a variance estimated from 100 draws.
            assert!((0.3..1.7).contains(&ratio), "label {label}: {ratio}");
        }
    }

    #[test]
    fn another_seed_gives_other_digits() {
        let first = Iid.partition(&MNIST, 20, 1).unwrap();
        let second = Iid.partition(&MNIST, 20, 2).unwrap();
        let shared: usize = (0..10)
            .map(|label| {
                let places = |shard: &Shard| -> Vec<u32> {
                    shard.ranges[label].places(MNIST[label]).collect()
                };
                let other = places(&second[0]);
                let both = places(&first[0]).into_iter().filter(|place| other.contains(place));
                both.count()
            })
            .sum();
        // Two random shards of 3,000 out of 60,000 share 150 on average, in whole ranges.
        assert!(shared < 1500, "{shared}");
    }
}
