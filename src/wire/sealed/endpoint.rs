//! One end of a room's sealed links: a page's, or a program's.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::authenticity::{Authenticity, Step, Words};
use super::frame::{self, CHANNEL_MAX, CLAIM_MAX, Frame, Greeting, Kind, Note, Numbered, To};
use super::keys::{Cipher, Ciphers, EndpointId, KeyPair, nonce};
use super::secret::{RoomSecret, RoomTag};
use super::stream::{Incoming, MESSAGE_MAX, Outgoing};
use crate::entropy::Entropy;

/// Milliseconds on a clock that never goes back.
type Millis = u64;

/// Endpoints that are heard of; the one heard of first makes room.
const KNOWN_MAX: usize = 4096;
/// Endpoints that are talked with.
const PEERS_MAX: usize = 1024;
/// Endpoints that were talked with, and never will be again: their keys have been used.
const FORMER_MAX: usize = 1 << 16;
/// Frames that are sent again at once.
const AGAIN_MAX: usize = 32;
/// Pieces after which a note goes out at once.
const NOTE_EVERY: u32 = 16;

/// How patient an endpoint is, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Between signs of life.
    pub beat: Millis,
    /// Without a sign of life, after which the other end has left.
    pub gone: Millis,
    /// Between hellos, at first and at most: others may have missed one.
    pub hello: [Millis; 2],
    /// Before what has arrived is acknowledged.
    pub note: Millis,
    /// Before what was not acknowledged is sent again, at first and at most.
    pub again: [Millis; 2],
}

impl Default for Timing {
    fn default() -> Self {
        // A cut of a minute is survived.
        Self { beat: 3_000, gone: 90_000, hello: [2_000, 32_000], note: 25, again: [1_000, 8_000] }
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
    /// Somebody who knows the room's secret says what it is. Perhaps an old hello: who `Joined` is there.
    Heard {
        /// Who.
        id: EndpointId,
        /// What it says it is.
        claim: String,
    },
    /// A sealed frame has come from it: it holds its key.
    Joined(EndpointId),
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
    Left(EndpointId, Closed),
}

/// Why an endpoint is not talked with any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// It said so.
    #[error("it has left")]
    Left,
    /// Nothing has been heard of it for long.
    #[error("nothing has been heard of it for too long")]
    Silent,
    /// It holds the key, and does not keep to the protocol.
    #[error("it does not keep to the protocol")]
    Broken,
    /// More waits for it than this end can keep.
    #[error("more waits for it than can be kept")]
    Full,
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
    claim: String,
    answered_at: Option<Millis>,
}

struct Peer {
    public: [u8; 32],
    ciphers: Ciphers,
    authenticity: Authenticity,
    out: Outgoing,
    incoming: Incoming,
    /// A sealed frame has come.
    is_proven: bool,
    heard_at: Millis,
    note_number: u64,
    /// The lowest number of a note that would be news.
    note_next: u64,
    beat_at: Millis,
    note_at: Option<Millis>,
    unnoted: u32,
    again_at: Option<Millis>,
    /// When something of what is under way was last sent.
    sent_at: Millis,
    patience: Millis,
    rtt: Option<f64>,
}

/// The machine.
pub struct Endpoint {
    secret: RoomSecret,
    hellos: Cipher,
    keys: KeyPair,
    id: EndpointId,
    claim: String,
    /// Whether it answers hellos: those who are looked for do.
    answers: bool,
    /// Whether it talks with nobody but those it has begun to talk with.
    is_reserved: bool,
    payload: usize,
    timing: Timing,
    known: BTreeMap<EndpointId, Known>,
    heard_first: VecDeque<EndpointId>,
    peers: BTreeMap<EndpointId, Peer>,
    former: BTreeSet<EndpointId>,
    is_connected: bool,
    hello_at: Millis,
    hello_wait: Millis,
    outputs: VecDeque<Output>,
    entropy: Entropy,
}

