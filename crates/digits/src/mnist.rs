//! MNIST as it is handed around: four IDX files in a folder, plain or gzip.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};

use super::{Digits, Error, idx};
use sotto_core::hex;

/// The most bytes of a file, packed or not: the training images have exactly as many.
const FILE_LEN_MAX: usize = 16 + 60_000 * 784;

const TRAIN_IMAGES: Source = Source {
    name: "train-images-idx3-ubyte",
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
};
const TRAIN_LABELS: Source = Source {
    name: "train-labels-idx1-ubyte",
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
};
const TEST_IMAGES: Source = Source {
    name: "t10k-images-idx3-ubyte",
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
};
const TEST_LABELS: Source = Source {
    name: "t10k-labels-idx1-ubyte",
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/// The two sets of MNIST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mnist {
    /// 60,000 digits to learn from.
    pub train: Digits,
    /// 10,000 digits by other writers, to test with.
    pub test: Digits,
}

impl Mnist {
    /// Reads the four files of `folder`, each either plain or with `.gz` after its name.
    ///
    /// # Errors
    /// [`Error::Unreadable`] for a file that is missing, [`Error::Packed`] for one that does
    /// not unpack, [`Error::Checksum`] for one that is not MNIST's; each names the file.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let set = |images: Source, labels: Source| {
            idx::digits(&images.read(folder)?, &labels.read(folder)?)
        };
        Ok(Self { train: set(TRAIN_IMAGES, TRAIN_LABELS)?, test: set(TEST_IMAGES, TEST_LABELS)? })
    }
}

/// One of the four files, with the SHA-256 of its unpacked bytes.
struct Source {
    name: &'static str,
    sha256: &'static str,
}

impl Source {
    fn read(&self, folder: &Path) -> Result<Vec<u8>, Error> {
        let plain = folder.join(self.name);
        let (path, bytes) = if plain.exists() {
            let bytes = read_file(&plain)?;
            (plain, bytes)
        } else {
            let packed = folder.join(format!("{}.gz", self.name));
            let bytes = gunzip(self.name, &read_file(&packed)?)?;
            (packed, bytes)
        };
        self.check(&path, &bytes)?;
        Ok(bytes)
    }

    fn check(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let found = hex::encode(&Sha256::digest(bytes));
        if found == self.sha256 {
            return Ok(());
        }
        Err(Error::Checksum {
            path: path.to_string_lossy().into_owned(),
            expected: self.sha256.to_owned(),
            found,
        })
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let unreadable =
        |reason: String| Error::Unreadable { path: path.to_string_lossy().into_owned(), reason };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(FILE_LEN_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(error.to_string()))?;
    Error::limit("bytes in a file of MNIST", bytes.len(), FILE_LEN_MAX)?;
    Ok(bytes)
}

/// Unpacks the one gzip member (RFC 1952) that `packed` is, its checksum and length checked.
/// Unpacks a file; `name` is for errors.
///
/// # Errors
/// When it is no gzip, or far longer than any of MNIST.
pub fn gunzip(name: &'static str, packed: &[u8]) -> Result<Vec<u8>, Error> {
    let mut decoder = GzDecoder::new(packed);
    let mut bytes = Vec::new();
    let unpacked = (&mut decoder).take(FILE_LEN_MAX as u64 + 1).read_to_end(&mut bytes);
    if unpacked.is_err() || bytes.len() > FILE_LEN_MAX || !decoder.get_ref().is_empty() {
        return Err(Error::Packed(name));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn damage_is_an_error() {
        let packed = gzip(&[7; 1000]);
        assert_eq!(gunzip("file", &packed).unwrap(), [7; 1000]);
        for cut in 0..packed.len() {
            assert_eq!(gunzip("file", &packed[..cut]), Err(Error::Packed("file")));
        }
        // The last eight bytes are checksum and length.
        for position in packed.len() - 8..packed.len() {
            let mut damaged = packed.clone();
            damaged[position] ^= 1;
            assert_eq!(gunzip("file", &damaged), Err(Error::Packed("file")));
        }
        let longer = [packed, vec![0]].concat();
        assert_eq!(gunzip("file", &longer), Err(Error::Packed("file")));
    }

    #[test]
    fn unpacking_stops_at_the_limit() {
        let bomb = gzip(&vec![0; FILE_LEN_MAX + 1]);
        assert_eq!(gunzip("bomb", &bomb), Err(Error::Packed("bomb")));
    }

    #[test]
    fn a_wrong_hash_names_file_and_hashes() {
        let error = TRAIN_LABELS.check(Path::new("some/file.gz"), b"other").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("some/file.gz") && text.contains(TRAIN_LABELS.sha256));
        // SHA-256 of "other".
        assert!(text.contains("d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = gunzip("file", &bytes);
            let _ = gunzip("file", &[&gzip(&bytes)[..10], &bytes].concat());
        }
    }
}
