//! Exact coins from uniform bits, with whole numbers only.

use rand_core::Rng;

/// The largest denominator of a probability, so that no product below passes 128 bits.
pub(super) const DENOMINATOR_MAX: u128 = 1 << 99;
/// The trials of one coin of `exp(-x)`: all of them succeed with a probability below
/// 1/4096!, less than 2^-43000.
const TRIALS_MAX: u32 = 1 << 12;
/// Bits of a word that decides a coin, most of the time.
const WORD_BITS: u32 = 16;
/// 12!, the largest factorial below 2^32.
const FACTORIAL_12: u32 = 479_001_600;

/// Coins that fall on the bits of a generator, none of which is used twice.
pub(super) struct Coins<'a, R: Rng> {
    rng: &'a mut R,
    bits: u64,
    left: u32,
}

impl<'a, R: Rng> Coins<'a, R> {
    pub(super) fn new(rng: &'a mut R) -> Self {
        Self { rng, bits: 0, left: 0 }
    }

    /// True with probability 1/2.
    #[inline]
    pub(super) fn flip(&mut self) -> bool {
        self.take(1) == 1
    }

    /// Uniform in `0..bound`, for a bound above zero (Lemire 2019, section 3).
    #[inline]
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        loop {
            let wide = u64::from(self.take(u32::BITS)) * u64::from(bound);
            let low = wide as u32;
            if low >= bound || low >= bound.wrapping_neg() % bound {
                return (wide >> u32::BITS) as u32;
            }
        }
    }

    /// True with probability `exp(-numerator / denominator)`.
    ///
    /// Whole units first, each a coin of `exp(-1)`, for the series needs an exponent of at
    /// most one (Canonne, Kamath and Steinke 2020, algorithm 1).
    #[inline]
    pub(super) fn exp_minus(&mut self, mut numerator: u128, denominator: u128) -> bool {
        debug_assert!(denominator <= DENOMINATOR_MAX);
        while numerator >= denominator {
            if !self.exp_minus_one() {
                return false;
            }
            numerator -= denominator;
        }
        self.alternate(numerator, denominator, 1)
    }

    /// True with probability `exp(-1)`.
    ///
    /// The first twelve trials of the series succeed with 1/1, 1/2, ... 1/12. One number below
    /// 12! stands for all of them: the first k succeed when it is below 12!/k!.
    #[inline]
    pub(super) fn exp_minus_one(&mut self) -> bool {
        let draw = self.below(FACTORIAL_12);
        let mut threshold = FACTORIAL_12;
        for trial in 1..=12 {
            threshold /= trial;
            if draw >= threshold {
                return trial % 2 == 1;
            }
        }
        self.alternate(1, 1, 13)
    }

    /// The series of von Neumann from some trial on: trial k succeeds with probability `x / k`,
    /// and the coin shows whether the first that fails is odd,
    /// `1 - x + x^2/2! - x^3/3! ... = exp(-x)`.
    #[inline]
    fn alternate(&mut self, numerator: u128, denominator: u128, first: u32) -> bool {
        let mut trial = first;
        while trial < TRIALS_MAX && self.ratio(numerator, denominator * u128::from(trial)) {
            trial += 1;
        }
        trial % 2 == 1
    }

    /// True with probability `numerator / denominator`.
    ///
    /// A uniform real in [0, 1) is compared with the ratio word by word. After words that
    /// leave it open, what remains is the same question about the rest of the ratio.
    #[inline]
    fn ratio(&mut self, numerator: u128, denominator: u128) -> bool {
        let mut rest = numerator;
        loop {
            rest <<= WORD_BITS;
            let start = denominator * u128::from(self.take(WORD_BITS));
            if start >= rest {
                return false;
            }
            rest -= start;
            if rest >= denominator {
                return true;
            }
        }
    }

    #[inline]
    fn take(&mut self, count: u32) -> u32 {
        if self.left < count {
            self.bits = self.rng.next_u64();
            self.left = u64::BITS;
        }
        let taken = self.bits & ((1 << count) - 1);
        self.bits >>= count;
        self.left -= count;
        taken as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha8Rng;
    use proptest::prelude::*;
    use rand_core::SeedableRng;

    /// Six standard deviations of a binomial around its mean.
    fn fair(successes: u32, trials: u32, probability: f64) -> bool {
        let mean = probability * f64::from(trials);
        let deviation = (mean * (1.0 - probability)).sqrt();
        (f64::from(successes) - mean).abs() <= 6.0 * deviation + 1.0
    }

    fn count(seed: u64, mut coin: impl FnMut(&mut Coins<ChaCha8Rng>) -> bool) -> u32 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut coins = Coins::new(&mut rng);
        (0..20_000).map(|_| u32::from(coin(&mut coins))).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn ratios_are_exact(seed: u64, numerator in 0..=DENOMINATOR_MAX, more in 1..=DENOMINATOR_MAX) {
            let denominator = DENOMINATOR_MAX.min(numerator + more);
            let ones = count(seed, |coins| coins.ratio(numerator, denominator));
            prop_assert!(fair(ones, 20_000, numerator as f64 / denominator as f64));
        }

        #[test]
        fn exponentials_are_exact(seed: u64, exponent in 0.0..5f64, denominator in 1..=DENOMINATOR_MAX) {
            let numerator = (exponent * denominator as f64) as u128;
            let ones = count(seed, |coins| coins.exp_minus(numerator, denominator));
            let exact = (-(numerator as f64) / denominator as f64).exp();
            prop_assert!(fair(ones, 20_000, exact), "{ones} for {exact}");
        }
    }

    #[test]
    fn a_word_that_leaves_it_open_is_followed_by_another() {
        // 1/3 = 0.5555... in hexadecimal: a generator of fives never decides, one of sixes
        // after many does.
        struct Fives(u32);
        impl rand_core::TryRng for Fives {
            type Error = std::convert::Infallible;
            fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
                unreachable!()
            }
            fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
                self.0 += 1;
                Ok(if self.0 < 9 { 0x5555_5555_5555_5555 } else { 0x6666_6666_6666_6666 })
            }
            fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
                unreachable!()
            }
        }
        let mut rng = Fives(0);
        assert!(!Coins::new(&mut rng).ratio(1, 3));
        assert_eq!(rng.0, 9);
    }

    #[test]
    fn one_unit_is_a_coin_of_its_own() {
        assert!(fair(count(1, |coins| coins.exp_minus(1, 1)), 20_000, (-1f64).exp()));
        assert!(fair(count(2, |coins| coins.alternate(1, 1, 1)), 20_000, (-1f64).exp()));
    }
}
