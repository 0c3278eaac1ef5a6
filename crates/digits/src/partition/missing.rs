use super::counts::{Counts, evenly, shuffled, total};
use super::{Partitioner, PartitionerKind, number};
use crate::CLASSES;
use sotto_core::seeded::Stream;

/// IID shards, but the first has no digit of one label: its digits of that label go to the
/// others at random. Whoever learns with the others comes to read what it has never seen.
///
/// A single shard keeps all its digits.
#[derive(Debug, Clone, Copy)]
pub struct Missing {
    label: usize,
}

pub(super) const KIND: PartitionerKind = PartitionerKind {
    name: "missing",
    usage: "missing:label with a label from 0 to 9",
    examples: &["missing:7"],
    read: |argument| {
        let label = number(argument, 7, 0..=CLASSES - 1)?;
        Some(Box::new(Missing { label }))
    },
};

impl Partitioner for Missing {
    fn name(&self) -> String {
        format!("{}:{}", KIND.name, self.label)
    }

    fn share(&self, counts: &Counts, shards: u32, seed: u64) -> Vec<Counts> {
        let mut stream = Stream::new(seed, "partition/missing/labels");
        let mut shares = shuffled(counts, evenly(total(counts), shards), &mut stream);
        if let Some((first, others)) =
            shares.split_first_mut().filter(|(_, others)| !others.is_empty())
        {
            for _ in 0..std::mem::take(&mut first[self.label]) {
                others[stream.below(shards - 1) as usize][self.label] += 1;
            }
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::total;
    use super::super::tests::{MNIST, histograms};

    #[test]
    fn the_first_knows_no_sevens_and_the_others_share_them() {
        let shares = histograms("missing:7", 10);
        assert_eq!(shares[0][7], 0);
        assert!((5_200..5_600).contains(&total(&shares[0])), "{}", total(&shares[0]));
        // 696 each on average.
        assert!(shares[1..].iter().all(|share| share[7].abs_diff(696) < 150), "{shares:?}");
        assert_eq!(histograms("missing:7", 1), [MNIST]);
    }
}
