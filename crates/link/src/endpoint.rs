//! One end of a room's sealed links: a page's, or a program's.

mod receiving;
mod sending;
mod turn_taking;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::authenticity::{Authenticity, Words};
use super::claim::{Claim, EndpointRole};
use super::frame::{Ack, CHANNEL_MAX, Frame, To};
use super::identity::Fingerprint;
use super::keys::{Cipher, Ciphers, EndpointId, KeyPair};
use super::secret::{RoomSecret, RoomTag};
use super::stream::{Incoming, MESSAGE_MAX, Outgoing};
use sotto_core::entropy::Entropy;
use turn_taking::TurnTaking;

/// Milliseconds on a clock that never goes back.
type Millis = u64;

/// Endpoints that are heard of; the one heard of first makes room.
const KNOWN_MAX: usize = 4096;
/// Endpoints that are talked with.
pub(super) const PEERS_MAX: usize = 1024;
/// Endpoints that were talked with.
const FORMER_MAX: usize = 1 << 16;
/// Departures after which a reserved endpoint forgets who has left: its links have later numbers from then on.
pub(super) const FORGOTTEN_AFTER: usize = 1 << 12;
/// Numbers of frames of one link between two endpoints. A link that begins anew goes on with those after them:
/// no number is used twice with a key.
pub(super) const LINK: u64 = 1 << 48;
/// Endpoints that were not heard of and are asked who they are, in the time between two hellos.
const ASKED_MAX: usize = 16;
/// Frames that are sent again at once to one who was cut off.
const RETRANSMIT_MAX: usize = 64;
/// Frames that follow one that had to be sent again, and has arrived.
const RETRANSMIT_NEXT: usize = 8;
/// Bytes that a broker is taken to carry at once at least: an endpoint's first message goes in one piece, so that none
/// comes before it.
const PAYLOAD_LEAST: usize = 1 << 9;
/// The longest message that a reserved endpoint takes from those it does not trust yet, in bytes.
const STRANGER_MAX: usize = 4096;
/// Pieces after which an acknowledgement goes out at once.
const ACK_EVERY: u32 = 16;

/// How long an endpoint waits, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Between keep-alives.
    pub keep_alive: Millis,
    /// Without any frame of the other end, after which it counts as gone.
    pub peer_timeout: Millis,
    /// Between hellos, at first and at most: others may have missed one.
    pub hello: [Millis; 2],
    /// Before what has arrived is acknowledged.
    pub ack_delay: Millis,
    /// Before what was not acknowledged is sent again: the first timeout and the longest.
    pub retransmission: [Millis; 2],
}

impl Default for Timing {
    fn default() -> Self {
        // A cut of a minute is survived.
        Self {
            keep_alive: 3_000,
            peer_timeout: 90_000,
            hello: [2_000, 32_000],
            ack_delay: 25,
            retransmission: [1_000, 8_000],
        }
    }
}

/// What an endpoint is told.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The broker can be reached, for the first time or again.
    Connected,
    /// It cannot.
    Disconnected,
    /// A frame has come, in the room's inbox or in this endpoint's.
    Frame(&'a [u8]),
    /// Time has passed.
    Tick,
}

/// What an endpoint wants done or known.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// The broker shall carry this frame.
    Publish(To, Vec<u8>),
    /// Somebody who knows the room's secret says that this endpoint is there. Perhaps an old hello, or somebody
    /// else's: who `Joined` is there.
    Heard {
        /// Who.
        id: EndpointId,
        /// Whether it is the host's.
        hint: Hint,
    },
    /// It holds its key, and says under it what it is. All that it says comes after this.
    Joined {
        /// Who.
        id: EndpointId,
        /// What it says it is; [`HOST`](super::HOST) for the room's host alone, which has shown it.
        claim: String,
    },
    /// Somebody who knows the room's secret announces a key, or says what it is, in a way that cannot be. It is
    /// not talked with.
    Refused(EndpointId, CloseReason),
    /// To be compared by people.
    Words(EndpointId, Words),
    /// A message.
    Message {
        /// From whom.
        from: EndpointId,
        /// What it belongs to.
        channel: String,
        /// What it says.
        bytes: Vec<u8>,
    },
    /// It is talked with no more, or never answered. If it comes back, it does so with another key and id.
    Left(EndpointId, CloseReason),
}

