//! Numbers, texts and vectors as little-endian bytes.
//!
//! A text is its length in bytes (`u32`), then UTF-8. A vector is its length (`u32`), then its numbers. What may be
//! absent stands behind a byte that is 0 or 1. The reader of each says the most that it takes.

use super::Error;

/// Writes a message.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty message.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The finished message.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.raw(&[value])
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }

    /// Four bytes.
    pub fn f32(&mut self, value: f32) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }

    /// Eight bytes.
    pub fn f64(&mut self, value: f64) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }

    /// One byte, 0 or 1.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.u8(u8::from(value))
    }

    /// A length in four bytes, then the numbers.
    pub fn f64s(&mut self, values: &[f64]) -> &mut Self {
        self.length(values.len());
        self.bytes.reserve(8 * values.len());
        for value in values {
            self.f64(*value);
        }
        self
    }

    /// Bytes whose number the reader knows.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A length in four bytes, then the text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.length(text.len()).raw(text.as_bytes())
    }

    /// A length in four bytes, then the numbers.
    pub fn f32s(&mut self, values: &[f32]) -> &mut Self {
        self.length(values.len());
        self.bytes.reserve(4 * values.len());
        for value in values {
            self.f32(*value);
        }
        self
    }

    /// A length in four bytes, then the bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.length(bytes.len()).raw(bytes)
    }

    /// The length of a list in four bytes, before its items.
    ///
    /// # Panics
    /// Above 2^32 items, which no message comes near.
    pub fn length(&mut self, length: usize) -> &mut Self {
        self.u32(u32::try_from(length).expect("no message comes near 2^32 elements"))
    }
}

