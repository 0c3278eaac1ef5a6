//! Secret sharing by hand: the arithmetic of the page's lessons, one number at a time. And [an attack](inversion) that
//! shows why updates are summed securely.
//!
//! What the parties of a classification do with thousands of numbers and never show
//! (the crate `mpc`), these functions do with one and show all of it: they are for
//! learning, and keep no secret. Randomness is real all the same.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

mod fixed;
pub mod inversion;
mod modular;
mod sharing;

pub use fixed::{FixError, Fixed, fix};
pub use modular::{Modulus, clock};
pub use sharing::{Calculation, Operation, Pair, Triple, calculate, histogram, other_share, split};
