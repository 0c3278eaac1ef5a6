//! IDX, the file format of MNIST (<http://yann.lecun.com/exdb/mnist>).
//!
//! ```text
//! images   0x00000803, count, rows = 28, columns = 28, then count * 784 bytes
//! labels   0x00000801, count,                          then count bytes
//! ```
//!
//! All header fields are big-endian words of 32 bits. Nothing may follow.

use super::{DIGITS_MAX, Digits, Error, PIXELS, SIDE};

const IMAGES: u32 = 0x803;
const LABELS: u32 = 0x801;

/// Reads a file of images and the file of their labels.
///
/// # Errors
/// Those of [`images`], [`labels`] and [`Digits::new`].
pub fn digits(image_file: &[u8], label_file: &[u8]) -> Result<Digits, Error> {
    Digits::new(images(image_file)?, labels(label_file)?)
}

/// The pixels of a file of images, `[count, 28, 28]`.
///
/// # Errors
/// [`Error::Magic`], [`Error::ImageSize`], [`Error::TooMany`] above [`DIGITS_MAX`], or
/// [`Error::Length`] when the file is shorter or longer than its header says.
pub fn images(file: &[u8]) -> Result<Vec<u8>, Error> {
    let ([magic, count, rows, columns], pixels) = header(file)?;
    check_magic("images", IMAGES, magic)?;
    if rows as usize != SIDE || columns as usize != SIDE {
        return Err(Error::ImageSize { rows, columns });
    }
    Error::limit("images in a file", count as usize, DIGITS_MAX)?;
    Error::length("pixels", count as usize * PIXELS, pixels.len())?;
    Ok(pixels.to_vec())
}

/// The labels of a file of labels, `[count]`.
///
/// # Errors
/// [`Error::Magic`], [`Error::TooMany`] above [`DIGITS_MAX`], or [`Error::Length`] when the
/// file is shorter or longer than its header says.
pub fn labels(file: &[u8]) -> Result<Vec<u8>, Error> {
    let ([magic, count], labels) = header(file)?;
    check_magic("labels", LABELS, magic)?;
    Error::limit("labels in a file", count as usize, DIGITS_MAX)?;
    Error::length("labels", count as usize, labels.len())?;
    Ok(labels.to_vec())
}

/// The first `N` words, and the bytes after them.
fn header<const N: usize>(file: &[u8]) -> Result<([u32; N], &[u8]), Error> {
    let mut words = [0; N];
    let mut rest = file;
    for word in &mut words {
        let (bytes, after) = rest.split_first_chunk().ok_or(Error::Length {
            what: "the header of an IDX file",
            expected: 4 * N,
            found: file.len(),
        })?;
        *word = u32::from_be_bytes(*bytes);
        rest = after;
    }
    Ok((words, rest))
}

fn check_magic(what: &'static str, expected: u32, found: u32) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Magic { what, expected, found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(header: &[u32], body: &[u8]) -> Vec<u8> {
        let words = header.iter().flat_map(|word| word.to_be_bytes());
        words.chain(body.iter().copied()).collect()
    }

    fn image_file(pixels: &[u8]) -> Vec<u8> {
        file(&[IMAGES, (pixels.len() / PIXELS) as u32, 28, 28], pixels)
    }

    fn label_file(labels: &[u8]) -> Vec<u8> {
        file(&[LABELS, labels.len() as u32], labels)
    }

    #[test]
    fn each_header_field_is_checked() {
        assert!(matches!(images(&label_file(&[1; 20])), Err(Error::Magic { .. })));
        assert!(matches!(labels(&image_file(&[])), Err(Error::Magic { .. })));
        assert_eq!(
            images(&file(&[IMAGES, 1, 14, 56], &[0; PIXELS])),
            Err(Error::ImageSize { rows: 14, columns: 56 })
        );
        assert!(matches!(
            images(&file(&[IMAGES, u32::MAX, 28, 28], &[])),
            Err(Error::TooMany { .. })
        ));
        assert!(matches!(labels(&file(&[LABELS, u32::MAX], &[])), Err(Error::TooMany { .. })));
        assert_eq!(digits(&image_file(&[0; PIXELS]), &label_file(&[10])), Err(Error::Label(10)));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, words: [u32; 4]) {
            let _ = (images(&bytes), labels(&bytes));
            let near = file(&[IMAGES, words[1] % 3, 28, words[3]], &bytes);
            let _ = (images(&near), labels(&near));
        }

        #[test]
        fn what_was_written_is_read(values in prop::collection::vec((any::<u8>(), 0u8..10), 0..5)) {
            let pixels: Vec<u8> = values.iter().flat_map(|&(value, _)| [value; PIXELS]).collect();
            let labels: Vec<u8> = values.iter().map(|&(_, label)| label).collect();
            let read = digits(&image_file(&pixels), &label_file(&labels)).unwrap();
            prop_assert_eq!(read, Digits::new(pixels, labels).unwrap());
        }

        #[test]
        fn a_byte_less_or_more_is_an_error(cut in 0usize..PIXELS + 16, more in 1usize..50) {
            let mut bytes = image_file(&[9; PIXELS]);
            prop_assert!(images(&bytes[..cut]).is_err());
            bytes.resize(bytes.len() + more, 0);
            prop_assert!(images(&bytes).is_err());

            let mut bytes = label_file(&[1, 2, 3]);
            prop_assert!(labels(&bytes[..cut % 11]).is_err());
            bytes.resize(bytes.len() + more, 0);
            prop_assert!(labels(&bytes).is_err());
        }
    }
}
