//! The secret of a room: whoever has it may come in.

use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use sotto_core::entropy::Entropy;
use sotto_core::hex;
use sotto_core::wire::Error;

const SECRET_LEN: usize = 16;

/// 128 bits from the OS source. It travels in a link's fragment, which browsers send to nobody.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RoomSecret([u8; SECRET_LEN]);

/// What the broker knows a room by. It says nothing of the secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RoomTag(pub [u8; 16]);

impl RoomSecret {
    /// A fresh one.
    #[must_use]
    pub fn draw(entropy: &mut Entropy) -> Self {
        let mut secret = Self([0; SECRET_LEN]);
        entropy(&mut secret.0);
        secret
    }

    /// Reads what [`RoomSecret::text`] gave.
    ///
    /// # Errors
    /// When these are not 32 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut secret = Self([0; SECRET_LEN]);
        hex::decode(text, &mut secret.0).ok_or(Error::Invalid("the room's secret"))?;
        Ok(secret)
    }

    /// As hexadecimal digits, for a link.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        hex::encode_secret(&self.0)
    }

    /// What the broker knows the room by.
    #[must_use]
    pub fn tag(&self) -> RoomTag {
        let mut tag = [0; 16];
        self.expand("sotto/room/1", &mut tag);
        RoomTag(tag)
    }

    /// The key of hellos.
    pub(super) fn hello_key(&self) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        self.expand("sotto/hello/1", &mut *key);
        key
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn expand(&self, info: &str, out: &mut [u8]) {
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(info.as_bytes(), out)
            .expect("32 bytes are no output too long for HKDF");
    }
}

impl PartialEq for RoomSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl std::fmt::Debug for RoomSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RoomSecret(..)")
    }
}

hex::shown_in_hex!(RoomTag);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes: [u8; SECRET_LEN]) {
            let secret = RoomSecret(bytes);
            prop_assert_eq!(RoomSecret::parse(&secret.text()), Ok(secret));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = RoomSecret::parse(&text);
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = RoomSecret([0xab; SECRET_LEN]);
        assert!(!format!("{secret:?} {}", secret.tag()).contains("abab"));
        let other = RoomSecret([0xac; SECRET_LEN]);
        assert!(secret != other && secret == RoomSecret([0xab; SECRET_LEN]));
        assert_ne!(secret.tag(), other.tag());
    }
}
