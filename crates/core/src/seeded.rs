//! Streams of public randomness that a seed and a path determine.
//!
//! Weights, shards, cohorts and shuffles are drawn from here, so that one seed replays a
//! run bit for bit on every machine. Nothing secret may come from this module: shares,
//! masks, keys and tokens are drawn from the operating system, except in a simulation,
//! which keeps no secrets.

mod gamma;

use chacha20::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A reproducible stream of numbers, a different one for every seed and path.
///
/// The ChaCha8 key is `SHA-256("sotto/seeded" | seed | path)`, so streams of different
/// paths are independent and adding one never shifts another.
///
/// ```
/// use sotto_core::seeded::Stream;
/// let mut a = Stream::new(7, "round/3/shuffle");
/// let mut b = Stream::new(7, "round/3/shuffle");
/// assert_eq!(a.below(1000), b.below(1000));
/// ```
pub struct Stream {
    rng: ChaCha8Rng,
}

impl Stream {
    /// The stream of `seed` at `path`, a readable name such as `round/3/worker/1/shuffle`.
    #[must_use]
    pub fn new(seed: u64, path: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"sotto/seeded");
        hash.update(seed.to_le_bytes());
        hash.update(path.as_bytes());
        Self { rng: ChaCha8Rng::from_seed(hash.finalize().into()) }
    }

    /// The stream of a key that was drawn elsewhere.
    #[must_use]
    pub fn keyed(seed: &[u8; 32]) -> Self {
        Self { rng: ChaCha8Rng::from_seed(*seed) }
    }

    /// A whole number uniform in `0..bound`, without bias (Lemire 2019, section 3).
    ///
    /// # Panics
    /// When `bound` is zero, for which there is no such number.
    pub fn below(&mut self, bound: u32) -> u32 {
        assert!(bound > 0, "a number below zero was asked for");
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let wide = u64::from(self.rng.next_u32()) * u64::from(bound);
            if wide as u32 >= threshold {
                return (wide >> 32) as u32;
            }
        }
    }

    /// A number uniform on the 2^53 multiples of 2^-53 in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A number uniform in `[low, high)`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A standard normal number (Box and Muller 1958).
    ///
    /// Logarithm and cosine come from `libm`, whose results are the same on every target.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Fills `bytes` with uniform bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.rng.fill_bytes(bytes);
    }

    /// Puts `items` into a uniformly random order (Fisher and Yates).
    ///
    /// # Panics
    /// When there are more than 2^32 - 1 items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last + 1).expect("fewer than 2^32 items are shuffled");
            items.swap(last, self.below(bound) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_and_path_decide_the_stream() {
        let draw = |seed, path| Stream::new(seed, path).below(u32::MAX);
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
    }

    #[test]
    fn below_is_uniform() {
        let mut stream = Stream::new(1, "test/below");
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[stream.below(6) as usize] += 1;
        }
        // Six standard deviations of a binomial with n = 60,000 and p = 1/6.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 550));
    }

    #[test]
    fn normal_has_its_moments() {
        let mut stream = Stream::new(1, "test/normal");
        let draws: Vec<f64> = (0..100_000).map(|_| stream.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.02, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.03, "variance {variance}");
    }

    #[test]
    fn shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..1000).collect();
        Stream::new(3, "test/shuffle").shuffle(&mut items);
        assert!(items.windows(2).any(|pair| pair[0] > pair[1]));
        items.sort_unstable();
        assert!(items.into_iter().eq(0..1000));
    }
}
