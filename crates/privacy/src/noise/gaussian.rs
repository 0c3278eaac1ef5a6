//! The discrete Gaussian, drawn exactly.
//!
//! Laplace noise of the scale `t = floor(sigma) + 1` proposes `y`, and a coin takes it with
//! probability `exp(-(|y| - sigma^2/t)^2 / (2 sigma^2))` (Canonne, Kamath and Steinke 2020,
//! algorithm 3). With `sigma^2 = a/b` the exponent is the fraction
//!
//! ```text
//! (|y| b t - a)^2 / (2 a b t^2)
//! ```
//!
//! As `b t^2 <= 2^49` and `|y| < 2^10 t`, neither side passes 2^118.

use rand_core::Rng;

use super::Variance;
use super::coins::Coins;

/// The most whole scales of a Laplace draw. More would come with probability `exp(-1023)`, and
/// the Gaussian would take them with less than `exp(-500_000)`.
const WHOLE_MAX: u64 = (1 << 10) - 2;

/// A discrete Gaussian around zero.
///
/// ```
/// use chacha20::ChaCha20Rng;
/// use rand_core::SeedableRng;
/// use sotto_privacy::{DiscreteGaussian, Variance};
///
/// // A seed of the operating system in earnest.
/// let mut rng = ChaCha20Rng::from_seed([7; 32]);
/// let noise = DiscreteGaussian::new(Variance::new(9, 4)?);
/// let mut sum = vec![100; 1000];
/// noise.add_to(&mut sum, &mut rng);
/// assert!(sum.iter().all(|value| (80..120).contains(value)));
/// # Ok::<(), sotto_privacy::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscreteGaussian {
    variance: Variance,
    /// `t`.
    scale: u32,
    /// `b t`.
    unit: u128,
    /// `2 a b t^2`.
    denominator: u128,
}

impl DiscreteGaussian {
    /// The discrete Gaussian with this `sigma^2`.
    ///
    /// # Panics
    /// Never: a [`Variance`] is only made within the bounds of the arithmetic.
    #[must_use]
    pub fn new(variance: Variance) -> Self {
        let scale = variance.scale();
        Self {
            variance,
            scale: u32::try_from(scale).expect("sigma is below 2^24"),
            unit: u128::from(variance.denominator()) * u128::from(scale),
            denominator: variance.exponent_denominator().expect("checked when it was made"),
        }
    }

    /// The parameter `sigma^2`.
    #[must_use]
    pub fn variance(&self) -> Variance {
        self.variance
    }

    /// Adds a draw of its own to each of the values.
    ///
    /// # Panics
    /// When a sum does not fit into 64 bits, in builds that check.
    pub fn add_to(&self, values: &mut [i64], rng: &mut impl Rng) {
        for (value, noise) in values.iter_mut().zip(self.draws(rng)) {
            *value += noise;
        }
    }

    /// Independent draws without end. `rng` must be cryptographic and secret.
    pub fn draws<R: Rng>(&self, rng: &mut R) -> impl Iterator<Item = i64> {
        let mut coins = Coins::new(rng);
        std::iter::repeat_with(move || self.draw(&mut coins))
    }

    fn draw<R: Rng>(&self, coins: &mut Coins<R>) -> i64 {
        loop {
            let proposal = laplace(self.scale, coins);
            let reach = u128::from(proposal.unsigned_abs()) * self.unit;
            let offset = reach.abs_diff(u128::from(self.variance.numerator()));
            if coins.exp_minus(offset * offset, self.denominator) {
                return proposal;
            }
        }
    }
}