/// What a hello says of the endpoint that it names. Nothing is decided by it but who is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// No host.
    Guest,
    /// The room's host, who has signed it.
    Host,
    /// A host, and not the one that this end's room belongs to.
    Stranger,
}

/// Why an endpoint is not talked with any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// It said so.
    #[error("it has left")]
    Left,
    /// Nothing has been heard of it for long.
    #[error("nothing has been heard of it for too long")]
    Silent,
    /// It holds the key, and does not keep to the protocol.
    #[error("it does not keep to the protocol")]
    Broken,
    /// It says that it is the room's host, and does not have the host's key.
    #[error("it says that it is the room's host, and is not")]
    Impostor,
    /// Its public key is of small order: everybody would know the secret with it.
    #[error("it announces a key that protects nothing")]
    WeakKey,
    /// More waits for it than this end can keep.
    #[error("more waits for it than can be kept")]
    Full,
    /// It has given the link up, and begun another one.
    #[error("it has begun anew")]
    Anew,
    /// This end ended it.
    #[error("this end has closed the link")]
    Shut,
    /// Nobody of this id is known here.
    #[error("nobody of that id is known here")]
    Unknown,
    /// Such a message cannot be sent.
    #[error("a message to a channel without a name, or one that is too long")]
    Message,
}

struct Known {
    public: [u8; 32],
    hint: Hint,
    /// The last answers to its hellos: one may be lost, and asked for at once.
    answered_at: [Option<Millis>; 2],
}

struct Peer {
    public: [u8; 32],
    /// What it says it is, once it has said so.
    claim: Option<String>,
    /// The number that the link begins with.
    first: u64,
    ciphers: Ciphers,
    authenticity: Authenticity,
    out: Outgoing,
    incoming: Incoming,
    turn_taking: TurnTaking,
    /// When what is long, and waits for a pause, may go.
    long_at: Option<Millis>,
    /// A sealed frame has come.
    is_proven: bool,
    heard_at: Millis,
    ack_number: u64,
    /// The lowest number of an acknowledgement that would be news.
    ack_next: u64,
    keep_alive_at: Millis,
    ack_at: Option<Millis>,
    unacknowledged: u32,
    retransmit_at: Option<Millis>,
    /// When something of what is under way was last sent.
    sent_at: Millis,
    retransmission_timeout: Millis,
    rtt: Option<f64>,
}

/// One that was talked with.
struct Former {
    public: [u8; 32],
    /// People may have compared words.
    had_words: bool,
    /// The number that the last link began with.
    first: u64,
}

/// The machine.
pub struct Endpoint {
    secret: RoomSecret,
    hellos: Cipher,
    keys: KeyPair,
    id: EndpointId,
    claim: Claim,
    /// Who the room's host is.
    host: Fingerprint,
    /// Whether it answers hellos: those who are looked for do.
    answers: bool,
    /// Whether it talks with nobody but those it has begun to talk with.
    is_reserved: bool,
    /// While this one lives, nobody else is looked for.
    settled: Option<EndpointId>,
    payload: usize,
    timing: Timing,
    known: BTreeMap<EndpointId, Known>,
    heard_first: VecDeque<EndpointId>,
    peers: BTreeMap<EndpointId, Peer>,
    former: BTreeMap<EndpointId, Former>,
    /// The number that links with those who are not among the former begin with.
    floor: u64,
    /// Who was asked who it is, and since when such questions are counted.
    asked: BTreeSet<EndpointId>,
    asked_at: Millis,
    /// Those whose keys are of small order; there are not many such keys.
    weak: BTreeSet<EndpointId>,
    /// Links of those who held their key, ended before there were words to compare, or begun anew after there were.
    broken_off: u32,
    is_connected: bool,
    hello_at: Millis,
    hello_wait: Millis,
    outputs: VecDeque<Output>,
    entropy: Entropy,
}

