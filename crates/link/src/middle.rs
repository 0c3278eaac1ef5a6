//! Somebody who knows the room's secret, and for whom the broker swaps keys, stands between two ends: it relays all
//! that they say to each other, and wants them to read the same words.
//!
//! Four words are 32 bits, which no test can grind for. Here people compare the first word alone: a grind takes some
//! 256 tries, and would succeed if the protocol let it.

use super::authenticity::{COMMIT, End, NONCE_LEN, OPEN, Words, first_message};
use super::claim::Claim;
use super::endpoint::{CloseReason, Endpoint, Input, Output, Timing};
use super::frame::Greeting;
use super::identity::HostIdentity;
use super::scripted_peer::{ScriptedPeer, frames, hear, open, words_of};
use super::{EndpointRole, RoomSecret};
use sotto_core::entropy::Entropy;
use sotto_core::seeded::Stream;

const NOW: u64 = 1;
/// Nonces that are tried: enough for one word of 256, many times over.
const GRIND: u64 = 10_000;

fn seeded(seed: u64, name: &str) -> Entropy {
    let mut stream = Stream::new(seed, name);
    Box::new(move |bytes: &mut [u8]| stream.fill(bytes))
}

/// One of the two who are lied to, and the one in the middle as it faces them.
struct Side {
    end: Endpoint,
    public: [u8; 32],
    /// In the name of the one on the other side.
    face: ScriptedPeer,
    /// What the victim says it is, and what it commits itself to.
    claim: Vec<u8>,
    /// What the victim opens.
    nonce: Option<[u8; NONCE_LEN]>,
    words: Option<Words>,
    joined: Option<String>,
    left: Option<CloseReason>,
    /// What the victim says on other channels.
    said: Vec<(String, Vec<u8>)>,
    arrived: Vec<(String, Vec<u8>)>,
}

impl Side {
    /// The victim says hello, hears that of the one in the middle in place of the other's, and begins to talk.
    fn meet(seed: u64, claim: &str) -> Self {
        let secret = RoomSecret::draw(&mut seeded(0, "room"));
        let host = HostIdentity::draw(&mut seeded(0, "host")).fingerprint();
        let who = EndpointRole::Guest { claim, host };
        let entropy = seeded(seed, claim);
        let mut end = Endpoint::new(secret.clone(), who, true, 1000, Timing::default(), entropy);
        let face = ScriptedPeer::new(secret, seeded(seed, &format!("as seen by {claim}")));
        end.handle(Input::Connected, NOW);
        let outputs: Vec<Output> = std::iter::from_fn(|| end.drain()).collect();
        let hello = frames(&outputs)[0].1.to_vec();
        let Greeting { public, .. } = face.hears(&hello).expect("they know the same secret");
        let mut side = Self {
            end,
            public,
            claim: Vec::new(),
            nonce: None,
            words: None,
            joined: None,
            left: None,
            said: Vec::new(),
            arrived: Vec::new(),
            face,
        };
        let swapped = side.face.own_hello();
        side.tell(&swapped);
        side.end.open(side.face.id(), NOW).expect("it was heard of");
        side.take();
        side
    }

    /// The victim hears a frame, and the one in the middle what it answers.
    fn tell(&mut self, bytes: &[u8]) {
        let outputs = hear(&mut self.end, &[bytes], NOW);
        self.noted(outputs);
    }

    fn take(&mut self) {
        let outputs = std::iter::from_fn(|| self.end.drain()).collect();
        self.noted(outputs);
    }

    fn noted(&mut self, outputs: Vec<Output>) {
        for (_, bytes) in frames(&outputs) {
            let Some((channel, message)) = self.face.opens(&self.public, bytes) else { continue };
            match message.split_first() {
                Some((&COMMIT, rest)) if channel.is_empty() => {
                    self.claim = rest[..rest.len() - 32].to_vec();
                }
                Some((&OPEN, nonce)) if channel.is_empty() => {
                    self.nonce = Some(nonce.try_into().expect("a nonce"));
                }
                _ => self.said.push((channel, message)),
            }
        }
        for output in outputs {
            match output {
                Output::Words(_, words) => self.words = Some(words),
                Output::Joined { claim, .. } => self.joined = Some(claim),
                Output::Left(_, why) => self.left = Some(why),
                Output::Message { channel, bytes, .. } => self.arrived.push((channel, bytes)),
                _ => {}
            }
        }
    }

    /// The one in the middle says something to the victim.
    fn says(&mut self, channel: &str, message: &[u8]) {
        let bytes = self.face.message(&self.public, channel, message);
        self.tell(&bytes);
    }

    /// The words that the victim would read if the middle's nonce were this.
    fn words_with(&self, claim: &[u8], nonce: &[u8; NONCE_LEN], own: &[u8; NONCE_LEN]) -> Words {
        let victim = End { public: &self.public, claim: &self.claim, nonce: own };
        words_of([victim, End { public: self.face.public(), claim, nonce }])
    }
}

/// What the one in the middle does to have the words agree.
enum Plan {
    /// It hopes.
    Hope,
    /// It opens to alice what it has not committed itself to, once it knows both nonces.
    Late,
    /// It knows what an end's nonce will be, if those do not change, before it commits itself.
    Predict([[u8; NONCE_LEN]; 2]),
}

