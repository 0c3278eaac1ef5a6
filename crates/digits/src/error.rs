/// What is wrong with digits or with the bytes that should hold some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The pixels are not one image a label.
    #[error("{pixels} pixels are not the images of {labels} labels")]
    Shape {
        /// Pixels given.
        pixels: usize,
        /// Labels given.
        labels: usize,
    },
    /// A label that is no digit.
    #[error("{0} is not the label of a digit")]
    Label(u8),
    /// A count above its limit.
    #[error("{found} {what} are over the limit of {limit}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// The count found.
        found: usize,
        /// The most that is accepted.
        limit: usize,
    },
    /// The bytes do not begin like the file they should be.
    #[error("an IDX file of {what} begins with {expected:#010x}, this one with {found:#010x}")]
    Magic {
        /// What the file should hold.
        what: &'static str,
        /// The file's first word as it should be.
        expected: u32,
        /// The first word found.
        found: u32,
    },
    /// The images are not 28 by 28.
    #[error("the images are {rows}x{columns}, not 28x28")]
    ImageSize {
        /// Rows of an image.
        rows: u32,
        /// Columns of an image.
        columns: u32,
    },
    /// A file that is no handwriting.
    #[error("this is no file of handwriting: {0}")]
    Handwriting(String),
    /// Too few bytes or too many.
    #[error("{what}: {found} bytes where {expected} belong")]
    Length {
        /// What the bytes should be.
        what: &'static str,
        /// Bytes that belong there.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// A file that cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A file is not the one that everybody uses.
    #[error("{path} has SHA-256 {found}, expected {expected}")]
    Checksum {
        /// The file.
        path: String,
        /// The right hash, in hexadecimal.
        expected: String,
        /// The hash found, in hexadecimal.
        found: String,
    },
    /// Compressed bytes that are damaged, cut short, or unpack to more than they may.
    #[error("{0} does not unpack: damaged, cut short or too long")]
    Packed(&'static str),
    /// A digit in a chunk of another label.
    #[error("a digit {found} in a chunk of digits {expected}")]
    Stray {
        /// The chunk's label.
        expected: u8,
        /// The digit's label.
        found: u8,
    },
    /// The manifest is not one that this version can use.
    #[error("the manifest of the digits: {0}")]
    Manifest(String),
    /// A shard needs a chunk that was not fetched.
    #[error("the chunk {0} is missing")]
    MissingChunk(String),
    /// A shard that does not fit the digits there are.
    #[error("the shard asks for {wanted} digits of label {label}, there are {present}")]
    Shard {
        /// The label.
        label: usize,
        /// Digits the shard takes.
        wanted: u32,
        /// Digits there are.
        present: u32,
    },
    /// The digits cannot be cut into so many shards.
    #[error("{digits} digits cannot be cut into {shards} shards")]
    Shards {
        /// Shards asked for.
        shards: u32,
        /// Digits there are.
        digits: u32,
    },
    /// No partition is written so.
    #[error("no such partition; there is {0}")]
    Partition(String),
    /// A drawing that cannot be rendered.
    #[error("the drawing: {0}")]
    Drawing(&'static str),
}

impl Error {
    /// `Ok` while `found` is at most `limit`.
    pub(super) fn limit(what: &'static str, found: usize, limit: usize) -> Result<(), Self> {
        if found <= limit {
            return Ok(());
        }
        Err(Self::TooMany { what, found, limit })
    }

    /// `Ok` when `found` is `expected`.
    pub(super) fn length(what: &'static str, expected: usize, found: usize) -> Result<(), Self> {
        if found == expected {
            return Ok(());
        }
        Err(Self::Length { what, expected, found })
    }
}
