//! Endpoints over a broker that drops, repeats, holds back, swaps and forges.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::authenticity::first_message;
use super::claim::Claim;
use super::endpoint::{FORGOTTEN_AFTER, LINK};
use super::frame::{self, CLAIM_MAX, Frame, FrameKind, Greeting};
use super::scripted_peer::{self, ScriptedPeer};
use super::{
    CloseReason, Endpoint, EndpointId, EndpointRole, HostIdentity, Input, Output, RoomSecret,
    Timing, To, Words,
};
use sotto_core::entropy::Entropy;
use sotto_core::seeded::Stream;

pub(super) fn seeded(seed: u64) -> Entropy {
    let mut stream = Stream::new(seed, "sealed");
    Box::new(move |bytes: &mut [u8]| stream.fill(bytes))
}

pub(super) fn secret(seed: u64) -> RoomSecret {
    RoomSecret::draw(&mut seeded(seed))
}

fn identity() -> HostIdentity {
    HostIdentity::draw(&mut seeded(7))
}

/// What the broker does with a frame; the numbers say where.
#[derive(Debug, Clone)]
pub(super) enum Delivery {
    Deliver,
    Drop,
    Repeat,
    HoldBack(usize),
    /// To somebody else.
    Swap,
    /// With a byte changed.
    Forge(prop::sample::Index, u8),
    /// Cut short.
    Cut(prop::sample::Index),
}

pub(super) fn deliveries() -> impl Strategy<Value = Vec<Delivery>> {
    let delivery = prop_oneof![
        4 => Just(Delivery::Deliver),
        1 => Just(Delivery::Drop),
        1 => Just(Delivery::Repeat),
        1 => (1usize..20).prop_map(Delivery::HoldBack),
        1 => Just(Delivery::Swap),
        1 => (any::<prop::sample::Index>(), 1u8..).prop_map(|(at, by)| Delivery::Forge(at, by)),
        1 => any::<prop::sample::Index>().prop_map(Delivery::Cut),
    ];
    prop::collection::vec(delivery, 0..300)
}

/// A room, its broker and the time.
pub(super) struct TestRoom {
    pub(super) ends: Vec<Endpoint>,
    pub(super) now: u64,
    /// To whom, and what, in the order in which it goes.
    queue: Vec<(To, Vec<u8>)>,
    /// Whom the broker reaches.
    reached: Vec<bool>,
    /// What the broker does next; after that it is honest.
    pub(super) deliveries: std::vec::IntoIter<Delivery>,
    traffic: Vec<u8>,
    frames: Vec<Vec<u8>>,
    pub(super) arrived: Vec<(usize, EndpointId, String, Vec<u8>)>,
    joined: Vec<(usize, EndpointId)>,
    pub(super) left: Vec<(usize, EndpointId, CloseReason)>,
    refused: Vec<(usize, EndpointId, CloseReason)>,
    words: BTreeMap<(usize, EndpointId), Words>,
}

impl TestRoom {
    pub(super) fn new(secrets: &[u64], payload: usize, deliveries: Vec<Delivery>) -> Self {
        let end = |(index, of): (u64, &u64)| {
            let claim = format!("claim {index}");
            let who = EndpointRole::Guest { claim: &claim, host: identity().fingerprint() };
            let entropy = seeded(100 + index);
            Endpoint::new(secret(*of), who, true, payload, Timing::default(), entropy)
        };
        let mut room = Self {
            ends: (0..).zip(secrets).map(end).collect(),
            now: 1,
            queue: Vec::new(),
            reached: vec![true; secrets.len()],
            deliveries: deliveries.into_iter(),
            traffic: Vec::new(),
            frames: Vec::new(),
            arrived: Vec::new(),
            joined: Vec::new(),
            left: Vec::new(),
            refused: Vec::new(),
            words: BTreeMap::new(),
        };
        (0..room.ends.len()).for_each(|at| room.tell(at, Input::Connected));
        room
    }

    pub(super) fn id(&self, at: usize) -> EndpointId {
        self.ends[at].id()
    }

    pub(super) fn tell(&mut self, at: usize, input: Input<'_>) {
        match input {
            Input::Connected => self.reached[at] = true,
            Input::Disconnected => self.reached[at] = false,
            Input::Frame(_) if !self.reached[at] => return,
            _ => {}
        }
        self.ends[at].handle(input, self.now);
        self.drain(at);
    }

