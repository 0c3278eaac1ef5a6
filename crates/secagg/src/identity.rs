//! Who a worker is: whoever holds the key behind its id.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use sotto_core::entropy::Entropy;
use sotto_core::wire::PeerId;

/// A worker's key, drawn when its tab opens (Ed25519, RFC 8032). Its id is the hash of the
/// public half, so nobody else can sign for an id that a worker has once seen.
pub struct Identity(SigningKey);

/// The public half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityKey(pub [u8; 32]);

/// A signature under an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed(pub [u8; 64]);

impl Identity {
    /// A fresh identity.
    #[must_use]
    pub fn draw(entropy: &mut Entropy) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        entropy(&mut *seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// The identity of a seed that [`Identity::seed`] gave.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The secret that it can be drawn from again.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Who this is.
    #[must_use]
    pub fn id(&self) -> PeerId {
        self.key().id()
    }

    /// The public half.
    #[must_use]
    pub fn key(&self) -> IdentityKey {
        IdentityKey(self.0.verifying_key().to_bytes())
    }

    pub(super) fn sign(&self, statement: &[u8]) -> Signed {
        Signed(self.0.sign(statement).to_bytes())
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({})", self.id())
    }
}

impl IdentityKey {
    /// Whose key this is: the first half of its SHA-256.
    #[must_use]
    pub fn id(&self) -> PeerId {
        let hash = Sha256::new().chain_update("sotto/identity").chain_update(self.0).finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        PeerId(id)
    }

    /// Whether its holder signed the statement. Keys of small order are no keys.
    pub(super) fn signed(&self, statement: &[u8], signature: &Signed) -> bool {
        let signature = Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(statement, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::Verifier;
    use sotto_core::seeded::Stream;

    /// A signature that holds for every statement under the neutral element as a key, if the check
    /// does not refuse keys of small order.
    #[test]
    fn keys_of_small_order_sign_nothing() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&neutral);
        for statement in [&b"yes"[..], b"no"] {
            let lax = VerifyingKey::from_bytes(&neutral).unwrap();
            assert!(lax.verify(statement, &Signature::from_bytes(&signature)).is_ok());
            assert!(!IdentityKey(neutral).signed(statement, &Signed(signature)));
        }
    }

    #[test]
    fn only_the_holder_signs() {
        let mut stream = Stream::new(1, "test/identity");
        let mut entropy: Entropy = Box::new(move |bytes| stream.fill(bytes));
        let [alice, bob] = [0, 1].map(|_| Identity::draw(&mut entropy));
        let signature = alice.sign(b"yes");
        assert!(alice.key().signed(b"yes", &signature));
        assert!(!alice.key().signed(b"no", &signature));
        assert!(!bob.key().signed(b"yes", &signature));
        assert!(!IdentityKey([0; 32]).signed(b"yes", &signature));
        assert_ne!(alice.id(), bob.id());
        assert_eq!(Identity::from_seed(&alice.seed()).id(), alice.id());
        assert_eq!(alice.id(), alice.key().id());
        assert!(!format!("{alice:?}").contains("Signing"));
    }
}
