//! What is public of a round with noise for virtual clients, and the noise that follows from it.

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;
use sotto_privacy::{DiscreteGaussian, Distributed, Grid};

/// What is public of a round with noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrivateTask {
    /// The deviation of the noise on updates over the norm that one client moves the sum by.
    pub noise: f32,
    /// The deviation of the noise on the count of clients within the clip, which follows them
    /// (Andrew et al. 2021); 0 for a fixed clip.
    pub sigma_bits: f32,
    /// Whether the workers add it, a part each, so that nobody has the sum without it.
    pub is_distributed: bool,
    /// Virtual clients of each worker.
    pub clients: u32,
    /// The probability with which a client is in a round.
    pub rate: f32,
    /// Workers that are asked.
    pub asked: u32,
}

/// The chance that an update is rounded anew.
const BETA: f64 = 1e-6;
/// The most steps of the grid in a norm, and in the noise's deviation.
const STEPS_MAX: f64 = (1u32 << 22) as f64;
/// Half of what a ring of 32 bits holds: the rest is for what rounding adds.
const CAPACITY: f64 = (1u32 << 30) as f64;
/// Deviations that the noise may be away from 0 before a sum wraps.
const DEVIATIONS: f64 = 12.0;
/// The most steps of the grid in one answer.
const ANSWER_MAX: f64 = (1u32 << 16) as f64;
/// The least deviation of a part of the noise, in steps of its grid. From here on a sum of parts
/// is one Gaussian to within 10^-16 for each of them ([`Distributed`]), which is what the
/// accountant counts.
const SIGMA_MIN: f64 = 2.0;

impl PrivateTask {
    /// The grid's step for updates clipped to `clip`: so fine that the sum of all clients that are
    /// asked, with its noise, does not wrap.
    #[must_use]
    pub fn step(&self, clip: f32) -> f64 {
        f64::from(clip) / self.steps(f64::from(self.noise))
    }

    /// Steps of a grid in a norm, where the noise is to be so many norms.
    fn steps(&self, noise: f64) -> f64 {
        let clients = f64::from(self.asked) * f64::from(self.clients);
        (CAPACITY / (clients + DEVIATIONS * noise)).min(STEPS_MAX / noise.max(1.0))
    }

    /// Steps of their grid in one answer: as many as fit, for whole answers would be too coarse for
    /// the small part of the noise that one worker of many adds.
    pub(super) fn answer_steps(&self) -> i64 {
        (self.steps(self.answer_noise()).clamp(1.0, ANSWER_MAX) as i64).max(1)
    }

    /// The deviation of the noise on the sum of answers. An answer is +1 or -1, so one client
    /// moves their sum by 1 from none: the noise on a bit, doubled.
    fn answer_noise(&self) -> f64 {
        2.0 * f64::from(self.sigma_bits)
    }

    fn answer_grid(&self) -> Result<Grid, sotto_privacy::Error> {
        Grid::new(1.0, 1.0 / self.answer_steps() as f64, 1, BETA)
    }

    /// The grid for updates of so many values.
    ///
    /// # Errors
    /// When the numbers make none.
    pub fn grid(&self, clip: f32, values: usize) -> Result<Grid, sotto_privacy::Error> {
        Grid::new(f64::from(clip), self.step(clip), values, BETA)
    }

    /// Values of an update on its way, for a network of `parameters`: the clients' answers
    /// whether they are within the clip come last.
    #[must_use]
    pub fn elements(&self, parameters: usize) -> usize {
        parameters + usize::from(self.sigma_bits > 0.0)
    }

    /// Whether a round of so many workers has the noise that the accountant is told of, on updates
    /// of `values` values clipped to `clip`, whoever of them survive.
    ///
    /// # Errors
    /// [`sotto_privacy::Error::LocalNoise`] when a part of the noise would be too small for its grid,
    /// and those of [`Distributed::new`].
    pub fn check(
        &self,
        clip: f32,
        values: usize,
        workers: usize,
    ) -> Result<(), sotto_privacy::Error> {
        self.noises(&self.grid(clip, values)?, self.parts(workers)).map(|_| ())
    }

    /// Parts that make up the whole noise.
    fn parts(&self, survivors: usize) -> u32 {
        match self.is_distributed {
            true => u32::try_from(survivors).unwrap_or(u32::MAX),
            false => 1,
        }
    }

    /// One of so many parts of the noise on updates and on answers.
    fn noises(
        &self,
        grid: &Grid,
        parts: u32,
    ) -> Result<(DiscreteGaussian, Option<DiscreteGaussian>), sotto_privacy::Error> {
        let part = |noise: f64, grid: &Grid| {
            let part = Distributed::new(noise, grid, parts)?.noise();
            match part.variance().sigma() {
                found if found < SIGMA_MIN => {
                    Err(sotto_privacy::Error::LocalNoise { found, least: SIGMA_MIN })
                }
                _ => Ok(part),
            }
        };
        let updates = part(f64::from(self.noise), grid)?;
        let answers = match self.sigma_bits > 0.0 {
            true => Some(part(self.answer_noise(), &self.answer_grid()?)?),
            false => None,
        };
        Ok((updates, answers))
    }

    /// Adds a worker's part of the noise, where at least so many `survivors` do.
    ///
    /// # Errors
    /// As [`PrivateTask::check`].
    pub(super) fn add_part(
        &self,
        grid: &Grid,
        survivors: usize,
        steps: &mut [i64],
        secret: [u8; 32],
    ) -> Result<(), sotto_privacy::Error> {
        match self.is_distributed {
            true => self.add(grid, self.parts(survivors), steps, secret),
            false => Ok(()),
        }
    }

