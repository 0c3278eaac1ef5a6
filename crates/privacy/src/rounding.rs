//! Rounding an update onto the grid of the secure sum, at random and within a norm.
//!
//! A value between two points of the grid goes up with a probability that is its distance
//! from the lower one, so the mean stays. That can lengthen the update, and the accountant
//! must know by how much: a rounding beyond the bound below is thrown away and drawn anew
//! (Kairouz, Liu and Steinke 2021, "The distributed discrete Gaussian mechanism for federated
//! learning with secure aggregation", theorem 1). With the clipping norm c and the step
//! gamma, for d values,
//!
//! ```text
//! min { c^2/gamma^2 + d/4 + sqrt(2 ln(1/beta)) (c/gamma + sqrt(d)/2),  (c/gamma + sqrt(d))^2 }
//! ```
//!
//! bounds the square of the norm in steps. A rounding is thrown away with a probability of at
//! most beta, which is also what bounds the bias that throwing away brings back
//! (proposition 22).

use rand_core::Rng;

use super::{Error, norm};

/// The longest clipping norm in steps of the grid.
const STEPS_MAX: f64 = (1u64 << 30) as f64;
/// The most values of an update.
const VALUES_MAX: usize = 1 << 24;

/// The grid that updates are rounded to, and the norm that they have on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    clip: f64,
    step: f64,
    values: usize,
    norm_max: f64,
}

impl Grid {
    /// A grid of the step `step` (gamma) for updates of so many values that are clipped to the
    /// norm `clip` (c), of which at most the share `beta` is rounded anew.
    ///
    /// # Errors
    /// [`Error::NotPositive`] or [`Error::NotShare`] for numbers outside their range,
    /// [`Error::Grid`] when `clip` is more than 2^30 steps, [`Error::Length`] for more than
    /// 2^24 values.
    pub fn new(clip: f64, step: f64, values: usize, beta: f64) -> Result<Self, Error> {
        let clip = Error::unless_positive("the clipping norm", clip)?;
        let step = Error::unless_positive("the step of the grid", step)?;
        let beta = Error::unless_share("the share of roundings thrown away", beta)?;
        if clip / step > STEPS_MAX {
            return Err(Error::Grid { found: clip / step, most: STEPS_MAX });
        }
        if values > VALUES_MAX {
            return Err(Error::Length { expected: VALUES_MAX, found: values });
        }
        Ok(Self { clip, step, values, norm_max: norm_bound(clip / step, values, beta) })
    }

    /// The step between neighbouring points, gamma.
    #[must_use]
    pub fn step(&self) -> f64 {
        self.step
    }

    /// Values of an update, d.
    #[must_use]
    pub fn values(&self) -> usize {
        self.values
    }

    /// The largest Euclidean norm of a rounded update, in steps: how far one worker moves the
    /// secure sum.
    #[must_use]
    pub fn norm_max(&self) -> f64 {
        self.norm_max
    }

    /// The largest sum of absolute values of a rounded update, in steps. Whole numbers are
    /// never larger than their squares.
    #[must_use]
    pub fn absolute_max(&self) -> f64 {
        self.norm_max * self.norm_max.min(libm::sqrt(self.values as f64))
    }

    /// The update in whole steps, each value rounded up or down.
    ///
    /// The chance of going up is exact to 2^-53.
    ///
    /// # Errors
    /// [`Error::Length`] for an update of another length, [`Error::NotFinite`] for values that
    /// are not numbers, [`Error::NotClipped`] for one that is longer than the clipping norm.
    pub fn round(&self, update: &[f32], rng: &mut impl Rng) -> Result<Vec<i64>, Error> {
        if update.len() != self.values {
            return Err(Error::Length { expected: self.values, found: update.len() });
        }
        let norm = norm(update);
        if !norm.is_finite() {
            return Err(Error::NotFinite);
        }
        if norm > self.clip {
            return Err(Error::NotClipped { norm, bound: self.clip });
        }
        // Whole numbers below 2^61: every rounding is within the second bound.
        let square_max = (self.norm_max * self.norm_max) as u64;
        loop {
            let rounded: Vec<i64> =
                update.iter().map(|value| nearby(f64::from(*value) / self.step, rng)).collect();
            let square: u64 = rounded.iter().map(|value| value.unsigned_abs().pow(2)).sum();
            if square <= square_max {
                return Ok(rounded);
            }
        }
    }
}

