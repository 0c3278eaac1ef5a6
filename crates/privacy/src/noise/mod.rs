//! Exact noise on whole numbers.
//!
//! Rounded floating-point noise gives away more than its formula says (Mironov 2012, "On
//! significance of the least significant bits for differential privacy"), and a ring has no
//! fractions. The discrete Gaussian has neither trouble: its probability at the whole number
//! `x` is proportional to `exp(-x^2 / (2 sigma^2))`, and it is drawn with whole numbers only.
//!
//! The time that a draw takes depends on its value. Nobody but its owner should be able to
//! measure single draws.

mod coins;
mod gaussian;
mod variance;

pub use gaussian::DiscreteGaussian;
pub use variance::{SIGMA_MAX, Variance};
