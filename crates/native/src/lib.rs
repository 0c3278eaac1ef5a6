//! What several programs need: digits, tests of a model, and what is written down of them.

pub mod history;
pub mod source;
pub mod testing;
