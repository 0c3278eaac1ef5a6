//! What workers and aggregator say to each other in a secure sum.
//!
//! ```text
//! worker -> aggregator    Keys        fresh public keys, signed            advertise
//! aggregator -> worker    KeyList     its neighbours' keys
//! worker -> aggregator    Shares      of its secrets, sealed               share
//! aggregator -> worker    Delivery    the shares that it holds
//! worker -> aggregator    Masked      its part under all its masks         mask
//! aggregator -> worker    Survivors   whose parts came
//! worker -> aggregator    Statement   that, signed                         confirm
//! aggregator -> worker    Statements  its neighbours' statements
//! worker -> aggregator    Unmask      one share of each neighbour          unmask
//! ```

use super::graph::COHORT_MAX;
use super::identity::{IdentityKey, Signed};
use super::keys::{Advertisement, SEALED_LEN};
use super::merkle::Hash;
use sotto_core::wire::{Error, Reader, Writer};

/// The most neighbours that a message speaks of.
const NEIGHBOURS_MAX: usize = 4096;
/// The longest way to the root of a list.
const PROOF_MAX: usize = 17;
/// The longest masked vector, in bytes.
const MASKED_MAX: usize = 64 << 20;

/// The longest message but for a masked vector, in bytes.
pub const OVERHEAD_MAX: usize = 1 << 20;

/// What a worker says.
#[derive(Debug, Clone, PartialEq)]
pub enum FromClient {
    /// Fresh keys.
    Keys(Box<Advertisement>),
    /// Shares of its secrets.
    Shares(Shares),
    /// Its part under all its masks, packed.
    Masked(Vec<u8>),
    /// Who is alive, as it was told.
    Statement(Statement),
    /// Its one share of each neighbour and of itself: position and share.
    Unmask(Vec<(u32, [u8; 32])>),
}

/// What the aggregator says.
#[derive(Debug, Clone, PartialEq)]
pub enum FromServer {
    /// The neighbours' keys.
    KeyList(KeyList),
    /// The shares that this worker holds. Whose are not there has dropped out.
    Delivery(Vec<Sealed>),
    /// Whose masked part came, a bit a neighbour.
    Survivors(Vec<u8>),
    /// Which neighbour says what.
    Statements(Vec<(u32, Statement)>),
}

/// Shares of a worker's secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// The hash of the seed of the own mask, to check it by when it is opened.
    pub own: Hash,
    /// One for each holder; the first is the worker itself, whose share stays with it.
    pub sealed: Vec<Sealed>,
}

/// One holder's shares, on the way through the aggregator.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    /// The holder on the way to the aggregator, the owner on the way from it.
    pub position: u32,
    /// The hashes of the shares of the mask key and of the own seed.
    pub hashes: [Hash; 2],
    /// Both shares; empty for the holder who is the owner.
    pub bytes: Vec<u8>,
}

/// Who a worker was told is alive.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// A bit a neighbour, in the order of their positions.
    pub alive: Vec<u8>,
    /// Under the worker's identity.
    pub signature: Signed,
}

/// The part of the list of keys that one worker needs.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyList {
    /// Workers in the list.
    pub workers: u32,
    /// The list's Merkle root.
    pub root: Hash,
    /// The reader's position.
    pub position: u32,
    /// What proves it.
    pub proof: Vec<Hash>,
    /// The neighbours, by position.
    pub neighbours: Vec<Entry>,
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where it stands.
    pub position: u32,
    /// The keys.
    pub keys: Advertisement,
    /// What proves that they stand there.
    pub proof: Vec<Hash>,
}

impl FromClient {
    /// The message's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        match self {
            Self::Keys(keys) => {
                w.u8(1);
                write_keys(&mut w, keys);
            }
            Self::Shares(shares) => {
                w.u8(2).raw(&shares.own);
                write_sealed(&mut w, &shares.sealed);
            }
            Self::Masked(bytes) => {
                w.u8(3).bytes(bytes);
            }
            Self::Statement(statement) => {
                w.u8(4);
                write_statement(&mut w, statement);
            }
            Self::Unmask(shares) => {
                w.u8(5).length(shares.len());
                for (position, share) in shares {
                    w.u32(*position).raw(share);
                }
            }
        }
        w.finish()
    }

    /// Reads a message.
    ///
    /// # Errors
    /// When the bytes are not one, or announce more than the limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        let message = match r.u8("step")? {
            1 => Self::Keys(Box::new(read_keys(&mut r)?)),
            2 => {
                Self::Shares(Shares { own: r.array("seed's hash")?, sealed: read_sealed(&mut r)? })
            }
            3 => Self::Masked(r.bytes("masked vector", MASKED_MAX)?.to_vec()),
            4 => Self::Statement(read_statement(&mut r)?),
            5 => {
                Self::Unmask(r.list("shares", NEIGHBOURS_MAX, |r| {
                    Ok((r.u32("position")?, r.array("share")?))
                })?)
            }
            other => return Err(Error::Kind(other)),
        };
        r.finish().map(|()| message)
    }
}

