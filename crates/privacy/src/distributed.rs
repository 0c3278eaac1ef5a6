//! Noise that the workers add, so that nobody ever has the sum without it.
//!
//! Each worker adds a discrete Gaussian of its own before its update is masked. Those who
//! survive a round must make up the whole noise between them, so each adds the variance
//! `sigma^2 / n` for the smallest number n of survivors that a round may be closed with. More
//! survivors only add noise that is independent of everything, which costs no privacy. A
//! worker knows its own part: against workers that tell each other theirs, n counts only
//! the honest survivors.
//!
//! A sum of discrete Gaussians is almost one, but not quite. What that costs is bounded by
//!
//! ```text
//! tau = 10 sum_{k=1}^{n-1} exp(-2 pi^2 s^2 k / (k + 1))
//! ```
//!
//! with the deviation s that one worker adds, in steps (Kairouz, Liu and Steinke 2021,
//! theorem 1 and proposition 14). From s = 2 on it is below 10^-16 n.

use std::f64::consts::PI;

use super::{DiscreteGaussian, Error, Grid, Variance};

/// The smallest deviation of one worker's noise that the bound holds for, in steps.
const LOCAL_SIGMA_MIN: f64 = 0.5;

/// What each worker adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distributed {
    local: Variance,
    survivors: u32,
}

impl Distributed {
    /// Noise of the multiplier `z` on sums over `grid`, complete as soon as `survivors` workers
    /// are in the sum.
    ///
    /// # Errors
    /// [`Error::NoSurvivors`] for none, [`Error::NotPositive`] for a multiplier that is not
    /// above zero, [`Error::Variance`] when the noise is more than the sampler can hold,
    /// [`Error::LocalNoise`] when a worker would add less than half a step, on too coarse a
    /// grid.
    pub fn new(z: f64, grid: &Grid, survivors: u32) -> Result<Self, Error> {
        if survivors == 0 {
            return Err(Error::NoSurvivors);
        }
        let sigma = Error::unless_positive("the noise multiplier", z)? * grid.norm_max();
        let local = Variance::at_least(sigma * sigma / f64::from(survivors))?;
        if local.sigma() < LOCAL_SIGMA_MIN {
            return Err(Error::LocalNoise { found: local.sigma(), least: LOCAL_SIGMA_MIN });
        }
        Ok(Self { local, survivors })
    }

    /// The noise that one worker adds to its rounded update.
    #[must_use]
    pub fn noise(&self) -> DiscreteGaussian {
        DiscreteGaussian::new(self.local)
    }

    /// The privacy of the sum of the fewest survivors.
    #[must_use]
    pub fn sum(&self, grid: &Grid) -> GaussianSum {
        GaussianSum {
            local_sigma: self.local.sigma(),
            survivors: self.survivors,
            values: grid.values(),
            norm: grid.norm_max(),
            absolute: grid.absolute_max(),
        }
    }
}

/// A sum of vectors with a discrete Gaussian in each, and how far one worker moves it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussianSum {
    local_sigma: f64,
    survivors: u32,
    values: usize,
    norm: f64,
    absolute: f64,
}

impl GaussianSum {
    /// How far the sum is from a discrete Gaussian.
    #[must_use]
    pub fn tau(&self) -> f64 {
        let square = self.local_sigma * self.local_sigma;
        let term = |k: u32| {
            let k = f64::from(k);
            libm::exp(-2.0 * PI * PI * square * k / (k + 1.0))
        };
        10.0 * (1..self.survivors).map(term).sum::<f64>()
    }

    /// A bound on the Renyi divergence of the order `alpha >= 1` between the sums with and
    /// without one worker (proposition 14: the least of three).
    #[must_use]
    pub fn divergence(&self, alpha: f64) -> f64 {
        let [per_order, fixed] = self.linear();
        (alpha * per_order + fixed).min(alpha * self.concentrated_without_fixed())
    }

    /// The sum is `rho`-concentrated: the divergence of every order is at most `alpha rho`.
    #[must_use]
    pub fn concentrated(&self) -> f64 {
        let [per_order, fixed] = self.linear();
        (per_order + fixed).min(self.concentrated_without_fixed())
    }

