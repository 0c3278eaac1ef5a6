//! Which workers take part in a round.

use sotto_core::seeded::Stream;

use super::Settings;

/// How many updates close a round, and how many workers are asked for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) target: usize,
    pub(super) asked: usize,
}

impl Size {
    /// One worker alone.
    pub(super) const ONE: Self = Self { target: 1, asked: 1 };
}

/// Whose turn it is after `turns` others, of the `eligible` slots one after the other.
pub(super) fn turn(mut eligible: Vec<u32>, turns: u32) -> Vec<u32> {
    eligible.sort_unstable();
    let index = turns as usize % eligible.len().max(1);
    eligible.get(index).copied().into_iter().collect()
}

/// The size of a cohort out of `eligible` workers, or `None` when they are too few.
///
/// `C` of them, but at least the minimum (Bonawitz et al. 2019, section 2.2, with its
/// over-selection).
pub(super) fn size(settings: &Settings, eligible: usize) -> Option<Size> {
    let least = settings.cohort_least() as usize;
    if eligible < least {
        return None;
    }
    let share = share_of(settings.fraction, eligible);
    let target = share.clamp(least, eligible);
    let asked = share_of(settings.over, target);
    Some(Size { target, asked: asked.clamp(target, eligible) })
}

/// `ratio` of `count`, rounded up; 0.07 of 100 is 7 although the product is a little more.
fn share_of(ratio: f64, count: usize) -> usize {
    libm::ceil(ratio * count as f64 - 1e-9) as usize
}

/// Draws `count` of the `eligible` slots, in ascending order; every try of a round draws
/// anew.
pub(super) fn cohort(
    mut eligible: Vec<u32>,
    count: usize,
    seed: u64,
    round: u32,
    attempt: u32,
) -> Vec<u32> {
    eligible.sort_unstable();
    let path = format!("round/{round}/try/{attempt}/cohort");
    Stream::new(seed, &path).shuffle(&mut eligible);
    eligible.truncate(count);
    eligible.sort_unstable();
    eligible
}

/// The fewest updates that a round of `target` may be closed with.
pub(super) fn quorum(settings: &Settings, target: usize) -> usize {
    let share = share_of(settings.quorum, target);
    share.max(settings.cohort_least() as usize).min(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_the_settings() {
        let of = |fraction, cohort_min, over, eligible| {
            let settings =
                Settings { fraction, cohort_min, over, secagg: false, ..Settings::default() };
            size(&settings, eligible).map(|s| (s.target, s.asked))
        };
        assert_eq!(of(1.0, 1, 1.0, 0), None);
        assert_eq!(of(1.0, 3, 1.0, 2), None);
        assert_eq!(of(1.0, 1, 1.3, 10), Some((10, 10)));
        assert_eq!(of(0.1, 1, 1.3, 100), Some((10, 13)));
        assert_eq!(of(0.1, 4, 1.0, 10), Some((4, 4)));
        assert_eq!(of(0.01, 1, 1.0, 10), Some((1, 1)));
        assert_eq!(of(0.07, 1, 1.0, 100), Some((7, 7)));
    }

    #[test]
    fn turns_go_round() {
        let turns: Vec<u32> = (0..5).flat_map(|turns| turn(vec![7, 2, 4], turns)).collect();
        assert_eq!(turns, [2, 4, 7, 2, 4]);
        assert!(turn(Vec::new(), 3).is_empty());
    }

    #[test]
    fn a_quorum_is_never_below_the_minimum_cohort() {
        let of = |share, cohort_min, target| {
            let settings =
                Settings { quorum: share, cohort_min, secagg: false, ..Settings::default() };
            quorum(&settings, target)
        };
        assert_eq!(of(0.5, 1, 10), 5);
        assert_eq!(of(0.5, 8, 10), 8);
        assert_eq!(of(0.01, 1, 10), 1);
    }

    #[test]
    fn cohorts_are_drawn_evenly_and_replay() {
        let all: Vec<u32> = (0..10).collect();
        let mut reversed = all.clone();
        reversed.reverse();
        assert_eq!(cohort(all.clone(), 4, 1, 3, 1), cohort(reversed, 4, 1, 3, 1));
        let mut counts = [0; 10];
        for round in 0..5000 {
            for slot in cohort(all.clone(), 3, 1, round, 1) {
                counts[slot as usize] += 1;
            }
        }
        // Mean 1500, standard deviation 32; five of them.
        assert!(counts.iter().all(|&c: &i32| (c - 1500).abs() < 160), "{counts:?}");
    }
}
