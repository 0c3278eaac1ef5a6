//! What Sotto's crates share: where secrets and public randomness come from, memory for secrets, the generator of
//! masks and shares, and bytes on a wire.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

pub mod entropy;
#[cfg(any(test, feature = "testing"))]
pub mod fuzz_input;
pub mod hex;
pub mod prg;
pub mod secret;
pub mod seeded;
pub mod wire;
