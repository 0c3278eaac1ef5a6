//! Noise that the aggregator adds to the secure sum.

use rand_core::Rng;

use super::{DiscreteGaussian, Error, Variance};

/// The aggregator's noise: a discrete Gaussian on the grid of the sum.
///
/// The aggregator sees the sum without it, so its promise is only as good as its word; towards
/// everybody else the sum is as private as with continuous noise of the same sigma, as measured
/// by Renyi divergences (Canonne, Kamath and Steinke 2020, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Central {
    noise: DiscreteGaussian,
}

impl Central {
    /// Noise with the multiplier `z` for a sum that one worker moves by at most `sensitivity`
    /// steps of the grid in Euclidean norm ([`Grid::norm_max`](super::Grid::norm_max)).
    ///
    /// # Errors
    /// [`Error::NotPositive`] for numbers that are not above zero, [`Error::Variance`] when
    /// the noise is more than the sampler can hold.
    pub fn new(z: f64, sensitivity: f64) -> Result<Self, Error> {
        let z = Error::unless_positive("the noise multiplier", z)?;
        let sensitivity = Error::unless_positive("the sensitivity", sensitivity)?;
        let variance = Variance::at_least((z * sensitivity).powi(2))?;
        Ok(Self { noise: DiscreteGaussian::new(variance) })
    }

    /// The standard deviation of the noise, in steps.
    #[must_use]
    pub fn sigma(&self) -> f64 {
        self.noise.variance().sigma()
    }

    /// Adds the noise to the sum of a round, in steps of the grid.
    pub fn add_to(&self, sum: &mut [i64], rng: &mut impl Rng) {
        self.noise.add_to(sum, rng);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha8Rng;
    use proptest::prelude::*;
    use rand_core::SeedableRng;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_noise_is_z_times_the_sensitivity(z in 0.1..10f64, sensitivity in 1.0..1e5f64, seed: u64) {
            let central = Central::new(z, sensitivity).unwrap();
            prop_assert!(central.sigma() >= z * sensitivity);
            prop_assert!(central.sigma() < z * sensitivity * (1.0 + 1e-6));
            let mut sum = vec![1000; 20_000];
            central.add_to(&mut sum, &mut ChaCha8Rng::seed_from_u64(seed));
            let square: f64 = sum.iter().map(|x| ((x - 1000) as f64 / central.sigma()).powi(2)).sum();
            // Six standard deviations.
            prop_assert!((square / 20_000.0 - 1.0).abs() < 6.0 * (2.0f64 / 20_000.0).sqrt());
        }
    }

    #[test]
    fn noise_beyond_the_sampler_is_refused() {
        assert!(Central::new(1e6, 1e6).is_err());
        assert!(Central::new(f64::NAN, 1.0).is_err());
    }
}
