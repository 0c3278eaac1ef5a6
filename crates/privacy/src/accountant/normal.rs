//! The normal distribution, also far out.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// From here on the tail is taken from its series.
const FAR: f64 = 25.0;

/// The probability that a standard normal number is between `low` and `high`.
///
/// The difference is taken in the nearer tail, where it does not cancel.
pub(super) fn mass(low: f64, high: f64) -> f64 {
    let above = |x: f64| 0.5 * libm::erfc(x * FRAC_1_SQRT_2);
    if low + high > 0.0 { above(low) - above(high) } else { above(-high) - above(-low) }
}

/// The density of the standard normal distribution.
pub(super) fn density(x: f64) -> f64 {
    libm::exp(-x * x / 2.0) / libm::sqrt(2.0 * PI)
}

/// The mass above `x` over the density at `x` (Mills' ratio), for an `x` of any size.
pub(super) fn mills(x: f64) -> f64 {
    if x < FAR {
        return mass(x, f64::INFINITY) / density(x);
    }
    // The asymptotic series: from 25 on, six terms are good to double precision.
    let inverse_square = 1.0 / (x * x);
    let series = (0..6).rev().fold(1.0, |sum, k| 1.0 - f64::from(2 * k + 1) * inverse_square * sum);
    series / x
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mass_is_the_integral_of_the_density(low in -8.0..8f64, width in 1e-4..1f64) {
            // Simpson's rule.
            let steps = 400;
            let point = |i: i32| low + width * f64::from(i) / f64::from(steps);
            let weight = |i: i32| if i == 0 || i == steps { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
            let sum: f64 = (0..=steps).map(|i| weight(i) * density(point(i))).sum();
            let integral = sum * width / f64::from(3 * steps);
            prop_assert!((mass(low, low + width) / integral - 1.0).abs() < 1e-8);
        }

        #[test]
        fn mills_ratio_solves_its_equation(x in -5.0..200f64) {
            // m' = x m - 1, by central differences.
            let h = 1e-3 / (1.0 + x.abs());
            let slope = (mills(x + h) - mills(x - h)) / (2.0 * h);
            prop_assert!((slope - (x * mills(x) - 1.0)).abs() < 1e-6 * (1.0 + mills(x).abs() + slope.abs()));
        }
    }

    #[test]
    fn the_series_joins_on() {
        let before = mills(FAR - 1e-9);
        assert!((mills(FAR) / before - 1.0).abs() < 1e-9);
    }
}
