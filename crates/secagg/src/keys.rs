//! A worker's keys of one round, and what pairs of workers derive from them.
//!
//! Two key pairs (Bonawitz et al. 2017, section 4): one seals the shares on their way through
//! the aggregator; the other gives the pairwise masks, and is itself shared, for the
//! aggregator opens it when its holder drops out. Both are drawn afresh for every try.

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::Error;
use super::agreement::{Agreement, Context};
use super::identity::{Identity, IdentityKey, Signed};
use super::merkle::{self, Hash};
use super::shamir::{Bytes, Share};
use sotto_core::entropy::Entropy;
use sotto_core::prg::StreamKey;
use sotto_core::wire::PeerId;

/// The public keys of a worker for one try of a round, under its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advertisement {
    /// Who it is.
    pub identity: IdentityKey,
    /// For sealing shares (X25519, RFC 7748).
    pub sealing: [u8; 32],
    /// For pairwise masks (X25519).
    pub masking: [u8; 32],
    /// Over the context and both keys.
    pub signature: Signed,
}

impl Advertisement {
    /// These keys under an identity.
    #[must_use]
    pub fn sign(context: &Context, identity: &Identity, [sealing, masking]: [[u8; 32]; 2]) -> Self {
        let signature = identity.sign(&keys_statement(context, &sealing, &masking));
        Self { identity: identity.key(), sealing, masking, signature }
    }

    /// Whose it is.
    #[must_use]
    pub fn id(&self) -> PeerId {
        self.identity.id()
    }

    /// Whether the identity signed these keys for this try of this round.
    #[must_use]
    pub fn holds(&self, context: &Context) -> bool {
        let statement = keys_statement(context, &self.sealing, &self.masking);
        self.identity.signed(&statement, &self.signature)
    }

    /// Whether secrets can be agreed on with both of its keys. With a point of small order, of
    /// which there are eight on the curve and its twist, every X25519 secret is zero.
    #[must_use]
    pub fn give_secrets(&self) -> bool {
        gives_secret(&self.sealing) && gives_secret(&self.masking)
    }

    /// Its entry in the list of keys. The signature does not belong to it: another one over
    /// the same keys changes nothing.
    pub(super) fn leaf(&self) -> Hash {
        merkle::leaf(&[self.identity.0, self.sealing, self.masking].concat())
    }
}

/// The u-coordinates of all points of small order on Curve25519 and its twist, and those that are
/// the same after reduction: 0, 1, the two of order 8, and `p - 1`, `p`, `p + 1`.
const SMALL_ORDER: [[u8; 32]; 7] = {
    let mut all = [[0; 32]; 7];
    all[1][0] = 1;
    all[2] = [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ];
    all[3] = [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ];
    let lowest = [0xec, 0xed, 0xee];
    let mut next = 0;
    while next < 3 {
        all[4 + next] = [0xff; 32];
        all[4 + next][0] = lowest[next];
        all[4 + next][31] = 0x7f;
        next += 1;
    }
    all
};

/// Whether X25519 with this public key gives a secret. It reads no more than 255 bits of a key.
fn gives_secret(public: &[u8; 32]) -> bool {
    let mut read = *public;
    read[31] &= 0x7f;
    !SMALL_ORDER.contains(&read)
}

fn keys_statement(context: &Context, sealing: &[u8; 32], masking: &[u8; 32]) -> Vec<u8> {
    context.statement("keys", &[*sealing, *masking].concat())
}

/// A worker's secrets of one try of a round; all are erased when it is dropped.
pub(super) struct Secrets {
    sealing: StaticSecret,
    masking: StaticSecret,
    /// The seed of the mask that it adds alone, `b_u`.
    pub(super) own: Bytes,
}

impl Secrets {
    pub(super) fn draw(entropy: &mut Entropy) -> Self {
        let mut key = || {
            let mut bytes = Zeroizing::new([0; 32]);
            entropy(&mut *bytes);
            StaticSecret::from(*bytes)
        };
        let (sealing, masking) = (key(), key());
        let mut own = Bytes::default();
        entropy(&mut *own);
        Self { sealing, masking, own }
    }

    pub(super) fn advertise(&self, context: &Context, identity: &Identity) -> Advertisement {
        let keys = [&self.sealing, &self.masking].map(|key| PublicKey::from(key).to_bytes());
        Advertisement::sign(context, identity, keys)
    }

    /// The bytes of the mask key, to be shared.
    pub(super) fn masking_bytes(&self) -> Bytes {
        Zeroizing::new(self.masking.to_bytes())
    }

    /// The key of the mask that this worker has in common with another.
    pub(super) fn pair_mask(
        &self,
        agreement: &Agreement,
        [us, them]: [u32; 2],
        masking: &[u8; 32],
    ) -> Result<StreamKey, Error> {
        pair_mask(&self.masking, agreement, [us, them], masking)
    }

