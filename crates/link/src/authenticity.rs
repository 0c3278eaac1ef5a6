//! What two ends say they are, and short authentication words: two people who read the same words to each other have
//! nobody between them, not even one who knows the room's secret.
//!
//! ```text
//! commit: what the end says it is || SHA-256("sotto/commit/1" || endpoint || nonce)
//! open:   nonce, once the other's commitment is there
//! words = SHA-256("sotto/words/2" || for both ends: public key || what it says it is || nonce)
//! ```
//!
//! Somebody in the middle has to commit to each end before it knows either nonce, so its words agree with probability
//! 2^-32, once a try. (ZRTP, RFC 6189, section 4.4.1.1, explains why a commitment is needed for so few bits.) Both
//! messages go under the keys of the pair, so nobody else changes what an end says it is; who in the middle says
//! something else than the end behind it has other words.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::claim::Claim;
use super::keys::EndpointId;
use sotto_core::entropy::Entropy;
use sotto_core::wire::{Error, Reader};

/// Words that are compared.
pub const WORDS: usize = 4;
/// What is compared, a word each.
pub type Words = [&'static str; WORDS];

pub(super) const NONCE_LEN: usize = 16;
pub(super) const COMMIT: u8 = 0;
pub(super) const OPEN: u8 = 1;

/// One end's part.
pub(super) struct Authenticity {
    /// What this end says it is.
    claim: Vec<u8>,
    /// Secret until the other end has committed itself.
    nonce: Zeroizing<[u8; NONCE_LEN]>,
    theirs: Option<Theirs>,
    has_words: bool,
}

/// What the other end has committed itself to.
struct Theirs {
    claim: Vec<u8>,
    commitment: [u8; 32],
}

/// What an end does about a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AuthenticationStep {
    /// The other end says what it is; if that may be, this goes back.
    Meet(Claim, Vec<u8>),
    /// Shows these.
    Show(Words),
}

impl Authenticity {
    /// Draws a nonce, and gives the first message.
    pub(super) fn begin(entropy: &mut Entropy, ours: EndpointId, claim: &Claim) -> (Self, Vec<u8>) {
        let mut nonce = Zeroizing::new([0; NONCE_LEN]);
        entropy(&mut *nonce);
        let claim = claim.encode();
        let first = first_message(ours, &claim, &nonce);
        (Self { claim, nonce, theirs: None, has_words: false }, first)
    }

    /// Whether words were shown.
    pub(super) fn has_words(&self) -> bool {
        self.has_words
    }

    /// # Errors
    /// When the other end does not keep to the order, or opens something else than it committed to.
    pub(super) fn heard(
        &mut self,
        [ours, theirs]: [EndpointId; 2],
        publics: [&[u8; 32]; 2],
        message: &[u8],
    ) -> Result<AuthenticationStep, Error> {
        let mut reader = Reader::new(message);
        match (reader.u8("authentication")?, &self.theirs) {
            (COMMIT, None) => {
                let claim = Claim::read(&mut reader)?;
                let commitment = reader.array("a commitment")?;
                reader.finish()?;
                self.theirs = Some(Theirs { claim: claim.encode(), commitment });
                Ok(AuthenticationStep::Meet(claim, [&[OPEN], self.nonce.as_slice()].concat()))
            }
            (OPEN, Some(committed)) if !self.has_words => {
                let nonce: [u8; NONCE_LEN] = reader.array("the opening of a commitment")?;
                reader.finish()?;
                if !bool::from(commitment(theirs, &nonce).ct_eq(&committed.commitment)) {
                    return Err(Error::Invalid("the opening of a commitment"));
                }
                self.has_words = true;
                let [public, other] = publics;
                let mut ends = [
                    (ours, End { public, claim: &self.claim, nonce: &self.nonce }),
                    (theirs, End { public: other, claim: &committed.claim, nonce: &nonce }),
                ];
                ends.sort_unstable_by_key(|(id, _)| *id);
                Ok(AuthenticationStep::Show(words(&ends.map(|(_, end)| end))))
            }
            _ => Err(Error::Invalid("the order of authentication")),
        }
    }
}

