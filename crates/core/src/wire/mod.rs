//! Messages as bytes, and the links that carry them.
//!
//! Everything that arrives is taken to be hostile: every length has a limit that is
//! checked before memory is reserved, and bytes left over are an error.

mod codec;
mod envelope;
mod link;
mod mailbox;

pub use codec::{Reader, Writer};
pub use envelope::{ENVELOPE_LEN, Envelope, PeerId, RunId, VERSION};
pub use link::{Address, Link};
pub use mailbox::{Mailbox, MemoryMailbox, Unsent, mailboxes};

/// Why bytes are not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes end before the message does.
    #[error("the message ends in the middle of its {0}")]
    Truncated(&'static str),
    /// A length above its limit.
    #[error("{what}: {found} is over the limit of {limit}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The length announced.
        found: usize,
        /// The most that is accepted.
        limit: usize,
    },
    /// The message ends before the bytes do.
    #[error("{0} bytes are left over after the message")]
    LeftOver(usize),
    /// Another version of the protocol that it belongs to.
    #[error("the {what} has version {found}, this is version {expected}: reload both pages")]
    Version {
        /// What has a version: each protocol counts its own.
        what: &'static str,
        /// The version that was found.
        found: u8,
        /// The version that is read here.
        expected: u8,
    },
    /// A kind of message that does not exist.
    #[error("there is no message of kind {0}")]
    Kind(u8),
    /// A value that its field does not allow.
    #[error("{0} is not valid")]
    Invalid(&'static str),
}