    /// The multiplier of continuous noise that costs as much, `1 / sqrt(2 rho)`, which is what
    /// the accountant works with. Without sampling this is a bound; with sampling it takes
    /// discrete noise for continuous noise with the same divergences.
    #[must_use]
    pub fn noise_multiplier(&self) -> f64 {
        1.0 / libm::sqrt(2.0 * self.concentrated())
    }

    /// `alpha D^2 / (2 n s^2) + tau d`, as its slope and its constant.
    fn linear(&self) -> [f64; 2] {
        [self.shift().powi(2) / 2.0, self.tau() * self.values as f64]
    }

    fn concentrated_without_fixed(&self) -> f64 {
        let (tau, values, shift) = (self.tau(), self.values as f64, self.shift());
        let absolute = self.absolute / self.sigma();
        let by_absolute = shift * shift + 2.0 * absolute * tau + tau * tau * values;
        let by_norm = (shift + tau * libm::sqrt(values)).powi(2);
        by_absolute.min(by_norm) / 2.0
    }

    /// The deviation of the whole noise, in steps.
    fn sigma(&self) -> f64 {
        self.local_sigma * libm::sqrt(f64::from(self.survivors))
    }

    /// How far one worker moves the sum, in deviations of the noise.
    fn shift(&self) -> f64 {
        self.norm / self.sigma()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REACH: usize = 120;

    /// The distribution of a sum of discrete Gaussians on `-REACH..=REACH`, by convolution.
    fn distribution(sigma: f64, survivors: u32) -> Vec<f64> {
        let weight = |i: usize| {
            let x = i as f64 - REACH as f64;
            (-x * x / (2.0 * sigma * sigma)).exp()
        };
        let one: Vec<f64> = (0..=2 * REACH).map(weight).collect();
        let mut sum = one.clone();
        for _ in 1..survivors {
            sum = (0..=2 * REACH)
                .map(|at| {
                    let parts = (0..=2 * REACH).filter_map(|i| {
                        let other = (at + REACH).checked_sub(i)?;
                        Some(sum[i] * one.get(other)?)
                    });
                    parts.sum()
                })
                .collect();
        }
        let total: f64 = sum.iter().sum();
        sum.into_iter().map(|mass| mass / total).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_bound_holds_for_the_real_divergence(
            local_sigma in 0.5..2f64,
            survivors in 1..6u32,
            shift in 1..3usize,
            alpha in 1.1..4f64,
        ) {
            let masses = distribution(local_sigma, survivors);
            // Masses that underflow are far beyond where the moment is.
            let moment: f64 = masses[shift..]
                .iter()
                .zip(&masses)
                .filter(|(with, without)| with.min(**without) > 1e-300)
                .map(|(with, without)| (alpha * with.ln() - (alpha - 1.0) * without.ln()).exp())
                .sum();
            let real = moment.ln() / (alpha - 1.0);
            let length = shift as f64;
            let bound = GaussianSum { local_sigma, survivors, values: 1, norm: length, absolute: length };
            prop_assert!(real <= bound.divergence(alpha) + 1e-9, "{real} > {}", bound.divergence(alpha));
            prop_assert!(bound.divergence(alpha) <= alpha * bound.concentrated() * (1.0 + 1e-12));
        }

        #[test]
        fn the_fewest_survivors_make_up_the_noise(z in 0.5..10f64, survivors in 1..1000u32) {
            let grid = Grid::new(1.0, 1e-4, 1000, 0.6).unwrap();
            let distributed = Distributed::new(z, &grid, survivors).unwrap();
            let total = distributed.noise().variance().value() * f64::from(survivors);
            let wanted = (z * grid.norm_max()).powi(2);
            prop_assert!(total >= wanted * (1.0 - 1e-12) && total <= wanted * (1.0 + 1e-6));
            let found = distributed.sum(&grid).noise_multiplier();
            prop_assert!((found / z - 1.0).abs() < 1e-6, "{found} for {z}");
        }
    }

    #[test]
    fn a_coarse_grid_costs_privacy_or_is_refused() {
        let grid = Grid::new(1.0, 0.05, 100_000, 0.6).unwrap();
        let coarse = Distributed::new(0.05, &grid, 100).unwrap();
        assert!(coarse.sum(&grid).noise_multiplier() < 0.04);
        assert_eq!(Distributed::new(1.0, &grid, 0), Err(Error::NoSurvivors));
        assert!(matches!(Distributed::new(0.01, &grid, 100), Err(Error::LocalNoise { .. })));
    }
}
