//! A clipping norm that follows a quantile of the updates' norms, privately.
//!
//! Each worker tells whether its update was within the norm C. The sum of the answers is as
//! private as that of the updates, and C moves until the wanted share is within it (Andrew,
//! Thakkar, McMahan and Ramaswamy 2021, "Differentially private learning with adaptive
//! clipping", algorithm 1):
//!
//! ```text
//! C  <-  C exp(-eta (b - gamma))      b the noisy share of updates with norm <= C
//! ```
//!
//! When more than gamma of them are within, C shrinks. Answers are sent as +1 and -1, twice
//! what the paper's centred bits are, so that they are whole numbers in the secure sum; one
//! worker moves the sum by 1.

use super::{Error, Variance};

/// Which quantile is followed, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    target: f64,
    rate: f64,
    sigma_bits: f64,
}

impl Quantile {
    /// Follows the quantile `target` (gamma, say 0.5) at the learning rate `rate` (eta, say
    /// 0.2), with noise of the standard deviation `sigma_bits` on the sum of the bits (say a
    /// twentieth of the cohort).
    ///
    /// # Errors
    /// [`Error::NotShare`] for a target outside (0, 1), [`Error::NotPositive`] for the others.
    pub fn new(target: f64, rate: f64, sigma_bits: f64) -> Result<Self, Error> {
        Ok(Self {
            target: Error::unless_share("the quantile", target)?,
            rate: Error::unless_positive("the rate of the clipping norm", rate)?,
            sigma_bits: Error::unless_positive("the noise on the clipped bits", sigma_bits)?,
        })
    }

    /// The noise multiplier for the updates, so that they and the bits together cost as much
    /// as one query with the multiplier `z`: `(z^-2 - (2 sigma_b)^-2)^(-1/2)` (theorem 1).
    ///
    /// # Errors
    /// [`Error::BitNoise`] unless `2 sigma_b > z`, [`Error::NotPositive`] for a `z` that is no
    /// positive number.
    pub fn update_noise(&self, z: f64) -> Result<f64, Error> {
        let z = Error::unless_positive("the noise multiplier", z)?;
        // With the larger multiplier taken out, nothing here overflows or cancels.
        let ratio = z / (2.0 * self.sigma_bits);
        if ratio >= 1.0 {
            return Err(Error::BitNoise { sigma_bits: self.sigma_bits, z });
        }
        Ok(z / libm::sqrt((1.0 - ratio) * (1.0 + ratio)))
    }

    /// The variance of the noise on the sum of the answers, `(2 sigma_b)^2`.
    ///
    /// # Errors
    /// [`Error::Variance`] when it is more than the sampler can hold.
    pub fn answer_variance(&self) -> Result<Variance, Error> {
        Variance::at_least((2.0 * self.sigma_bits).powi(2))
    }
}

/// Whether a norm is within a bound: +1 or -1.
#[must_use]
pub fn answer(norm: f64, bound: f64) -> i64 {
    if norm <= bound { 1 } else { -1 }
}

/// A clipping norm and the quantile that it follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adaptive {
    clip: f64,
    quantile: Quantile,
}

impl Adaptive {
    /// Begins with the norm `clip`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for a norm that is none.
    pub fn new(clip: f64, quantile: Quantile) -> Result<Self, Error> {
        Ok(Self { clip: Error::unless_positive("the clipping norm", clip)?, quantile })
    }

    /// The same quantile, followed from the norm `clip` on.
    ///
    /// # Errors
    /// As [`Adaptive::new`].
    pub fn at(self, clip: f64) -> Result<Self, Error> {
        Self::new(clip, self.quantile)
    }

    /// The norm to clip to in this round.
    #[must_use]
    pub fn clip(&self) -> f64 {
        self.clip
    }

    /// A worker's answer: +1 when the norm of its update is within the bound, -1 when not.
    #[must_use]
    pub fn answer(&self, norm: f64) -> i64 {
        answer(norm, self.clip)
    }

    /// Moves the norm after a round: `answers` is their noisy sum, `cohort` how many they are.
    ///
    /// A step that would leave the range of numbers is not taken.
    pub fn follow(&mut self, answers: i64, cohort: u32) {
        let share = (answers as f64 / f64::from(cohort) + 1.0) / 2.0;
        let Quantile { target, rate, .. } = self.quantile;
        // The same on every machine, for the norm decides how training goes on.
        let next = self.clip * libm::exp(-rate * (share - target));
        if next.is_normal() {
            self.clip = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DiscreteGaussian;
    use chacha20::ChaCha8Rng;
    use proptest::prelude::*;
    use rand_core::SeedableRng;
    use sotto_core::seeded::Stream;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_norm_finds_the_quantile(seed: u64, target in 0.1..0.9f64, start in -4.0..4f64) {
            // Norms are log-normal; of 1,000 workers a round asks 200.
            let mut stream = Stream::new(seed, "test/adaptive");
            let mut norms: Vec<f64> = (0..1000).map(|_| (0.5 * stream.normal()).exp()).collect();
            let quantile = Quantile::new(target, 0.2, 10.0).unwrap();
            let noise = DiscreteGaussian::new(quantile.answer_variance().unwrap());
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut draws = noise.draws(&mut rng);
            let mut adaptive = Adaptive::new(start.exp(), quantile).unwrap();
            let (mut below, rounds) = (0.0, 400);
            for round in 0..rounds + 200 {
                stream.shuffle(&mut norms);
                let answers: i64 = norms[..200].iter().map(|norm| adaptive.answer(*norm)).sum();
                adaptive.follow(answers + draws.next().unwrap(), 200);
                if round >= 200 {
                    below += norms.iter().filter(|norm| **norm <= adaptive.clip()).count() as f64;
                }
            }
            let share = below / f64::from(rounds) / 1000.0;
            prop_assert!((share - target).abs() < 0.03, "{share} of the norms are within");
        }

        #[test]
        fn both_queries_cost_as_much_as_one(z in 0.01..100f64, more in 1e-6..100f64) {
            let sigma_bits = z / 2.0 * (1.0 + more);
            let updates = Quantile::new(0.5, 0.2, sigma_bits).unwrap().update_noise(z).unwrap();
            // A query with the multiplier z costs 1 / (2 z^2) of concentrated privacy.
            let cost = updates.powi(-2) + (2.0 * sigma_bits).powi(-2);
            prop_assert!((cost * z * z - 1.0).abs() < 1e-9);
            prop_assert!(updates > z);
        }

        #[test]
        fn bits_with_too_little_noise_are_refused(z in 0.01..100f64, less in 0.0..=1f64) {
            prop_assume!(less > 0.0);
            let quantile = Quantile::new(0.5, 0.2, z * less / 2.0).unwrap();
            let refused = matches!(quantile.update_noise(z), Err(Error::BitNoise { .. }));
            prop_assert!(refused);
        }
    }

    #[test]
    fn a_norm_that_all_are_within_shrinks() {
        let mut adaptive = Adaptive::new(1.0, Quantile::new(0.5, 0.2, 1.0).unwrap()).unwrap();
        adaptive.follow(10, 10);
        assert!((adaptive.clip() - (-0.1f64).exp()).abs() < 1e-12);
        adaptive.follow(-10, 10);
        assert!((adaptive.clip() - 1.0).abs() < 1e-12);
        adaptive.follow(i64::MIN, 1);
        adaptive.follow(0, 0);
        assert!((adaptive.clip() - 1.0).abs() < 1e-12);
    }
}