/// The bound on the norm after rounding, in steps, for a norm of `steps` before.
fn norm_bound(steps: f64, values: usize, beta: f64) -> f64 {
    let side = libm::sqrt(values as f64);
    let spread = libm::sqrt(-2.0 * libm::log(beta)) * (steps + side / 2.0);
    let likely = steps * steps + side * side / 4.0 + spread;
    libm::sqrt(likely).min(steps + side)
}

/// One of the two whole numbers around `value`, which is the mean of the draws.
fn nearby(value: f64, rng: &mut impl Rng) -> i64 {
    let below = libm::floor(value);
    let unit = (rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
    below as i64 + i64::from(unit < value - below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip;
    use chacha20::ChaCha8Rng;
    use proptest::prelude::*;
    use rand_core::SeedableRng;

    /// `exp(-1/2)`, the paper's choice.
    const BETA: f64 = 0.606_530_66;

    /// With 10,000 values, and `sqrt(-2 ln beta)` one and two: `sqrt(100^2 + 2500 + 150)` and `sqrt(100^2 + 2500 + 300)`.
    #[test]
    fn the_bound_is_the_formula_s() {
        for (beta, bound) in [(-0.5f64, 12_650f64), (-2.0, 12_800.0)] {
            let found = norm_bound(100.0, 10_000, beta.exp());
            assert!((found - bound.sqrt()).abs() < 1e-9, "{found}");
        }
        // Where chance bounds nothing, each value moves by less than a step.
        assert_eq!(norm_bound(3.0, 4, 1e-300), 5.0);
    }

    proptest! {
        #[test]
        fn a_rounding_is_near_and_within_the_bound(
            mut update in prop::collection::vec(-1.0..1f32, 1..300),
            log in -8.0..3f64,
            seed: u64,
        ) {
            clip(&mut update, 1.0).unwrap();
            let grid = Grid::new(1.0, log.exp(), update.len(), BETA).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let rounded = grid.round(&update, &mut rng).unwrap();
            let square: f64 = rounded.iter().map(|x| (*x as f64).powi(2)).sum();
            let absolute: f64 = rounded.iter().map(|x| x.abs() as f64).sum();
            prop_assert!(square.sqrt() <= grid.norm_max());
            prop_assert!(absolute <= grid.absolute_max());
            for (value, steps) in update.iter().zip(&rounded) {
                prop_assert!((f64::from(*value) / grid.step() - *steps as f64).abs() < 1.0);
            }
        }

        #[test]
        fn rounding_has_no_bias(value in -3.0..3f64, seed: u64) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let sum: i64 = (0..20_000).map(|_| nearby(value, &mut rng)).sum();
            // Six standard deviations at most.
            prop_assert!((sum as f64 / 20_000.0 - value).abs() < 6.0 * 0.5 / 20_000f64.sqrt());
        }

        #[test]
        fn few_roundings_are_thrown_away(update in prop::collection::vec(-1.0..1f32, 50), beta in 0.1..0.9f64, seed: u64) {
            let bound = norm_bound(norm(&update), update.len(), beta);
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let beyond = (0..400).filter(|_| {
                let square: i64 =
                    update.iter().map(|x| nearby(f64::from(*x), &mut rng).pow(2)).sum();
                (square as f64).sqrt() > bound
            });
            // Beta and six standard deviations.
            let most = 400.0 * beta + 6.0 * (400.0 * beta * (1.0 - beta)).sqrt();
            prop_assert!((beyond.count() as f64) <= most);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let grid = Grid::new(1.0, 0.1, 2, BETA).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut refused = |update: &[f32]| grid.round(update, &mut rng).unwrap_err();
        assert_eq!(refused(&[1.0]), Error::Length { expected: 2, found: 1 });
        assert_eq!(refused(&[f32::NAN, 0.0]), Error::NotFinite);
        assert!(matches!(refused(&[1.0, 1.0]), Error::NotClipped { .. }));
        assert!(Grid::new(1.0, 1e-10, 2, BETA).is_err());
        assert!(Grid::new(1.0, 0.1, 2, 1.0).is_err());
    }
}
