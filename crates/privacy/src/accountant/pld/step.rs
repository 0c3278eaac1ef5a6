//! The privacy loss of one step, on a grid.
//!
//! The mass of P between two neighbouring points of the grid is split between them so that
//! the mass of Q there stays, too. That makes delta as a function of `exp(epsilon)` linear
//! between the points, where it was convex: it is right on the grid and never too small
//! (Doroshenko, Ghazi, Kamath, Kumar and Manurangsi 2022, "Connect the dots: tighter discrete
//! approximations of privacy loss distributions"). For P-mass p and Q-mass m
//! between the losses l and l + w, the upper point gets
//!
//! ```text
//! (p - m exp(l)) / (1 - exp(-w))
//! ```

use super::super::Mechanism;
use super::super::normal::mass;
use super::super::rdp::log_ratio;
use super::Direction;

/// The most points of the grid of one step.
const POINTS_MAX: f64 = (1u64 << 18) as f64;
/// Below this, a mass has lost the digits that the split needs.
const MASS_MIN: f64 = 1e-290;

/// A discrete distribution of the loss of one step.
#[derive(Debug, Clone)]
pub(super) struct StepLoss {
    /// The distance between losses.
    pub(super) width: f64,
    /// The first loss, in widths.
    pub(super) first: i64,
    /// The masses of the losses from the first on.
    pub(super) masses: Vec<f64>,
    /// The mass of losses without a bound.
    pub(super) infinite: f64,
}

impl StepLoss {
    /// The loss in a direction on a grid of about the given width, where a mass of at most
    /// `cut` counts as an unbounded loss.
    pub(super) fn new(mechanism: &Mechanism, direction: Direction, width: f64, cut: f64) -> Self {
        let outputs = Outputs { q: mechanism.q, z: mechanism.noise_multiplier };
        // The tail of a normal beyond r deviations is below exp(-r^2 / 2).
        let reach = libm::sqrt(-2.0 * libm::log(cut / 2.0));
        let (low, high) = (-reach * outputs.z, 1.0 + reach * outputs.z);
        let ends = [outputs.loss(low), outputs.loss(high)];
        let width = width.max((ends[1] - ends[0]) / POINTS_MAX);
        let clamped = |loss: f64| outputs.at(loss).clamp(low, high);
        match direction {
            Direction::Remove => {
                // Losses rise with the output. Those below the range are rounded up into it.
                let cell = |from: f64, to: f64| {
                    let (from, to) = (clamped(from), clamped(to));
                    [outputs.with(from, to), outputs.without(from, to)]
                };
                let below = outputs.with(f64::NEG_INFINITY, low);
                let beyond = outputs.with(high, f64::INFINITY);
                Self::on_grid(width, ends, cell, below, beyond)
            }
            Direction::Add => {
                // The loss is that of the other direction with its sign changed.
                let cell = |from: f64, to: f64| {
                    let (from, to) = (clamped(-to), clamped(-from));
                    [outputs.without(from, to), outputs.with(from, to)]
                };
                let below = outputs.without(high, f64::INFINITY);
                let beyond = outputs.without(f64::NEG_INFINITY, low);
                Self::on_grid(width, [-ends[1], -ends[0]], cell, below, beyond)
            }
        }
    }

    /// Splits the masses of the cells between the losses `low` and `high`.
    fn on_grid(
        width: f64,
        [low, high]: [f64; 2],
        cell: impl Fn(f64, f64) -> [f64; 2],
        below: f64,
        beyond: f64,
    ) -> Self {
        let first = libm::floor(low / width) as i64;
        let last = libm::ceil(high / width) as i64;
        let mut masses = vec![0.0; (last - first) as usize + 1];
        masses[0] = below;
        let one = -libm::expm1(-width);
        for (index, lower) in (first..last).enumerate() {
            let loss = lower as f64 * width;
            let [p, q] = cell(loss, (lower + 1) as f64 * width);
            let up = if q > MASS_MIN { (p - q * libm::exp(loss)) / one } else { p };
            let up = up.clamp(0.0, p);
            masses[index] += p - up;
            masses[index + 1] += up;
        }
        Self { width, first, masses, infinite: beyond }
    }
}

