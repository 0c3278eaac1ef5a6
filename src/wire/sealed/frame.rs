//! Frames: what the broker carries.

use super::keys::EndpointId;
use crate::wire::{Error, Reader, Writer};

/// The version of frames; another one is refused.
pub(super) const VERSION: u8 = 2;
/// The longest name of a channel, in bytes.
pub const CHANNEL_MAX: usize = 120;
/// The longest text by which an endpoint says what it is, in bytes.
pub const CLAIM_MAX: usize = 200;
/// The longest frame that is taken, in bytes: what brokers pass on by default.
pub const FRAME_MAX: usize = 1 << 20;
/// Bytes of a numbered frame before what is sealed.
pub(super) const HEAD_LEN: usize = 1 + 1 + 16 + 8;
/// Bytes that the cipher adds.
pub(super) const SEAL_LEN: usize = 16;

/// Whose inbox a frame goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Everybody's in the room.
    Room,
    /// One endpoint's.
    Endpoint(EndpointId),
}

/// A frame, still sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// Somebody is there.
    Hello { nonce: [u8; 12], sealed: &'a [u8] },
    /// A piece of a message.
    Data(Numbered<'a>),
    /// What has arrived, and that somebody lives.
    Note(Numbered<'a>),
}

/// A frame between two endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbered<'a> {
    pub(super) from: EndpointId,
    pub(super) number: u64,
    pub(super) sealed: &'a [u8],
}

/// The kinds of numbered frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Data = 1,
    Note = 2,
}

const HELLO: u8 = 0;

impl<'a> Frame<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > FRAME_MAX {
            let (what, found, limit) = ("frame", bytes.len(), FRAME_MAX);
            return Err(Error::TooLong { what, found, limit });
        }
        let mut reader = Reader::new(bytes);
        match reader.u8("version")? {
            VERSION => {}
            other => return Err(Error::Version(other)),
        }
        let kind = reader.u8("kind")?;
        if kind == HELLO {
            return Ok(Self::Hello { nonce: reader.array("nonce")?, sealed: reader.rest() });
        }
        let from = EndpointId(reader.array("sender")?);
        let number = reader.u64("number")?;
        let numbered = Numbered { from, number, sealed: reader.rest() };
        match kind {
            1 => Ok(Self::Data(numbered)),
            2 => Ok(Self::Note(numbered)),
            other => Err(Error::Kind(other)),
        }
    }
}

/// A hello as bytes.
pub(super) fn hello(nonce: [u8; 12], sealed: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).u8(HELLO).raw(&nonce).raw(sealed);
    writer.finish()
}

/// A numbered frame as bytes.
pub(super) fn numbered(kind: Kind, from: EndpointId, number: u64, sealed: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).u8(kind as u8).raw(&from.0).u64(number).raw(sealed);
    writer.finish()
}

/// What is authenticated with a numbered frame.
pub(super) fn aad(kind: Kind, from: EndpointId, to: EndpointId, number: u64) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).u8(kind as u8).raw(&from.0).raw(&to.0).u64(number);
    writer.finish()
}

/// What is in a hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Greeting {
    pub(super) public: [u8; 32],
    /// Those who answer hellos shall answer.
    pub(super) asks: bool,
    pub(super) claim: String,
}

impl Greeting {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.public).bool(self.asks).text(&self.claim);
        writer.finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let public = reader.array("public key")?;
        let asks = reader.bool("question")?;
        let claim = reader.text("claim", CLAIM_MAX)?;
        reader.finish()?;
        Ok(Self { public, asks, claim })
    }
}

/// What is in a note.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// The first number that has not arrived; all below have.
    pub(super) next: u64,
    /// The receiver shall send a note of its own.
    pub(super) asks: bool,
    /// Milliseconds on the sender's clock.
    pub(super) at: u64,
    /// `at` of the newest note that asked, or 0.
    pub(super) echo: u64,
    /// The sender was cut off, and is back.
    pub(super) is_back: bool,
    /// The sender is leaving.
    pub(super) leaves: bool,
}

impl Note {
    pub(super) fn asking(now: u64) -> Self {
        Self { asks: true, at: now, ..Self::default() }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u64(self.next).bool(self.asks).u64(self.at).u64(self.echo);
        writer.bool(self.is_back).bool(self.leaves);
        writer.finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let note = Self {
            next: reader.u64("number")?,
            asks: reader.bool("question")?,
            at: reader.u64("time")?,
            echo: reader.u64("echo")?,
            is_back: reader.bool("return")?,
            leaves: reader.bool("leave")?,
        };
        reader.finish()?;
        Ok(note)
    }
}
