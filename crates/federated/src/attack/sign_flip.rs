use super::Attack;
use sotto_core::seeded::Stream;

/// How many times the step that was learnt is taken, backwards.
const FACTOR: f32 = -5.0;

/// Sends the opposite of what it has learnt, five times as long (Li et al. 2019, "RSA:
/// Byzantine-robust stochastic aggregation methods", section 5).
pub(super) struct SignFlip;

impl Attack for SignFlip {
    fn name(&self) -> &'static str {
        "sign"
    }

    fn words(&self) -> &'static str {
        "sign flip: sends the opposite of what it has learnt, five times as long"
    }

    fn values(&self, values: &mut [f32], _: &mut Stream) {
        values.iter_mut().for_each(|value| *value *= FACTOR);
    }
}
