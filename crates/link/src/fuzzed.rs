//! A broker that does what a fuzzer says, and somebody with the room's secret who seals what no endpoint would.

use std::collections::{BTreeMap, VecDeque};

use super::authenticity::first_message;
use super::claim::Claim;
use super::frame::{self, Ack, CHANNEL_MAX, Frame, FrameKind, Greeting, To};
use super::host::ADMISSION;
use super::keys::{Cipher, EndpointId, KeyPair, nonce};
use super::{
    CloseReason, Endpoint, EndpointRole, GuestOutput, GuestSession, HOST, HostIdentity, HostOutput,
    HostSession, Input as Event, Output, RoomSecret, Timing, WORKER,
};
use sotto_core::fuzz_input::{Input, entropy, tamper};
use sotto_core::wire::{Error, Reader, Writer};

/// Reads what is sealed in a frame of this kind, and writes it again.
///
/// # Errors
/// As the message has them.
pub fn reread(kind: u8, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    match kind {
        0 => Greeting::decode(bytes).map(|greeting| greeting.encode()),
        1 => Ack::decode(bytes).map(|ack| ack.encode()),
        2 => Frame::read(bytes).map(|frame| match frame {
            Frame::Hello { nonce, sealed } => frame::hello(nonce, sealed),
            Frame::Data(n) => frame::numbered(FrameKind::Data, n.from, n.number, n.sealed),
            Frame::Ack(n) => frame::numbered(FrameKind::Ack, n.from, n.number, n.sealed),
        }),
        3 => {
            let mut reader = Reader::new(bytes);
            let claim = Claim::read(&mut reader)?;
            reader.finish().map(|()| claim.encode())
        }
        other => Err(Error::Kind(other)),
    }
}

/// The room's host.
fn identity() -> HostIdentity {
    HostIdentity::draw(&mut entropy(5, "fuzzing/host"))
}

/// An example of each kind, the kind first.
#[must_use]
pub fn examples() -> Vec<Vec<u8>> {
    let tag = RoomSecret::draw(&mut entropy(0, "fuzzing/room")).tag();
    let proof = identity().prove(tag, &[9; 32]);
    let examples = [
        Greeting { public: [9; 32], asks: true, proof: None }.encode(),
        Greeting { public: [9; 32], asks: true, proof: Some(proof) }.encode(),
        Claim::guest(WORKER).encode(),
        Claim::Host(proof).encode(),
        Ack { next: 3, is_back: true, ..Ack::asking(7) }.encode(),
        frame::hello([1; 12], &[2; 20]),
        frame::numbered(FrameKind::Data, EndpointId([3; 16]), 4, &[5; 20]),
        frame::numbered(FrameKind::Ack, EndpointId([3; 16]), 4, &[5; 20]),
    ];
    let kinds = [0u8, 0, 3, 3, 1, 2, 2, 2];
    kinds.iter().zip(examples).map(|(kind, bytes)| [&[*kind], bytes.as_slice()].concat()).collect()
}

const PAYLOAD: usize = 512;
/// What is done in one room, at most.
const STEPS_MAX: usize = 200;
/// Frames that may wait at the broker; it loses others.
const QUEUE_MAX: usize = 400;
const SPANS: [u64; 8] = [0, 1, 30, 500, 2_000, 9_000, 40_000, 100_000];
const CLAIMS: [&str; 4] = [HOST, WORKER, "alice", "bob"];
const CHANNELS: [&str; 5] = ["", "door", "parties", "step/1", "way/1"];

enum End {
    Plain(Box<Endpoint>),
    Host(Box<HostSession>),
    Guest(Box<GuestSession>),
}

impl End {
    fn id(&self) -> EndpointId {
        match self {
            Self::Plain(endpoint) => endpoint.id(),
            Self::Host(host) => host.endpoint().id(),
            Self::Guest(guest) => guest.endpoint().id(),
        }
    }
}

/// Somebody who knows the room's secret and keeps to nothing.
struct Stranger {
    keys: KeyPair,
    id: EndpointId,
    next: u64,
}