impl Endpoint {
    /// An endpoint with keys of its own. `payload` is the most that the broker carries at once, in bytes.
    #[must_use]
    pub fn new(
        secret: RoomSecret,
        who: EndpointRole<'_>,
        answers: bool,
        payload: usize,
        timing: Timing,
        mut entropy: Entropy,
    ) -> Self {
        let keys = KeyPair::draw(&mut entropy);
        let (claim, host) = match who {
            EndpointRole::Host(identity) => {
                let proof = identity.prove(secret.tag(), &keys.public);
                (Claim::Host(proof), identity.fingerprint())
            }
            EndpointRole::Guest { claim, host } => (Claim::guest(claim), host),
        };
        Self {
            hellos: Cipher::of_room(&secret),
            id: EndpointId::of(&keys.public),
            claim,
            host,
            secret,
            keys,
            answers,
            is_reserved: false,
            settled: None,
            payload: payload.max(PAYLOAD_LEAST),
            timing,
            known: BTreeMap::new(),
            heard_first: VecDeque::new(),
            peers: BTreeMap::new(),
            former: BTreeMap::new(),
            floor: 0,
            asked: BTreeSet::new(),
            asked_at: 0,
            weak: BTreeSet::new(),
            broken_off: 0,
            is_connected: false,
            hello_at: 0,
            hello_wait: timing.hello[0],
            outputs: VecDeque::new(),
            entropy,
        }
    }

    /// The same, but it waits for [`Endpoint::open`] before it hears anybody out.
    #[must_use]
    pub fn reserved(self) -> Self {
        Self { is_reserved: true, ..self }
    }

    /// Says no hello to the room while `peer` was heard of within a few keep-alives.
    pub fn settle(&mut self, peer: Option<EndpointId>) {
        self.settled = peer;
    }

    /// Who it is.
    #[must_use]
    pub fn id(&self) -> EndpointId {
        self.id
    }

    /// What the broker knows the room by.
    #[must_use]
    pub fn tag(&self) -> RoomTag {
        self.secret.tag()
    }

    /// The time there and back to an endpoint, in milliseconds, once it is known.
    #[must_use]
    pub fn rtt(&self, id: EndpointId) -> Option<f64> {
        self.peers.get(&id)?.rtt
    }

    /// What one that is talked with says it is.
    #[must_use]
    pub fn claim(&self, id: EndpointId) -> Option<&str> {
        self.peers.get(&id)?.claim.as_deref()
    }

    /// When a sealed frame last came from an endpoint that is talked with.
    #[must_use]
    pub fn heard_at(&self, id: EndpointId) -> Option<Millis> {
        self.peers.get(&id).filter(|peer| peer.is_proven).map(|peer| peer.heard_at)
    }

    /// Links that ended before there were words to compare, or began anew after there were. Somebody in between who
    /// has seen that they would not agree, or do not, breaks off so, and tries again.
    #[must_use]
    pub fn broken_off(&self) -> u32 {
        self.broken_off
    }

    /// Handles one input at time `now`.
    pub fn handle(&mut self, input: Input<'_>, now: Millis) {
        // First of all: who was silent for too long is not brought back by what waited in a queue meanwhile.
        self.miss_silent(now);
        match input {
            Input::Connected => self.connected(now),
            Input::Disconnected => self.is_connected = false,
            Input::Frame(bytes) => match Frame::read(bytes) {
                Ok(Frame::Hello { nonce, sealed }) => self.hello(nonce, sealed, now),
                Ok(Frame::Data(frame)) => self.data(frame, now),
                Ok(Frame::Ack(frame)) => self.ack(frame, now),
                // The broker may say anything.
                Err(_) => {}
            },
            Input::Tick => {}
        }
        self.keep_time(now);
    }

