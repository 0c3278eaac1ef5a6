//! Mechanisms with different numbers, one after the other, on the same members.
//!
//! Steps of the same rate and noise are one mechanism with more steps, whose tight accounts hold.
//! For others Renyi divergences add up, order by order (Mironov 2017, "Renyi differential
//! privacy", proposition 1); and where nothing is sampled, Gaussian mechanisms in a row are one
//! whose `mu^2` is the sum of theirs (Dong, Roth and Su 2022, "Gaussian differential privacy",
//! corollary 3.3).

use super::{Mechanism, convert, gaussian, rdp, valid_delta};
use crate::Error;

/// An upper bound on epsilon at `delta` for all `mechanisms` in a row; 0 for none.
///
/// # Errors
/// [`Error::Delta`] for a delta outside (0, 1), [`Error::Steps`] when equal mechanisms have more
/// steps together than are composed.
pub fn composed(mechanisms: &[Mechanism], delta: f64) -> Result<f64, Error> {
    let delta = valid_delta(delta)?;
    match merged(mechanisms)?.as_slice() {
        [] => Ok(0.0),
        [one] => Ok(one.epsilon(delta)?.best()),
        several if several.iter().all(|one| one.q >= 1.0) => {
            let squares = several.iter().map(|one| one.steps as f64 / one.noise_multiplier.powi(2));
            Ok(gaussian::epsilon(libm::sqrt(squares.sum()), delta))
        }
        several => {
            let divergence = |alpha| {
                let of = |one: &Mechanism| {
                    one.steps as f64 * rdp::divergence(one.q, one.noise_multiplier, alpha)
                };
                several.iter().map(of).sum()
            };
            Ok(convert(delta, divergence)?.epsilon)
        }
    }
}

/// Every rate and noise once, with the steps of all that have them.
pub(crate) fn merged(mechanisms: &[Mechanism]) -> Result<Vec<Mechanism>, Error> {
    let mut merged: Vec<Mechanism> = Vec::new();
    for one in mechanisms {
        let like = |known: &&mut Mechanism| {
            known.q == one.q && known.noise_multiplier == one.noise_multiplier
        };
        match merged.iter_mut().find(like) {
            Some(known) => {
                let steps = known.steps.saturating_add(one.steps);
                *known = Mechanism::new(one.q, one.noise_multiplier, steps)?;
            }
            None => merged.push(*one),
        }
    }
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mechanism(q: f64, z: f64, steps: u64) -> Mechanism {
        Mechanism::new(q, z, steps).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_training_in_two_parts_costs_as_much_as_in_one(
            log_q in -5.0..0f64, log_z in -0.5..2f64, first in 1..200u64, second in 1..200u64,
        ) {
            let (q, z) = (log_q.exp(), log_z.exp());
            let parts = [mechanism(q, z, first), mechanism(q, z, second)];
            let whole = mechanism(q, z, first + second).epsilon(1e-5).unwrap().best();
            prop_assert_eq!(composed(&parts, 1e-5).unwrap(), whole);
        }

        #[test]
        fn what_is_added_is_never_forgotten(
            log_q in -5.0..0f64, log_z in -0.5..2f64, more in 1.01..3f64, steps in 1..200u64,
        ) {
            let (q, z) = (log_q.exp(), log_z.exp());
            let (one, other) = (mechanism(q, z, steps), mechanism(q, z * more, steps));
            let both = composed(&[one, other], 1e-5).unwrap();
            let alone = composed(&[one], 1e-5).unwrap();
            // No more than as if the second had the noise of the first, but for the account that is
            // used for two different ones.
            let twice = mechanism(q, z, 2 * steps).epsilon(1e-5).unwrap();
            prop_assert!(both >= alone * (1.0 - 1e-3), "{both} {alone}");
            prop_assert!(both <= twice.rdp * (1.0 + 1e-6) + 1e-9, "{both} {twice:?}");
        }

        #[test]
        fn without_sampling_different_noises_are_composed_exactly(
            log_z in -0.5..2f64, more in 1.01..3f64, steps in 1..200u64,
        ) {
            let (z, other) = (log_z.exp(), log_z.exp() * more);
            let both = composed(&[mechanism(1.0, z, steps), mechanism(1.0, other, 1)], 1e-5).unwrap();
            let mu = (steps as f64 / (z * z) + 1.0 / (other * other)).sqrt();
            prop_assert!((both - gaussian::epsilon(mu, 1e-5)).abs() < 1e-9);
        }
    }

    #[test]
    fn nothing_costs_nothing_and_too_much_is_refused() {
        assert_eq!(composed(&[], 1e-5), Ok(0.0));
        assert_eq!(composed(&[], 0.0), Err(Error::Delta(0.0)));
        let long = mechanism(0.1, 1.0, super::super::STEPS_MAX);
        assert!(matches!(composed(&[long, long], 1e-5), Err(Error::Steps { .. })));
    }
}
