//! Numbers of digits by label, and what partitioners do with them.

use std::collections::BinaryHeap;

use crate::CLASSES;
use sotto_core::seeded::Stream;

/// How many digits there are of each label.
pub type Counts = [u32; CLASSES];

/// Digits of all labels.
pub(super) fn total(counts: &Counts) -> u32 {
    counts.iter().sum()
}

/// `count` in `parts` parts whose sizes differ by one at most, the larger first.
pub(super) fn evenly(count: u32, parts: u32) -> impl Iterator<Item = u32> {
    (0..parts).map(move |part| count / parts + u32::from(part < count % parts))
}

/// `count` in parts that are as near as can be to their share of all `weights`.
///
/// Each cut is where the shares so far add up to, rounded down, so that no part is off by
/// more than one.
pub(super) fn in_proportion(count: u32, weights: &[f64]) -> Vec<u32> {
    let all: f64 = weights.iter().sum();
    let (mut sum, mut before) = (0.0, 0);
    let mut parts: Vec<u32> = weights
        .iter()
        .map(|weight| {
            sum += weight;
            // Of a share between 0 and 1, but for the rounding of the sum.
            let end = ((sum / all * f64::from(count)) as u32).clamp(before, count);
            let part = end - before;
            before = end;
            part
        })
        .collect();
    if let Some(last) = parts.last_mut() {
        *last += count - before;
    }
    parts
}

/// Shuffles all digits and gives each shard the next `sizes[shard]` of them.
///
/// Shuffling digits is shuffling their labels, and then giving each index with label `l`
/// one of the digits `l` in random order. The first half is done here: the shuffled labels,
/// cut into parts, say how many digits of each label a shard takes. The second half was done
/// when the lists were laid out, so taking the next so many of every list completes it: the
/// cut is one of all permutations of the digits, each as likely as any other.
pub(super) fn shuffled(
    counts: &Counts,
    sizes: impl Iterator<Item = u32>,
    stream: &mut Stream,
) -> Vec<Counts> {
    let mut labels: Vec<usize> =
        (0..CLASSES).flat_map(|label| std::iter::repeat_n(label, counts[label] as usize)).collect();
    stream.shuffle(&mut labels);
    let mut labels = labels.into_iter();
    let share = |size: u32| {
        let mut share = Counts::default();
        labels.by_ref().take(size as usize).for_each(|label| share[label] += 1);
        share
    };
    sizes.map(share).collect()
}

/// Raises every share to at least `least` digits, as long as the largest has more: each lacking
/// digit comes from the largest share, of the label that is most frequent there.
pub(super) fn raise(shares: &mut [Counts], least: u32) {
    let mut sizes: BinaryHeap<(u32, usize)> =
        shares.iter().enumerate().map(|(shard, share)| (total(share), shard)).collect();
    for lacking in 0..shares.len() {
        while total(&shares[lacking]) < least {
            let Some((size, largest)) = sizes.pop() else { return };
            if size <= least {
                return;
            }
            let label = (0..CLASSES).max_by_key(|&label| shares[largest][label]).unwrap_or(0);
            shares[largest][label] -= 1;
            shares[lacking][label] += 1;
            sizes.push((size - 1, largest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn proportions_are_met_to_one_digit(count in 0u32..10_000, weights in prop::collection::vec(0.0..1.0f64, 1..30)) {
            let all: f64 = weights.iter().sum();
            prop_assume!(all > 0.0);
            let parts = in_proportion(count, &weights);
            prop_assert_eq!(parts.iter().sum::<u32>(), count);
            for (part, weight) in parts.iter().zip(&weights) {
                let wanted = f64::from(count) * weight / all;
                prop_assert!((f64::from(*part) - wanted).abs() < 1.001, "{part} for {wanted}");
            }
        }

        #[test]
        fn raising_moves_no_more_than_it_must(
            shares in prop::collection::vec(prop::array::uniform10(0u32..9), 1..20),
            least in 0u32..30,
        ) {
            let mut raised = shares.clone();
            raise(&mut raised, least);
            let sum = |shares: &[Counts], label: usize| shares.iter().map(|share| share[label]).sum::<u32>();
            for label in 0..CLASSES {
                prop_assert_eq!(sum(&shares, label), sum(&raised, label));
            }
            let digits = shares.iter().map(total).sum::<u32>();
            let moved: u32 = shares.iter().map(|share| least.saturating_sub(total(share))).sum();
            let grown: u32 = shares.iter().zip(&raised).map(|(a, b)| total(b).saturating_sub(total(a))).sum();
            prop_assert!(grown <= moved);
            if digits >= least * shares.len() as u32 {
                prop_assert!(raised.iter().all(|share| total(share) >= least));
                prop_assert_eq!(grown, moved);
            }
        }
    }
}
