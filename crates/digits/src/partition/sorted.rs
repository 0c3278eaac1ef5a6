use super::counts::{Counts, evenly, total};
use super::{Partitioner, PartitionerKind, number};
use crate::CLASSES;
use sotto_core::seeded::Stream;

/// The pathological split of McMahan et al. 2017, section 3: the digits sorted by label and
/// cut into `pieces` equal pieces for each shard, which takes that many of them at random. With
/// two pieces most workers know two labels.
#[derive(Debug, Clone, Copy)]
pub struct Sorted {
    /// Pieces a shard, from 1 to 100.
    pieces: u32,
}

pub(super) const KIND: PartitionerKind = PartitionerKind {
    name: "sorted",
    usage: "sorted:k with k pieces a worker from 1 to 100",
    examples: &["sorted:2"],
    read: |argument| {
        let pieces = number(argument, 2, 1..=100)?;
        Some(Box::new(Sorted { pieces }))
    },
};

impl Partitioner for Sorted {
    fn name(&self) -> String {
        format!("{}:{}", KIND.name, self.pieces)
    }

    fn share(&self, counts: &Counts, shards: u32, seed: u64) -> Vec<Counts> {
        let mut left = *counts;
        let mut label = 0;
        let piece = |size: u32| {
            let (mut piece, mut wanted) = (Counts::default(), size);
            while wanted > 0 && label < CLASSES {
                let taken = wanted.min(left[label]);
                piece[label] += taken;
                left[label] -= taken;
                wanted -= taken;
                label += usize::from(left[label] == 0);
            }
            piece
        };
        let sizes = evenly(total(counts), shards * self.pieces);
        let mut pieces: Vec<Counts> = sizes.map(piece).collect();
        Stream::new(seed, "partition/sorted/pieces").shuffle(&mut pieces);
        let add = |sum: Counts, piece: &Counts| std::array::from_fn(|l| sum[l] + piece[l]);
        let shares = pieces.chunks(self.pieces as usize);
        shares.map(|pieces| pieces.iter().fold(Counts::default(), add)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::total;
    use super::super::tests::histograms;

    #[test]
    fn a_worker_knows_few_labels() {
        let shards = histograms("sorted:2", 100);
        for shard in &shards {
            assert_eq!(total(shard), 600);
            // Two pieces of 300; a piece may lie across the border of two labels.
            assert!(shard.iter().filter(|&&count| count > 0).count() <= 4);
        }
        let few =
            shards.iter().filter(|shard| shard.iter().filter(|&&count| count > 0).count() <= 2);
        assert!(few.count() > 80);
    }
}
