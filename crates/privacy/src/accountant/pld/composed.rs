//! Many steps: the T-fold convolution of a step's losses, where it decides epsilon.
//!
//! A delta of 10^-5 is a matter of the far tail, whose masses a Fourier transform would lose
//! in the rounding of the large ones. So the masses are tilted first, `p(l) exp(t l) / M(t)`
//! with `M(t) = E[exp(t loss)]`, which makes losses around epsilon the likely ones, and the
//! composed masses are tilted back, by `M(t)^T exp(-t l)` (Alghamdi, Gomez, Asoodeh, Calmon,
//! Kosut and Sankar 2023, "The saddle-point method in differential privacy", tilt
//! in the same way; it is Cramer's).
//!
//! The transform is circular: with N points of width w, losses that differ by N w fall
//! together. A window that ends at `top` is read, and what falls into it from outside only
//! makes delta larger:
//!
//! - from above, tilted losses of a mass of at most `TAIL`, by Markov's inequality for
//!   `exp(u loss)`. They are missing where they belong, so their mass is added to delta again;
//! - from below, at most `exp(-t N w)`, for tilting back takes it for losses that are higher
//!   by N w.

// Not the planner, which would bring every other algorithm into the page's module.
use rustfft::algorithm::Radix4;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection};

use super::super::convert::best_order;
use super::CUT;
use super::step::StepLoss;

/// The fewest points of a window, and the most.
const POINTS_MIN: usize = 1 << 12;
const POINTS_MAX: usize = 1 << 20;
/// The mass of the tilted losses above the window.
const TAIL: f64 = 1e-10;

/// An upper bound on epsilon at `delta` after so many steps.
pub(super) fn epsilon(step: &StepLoss, steps: u64, delta: f64) -> f64 {
    let composed = Composed { step, steps: steps as f64 };
    // At the order of the best bound by moments the tilted losses are around epsilon.
    let divergence = |order: f64| composed.log_moment(order - 1.0) / (order - 1.0);
    let tilt = best_order(delta, divergence).order - 1.0;
    let (top, above) = composed.top(tilt);
    let beyond = composed.steps * step.infinite + above;
    let span = -libm::log(CUT * delta) / tilt;
    let mut points = ((span / step.width) as usize).next_power_of_two().max(POINTS_MIN);
    while points <= POINTS_MAX {
        if let Some(epsilon) = composed.window(tilt, top, points).epsilon(delta, beyond) {
            return epsilon;
        }
        points *= 2;
    }
    f64::INFINITY
}

struct Composed<'a> {
    step: &'a StepLoss,
    steps: f64,
}

impl Composed<'_> {
    /// `T ln M(t)` of the bounded losses.
    fn log_moment(&self, tilt: f64) -> f64 {
        // Around the highest loss nothing overflows.
        let masses = &self.step.masses;
        let ratio = libm::exp(-tilt * self.step.width);
        let sum = masses.iter().fold(0.0, |sum, mass| sum * ratio + mass);
        self.steps * (libm::log(sum) + tilt * self.loss(masses.len() - 1))
    }

    /// A loss, in points of the grid, that tilted losses pass with a mass of at most `TAIL`,
    /// and the mass of the untilted ones beyond it.
    fn top(&self, tilt: f64) -> (i64, f64) {
        let here = self.log_moment(tilt);
        let bounds = (-16..=16).map(|i| {
            let more = tilt * libm::exp2(f64::from(i) / 4.0);
            (self.log_moment(tilt + more) - here - libm::log(TAIL)) / more
        });
        let top = libm::ceil(bounds.fold(f64::INFINITY, f64::min) / self.step.width);
        (top as i64, TAIL * libm::exp(here - tilt * top * self.step.width))
    }

    /// The composed masses at the `points` losses up to `top`.
    fn window(&self, tilt: f64, top: i64, points: usize) -> Window {
        let width = self.step.width;
        let mut circle = vec![Complex::new(0.0, 0.0); points];
        // One step's losses are counted from the first, so T steps' from T times the first.
        let log_one = self.log_moment(tilt) / self.steps;
        for (index, mass) in self.step.masses.iter().enumerate() {
            let log_tilted = libm::log(*mass) + tilt * self.loss(index) - log_one;
            circle[index % points].re += libm::exp(log_tilted);
        }
        Radix4::new(points, FftDirection::Forward).process(&mut circle);
        for value in &mut circle {
            let (radius, angle) = value.to_polar();
            *value = Complex::from_polar(libm::pow(radius, self.steps), angle * self.steps);
        }
        Radix4::new(points, FftDirection::Inverse).process(&mut circle);

        let first = top - points as i64 + 1;
        let offset = self.step.first * self.steps as i64;
        let log_all = log_one * self.steps;
        let mass = |loss: i64| {
            let index = (loss - offset).rem_euclid(points as i64) as usize;
            let tilted = circle[index].re / points as f64;
            let mass = tilted.max(0.0) * libm::exp(log_all - tilt * loss as f64 * width);
            // Far below epsilon the factor overflows, and there may be none.
            mass.min(1.0)
        };
        Window { width, first, masses: (first..=top).map(mass).collect() }
    }

    /// The loss at an index among the step's masses.
    fn loss(&self, index: usize) -> f64 {
        (self.step.first + index as i64) as f64 * self.step.width
    }
}