    pub(super) fn drain(&mut self, at: usize) {
        while let Some(output) = self.ends[at].drain() {
            match output {
                Output::Publish(to, bytes) => {
                    self.traffic.extend(&bytes);
                    self.frames.push(bytes.clone());
                    self.queue.push((to, bytes));
                }
                Output::Heard { id, .. } => drop(self.ends[at].open(id, self.now)),
                Output::Joined { id, .. } => self.joined.push((at, id)),
                Output::Refused(id, why) => self.refused.push((at, id, why)),
                Output::Words(id, words) => {
                    self.words.insert((at, id), words);
                }
                Output::Message { from, channel, bytes } => {
                    self.arrived.push((at, from, channel, bytes));
                }
                Output::Left(id, why) => self.left.push((at, id, why)),
            }
        }
    }

    pub(super) fn send(&mut self, from: usize, to: usize, channel: &str, bytes: Vec<u8>) {
        let to = self.id(to);
        self.ends[from].send(to, channel, bytes, self.now).expect("they talk with each other");
        self.drain(from);
    }

    fn carry(&mut self) {
        while !self.queue.is_empty() {
            let (to, mut bytes) = self.queue.remove(0);
            match self.deliveries.next().unwrap_or(Delivery::Deliver) {
                Delivery::Deliver => {}
                Delivery::Drop => continue,
                Delivery::Repeat => self.queue.push((to, bytes.clone())),
                Delivery::HoldBack(frames) => {
                    let later = frames.min(self.queue.len());
                    self.queue.insert(later, (to, bytes));
                    continue;
                }
                Delivery::Swap => {
                    (0..self.ends.len()).for_each(|at| self.tell(at, Input::Frame(&bytes)));
                    continue;
                }
                Delivery::Forge(at, by) => {
                    let at = at.index(bytes.len());
                    bytes[at] ^= by;
                }
                Delivery::Cut(at) => bytes.truncate(at.index(bytes.len())),
            }
            for at in 0..self.ends.len() {
                if to == To::Room || to == To::Endpoint(self.id(at)) {
                    self.tell(at, Input::Frame(&bytes));
                }
            }
        }
    }

    /// Lets so many milliseconds pass.
    pub(super) fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            self.carry();
            let next = self.ends.iter().map(Endpoint::wake_at).min().unwrap_or(end);
            if next >= end {
                self.now = end;
                return;
            }
            self.now = next.max(self.now + 1);
            (0..self.ends.len()).for_each(|at| self.tell(at, Input::Tick));
        }
    }

    fn of(&self, at: usize, from: usize) -> Vec<(String, Vec<u8>)> {
        let from = self.id(from);
        let mine = self.arrived.iter().filter(|(end, sender, ..)| (*end, *sender) == (at, from));
        mine.map(|(_, _, channel, bytes)| (channel.clone(), bytes.clone())).collect()
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the broker does, what arrives is what was sent, from whom it says, in order and once.
    /// When the broker is honest again, all of it arrives.
    #[test]
    fn nothing_but_what_was_sent_arrives(
        before in deliveries(), during in deliveries(),
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..20),
        payload in 300usize..2000,
    ) {
        let mut room = TestRoom::new(&[1, 1, 1], payload, before);
        room.pass(70_000);
        room.deliveries = during.into_iter();
        for (number, message) in messages.iter().enumerate() {
            room.send(number % 2, 1 - number % 2, &format!("step/{number}"), message.clone());
            room.pass(10);
            for (at, from) in [(0, 1), (1, 0)] {
                let sent = messages.iter().enumerate().filter(|(number, _)| number % 2 == from);
                let sent: Vec<_> = sent.map(|(n, m)| (format!("step/{n}"), m.clone())).collect();
                let arrived = room.of(at, from);
                prop_assert!(sent.starts_with(&arrived));
            }
        }
        room.pass(80_000);
        prop_assert_eq!(room.arrived.len(), messages.len());
        prop_assert!(room.left.is_empty());
    }

    /// Bytes of any kind, behind the present version.
    #[test]
    fn any_frame_is_taken_or_refused(frames: Vec<Vec<u8>>, kind in 0u8..4) {
        let mut room = TestRoom::new(&[1], 1000, Vec::new());
        for mut frame in frames {
            frame.splice(0..0, [frame::VERSION, kind]);
            room.tell(0, Input::Frame(&frame));
        }
        prop_assert!(room.joined.is_empty() && room.arrived.is_empty());
    }

    /// Somebody who has the room's secret and a key of its own says anything at all under it: changed hellos, first
    /// messages, pieces and acknowledgements.
    #[test]
    fn whatever_stands_inside_a_seal_is_taken_or_refused(
        changes in prop::collection::vec((0usize..5, edits()), 1..12), is_reserved: bool,
    ) {
        let mut room = TestRoom::new(&[1], 1000, Vec::new());
        if is_reserved {
            let end = room.ends.remove(0);
            room.ends.push(end.reserved());
        }
        let public = public_of(&room);
        let mut rogue = ScriptedPeer::new(secret(1), seeded(200));
        let hello = rogue.own_hello();
        room.tell(0, Input::Frame(&hello));
        let (claim, nonce) = (Claim::guest("bob").encode(), [3; 16]);
        for (what, edits) in changes {
            let changed = |bytes: Vec<u8>| edits.iter().fold(bytes, |bytes, edit| edit.of(bytes));
            let message = |bytes: Vec<u8>| [&[3, 0, 0, 0, 0][..], &(bytes.len() as u32).to_le_bytes(), &bytes].concat();
            let frame = match what {
                0 => {
                    let proof = Some(identity().prove(secret(1).tag(), rogue.public()));
                    let greeting = Greeting { public: *rogue.public(), asks: true, proof };
                    rogue.hello_of(&changed(greeting.encode()))
                }
                1 => rogue.piece(&public, &message(changed(first_message(rogue.id(), &claim, &nonce)))),
                2 => rogue.piece(&public, &message(changed(scripted_peer::open(&nonce)))),
                3 => rogue.piece(&public, &changed(message(scripted_peer::open(&nonce)))),
                _ => rogue.ack(&public, &changed(scripted_peer::usual_ack())),
            };
            room.tell(0, Input::Frame(&frame));
        }
        // Nobody is the host by saying so, and nobody has words without a commitment and its opening.
        let is_host = room.ends[0].claim(rogue.id()) == Some("host");
        prop_assert!(!is_host && room.words.len() <= room.joined.len());
    }
}

