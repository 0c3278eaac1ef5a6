//! Fixed point: real numbers as ring elements, with so many bits behind the point
//! (Catrina and Saxena 2010, "Secure Computation with Fixed-Point Numbers", section 2).

use std::num::Wrapping;

use super::ring::Wide;

/// The ring element nearest to `value` times `unit`; nothing when it does not fit.
#[must_use]
pub fn encode(value: f64, unit: f64) -> Option<Wide> {
    let scaled = libm::rint(value * unit);
    let fits = (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&scaled);
    fits.then_some(Wrapping(scaled as i32 as u32))
}

/// [`encode`] modulo 2^32, as it is for numbers that do not fit; not a number is 0.
#[must_use]
pub fn wrapped(value: f64, unit: f64) -> Wide {
    let whole = libm::fmod(libm::rint(value * unit), 4_294_967_296.0);
    Wrapping(whole as i64 as u32)
}

/// The real number that a ring element stands for.
#[must_use]
pub fn decode(element: Wide, unit: f64) -> f64 {
    f64::from(element.0 as i32) / unit
}

/// A pixel of 0 to 255 as a value in `[0, 1]` with `fraction` bits behind the point.
#[must_use]
pub fn pixel(value: u8, fraction: u32) -> Wide {
    // Rounded to the nearest, in integers.
    Wrapping(((u32::from(value) << (fraction + 1)) + 255) / 510)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_to_half_a_step(value in -1000.0f64..1000.0, fraction in 3u32..=12) {
            let unit = f64::from(1u32 << fraction);
            let back = decode(encode(value, unit).unwrap(), unit);
            prop_assert!((back - value).abs() <= 0.5 / unit);
        }

        #[test]
        fn pixels_are_rounded_to_the_nearest(value: u8, fraction in 3u32..=12) {
            let expected = encode(f64::from(value) / 255.0, f64::from(1u32 << fraction)).unwrap();
            prop_assert_eq!(pixel(value, fraction), expected);
        }
    }

    #[test]
    fn what_does_not_fit_is_nothing() {
        assert_eq!(encode(-0.123, 100.0), Some(-Wrapping(12u32)));
        for value in [f64::NAN, f64::INFINITY, 2147483648.0, -2147483649.0] {
            assert_eq!(encode(value, 1.0), None, "{value}");
        }
    }
}