/// Discrete Laplace noise: `x` with a probability proportional to `exp(-|x| / scale)`
/// (Canonne, Kamath and Steinke 2020, algorithm 2). At most 2^10 scales from zero.
fn laplace<R: Rng>(scale: u32, coins: &mut Coins<R>) -> i64 {
    loop {
        let part = coins.below(scale);
        if !coins.exp_minus(u128::from(part), u128::from(scale)) {
            continue;
        }
        let mut whole = 0;
        while whole < WHOLE_MAX && coins.exp_minus_one() {
            whole += 1;
        }
        let magnitude = (u64::from(part) + u64::from(scale) * whole) as i64;
        match coins.flip() {
            // Zero would come twice as often as it should.
            true if magnitude == 0 => {}
            true => return -magnitude,
            false => return magnitude,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha8Rng;
    use proptest::prelude::*;
    use rand_core::SeedableRng;

    const DRAWS: usize = 100_000;

    fn draws(variance: Variance, seed: u64) -> Vec<i64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        DiscreteGaussian::new(variance).draws(&mut rng).take(DRAWS).collect()
    }

    /// Chi-square of draws against weights of whole numbers, in bins of 50 draws or more, and
    /// its degrees of freedom.
    fn chi_square(draws: &[i64], reach: i64, weight: impl Fn(f64) -> f64) -> (f64, f64) {
        let weights: Vec<f64> = (-reach..=reach).map(|x| weight(x as f64)).collect();
        let scale = draws.len() as f64 / weights.iter().sum::<f64>();
        let mut counts = vec![0.0; weights.len()];
        for draw in draws {
            counts[(draw + reach) as usize] += 1.0;
        }
        let (mut statistic, mut bins) = (0.0, 0.0);
        let (mut expected, mut found) = (0.0, 0.0);
        for (weight, count) in weights.iter().zip(&counts) {
            expected += weight * scale;
            found += count;
            if expected >= 50.0 {
                statistic += (found - expected).powi(2) / expected;
                bins += 1.0;
                (expected, found) = (0.0, 0.0);
            }
        }
        (statistic, bins)
    }

    /// The statistic is within six standard deviations of its mean.
    fn plausible((statistic, bins): (f64, f64)) -> bool {
        statistic < bins + 6.0 * (2.0 * bins).sqrt() + 6.0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn draws_follow_the_distribution(seed: u64, sigma in 0.2..40f64) {
            let variance = Variance::at_least(sigma * sigma).unwrap();
            let weight = |x: f64| (-x * x / (2.0 * variance.value())).exp();
            let reach = (sigma * 40.0) as i64 + 10;
            prop_assert!(plausible(chi_square(&draws(variance, seed), reach, weight)));
        }

        #[test]
        fn laplace_draws_follow_theirs(seed: u64, scale in 1..60u32) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut coins = Coins::new(&mut rng);
            let draws: Vec<i64> = (0..DRAWS).map(|_| laplace(scale, &mut coins)).collect();
            let weight = |x: f64| (-x.abs() / f64::from(scale)).exp();
            prop_assert!(plausible(chi_square(&draws, i64::from(scale) * 60, weight)));
        }

        #[test]
        fn large_draws_have_the_moments_of_a_normal(seed: u64, log in 2.0..16.6f64) {
            let variance = Variance::at_least((2.0 * log).exp()).unwrap();
            let draws: Vec<f64> =
                draws(variance, seed).iter().map(|x| *x as f64 / variance.sigma()).collect();
            let moment = |power: i32| draws.iter().map(|x| x.powi(power)).sum::<f64>() / DRAWS as f64;
            // Standard deviations of the estimates: 1, sqrt(2), sqrt(15), sqrt(96) over sqrt(n).
            for (power, mean, deviation) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
                let error = (moment(power) - mean).abs();
                let bound = 6.0 * f64::sqrt(deviation / DRAWS as f64);
                prop_assert!(error < bound, "moment {power} is {}", moment(power));
            }
        }
    }

    #[test]
    fn the_tail_is_as_heavy_as_it_should_be() {
        let variance = Variance::new(100, 1).unwrap();
        let weight = |x: i64| (-(x * x) as f64 / 200.0).exp();
        let all: f64 = (-200..=200).map(weight).sum();
        for beyond in [20, 30, 40] {
            let share = 2.0 * (beyond..=200).map(weight).sum::<f64>() / all;
            let found = draws(variance, 5).iter().filter(|x| x.abs() >= beyond).count() as f64;
            let expected = share * DRAWS as f64;
            assert!((found - expected).abs() < 6.0 * expected.sqrt() + 1.0, "{found} {expected}");
        }
    }

    /// A run with given coins is the same everywhere: whole numbers, and no rounding anywhere.
    #[test]
    fn the_same_coins_give_the_same_draws() {
        for (numerator, denominator, before) in [
            (1, 4, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            (9, 1, [1, 4, -2, 2, 2, 4, 0, -5, -2, -2, -1, 2]),
            (1_000_001, 10, [442, 270, 81, 137, -21, -14, 181, -217, 4, 12, 49, 220]),
        ] {
            let variance = Variance::new(numerator, denominator).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(11);
            let drawn: Vec<i64> =
                DiscreteGaussian::new(variance).draws(&mut rng).take(12).collect();
            assert_eq!(drawn, before, "{numerator}/{denominator}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_drawn() {
        let largest = Variance::at_least(f64::from(super::super::SIGMA_MAX).powi(2)).unwrap();
        let finest = Variance::new(1, 1 << 49).unwrap();
        assert!(draws(largest, 1).iter().any(|x| x.abs() > 1 << 24));
        assert!(draws(finest, 1).iter().all(|x| *x == 0));
    }
}