/// What is done to bytes.
#[derive(Debug, Clone)]
enum Edit {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
}

impl Edit {
    fn of(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Flip(at, by) => {
                let at = at.index(bytes.len().max(1));
                bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= by);
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
            Self::Insert(at, more) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
            }
        }
        bytes
    }
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        6 => (any::<prop::sample::Index>(), 1u8..).prop_map(|(at, by)| Edit::Flip(at, by)),
        1 => any::<prop::sample::Index>().prop_map(Edit::Cut),
        1 => (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(at, more)| Edit::Insert(at, more)),
    ];
    prop::collection::vec(edit, 0..3)
}

/// The public key of a room's first end, which has said hello.
fn public_of(room: &TestRoom) -> [u8; 32] {
    let listener = ScriptedPeer::new(secret(1), seeded(201));
    let hello = room.frames.iter().find_map(|frame| listener.hears(frame));
    hello.expect("it says hello").public
}

/// Two ends that have said something to each other.
fn talk() -> TestRoom {
    let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    for step in 0..4 {
        room.send(step % 2, 1 - step % 2, "way/1", vec![step as u8; 700 * step]);
        room.pass(2_000);
    }
    room
}

/// Begins with frames that went over the wire, of every kind: most of what is made of them gets past the version, and
/// dies further in.
#[test]
fn real_frames_that_were_changed_are_refused() {
    let real = talk().frames;
    let (all, read) = (Cell::new(0u32), RefCell::new(BTreeMap::new()));
    let changes = prop::collection::vec((any::<prop::sample::Index>(), edits()), 40);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    let ran = runner.run(&changes, |changes| {
        let mut room = talk();
        let (joined, arrived) = (room.joined.clone(), room.arrived.clone());
        for (of, edits) in changes {
            let frame = of.get(&real).clone();
            let changed = edits.iter().fold(frame, |bytes, edit| edit.of(bytes));
            let kind = match Frame::read(&changed) {
                Ok(Frame::Hello { .. }) => Some("hello"),
                Ok(Frame::Data(_)) => Some("data"),
                Ok(Frame::Ack(_)) => Some("ack"),
                Err(_) => None,
            };
            all.set(all.get() + 1);
            kind.into_iter().for_each(|kind| *read.borrow_mut().entry(kind).or_insert(0) += 1);
            (0..2).for_each(|at| room.tell(at, Input::Frame(&changed)));
        }
        prop_assert_eq!(&room.joined, &joined);
        prop_assert_eq!(&room.arrived, &arrived);
        prop_assert!(room.left.is_empty());
        // The link is none the worse for it.
        room.send(1, 0, "way/2", b"after".to_vec());
        room.pass(20_000);
        let last = room.of(0, 1).pop();
        prop_assert_eq!(last, Some(("way/2".to_owned(), b"after".to_vec())));
        Ok(())
    });
    ran.unwrap();
    let (all, read) = (all.get(), read.into_inner());
    let past: u32 = read.values().sum();
    assert!(4 * past >= 3 * all, "{past} of {all} get past the version and the head");
    assert!(read.len() == 3 && read.values().all(|count| *count >= 50), "{read:?}");
}

