/// What is wrong with the numbers that privacy is asked for with.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Error {
    /// A probability of being sampled outside of (0, 1].
    #[error("the sampling rate must be above 0 and at most 1, not {0}")]
    SamplingRate(f64),
    /// Too little noise, too much, or not a number.
    #[error("the noise multiplier must be from {least} to {most}, not {found}")]
    NoiseMultiplier {
        /// The multiplier found.
        found: f64,
        /// The smallest that is accepted.
        least: f64,
        /// The largest that is accepted.
        most: f64,
    },
    /// No steps, or more than the accountant composes.
    #[error("the number of steps must be from 1 to {most}, not {found}")]
    Steps {
        /// The steps found.
        found: u64,
        /// The most that are accepted.
        most: u64,
    },
    /// A delta that is no probability strictly between 0 and 1.
    #[error("delta must be above 0 and below 1, not {0}")]
    Delta(f64),
    /// An epsilon to aim at that no noise multiplier reaches.
    #[error("no noise multiplier that is accepted gives an epsilon of {0}")]
    Target(f64),
    /// Something that must be a finite number above zero is not.
    #[error("{what} must be a finite number above 0, not {found}")]
    NotPositive {
        /// What it should be.
        what: &'static str,
        /// The number found.
        found: f64,
    },
    /// Something that must be a share between 0 and 1 is not.
    #[error("{what} must be above 0 and below 1, not {found}")]
    NotShare {
        /// What it should be.
        what: &'static str,
        /// The number found.
        found: f64,
    },
    /// An update with a value that is infinite or not a number.
    #[error("the update has values that are not finite")]
    NotFinite,
    /// An update longer than the norm that it should have been clipped to.
    #[error("the update's norm {norm} is above its bound {bound}: it was not clipped")]
    NotClipped {
        /// The update's norm.
        norm: f64,
        /// The most that it may be.
        bound: f64,
    },
    /// An update of another length than the grid was made for.
    #[error("the update has {found} values where {expected} belong")]
    Length {
        /// Values that belong there.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// A variance of zero, or one that the exact sampler cannot hold.
    #[error("the noise on the grid must have a standard deviation above 0 and at most {most}")]
    Variance {
        /// The largest standard deviation, in steps of the grid.
        most: u32,
    },
    /// A grid so fine that the norm bound does not fit.
    #[error("the norm bound is {found} steps of the grid, at most {most} fit")]
    Grid {
        /// The norm bound in steps.
        found: f64,
        /// The most steps.
        most: f64,
    },
    /// The noise on the bits of the adaptive clip uses up all that there is: `2 sigma_b > z`
    /// must hold.
    #[error("noise {sigma_bits} on the clipped bits is too little for a noise multiplier of {z}")]
    BitNoise {
        /// Standard deviation of the noise on the sum of the bits.
        sigma_bits: f64,
        /// The noise multiplier of both queries together.
        z: f64,
    },
    /// A worker's part of the noise is too small for the bound on the sum to hold.
    #[error(
        "each part of the noise would be {found} steps of the grid, at least {least} are needed"
    )]
    LocalNoise {
        /// The standard deviation found, in steps.
        found: f64,
        /// The smallest that is accepted.
        least: f64,
    },
    /// A sum of noises must have at least one survivor.
    #[error("at least one worker must survive a round")]
    NoSurvivors,
}

impl Error {
    /// `value`, if it is finite and above zero.
    pub(super) fn unless_positive(what: &'static str, value: f64) -> Result<f64, Self> {
        if value.is_finite() && value > 0.0 {
            Ok(value)
        } else {
            Err(Self::NotPositive { what, found: value })
        }
    }

    /// `value`, if it is strictly between 0 and 1.
    pub(super) fn unless_share(what: &'static str, value: f64) -> Result<f64, Self> {
        if value > 0.0 && value < 1.0 {
            Ok(value)
        } else {
            Err(Self::NotShare { what, found: value })
        }
    }
}
