//! Who is in a round or a step: everybody by a coin of its own (Poisson sampling).

use rand_core::Rng;

/// Those of `0..count` whose coins fell, each with the probability `rate`, exact to 2^-53.
#[must_use]
pub fn sample(count: usize, rate: f32, rng: &mut impl Rng) -> Vec<usize> {
    let threshold = (f64::from(rate) * (1u64 << 53) as f64) as u64;
    (0..count).filter(|_| rng.next_u64() >> 11 < threshold).collect()
}