#[test]
fn ends_find_each_other_and_the_broker_learns_neither_secret_nor_message() {
    let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let ids = [room.id(0), room.id(1)];
    assert_eq!(room.joined.len(), 2);
    assert_eq!(room.words[&(0, ids[1])], room.words[&(1, ids[0])]);
    room.send(0, 1, "classify/17/open", b"attack at dawn".to_vec());
    room.pass(1_000);
    assert_eq!(room.of(1, 0), [("classify/17/open".to_owned(), b"attack at dawn".to_vec())]);
    let secret = secret(1);
    let text = secret.text();
    for part in [secret.bytes(), text.as_bytes(), b"attack", b"classify", b"claim"] {
        assert!(!contains(&room.traffic, part));
    }
    assert!(room.ends[0].rtt(ids[1]).is_some());
}

/// Somebody with the room's secret, who hears everything, has all that goes into their keys but the secret that two
/// others agreed on. Without it no guess at a key opens what they say.
#[test]
fn who_is_in_the_room_cannot_read_what_two_others_say() {
    let [mut ann, bea, guest] =
        [1, 2, 3].map(|seed| ScriptedPeer::new(secret(1), seeded(200 + seed)));
    let frame = ann.message(bea.public(), "classify/17/open", b"attack at dawn");
    assert!(bea.opens(ann.public(), &frame).is_some());
    assert!(guest.opens(ann.public(), &frame).is_none());
    let room = secret(1);
    let guesses: [&[u8]; 6] =
        [&[], &[0; 32], ann.public(), bea.public(), guest.public(), room.bytes()];
    for shared in guesses {
        for [ours, theirs] in [[&bea, &ann], [&ann, &bea], [&guest, &ann], [&guest, &bea]] {
            let keys = [ours.public(), theirs.public()];
            assert!(bea.opens_by(shared, keys, &frame).is_none(), "{shared:?}");
        }
    }
}

#[test]
fn who_was_not_heard_of_and_says_something_is_asked_who_it_is() {
    for is_reserved in [false, true] {
        let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
        if is_reserved {
            let end = room.ends.remove(1);
            room.ends.push(end.reserved());
        }
        // The other end hears neither the first hello nor the answer to its own.
        room.deliveries = vec![Delivery::Drop, Delivery::Deliver, Delivery::Drop].into_iter();
        room.pass(500);
        assert_eq!(room.joined.len(), 2);
        assert_eq!(room.words.len(), 2);
    }
}

#[test]
fn those_who_were_not_heard_of_are_asked_now_and_then() {
    let mut room = TestRoom::new(&[1], 1000, Vec::new());
    room.pass(1_000);
    let before = room.frames.len();
    for stranger in 0..200 {
        let forged = frame::numbered(FrameKind::Data, EndpointId([stranger; 16]), 0, &[0; 40]);
        room.tell(0, Input::Frame(&forged));
    }
    assert_eq!(room.frames.len() - before, 16);
}

#[test]
fn who_does_not_know_the_secret_is_nobody() {
    let mut room = TestRoom::new(&[1, 2, 1], 1000, Vec::new());
    room.pass(20_000);
    let stranger = room.id(1);
    assert!(!room.joined.iter().any(|(at, id)| *at == 1 || *id == stranger));
    assert_eq!(room.joined.len(), 2);
}

