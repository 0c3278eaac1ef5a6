//! Who the host of a room is, for as long as the room lasts: a key pair that is kept with the room's secret, and
//! whose fingerprint every invitation carries.
//!
//! ```text
//! fingerprint = SHA-256("sotto/host/1" || identity key), its first 16 bytes
//! proof       = identity key || Ed25519 signature of ("sotto/host-endpoint/1" || room's tag || endpoint's public key)
//! ```
//!
//! An endpoint draws its X25519 keys afresh whenever its page is loaded, so a proof names them: whoever holds the
//! endpoint's secret key, which the pair's ciphers show, is the host of the invitation. A proof that somebody else
//! repeats names a key that they do not hold.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::secret::RoomTag;
use sotto_core::entropy::Entropy;
use sotto_core::hex;
use sotto_core::wire::{Error, Reader, Writer};

const SEED_LEN: usize = 32;

/// A host's key (Ed25519, RFC 8032), the same over all loads of its page.
pub struct HostIdentity(SigningKey);

/// What an invitation says of the host's identity: 128 bits of a hash. To stand in for the host takes another key
/// of the same fingerprint, a second preimage.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 16]);

/// Shows that an endpoint is its host's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proof {
    identity: [u8; 32],
    signature: [u8; 64],
}

impl HostIdentity {
    /// A fresh one.
    #[must_use]
    pub fn draw(entropy: &mut Entropy) -> Self {
        let mut seed = Zeroizing::new([0; SEED_LEN]);
        entropy(&mut *seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// Reads what [`HostIdentity::text`] gave.
    ///
    /// # Errors
    /// When these are not 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut seed = Zeroizing::new([0; SEED_LEN]);
        hex::decode(text, &mut *seed).ok_or(Error::Invalid("the host's identity"))?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// The secret as hexadecimal digits, to be kept where the room's secret is.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let seed = Zeroizing::new(self.0.to_bytes());
        hex::encode_secret(&*seed)
    }

    /// What invitations carry.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0.verifying_key().to_bytes())
    }

    /// That the endpoint of this public key is this host's, in this room.
    pub(super) fn prove(&self, room: RoomTag, public: &[u8; 32]) -> Proof {
        let identity = self.0.verifying_key().to_bytes();
        Proof { identity, signature: self.0.sign(&statement(room, public)).to_bytes() }
    }
}

impl std::fmt::Debug for HostIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostIdentity({})", self.fingerprint())
    }
}

impl Fingerprint {
    fn of(identity: &[u8; 32]) -> Self {
        let hash = Sha256::new().chain_update("sotto/host/1").chain_update(identity).finalize();
        let mut fingerprint = [0; 16];
        fingerprint.copy_from_slice(&hash[..16]);
        Self(fingerprint)
    }

    /// Reads 32 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        hex::decode(text, &mut bytes).map(|()| Self(bytes))
    }
}

hex::shown_in_hex!(Fingerprint);

impl Proof {
    /// Whether it shows that the endpoint of this public key belongs to the host of this fingerprint. A key of small
    /// order signs everything, and so is refused.
    pub(super) fn holds(&self, host: Fingerprint, room: RoomTag, public: &[u8; 32]) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        Fingerprint::of(&self.identity) == host
            && VerifyingKey::from_bytes(&self.identity)
                .is_ok_and(|key| key.verify_strict(&statement(room, public), &signature).is_ok())
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.raw(&self.identity).raw(&self.signature);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let (identity, signature) = (reader.array("identity")?, reader.array("signature")?);
        Ok(Self { identity, signature })
    }
}

fn statement(room: RoomTag, public: &[u8; 32]) -> Vec<u8> {
    [b"sotto/host-endpoint/1".as_slice(), &room.0, public].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sotto_core::seeded::Stream;

    fn identity(seed: u64) -> HostIdentity {
        let mut stream = Stream::new(seed, "host");
        let mut entropy: Entropy = Box::new(move |bytes: &mut [u8]| stream.fill(bytes));
        HostIdentity::draw(&mut entropy)
    }

    #[test]
    fn a_proof_is_for_one_host_one_room_and_one_endpoint() {
        let (host, other) = (identity(1), identity(2));
        let (room, public) = (RoomTag([3; 16]), [4; 32]);
        let proof = host.prove(room, &public);
        assert!(proof.holds(host.fingerprint(), room, &public));
        assert!(!proof.holds(other.fingerprint(), room, &public));
        assert!(!proof.holds(host.fingerprint(), RoomTag([5; 16]), &public));
        assert!(!proof.holds(host.fingerprint(), room, &[5; 32]));
        let forged = Proof { signature: other.prove(room, &public).signature, ..proof };
        assert!(!forged.holds(host.fingerprint(), room, &public));
        // The neutral element: with a signature of zero over it, anything is signed.
        let mut weak = [0; 32];
        weak[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        let weak = Proof { identity: weak, signature };
        assert!(!weak.holds(Fingerprint::of(&weak.identity), room, &public));
    }

    #[test]
    fn an_identity_is_the_same_over_loads_and_does_not_print() {
        let host = identity(1);
        let again = HostIdentity::parse(&host.text()).expect("it was written so");
        assert_eq!(again.fingerprint(), host.fingerprint());
        assert!(!format!("{host:?}").contains(host.text().as_str()));
        assert!(HostIdentity::parse(&host.text()[2..]).is_err());
        assert!(HostIdentity::parse(&"x".repeat(64)).is_err());
    }

    proptest! {
        #[test]
        fn fingerprints_are_read_as_they_are_written(bytes: [u8; 16]) {
            let fingerprint = Fingerprint(bytes);
            prop_assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
        }

        #[test]
        fn any_digits_are_read_or_refused(text in "[0-9a-fA-F+ é]{28,36}") {
            let read = Fingerprint::parse(&text);
            let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            prop_assert_eq!(read.is_some(), is_hex);
        }
    }
}