/// Reads a message; each method names what it reads for the error.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether all bytes are read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// # Errors
    /// [`Error::Truncated`].
    pub fn u8(&mut self, what: &'static str) -> Result<u8, Error> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// The version of a protocol, which is a message's first byte in all of them.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::Version`] for another one than `expected`.
    pub fn version(&mut self, what: &'static str, expected: u8) -> Result<(), Error> {
        match self.u8("version")? {
            found if found == expected => Ok(()),
            found => Err(Error::Version { what, found, expected }),
        }
    }

    /// # Errors
    /// [`Error::Truncated`].
    pub fn u32(&mut self, what: &'static str) -> Result<u32, Error> {
        self.array(what).map(u32::from_le_bytes)
    }

    /// # Errors
    /// [`Error::Truncated`].
    pub fn u64(&mut self, what: &'static str) -> Result<u64, Error> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// # Errors
    /// [`Error::Truncated`]. Any bits are a number here, NaN too.
    pub fn f32(&mut self, what: &'static str) -> Result<f32, Error> {
        self.array(what).map(f32::from_le_bytes)
    }

    /// # Errors
    /// [`Error::Truncated`]. Any bits are a number here, NaN too.
    pub fn f64(&mut self, what: &'static str) -> Result<f64, Error> {
        self.array(what).map(f64::from_le_bytes)
    }

    /// # Errors
    /// [`Error::Truncated`], [`Error::Invalid`] for another byte than 0 or 1.
    pub fn bool(&mut self, what: &'static str) -> Result<bool, Error> {
        match self.u8(what)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Error::Invalid(what)),
        }
    }

    /// # Errors
    /// [`Error::Truncated`].
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Error> {
        let (head, rest) = self.bytes.split_first_chunk().ok_or(Error::Truncated(what))?;
        self.bytes = rest;
        Ok(*head)
    }

    /// A text of at most `limit` bytes.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::TooLong`], or [`Error::Invalid`] when it is not UTF-8.
    pub fn text(&mut self, what: &'static str, limit: usize) -> Result<String, Error> {
        let bytes = self.counted(what, limit, 1)?;
        let text = std::str::from_utf8(bytes).map_err(|_| Error::Invalid(what))?;
        Ok(text.to_owned())
    }

    /// At most `limit` bytes.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::TooLong`].
    pub fn bytes(&mut self, what: &'static str, limit: usize) -> Result<&'a [u8], Error> {
        self.counted(what, limit, 1)
    }

    /// A list of at most `limit` items, each of at least a byte.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::TooLong`], and those of an item.
    pub fn list<T>(
        &mut self,
        what: &'static str,
        limit: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let found = self.u32(what)? as usize;
        if found > limit {
            return Err(Error::TooLong { what, found, limit });
        }
        if found > self.bytes.len() {
            return Err(Error::Truncated(what));
        }
        (0..found).map(|_| item(self)).collect()
    }

    /// At most `limit` numbers.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::TooLong`].
    pub fn f32s(&mut self, what: &'static str, limit: usize) -> Result<Vec<f32>, Error> {
        let (values, _) = self.counted(what, limit, 4)?.as_chunks::<4>();
        Ok(values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// At most `limit` numbers.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::TooLong`].
    pub fn f64s(&mut self, what: &'static str, limit: usize) -> Result<Vec<f64>, Error> {
        let (values, _) = self.counted(what, limit, 8)?.as_chunks::<8>();
        Ok(values.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    /// All the bytes that are left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.bytes
    }

    /// Ends the message.
    ///
    /// # Errors
    /// [`Error::LeftOver`].
    pub fn finish(self) -> Result<(), Error> {
        match self.bytes.len() {
            0 => Ok(()),
            more => Err(Error::LeftOver(more)),
        }
    }

    fn counted(
        &mut self,
        what: &'static str,
        limit: usize,
        size: usize,
    ) -> Result<&'a [u8], Error> {
        let found = self.u32(what)? as usize;
        if found > limit {
            return Err(Error::TooLong { what, found, limit });
        }
        let bytes = found.saturating_mul(size);
        if bytes > self.bytes.len() {
            return Err(Error::Truncated(what));
        }
        let (head, rest) = self.bytes.split_at(bytes);
        self.bytes = rest;
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::new();
        writer.u8(7).u32(1 << 31).u64(u64::MAX).f32(-0.5).raw(&[1, 2]);
        writer.text("drei").f32s(&[1.0, f32::MIN]);
        writer.f64(0.1).bool(true).f64s(&[f64::MAX, -0.0]);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.u8("a"), Ok(7));
        assert_eq!(reader.u32("b"), Ok(1 << 31));
        assert_eq!(reader.u64("c"), Ok(u64::MAX));
        assert_eq!(reader.f32("d"), Ok(-0.5));
        assert_eq!(reader.array("e"), Ok([1, 2]));
        assert_eq!(reader.text("f", 4), Ok("drei".to_owned()));
        assert_eq!(reader.f32s("g", 2), Ok(vec![1.0, f32::MIN]));
        assert_eq!(reader.f64("h"), Ok(0.1));
        assert_eq!(reader.bool("i"), Ok(true));
        assert_eq!(reader.f64s("j", 2), Ok(vec![f64::MAX, -0.0]));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn another_version_is_told_with_the_one_that_is_read() {
        assert_eq!(Reader::new(&[3]).version("sealed frame", 3), Ok(()));
        assert_eq!(Reader::new(&[]).version("sealed frame", 3), Err(Error::Truncated("version")));
        let told = Reader::new(&[2]).version("sealed frame", 3).unwrap_err().to_string();
        assert_eq!(told, "the sealed frame has version 2, this is version 3: reload both pages");
    }

    #[test]
    fn lengths_are_checked_before_memory_is_taken() {
        let announced = u32::MAX.to_le_bytes();
        let limit = 10;
        assert!(matches!(
            Reader::new(&announced).f32s("values", limit),
            Err(Error::TooLong { limit: 10, .. })
        ));
        assert_eq!(
            Reader::new(&announced).f32s("values", usize::MAX),
            Err(Error::Truncated("values"))
        );
        assert_eq!(Reader::new(&[1, 0, 0, 0, 0xff]).text("t", 9), Err(Error::Invalid("t")));
        assert_eq!(Reader::new(&[1]).finish(), Err(Error::LeftOver(1)));
    }
}
