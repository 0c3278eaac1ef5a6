//! What several programs need: digits, tests of a model, and what is written down of them.

pub(crate) mod history;
pub(crate) mod source;
pub(crate) mod testing;