struct FuzzedRoom {
    secret: RoomSecret,
    ends: Vec<End>,
    stranger: Stranger,
    /// Public keys as hellos have told them.
    publics: BTreeMap<EndpointId, [u8; 32]>,
    queue: VecDeque<(To, Vec<u8>)>,
    /// Every numbered frame that an honest end has published: kind, from, to, number.
    ledger: BTreeMap<(u8, EndpointId, EndpointId, u64), Vec<u8>>,
    /// What honest ends have sent, and whether it has arrived: from, to, channel, bytes.
    sent: BTreeMap<(EndpointId, EndpointId, String, Vec<u8>), bool>,
    now: u64,
}

/// Steps, one after the other.
pub fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut room = FuzzedRoom::new();
    for _ in 0..STEPS_MAX {
        if input.is_empty() {
            break;
        }
        room.step(&mut input);
    }
    for span in [0, 50, 2_000, 4_000] {
        room.pass(span);
        room.carry(QUEUE_MAX);
    }
}

impl FuzzedRoom {
    fn new() -> Self {
        let secret = RoomSecret::draw(&mut entropy(0, "fuzzing/room"));
        let identity = identity();
        let host = identity.fingerprint();
        let end = |number: u64, claim: &str| {
            let draw = entropy(number, "fuzzing/endpoint");
            let who = match claim {
                HOST => EndpointRole::Host(&identity),
                claim => EndpointRole::Guest { claim, host },
            };
            Endpoint::new(secret.clone(), who, number != 3, PAYLOAD, Timing::default(), draw)
        };
        let draws = std::cell::Cell::new(100);
        let draw = move || {
            draws.set(draws.get() + 1);
            entropy(draws.get(), "fuzzing/endpoint")
        };
        let timing = Timing::default();
        let (guest, draw) = ((WORKER, [7; 16]), Box::new(draw));
        let session =
            GuestSession::new((secret.clone(), host), guest, false, PAYLOAD, timing, draw);
        let host = HostSession::new(end(2, HOST), vec![WORKER.to_owned()]);
        let keys = KeyPair::draw(&mut entropy(9, "fuzzing/endpoint"));
        let stranger = Stranger { id: EndpointId::of(&keys.public), keys, next: 0 };
        let mut room = Self {
            ends: vec![
                End::Plain(Box::new(end(0, "alice"))),
                End::Plain(Box::new(end(1, "bob"))),
                End::Host(Box::new(host)),
                End::Guest(Box::new(session)),
            ],
            secret,
            stranger,
            publics: BTreeMap::new(),
            queue: VecDeque::new(),
            ledger: BTreeMap::new(),
            sent: BTreeMap::new(),
            now: 1,
        };
        (0..room.ends.len()).for_each(|at| room.tell(at, Event::Connected));
        room
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.below(20) {
            0 => self.carry(1 + input.below(16)),
            1 => self.carry(QUEUE_MAX),
            2 => drop(self.queue.pop_front()),
            3 => {
                if let Some(first) = self.queue.front().cloned() {
                    self.queue.push_back(first);
                }
            }
            4 => self.queue.rotate_left(usize::from(!self.queue.is_empty())),
            5 | 6 => {
                if let Some((_, bytes)) = self.queue.front_mut() {
                    tamper(input, bytes, 2);
                }
            }
            7 => {
                // To whom it is not for.
                if let Some((_, bytes)) = self.queue.pop_front() {
                    self.tell_all(&bytes);
                }
            }
            8 => {
                let mut raw = frame::hello([0; 12], &[]);
                raw.truncate(1);
                raw.push(input.u8() % 4);
                raw.extend(input.bytes());
                self.tell_all(&raw);
            }
            9 => {
                let plain = input.bytes().to_vec();
                self.hello(&plain);
            }
            10 | 11 => self.greet(input),
            12 => {
                let to = self.whom(input);
                let plain = input.bytes().to_vec();
                self.seal(FrameKind::Data, to, &plain, input);
            }
            13 | 14 => {
                let to = self.whom(input);
                let channel = input.pick(CHANNELS);
                let (flags, more) = (input.pick([3, 1, 2, 0, 7]), input.pick([0, 0, 1, 300]));
                let bytes = match input.below(4) {
                    0 => {
                        let claim = self.claim(input).encode();
                        first_message(self.stranger.id, &claim, &[input.u8(); 16])
                    }
                    1 => vec![7; 16],
                    _ => input.bytes().to_vec(),
                };
                let mut writer = Writer::new();
                writer.u8(flags).text(channel).length(bytes.len() + more).raw(&bytes);
                self.seal(FrameKind::Data, to, &writer.finish(), input);
            }
            15 => {
                let to = self.whom(input);
                let plain = match input.below(3) {
                    0 => input.bytes().to_vec(),
                    _ => {
                        let (next, bits) = (u64::from(input.u8()), input.u8());
                        let [at, echo] = [u64::from(input.u16()), u64::from(input.u16())];
                        let [asks, is_back, leaves] = [1, 2, 4].map(|bit| bits & bit > 0);
                        Ack { next, asks, at, echo, is_back, leaves }.encode()
                    }
                };
                self.seal(FrameKind::Ack, to, &plain, input);
            }
            16 => self.act(input),
            17 => {
                let (at, there) = (input.below(self.ends.len()), input.u8() & 1 == 1);
                self.tell(at, if there { Event::Connected } else { Event::Disconnected });
            }
            18 => self.pass(input.pick(SPANS)),
            _ => {
                self.carry(QUEUE_MAX);
                self.pass(50);
                self.carry(QUEUE_MAX);
            }
        }
    }