/// What is in the words of one end.
#[derive(Clone, Copy)]
pub(super) struct End<'a> {
    pub(super) public: &'a [u8; 32],
    /// What it says it is, which has an end of its own.
    pub(super) claim: &'a [u8],
    pub(super) nonce: &'a [u8; NONCE_LEN],
}

/// The words of two ends, that of the lower id first.
pub(super) fn words(ends: &[End<'_>; 2]) -> Words {
    let mut hash = Sha256::new_with_prefix("sotto/words/2");
    for End { public, claim, nonce } in ends {
        hash.update(public);
        hash.update(claim);
        hash.update(nonce);
    }
    let digest = hash.finalize();
    std::array::from_fn(|index| LIST[usize::from(digest[index])])
}

/// What an end says it is, and what it commits itself to.
pub(super) fn first_message(whose: EndpointId, claim: &[u8], nonce: &[u8; NONCE_LEN]) -> Vec<u8> {
    [&[COMMIT], claim, &commitment(whose, nonce)].concat()
}

fn commitment(whose: EndpointId, nonce: &[u8; NONCE_LEN]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix("sotto/commit/1");
    hash.update(whose.0);
    hash.update(nonce);
    hash.finalize().into()
}

/// A word a byte.
#[rustfmt::skip]
const LIST: [&str; 256] = [
    "acorn", "actor", "agent", "album", "alley", "amber", "anchor", "angle", "ankle", "apple",
    "apron", "arrow", "atlas", "attic", "autumn", "badge", "bagel", "baker", "bamboo", "banjo",
    "barn", "basin", "basket", "beach", "beacon", "beetle", "bench", "berry", "birch", "biscuit",
    "blanket", "blossom", "boat", "bonfire", "book", "boot", "bottle", "bowl", "branch", "brass",
    "bread", "brick", "bridge", "broom", "brush", "bucket", "buffalo", "butter", "button", "cabin",
    "cactus", "camel", "camera", "candle", "canoe", "canyon", "carbon", "cargo", "carpet", "castle",
    "cedar", "celery", "cello", "chair", "chalk", "cherry", "chess", "chimney", "cider", "cinema",
    "circus", "clay", "cliff", "clock", "cloud", "clover", "coach", "cobalt", "cobra", "coffee",
    "comet", "compass", "copper", "coral", "cotton", "cradle", "crane", "crayon", "cricket",
    "crown", "crystal", "cube", "cushion", "dagger", "daisy", "dancer", "dawn", "delta", "denim",
    "desert", "diamond", "dinner", "dolphin", "donkey", "door", "dragon", "drum", "eagle", "easel",
    "echo", "elbow", "elephant", "ember", "engine", "falcon", "fabric", "feather", "fence", "fern",
    "fiddle", "field", "finger", "flag", "flame", "flour", "flute", "forest", "fossil", "fountain",
    "fox", "garden", "garlic", "gate", "ginger", "glacier", "glove", "goblet", "gold", "goose",
    "grape", "gravel", "guitar", "hammer", "harbor", "hazel", "helmet", "heron", "hockey", "honey",
    "hotel", "igloo", "indigo", "island", "ivory", "jacket", "jaguar", "jasmine", "jelly", "jewel",
    "jungle", "kayak", "kettle", "kitchen", "kite", "koala", "ladder", "lagoon", "lantern",
    "laurel", "lemon", "lettuce", "lilac", "lion", "lobster", "locket", "lotus", "magnet", "mango",
    "maple", "marble", "meadow", "melon", "meteor", "mirror", "mitten", "monkey", "mosaic", "moth",
    "muffin", "museum", "nectar", "needle", "nest", "noodle", "nutmeg", "oasis", "oboe", "ocean",
    "olive", "onion", "opal", "orbit", "orchid", "otter", "oyster", "paddle", "palace", "panda",
    "paper", "parrot", "peach", "pebble", "pelican", "pencil", "pepper", "piano", "pigeon",
    "pillow", "pine", "pirate", "planet", "plum", "pocket", "pond", "poppy", "prairie", "pumpkin",
    "puzzle", "quartz", "quill", "rabbit", "radio", "raft", "raven", "ribbon", "river", "robin",
    "rocket", "saddle", "saffron", "salmon", "sandal", "satin", "saturn", "scarf", "shell",
    "silver", "sparrow", "spoon", "sunset", "tulip", "turtle", "velvet", "violin", "walnut", "zebra",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const IDS: [EndpointId; 2] = [EndpointId([1; 16]), EndpointId([2; 16])];

    fn seeded(seed: u8) -> Entropy {
        Box::new(move |bytes: &mut [u8]| bytes.fill(seed))
    }

    fn guest(claim: &str) -> Claim {
        Claim::guest(claim)
    }

    fn words_of([of_a, of_b]: [&[u8; 32]; 2], claims: [&str; 2], seed: u8) -> (Words, Words) {
        let [a, b] = IDS;
        let [claim_a, claim_b] = claims.map(guest);
        let (mut at_a, commit_a) = Authenticity::begin(&mut seeded(seed), a, &claim_a);
        let (mut at_b, commit_b) = Authenticity::begin(&mut seeded(seed + 1), b, &claim_b);
        let Ok(AuthenticationStep::Meet(met_b, open_a)) =
            at_a.heard([a, b], [of_a, of_b], &commit_b)
        else {
            panic!("a commitment is answered");
        };
        let Ok(AuthenticationStep::Meet(met_a, open_b)) =
            at_b.heard([b, a], [of_b, of_a], &commit_a)
        else {
            panic!("a commitment is answered");
        };
        assert_eq!([met_a, met_b], [claim_a, claim_b]);
        let Ok(AuthenticationStep::Show(seen_by_a)) = at_a.heard([a, b], [of_a, of_b], &open_b)
        else {
            panic!("an opening gives words");
        };
        let Ok(AuthenticationStep::Show(seen_by_b)) = at_b.heard([b, a], [of_b, of_a], &open_a)
        else {
            panic!("an opening gives words");
        };
        (seen_by_a, seen_by_b)
    }

    #[test]
    fn both_ends_see_the_same_words_and_others_see_others() {
        let claims = ["worker", "alice"];
        let (a, b) = words_of([&[3; 32], &[4; 32]], claims, 7);
        assert_eq!(a, b);
        assert_ne!(a, words_of([&[3; 32], &[5; 32]], claims, 7).0);
        assert_ne!(a, words_of([&[3; 32], &[4; 32]], claims, 9).0);
        assert_ne!(a, words_of([&[3; 32], &[4; 32]], ["worker", "bob"], 7).0);
        assert_ne!(a, words_of([&[3; 32], &[4; 32]], ["alice", "worker"], 7).0);
    }

    #[test]
    fn what_was_not_committed_to_is_refused() {
        let (mut end, _) = Authenticity::begin(&mut seeded(1), IDS[0], &guest("alice"));
        let publics = [&[3; 32], &[4; 32]];
        let opening = [vec![OPEN], vec![9; NONCE_LEN]].concat();
        assert!(end.heard(IDS, publics, &opening).is_err());
        let commit = [vec![COMMIT], guest("bob").encode(), vec![0; 32]].concat();
        assert!(end.heard(IDS, publics, &[&commit[..], &[0]].concat()).is_err());
        assert!(end.heard(IDS, publics, &commit[..commit.len() - 1]).is_err());
        assert!(end.heard(IDS, publics, &commit).is_ok());
        assert!(end.heard(IDS, publics, &commit).is_err());
        assert!(end.heard(IDS, publics, &opening).is_err());
    }

    #[test]
    fn a_guest_that_calls_itself_the_host_is_refused() {
        let (mut end, _) = Authenticity::begin(&mut seeded(1), IDS[0], &guest("alice"));
        let commit = [vec![COMMIT], guest("host").encode(), vec![0; 32]].concat();
        assert!(end.heard(IDS, [&[3; 32], &[4; 32]], &commit).is_err());
    }

    #[test]
    fn every_byte_has_a_word_of_its_own() {
        assert_eq!(LIST.iter().collect::<BTreeSet<_>>().len(), 256);
        assert!(LIST.iter().all(|word| (3..=8).contains(&word.len())));
    }
}
