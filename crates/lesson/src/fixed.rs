//! Fractions as whole numbers.

use super::Modulus;

/// The largest base of a lesson.
const BASE_MAX: u32 = 16;
/// The most digits behind the point.
const DIGITS_MAX: u32 = 20;

/// A number with a point, and what becomes of it on the clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fixed {
    /// The number times `base^digits`, rounded to the nearest whole number.
    pub whole: f64,
    /// Its residue, a position on the clock.
    pub residue: u64,
    /// What is read there.
    pub read: f64,
    /// Whether it went around the clock: then what is read is another number.
    pub overflows: bool,
}

/// Why a number cannot be fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    /// The base.
    #[error("the base is a whole number from 2 to {BASE_MAX}")]
    Base,
    /// The precision.
    #[error("there are at most {DIGITS_MAX} digits behind the point")]
    Digits,
    /// The number.
    #[error("that is no number, or one with more than 30 digits")]
    Number,
}

/// Fixes the point of a number behind so many digits of a base, as PySyft's `fix_prec` does
/// (Catrina and Saxena 2010, "Secure Computation with Fixed-Point Numbers", section 2).
///
/// # Errors
/// When base, digits or number cannot be.
pub fn fix(value: f64, base: u32, digits: u32, modulus: Modulus) -> Result<Fixed, FixError> {
    if !(2..=BASE_MAX).contains(&base) {
        return Err(FixError::Base);
    }
    if digits > DIGITS_MAX {
        return Err(FixError::Digits);
    }
    let unit = libm::pow(f64::from(base), f64::from(digits));
    let whole = libm::rint(value * unit);
    // Far below the largest whole number that the clock's arithmetic can hold.
    if !whole.is_finite() || whole.abs() > 1e30 {
        return Err(FixError::Number);
    }
    let residue = modulus.residue(whole as i128);
    let read = modulus.read(residue);
    Ok(Fixed {
        whole,
        residue,
        read: read as f64 / unit,
        overflows: i128::from(read) != whole as i128,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_eighth_or_so_at_two_digits_is_twelve() {
        let fixed = fix(0.123, 10, 2, Modulus::Word).unwrap();
        assert_eq!((fixed.whole, fixed.residue, fixed.read), (12.0, 12, 0.12));
        assert!(!fixed.overflows);
        let fixed = fix(-0.123, 10, 2, Modulus::Word).unwrap();
        assert_eq!((fixed.residue, fixed.read), ((1 << 32) - 12, -0.12));
    }

    #[test]
    fn what_goes_around_the_clock_is_read_as_something_else() {
        let fixed = fix(30_000_000.0, 10, 2, Modulus::Word).unwrap();
        assert!(fixed.overflows);
        assert_eq!(fixed.read, (3_000_000_000.0 - 4_294_967_296.0) / 100.0);
        assert!(!fix(30_000_000.0, 10, 2, Modulus::Prime).unwrap().overflows);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let word = Modulus::Word;
        assert_eq!(fix(1.0, 1, 2, word), Err(FixError::Base));
        assert_eq!(fix(1.0, 17, 2, word), Err(FixError::Base));
        assert_eq!(fix(1.0, 10, 21, word), Err(FixError::Digits));
        for value in [f64::NAN, f64::INFINITY, 1e40] {
            assert_eq!(fix(value, 2, 0, word), Err(FixError::Number));
        }
    }

    proptest! {
        #[test]
        fn what_fits_is_read_to_half_a_step(value in -1e3f64..1e3, base in 2u32..=16, digits in 0u32..=4) {
            let fixed = fix(value, base, digits, Modulus::Prime).unwrap();
            let unit = f64::from(base).powi(digits as i32);
            prop_assert!(!fixed.overflows);
            prop_assert!((fixed.read - value).abs() <= 0.5 / unit + 1e-9);
        }

        #[test]
        fn any_input_has_an_answer(value: f64, base: u32, digits: u32) {
            let _ = fix(value, base, digits, Modulus::Word);
        }
    }
}
