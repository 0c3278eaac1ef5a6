//! A version byte, a payload and their SHA-256, so that damage is seen and not trusted.
//!
//! The checksum is no signature: whoever can write to the store can make a record that holds.

use sha2::{Digest, Sha256};

use super::Error;

/// The version of all records; others are refused.
const VERSION: u8 = 1;
/// Bytes of the checksum, at the end.
const CHECKSUM: usize = 32;

/// The record of a payload: with its version and checksum.
#[must_use]
pub fn add_checksum(payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(1 + payload.len() + CHECKSUM);
    record.push(VERSION);
    record.extend_from_slice(payload);
    record.extend_from_slice(&checksum(&record));
    record
}

/// The payload of a record whose checksum holds.
///
/// # Errors
/// [`Error::Version`], [`Error::Damaged`].
pub fn verify_checksum(record: &[u8]) -> Result<&[u8], Error> {
    let (checked, found) = record.split_last_chunk::<CHECKSUM>().ok_or(Error::Damaged)?;
    let (version, payload) = checked.split_first().ok_or(Error::Damaged)?;
    if checksum(checked) != *found {
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
        fn a_record_s_payload_is_read(payload: Vec<u8>) {
            let record = add_checksum(&payload);
            prop_assert_eq!(verify_checksum(&record), Ok(payload.as_slice()));
        }

        #[test]
        fn damage_is_seen(payload: Vec<u8>, position: prop::sample::Index, bit in 0..8u32, cut: bool) {
            let mut record = add_checksum(&payload);
            let position = position.index(record.len());
            if cut {
                record.truncate(position);
            } else {
                record[position] ^= 1 << bit;
            }
            prop_assert_eq!(verify_checksum(&record), Err(Error::Damaged));
        }

        #[test]
        fn any_bytes_are_a_record_or_an_error(bytes: Vec<u8>) {
            prop_assert!(verify_checksum(&bytes).is_err());
        }
    }

    #[test]
    fn another_versions_record_is_refused() {
        let mut record = vec![VERSION + 1, 7];
        record.extend_from_slice(&checksum(&record));
        assert_eq!(
            verify_checksum(&record),
            Err(Error::Version { found: VERSION + 1, expected: VERSION })
        );
    }
}
