//! How long a round waits, and when those who are not needed come back.
//!
//! A round waits for `median + deadline_deviations * deviation` of the times that its workers took before
//! (Bonawitz et al. 2019, section 2.3, paces devices by what is known of their population). Those
//! who were cut off count with the time at which they were: a lower bound, which is all that a
//! median asks for. So the deadline grows when most workers grow slow. Should that not be enough,
//! and a try be abandoned at its deadline, all that was known of them is forgotten, and the next
//! try waits as long as the settings allow.
//!
//! A slow minority is left behind, and its digits with it; `patience=0` waits for the whole setting `deadline`. The
//! later phases of a secure sum have a fixed deadline of their own (`secure`).

use super::super::arrivals::Arrivals;
use super::{Aggregator, Millis, Settings};

/// No round waits for less.
const DEADLINE_LEAST_MS: f64 = 5_000.0;
/// A deviation counts for at least this share of the median: times that are all but equal say
/// little of what may happen.
const DEVIATION_LEAST: f64 = 0.1;
/// When those come back who are not needed while no round is under way.
const IDLE_MS: Millis = 30_000;
/// Those who are not needed in a round come back after at least this.
const LATER_LEAST_MS: Millis = 2_000;
/// They come one by one, this far apart on average, however many there are.
const APART_MS: Millis = 100;

/// The times of a run.
#[derive(Default)]
pub(super) struct Pace {
    asked_at: Millis,
    arrivals: Arrivals,
}

impl Pace {
    /// A cohort was asked.
    pub(super) fn asked(&mut self, now: Millis) {
        self.asked_at = now;
    }

    /// One of it has answered.
    pub(super) fn heard(&mut self, now: Millis) {
        self.arrivals.add(now.saturating_sub(self.asked_at));
    }

    /// So many of it have not, and are not waited for any more.
    pub(super) fn cut_off(&mut self, workers: usize, now: Millis) {
        (0..workers).for_each(|_| self.heard(now));
    }

    /// The deadline was too short for what its workers have become.
    pub(super) fn forget(&mut self) {
        self.arrivals.clear();
    }

    /// How long a round waits.
    pub(super) fn deadline(&self, settings: &Settings) -> Millis {
        let most = Millis::from(settings.deadline_s) * 1000;
        let Some(typical) = self.arrivals.typical().filter(|_| settings.deadline_deviations > 0.0)
        else {
            return most;
        };
        let deviation = typical.deviation.max(DEVIATION_LEAST * typical.median);
        let wait = typical.median + settings.deadline_deviations * deviation;
        (wait.max(DEADLINE_LEAST_MS) as Millis).min(most)
    }

    /// When those come back who are not needed: about when the round under way ends, but not so
    /// often that a large room is busy with it.
    fn later(&self, settings: &Settings, members: usize, is_busy: bool, now: Millis) -> Millis {
        let span = match (is_busy, self.arrivals.typical()) {
            (false, _) => IDLE_MS,
            (true, Some(typical)) => typical.median as Millis,
            (true, None) => self.deadline(settings),
        };
        let since = if is_busy { now.saturating_sub(self.asked_at) } else { 0 };
        let left = span.saturating_sub(since).max(LATER_LEAST_MS);
        left.max(members as Millis * APART_MS)
    }
}

impl Aggregator {
    /// When a worker that is not needed comes back.
    pub(super) fn later(&self, now: Millis) -> Millis {
        self.pace.later(&self.settings, self.members.len(), self.current.is_some(), now)
    }

    /// The round under way does not wait any longer for those who have not reported.
    pub(super) fn cut_off(&mut self, now: Millis) {
        let late = self.current.as_ref().map_or(0, |current| current.pending().len());
        self.pace.cut_off(late, now);
    }

    /// A worker has trained, and begins a secure sum. A second try begins with what was learnt in
    /// the first, so only the first tells how long training takes.
    pub(super) fn heard_keys(&mut self, now: Millis) {
        if self.abandoned == 0 {
            self.pace.heard(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings(deadline_deviations: f64) -> Settings {
        Settings { deadline_deviations, deadline_s: 60, ..Settings::default() }
    }

    fn after(rounds: &[&[Millis]]) -> Pace {
        let mut pace = Pace::default();
        for times in rounds {
            pace.asked(1_000_000);
            times.iter().for_each(|time| pace.heard(1_000_000 + time));
        }
        pace
    }

    #[test]
    fn a_round_waits_for_the_median_and_some_deviations() {
        let times: Vec<Millis> = (0..11).map(|n| 10_000 + 200 * n).collect();
        let pace = after(&[&times]);
        // Median 11 s, median absolute deviation 0.6 s, which is less than a tenth of 11 s.
        assert_eq!(pace.deadline(&settings(5.0)), 11_000 + 5 * 1_100);
        assert_eq!(pace.deadline(&settings(0.0)), 60_000);
        assert_eq!(Pace::default().deadline(&settings(5.0)), 60_000);
    }

    #[test]
    fn whoever_is_not_needed_comes_back_when_the_round_ends() {
        let mut pace = after(&[&[8_000; 20]]);
        pace.asked(0);
        let later = |members, is_busy, now| pace.later(&settings(5.0), members, is_busy, now);
        assert_eq!(later(10, true, 0), 8_000);
        assert_eq!(later(10, true, 5_000), 3_000);
        assert_eq!(later(10, true, 7_999), LATER_LEAST_MS);
        assert_eq!(later(10, false, 0), IDLE_MS);
        assert_eq!(later(10_000, true, 0), 1_000_000);
    }

    proptest! {
        #[test]
        fn the_deadline_stays_in_its_bounds(
            times in prop::collection::vec(any::<u32>(), 0..300), deadline_deviations in 0.0..1000.0, most in 1u32..86_400,
        ) {
            let times: Vec<Millis> = times.into_iter().map(Millis::from).collect();
            let settings = Settings { deadline_deviations, deadline_s: most, ..Settings::default() };
            let (deadline, most) = (after(&[&times]).deadline(&settings), Millis::from(most) * 1000);
            prop_assert!(deadline <= most && deadline >= most.min(DEADLINE_LEAST_MS as Millis));
        }

        /// Workers that were cut off count: if they are the most, the deadline grows.
        #[test]
        fn a_deadline_that_most_miss_grows(time in 1_000u64..10_000, deadline_deviations in 5.0..20.0) {
            let settings = settings(deadline_deviations);
            let mut pace = after(&[&vec![time; 32]]);
            let mut longest = 0;
            for _ in 0..20 {
                let deadline = pace.deadline(&settings);
                longest = longest.max(deadline);
                pace.asked(0);
                pace.cut_off(64, deadline);
            }
            prop_assert!(longest >= 30_000, "{longest}");
        }
    }
}
