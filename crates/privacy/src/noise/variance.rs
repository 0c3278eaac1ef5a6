//! The variance of discrete noise, as a fraction.

use super::super::Error;

/// The largest standard deviation of discrete noise, in steps of the grid.
pub const SIGMA_MAX: u32 = (1 << 24) - 1;
/// Bits of the numerator that [`Variance::at_least`] gives, if the variance is not too large.
const PRECISION_BITS: i32 = 30;
/// The most that `(sigma + 1)^2` times the denominator may be, so that exponents stay within
/// what the coins work with.
const SPREAD_MAX: u128 = 1 << 49;

/// `sigma^2` of a discrete Gaussian in steps of the grid, a fraction of whole numbers.
///
/// The exact variance of the noise is a little smaller than this parameter, by less than
/// 10^-6 where sigma is at least 1 (Canonne, Kamath and Steinke 2020, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variance {
    numerator: u64,
    denominator: u64,
}

impl Variance {
    /// `numerator / denominator`.
    ///
    /// # Errors
    /// [`Error::Variance`] when one of them is zero, when sigma passes [`SIGMA_MAX`], or when
    /// `(sigma + 1)^2` times the denominator passes 2^49.
    pub fn new(numerator: u64, denominator: u64) -> Result<Self, Error> {
        let variance = Self { numerator, denominator };
        let fits = numerator > 0
            && denominator > 0
            && numerator / denominator <= u64::from(SIGMA_MAX).pow(2)
            && variance.exponent_denominator().is_some();
        if fits { Ok(variance) } else { Err(Error::Variance { most: SIGMA_MAX }) }
    }

    /// The smallest fraction with a power of two below the line that is not below `variance`,
    /// to some nine digits; above 2^30 the next whole number.
    ///
    /// # Errors
    /// [`Error::Variance`] for a variance that is not above zero, or with a sigma above
    /// [`SIGMA_MAX`].
    pub fn at_least(variance: f64) -> Result<Self, Error> {
        let most = f64::from(SIGMA_MAX).powi(2);
        if !(variance > 0.0 && variance <= most) {
            return Err(Error::Variance { most: SIGMA_MAX });
        }
        let (_, exponent) = libm::frexp(variance);
        let shift = (PRECISION_BITS - exponent).clamp(0, PRECISION_BITS);
        let denominator = 1u64 << shift;
        Self::new(libm::ceil(variance * denominator as f64) as u64, denominator)
    }

    /// The variance as a number.
    #[must_use]
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// The standard deviation in steps of the grid.
    #[must_use]
    pub fn sigma(self) -> f64 {
        libm::sqrt(self.value())
    }

    pub(super) fn numerator(self) -> u64 {
        self.numerator
    }

    pub(super) fn denominator(self) -> u64 {
        self.denominator
    }

    /// `floor(sigma) + 1`, the scale of the Laplace noise that proposes draws.
    pub(super) fn scale(self) -> u64 {
        (self.numerator / self.denominator).isqrt() + 1
    }

    /// `2 a b t^2`, the denominator of the exponent that accepts a draw, for a variance `a / b`
    /// and the scale `t`, if the coins can work with it: as `a < b t^2`, it is below
    /// `2 (b t^2)^2`.
    pub(super) fn exponent_denominator(self) -> Option<u128> {
        let scale = u128::from(self.scale());
        let spread = scale * scale * u128::from(self.denominator);
        (spread <= SPREAD_MAX).then_some(2 * u128::from(self.numerator) * spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_fraction_is_never_below_the_number(log in -20.0..33.2f64) {
            let wanted = log.exp();
            let found = Variance::at_least(wanted).unwrap().value();
            prop_assert!(found >= wanted);
            prop_assert!(found - wanted <= wanted * 2e-9 + 1e-9, "{found} for {wanted}");
        }
    }

    #[test]
    fn what_cannot_be_held_is_refused() {
        for (numerator, denominator) in [(0, 1), (1, 0), (u64::MAX, 1), (1, u64::MAX), (1 << 50, 2)]
        {
            assert!(Variance::new(numerator, denominator).is_err(), "{numerator}/{denominator}");
        }
        assert!(Variance::new(1 << 47, 1).is_ok());
        for variance in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e18] {
            assert!(Variance::at_least(variance).is_err(), "{variance}");
        }
    }
}