impl FromServer {
    /// The message's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        match self {
            Self::KeyList(list) => {
                w.u8(65).u32(list.workers).raw(&list.root).u32(list.position);
                write_proof(&mut w, &list.proof);
                w.length(list.neighbours.len());
                for entry in &list.neighbours {
                    w.u32(entry.position);
                    write_keys(&mut w, &entry.keys);
                    write_proof(&mut w, &entry.proof);
                }
            }
            Self::Delivery(sealed) => {
                w.u8(66);
                write_sealed(&mut w, sealed);
            }
            Self::Survivors(alive) => {
                w.u8(67).bytes(alive);
            }
            Self::Statements(statements) => {
                w.u8(68).length(statements.len());
                for (position, statement) in statements {
                    w.u32(*position);
                    write_statement(&mut w, statement);
                }
            }
        }
        w.finish()
    }

    /// Reads a message.
    ///
    /// # Errors
    /// When the bytes are not one, or announce more than the limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        let message = match r.u8("step")? {
            65 => Self::KeyList(KeyList {
                workers: r.u32("workers").and_then(|workers| match workers as usize {
                    ..=COHORT_MAX => Ok(workers),
                    found => Err(Error::TooLong { what: "workers", found, limit: COHORT_MAX }),
                })?,
                root: r.array("root")?,
                position: r.u32("position")?,
                proof: read_proof(&mut r)?,
                neighbours: r.list("neighbours", NEIGHBOURS_MAX, |r| {
                    let position = r.u32("position")?;
                    Ok(Entry { position, keys: read_keys(r)?, proof: read_proof(r)? })
                })?,
            }),
            66 => Self::Delivery(read_sealed(&mut r)?),
            67 => Self::Survivors(r.bytes("survivors", NEIGHBOURS_MAX / 8)?.to_vec()),
            68 => Self::Statements(r.list("statements", NEIGHBOURS_MAX, |r| {
                Ok((r.u32("position")?, read_statement(r)?))
            })?),
            other => return Err(Error::Kind(other)),
        };
        r.finish().map(|()| message)
    }
}

fn write_keys(w: &mut Writer, keys: &Advertisement) {
    w.raw(&keys.identity.0).raw(&keys.sealing).raw(&keys.masking).raw(&keys.signature.0);
}

fn read_keys(r: &mut Reader<'_>) -> Result<Advertisement, Error> {
    Ok(Advertisement {
        identity: IdentityKey(r.array("identity")?),
        sealing: r.array("key")?,
        masking: r.array("key")?,
        signature: Signed(r.array("signature")?),
    })
}

fn write_sealed(w: &mut Writer, all: &[Sealed]) {
    w.length(all.len());
    for sealed in all {
        w.u32(sealed.position).raw(&sealed.hashes[0]).raw(&sealed.hashes[1]).bytes(&sealed.bytes);
    }
}

fn read_sealed(r: &mut Reader<'_>) -> Result<Vec<Sealed>, Error> {
    r.list("shares", NEIGHBOURS_MAX, |r| {
        Ok(Sealed {
            position: r.u32("position")?,
            hashes: [r.array("hash")?, r.array("hash")?],
            bytes: r.bytes("sealed shares", SEALED_LEN)?.to_vec(),
        })
    })
}

fn write_statement(w: &mut Writer, statement: &Statement) {
    w.bytes(&statement.alive).raw(&statement.signature.0);
}

fn read_statement(r: &mut Reader<'_>) -> Result<Statement, Error> {
    Ok(Statement {
        alive: r.bytes("survivors", NEIGHBOURS_MAX / 8)?.to_vec(),
        signature: Signed(r.array("signature")?),
    })
}

fn write_proof(w: &mut Writer, proof: &[Hash]) {
    w.length(proof.len());
    for hash in proof {
        w.raw(hash);
    }
}

fn read_proof(r: &mut Reader<'_>) -> Result<Vec<Hash>, Error> {
    r.list("proof", PROOF_MAX, |r| r.array("hash"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> Advertisement {
        Advertisement {
            identity: IdentityKey([1; 32]),
            sealing: [2; 32],
            masking: [3; 32],
            signature: Signed([4; 64]),
        }
    }

    #[test]
    fn messages_survive_the_wire() {
        let sealed = vec![Sealed { position: 9, hashes: [[5; 32], [6; 32]], bytes: vec![7; 80] }];
        let statement = Statement { alive: vec![0b101], signature: Signed([8; 64]) };
        for message in [
            FromClient::Keys(Box::new(keys())),
            FromClient::Shares(Shares { own: [9; 32], sealed: sealed.clone() }),
            FromClient::Masked(vec![1, 2, 3]),
            FromClient::Statement(statement.clone()),
            FromClient::Unmask(vec![(3, [1; 32]), (4, [2; 32])]),
        ] {
            assert_eq!(FromClient::decode(&message.encode()), Ok(message));
        }
        let list = KeyList {
            workers: 3,
            root: [1; 32],
            position: 2,
            proof: vec![[2; 32]],
            neighbours: vec![Entry { position: 1, keys: keys(), proof: vec![[3; 32], [4; 32]] }],
        };
        for message in [
            FromServer::KeyList(list),
            FromServer::Delivery(sealed),
            FromServer::Survivors(vec![0xff, 1]),
            FromServer::Statements(vec![(1, statement)]),
        ] {
            assert_eq!(FromServer::decode(&message.encode()), Ok(message));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_messages_or_errors(kind in 0u8..80, mut payload: Vec<u8>) {
            payload.insert(0, kind);
            let _ = FromClient::decode(&payload);
            let _ = FromServer::decode(&payload);
        }
    }
}
