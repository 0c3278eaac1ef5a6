//! The digits that a person drew on a worker's page: a label and 784 pixels each.

use super::Error;
use sotto_core::wire::{self, Reader, Writer};
use sotto_digits::handwriting::{Handwriting, OWN_MAX};
use sotto_digits::{CLASSES, Digits, PIXELS};

/// The bytes.
#[must_use]
pub fn handwriting_bytes(own: &Handwriting) -> Vec<u8> {
    let digits = own.digits();
    let mut w = Writer::new();
    w.length(digits.len());
    for index in 0..digits.len() {
        w.u8(digits.label(index)).raw(digits.image(index));
    }
    w.finish()
}

/// Reads them.
///
/// # Errors
/// [`Error::Content`] when the bytes are no such digits.
pub fn handwriting_of(bytes: &[u8]) -> Result<Handwriting, Error> {
    let mut r = Reader::new(bytes);
    let digits = r.list("digits drawn", OWN_MAX, |r| {
        let label = r.u8("label")?;
        if usize::from(label) >= CLASSES {
            return Err(wire::Error::Invalid("label"));
        }
        Ok((label, r.array::<PIXELS>("pixels")?))
    })?;
    r.finish()?;
    let labels = digits.iter().map(|(label, _)| *label).collect();
    let pixels = digits.iter().flat_map(|(_, pixels)| pixels).copied().collect();
    let own = Digits::new(pixels, labels).and_then(Handwriting::new);
    own.map_err(|_| Error::Content(wire::Error::Invalid("digits drawn")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_drawn_is_read(drawn in prop::collection::vec((0u8..10, any::<u8>()), 0..20)) {
            let mut own = Handwriting::default();
            for (label, ink) in drawn {
                own.add(label, &[ink; PIXELS]).unwrap();
            }
            let bytes = handwriting_bytes(&own);
            prop_assert_eq!(handwriting_of(&bytes), Ok(own));
            prop_assert!(handwriting_of(&bytes[..bytes.len() - 1]).is_err());
        }

        #[test]
        fn any_bytes_are_handwriting_or_an_error(bytes: Vec<u8>) {
            if let Ok(own) = handwriting_of(&bytes) {
                prop_assert_eq!(handwriting_bytes(&own), bytes);
            }
        }
    }

    #[test]
    fn wrong_labels_and_too_many_are_refused() {
        let record = |count: usize, label: u8| {
            let mut w = Writer::new();
            w.length(count);
            for _ in 0..count {
                w.u8(label).raw(&[0; PIXELS]);
            }
            w.finish()
        };
        assert!(handwriting_of(&record(OWN_MAX, 9)).is_ok());
        assert!(handwriting_of(&record(1, 10)).is_err());
        assert!(handwriting_of(&record(OWN_MAX + 1, 9)).is_err());
    }
}
