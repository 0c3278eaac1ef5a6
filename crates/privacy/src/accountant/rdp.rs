//! The Renyi divergence of the sampled Gaussian mechanism.
//!
//! With the sampling rate q and the noise `s = z` in units of the sensitivity, the divergence
//! of the mixture from the base is (Mironov, Talwar and Zhang 2019, "Renyi differential
//! privacy of the sampled Gaussian mechanism", section 3.1)
//!
//! ```text
//! D_alpha = ln A / (alpha - 1),   A = E_{x ~ N(0, s^2)} [ r(x)^alpha ]
//! r(x)    = (1 - q) + q exp((2x - 1) / (2 s^2))
//! ```
//!
//! It is the larger of the two directions (theorem 5 there). A is computed by the trapezoidal
//! rule: its integrand is analytic in the strip `|Im x| < pi s^2`, where r has its nearest
//! zero, so the error falls as `exp(-2 pi^2 s^2 / h)` with the step h, and as
//! `exp(-2 pi^2 s^2 / h^2)` for the normal density. Every real order is as easy as another,
//! which a series of binomial terms does not offer.

use std::f64::consts::PI;

/// Steps of the quadrature for the smaller of s and s^2.
const STEPS: f64 = 3.0;
/// Standard deviations beyond the peaks that the sum goes: the rest is below 10^-19.
const REACH: f64 = 9.2;
/// Above this ln A is summed in logarithms, below it A - 1 is summed without cancelling.
const SMALL: f64 = 0.1;
/// Where `r^alpha` has this logarithm, the linear terms are beyond its last digit.
const FAR: f64 = 40.0;

/// The divergence of the order `alpha > 1` of one step with the sampling rate `q` and the
/// noise multiplier `z`, removing one member.
pub(super) fn divergence(q: f64, z: f64, alpha: f64) -> f64 {
    if q >= 1.0 {
        return alpha / (2.0 * z * z);
    }
    let log = log_moment(q, z, alpha);
    let log = if log < SMALL { libm::log1p(small_moment(q, z, alpha)) } else { log };
    log / (alpha - 1.0)
}

/// ln A, as a sum of exponentials around their largest.
fn log_moment(q: f64, z: f64, alpha: f64) -> f64 {
    let exponent = |x: f64| alpha * log_ratio(q, z, x) - x * x / (2.0 * z * z);
    // What was summed so far, in units of exp(largest).
    let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
    let h = for_points(z, alpha, |x| {
        let exponent = exponent(x);
        if exponent > largest {
            sum = sum * libm::exp(largest - exponent) + 1.0;
            largest = exponent;
        } else {
            sum += libm::exp(exponent - largest);
        }
    });
    largest + libm::log(sum * h / (z * libm::sqrt(2.0 * PI)))
}

/// `A - 1 = E[r^alpha - 1 - alpha (r - 1)]`, for the mean of r is 1. Its terms are positive,
/// so that a small A - 1 keeps its digits.
fn small_moment(q: f64, z: f64, alpha: f64) -> f64 {
    let mut sum = 0.0;
    let h = for_points(z, alpha, |x| {
        let (log, weight) = (log_ratio(q, z, x), -x * x / (2.0 * z * z));
        sum += if alpha * log > FAR {
            libm::exp(alpha * log + weight)
        } else {
            (libm::expm1(alpha * log) - alpha * libm::expm1(log)) * libm::exp(weight)
        };
    });
    sum * h / (z * libm::sqrt(2.0 * PI))
}

/// ln r(x), the logarithm of the density with the member over that without; it rises with x.
pub(super) fn log_ratio(q: f64, z: f64, x: f64) -> f64 {
    let exponent = (2.0 * x - 1.0) / (2.0 * z * z);
    if q >= 1.0 {
        exponent
    } else if exponent < 1.0 {
        libm::log1p(q * libm::expm1(exponent))
    } else {
        libm::log(q) + exponent + libm::log1p((1.0 - q) / q * libm::exp(-exponent))
    }
}

