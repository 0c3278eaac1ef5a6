//! Frames: what the broker carries.

use super::identity::Proof;
use super::keys::EndpointId;
use sotto_core::wire::{Error, Reader, Writer};

/// The version of frames, hellos too; another one is refused. Since 3 an endpoint says what it is in its first
/// numbered frame, and not in hellos.
pub(super) const VERSION: u8 = 3;
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
    Ack(Numbered<'a>),
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
pub(super) enum FrameKind {
    Data = 1,
    Ack = 2,
}

const HELLO: u8 = 0;

impl<'a> Frame<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > FRAME_MAX {
            let (what, found, limit) = ("frame", bytes.len(), FRAME_MAX);
            return Err(Error::TooLong { what, found, limit });
        }
        let mut reader = Reader::new(bytes);
        reader.version("sealed frame", VERSION)?;
        let kind = reader.u8("kind")?;
        if kind == HELLO {
            return Ok(Self::Hello { nonce: reader.array("nonce")?, sealed: reader.rest() });
        }
        let from = EndpointId(reader.array("sender")?);
        let number = reader.u64("number")?;
        let numbered = Numbered { from, number, sealed: reader.rest() };
        match kind {
            1 => Ok(Self::Data(numbered)),
            2 => Ok(Self::Ack(numbered)),
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
pub(super) fn numbered(kind: FrameKind, from: EndpointId, number: u64, sealed: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).u8(kind as u8).raw(&from.0).u64(number).raw(sealed);
    writer.finish()
}

/// What is authenticated with a numbered frame.
pub(super) fn aad(kind: FrameKind, from: EndpointId, to: EndpointId, number: u64) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).u8(kind as u8).raw(&from.0).raw(&to.0).u64(number);
    writer.finish()
}

/// What is in a hello. It is sealed under a key that all of the room have, so each of them can make one up, with
/// anybody's public key, and the broker can repeat one. None of its fields decides anything:
///
/// - `public` names who can be talked with. Whoever does not hold the secret key can say nothing in its name, and a key
///   of small order is refused.
/// - `asks` is answered with a hello, now and then.
/// - `proof` tells guests whom to try first. It is signed by the host for this public key; the host sends it once more
///   in its first numbered frame, and that one decides. Without it, or with another one, nobody is turned away.
///
/// The frame's nonce is random, and for the cipher alone. What a guest is, its token, and the words to be
/// compared go in numbered frames, under the keys of two endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Greeting {
    pub(super) public: [u8; 32],
    /// Those who answer hellos shall answer.
    pub(super) asks: bool,
    /// Of a host.
    pub(super) proof: Option<Proof>,
}

impl Greeting {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.public).bool(self.asks).bool(self.proof.is_some());
        if let Some(proof) = &self.proof {
            proof.write(&mut writer);
        }
        writer.finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let public = reader.array("public key")?;
        let asks = reader.bool("question")?;
        let has_proof = reader.bool("proof")?;
        let proof = has_proof.then(|| Proof::read(&mut reader)).transpose()?;
        reader.finish()?;
        Ok(Self { public, asks, proof })
    }
}

/// What is in an acknowledgement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ack {
    /// The first number that has not arrived; all below have.
    pub(super) next: u64,
    /// The receiver shall acknowledge at once.
    pub(super) asks: bool,
    /// Milliseconds on the sender's clock.
    pub(super) at: u64,
    /// `at` of the newest one that asked, or 0.
    pub(super) echo: u64,
    /// The sender was cut off, and is back.
    pub(super) is_back: bool,
    /// The sender is leaving.
    pub(super) leaves: bool,
}

impl Ack {
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
        let ack = Self {
            next: reader.u64("number")?,
            asks: reader.bool("question")?,
            at: reader.u64("time")?,
            echo: reader.u64("echo")?,
            is_back: reader.bool("return")?,
            leaves: reader.bool("leave")?,
        };
        reader.finish()?;
        Ok(ack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_frame_is_read_and_no_longer_one() {
        let of = |len: usize| {
            numbered(FrameKind::Data, EndpointId([1; 16]), 2, &vec![3; len - HEAD_LEN])
        };
        assert!(matches!(Frame::read(&of(FRAME_MAX)), Ok(Frame::Data(_))));
        assert!(matches!(Frame::read(&of(FRAME_MAX + 1)), Err(Error::TooLong { .. })));
    }
}