    /// Somebody at one of the pages does something.
    fn act(&mut self, input: &mut Input<'_>) {
        let (at, what, now) = (input.below(self.ends.len()), input.u8(), self.now);
        let to = match input.below(self.ends.len() + 1) {
            there if there < self.ends.len() => self.ends[there].id(),
            _ => self.stranger.id,
        };
        let channel = format!("{}/{}", input.pick(["step", "way"]), self.sent.len());
        let bytes = vec![what; usize::from(input.u8()) * 8];
        let from = self.ends[at].id();
        let sends = what % 4 < 2;
        let mut sent = false;
        match &mut self.ends[at] {
            End::Plain(endpoint) => match what % 4 {
                0 | 1 => sent = endpoint.send(to, &channel, bytes.clone(), now).is_ok(),
                2 => drop(endpoint.open(to, now)),
                _ if what < 128 => endpoint.shut(to, now),
                _ => endpoint.leave(now),
            },
            End::Host(host) => {
                let outputs = match what % 8 {
                    0 | 1 | 4 | 5 => {
                        let outputs = host.send(to, &channel, bytes.clone(), now);
                        sent = outputs.is_ok();
                        outputs.unwrap_or_else(|_: CloseReason| Vec::new())
                    }
                    2 => host.decide(to, true, now),
                    3 => host.decide(to, false, now),
                    6 => host.lock(what > 127, now),
                    _ => host.send_on(to, now),
                };
                assert!(host.guests().count() <= 1000);
                self.of_host(at, outputs);
            }
            End::Guest(guest) => {
                let outputs = match what % 4 {
                    0 | 1 => {
                        let outputs = guest.send(to, &channel, bytes.clone(), now);
                        sent = outputs.is_ok();
                        outputs.unwrap_or_else(|_: CloseReason| Vec::new())
                    }
                    2 => guest.open(to, now).unwrap_or_else(|_: CloseReason| Vec::new()),
                    _ => guest.leave(now),
                };
                self.of_guest(at, outputs);
            }
        }
        if sends && sent {
            self.sent.insert((from, to, channel, bytes), false);
        }
        self.drain(at);
    }

    fn whom(&self, input: &mut Input<'_>) -> EndpointId {
        self.ends[input.below(self.ends.len())].id()
    }

