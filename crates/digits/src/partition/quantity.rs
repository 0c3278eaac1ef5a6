use super::counts::{Counts, in_proportion, raise, shuffled, total};
use super::{Partitioner, PartitionerKind, number};
use sotto_core::seeded::Stream;

/// Shards of unequal size whose labels are IID. Sizes follow a power law, as data of real devices
/// tend to (Li et al. 2020, "Federated optimization in heterogeneous networks", section 5.1): the
/// shard of rank `r` has digits in proportion to `r^-alpha`, and ranks are dealt at random. At 0
/// all are equal; at 1 the largest of twenty has 28 % of all digits, and twenty times as many as
/// the smallest. No shard has fewer than ten digits, if there are as many for each.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// From 0 to 4.
    alpha: f64,
}

/// The fewest digits of a shard, if there are as many for each.
const LEAST: u32 = 10;

pub(super) const KIND: PartitionerKind = PartitionerKind {
    name: "quantity",
    usage: "quantity:alpha with alpha from 0 to 4",
    examples: &["quantity:1"],
    read: |argument| {
        let alpha = number(argument, 1.0, 0.0..=4.0)?;
        Some(Box::new(Quantity { alpha }))
    },
};

impl Partitioner for Quantity {
    fn name(&self) -> String {
        format!("{}:{}", KIND.name, self.alpha)
    }

    fn share(&self, counts: &Counts, shards: u32, seed: u64) -> Vec<Counts> {
        let mut ranks: Vec<u32> = (1..=shards).collect();
        Stream::new(seed, "partition/quantity/ranks").shuffle(&mut ranks);
        let weight = |rank: &u32| libm::pow(f64::from(*rank), -self.alpha);
        let weights: Vec<f64> = ranks.iter().map(weight).collect();
        let digits = total(counts);
        let sizes = in_proportion(digits, &weights);
        let mut stream = Stream::new(seed, "partition/quantity/labels");
        let mut shares = shuffled(counts, sizes.into_iter(), &mut stream);
        raise(&mut shares, LEAST.min(digits / shards));
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::total;
    use super::super::tests::histograms;

    #[test]
    fn sizes_follow_the_power_law() {
        let mut sizes: Vec<u32> = histograms("quantity:1", 20).iter().map(total).collect();
        assert!(!sizes.is_sorted_by(|a, b| a >= b), "ranks are dealt at random");
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        for (rank, size) in (1..).zip(&sizes) {
            assert!(sizes[0].abs_diff(rank * size) <= rank, "{rank}: {size} of {}", sizes[0]);
        }
        let even: Vec<u32> = histograms("quantity:0", 20).iter().map(total).collect();
        assert!(even.iter().all(|size| size.abs_diff(3000) <= 1), "{even:?}");
    }

    #[test]
    fn labels_stay_as_they_were() {
        for share in histograms("quantity:1", 20) {
            let tenth = f64::from(total(&share)) / 10.0;
            // The rarest label has 9 %, the most frequent 11.2 %; and six deviations of chance.
            let most = 0.13 * tenth + 6.0 * tenth.sqrt();
            assert!(
                share.iter().all(|&count| (f64::from(count) - tenth).abs() < most),
                "{share:?}"
            );
        }
    }

    #[test]
    fn the_smallest_still_has_ten() {
        assert!(histograms("quantity:4", 100).iter().all(|share| total(share) >= 10));
    }
}
