//! What so many rounds of noisy sums give away: epsilon at a delta.
//!
//! A member of the population is in each step with probability q, independently, and moves
//! the sum by at most the clipping norm C, on which there is Gaussian noise of deviation
//! `z C`. Two accounts are kept, and a third where nothing is sampled:
//!
//! - Renyi divergences at the best real order. Quick, a proven bound, loose.
//! - The distribution of the privacy loss itself, in both directions of adding and removing
//!   the member. Tight, and an upper bound up to the rounding of doubles.
//! - Exactly, by the formula for the Gaussian mechanism, for q = 1.
//!
//! A cohort of a fixed size is not sampled like this. For large populations the two are close,
//! but none of the bounds for q < 1 is proven for it.

mod composition;
mod convert;
mod gaussian;
mod normal;
mod pld;
mod rdp;

pub use composition::composed;
pub(super) use composition::merged;
pub use convert::{Conversion, convert};

use super::Error;

/// The smallest noise multiplier that is accounted for. Less protects nothing at all: a single
/// step has an epsilon of thousands.
pub const NOISE_MIN: f64 = 0.01;
/// The largest noise multiplier that is accounted for.
pub const NOISE_MAX: f64 = 10_000.0;
/// The most steps that are composed.
pub const STEPS_MAX: u64 = 1_000_000;
/// A noise multiplier for an epsilon is found to this ratio.
const NOISE_PRECISION: f64 = 1.0 + 1e-4;

/// Steps of the Poisson-subsampled Gaussian mechanism.
///
/// ```
/// use sotto_privacy::accountant::Mechanism;
///
/// let training = Mechanism::new(0.1, 2.0, 100)?;
/// let epsilons = training.epsilon(1e-5)?;
/// assert!(epsilons.pld < epsilons.rdp);
/// # Ok::<(), sotto_privacy::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mechanism {
    q: f64,
    noise_multiplier: f64,
    steps: u64,
}

/// Epsilons of the same steps at the same delta, in nats, by different accounts. Each is an
/// upper bound, for adding and for removing a member.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epsilons {
    /// By Renyi divergence. Removing a member is the worse direction at every order.
    pub rdp: f64,
    /// By the distribution of the privacy loss: the worse of `pld_remove` and `pld_add`.
    pub pld: f64,
    /// The loss of outputs with the member against those without.
    pub pld_remove: f64,
    /// The loss of outputs without the member against those with.
    pub pld_add: f64,
    /// The exact epsilon, where nothing is sampled.
    pub exact: Option<f64>,
}

impl Epsilons {
    /// The least of them: all are valid.
    #[must_use]
    pub fn best(&self) -> f64 {
        self.exact.unwrap_or(f64::INFINITY).min(self.pld).min(self.rdp)
    }
}

impl Mechanism {
    /// `steps` steps at the sampling rate `q` with noise of `noise_multiplier` times the
    /// sensitivity.
    ///
    /// # Errors
    /// [`Error::SamplingRate`] for a q outside (0, 1], [`Error::NoiseMultiplier`] for noise
    /// outside [[`NOISE_MIN`], [`NOISE_MAX`]], [`Error::Steps`] for none or more than
    /// [`STEPS_MAX`].
    pub fn new(q: f64, noise_multiplier: f64, steps: u64) -> Result<Self, Error> {
        if !(q > 0.0 && q <= 1.0) {
            return Err(Error::SamplingRate(q));
        }
        if !(NOISE_MIN..=NOISE_MAX).contains(&noise_multiplier) {
            let (least, most) = (NOISE_MIN, NOISE_MAX);
            return Err(Error::NoiseMultiplier { found: noise_multiplier, least, most });
        }
        if steps == 0 || steps > STEPS_MAX {
            return Err(Error::Steps { found: steps, most: STEPS_MAX });
        }
        Ok(Self { q, noise_multiplier, steps })
    }

    /// The probability with which a member is in a step.
    #[must_use]
    pub fn q(&self) -> f64 {
        self.q
    }

    /// The noise's deviation over the sensitivity.
    #[must_use]
    pub fn noise_multiplier(&self) -> f64 {
        self.noise_multiplier
    }