#[test]
fn a_cut_of_a_minute_loses_nothing() {
    let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    (0..2).for_each(|at| room.tell(at, Input::Disconnected));
    room.send(0, 1, "while it is down", vec![7; 5_000]);
    room.pass(60_000);
    assert!(room.arrived.is_empty());
    (0..2).for_each(|at| room.tell(at, Input::Connected));
    room.pass(2_000);
    assert_eq!(room.of(1, 0), [("while it is down".to_owned(), vec![7; 5_000])]);
    assert!(room.left.is_empty());
}

/// Two ends that have lost each other.
pub(super) fn lost() -> TestRoom {
    let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let (here, away) = (room.id(0), room.id(1));
    room.tell(1, Input::Disconnected);
    room.pass(100_000);
    assert!(room.left.contains(&(0, away, CloseReason::Silent)));
    assert!(room.left.contains(&(1, here, CloseReason::Silent)));
    room.tell(1, Input::Connected);
    room.pass(20_000);
    assert_eq!(room.joined.len(), 2);
    room
}

#[test]
fn a_reserved_end_never_talks_again_with_whoever_was_silent_for_long() {
    let mut room = lost();
    let away = room.id(1);
    let end = room.ends.remove(0);
    assert_eq!(end.reserved().open(away, room.now), Err(CloseReason::Unknown));
}

/// Kind, sender and number of the frames between two ends, each of which was sealed once.
fn numbers(frames: &[Vec<u8>]) -> BTreeMap<(u8, EndpointId, u64), &Vec<u8>> {
    let mut numbers = BTreeMap::new();
    for frame in frames {
        let (kind, numbered) = match Frame::read(frame) {
            Ok(Frame::Data(numbered)) => (1, numbered),
            Ok(Frame::Ack(numbered)) => (2, numbered),
            _ => continue,
        };
        let before = numbers.insert((kind, numbered.from, numbered.number), frame);
        assert!(before.is_none_or(|before| before == frame), "a number was sealed twice");
    }
    numbers
}

#[test]
fn ends_that_lost_each_other_come_back_with_other_numbers() {
    let mut room = lost();
    let (here, away) = (room.id(0), room.id(1));
    let before = room.frames.clone();
    let words = room.words.clone();
    room.left.clear();
    room.ends[0].open(away, room.now).expect("it was there before");
    room.drain(0);
    room.send(0, 1, "way/1", b"here again".to_vec());
    room.pass(1_000);
    room.send(1, 0, "way/1", b"and there".to_vec());
    room.pass(1_000);
    assert_eq!(room.of(1, 0), [("way/1".to_owned(), b"here again".to_vec())]);
    assert_eq!(room.of(0, 1), [("way/1".to_owned(), b"and there".to_vec())]);
    assert_ne!(room.words[&(0, away)], words[&(0, away)]);
    assert_eq!(room.words[&(0, away)], room.words[&(1, here)]);
    assert!(numbers(&room.frames).len() > numbers(&before).len());
    // What went over the old link is of no use on the new one.
    let (messages, joined) = (room.arrived.len(), room.joined.len());
    for frame in &before {
        (0..2).for_each(|at| room.tell(at, Input::Frame(frame)));
    }
    room.pass(1_000);
    assert_eq!((room.arrived.len(), room.joined.len()), (messages, joined));
    assert!(room.left.is_empty());
}

#[test]
fn a_reserved_end_never_uses_a_number_twice_however_many_have_left() {
    let mut end = lone(0, "host").reserved();
    end.handle(Input::Connected, 1);
    let mut frames = Vec::new();
    let mut meet = |end: &mut Endpoint, hello: &[u8], id| {
        end.handle(Input::Frame(hello), 1);
        let opened = end.open(id, 1);
        end.shut(id, 1);
        frames.extend(std::iter::from_fn(|| end.drain()).filter_map(|output| match output {
            Output::Publish(To::Endpoint(to), bytes) => Some((to, bytes)),
            _ => None,
        }));
        opened
    };
    let (first_id, first_hello) = hello_of(1);
    assert_eq!(meet(&mut end, &first_hello, first_id), Ok(()));
    assert_eq!(meet(&mut end, &first_hello, first_id), Err(CloseReason::Unknown));
    for number in 2..=FORGOTTEN_AFTER as u64 {
        let (id, hello) = hello_of(number);
        assert_eq!(meet(&mut end, &hello, id), Ok(()));
    }
    assert_eq!(meet(&mut end, &first_hello, first_id), Ok(()));
    let to_first = frames.into_iter().filter(|(to, _)| *to == first_id);
    let to_first: Vec<Vec<u8>> = to_first.map(|(_, bytes)| bytes).collect();
    let mut links: Vec<u64> = numbers(&to_first).keys().map(|(.., number)| number / LINK).collect();
    links.sort_unstable();
    links.dedup();
    assert_eq!(links, [0, 1]);
}

