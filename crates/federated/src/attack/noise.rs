use super::Attack;
use sotto_core::seeded::Stream;

/// How many times as long as the update the noise is.
const FACTOR: f64 = 10.0;

/// Sends Gaussian noise instead of what it has learnt (Blanchard et al. 2017, section 6).
pub(super) struct Noise;

impl Attack for Noise {
    fn name(&self) -> &'static str {
        "noise"
    }

    fn words(&self) -> &'static str {
        "noise: sends random numbers, ten times as long as what it has learnt"
    }

    fn values(&self, values: &mut [f32], stream: &mut Stream) {
        let square: f64 = values.iter().map(|&value| f64::from(value) * f64::from(value)).sum();
        let deviation = FACTOR * libm::sqrt(square / values.len().max(1) as f64);
        values.iter_mut().for_each(|value| *value = (deviation * stream.normal()) as f32);
    }
}