/// Some of the losses of all steps.
struct Window {
    width: f64,
    first: i64,
    masses: Vec<f64>,
}

impl Window {
    /// The smallest epsilon with at most this delta, not below zero, given the mass of losses
    /// `beyond` the window; `None` when it is below the window.
    fn epsilon(&self, delta: f64, beyond: f64) -> Option<f64> {
        // At a loss l of the grid, going down: delta(l) and E[exp(l - loss)] above l.
        let (mut at, mut weighed) = (beyond, 0.0);
        let shrink = libm::exp(-self.width);
        for (index, mass) in self.masses.iter().enumerate().rev() {
            let loss = (self.first + index as i64) as f64 * self.width;
            weighed += mass;
            let next = at + weighed * (1.0 - shrink);
            if next > delta {
                // Between the points delta is at + weighed (1 - exp(epsilon - loss)).
                return Some((loss + libm::log1p(-(delta - at) / weighed)).max(0.0));
            }
            if loss - self.width <= 0.0 {
                return Some(0.0);
            }
            (at, weighed) = (next, weighed * shrink);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Mechanism;
    use super::super::Direction;
    use super::*;
    use proptest::prelude::*;

    /// All losses of so many steps, convolved by the definition.
    fn convolved(step: &StepLoss, steps: u64) -> StepLoss {
        let mut all = StepLoss { first: 0, masses: vec![1.0], infinite: 0.0, ..*step };
        for _ in 0..steps {
            let mut masses = vec![0.0; all.masses.len() + step.masses.len() - 1];
            for (i, one) in all.masses.iter().enumerate() {
                for (mass, other) in masses[i..].iter_mut().zip(&step.masses) {
                    *mass += one * other;
                }
            }
            let infinite = all.infinite + step.infinite;
            all = StepLoss { first: all.first + step.first, masses, infinite, ..all };
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_transform_agrees_with_plain_convolution(
            log_q in -7.0..0f64, z in 0.4..3f64, steps in 1..7u64, log_delta in -30.0..-2f64, add: bool,
        ) {
            let delta = log_delta.exp();
            let mechanism = Mechanism::new(log_q.exp(), z, steps).unwrap();
            let direction = if add { Direction::Add } else { Direction::Remove };
            let step = StepLoss::new(&mechanism, direction, 0.02, CUT * delta);
            let found = epsilon(&step, steps, delta);
            let StepLoss { width, first, masses, infinite } = convolved(&step, steps);
            let plain = Window { width, first, masses };
            let expected = plain.epsilon(delta, infinite).unwrap_or(0.0);
            prop_assert!(found >= expected - 1e-9, "{found} for {expected}");
            prop_assert!(found <= expected + 1e-3 * (expected + width), "{found} for {expected}");
        }
    }
}