    /// What is wanted done or known, oldest first.
    pub fn drain(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When a tick is due at the latest.
    #[must_use]
    pub fn wake_at(&self) -> Millis {
        let peers = self.peers.values().flat_map(|peer| {
            let due = [Some(peer.keep_alive_at), peer.ack_at, peer.retransmit_at, peer.long_at];
            due.into_iter().flatten()
        });
        peers.min().unwrap_or(self.hello_at).min(self.hello_at)
    }

    /// Begins to talk with somebody who was heard of, or was talked with before.
    ///
    /// # Errors
    /// [`CloseReason::Unknown`]; for a reserved endpoint also those who have left lately.
    pub fn open(&mut self, id: EndpointId, now: Millis) -> Result<(), CloseReason> {
        if self.peers.contains_key(&id) {
            return Ok(());
        }
        let (public, first) = match (self.former.get(&id), self.known.get(&id)) {
            (Some(former), _) if !self.is_reserved => {
                (former.public, former.first.checked_add(LINK))
            }
            (None, Some(known)) => (known.public, Some(self.floor)),
            _ => return Err(CloseReason::Unknown),
        };
        self.begin(id, public, first.ok_or(CloseReason::Unknown)?, now)
    }

    /// Begins a link, with numbers from `first` on.
    fn begin(
        &mut self,
        id: EndpointId,
        public: [u8; 32],
        first: u64,
        now: Millis,
    ) -> Result<(), CloseReason> {
        let has_room = self.peers.len() < PEERS_MAX
            && (self.former.len() < FORMER_MAX || self.former.contains_key(&id));
        let ciphers = self.keys.ciphers(&self.secret, &public).filter(|_| has_room);
        let ciphers = ciphers.ok_or(CloseReason::Unknown)?;
        if self.former.get_mut(&id).is_some_and(|former| std::mem::take(&mut former.had_words)) {
            self.broken_off = self.broken_off.saturating_add(1);
        }
        let (authenticity, commitment) =
            Authenticity::begin(&mut self.entropy, self.id, &self.claim);
        let mut out = Outgoing::new(self.payload, first);
        out.push(AUTHENTICATION, commitment);
        let longest = if self.is_reserved { STRANGER_MAX } else { MESSAGE_MAX };
        let peer = Peer {
            public,
            claim: None,
            first,
            ciphers,
            authenticity,
            out,
            incoming: Incoming::new(longest, first),
            turn_taking: TurnTaking::default(),
            long_at: None,
            is_proven: false,
            heard_at: now,
            ack_number: first,
            ack_next: first,
            keep_alive_at: now,
            ack_at: None,
            unacknowledged: 0,
            retransmit_at: None,
            sent_at: now,
            retransmission_timeout: self.timing.retransmission[0],
            rtt: None,
        };
        self.peers.insert(id, peer);
        if self.asked.remove(&id) {
            // What it has sent in vain comes again at once.
            self.write_ack(id, Ack { is_back: true, ..Ack::asking(now) });
        }
        self.flush(id, now);
        Ok(())
    }

    /// Sends a message to somebody who is talked with.
    ///
    /// # Errors
    /// [`CloseReason::Unknown`], [`CloseReason::Message`], [`CloseReason::Full`]; the last ends the link.
    pub fn send(
        &mut self,
        to: EndpointId,
        channel: &str,
        bytes: Vec<u8>,
        now: Millis,
    ) -> Result<(), CloseReason> {
        let peer = self.peers.get_mut(&to).ok_or(CloseReason::Unknown)?;
        if channel == AUTHENTICATION || channel.len() > CHANNEL_MAX || bytes.len() > MESSAGE_MAX {
            return Err(CloseReason::Message);
        }
        if !peer.out.push(channel, bytes) {
            self.end(to, CloseReason::Full, now);
            return Err(CloseReason::Full);
        }
        self.flush(to, now);
        Ok(())
    }

    /// Takes messages of any length from somebody; a reserved endpoint takes short ones alone before.
    pub fn trust(&mut self, id: EndpointId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.incoming.limit(MESSAGE_MAX);
        }
    }

    /// Ends the link to somebody.
    pub fn shut(&mut self, id: EndpointId, now: Millis) {
        if self.peers.contains_key(&id) {
            self.end(id, CloseReason::Shut, now);
        }
    }

    /// Says farewell to everybody.
    pub fn leave(&mut self, now: Millis) {
        let ids: Vec<EndpointId> = self.peers.keys().copied().collect();
        ids.into_iter().for_each(|id| self.end(id, CloseReason::Shut, now));
    }

    fn connected(&mut self, now: Millis) {
        self.is_connected = true;
        self.hello_wait = self.timing.hello[0];
        self.seek(now);
        let ids: Vec<EndpointId> = self.peers.keys().copied().collect();
        for id in ids {
            self.write_ack(id, Ack { is_back: true, ..Ack::asking(now) });
            self.retransmit(id, RETRANSMIT_MAX, now);
            self.flush(id, now);
        }
    }
}

/// The channel of short authentication; no message of anybody else's goes there.
const AUTHENTICATION: &str = "";

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({}, {} peers)", self.id, self.peers.len())
    }
}