pub(super) fn lone(seed: u64, claim: &str) -> Endpoint {
    let who = EndpointRole::Guest { claim, host: identity().fingerprint() };
    Endpoint::new(secret(1), who, true, 1000, Timing::default(), seeded(10_000 + seed))
}

/// Somebody who says hello, and nothing else.
fn hello_of(seed: u64) -> (EndpointId, Vec<u8>) {
    let mut end = lone(seed, "worker");
    end.handle(Input::Connected, 1);
    let Some(Output::Publish(To::Room, hello)) = end.drain() else { panic!("it says hello") };
    (end.id(), hello)
}

/// One end has given the link up, and the other one does not know it yet, or has missed more than one.
#[test]
fn the_later_link_is_the_one_that_counts() {
    let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let (here, away) = (room.id(0), room.id(1));
    for _ in 0..2 {
        // No farewell arrives.
        room.ends[0].shut(away, room.now);
        room.drain(0);
        room.queue.clear();
        room.ends[0].open(away, room.now).expect("it was there before");
    }
    // Nobody but the sender says which link is the last.
    let forged = frame::numbered(FrameKind::Data, here, 9 * LINK, &[0; 40]);
    room.tell(1, Input::Frame(&forged));
    assert!(room.left.iter().all(|(at, ..)| *at == 0));
    room.drain(0);
    room.send(0, 1, "way/1", b"third".to_vec());
    room.pass(1_000);
    assert_eq!(room.of(1, 0), [("way/1".to_owned(), b"third".to_vec())]);
    assert_eq!(room.left.last(), Some(&(1, here, CloseReason::Anew)));
    numbers(&room.frames);
}

#[test]
fn who_says_farewell_is_gone_at_once() {
    let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let now = room.now;
    room.ends[1].leave(now);
    room.drain(1);
    room.pass(10);
    assert!(room.left.contains(&(0, room.id(1), CloseReason::Left)));
}

/// Whoever stands in the middle learns from an end's opening whether the words would agree, and need not open
/// its own commitment then; but that it was there is counted.
#[test]
fn a_comparison_that_is_broken_off_before_there_are_words_is_counted() {
    let mut end = lone(1, "alice");
    end.handle(Input::Connected, 1);
    for try_number in 1..=3 {
        let mut middle = lone(1 + try_number, "bob");
        middle.handle(Input::Connected, 1);
        while let Some(output) = middle.drain() {
            if let Output::Publish(To::Room, hello) = output {
                end.handle(Input::Frame(&hello), 1);
            }
        }
        end.open(middle.id(), 1).expect("it was heard of");
        // It hears who is there, and commits itself; what it would open is kept back.
        while let Some(output) = end.drain() {
            if let Output::Publish(_, frame) = output {
                middle.handle(Input::Frame(&frame), 1);
            }
        }
        let commitment = std::iter::from_fn(|| middle.drain()).find_map(|output| match output {
            Output::Publish(_, frame) if frame[1] == FrameKind::Data as u8 => Some(frame),
            _ => None,
        });
        end.handle(Input::Frame(&commitment.expect("it talks with the end")), 1);
        let outputs: Vec<Output> = std::iter::from_fn(|| end.drain()).collect();
        let joined = Output::Joined { id: middle.id(), claim: "bob".to_owned() };
        assert!(outputs.contains(&joined));
        assert!(!outputs.iter().any(|output| matches!(output, Output::Words(..))));
        assert_eq!(u64::from(end.broken_off()), try_number - 1);
        end.shut(middle.id(), 1);
        assert_eq!(u64::from(end.broken_off()), try_number);
    }
}

#[test]
fn links_that_come_to_words_are_not_counted_as_broken_off() {
    let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let now = room.now;
    (0..2).for_each(|at| room.ends[at].leave(now));
    assert!(room.ends.iter().all(|end| end.broken_off() == 0));
}

