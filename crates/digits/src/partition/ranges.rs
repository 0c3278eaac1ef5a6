use super::counts::{Counts, evenly};
use super::{Partitioner, PartitionerKind};

/// Three groups of workers, as three hospitals with other patients: digits 0 to 3, 4 to 6, and 7
/// to 9. Shard `i` is of group `i mod 3`, and a group's digits are split evenly among its shards.
/// The split of PySyft's tutorial on asynchronous federated learning on MNIST, for three workers.
///
/// With one or two shards, the first takes the groups that are left.
#[derive(Debug, Clone, Copy)]
pub struct Ranges;

/// The first label of each group but the first.
const BORDERS: [usize; 2] = [4, 7];

pub(super) const KIND: PartitionerKind = PartitionerKind {
    name: "ranges",
    usage: "ranges",
    examples: &["ranges"],
    read: |argument| argument.is_none().then(|| Box::new(Ranges) as Box<dyn Partitioner>),
};

impl Partitioner for Ranges {
    fn name(&self) -> String {
        KIND.name.to_owned()
    }

    fn share(&self, counts: &Counts, shards: u32, _seed: u64) -> Vec<Counts> {
        let mut shares = vec![Counts::default(); shards as usize];
        for (label, &count) in counts.iter().enumerate() {
            let group = BORDERS.iter().filter(|&&border| label >= border).count();
            let first = if group < shares.len() { group } else { 0 };
            let holders = shares[first..].iter_mut().step_by(BORDERS.len() + 1);
            let parts = evenly(count, holders.len() as u32);
            holders.zip(parts).for_each(|(share, part)| share[label] = part);
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MNIST, histograms};

    #[test]
    fn a_worker_has_its_group_alone() {
        let shares = histograms("ranges", 20);
        for (shard, share) in shares.iter().enumerate() {
            let group = [0..4, 4..7, 7..10][shard % 3].clone();
            assert!((0..10).all(|label| (share[label] > 0) == group.contains(&label)));
        }
        // Shards 2, 5, ..., 17.
        assert!(shares[2][9].abs_diff(MNIST[9] / 6) <= 1);
    }

    #[test]
    fn the_first_takes_what_is_left() {
        assert_eq!(histograms("ranges", 1), [MNIST]);
        let shares = histograms("ranges", 2);
        assert_eq!((shares[0][9], shares[1][5]), (MNIST[9], MNIST[5]));
    }
}
