//! Updates as elements of a ring whose sum cannot wrap.
//!
//! A worker's part is `n_k (w_k - w)`, and `n_k` itself behind it in the same vector, so that
//! the sum gives the mean weighted by digits. `w_k - w` is shortened to the length `clip`; then
//! no value is above `weight_max * clip`, which is mapped to the ring's limit over the number
//! of workers. Rounding is up or down at random so that its mean is exact.
//!
//! The ring is the narrowest in which a step of one worker has at least 12 bits: 16 bits up to 7 workers, 20 up to
//! 127, 24 up to 2,047, then 32. `n_k` is three elements, a byte each.

use super::Error;
use super::ring::Width;
use sotto_core::prg::{BLOCK_WORDS, StreamKey};

/// How fine values are at least, when their length is spread evenly: `clip / 2^PRECISION`.
const PRECISION: u32 = 12;
/// `n_k` goes as bytes, an element each, so that its sum does not wrap in a narrow ring.
pub const COUNT_LIMBS: usize = 3;
const LIMB_BITS: u32 = 8;
/// The most that a worker may count for.
const WEIGHT_MAX: u32 = (1 << (LIMB_BITS * COUNT_LIMBS as u32)) - 1;

/// What is summed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Numbers {
    /// `n_k (w_k - w)`, by [`Encoding::encode`], in the narrowest ring that is fine enough.
    Weighted {
        /// The longest `w_k - w` that counts whole; longer ones are shortened to it.
        clip: f32,
        /// The most digits that a worker may count for.
        weight_max: u32,
    },
    /// Whole steps of a grid, by [`Encoding::encode_whole`], in the widest ring. Who makes them
    /// sees to it that their sum does not wrap.
    Whole {
        /// The length of a step.
        step: f64,
    },
}

/// How updates become elements of a ring.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Encoding {
    width: Width,
    clip: f64,
    weight_max: u32,
    /// The largest element of one worker.
    limit: u32,
    /// Elements for one unit of `n_k (w_k - w)`.
    scale: f64,
}

/// What the ring's sum says.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// `sum_k n_k (w_k - w)`.
    pub values: Vec<f64>,
    /// `sum_k n_k`.
    pub count: u32,
}

impl Encoding {
    /// The encoding for a cohort of `workers`.
    ///
    /// # Errors
    /// [`Error::Range`] when no ring is fine enough, or when the numbers are no bounds.
    pub fn new(workers: usize, numbers: Numbers) -> Result<Self, Error> {
        match numbers {
            Numbers::Weighted { clip, weight_max } => Self::weighted(workers, clip, weight_max),
            Numbers::Whole { step } if step.is_finite() && step > 0.0 => {
                let (width, limit) = (Width::Bits32, i32::MAX as u32);
                let (clip, weight_max, scale) = (f64::INFINITY, WEIGHT_MAX, 1.0 / step);
                Ok(Self { width, clip, weight_max, limit, scale })
            }
            Numbers::Whole { .. } => Err(Error::Range),
        }
    }

    fn weighted(workers: usize, clip: f32, weight_max: u32) -> Result<Self, Error> {
        let clip = f64::from(clip);
        let bounds = clip.is_finite() && clip > 0.0 && (1..=WEIGHT_MAX).contains(&weight_max);
        // Too many are refused below, like none.
        let workers = u32::try_from(workers).ok().filter(|&workers| workers > 0 && bounds);
        let workers = workers.ok_or(Error::Range)?;
        let limit_of = |width: Width| ((1u32 << (width.bits() - 1)) - 1) / workers;
        let fits = |width: &Width| limit_of(*width) >= 1 << PRECISION;
        let width = Width::ALL.into_iter().find(fits).ok_or(Error::Range)?;
        let limit = limit_of(width);
        let scale = f64::from(limit) / (f64::from(weight_max) * clip);
        Ok(Self { width, clip, weight_max, limit, scale })
    }

    /// The ring's width.
    #[must_use]
    pub fn width(&self) -> Width {
        self.width
    }

    /// The most that one update counts for.
    #[must_use]
    pub fn weight_max(&self) -> u32 {
        self.weight_max
    }

    /// The longest `w_k - w` that counts whole.
    #[must_use]
    pub fn clip(&self) -> f64 {
        self.clip
    }

    /// Elements for `len` values.
    #[must_use]
    pub fn elements(len: usize) -> usize {
        len + COUNT_LIMBS
    }

    /// The elements of `values = n_k (w_k - w)` and `count = n_k`. The stream of `coins`, a
    /// fresh key, rounds.
    ///
    /// # Errors
    /// [`Error::Range`] when a value is not finite, or the count is 0 or above its maximum.
    pub fn encode(&self, values: &[f32], count: u32, coins: &StreamKey) -> Result<Vec<u32>, Error> {
        if !(1..=self.weight_max).contains(&count) {
            return Err(Error::Range);
        }
        let squares: f64 = values.iter().map(|&value| f64::from(value).powi(2)).sum();
        let length = libm::sqrt(squares) / f64::from(count);
        if !length.is_finite() {
            return Err(Error::Range);
        }
        let scale = self.scale * (self.clip / length).min(1.0);
        let limit = f64::from(self.limit);
        let mut elements = Vec::with_capacity(Self::elements(values.len()));
        let mut words = [0; COINS];
        let blocks = (0u32..).step_by(COINS / BLOCK_WORDS);
        for (block, chunk) in blocks.zip(values.chunks(COINS)) {
            coins.fill(block, &mut words);
            elements.extend(chunk.iter().zip(&words).map(|(&value, &coin)| {
                let exact = f64::from(value) * scale;
                // Uniform on the multiples of 2^-32 in [0, 1).
                let coin = f64::from(coin) * (1.0 / (1u64 << 32) as f64);
                let rounded = (exact + coin).floor().clamp(-limit, limit);
                rounded as i32 as u32
            }));
        }
        elements.extend(limbs(count));
        Ok(elements)
    }

