use super::counts::{Counts, evenly};
use super::{Partitioner, PartitionerKind, number};
use crate::CLASSES;
use sotto_core::seeded::Stream;

/// Each shard has digits of `labels` labels, "#C = k" of Li et al. 2022, section 4.1: shard `i`
/// of label `i mod 10`, the others at random. A label's digits are split evenly among its
/// holders.
///
/// With fewer than ten shards a label may have no holder. It goes to a shard all the same, the
/// labels without holder to one shard after the other, so that no digit is left out.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    /// From 1 to 10.
    labels: u32,
}

pub(super) const KIND: PartitionerKind = PartitionerKind {
    name: "labels",
    usage: "labels:k with k labels a worker from 1 to 10",
    examples: &["labels:2", "labels:1", "labels:3"],
    read: |argument| {
        let labels = number(argument, 2, 1..=CLASSES as u32)?;
        Some(Box::new(Labels { labels }))
    },
};

impl Partitioner for Labels {
    fn name(&self) -> String {
        format!("{}:{}", KIND.name, self.labels)
    }

    fn share(&self, counts: &Counts, shards: u32, seed: u64) -> Vec<Counts> {
        let mut stream = Stream::new(seed, "partition/labels/choice");
        let mut holders: [Vec<usize>; CLASSES] = std::array::from_fn(|_| Vec::new());
        for shard in 0..shards as usize {
            let own = shard % CLASSES;
            let mut others: Vec<usize> = (0..CLASSES).filter(|&label| label != own).collect();
            stream.shuffle(&mut others);
            holders[own].push(shard);
            for &label in &others[..self.labels as usize - 1] {
                holders[label].push(shard);
            }
        }
        let orphans = holders.iter_mut().filter(|holders| holders.is_empty());
        orphans.zip((0..shards as usize).cycle()).for_each(|(holders, shard)| holders.push(shard));

        let mut shares = vec![Counts::default(); shards as usize];
        for (label, holders) in holders.iter().enumerate() {
            let parts = evenly(counts[label], holders.len() as u32);
            holders.iter().zip(parts).for_each(|(&shard, part)| shares[shard][label] = part);
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MNIST, histograms};

    #[test]
    fn a_worker_has_its_label_and_so_many_in_all() {
        for (text, labels) in [("labels:1", 1), ("labels:3", 3), ("labels:10", 10)] {
            for (shard, share) in histograms(text, 30).iter().enumerate() {
                assert_eq!(share.iter().filter(|&&count| count > 0).count(), labels);
                assert!(share[shard % 10] > 0);
            }
        }
    }

    #[test]
    fn holders_have_equal_parts() {
        let shares = histograms("labels:1", 20);
        assert_eq!(shares[3][3] + shares[13][3], MNIST[3]);
        assert!(shares[3][3] - shares[13][3] <= 1);
    }

    #[test]
    fn with_few_workers_every_label_is_held() {
        let shares = histograms("labels:1", 3);
        assert_eq!(shares[0].map(|count| u32::from(count > 0)), [1, 0, 0, 1, 0, 0, 1, 0, 0, 1]);
    }
}
