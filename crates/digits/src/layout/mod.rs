//! The static files that a build writes and tabs download.
//!
//! ```text
//! manifest.json                what there is
//! train/<label>/<chunk>.bin    digits of one label, 100 a chunk, in random order
//! test/<chunk>.bin             test digits in the order of their file, 1,000 a chunk
//! ```
//!
//! The order within a label is drawn once, here, so that any contiguous range of it is a
//! random sample of the label (see [`partition`](super::partition)).
//!
//! Whoever knows the manifest, the seed, the partition and the number of shards can name every shard without a single
//! digit. A tab checks that a chunk unpacks to as many digits as the manifest says, with the right labels. It does
//! not check the manifest's SHA-256, which is of all digits, for it never has them all.

mod chunk;
mod fetch;
mod manifest;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{CLASSES, Digits, Error};
pub use chunk::{decode_chunk, encode_chunk};
pub use manifest::{ChunkRef, Manifest};
use sotto_core::hex;
use sotto_core::seeded::Stream;

/// The name of the file that describes the others.
pub const MANIFEST: &str = "manifest.json";

/// Decides the order within each label, for every build alike.
const ORDER_SEED: u64 = 0;

/// Training digits in a chunk that [`Layout`] makes.
const CHUNK: u32 = 100;

/// Test digits in a chunk that [`Layout`] makes.
const TEST_CHUNK: u32 = 1000;

/// The files of a training set and a test set, before they are written.
///
/// ```
/// use sotto_digits::{layout::Layout, synthetic};
/// let (train, test) = (synthetic::digits(20, 1)?, synthetic::digits(10, 2)?);
/// let layout = Layout::new(&train, &test, "synthetic")?;
/// let paths: Vec<String> = layout.files().map(|(path, _)| path).collect();
/// assert_eq!(paths[0], "train/0/000.bin");
/// assert_eq!(paths[10..], ["test/00.bin", "manifest.json"]);
/// # Ok::<(), sotto_digits::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Layout {
    manifest: Manifest,
    /// The digits of each chunk, by path.
    chunks: BTreeMap<String, Digits>,
}

impl Layout {
    /// Lays out `train` and `test`; `source` names where they come from, such as `mnist`.
    ///
    /// # Errors
    /// Those of [`Manifest::parse`], when there are too many digits or `source` is too long.
    pub fn new(train: &Digits, test: &Digits, source: &str) -> Result<Self, Error> {
        let mut manifest = Manifest {
            version: manifest::VERSION,
            source: source.to_owned(),
            chunk: CHUNK,
            train: train.histogram(),
            test: u32::try_from(test.len()).unwrap_or(u32::MAX),
            test_chunk: TEST_CHUNK,
            sha256: hex::encode(&[0; 32]),
        };
        manifest.check()?;

        let mut chunks = BTreeMap::new();
        let lists = shuffled(train);
        for chunk in manifest.train_chunks() {
            let list = chunk.label.map_or(&[][..], |label| &lists[usize::from(label)]);
            let digits = list.chunks(CHUNK as usize).nth(chunk.index as usize);
            let indices = digits.unwrap_or_default().iter().copied();
            chunks.insert(chunk.path, train.select(indices));
        }
        for chunk in manifest.test_chunks() {
            let first = (chunk.index * TEST_CHUNK) as usize;
            let digits = test.select(first..first + chunk.len as usize);
            chunks.insert(chunk.path, digits);
        }
        manifest.sha256 = identity(&manifest, &chunks);
        Ok(Self { manifest, chunks })
    }

    /// What the layout holds.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The digits of a chunk.
    #[must_use]
    pub fn chunk(&self, chunk: &ChunkRef) -> Option<&Digits> {
        self.chunks.get(&chunk.path)
    }

    /// Every file as its path, with `/` between folders, and its bytes. The manifest is the
    /// last: once it is written, so is everything that it announces.
    pub fn files(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let chunks = self.manifest.train_chunks().chain(self.manifest.test_chunks());
        chunks
            .filter_map(|chunk| {
                let bytes = encode_chunk(self.chunks.get(&chunk.path)?);
                Some((chunk.path, bytes))
            })
            .chain([(MANIFEST.to_owned(), self.manifest.to_bytes())])
    }
}

/// For each label the indices of its digits, in random order.
fn shuffled(train: &Digits) -> [Vec<usize>; CLASSES] {
    let mut lists = [const { Vec::new() }; CLASSES];
    for (index, &label) in train.labels().iter().enumerate() {
        lists[usize::from(label)].push(index);
    }
    for (label, list) in lists.iter_mut().enumerate() {
        Stream::new(ORDER_SEED, &format!("layout/{label}")).shuffle(list);
    }
    lists
}

/// SHA-256 over the manifest without its own hash, then each chunk's path, labels and
/// pixels: independent of how the chunks are compressed.
fn identity(manifest: &Manifest, chunks: &BTreeMap<String, Digits>) -> String {
    let mut hash = Sha256::new();
    hash.update(manifest.to_bytes());
    for (path, digits) in chunks {
        hash.update(path);
        hash.update(digits.labels());
        hash.update(digits.pixels());
    }
    hex::encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PIXELS;
    use std::collections::BTreeSet;

    /// `count` digits whose first two pixels are their number.
    fn numbered(count: u16) -> Digits {
        let pixels = (0..count).flat_map(|index| {
            let mut image = [0; PIXELS];
            image[..2].copy_from_slice(&index.to_le_bytes());
            image
        });
        let labels = (0..count).map(|index| (u32::from(index).pow(2) % 7) as u8);
        Digits::new(pixels.collect(), labels.collect()).unwrap()
    }

    #[test]
    fn every_digit_is_in_one_file() {
        let (train, test) = (numbered(1234), numbered(2345));
        let layout = Layout::new(&train, &test, "test").unwrap();
        let files: BTreeMap<String, Vec<u8>> = layout.files().collect();
        let manifest = Manifest::parse(&files[MANIFEST]).unwrap();
        assert_eq!(&manifest, layout.manifest());

        let mut seen = BTreeSet::new();
        for chunk in manifest.train_chunks() {
            let digits = chunk.decode(&files[&chunk.path]).unwrap();
            seen.extend((0..digits.len()).map(|index| digits.image(index)[..2].to_vec()));
        }
        assert_eq!(seen.len(), 1234);

        let mut all = Digits::default();
        for chunk in manifest.test_chunks() {
            all.extend(&chunk.decode(&files[&chunk.path]).unwrap()).unwrap();
        }
        assert_eq!(all, test);
        let chunks = manifest.train_chunks().count() + manifest.test_chunks().count();
        assert_eq!(files.len(), chunks + 1);
    }

    #[test]
    fn the_identity_is_that_of_the_content() {
        let sha256 = |train, test, source| {
            let layout = Layout::new(train, test, source).unwrap();
            layout.manifest().sha256.clone()
        };
        let (large, small) = (numbered(50), numbered(49));
        let usual = sha256(&large, &small, "a");
        assert_eq!(usual, sha256(&large, &small, "a"));
        assert_ne!(usual, sha256(&large, &small, "b"));
        assert_ne!(usual, sha256(&small, &large, "a"));
    }

    #[test]
    fn order_within_a_label_is_shuffled() {
        let lists = shuffled(&numbered(1000));
        assert!(lists.iter().filter(|list| !list.is_empty()).all(|list| !list.is_sorted()));
    }
}
