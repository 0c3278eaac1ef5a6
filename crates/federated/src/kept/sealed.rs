//! A version byte, a payload and their SHA-256, so that damage is seen and not trusted.
//!
//! The checksum is no signature: whoever can write to the store can make a record that holds.

use sha2::{Digest, Sha256};

use super::Error;

/// The version of all records; others are refused.
const VERSION: u8 = 1;
/// Bytes of the checksum, at the end.
const CHECKSUM: usize = 32;

/// The record of a payload.
#[must_use]
pub fn seal(payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(1 + payload.len() + CHECKSUM);
    record.push(VERSION);
    record.extend_from_slice(payload);
    record.extend_from_slice(&checksum(&record));
    record
}

/// The payload of a record.
///
/// # Errors
/// [`Error::Version`], [`Error::Damaged`].
pub fn open(record: &[u8]) -> Result<&[u8], Error> {
    let (sealed, found) = record.split_last_chunk::<CHECKSUM>().ok_or(Error::Damaged)?;
    let (version, payload) = sealed.split_first().ok_or(Error::Damaged)?;
    if checksum(sealed) != *found {
        return Err(Error::Damaged);
    }
    match *version {
        VERSION => Ok(payload),
        found => Err(Error::Version { found, expected: VERSION }),
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    Sha256::new().chain_update("sotto/kept").chain_update(bytes).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_sealed_is_opened(payload: Vec<u8>) {
            let record = seal(&payload);
            prop_assert_eq!(open(&record), Ok(payload.as_slice()));
        }

        #[test]
        fn damage_is_seen(payload: Vec<u8>, position: prop::sample::Index, bit in 0..8u32, cut: bool) {
            let mut record = seal(&payload);
            let position = position.index(record.len());
            if cut {
                record.truncate(position);
            } else {
                record[position] ^= 1 << bit;
            }
            prop_assert_eq!(open(&record), Err(Error::Damaged));
        }

        #[test]
        fn any_bytes_are_a_record_or_an_error(bytes: Vec<u8>) {
            prop_assert!(open(&bytes).is_err());
        }
    }

    #[test]
    fn another_versions_record_is_refused() {
        let mut record = vec![VERSION + 1, 7];
        record.extend_from_slice(&checksum(&record));
        assert_eq!(open(&record), Err(Error::Version { found: VERSION + 1, expected: VERSION }));
    }
}