    /// Adds the noise to a sum, where the workers have not.
    ///
    /// # Errors
    /// As [`PrivateTask::check`].
    pub(super) fn add_whole(
        &self,
        grid: &Grid,
        steps: &mut [i64],
        secret: [u8; 32],
    ) -> Result<(), sotto_privacy::Error> {
        match self.is_distributed {
            true => Ok(()),
            false => self.add(grid, 1, steps, secret),
        }
    }

    fn add(
        &self,
        grid: &Grid,
        parts: u32,
        steps: &mut [i64],
        secret: [u8; 32],
    ) -> Result<(), sotto_privacy::Error> {
        let (on_updates, on_answers) = self.noises(grid, parts)?;
        let mut rng = ChaCha20Rng::from_seed(secret);
        let (values, answers) = steps.split_at_mut(grid.values().min(steps.len()));
        on_updates.add_to(values, &mut rng);
        if let Some(on_answers) = on_answers {
            on_answers.add_to(answers, &mut rng);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use proptest::prelude::*;

    /// Networks from the smallest to the largest.
    const VALUES: [usize; 3] = [7_850, 61_706, 1_663_370];

    fn task(query: &str, workers: usize) -> (PrivateTask, f64) {
        let settings = Settings::from_query(query).unwrap();
        (settings.private_task(workers).unwrap(), f64::from(settings.noise))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn settings_that_are_accepted_have_the_noise_that_is_counted(
            log_noise in -4.6..6.9f64, clients in 1..=10_000u32, log_rate in -9.2..=0f64,
            workers in 3..=10_000usize, survivors in 0.0..=1f64, log_clip in -13.0..13f64,
            adaptive: bool, is_distributed: bool, values in prop::sample::select(VALUES.to_vec()),
        ) {
            let [noise, rate, clip] = [log_noise, log_rate, log_clip].map(f64::exp);
            let dp = if is_distributed { "distributed" } else { "central" };
            let switch = if adaptive { "on" } else { "off" };
            let query = format!(
                "dp={dp}&noise={noise}&clients={clients}&rate={}&clip={clip}&adaptive={switch}",
                rate.max(1e-4),
            );
            let (private, told) = task(&query, workers);
            let clip = clip as f32;
            if private.check(clip, values, workers).is_ok() {
                let survivors = 2.max((survivors * workers as f64) as usize);
                let parts = private.parts(survivors);
                let grid = private.grid(clip, values).unwrap();
                let (updates, answers) = private.noises(&grid, parts).unwrap();
                let whole = |noise: DiscreteGaussian| f64::from(parts) * noise.variance().value();
                // Two queries cost as one whose z^-2 is the sum of theirs.
                let mut cost = grid.norm_max().powi(2) / whole(updates);
                prop_assert_eq!(answers.is_some(), adaptive);
                if let Some(answers) = answers {
                    cost += (private.answer_steps() as f64).powi(2) / whole(answers);
                }
                prop_assert!(cost <= told.powi(-2) * (1.0 + 1e-12), "{cost} {told}");
                // And a part is no coarser than its grid can show.
                for part in [Some(updates), answers].into_iter().flatten() {
                    prop_assert!(part.variance().sigma() >= SIGMA_MIN);
                }
                // No sum of all that are asked wraps, with eight deviations of the noise.
                let all = f64::from(private.asked) * f64::from(private.clients);
                for (step, noise) in [
                    (private.steps(f64::from(private.noise)), Some(updates)),
                    (private.answer_steps() as f64, answers),
                ] {
                    let noise = noise.map_or(0.0, |noise| whole(noise).sqrt());
                    prop_assert!(step * all + 8.0 * noise < f64::from(1u32 << 31));
                }
            }
        }
    }

    /// What usual settings ask for is not refused.
    #[test]
    fn usual_settings_are_accepted() {
        for query in ["", "&adaptive=on", "&adaptive=on&noise=0.3&clients=1", "&noise=20"] {
            for workers in [3, 10, 100, 1000] {
                let (private, _) = task(&format!("dp=distributed{query}"), workers);
                assert_eq!(private.check(1.0, VALUES[1], workers), Ok(()), "{query} {workers}");
            }
        }
    }

    /// Drawn and added up: a hundred workers that need almost no noise each make up the whole.
    #[test]
    fn the_parts_that_are_drawn_make_up_the_noise_on_answers() {
        let workers = 100;
        let (private, _) = task("dp=distributed&adaptive=on&noise=0.3&clients=1&rate=0.1", workers);
        let grid = private.grid(1.0, 1).unwrap();
        let rounds = 400u32;
        let sum_of = |round: u32| {
            let mut steps = vec![0; 2];
            for worker in 0..workers as u32 {
                let mut secret = [0; 32];
                secret[..4].copy_from_slice(&round.to_le_bytes());
                secret[4..8].copy_from_slice(&worker.to_le_bytes());
                private.add_part(&grid, workers, &mut steps, secret).unwrap();
            }
            steps[1] as f64 / private.answer_steps() as f64
        };
        let square: f64 = (0..rounds).map(|round| sum_of(round).powi(2)).sum();
        let wanted = private.answer_noise().powi(2);
        // Five deviations of a chi-square.
        let ratio = square / f64::from(rounds) / wanted;
        assert!((ratio - 1.0).abs() < 5.0 * (2.0 / f64::from(rounds)).sqrt(), "{ratio}");
    }

    #[test]
    fn noise_below_its_grid_is_refused() {
        let (private, _) = task("dp=distributed&noise=0.01&clients=10000", 10_000);
        let refused = private.check(1.0, VALUES[0], 10_000);
        assert!(matches!(refused, Err(sotto_privacy::Error::LocalNoise { .. })), "{refused:?}");
    }
}
