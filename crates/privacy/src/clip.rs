//! Clipping an update to a norm.

use super::Error;

/// What clipping did to an update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clipped {
    /// The Euclidean norm before.
    pub norm: f64,
    /// What every value was multiplied with; 1 when the norm was within the bound.
    pub factor: f64,
}

/// The Euclidean norm, in double precision, with the sum taken in order.
#[must_use]
pub fn norm(update: &[f32]) -> f64 {
    libm::sqrt(update.iter().map(|value| f64::from(*value).powi(2)).sum())
}

/// Scales an update to the norm `bound` if it is longer (Abadi et al. 2016, "Deep learning
/// with differential privacy", algorithm 1).
///
/// Rounding the products never leaves a norm above `bound`, for the factor is smaller by
/// twice what a rounding can add.
///
/// # Errors
/// [`Error::NotPositive`] for a bound that is none, [`Error::NotFinite`] when a value is
/// infinite or not a number; the update is unchanged then.
pub fn clip(update: &mut [f32], bound: f64) -> Result<Clipped, Error> {
    let bound = Error::unless_positive("the clipping norm", bound)?;
    let norm = norm(update);
    if !norm.is_finite() {
        return Err(Error::NotFinite);
    }
    if norm <= bound {
        return Ok(Clipped { norm, factor: 1.0 });
    }
    let factor = bound / norm * (1.0 - f64::from(f32::EPSILON));
    for value in update {
        *value = (f64::from(*value) * factor) as f32;
    }
    Ok(Clipped { norm, factor })
}

/// As [`clip`]; an update that is not finite becomes zeros, and its norm counts as infinite.
///
/// Whether single examples make a training overflow is no less a secret than what they are, so a
/// training with noise must not end there: such a member contributes nothing, which is within the
/// bound.
///
/// # Errors
/// [`Error::NotPositive`] for a bound that is none.
pub fn clip_or_drop(update: &mut [f32], bound: f64) -> Result<Clipped, Error> {
    match clip(update, bound) {
        Err(Error::NotFinite) => {
            update.fill(0.0);
            Ok(Clipped { norm: f64::INFINITY, factor: 0.0 })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_norm_is_within_the_bound(
            mut update in prop::collection::vec(-1e6..1e6f32, 1..200),
            log in -12.0..20f64,
        ) {
            let (before, bound) = (update.clone(), log.exp());
            let clipped = clip(&mut update, bound).unwrap();
            prop_assert!(norm(&update) <= bound);
            prop_assert_eq!(clipped.norm, norm(&before));
            if clipped.norm <= bound {
                prop_assert_eq!(update, before);
            } else {
                prop_assert!(norm(&update) >= bound * (1.0 - 4e-7));
                for (after, before) in update.iter().zip(&before) {
                    prop_assert!((f64::from(*after) - f64::from(*before) * clipped.factor).abs() <= 1e-7 * f64::from(after.abs()));
                }
            }
        }
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        assert_eq!(clip(&mut [1.0, f32::NAN], 1.0), Err(Error::NotFinite));
        assert_eq!(clip(&mut [f32::INFINITY], 1.0), Err(Error::NotFinite));
        assert!(clip(&mut [1.0], 0.0).is_err());
        let mut update = [1.0, f32::NAN];
        assert_eq!(clip_or_drop(&mut update, 1.0).unwrap().norm, f64::INFINITY);
        assert_eq!(update, [0.0; 2]);
        assert!(clip_or_drop(&mut update, 0.0).is_err());
        assert_eq!(clip(&mut [], 1.0), Ok(Clipped { norm: 0.0, factor: 1.0 }));
    }
}