    /// Seals what `from` sends to `to`, one of whom is this worker; `public` is the other's.
    fn cipher(
        &self,
        agreement: &Agreement,
        [from, to]: [u32; 2],
        public: &[u8; 32],
    ) -> Result<ChaCha20Poly1305, Error> {
        let key = derive(&self.sealing, public, agreement, "seal", [from, to])?;
        #[cfg(any(test, feature = "testing"))]
        sotto_core::prg::ledger::used(&key, NONCE);
        Ok(ChaCha20Poly1305::new((&*key).into()))
    }

    /// The shares for a neighbour, of the mask key and of the own seed.
    pub(super) fn seal(
        &self,
        agreement: &Agreement,
        way: [u32; 2],
        public: &[u8; 32],
        shares: &Pair,
    ) -> Result<Vec<u8>, Error> {
        let plain = Zeroizing::new([shares.masking.0, shares.own.0].concat());
        let payload = Payload { msg: &plain, aad: &way_bytes(way) };
        // The key is used for this one message.
        let sealed = self.cipher(agreement, way, public)?.encrypt(&NONCE.into(), payload);
        Ok(sealed.expect("64 bytes are no message too long for the cipher"))
    }

    /// Opens what a neighbour sealed.
    pub(super) fn open(
        &self,
        agreement: &Agreement,
        way: [u32; 2],
        public: &[u8; 32],
        sealed: &[u8],
    ) -> Result<Pair, Error> {
        let payload = Payload { msg: sealed, aad: &way_bytes(way) };
        let cipher = self.cipher(agreement, way, public)?;
        let plain = cipher.decrypt(&NONCE.into(), payload).map_err(|_| Error::Sealed)?;
        let plain = Zeroizing::new(plain);
        match plain.as_chunks::<32>() {
            ([masking, own], []) => Ok(Pair { masking: Share(*masking), own: Share(*own) }),
            _ => Err(Error::Sealed),
        }
    }
}

/// One holder's shares of both secrets of a worker.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) masking: Share,
    pub(super) own: Share,
}

impl Pair {
    /// What a worker commits to. Shares are uniform, so their hashes tell nothing of them.
    pub(super) fn hashes(&self) -> [Hash; 2] {
        [share_hash(ShareKind::Masking, &self.masking.0), share_hash(ShareKind::Own, &self.own.0)]
    }
}

/// Which secret a share belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShareKind {
    /// The key behind the pairwise masks.
    Masking,
    /// The seed of the own mask.
    Own,
}

pub(super) fn share_hash(kind: ShareKind, share: &[u8; 32]) -> Hash {
    let about: &[u8] = match kind {
        ShareKind::Masking => b"masking share",
        ShareKind::Own => b"own share",
    };
    merkle::leaf(&[about, share].concat())
}

/// Which of the two shares with these hashes this is: whether of the own seed.
#[must_use]
pub fn share_kind(share: &[u8; 32], hashes: &[Hash; 2]) -> Option<bool> {
    let is = |kind, hash: &Hash| share_hash(kind, share) == *hash;
    match hashes {
        [_, own] if is(ShareKind::Own, own) => Some(true),
        [masking, _] if is(ShareKind::Masking, masking) => Some(false),
        _ => None,
    }
}

/// The hash of the seed of a worker's own mask.
pub(super) fn seed_hash(seed: &[u8; 32]) -> Hash {
    merkle::leaf(&[b"own seed", &seed[..]].concat())
}

/// Bytes of a sealed [`Pair`].
pub(super) const SEALED_LEN: usize = 64 + 16;
const NONCE: [u8; 12] = [0; 12];

/// The key of the mask that two workers share, for one who has a secret key of them: a worker,
/// or the aggregator that opened the key of one who is gone.
pub(super) fn pair_mask(
    secret: &StaticSecret,
    agreement: &Agreement,
    [a, b]: [u32; 2],
    public: &[u8; 32],
) -> Result<StreamKey, Error> {
    let key = derive(secret, public, agreement, "mask", [a.min(b), a.max(b)])?;
    Ok(StreamKey::new(&key))
}

/// HKDF-SHA256 (RFC 5869) of the Diffie-Hellman secret under the agreement.
fn derive(
    secret: &StaticSecret,
    public: &[u8; 32],
    agreement: &Agreement,
    purpose: &str,
    pair: [u32; 2],
) -> Result<Bytes, Error> {
    let shared = secret.diffie_hellman(&PublicKey::from(*public));
    // A key of small order would give a secret that everybody knows (RFC 7748, section 6.1).
    if !shared.was_contributory() {
        return Err(Error::Key);
    }
    let mut key = Bytes::default();
    let info = [purpose.as_bytes(), &way_bytes(pair)];
    Hkdf::<Sha256>::new(Some(&agreement.0), shared.as_bytes())
        .expand_multi_info(&info, &mut *key)
        .expect("32 bytes are no output too long for HKDF");
    Ok(key)
}

fn way_bytes([from, to]: [u32; 2]) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&from.to_le_bytes());
    bytes[4..].copy_from_slice(&to.to_le_bytes());
    bytes
}

