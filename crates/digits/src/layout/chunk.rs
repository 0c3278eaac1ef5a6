//! A chunk: the zlib stream (RFC 1950) of `n` labels, then `n * 784` pixels.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::bufread::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::manifest::CHUNK_MAX;
use crate::{Digits, Error, PIXELS};

/// The bytes of the chunk that holds `digits`.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub fn encode_chunk(digits: &Digits) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(digits.labels())
        .and_then(|()| encoder.write_all(digits.pixels()))
        .and_then(|()| encoder.finish())
        .expect("writing to memory does not fail")
}

/// Unpacks a chunk of exactly `len` digits, all of label `label` when one is given.
///
/// # Errors
/// [`Error::TooMany`] when `len` is more than a chunk may hold, [`Error::Packed`] for bytes
/// that do not unpack to that many digits, [`Error::Label`] or [`Error::Stray`] for a wrong
/// label. Never unpacks more than `len` digits take.
pub fn decode_chunk(bytes: &[u8], len: u32, label: Option<u8>) -> Result<Digits, Error> {
    Error::limit("digits in a chunk", len as usize, CHUNK_MAX as usize)?;
    let expected = len as usize * (1 + PIXELS);
    let mut decoder = ZlibDecoder::new(bytes);
    let mut labels = Vec::new();
    let unpacked = (&mut decoder).take(expected as u64 + 1).read_to_end(&mut labels);
    if unpacked.is_err() || labels.len() != expected || !decoder.get_ref().is_empty() {
        return Err(Error::Packed("a chunk of digits"));
    }
    let pixels = labels.split_off(len as usize);
    let digits = Digits::new(pixels, labels)?;
    let stray = label.and_then(|expected| {
        let found = *digits.labels().iter().find(|&&found| found != expected)?;
        Some(Error::Stray { expected, found })
    });
    stray.map_or(Ok(digits), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sevens(len: usize) -> Digits {
        let pixels = (0..len * PIXELS).map(|index| (index * index) as u8);
        Digits::new(pixels.collect(), vec![7; len]).unwrap()
    }

    #[test]
    fn a_chunk_comes_back() {
        for len in [0, 1, 100] {
            let digits = sevens(len);
            let bytes = encode_chunk(&digits);
            assert_eq!(decode_chunk(&bytes, len as u32, Some(7)), Ok(digits.clone()));
            assert_eq!(decode_chunk(&bytes, len as u32, None), Ok(digits));
        }
    }

    #[test]
    fn other_lengths_and_labels_are_refused() {
        let bytes = encode_chunk(&sevens(3));
        let packed = Err(Error::Packed("a chunk of digits"));
        assert_eq!(decode_chunk(&bytes, 2, None), packed);
        assert_eq!(decode_chunk(&bytes, 4, None), packed);
        assert_eq!(decode_chunk(&[&bytes[..], &[0]].concat(), 3, None), packed);
        for cut in 0..bytes.len() {
            assert_eq!(decode_chunk(&bytes[..cut], 3, None), packed);
        }
        assert_eq!(decode_chunk(&bytes, 3, Some(1)), Err(Error::Stray { expected: 1, found: 7 }));
        assert!(matches!(decode_chunk(&bytes, u32::MAX, None), Err(Error::TooMany { .. })));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, len in 0u32..4, position: usize, flip: u8) {
            let _ = decode_chunk(&bytes, len, None);
            let mut damaged = encode_chunk(&sevens(3));
            let position = position % damaged.len();
            damaged[position] ^= flip;
            let _ = decode_chunk(&damaged, 3, Some(7));
        }
    }
}