/// Both sides, after the handshake with each of them.
fn stand_between(seed: u64, plan: &Plan) -> [Side; 2] {
    let [mut alice, mut bob] = [Side::meet(2 * seed, "alice"), Side::meet(2 * seed + 1, "bob")];
    // Nobody opens anything before there is a commitment to hear.
    assert!(alice.nonce.is_none() && bob.nonce.is_none());
    // Each is told what the other says it is.
    let (as_bob, as_alice) = (bob.claim.clone(), alice.claim.clone());
    let mut to_alice = alice.face.nonce();
    let to_bob = bob.face.nonce();
    if let Plan::Predict([of_alice, of_bob]) = plan {
        let goal = bob.words_with(&as_alice, &to_bob, of_bob)[0];
        to_alice = grind(|nonce| alice.words_with(&as_bob, nonce, of_alice)[0] == goal);
    }
    let commits = [
        first_message(alice.face.id(), &as_bob, &to_alice),
        first_message(bob.face.id(), &as_alice, &to_bob),
    ];
    alice.says("", &commits[0]);
    bob.says("", &commits[1]);
    let [Some(of_alice), Some(of_bob)] = [alice.nonce, bob.nonce] else { panic!("both open") };
    if let Plan::Late = plan {
        let goal = bob.words_with(&as_alice, &to_bob, &of_bob)[0];
        to_alice = grind(|nonce| alice.words_with(&as_bob, nonce, &of_alice)[0] == goal);
        // So it would have succeeded, had it been free to choose.
        assert_eq!(alice.words_with(&as_bob, &to_alice, &of_alice)[0], goal);
    }
    alice.says("", &open(&to_alice));
    bob.says("", &open(&to_bob));
    [alice, bob]
}

/// A nonce that will do.
fn grind(will_do: impl Fn(&[u8; NONCE_LEN]) -> bool) -> [u8; NONCE_LEN] {
    let nonces = (0..GRIND).map(|number| {
        let mut nonce = [7; NONCE_LEN];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        nonce
    });
    nonces.into_iter().find(will_do).expect("a word of 256 is found in 10,000 tries")
}

fn agree([alice, bob]: &[Side; 2]) -> bool {
    matches!((alice.words, bob.words), (Some(at_alice), Some(at_bob)) if at_alice[0] == at_bob[0])
}

#[test]
fn who_stands_between_relays_everything_and_is_seen_in_the_words() {
    const SESSIONS: u64 = 200;
    let mut agreeing = 0;
    for seed in 0..SESSIONS {
        let mut sides = stand_between(seed, &Plan::Hope);
        agreeing += usize::from(agree(&sides));
        let [alice, bob] = &mut sides;
        // It is as good a middle as can be: the ends miss nothing.
        assert_eq!((alice.joined.as_deref(), bob.joined.as_deref()), (Some("bob"), Some("alice")));
        assert_ne!(alice.words, bob.words);
        let now = NOW;
        alice.end.send(alice.face.id(), "way/1", b"share".to_vec(), now).expect("a link");
        alice.take();
        for (channel, message) in std::mem::take(&mut alice.said) {
            bob.says(&channel, &message);
        }
        assert_eq!(bob.arrived, [("way/1".to_owned(), b"share".to_vec())]);
    }
    // One word agrees in one of 256 sessions: 0.8 are to be expected, and 7 in one of a hundred thousand runs.
    assert!(agreeing < 7, "{agreeing} of {SESSIONS}");
}

#[test]
fn who_grinds_after_it_has_seen_both_nonces_is_refused_for_its_commitment() {
    for seed in 1_000..1_020 {
        let sides = stand_between(seed, &Plan::Late);
        assert!(!agree(&sides));
        let [alice, bob] = sides;
        assert_eq!((alice.words, alice.left), (None, Some(CloseReason::Broken)));
        assert!(bob.words.is_some());
        assert_eq!(alice.end.broken_off(), 1, "and it is told of");
    }
}

#[test]
fn nonces_of_a_session_say_nothing_of_those_of_the_next() {
    const SESSIONS: u64 = 16;
    let mut seen = stand_between(2_000, &Plan::Hope).map(|side| side.nonce.expect("it opened"));
    let mut agreeing = 0;
    for seed in 2_001..2_001 + SESSIONS {
        let sides = stand_between(seed, &Plan::Predict(seen));
        agreeing += u64::from(agree(&sides));
        let next = sides.map(|side| side.nonce.expect("it opened"));
        assert!(next != seen && next[0] != next[1]);
        seen = next;
    }
    assert!(agreeing <= 2, "{agreeing} of {SESSIONS}");
}

/// The one in the middle is honest about the nonces and keys of a session, and changes what alice says she is.
#[test]
fn another_claim_gives_other_words() {
    let alice = Side::meet(3_000, "alice");
    let (own, nonce) = ([1; NONCE_LEN], [2; NONCE_LEN]);
    let told = |claim: &str| alice.words_with(&Claim::guest(claim).encode(), &nonce, &own);
    assert_ne!(told("bob"), told("worker"));
}