    /// How many steps there are.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Epsilon at `delta`, by every account there is.
    ///
    /// # Errors
    /// [`Error::Delta`] for a delta outside (0, 1).
    pub fn epsilon(&self, delta: f64) -> Result<Epsilons, Error> {
        let rdp = self.rdp(delta)?;
        let [pld_remove, pld_add] = [pld::Direction::Remove, pld::Direction::Add]
            .map(|direction| pld::epsilon(self, direction, delta, &rdp));
        Ok(Epsilons {
            rdp: rdp.epsilon,
            pld: pld_remove.max(pld_add),
            pld_remove,
            pld_add,
            exact: self.exact(delta),
        })
    }

    /// The smallest noise multiplier, to one part in ten thousand, with which these steps have
    /// at most this epsilon, by the tightest account.
    ///
    /// # Errors
    /// Those of [`Mechanism::new`] and [`Mechanism::epsilon`], and [`Error::Target`] when the
    /// most noise is not enough.
    pub fn noise_for(q: f64, steps: u64, epsilon: f64, delta: f64) -> Result<f64, Error> {
        let reaches = |z: f64| {
            let mechanism = Self::new(q, z, steps)?;
            let found = match mechanism.exact(valid_delta(delta)?) {
                Some(exact) => exact,
                None => mechanism.epsilon(delta)?.best(),
            };
            Ok(found <= epsilon)
        };
        let (mut low, mut high) = (NOISE_MIN, NOISE_MAX);
        if !reaches(high)? {
            return Err(Error::Target(epsilon));
        }
        while high > low * NOISE_PRECISION {
            let middle = libm::sqrt(low * high);
            if reaches(middle)? { high = middle } else { low = middle }
        }
        Ok(high)
    }

    fn rdp(&self, delta: f64) -> Result<Conversion, Error> {
        let steps = self.steps as f64;
        convert(delta, |alpha| steps * rdp::divergence(self.q, self.noise_multiplier, alpha))
    }

    fn exact(&self, delta: f64) -> Option<f64> {
        let mu = libm::sqrt(self.steps as f64) / self.noise_multiplier;
        (self.q >= 1.0).then(|| gaussian::epsilon(mu, delta))
    }
}

