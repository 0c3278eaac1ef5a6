//! Short authentication words: two people who read the same words to each other have nobody
//! between them, not even one who knows the room's secret.
//!
//! Each end commits to a nonce, and opens it once it has the other's commitment. The words are a hash
//! of both public keys and both nonces: somebody in the middle has to commit to each end before it
//! knows either nonce, so its words agree with probability 2^-32, once a try. (ZRTP, RFC 6189, section
//! 4.4.1.1, explains why a commitment is needed for so few bits.)

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::keys::EndpointId;
use crate::entropy::Entropy;
use crate::wire::Error;

/// Words that are compared.
pub const WORDS: usize = 4;
/// What is compared, a word each.
pub type Words = [&'static str; WORDS];

const NONCE_LEN: usize = 16;
const COMMIT: u8 = 0;
const OPEN: u8 = 1;

/// One end's part.
pub(super) struct Authenticity {
    ours: [u8; NONCE_LEN],
    commitment: Option<[u8; 32]>,
    is_over: bool,
}

/// What an end does about a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Sends this.
    Answer(Vec<u8>),
    /// Shows these.
    Show(Words),
}

impl Authenticity {
    /// Draws a nonce, and gives the first message.
    pub(super) fn begin(entropy: &mut Entropy, ours: EndpointId) -> (Self, Vec<u8>) {
        let mut nonce = [0; NONCE_LEN];
        entropy(&mut nonce);
        let mut first = vec![COMMIT];
        first.extend(commitment(ours, &nonce));
        (Self { ours: nonce, commitment: None, is_over: false }, first)
    }

    /// Whether words were shown.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// # Errors
    /// When the other end does not keep to the order, or opens something else than it committed to.
    pub(super) fn heard(
        &mut self,
        [ours, theirs]: [EndpointId; 2],
        publics: [&[u8; 32]; 2],
        message: &[u8],
    ) -> Result<Step, Error> {
        match (message.split_first(), self.commitment) {
            (Some((&COMMIT, rest)), None) => {
                let commitment = rest.try_into().map_err(|_| Error::Invalid("a commitment"))?;
                self.commitment = Some(commitment);
                let mut answer = vec![OPEN];
                answer.extend(self.ours);
                Ok(Step::Answer(answer))
            }
            (Some((&OPEN, rest)), Some(committed)) if !self.is_over => {
                let nonce: [u8; NONCE_LEN] =
                    rest.try_into().map_err(|_| Error::Invalid("the opening of a commitment"))?;
                if !bool::from(commitment(theirs, &nonce).ct_eq(&committed)) {
                    return Err(Error::Invalid("the opening of a commitment"));
                }
                self.is_over = true;
                let [public, other] = publics;
                let mut ends = [(ours, public, self.ours), (theirs, other, nonce)];
                ends.sort_unstable();
                let mut hash = Sha256::new_with_prefix("sotto/words/1");
                for (_, public, nonce) in ends {
                    hash.update(public);
                    hash.update(nonce);
                }
                let digest = hash.finalize();
                Ok(Step::Show(std::array::from_fn(|place| LIST[usize::from(digest[place])])))
            }
            _ => Err(Error::Invalid("the order of authentication")),
        }
    }
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

    fn seeded(seed: u8) -> Entropy {
        Box::new(move |bytes: &mut [u8]| bytes.fill(seed))
    }

    fn words_of([a, b]: [EndpointId; 2], [of_a, of_b]: [&[u8; 32]; 2], seed: u8) -> (Words, Words) {
        let (mut at_a, commit_a) = Authenticity::begin(&mut seeded(seed), a);
        let (mut at_b, commit_b) = Authenticity::begin(&mut seeded(seed + 1), b);
        let Ok(Step::Answer(open_a)) = at_a.heard([a, b], [of_a, of_b], &commit_b) else {
            panic!("a commitment is answered");
        };
        let Ok(Step::Answer(open_b)) = at_b.heard([b, a], [of_b, of_a], &commit_a) else {
            panic!("a commitment is answered");
        };
        let Ok(Step::Show(seen_by_a)) = at_a.heard([a, b], [of_a, of_b], &open_b) else {
            panic!("an opening gives words");
        };
        let Ok(Step::Show(seen_by_b)) = at_b.heard([b, a], [of_b, of_a], &open_a) else {
            panic!("an opening gives words");
        };
        (seen_by_a, seen_by_b)
    }

    #[test]
    fn both_ends_see_the_same_words_and_others_see_others() {
        let ids = [EndpointId([1; 16]), EndpointId([2; 16])];
        let (a, b) = words_of(ids, [&[3; 32], &[4; 32]], 7);
        assert_eq!(a, b);
        assert_ne!(a, words_of(ids, [&[3; 32], &[5; 32]], 7).0);
        assert_ne!(a, words_of(ids, [&[3; 32], &[4; 32]], 9).0);
    }

    #[test]
    fn what_was_not_committed_to_is_refused() {
        let ids = [EndpointId([1; 16]), EndpointId([2; 16])];
        let (mut end, _) = Authenticity::begin(&mut seeded(1), ids[0]);
        let publics = [&[3; 32], &[4; 32]];
        let opening = [vec![OPEN], vec![9; NONCE_LEN]].concat();
        assert!(end.heard(ids, publics, &opening).is_err());
        let commit = [vec![COMMIT], vec![0; 32]].concat();
        assert!(end.heard(ids, publics, &commit).is_ok());
        assert!(end.heard(ids, publics, &commit).is_err());
        assert!(end.heard(ids, publics, &opening).is_err());
    }

    #[test]
    fn every_byte_has_a_word_of_its_own() {
        assert_eq!(LIST.iter().collect::<BTreeSet<_>>().len(), 256);
        assert!(LIST.iter().all(|word| (3..=8).contains(&word.len())));
    }
}
