use serde::{Deserialize, Serialize};

use super::decode_chunk;
use crate::{CLASSES, DIGITS_MAX, Digits, Error};

/// The only version of the layout so far.
pub(super) const VERSION: u32 = 1;

/// The most digits in a chunk.
pub(super) const CHUNK_MAX: u32 = 1000;

/// The most bytes of a manifest.
const BYTES_MAX: usize = 4096;

/// The most bytes in the name of a source.
const SOURCE_MAX: usize = 64;

/// What the layout holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The layout's version: 1.
    pub version: u32,
    /// Where the digits come from: `mnist`, `synthetic`.
    pub source: String,
    /// Training digits in a full chunk.
    pub chunk: u32,
    /// Training digits of each label.
    pub train: [u32; CLASSES],
    /// Test digits.
    pub test: u32,
    /// Test digits in a full chunk.
    pub test_chunk: u32,
    /// SHA-256 of all the above and all digits, in hexadecimal: the content's identity.
    pub sha256: String,
}

/// A chunk by its index in the layout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChunkRef {
    /// The label of its digits, none for test digits.
    pub label: Option<u8>,
    /// Chunks before it in its folder.
    pub index: u32,
    /// Its path below the manifest's folder.
    pub path: String,
    /// Digits in it.
    pub len: u32,
}

impl Manifest {
    /// Reads a manifest that was written by [`Manifest::to_bytes`].
    ///
    /// # Errors
    /// [`Error::TooMany`] for more than 4,096 bytes or more digits than a set may hold,
    /// [`Error::Manifest`] for bytes that are no manifest or values out of range.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::limit("bytes of a manifest", bytes.len(), BYTES_MAX)?;
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| Error::Manifest(error.to_string()))?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The manifest as JSON.
    ///
    /// # Panics
    /// Never: numbers and strings are always JSON.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers and strings are always JSON")
    }

    /// Training digits of all labels.
    #[must_use]
    pub fn train_len(&self) -> u32 {
        self.train.iter().sum()
    }

    /// All chunks of training digits, label by label.
    pub fn train_chunks(&self) -> impl Iterator<Item = ChunkRef> {
        (0..CLASSES as u8).flat_map(move |label| {
            let count = self.train[usize::from(label)];
            (0..count.div_ceil(self.chunk)).map(move |index| self.train_chunk(label, index))
        })
    }

    /// All chunks of test digits, in order.
    pub fn test_chunks(&self) -> impl Iterator<Item = ChunkRef> {
        (0..self.test.div_ceil(self.test_chunk)).map(|index| ChunkRef {
            label: None,
            index,
            path: format!("test/{index:02}.bin"),
            len: (self.test - index * self.test_chunk).min(self.test_chunk),
        })
    }

    /// The chunk `index` of `label`, both of which exist.
    pub(super) fn train_chunk(&self, label: u8, index: u32) -> ChunkRef {
        let before = index * self.chunk;
        ChunkRef {
            label: Some(label),
            index,
            path: format!("train/{label}/{index:03}.bin"),
            len: (self.train[usize::from(label)] - before).min(self.chunk),
        }
    }

    /// Checks every value, so that whoever has a manifest can rely on them.
    pub(super) fn check(&self) -> Result<(), Error> {
        let wrong = |what: &str| Err(Error::Manifest(what.to_owned()));
        if self.version != VERSION {
            let found = self.version;
            return wrong(&format!(
                "its layout has version {found}, and version {VERSION} is read here"
            ));
        }
        if self.source.is_empty() || self.source.len() > SOURCE_MAX {
            return wrong("the source's name is empty or too long");
        }
        if ![self.chunk, self.test_chunk].iter().all(|len| (1..=CHUNK_MAX).contains(len)) {
            return wrong("a chunk holds from 1 to 1,000 digits");
        }
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if self.sha256.len() != 64 || !self.sha256.bytes().all(is_hex) {
            return wrong("the SHA-256 is not 64 hexadecimal digits");
        }
        let digits = self.train.iter().chain([&self.test]);
        let digits = digits.fold(0usize, |sum, &count| sum.saturating_add(count as usize));
        Error::limit("digits in a layout", digits, DIGITS_MAX)
    }
}

impl ChunkRef {
    /// The digits in the chunk's `bytes`.
    ///
    /// # Errors
    /// Those of [`decode_chunk`].
    pub fn decode(&self, bytes: &[u8]) -> Result<Digits, Error> {
        decode_chunk(bytes, self.len, self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> Manifest {
        Manifest {
            version: 1,
            source: "mnist".to_owned(),
            chunk: 100,
            train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
            test: 10_000,
            test_chunk: 1000,
            sha256: "0123456789abcdef".repeat(4),
        }
    }

    #[test]
    fn a_manifest_comes_back() {
        assert_eq!(Manifest::parse(&example().to_bytes()), Ok(example()));
        assert_eq!(example().train_len(), 60_000);
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let changes: [fn(&mut Manifest); 9] = [
            |manifest| manifest.version = 2,
            |manifest| manifest.source.clear(),
            |manifest| manifest.source = "x".repeat(65),
            |manifest| manifest.chunk = 0,
            |manifest| manifest.test_chunk = 1001,
            |manifest| manifest.train[3] = u32::MAX,
            |manifest| manifest.train = [u32::MAX; 10],
            |manifest| manifest.test = 1_000_000,
            |manifest| manifest.sha256.replace_range(0..1, "G"),
        ];
        for change in changes {
            let mut manifest = example();
            change(&mut manifest);
            assert!(Manifest::parse(&manifest.to_bytes()).is_err(), "{manifest:?}");
        }
        let mut padded = example().to_bytes();
        padded.resize(BYTES_MAX + 1, b' ');
        assert!(matches!(Manifest::parse(&padded), Err(Error::TooMany { .. })));
    }

    #[test]
    fn chunks_count_every_digit() {
        let manifest = example();
        let train: Vec<ChunkRef> = manifest.train_chunks().collect();
        assert_eq!(train.iter().map(|chunk| chunk.len).sum::<u32>(), 60_000);
        assert_eq!((train[59].path.as_str(), train[59].len), ("train/0/059.bin", 23));
        let test: Vec<ChunkRef> = manifest.test_chunks().collect();
        assert_eq!((test[9].path.as_str(), test.len()), ("test/09.bin", 10));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = Manifest::parse(&bytes);
        }
    }
}