/// Visits the points of the trapezoidal rule, and returns their distance.
///
/// The integrand is largest around 0, around `alpha`, or between the two.
fn for_points(z: f64, alpha: f64, mut visit: impl FnMut(f64)) -> f64 {
    let h = z.min(z * z) / STEPS;
    let from = libm::floor(-REACH * z / h) as i64;
    let to = libm::ceil((alpha + REACH * z) / h) as i64;
    for i in from..=to {
        visit(i as f64 * h);
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// For whole orders A is a binomial sum (Mironov, Talwar and Zhang 2019, section 3.3).
    fn by_binomials(q: f64, z: f64, order: u32) -> f64 {
        let alpha = f64::from(order);
        let mut choose = 0.0;
        let mut terms = Vec::new();
        for k in 0..=order {
            let k = f64::from(k);
            terms.push(
                choose + k * q.ln() + (alpha - k) * (-q).ln_1p() + k * (k - 1.0) / (2.0 * z * z),
            );
            choose += ((alpha - k) / (k + 1.0)).ln();
        }
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = terms.iter().map(|term| (term - largest).exp()).sum();
        (largest + sum.ln()) / (alpha - 1.0)
    }

    proptest! {
        #[test]
        fn whole_orders_agree_with_the_binomial_sum(log_q in -7.0..-0.01f64, log_z in -2.0..4f64, order in 2..80u32) {
            let (q, z) = (log_q.exp(), log_z.exp());
            let exact = by_binomials(q, z, order);
            let found = divergence(q, z, f64::from(order));
            // The binomial sum itself cancels to some 10^-14.
            prop_assert!((found - exact).abs() < 1e-9 * exact + 1e-13, "{found} for {exact}");
        }

        #[test]
        fn divergence_rises_with_the_order_and_stays_below_full_sampling(
            q in 1e-4..1f64, log_z in -2.0..4f64, alpha in 1.001..60f64, more in 0.001..10f64,
        ) {
            let z = log_z.exp();
            let (one, two) = (divergence(q, z, alpha), divergence(q, z, alpha + more));
            prop_assert!(one >= 0.0 && one <= two * (1.0 + 1e-9));
            prop_assert!(one <= alpha / (2.0 * z * z) * (1.0 + 1e-9));
        }
    }

    /// A - 1 by its definition, in many small rectangles.
    fn by_rectangles(q: f64, z: f64, alpha: f64) -> f64 {
        let (h, ends) = (1e-3 * z, (alpha / z + 14.0) * 1e3);
        let term = |i: i64| {
            let x = i as f64 * h;
            let r = (1.0 - q) + q * ((2.0 * x - 1.0) / (2.0 * z * z)).exp();
            (r.powf(alpha) - 1.0 - alpha * (r - 1.0)) * (-x * x / (2.0 * z * z)).exp()
        };
        let sum: f64 = (-14_000..ends as i64).map(term).sum();
        (sum * h / (z * (2.0 * PI).sqrt())).ln_1p() / (alpha - 1.0)
    }

    #[test]
    fn one_step_agrees_with_the_vectors() {
        let mut rows = 0;
        for row in include_str!("../../tests/vectors/rdp_single_step.csv").lines().skip(1) {
            let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
            let [q, z, alpha, expected] = cells[..] else { panic!("{row}") };
            let found = divergence(q, z, alpha);
            if q == 1.0 || alpha.fract() == 0.0 {
                assert!((found / expected - 1.0).abs() < 1e-9, "{row}: {found}");
            } else {
                // The vectors have these from a series that was cut too early, so that they are
                // too large: some are above those of larger orders, as no divergence is.
                assert!(found < expected * (1.0 + 1e-9), "{row}: {found}");
                let exact = by_rectangles(q, z, alpha);
                assert!((found / exact - 1.0).abs() < 1e-9, "{row}: {found}, {exact}");
            }
            rows += 1;
        }
        assert_eq!(rows, 90);
    }
}