    /// The stranger says hello with a key of its own, or one that is none, or somebody else's.
    fn greet(&mut self, input: &mut Input<'_>) {
        let others: Vec<[u8; 32]> = self.publics.values().copied().collect();
        let public = match input.below(8) {
            0 => [0; 32],
            1 => {
                let mut one = [0; 32];
                one[0] = 1;
                one
            }
            2 if !others.is_empty() => others[input.below(others.len())],
            3 => [input.u8(); 32],
            _ => self.stranger.keys.public,
        };
        let proof = match self.claim(input) {
            Claim::Host(proof) => Some(proof),
            Claim::Guest(_) => None,
        };
        let greeting = Greeting { public, asks: input.u8() & 1 == 1, proof };
        self.hello(&greeting.encode());
    }

    /// What the stranger says it is; the host by an identity of its own.
    fn claim(&self, input: &mut Input<'_>) -> Claim {
        match input.pick(CLAIMS) {
            HOST => {
                let own = HostIdentity::draw(&mut entropy(6, "fuzzing/host"));
                Claim::Host(own.prove(self.secret.tag(), &self.stranger.keys.public))
            }
            claim => Claim::guest(claim),
        }
    }

    fn hello(&mut self, plain: &[u8]) {
        let sealed = Cipher::of_room(&self.secret).seal([8; 12], &self.secret.tag().0, plain);
        self.queue.push_back((To::Room, frame::hello([8; 12], &sealed)));
    }

    /// The stranger seals anything for one whose key it has heard.
    fn seal(&mut self, kind: FrameKind, to: EndpointId, plain: &[u8], input: &mut Input<'_>) {
        let Some(public) = self.publics.get(&to) else { return };
        let Some(ciphers) = self.stranger.keys.ciphers(&self.secret, public) else { return };
        let number = match input.below(8) {
            0 => u64::MAX,
            1 => self.stranger.next + (u64::from(input.u8()) << 48),
            2 => self.stranger.next + u64::from(input.u16()),
            3 => self.stranger.next.saturating_sub(1),
            _ => {
                self.stranger.next += 1;
                self.stranger.next - 1
            }
        };
        let cipher = if kind == FrameKind::Data { ciphers.data_out } else { ciphers.ack_out };
        let aad = frame::aad(kind, self.stranger.id, to, number);
        let sealed = cipher.seal(nonce(number), &aad, plain);
        let bytes = frame::numbered(kind, self.stranger.id, number, &sealed);
        self.queue.push_front((To::Endpoint(to), bytes));
    }

    fn pass(&mut self, span: u64) {
        self.now += span;
        (0..self.ends.len()).for_each(|at| self.tell(at, Event::Tick));
    }

    fn carry(&mut self, frames: usize) {
        for _ in 0..frames {
            let Some((to, bytes)) = self.queue.pop_front() else { return };
            for at in 0..self.ends.len() {
                if to == To::Room || to == To::Endpoint(self.ends[at].id()) {
                    self.tell(at, Event::Frame(&bytes));
                }
            }
        }
    }

    fn tell_all(&mut self, bytes: &[u8]) {
        (0..self.ends.len()).for_each(|at| self.tell(at, Event::Frame(bytes)));
    }

    fn tell(&mut self, at: usize, event: Event<'_>) {
        let now = self.now;
        match &mut self.ends[at] {
            End::Plain(endpoint) => endpoint.handle(event, now),
            End::Host(host) => {
                let outputs = host.handle(event, now);
                self.of_host(at, outputs);
            }
            End::Guest(guest) => {
                let outputs = guest.handle(event, now);
                self.of_guest(at, outputs);
            }
        }
        self.drain(at);
    }

    fn drain(&mut self, at: usize) {
        let from = self.ends[at].id();
        while let End::Plain(endpoint) = &mut self.ends[at]
            && let Some(output) = endpoint.drain()
        {
            match output {
                Output::Publish(to, bytes) => self.publish(from, to, bytes),
                Output::Message { from: sender, channel, bytes } => {
                    self.arrived(sender, from, channel, bytes);
                }
                _ => {}
            }
        }
    }

    fn of_host(&mut self, at: usize, outputs: Vec<HostOutput>) {
        let id = self.ends[at].id();
        for output in outputs {
            match output {
                HostOutput::Publish(to, bytes) => self.publish(id, to, bytes),
                HostOutput::Message { from, channel, bytes } => {
                    self.arrived(from, id, channel, bytes);
                }
                _ => {}
            }
        }
    }

