//! An endpoint's key pair, and the ciphers that two endpoints derive from theirs.

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use zeroize::Zeroizing;

use super::secret::RoomSecret;
use sotto_core::entropy::Entropy;
use sotto_core::hex;

/// An endpoint: the hash of its public key, cut to 16 bytes, so that nobody else can answer to it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId(pub [u8; 16]);

impl EndpointId {
    pub(super) fn of(public: &[u8; 32]) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&Sha256::digest(public)[..16]);
        Self(id)
    }

    /// Reads 32 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut id = [0; 16];
        hex::decode(text, &mut id).map(|()| Self(id))
    }
}

hex::shown_in_hex!(EndpointId);

/// The key pair of an endpoint, drawn when its page opens and erased with it.
pub(super) struct KeyPair {
    secret: StaticSecret,
    pub(super) public: [u8; 32],
}

impl KeyPair {
    pub(super) fn draw(entropy: &mut Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy(&mut *bytes);
        let secret = StaticSecret::from(*bytes);
        let public = PublicKey::from(&secret).to_bytes();
        Self { secret, public }
    }

    /// The secret with the holder of a public key; nothing for a key of small order, with which everybody knows it
    /// (RFC 7748, section 6.1).
    pub(super) fn agree(&self, theirs: &[u8; 32]) -> Option<SharedSecret> {
        let shared = self.secret.diffie_hellman(&PublicKey::from(*theirs));
        shared.was_contributory().then_some(shared)
    }

    /// The four ciphers that this endpoint shares with another one; nothing where [`KeyPair::agree`] gives nothing.
    pub(super) fn ciphers(&self, room: &RoomSecret, theirs: &[u8; 32]) -> Option<Ciphers> {
        let shared = self.agree(theirs)?;
        Some(Ciphers::derive(room, shared.as_bytes(), &self.public, theirs))
    }
}

/// What two endpoints share, one key a direction and kind of frame, so that no number is used twice
/// with a key.
pub(super) struct Ciphers {
    pub(super) data_out: Cipher,
    pub(super) data_in: Cipher,
    pub(super) ack_out: Cipher,
    pub(super) ack_in: Cipher,
}

impl Ciphers {
    /// Those of the holder of the public key `ours` towards that of `theirs`, who have agreed on the secret `shared`.
    pub(super) fn derive(
        room: &RoomSecret,
        shared: &[u8],
        ours: &[u8; 32],
        theirs: &[u8; 32],
    ) -> Self {
        let derived = Hkdf::<Sha256>::new(Some(room.bytes()), shared);
        let cipher = |purpose: &str, from: &[u8; 32], to: &[u8; 32]| {
            let mut key = Zeroizing::new([0; 32]);
            derived
                .expand_multi_info(&[purpose.as_bytes(), from, to], &mut *key)
                .expect("32 bytes are no output too long for HKDF");
            Cipher::new(&key)
        };
        Self {
            data_out: cipher("sotto/data/1", ours, theirs),
            data_in: cipher("sotto/data/1", theirs, ours),
            ack_out: cipher("sotto/note/1", ours, theirs),
            ack_in: cipher("sotto/note/1", theirs, ours),
        }
    }
}

/// One key of ChaCha20-Poly1305, erased when it is dropped.
pub(super) struct Cipher {
    cipher: ChaCha20Poly1305,
    /// For the ledger.
    #[cfg(test)]
    key: [u8; 32],
}

impl Cipher {
    fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: ChaCha20Poly1305::new(key.into()),
            #[cfg(test)]
            key: *key,
        }
    }

    pub(super) fn of_room(room: &RoomSecret) -> Self {
        Self::new(&room.hello_key())
    }

    pub(super) fn seal(&self, nonce: [u8; 12], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        #[cfg(test)]
        sotto_core::prg::ledger::used(&self.key, nonce);
        let sealed = self.cipher.encrypt(&nonce.into(), Payload { msg: plain, aad });
        sealed.expect("a frame is no message too long for the cipher")
    }

    pub(super) fn open(&self, nonce: [u8; 12], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        // Why it does not open is not to be known: there is one reason alone.
        self.cipher.decrypt(&nonce.into(), Payload { msg: sealed, aad }).ok()
    }
}

/// The nonce of a numbered frame.
pub(super) fn nonce(number: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&number.to_le_bytes());
    nonce
}