fn valid_delta(delta: f64) -> Result<f64, Error> {
    if delta > 0.0 && delta < 1.0 { Ok(delta) } else { Err(Error::Delta(delta)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_row_agrees_with_the_vectors() {
        let mut rows = 0;
        for row in include_str!("../../tests/vectors/dp.csv").lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let number = |i: usize| cells[i].parse::<f64>().unwrap();
            let mechanism = Mechanism::new(number(0), number(1), cells[2].parse().unwrap());
            let found = mechanism.unwrap().epsilon(number(3)).unwrap();
            let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 0.002;
            assert!(near(found.rdp, number(4)), "{row}: {found:?}");
            assert!(near(found.pld_remove, number(5)), "{row}: {found:?}");
            match found.exact {
                Some(exact) => assert!(near(exact, number(6)), "{row}: {found:?}"),
                None => assert!(cells[6].is_empty(), "{row}"),
            }
            rows += 1;
        }
        assert_eq!(rows, 24);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn without_sampling_the_loss_distribution_is_exact(
            log_z in -2.0..4f64, log_steps in 0.0..8f64, log_delta in -60.0..-1.5f64,
        ) {
            let mechanism = Mechanism::new(1.0, log_z.exp(), log_steps.exp() as u64).unwrap();
            let found = mechanism.epsilon(log_delta.exp()).unwrap();
            let exact = found.exact.unwrap();
            prop_assert!(found.pld >= exact - 1e-9, "{found:?}");
            prop_assert!(found.pld <= exact * 1.003 + 1e-4, "{found:?}");
            prop_assert!((found.pld_add - found.pld_remove).abs() <= 1e-4 * exact + 1e-9);
            prop_assert!(found.rdp >= exact - 1e-9);
        }

        #[test]
        fn sampling_is_accounted_for_in_order(
            log_q in -6.0..-0.1f64, log_z in -1.5..3f64, log_steps in 0.0..8f64, log_delta in -30.0..-3f64,
        ) {
            let (q, z, delta) = (log_q.exp(), log_z.exp(), log_delta.exp());
            let steps = log_steps.exp() as u64;
            let found = Mechanism::new(q, z, steps).unwrap().epsilon(delta).unwrap();
            let full = Mechanism::new(1.0, z, steps).unwrap().epsilon(delta).unwrap();
            prop_assert!(found.pld <= found.rdp * (1.0 + 1e-3) + 1e-9, "{found:?}");
            prop_assert!(found.pld <= full.pld * (1.0 + 1e-3) + 1e-9, "{found:?} {full:?}");
            let more = Mechanism::new(q, z, steps + steps.div_ceil(4)).unwrap().epsilon(delta).unwrap();
            prop_assert!(more.pld >= found.pld * (1.0 - 1e-3) - 1e-9, "{found:?} {more:?}");
        }
    }

    /// A page and a program tell the same numbers, and the next version too: to twelve digits, whatever the search and
    /// the grid do. [`every_row_agrees_with_the_vectors`] says that they are right.
    #[test]
    fn the_numbers_are_the_same_as_they_were() {
        let near = |found: f64, before: f64| (found / before - 1.0).abs() < 1e-12;
        for (q, z, steps, delta, before) in [
            (
                0.01,
                1.0,
                1_000,
                1e-5,
                [2.101322131235003, 1.8284625910442884, 1.4170035158543504, 1.0],
            ),
            (
                0.149,
                2.0,
                100,
                1e-5,
                [3.9806416155900664, 3.6240337466671453, 2.9265272626704824, 1.0],
            ),
            (
                0.0029,
                0.8,
                5_000,
                1e-6,
                [2.6499206839800817, 2.100812634523322, 1.5520049109812313, 1.0],
            ),
            (0.5, 0.6, 3, 1e-6, [15.068081012868689, 13.985883540095099, 2.0966973715069486, 1.0]),
            (0.1, 0.3, 10, 1e-3, [29.24095576610152, 23.552283041434137, 1.0921189030515108, 1.0]),
            (
                0.2,
                50.0,
                100,
                1e-5,
                [0.13990725759776684, 0.1257855664659162, 0.12509759389374425, 1.0],
            ),
            (0.9, 5.0, 1, 1e-9, [1.089259541776706, 1.0314229030513935, 0.9130517706993795, 1.0]),
            (
                1.0,
                2.0,
                10,
                1e-5,
                [8.078359548145052, 7.512071454751335, 7.512071454751335, 7.511275900744785],
            ),
            (0.001, 0.1, 2, 1e-4, [72.96006460001539, 58.66432483975634, 0.18678641371195137, 1.0]),
        ] {
            let found = Mechanism::new(q, z, steps).unwrap().epsilon(delta).unwrap();
            let found = [found.rdp, found.pld_remove, found.pld_add, found.exact.unwrap_or(1.0)];
            let is_same = found.iter().zip(before).all(|(found, before)| near(*found, before));
            assert!(is_same, "{q}, {z}, {steps}, {delta}: {found:?}");
        }
    }

    #[test]
    fn noise_is_found_for_an_epsilon() {
        for (q, steps, target) in [(1.0, 10, 1.0), (0.1, 100, 2.0), (0.01, 1000, 0.5)] {
            let z = Mechanism::noise_for(q, steps, target, 1e-5).unwrap();
            let epsilon = Mechanism::new(q, z, steps).unwrap().epsilon(1e-5).unwrap().best();
            assert!(epsilon <= target && epsilon > target * 0.995, "{z}: {epsilon}");
        }
        assert_eq!(Mechanism::noise_for(1.0, 1, 1e-9, 1e-9), Err(Error::Target(1e-9)));
    }

    #[test]
    fn the_ends_of_what_is_accounted_for_belong_to_it() {
        for (q, z, steps) in [(1.0, NOISE_MIN, 1), (1.0, NOISE_MAX, 1), (1.0, 1.0, STEPS_MAX)] {
            let mechanism = Mechanism::new(q, z, steps).unwrap();
            assert_eq!(
                (mechanism.q(), mechanism.noise_multiplier(), mechanism.steps()),
                (q, z, steps)
            );
        }
    }

    #[test]
    fn what_cannot_be_accounted_for_is_refused() {
        for q in [0.0, -0.1, 1.1, f64::NAN] {
            assert!(matches!(Mechanism::new(q, 1.0, 1), Err(Error::SamplingRate(_))));
        }
        for z in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(Mechanism::new(1.0, z, 1), Err(Error::NoiseMultiplier { .. })));
        }
        for steps in [0, STEPS_MAX + 1] {
            assert!(matches!(Mechanism::new(1.0, 1.0, steps), Err(Error::Steps { .. })));
        }
        for delta in [0.0, 1.0, -1.0, f64::NAN] {
            let mechanism = Mechanism::new(0.5, 1.0, 1).unwrap();
            assert!(matches!(mechanism.epsilon(delta), Err(Error::Delta(_))));
        }
    }
}