impl Endpoint {
    /// An endpoint with keys of its own. `claim` is what it says it is, cut to [`CLAIM_MAX`] bytes; `payload`
    /// the most that the broker carries at once, in bytes.
    #[must_use]
    pub fn new(
        secret: RoomSecret,
        claim: &str,
        answers: bool,
        payload: usize,
        timing: Timing,
        mut entropy: Entropy,
    ) -> Self {
        let keys = KeyPair::draw(&mut entropy);
        let cut = (0..=CLAIM_MAX.min(claim.len())).rev().find(|cut| claim.is_char_boundary(*cut));
        Self {
            hellos: Cipher::of_room(&secret),
            id: EndpointId::of(&keys.public),
            claim: claim[..cut.unwrap_or(0)].to_owned(),
            secret,
            keys,
            answers,
            is_reserved: false,
            payload,
            timing,
            known: BTreeMap::new(),
            heard_first: VecDeque::new(),
            peers: BTreeMap::new(),
            former: BTreeSet::new(),
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

    /// When a sealed frame last came from an endpoint that is talked with.
    #[must_use]
    pub fn heard_at(&self, id: EndpointId) -> Option<Millis> {
        self.peers.get(&id).filter(|peer| peer.is_proven).map(|peer| peer.heard_at)
    }

    /// Handles one input at time `now`.
    pub fn handle(&mut self, input: Input<'_>, now: Millis) {
        match input {
            Input::Connected => self.connected(now),
            Input::Disconnected => self.is_connected = false,
            Input::Frame(bytes) => match Frame::read(bytes) {
                Ok(Frame::Hello { nonce, sealed }) => self.hello(nonce, sealed, now),
                Ok(Frame::Data(frame)) => self.data(frame, now),
                Ok(Frame::Note(frame)) => self.note(frame, now),
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
            [Some(peer.beat_at), peer.note_at, peer.again_at].into_iter().flatten()
        });
        peers.min().unwrap_or(self.hello_at).min(self.hello_at)
    }

    /// Begins to talk with somebody who was heard of.
    ///
    /// # Errors
    /// [`Closed::Unknown`], also for those who have left: their keys are used up.
    pub fn open(&mut self, id: EndpointId, now: Millis) -> Result<(), Closed> {
        if self.peers.contains_key(&id) {
            return Ok(());
        }
        let is_new = self.peers.len() < PEERS_MAX
            && self.former.len() < FORMER_MAX
            && !self.former.contains(&id);
        let known = self.known.get(&id).filter(|_| is_new).ok_or(Closed::Unknown)?;
        let ciphers = self.keys.ciphers(&self.secret, &known.public).ok_or(Closed::Unknown)?;
        let (authenticity, first) = Authenticity::begin(&mut self.entropy, self.id);
        let mut out = Outgoing::new(self.payload);
        out.push(AUTHENTICATION, first);
        let peer = Peer {
            public: known.public,
            ciphers,
            authenticity,
            out,
            incoming: Incoming::default(),
            is_proven: false,
            heard_at: now,
            note_number: 0,
            note_next: 0,
            beat_at: now,
            note_at: None,
            unnoted: 0,
            again_at: None,
            sent_at: now,
            patience: self.timing.again[0],
            rtt: None,
        };
        self.peers.insert(id, peer);
        self.flush(id, now);
        Ok(())
    }

    /// Sends a message to somebody who is talked with.
    ///
    /// # Errors
    /// [`Closed::Unknown`], [`Closed::Message`], [`Closed::Full`]; the last ends the link.
    pub fn send(
        &mut self,
        to: EndpointId,
        channel: &str,
        bytes: Vec<u8>,
        now: Millis,
    ) -> Result<(), Closed> {
        let peer = self.peers.get_mut(&to).ok_or(Closed::Unknown)?;
        if channel == AUTHENTICATION || channel.len() > CHANNEL_MAX || bytes.len() > MESSAGE_MAX {
            return Err(Closed::Message);
        }
        if !peer.out.push(channel, bytes) {
            self.end(to, Closed::Full, now);
            return Err(Closed::Full);
        }
        self.flush(to, now);
        Ok(())
    }

    /// Ends the link to somebody.
    pub fn shut(&mut self, id: EndpointId, now: Millis) {
        if self.peers.contains_key(&id) {
            self.end(id, Closed::Shut, now);
        }
    }

    /// Says farewell to everybody.
    pub fn leave(&mut self, now: Millis) {
        let ids: Vec<EndpointId> = self.peers.keys().copied().collect();
        ids.into_iter().for_each(|id| self.end(id, Closed::Shut, now));
    }

    fn connected(&mut self, now: Millis) {
        self.is_connected = true;
        self.hello_wait = self.timing.hello[0];
        self.say_hello(To::Room, true, now);
        let ids: Vec<EndpointId> = self.peers.keys().copied().collect();
        for id in ids {
            self.write(id, Note { is_back: true, ..Note::asking(now) });
            self.again(id, now);
            self.flush(id, now);
        }
    }

    fn say_hello(&mut self, to: To, asks: bool, now: Millis) {
        let greeting = Greeting { public: self.keys.public, asks, claim: self.claim.clone() };
        let mut nonce = [0; 12];
        (self.entropy)(&mut nonce);
        let sealed = self.hellos.seal(nonce, &self.tag().0, &greeting.encode());
        self.publish(to, frame::hello(nonce, &sealed));
        if to == To::Room {
            self.hello_at = now + self.hello_wait;
            self.hello_wait = (2 * self.hello_wait).min(self.timing.hello[1]);
        }
    }

    fn hello(&mut self, nonce: [u8; 12], sealed: &[u8], now: Millis) {
        let opened = self.hellos.open(nonce, &self.tag().0, sealed);
        let Some(greeting) = opened.and_then(|plain| Greeting::decode(&plain).ok()) else {
            return;
        };
        let Greeting { public, asks, claim } = greeting;
        let id = EndpointId::of(&public);
        if id == self.id || self.former.contains(&id) {
            return;
        }
        if !self.known.contains_key(&id) {
            self.make_room();
            self.heard_first.push_back(id);
        }
        let known = self.known.entry(id).or_insert_with(|| Known {
            public,
            claim: String::new(),
            answered_at: None,
        });
        let pause = self.timing.hello[0] / 2;
        let is_due = known.answered_at.is_none_or(|at| now >= at + pause);
        // Who was not wanted before may be by now.
        if known.claim != claim || (is_due && !self.peers.contains_key(&id)) {
            known.claim.clone_from(&claim);
            self.outputs.push_back(Output::Heard { id, claim });
        }
        if asks && is_due {
            known.answered_at = Some(now);
            if self.answers {
                self.say_hello(To::Endpoint(id), false, now);
            }
        }
    }

    fn make_room(&mut self) {
        while self.known.len() >= KNOWN_MAX {
            let Some(oldest) = self.heard_first.pop_front() else { return };
            self.known.remove(&oldest);
        }
    }

    /// The peer that a frame says it is from; somebody who was heard of may begin to talk.
    fn peer(&mut self, from: EndpointId, now: Millis) -> Option<&mut Peer> {
        if !self.peers.contains_key(&from) && !self.is_reserved {
            self.open(from, now).ok()?;
        }
        self.peers.get_mut(&from)
    }

    fn data(&mut self, frame: Numbered<'_>, now: Millis) {
        let Numbered { from, number, sealed } = frame;
        let (ours, note) = (self.id, self.timing.note);
        let Some(peer) = self.peer(from, now) else { return };
        if !peer.incoming.wants(number) {
            // What was sent again may have arrived before its acknowledgement was lost.
            if peer.is_proven {
                peer.note_at = Some(peer.note_at.unwrap_or(now + note));
            }
            return;
        }
        let aad = frame::aad(Kind::Data, from, ours, number);
        let Some(piece) = peer.ciphers.data_in.open(nonce(number), &aad, sealed) else { return };
        let taken = peer.incoming.take(number, piece);
        peer.unnoted += 1;
        let due = if peer.unnoted >= NOTE_EVERY { now } else { now + note };
        peer.note_at = Some(peer.note_at.map_or(due, |at| at.min(due)));
        self.lives(from, now);
        match taken {
            Ok(messages) => {
                for message in messages {
                    self.deliver(from, message.channel, message.bytes, now);
                }
            }
            Err(_) => self.end(from, Closed::Broken, now),
        }
    }

    fn deliver(&mut self, from: EndpointId, channel: String, bytes: Vec<u8>, now: Millis) {
        if channel != AUTHENTICATION {
            return self.outputs.push_back(Output::Message { from, channel, bytes });
        }
        let (ours, public) = (self.id, &self.keys.public);
        let Some(peer) = self.peers.get_mut(&from) else { return };
        match peer.authenticity.heard([ours, from], [public, &peer.public], &bytes) {
            Ok(Step::Answer(answer)) => {
                peer.out.push(AUTHENTICATION, answer);
                self.flush(from, now);
            }
            Ok(Step::Show(words)) => self.outputs.push_back(Output::Words(from, words)),
            Err(_) => self.end(from, Closed::Broken, now),
        }
    }

    fn note(&mut self, frame: Numbered<'_>, now: Millis) {
        let Numbered { from, number, sealed } = frame;
        let (ours, timing) = (self.id, self.timing);
        let Some(peer) = self.peer(from, now) else { return };
        // An older note says less than a newer one.
        if number < peer.note_next {
            return;
        }
        let aad = frame::aad(Kind::Note, from, ours, number);
        let opened = peer.ciphers.note_in.open(nonce(number), &aad, sealed);
        let Some(note) = opened.and_then(|plain| Note::decode(&plain).ok()) else { return };
        peer.note_next = number.saturating_add(1);
        if note.echo > 0 && note.echo <= now {
            let took = (now - note.echo) as f64;
            peer.rtt = Some(peer.rtt.map_or(took, |rtt| 0.8 * rtt + 0.2 * took));
        }
        // Whoever takes its time to answer takes it to acknowledge, too.
        let first = (4.0 * peer.rtt.unwrap_or(0.0)) as Millis;
        let first = first.clamp(timing.again[0], timing.again[1]);
        let is_news = peer.out.acknowledged(note.next);
        if is_news {
            peer.patience = first;
            peer.again_at = peer.out.is_under_way().then_some(now + first);
        }
        // What was sent while it could not be reached was lost, and what it should have had by now.
        let is_late = note.asks && !is_news && now >= peer.sent_at + first;
        self.lives(from, now);
        if note.leaves {
            return self.end(from, Closed::Left, now);
        }
        if note.asks {
            self.write(from, Note { echo: note.at, ..Note::default() });
        }
        if is_late || note.is_back {
            self.again(from, now);
        }
        self.flush(from, now);
    }

    /// A sealed frame has come from it.
    fn lives(&mut self, id: EndpointId, now: Millis) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.heard_at = now;
        if !std::mem::replace(&mut peer.is_proven, true) {
            self.outputs.push_back(Output::Joined(id));
        }
    }

    /// Sends what may go.
    fn flush(&mut self, to: EndpointId, now: Millis) {
        let (ours, is_connected) = (self.id, self.is_connected);
        let Some(peer) = self.peers.get_mut(&to) else { return };
        while is_connected && let Some((number, piece)) = peer.out.next_piece() {
            let aad = frame::aad(Kind::Data, ours, to, number);
            let sealed = peer.ciphers.data_out.seal(nonce(number), &aad, &piece);
            let bytes = frame::numbered(Kind::Data, ours, number, &sealed);
            peer.out.sealed(number, bytes.clone());
            peer.again_at = Some(peer.again_at.unwrap_or(now + peer.patience));
            peer.sent_at = now;
            self.outputs.push_back(Output::Publish(To::Endpoint(to), bytes));
        }
    }

    /// Sends again what was not acknowledged.
    fn again(&mut self, to: EndpointId, now: Millis) {
        let is_connected = self.is_connected;
        let Some(peer) = self.peers.get_mut(&to) else { return };
        for bytes in peer.out.again(AGAIN_MAX).filter(|_| is_connected) {
            self.outputs.push_back(Output::Publish(To::Endpoint(to), bytes.clone()));
        }
        peer.again_at = peer.out.is_under_way().then_some(now + peer.patience);
        peer.sent_at = now;
    }

    fn write_note(&mut self, to: EndpointId, asks: bool, leaves: bool, now: Millis) {
        let note = if asks { Note::asking(now) } else { Note::default() };
        self.write(to, Note { leaves, ..note });
        if let Some(peer) = self.peers.get_mut(&to).filter(|_| asks) {
            peer.beat_at = now + self.timing.beat;
        }
    }

    /// Sends a note, with what has arrived.
    fn write(&mut self, to: EndpointId, note: Note) {
        let Some(peer) = self.peers.get_mut(&to).filter(|_| self.is_connected) else { return };
        let note = Note { next: peer.incoming.next(), ..note };
        let number = peer.note_number;
        peer.note_number += 1;
        (peer.note_at, peer.unnoted) = (None, 0);
        let aad = frame::aad(Kind::Note, self.id, to, number);
        let sealed = peer.ciphers.note_out.seal(nonce(number), &aad, &note.encode());
        let bytes = frame::numbered(Kind::Note, self.id, number, &sealed);
        self.outputs.push_back(Output::Publish(To::Endpoint(to), bytes));
    }

    fn keep_time(&mut self, now: Millis) {
        if now >= self.hello_at {
            self.hello_at = now + self.hello_wait;
            if self.is_connected {
                self.say_hello(To::Room, true, now);
            }
        }
        let ids: Vec<EndpointId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if now >= peer.heard_at + self.timing.gone {
                self.end(id, Closed::Silent, now);
                continue;
            }
            if peer.again_at.is_some_and(|at| now >= at) {
                let patience = if self.is_connected { 2 * peer.patience } else { 0 };
                peer.patience = patience.clamp(self.timing.again[0], self.timing.again[1]);
                self.again(id, now);
            }
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if now >= peer.beat_at {
                peer.beat_at = now + self.timing.beat;
                self.write_note(id, true, false, now);
            } else if peer.note_at.is_some_and(|at| now >= at) {
                peer.note_at = None;
                self.write_note(id, false, false, now);
            }
        }
    }

    fn end(&mut self, id: EndpointId, why: Closed, now: Millis) {
        if why != Closed::Left && why != Closed::Silent {
            self.write_note(id, false, true, now);
        }
        if self.peers.remove(&id).is_some() {
            self.former.insert(id);
            self.known.remove(&id);
            self.heard_first.retain(|heard| *heard != id);
            self.outputs.push_back(Output::Left(id, why));
        }
    }

    fn publish(&mut self, to: To, bytes: Vec<u8>) {
        if self.is_connected {
            self.outputs.push_back(Output::Publish(to, bytes));
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
