use super::counts::{Counts, in_proportion, raise, total};
use super::{Partitioner, PartitionerKind, number};
use crate::CLASSES;
use sotto_core::seeded::Stream;

/// Of every label, the shards take parts in proportions `p ~ Dir(alpha, ..., alpha)`, drawn anew
/// for each label (Hsu et al. 2019, section 3, by label as Li et al. 2022, section 4.1). The
/// smaller alpha, the more unequal: 0.1 leaves most workers two or three labels, and 100 is
/// nearly IID.
///
/// As there, all is drawn again as long as a shard has fewer than 10 digits; where that does not
/// help, the largest shards give. Their code, not their paper, also gives a shard that has its
/// fair number nothing more; here it may have more.
#[derive(Debug, Clone, Copy)]
pub struct Dirichlet {
    /// From 0.01 to 1,000.
    alpha: f64,
}

/// The fewest digits of a shard, if there are as many for each.
const LEAST: u32 = 10;

/// How many times proportions are drawn for that.
const TRIES: u32 = 10;

pub(super) const KIND: PartitionerKind = PartitionerKind {
    name: "dirichlet",
    usage: "dirichlet:alpha with alpha from 0.01 to 1000",
    examples: &["dirichlet:0.5", "dirichlet:0.1"],
    read: |argument| {
        let alpha = number(argument, 0.5, 0.01..=1000.0)?;
        Some(Box::new(Dirichlet { alpha }))
    },
};

impl Partitioner for Dirichlet {
    fn name(&self) -> String {
        format!("{}:{}", KIND.name, self.alpha)
    }

    fn share(&self, counts: &Counts, shards: u32, seed: u64) -> Vec<Counts> {
        let least = LEAST.min(total(counts) / shards);
        let mut stream = Stream::new(seed, "partition/dirichlet/proportions");
        let mut shares = Vec::new();
        for _ in 0..TRIES {
            shares = vec![Counts::default(); shards as usize];
            for label in 0..CLASSES {
                let parts = in_proportion(counts[label], &stream.dirichlet(self.alpha, shards));
                for (share, part) in shares.iter_mut().zip(parts) {
                    share[label] = part;
                }
            }
            if shares.iter().all(|share| total(share) >= least) {
                break;
            }
        }
        raise(&mut shares, least);
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::total;
    use super::super::tests::{MNIST, histograms};

    /// The mean over labels of how many equal shards a label would have that are as unequal:
    /// one over the sum of its squared proportions.
    fn effective_holders(text: &str, shards: u32) -> f64 {
        let shares = histograms(text, shards);
        let holders = (0..10).map(|label| {
            let part = |share: &[u32; 10]| f64::from(share[label]) / f64::from(MNIST[label]);
            1.0 / shares.iter().map(|share| part(share) * part(share)).sum::<f64>()
        });
        holders.sum::<f64>() / 10.0
    }

    #[test]
    fn the_smaller_alpha_the_more_unequal() {
        // The squares sum to (alpha + 1) / (n alpha + 1) on average: 0.05 with alpha 1000, ...
        let [even, half, tenth] = ["dirichlet:1000", "dirichlet:0.5", "dirichlet:0.1"]
            .map(|text| effective_holders(text, 20));
        assert!((19.5..=20.0).contains(&even), "{even}");
        // ... 0.136 with 0.5, and 0.37 with 0.1, each from ten draws.
        assert!((5.5..10.0).contains(&half), "{half}");
        assert!((1.8..4.5).contains(&tenth), "{tenth}");
    }

    #[test]
    fn no_worker_is_left_without_digits() {
        for text in ["dirichlet:0.5", "dirichlet:0.1", "dirichlet:0.01"] {
            assert!(histograms(text, 100).iter().all(|share| total(share) >= 10), "{text}");
        }
        assert!(histograms("dirichlet:0.5", 10_000).iter().all(|share| total(share) >= 6));
    }
}