/// The secret key that shares opened, if it is the one that was advertised.
pub(super) fn opened(secret: &Bytes, advertised: &[u8; 32]) -> Option<StaticSecret> {
    let secret = StaticSecret::from(**secret);
    (PublicKey::from(&secret).as_bytes() == advertised).then_some(secret)
}

/// Every key of small order, as it is and with the bit that X25519 does not read.
#[cfg(any(test, feature = "testing"))]
pub fn small_order_keys() -> impl Iterator<Item = [u8; 32]> {
    SMALL_ORDER.into_iter().flat_map(|key| {
        let mut other = key;
        other[31] |= 0x80;
        [key, other]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_core::seeded::Stream;

    #[test]
    fn a_share_is_of_the_secret_whose_hash_it_has() {
        let (masking, own) = ([1; 32], [2; 32]);
        let hashes = [share_hash(ShareKind::Masking, &masking), share_hash(ShareKind::Own, &own)];
        assert_eq!(share_kind(&masking, &hashes), Some(false));
        assert_eq!(share_kind(&own, &hashes), Some(true));
        assert_eq!(share_kind(&[3; 32], &hashes), None);
        // A share of one secret is none of the other.
        assert_eq!(share_kind(&masking, &[share_hash(ShareKind::Own, &own), hashes[0]]), None);
    }

    /// The list is that of the keys with which the multiplication itself gives nothing.
    #[test]
    fn keys_of_small_order_give_no_secret() {
        let mut stream = Stream::new(2, "test/keys");
        let mut entropy: Entropy = Box::new(move |bytes| stream.fill(bytes));
        let secrets = Secrets::draw(&mut entropy);
        let agreement = Agreement([1; 32]);
        let pair = Pair { masking: Share([1; 32]), own: Share([2; 32]) };
        for key in small_order_keys() {
            assert!(!gives_secret(&key), "{key:?}");
            let mask = secrets.pair_mask(&agreement, [1, 2], &key);
            assert_eq!(mask.err(), Some(Error::Key), "{key:?}");
            let sealed = secrets.seal(&agreement, [1, 2], &key, &pair);
            assert_eq!(sealed.err(), Some(Error::Key), "{key:?}");
            let opened = secrets.open(&agreement, [1, 2], &key, &[0; SEALED_LEN]);
            assert_eq!(opened.err(), Some(Error::Key), "{key:?}");
            // None of its neighbours is one.
            for bit in 0..255 {
                let mut near = key;
                near[bit / 8] ^= 1 << (bit % 8);
                let gives = secrets.pair_mask(&agreement, [1, 2], &near).is_ok();
                assert_eq!(gives_secret(&near), gives, "{near:?}");
            }
        }
    }

    #[test]
    fn both_of_a_pair_derive_the_same() {
        let mut stream = Stream::new(1, "test/keys");
        let mut entropy: Entropy = Box::new(move |bytes| stream.fill(bytes));
        let context = Context { run: 1, round: 2, attempt: 1, model: [3; 32] };
        let (agreement, other) = (Agreement([1; 32]), Agreement([2; 32]));
        let identity = Identity::draw(&mut entropy);
        let [u, v] = [0, 1].map(|_| Secrets::draw(&mut entropy));
        let [for_u, for_v] = [&u, &v].map(|secrets| secrets.advertise(&context, &identity));
        assert!(for_u.holds(&context));
        assert!(!for_u.holds(&Context { attempt: 2, ..context }));

        let of = |secrets: &Secrets, agreement, way, other: &Advertisement| {
            secrets.pair_mask(agreement, way, &other.masking).unwrap().to_bytes()
        };
        let mask = of(&u, &agreement, [5, 9], &for_v);
        assert_eq!(mask, of(&v, &agreement, [9, 5], &for_u));
        assert_ne!(mask, of(&u, &other, [5, 9], &for_v));
        let reopened = opened(&u.masking_bytes(), &for_u.masking).unwrap();
        let by_others = pair_mask(&reopened, &agreement, [9, 5], &for_v.masking).unwrap();
        assert_eq!(mask, by_others.to_bytes());
        assert!(opened(&u.masking_bytes(), &for_v.masking).is_none());
        assert!(u.pair_mask(&agreement, [5, 9], &[0; 32]).is_err());

        let pair = Pair { masking: Share([1; 32]), own: Share([2; 32]) };
        let sealed = u.seal(&agreement, [5, 9], &for_v.sealing, &pair).unwrap();
        assert_eq!(sealed.len(), SEALED_LEN);
        let back = v.open(&agreement, [5, 9], &for_u.sealing, &sealed).unwrap();
        assert_eq!((back.masking.0, back.own.0), ([1; 32], [2; 32]));
        for (agreement, way) in [(&other, [5, 9]), (&agreement, [9, 5])] {
            assert!(v.open(agreement, way, &for_u.sealing, &sealed).is_err());
        }
    }
}
