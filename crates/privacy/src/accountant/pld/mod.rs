//! The distribution of the privacy loss, composed by Fourier transforms.
//!
//! The loss of an output x is `ln(P(x) / Q(x))`, for the neighbouring distributions P and Q,
//! with x drawn from P. The losses of independent steps add up, so T steps have the T-fold
//! convolution of one step's distribution, and (Koskela, Jalko and Honkela 2020, "Computing
//! tight differential privacy guarantees using FFT"; Sommer, Meiser and Mohammadi
//! 2019, "Privacy loss classes")
//!
//! ```text
//! delta(epsilon) = E [ 1 - exp(epsilon - loss) ]  over losses above epsilon
//! ```
//!
//! [`step`] puts one step's losses on a grid so that no delta gets smaller. [`composed`]
//! raises that to the T-th power.

mod composed;
mod step;

use super::{Conversion, Mechanism};
use step::StepLoss;

/// How much of epsilon the grid may add to it.
const EXCESS: f64 = 1e-4;
/// A part of delta that goes to everything that is cut off.
const CUT: f64 = 1e-5;

/// Which of the neighbouring data sets has the member more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// P is with the member, Q without.
    Remove,
    /// P is without the member, Q with.
    Add,
}

/// An upper bound on epsilon at a valid `delta` in one direction, given what Renyi divergences
/// say.
pub(super) fn epsilon(
    mechanism: &Mechanism,
    direction: Direction,
    delta: f64,
    rdp: &Conversion,
) -> f64 {
    if rdp.epsilon <= 0.0 {
        return 0.0;
    }
    let steps = mechanism.steps as f64;
    // Splitting a loss between two points of the grid w apart multiplies the moment of the
    // order alpha by about 1 + alpha (alpha - 1) w^2 / 12, so that epsilon grows by some
    // alpha T w^2 / 12.
    let width = libm::sqrt(12.0 * EXCESS * rdp.epsilon / (rdp.order * steps));
    let step = StepLoss::new(mechanism, direction, width, CUT * delta / steps);
    // Every account is an upper bound.
    composed::epsilon(&step, mechanism.steps, delta).min(rdp.epsilon)
}
