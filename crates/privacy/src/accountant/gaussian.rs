//! The Gaussian mechanism without sampling, exactly.
//!
//! T steps with the multiplier z are as private as one with `mu = sqrt(T) / z` deviations
//! between the neighbouring outputs. It is (epsilon, delta)-private exactly when (Balle and
//! Wang 2018, "Improving the Gaussian mechanism for differential privacy", theorem 8)
//!
//! ```text
//! delta >= Phi(mu/2 - epsilon/mu) - exp(epsilon) Phi(-mu/2 - epsilon/mu)
//! ```
//!
//! With `a = epsilon/mu - mu/2` and `b = epsilon/mu + mu/2` the second term is
//! `density(a) mills(b)`, as `b^2 - a^2 = 2 epsilon`; so nothing overflows.

use super::normal::{density, mass, mills};

/// Rounds of halving: enough for the last bit.
const HALVINGS: usize = 200;

/// The epsilon of Gaussian noise whose neighbouring outputs are `mu` deviations apart.
pub(super) fn epsilon(mu: f64, delta: f64) -> f64 {
    if delta_at(mu, 0.0) <= delta {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, mu * mu / 2.0 + mu);
    while delta_at(mu, high) > delta {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if delta_at(mu, middle) > delta { low = middle } else { high = middle }
    }
    high
}

/// The smallest delta at an epsilon.
pub(super) fn delta_at(mu: f64, epsilon: f64) -> f64 {
    let (a, b) = (epsilon / mu - mu / 2.0, epsilon / mu + mu / 2.0);
    if a > 0.0 {
        density(a) * (mills(a) - mills(b))
    } else {
        mass(a, f64::INFINITY) - density(a) * mills(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn delta_is_what_the_best_attack_gains(mu in 0.05..6f64, epsilon in 0.0..12f64) {
            // The integral of (p - exp(epsilon) q) where it is above zero, by rectangles.
            let step = 1e-3;
            let gain = |i: i32| {
                let x = f64::from(i) * step;
                (density(x - mu) - epsilon.exp() * density(x)).max(0.0)
            };
            let integral: f64 = (-12_000..18_000).map(|i| gain(i) * step).sum();
            prop_assert!((delta_at(mu, epsilon) - integral).abs() < 1e-6);
        }

        #[test]
        fn epsilon_is_the_inverse(log_mu in -5.0..5f64, log_delta in -100.0..-0.1f64) {
            let (mu, delta) = (log_mu.exp(), log_delta.exp());
            let found = epsilon(mu, delta);
            prop_assume!(found > 0.0);
            prop_assert!((delta_at(mu, found) / delta - 1.0).abs() < 1e-6);
        }
    }
}
