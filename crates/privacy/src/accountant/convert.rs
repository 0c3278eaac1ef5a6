//! From Renyi divergences to epsilon at a delta.

use super::super::Error;

/// The smallest order looked at, less one.
const EXCESS_MIN: f64 = 1e-4;
/// The largest, less one: a Gaussian with the largest multiplier and an epsilon far below 1.
const EXCESS_MAX: f64 = 1e7;
/// Neighbouring orders of the first search differ, less one, by this factor.
const RATIO: f64 = 1.5;
/// Steps of the second search; each leaves 0.618 of an interval.
const SHRINKINGS: usize = 26;

/// An epsilon and the order of the divergence that gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversion {
    /// The privacy loss that is passed with a probability of at most delta.
    pub epsilon: f64,
    /// The order, above 1.
    pub order: f64,
}

/// The least epsilon at `delta` that Renyi divergences give, over all real orders.
///
/// `divergence(alpha)` bounds the divergence of the order `alpha > 1`, and does not fall as
/// alpha rises. For every order (Canonne, Kamath and Steinke 2020, proposition 12)
///
/// ```text
/// epsilon = divergence + ln((alpha - 1)/alpha) - (ln delta + ln alpha) / (alpha - 1)
/// ```
///
/// # Errors
/// [`Error::Delta`] for a delta outside (0, 1).
pub fn convert(delta: f64, divergence: impl Fn(f64) -> f64) -> Result<Conversion, Error> {
    Ok(best_order(super::valid_delta(delta)?, divergence))
}

/// [`convert`] for a delta that is known to be valid.
///
/// The best order is first looked for on a grid of logarithms, then between the neighbours
/// of its best point by golden section.
pub(super) fn best_order(delta: f64, divergence: impl Fn(f64) -> f64) -> Conversion {
    let at = |excess: f64| {
        let order = 1.0 + excess;
        let bound = divergence(order);
        let rest = libm::log(excess / order) - (libm::log(delta) + libm::log(order)) / excess;
        (bound + rest, bound)
    };
    let (mut best, mut best_at) = (f64::INFINITY, EXCESS_MIN);
    let mut excess = EXCESS_MIN;
    while excess <= EXCESS_MAX {
        let (epsilon, bound) = at(excess);
        if epsilon < best {
            (best, best_at) = (epsilon, excess);
        }
        // The other terms are above -1 by then, and the divergence only rises.
        if excess > 2.0 && bound > best + 1.0 {
            break;
        }
        excess *= RATIO;
    }
    let (low, high) = (libm::log(best_at / RATIO), libm::log(best_at * RATIO));
    let (log, refined) = golden_section(low, high, |log| at(libm::exp(log)).0);
    if refined < best {
        (best, best_at) = (refined, libm::exp(log));
    }
    Conversion { epsilon: best.max(0.0), order: 1.0 + best_at }
}

/// Where a function with one valley is least in an interval, and its value there.
fn golden_section(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let golden = (libm::sqrt(5.0) - 1.0) / 2.0;
    let mut left = high - golden * (high - low);
    let mut right = low + golden * (high - low);
    let (mut f_left, mut f_right) = (f(left), f(right));
    for _ in 0..SHRINKINGS {
        if f_left < f_right {
            (high, right, f_right) = (right, left, f_left);
            left = high - golden * (high - low);
            f_left = f(left);
        } else {
            (low, left, f_left) = (left, right, f_right);
            right = low + golden * (high - low);
            f_right = f(right);
        }
    }
    if f_left < f_right { (left, f_left) } else { (right, f_right) }
}

#[cfg(test)]
mod tests {
    use super::super::gaussian;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_minimum_is_found(at in -3.0..7f64) {
            let (found, _) = golden_section(-3.5, 7.5, |x| (x - at).powi(2));
            prop_assert!((found - at).abs() < 1e-3);
        }

        #[test]
        fn a_gaussian_converts_to_a_little_more_than_it_is(log_mu in -6.0..5f64, log_delta in -40.0..-2f64) {
            let (mu, delta) = (log_mu.exp(), log_delta.exp());
            let exact = gaussian::epsilon(mu, delta);
            let found = convert(delta, |alpha| alpha * mu * mu / 2.0).unwrap().epsilon;
            prop_assert!(found >= exact - 1e-9);
            // The conversion is known to be within a few parts in ten, plus what delta allows.
            prop_assert!(found <= 1.6 * exact + 2.0 * mu, "{found} for {exact}");
            // No order of a fine grid does better.
            for step in 0..2000 {
                let excess = (f64::from(step) * 0.014 - 9.0).exp();
                let order = 1.0 + excess;
                let other = order * mu * mu / 2.0 + (excess / order).ln() - (delta * order).ln() / excess;
                prop_assert!(found <= other.max(0.0) + 1e-6 * (1.0 + found));
            }
        }
    }

    #[test]
    fn a_delta_that_is_none_is_refused() {
        for delta in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(convert(delta, |alpha| alpha).is_err());
        }
    }
}
