//! What an endpoint says it is.
//!
//! It says so in the first message to each other endpoint, under the keys of that pair, and the words that people
//! compare are made from it. Hellos say no more than whether somebody claims to be the host.

use super::frame::CLAIM_MAX;
use super::identity::{Fingerprint, HostIdentity, Proof};
use sotto_core::wire::{Error, Reader, Writer};

/// What the aggregator's endpoint is called, once it has shown that it is that.
pub const HOST: &str = "host";
/// What a worker's says.
pub const WORKER: &str = "worker";

/// Who an endpoint is to be.
#[derive(Debug, Clone, Copy)]
pub enum EndpointRole<'a> {
    /// The room's host.
    Host(&'a HostIdentity),
    /// A guest.
    Guest {
        /// What it says it is; cut to [`CLAIM_MAX`] bytes.
        claim: &'a str,
        /// Of the host that its invitation is to.
        host: Fingerprint,
    },
}

/// What an endpoint says it is, as it goes over a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    /// A guest, and as what. This is an endpoint's own word.
    Guest(String),
    /// The room's host, with what shows it.
    Host(Proof),
}

const GUEST_KIND: u8 = 0;
const HOST_KIND: u8 = 1;

impl Claim {
    /// A guest's claim, cut to [`CLAIM_MAX`] bytes.
    pub(super) fn guest(claim: &str) -> Self {
        let cut = (0..=CLAIM_MAX.min(claim.len())).rev().find(|cut| claim.is_char_boundary(*cut));
        Self::Guest(claim[..cut.unwrap_or(0)].to_owned())
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        match self {
            Self::Guest(claim) => _ = writer.u8(GUEST_KIND).text(claim),
            Self::Host(proof) => proof.write(writer.u8(HOST_KIND)),
        }
        writer.finish()
    }

    /// # Errors
    /// When it is none. A guest does not call itself the host: that takes a proof.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        match reader.u8("claim")? {
            GUEST_KIND => match reader.text("claim", CLAIM_MAX)? {
                claim if claim == HOST => Err(Error::Invalid("a guest's claim to be the host")),
                claim => Ok(Self::Guest(claim)),
            },
            HOST_KIND => Proof::read(reader).map(Self::Host),
            other => Err(Error::Kind(other)),
        }
    }
}