    /// The elements of whole steps, and `count`.
    ///
    /// # Errors
    /// [`Error::Range`] when the count is 0 or above its maximum.
    pub fn encode_whole(&self, steps: &[i64], count: u32) -> Result<Vec<u32>, Error> {
        if !(1..=self.weight_max).contains(&count) {
            return Err(Error::Range);
        }
        Ok(steps.iter().map(|&step| step as u32).chain(limbs(count)).collect())
    }

    /// Reads a sum.
    ///
    /// # Errors
    /// [`Error::Range`] when nothing was counted.
    pub fn decode(&self, sum: &[u32]) -> Result<Total, Error> {
        let (values, limbs) =
            sum.split_at_checked(sum.len().wrapping_sub(COUNT_LIMBS)).ok_or(Error::Length)?;
        let count = limbs.iter().rev().fold(0u32, |count, &limb| {
            (count << LIMB_BITS).wrapping_add(self.width.unsigned(limb))
        });
        if count == 0 {
            return Err(Error::Range);
        }
        let value = |&element: &u32| f64::from(self.width.signed(element)) / self.scale;
        Ok(Total { values: values.iter().map(value).collect(), count })
    }
}

fn limbs(count: u32) -> impl Iterator<Item = u32> {
    (0..COUNT_LIMBS as u32).map(move |limb| count >> (LIMB_BITS * limb) & 0xff)
}

/// Coins drawn at a time.
const COINS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weighted(workers: usize, clip: f32, weight_max: u32) -> Result<Encoding, Error> {
        Encoding::new(workers, Numbers::Weighted { clip, weight_max })
    }

    fn coins(seed: u64) -> StreamKey {
        let mut key = [0; StreamKey::LEN];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        StreamKey::new(&key)
    }

    #[test]
    fn rings_grow_with_the_cohort() {
        let bits = |workers| weighted(workers, 1.0, 3000).map(|e| e.width().bits());
        assert_eq!(
            [3, 7, 8, 100, 127, 1000, 10_000].map(bits),
            [16, 16, 20, 20, 20, 24, 32].map(Ok)
        );
        assert_eq!(bits(0), Err(Error::Range));
        for clip in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert_eq!(weighted(3, clip, 1), Err(Error::Range));
        }
    }

    proptest! {
        #[test]
        fn no_sum_of_the_cohort_wraps(
            workers in 1usize..300, count in 1u32..60_000, value in -1e6f32..1e6, seed: u64,
        ) {
            let encoding = weighted(workers, 2.0, 60_000).unwrap();
            let one = encoding.encode(&[value, 0.0], count, &coins(seed)).unwrap();
            // Everybody has the worst part.
            let sum: Vec<u32> = one.iter().map(|&e| e.wrapping_mul(workers as u32)).collect();
            let total = encoding.decode(&sum).unwrap();
            prop_assert_eq!(total.count, workers as u32 * count);
            let clipped = f64::from(value).clamp(-2.0 * f64::from(count), 2.0 * f64::from(count));
            let expected = clipped * workers as f64;
            let step = workers as f64 / encoding.scale;
            prop_assert!((total.values[0] - expected).abs() <= step * 1.001);
        }

        #[test]
        fn any_sum_is_read(sum: Vec<u32>) {
            let _ = weighted(5, 1.0, 100).unwrap().decode(&sum);
        }
    }

    #[test]
    fn rounding_is_right_on_average() {
        let encoding = weighted(7, 1.0, 1).unwrap();
        // A third of a step, more or less.
        let values = [0.3 / 4681.0; 20_000];
        let elements = encoding.encode(&values, 1, &coins(1)).unwrap();
        let sum: f64 =
            elements[..20_000].iter().map(|&e| f64::from(encoding.width().signed(e))).sum();
        let expected = f64::from(values[0]) * encoding.scale;
        // Five standard deviations of a mean of 20,000 coins.
        assert!((sum / 20_000.0 - expected).abs() < 5.0 * 0.5 / 20_000f64.sqrt());
    }

    #[test]
    fn what_cannot_be_encoded_is_refused() {
        let encoding = weighted(5, 1.0, 100).unwrap();
        for (value, count) in [(f32::NAN, 1), (f32::INFINITY, 1), (1.0, 0), (1.0, 101)] {
            assert_eq!(encoding.encode(&[value], count, &coins(1)), Err(Error::Range));
        }
    }

    proptest! {
        #[test]
        fn whole_steps_are_summed_as_they_are(
            steps in proptest::collection::vec(-1_000_000i64..1_000_000, 1..20), count in 1u32..1000,
        ) {
            let encoding = Encoding::new(9, Numbers::Whole { step: 0.5 }).unwrap();
            let one = encoding.encode_whole(&steps, count).unwrap();
            let sum: Vec<u32> = one.iter().map(|&element| element.wrapping_mul(9)).collect();
            let total = encoding.decode(&sum).unwrap();
            prop_assert_eq!(total.count, 9 * count);
            for (value, step) in total.values.iter().zip(&steps) {
                prop_assert_eq!(*value, 9.0 * 0.5 * *step as f64);
            }
        }
    }
}
