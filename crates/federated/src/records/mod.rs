//! What is stored, by a browser or a program, as bytes.
//!
//! A store may be damaged, cut short, or written by another version of this program. Its bytes
//! are taken to be as hostile as a peer's: what is read is whole and within its limits, or an
//! error that says what is wrong.
//!
//! | file | what it is |
//! |---|---|
//! | `checksum` | version and checksum around every record |
//! | `run` | a room's run: its [`Checkpoint`](crate::Checkpoint), and what was measured |
//! | `model` | a model of the library |
//! | `handwriting` | a person's own digits |
//!
//! Which record is kept where, and when, is in `src/web/store.rs` for browsers and in `crates/cli/src/state.rs` for
//! programs.

mod checksum;
mod handwriting;
mod model;
mod run;

pub use checksum::{add_checksum, verify_checksum};
pub use handwriting::{handwriting_bytes, handwriting_of};
pub use model::{ModelMetadata, autosave_name, weight_bytes};
pub use run::{Point, Run};

/// Why stored bytes cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Written by another version of this program.
    #[error(
        "it was kept by another version of this page: its format has version {found}, and {expected} is read here"
    )]
    Version {
        /// The version that was found.
        found: u8,
        /// The version that is read here.
        expected: u8,
    },
    /// Not the bytes that were written.
    #[error("it is damaged: its checksum does not hold")]
    Damaged,
    /// Whole, and no record of its kind all the same.
    #[error("it cannot be read: {0}")]
    Content(#[from] sotto_core::wire::Error),
}
