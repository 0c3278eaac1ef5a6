//! Bytes as lower-case hexadecimal digits. No branch and no index depends on them: some are secret.

use zeroize::Zeroizing;

/// `bytes` in digits, two each.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// As [`encode`], of a secret: erased where it is dropped, and nowhere else before.
#[must_use]
pub fn encode_secret(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(encode(bytes))
}

/// Reads two digits a byte into `out`, which they have to fill; nothing where they are none.
pub fn decode(text: &str, out: &mut [u8]) -> Option<()> {
    let fits = text.len() == 2 * out.len();
    (fits && base16ct::mixed::decode(text, out).is_ok()).then_some(())
}

/// Newtypes of public bytes that are shown in digits.
#[macro_export]
macro_rules! shown_in_hex {
    ($($name:ty),+) => { $(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::hex::encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }
    )+ };
}
pub use crate::shown_in_hex;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let text = encode(&bytes);
            let expected: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            prop_assert_eq!(&text, &expected);
            let mut read = vec![0; bytes.len()];
            prop_assert_eq!(decode(&text, &mut read), Some(()));
            prop_assert_eq!(&read, &bytes);
            prop_assert_eq!(decode(&text.to_uppercase(), &mut read), Some(()));
            prop_assert_eq!(read, bytes);
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "0", "012", "01234", "0g12", "01 2", "ä12"] {
            assert_eq!(decode(text, &mut [0; 2]), None, "{text}");
        }
    }
}