/// Words were shown, and the other end begins the comparison anew: it may not have liked them.
#[test]
fn a_comparison_that_begins_anew_after_there_were_words_is_counted() {
    let mut room = TestRoom::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let (away, words) = (room.id(1), room.words.clone());
    assert_eq!(words.len(), 2);
    for times in 1..=2 {
        room.ends[0].shut(away, room.now);
        room.ends[0].open(away, room.now).expect("it was there before");
        room.drain(0);
        room.pass(5_000);
        assert_ne!(room.words, words);
        assert!(room.ends.iter().all(|end| end.broken_off() == times));
    }
}

/// With the keys of small order, and their other encodings, everybody knows what is agreed on (RFC 7748, section 6.1;
/// the list is that of Bernstein's "May the Fourth Be With You").
#[test]
fn keys_of_small_order_are_refused_by_name_and_change_nothing() {
    const ORDER_8: [&str; 2] = [
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];
    let mut weak: Vec<[u8; 32]> = Vec::new();
    for text in ORDER_8 {
        let mut key = [0; 32];
        sotto_core::hex::decode(text, &mut key).unwrap();
        weak.push(key);
    }
    // 0 and 1, and p - 1, p and p + 1 for p = 2^255 - 19.
    for [first, middle, last] in
        [[0, 0, 0], [1, 0, 0], [0xec, 0xff, 0x7f], [0xed, 0xff, 0x7f], [0xee, 0xff, 0x7f]]
    {
        let mut key = [middle; 32];
        (key[0], key[31]) = (first, last);
        weak.push(key);
    }
    // The highest bit does not count.
    let other: Vec<[u8; 32]> = weak
        .iter()
        .map(|key| {
            let mut key = *key;
            key[31] |= 0x80;
            key
        })
        .collect();
    weak.extend(other);
    for is_reserved in [false, true] {
        let mut end = lone(1, "bob");
        if is_reserved {
            end = end.reserved();
        }
        end.handle(Input::Connected, 1);
        while end.drain().is_some() {}
        let mut rogue = ScriptedPeer::new(secret(1), seeded(300));
        for public in &weak {
            let id = EndpointId::of(public);
            let hello = rogue.hello(&Greeting { public: *public, asks: true, proof: None });
            let heard = scripted_peer::hear(&mut end, &[&hello, &hello], 1);
            assert_eq!(heard, [Output::Refused(id, CloseReason::WeakKey)]);
            assert_eq!(end.open(id, 1), Err(CloseReason::Unknown));
            assert!(end.drain().is_none());
        }
        // And those whose keys are keys come in as ever.
        let hello = rogue.own_hello();
        let heard = scripted_peer::hear(&mut end, &[&hello], 1);
        assert!(matches!(heard[..], [Output::Heard { id, .. }] if id == rogue.id()));
    }
}

/// However long a claim is, and however little the broker carries, it goes before all else, short messages too.
#[test]
fn what_an_end_says_it_is_comes_first() {
    let claim = "é".repeat(CLAIM_MAX);
    let who = EndpointRole::Guest { claim: &claim, host: identity().fingerprint() };
    let mut end = Endpoint::new(secret(1), who, true, 1, Timing::default(), seeded(400));
    let mut peer = ScriptedPeer::new(secret(1), seeded(401));
    end.handle(Input::Connected, 1);
    let outputs: Vec<Output> = std::iter::from_fn(|| end.drain()).collect();
    let public = peer.hears(scripted_peer::frames(&outputs)[0].1).expect("it says hello").public;
    let hello = peer.own_hello();
    scripted_peer::hear(&mut end, &[&hello], 1);
    // Nothing can go before both wait.
    end.handle(Input::Disconnected, 1);
    end.open(peer.id(), 1).expect("it was heard of");
    end.send(peer.id(), "way/1", b"!".to_vec(), 1).expect("a link");
    end.handle(Input::Connected, 1);
    let outputs: Vec<Output> = std::iter::from_fn(|| end.drain()).collect();
    let sent = scripted_peer::frames(&outputs);
    let came: Vec<_> = sent.iter().filter_map(|(_, bytes)| peer.opens(&public, bytes)).collect();
    let channels: Vec<&str> = came.iter().map(|(channel, _)| channel.as_str()).collect();
    assert_eq!(channels, ["", "way/1"]);
    let said = Claim::guest(&claim).encode();
    assert!(came[0].1[1..].starts_with(&said) && said.len() > CLAIM_MAX);
}