/// The outputs of the mechanism in units of the sensitivity: N(0, z^2) without the member,
/// and with it the same moved by 1 with probability q.
#[derive(Clone, Copy)]
struct Outputs {
    q: f64,
    z: f64,
}

impl Outputs {
    fn without(self, low: f64, high: f64) -> f64 {
        mass(low / self.z, high / self.z)
    }

    fn with(self, low: f64, high: f64) -> f64 {
        let moved = mass((low - 1.0) / self.z, (high - 1.0) / self.z);
        (1.0 - self.q) * self.without(low, high) + self.q * moved
    }

    /// The loss of an output when the member is removed.
    fn loss(self, output: f64) -> f64 {
        log_ratio(self.q, self.z, output)
    }

    /// The output with that loss; without a bound below all losses that there are.
    fn at(self, loss: f64) -> f64 {
        let least = libm::log1p(-self.q);
        if loss <= least {
            return f64::NEG_INFINITY;
        }
        let exponent = loss - libm::log(self.q) + libm::log(-libm::expm1(least - loss));
        0.5 + self.z * self.z * exponent
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::gaussian;
    use super::*;
    use proptest::prelude::*;

    fn step(q: f64, z: f64, direction: Direction, width: f64) -> StepLoss {
        StepLoss::new(&Mechanism::new(q, z, 1).unwrap(), direction, width, 1e-14)
    }

    impl StepLoss {
        fn delta(&self, epsilon: f64) -> f64 {
            let losses = (self.first..).map(|i| i as f64 * self.width);
            let above = losses.zip(&self.masses).filter(|(loss, _)| *loss > epsilon);
            self.infinite + above.map(|(loss, p)| -p * (epsilon - loss).exp_m1()).sum::<f64>()
        }
    }

    /// delta of one step by its definition: the best attack tells outputs beyond a threshold.
    fn delta(q: f64, z: f64, direction: Direction, epsilon: f64) -> f64 {
        let outputs = Outputs { q, z };
        let infinity = f64::INFINITY;
        match direction {
            Direction::Remove => {
                let from = outputs.at(epsilon);
                outputs.with(from, infinity) - epsilon.exp() * outputs.without(from, infinity)
            }
            Direction::Add => {
                let to = outputs.at(-epsilon);
                outputs.without(-infinity, to) - epsilon.exp() * outputs.with(-infinity, to)
            }
        }
    }

    proptest! {
        #[test]
        fn deltas_are_right_on_the_grid_and_above_between(
            q in 0.01..1f64, z in 0.4..5f64, at in 0.0..1f64, add: bool, width in 0.001..0.05f64,
        ) {
            let direction = if add { Direction::Add } else { Direction::Remove };
            let step = step(q, z, direction, width);
            let last = step.first + step.masses.len() as i64 - 1;
            let point = step.first + (at * (last - step.first) as f64) as i64;
            let on = point as f64 * step.width;
            let exact = delta(q, z, direction, on);
            prop_assert!((step.delta(on) - exact).abs() < 1e-11 * (1.0 + on.exp()), "{} {exact}", step.delta(on));
            let between = on + step.width * 0.4;
            prop_assert!(step.delta(between) >= delta(q, z, direction, between) - 1e-11 * (1.0 + between.exp()));
            let total: f64 = step.masses.iter().sum::<f64>() + step.infinite;
            prop_assert!((total - 1.0).abs() < 1e-11);
        }

        #[test]
        fn the_loss_has_its_inverse(q in 0.001..=1f64, z in 0.1..10f64, x in -5.0..5f64) {
            let outputs = Outputs { q, z };
            // Far to the left the loss is flat: compare losses, not outputs.
            let loss = outputs.loss(x);
            let again = outputs.loss(outputs.at(loss));
            prop_assert!((again - loss).abs() < 1e-9 * (1.0 + loss.abs()), "{loss} {again}");
        }
    }

    #[test]
    fn without_sampling_it_is_the_gaussian() {
        let step = step(1.0, 2.0, Direction::Remove, 0.01);
        for point in 0..100 {
            let epsilon = f64::from(point) * step.width;
            assert!((step.delta(epsilon) - gaussian::delta_at(0.5, epsilon)).abs() < 1e-11);
        }
    }
}