    fn of_guest(&mut self, at: usize, outputs: Vec<GuestOutput>) {
        let id = self.ends[at].id();
        for output in outputs {
            match output {
                GuestOutput::Publish(to, bytes) => self.publish(id, to, bytes),
                GuestOutput::Message { from, channel, bytes } => {
                    self.arrived(from, id, channel, bytes);
                }
                _ => {}
            }
        }
    }

    /// No number is sealed twice between the same two, but for the same bytes.
    fn publish(&mut self, from: EndpointId, to: To, bytes: Vec<u8>) {
        let frame = Frame::read(&bytes).expect("an endpoint writes frames that can be read");
        let numbered = match frame {
            Frame::Hello { nonce, sealed } => {
                let plain = Cipher::of_room(&self.secret).open(nonce, &self.secret.tag().0, sealed);
                let greeting = plain.and_then(|plain| Greeting::decode(&plain).ok());
                let public = greeting.expect("a hello says who").public;
                self.publics.insert(EndpointId::of(&public), public);
                None
            }
            Frame::Data(numbered) => Some((1, numbered)),
            Frame::Ack(numbered) => Some((2, numbered)),
        };
        if let (Some((kind, numbered)), To::Endpoint(to)) = (numbered, to) {
            // One that has moved says farewell under its old id.
            let key = (kind, numbered.from, to, numbered.number);
            let before = self.ledger.insert(key, bytes.clone());
            assert!(before.is_none_or(|before| before == bytes), "a number was sealed twice");
        }
        assert!(bytes.len() <= PAYLOAD.max(200 + CHANNEL_MAX), "{from} sends too long a frame");
        if self.queue.len() < QUEUE_MAX {
            self.queue.push_back((to, bytes));
        }
    }

    /// Nothing arrives from an honest end but what it has sent, and that once.
    fn arrived(&mut self, from: EndpointId, to: EndpointId, channel: String, bytes: Vec<u8>) {
        // What host and guests say to each other by themselves is not written down.
        if from == self.stranger.id || channel == ADMISSION {
            return;
        }
        let arrived = self.sent.get_mut(&(from, to, channel, bytes));
        let arrived = arrived.expect("nobody has sent this");
        assert!(!std::mem::replace(arrived, true), "it arrives twice");
    }
}

/// Rooms in which all goes well, and a stranger who says one thing after the other.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    // All meet, and the host has let its guest in.
    let met = [1, 19, 19, 18, 4, 19];
    let greets = |claim: u8| [10, 4, claim, 1, 19];
    let mut seeds = vec![
        met.to_vec(),
        [&met[..], &[16, 0, 0, 1, 0, 20, 19, 16, 1, 1, 0, 1, 200, 19, 2, 19, 18, 5, 19]].concat(),
        [&met[..], &[16, 3, 0, 2, 0, 9, 19, 16, 2, 0, 3, 0, 30, 19, 16, 2, 3, 3, 0, 0, 19]]
            .concat(),
        [
            &met[..],
            &[17, 1, 0, 16, 0, 0, 1, 0, 99, 18, 6, 17, 1, 1, 19, 18, 7, 19, 16, 0, 2, 1, 0, 0, 19],
        ]
        .concat(),
        [&met[..], &[16, 0, 3, 1, 0, 0, 19, 16, 0, 2, 1, 0, 0, 19, 19]].concat(),
        [&met[..], &[5, 0, 40, 0, 7, 19, 3, 4, 7, 8, 0, 9, 1, 2, 3, 19]].concat(),
    ];
    for claim in 0..4 {
        for to in 0..4 {
            let mut said = [&met[..], &greets(claim)].concat();
            for channel in 0..5 {
                said.extend([13, to, channel, 0, 0, 2 - channel % 3, 3, 1, 2, 3, 4, 0]);
            }
            said.extend([
                15, to, 1, 1, 1, 9, 0, 1, 0, 4, 12, to, 4, 2, 1, 2, 3, 1, 3, 19, 18, 7, 19,
            ]);
            seeds.push(said);
        }
    }
    seeds
}
