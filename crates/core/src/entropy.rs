//! Where secrets come from.

/// Fills bytes with secret randomness: the operating system's; in tests and the simulator,
/// which keep no secrets, a seeded stream.
pub type Entropy = Box<dyn FnMut(&mut [u8])>;
