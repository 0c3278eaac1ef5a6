//! Where secrets come from.

/// Fills bytes with secret randomness: the operating system's; in tests and the simulator,
/// which keep no secrets, a seeded stream.
pub type Entropy = Box<dyn FnMut(&mut [u8])>;

/// The operating system's randomness.
///
/// # Panics
/// The source, when it is asked on a system that has none: nothing could be kept secret there.
#[must_use]
pub fn system() -> Entropy {
    Box::new(|bytes| {
        getrandom::fill(bytes).expect("a machine without randomness cannot keep secrets");
    })
}
