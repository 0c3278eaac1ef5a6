//! What stands around every message: which run and round it belongs to, who sent it, and
//! of what kind it is.
//!
//! | bytes | field | meaning |
//! |---|---|---|
//! | 1 | version | [`VERSION`]; others are refused |
//! | 8 | run | one training from its first weights on, drawn at random; 0 from a worker that has joined none |
//! | 4 | round | from 1; 0 outside of rounds |
//! | 16 | sender | drawn at random by an aggregator; a worker's is the hash of its identity key |
//! | 1 | kind | which message |
//! | rest | payload | as long as its receiver takes |

use super::{Error, Reader, Writer};
use crate::hex;

/// The version of the protocol; another one is refused.
pub const VERSION: u8 = 1;

/// The bytes around a payload: version, run, round, sender, kind.
pub const ENVELOPE_LEN: usize = 1 + 8 + 4 + 16 + 1;

/// A participant, drawn at random when its page opens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub [u8; 16]);

hex::shown_in_hex!(PeerId);

/// One training from its first weights on, drawn at random by the aggregator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(pub u64);

/// A message with what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The run it belongs to.
    pub run: RunId,
    /// The round it belongs to, 0 outside of rounds.
    pub round: u32,
    /// Who claims to have sent it.
    pub sender: PeerId,
    /// Which message the payload holds.
    pub kind: u8,
    /// The message.
    pub payload: Vec<u8>,
}

impl Envelope {
    /// The bytes for a link.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer
            .u8(VERSION)
            .u64(self.run.0)
            .u32(self.round)
            .raw(&self.sender.0)
            .u8(self.kind)
            .raw(&self.payload);
        writer.finish()
    }

    /// Who claims to have sent these bytes, if they can be an envelope.
    #[must_use]
    pub fn sender_of(bytes: &[u8]) -> Option<PeerId> {
        let mut reader = Reader::new(bytes);
        // What is no envelope is of nobody.
        let is_ours = reader.u8("version").ok()? == VERSION;
        // The same goes for one that ends here,
        reader.array::<12>("run and round").ok()?;
        // or here.
        reader.array("sender").ok().filter(|_| is_ours).map(PeerId)
    }

    /// Reads the bytes from a link; `limit` is the longest payload that is accepted.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Truncated`], [`Error::TooLong`].
    pub fn decode(bytes: &[u8], limit: usize) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        reader.version("message", VERSION)?;
        let run = RunId(reader.u64("run")?);
        let round = reader.u32("round")?;
        let sender = PeerId(reader.array("sender")?);
        let kind = reader.u8("kind")?;
        let payload = reader.rest();
        if payload.len() > limit {
            return Err(Error::TooLong { what: "payload", found: payload.len(), limit });
        }
        Ok(Self { run, round, sender, kind, payload: payload.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(
            run: u64, round: u32, sender: [u8; 16], kind: u8, payload: Vec<u8>,
        ) {
            let (run, sender) = (RunId(run), PeerId(sender));
            let envelope = Envelope { run, round, sender, kind, payload };
            let bytes = envelope.encode();
            prop_assert_eq!(bytes.len(), ENVELOPE_LEN + envelope.payload.len());
            prop_assert_eq!(Envelope::sender_of(&bytes), Some(sender));
            prop_assert_eq!(Envelope::decode(&bytes, envelope.payload.len()), Ok(envelope));
        }

        #[test]
        fn any_bytes_are_decoded_or_refused(bytes: Vec<u8>) {
            let _ = Envelope::decode(&bytes, 16);
            let _ = Envelope::sender_of(&bytes);
        }
    }

    #[test]
    fn other_versions_and_long_payloads_are_refused() {
        let envelope = Envelope {
            run: RunId(1),
            round: 2,
            sender: PeerId([3; 16]),
            kind: 4,
            payload: vec![0; 17],
        };
        let mut bytes = envelope.encode();
        assert!(matches!(Envelope::decode(&bytes, 16), Err(Error::TooLong { .. })));
        bytes[0] = 9;
        let (what, found, expected) = ("message", 9, VERSION);
        let refused = Envelope::decode(&bytes, 17);
        assert_eq!(refused, Err(Error::Version { what, found, expected }));
    }
}
