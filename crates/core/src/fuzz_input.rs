//! What a fuzzer made up, read as choices. It never runs out: what is missing reads as zeros.

use crate::entropy::Entropy;
use crate::seeded::Stream;

/// Randomness that an input replays with.
#[must_use]
pub fn entropy(seed: u64, path: &str) -> Entropy {
    let mut stream = Stream::new(seed, path);
    Box::new(move |bytes: &mut [u8]| stream.fill(bytes))
}

/// The bytes that are left.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// Reads choices from these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether all have been read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One byte.
    pub fn u8(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Two bytes, the low one first.
    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes([self.u8(), self.u8()])
    }

    /// Four bytes, the lowest first.
    pub fn u32(&mut self) -> u32 {
        u32::from(self.u16()) | u32::from(self.u16()) << 16
    }

    /// A number below `bound`, which is at most 256.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.u8()) % bound.max(1)
    }

    /// One of these, by a byte.
    pub fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        choices[self.below(N)]
    }

    /// A length of one byte, and as many bytes, or all that are left.
    pub fn bytes(&mut self) -> &'a [u8] {
        let len = usize::from(self.u8()).min(self.0.len());
        let (head, rest) = self.0.split_at(len);
        self.0 = rest;
        head
    }

    /// All that are left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// Changes a message as somebody might who can read it: a byte, its end, or all behind `head` bytes.
pub fn tamper(input: &mut Input<'_>, bytes: &mut Vec<u8>, head: usize) {
    match input.below(5) {
        0 if !bytes.is_empty() => {
            let index = usize::from(input.u16()) % bytes.len();
            bytes[index] ^= input.u8().max(1);
        }
        1 => bytes.truncate(usize::from(input.u16()) % (bytes.len() + 1)),
        2 => bytes.extend(input.bytes()),
        3 => {
            bytes.truncate(head);
            bytes.extend(input.bytes());
        }
        _ => {
            let start = (head + usize::from(input.u16())) % (bytes.len() + 1);
            let new = input.bytes();
            let end = (start + new.len()).min(bytes.len());
            bytes.splice(start..end, new.iter().copied());
        }
    }
}
