//! Endpoints over a broker that drops, repeats, holds back, swaps and forges.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::endpoint::{FORGOTTEN_AFTER, LINK};
use super::frame::{self, Frame, Kind};
use super::{Closed, Endpoint, EndpointId, Input, Output, RoomSecret, Timing, To, Words};
use crate::entropy::Entropy;
use crate::seeded::Stream;

fn seeded(seed: u64) -> Entropy {
    let mut stream = Stream::new(seed, "sealed");
    Box::new(move |bytes: &mut [u8]| stream.fill(bytes))
}

fn secret(seed: u64) -> RoomSecret {
    RoomSecret::draw(&mut seeded(seed))
}

/// What the broker does with a frame; the numbers say where.
#[derive(Debug, Clone)]
enum Deed {
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

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => Just(Deed::Deliver),
        1 => Just(Deed::Drop),
        1 => Just(Deed::Repeat),
        1 => (1usize..20).prop_map(Deed::HoldBack),
        1 => Just(Deed::Swap),
        1 => (any::<prop::sample::Index>(), 1u8..).prop_map(|(at, by)| Deed::Forge(at, by)),
        1 => any::<prop::sample::Index>().prop_map(Deed::Cut),
    ];
    prop::collection::vec(deed, 0..300)
}

/// A room, its broker and the time.
struct Room {
    ends: Vec<Endpoint>,
    now: u64,
    /// To whom, and what, in the order in which it goes.
    queue: Vec<(To, Vec<u8>)>,
    /// Whom the broker reaches.
    reached: Vec<bool>,
    /// What the broker does next; after that it is honest.
    deeds: std::vec::IntoIter<Deed>,
    traffic: Vec<u8>,
    frames: Vec<Vec<u8>>,
    arrived: Vec<(usize, EndpointId, String, Vec<u8>)>,
    joined: Vec<(usize, EndpointId)>,
    left: Vec<(usize, EndpointId, Closed)>,
    words: BTreeMap<(usize, EndpointId), Words>,
}

impl Room {
    fn new(secrets: &[u64], payload: usize, deeds: Vec<Deed>) -> Self {
        let end = |(place, of): (u64, &u64)| {
            let claim = format!("claim {place}");
            let entropy = seeded(100 + place);
            Endpoint::new(secret(*of), &claim, true, payload, Timing::default(), entropy)
        };
        let mut room = Self {
            ends: (0..).zip(secrets).map(end).collect(),
            now: 1,
            queue: Vec::new(),
            reached: vec![true; secrets.len()],
            deeds: deeds.into_iter(),
            traffic: Vec::new(),
            frames: Vec::new(),
            arrived: Vec::new(),
            joined: Vec::new(),
            left: Vec::new(),
            words: BTreeMap::new(),
        };
        (0..room.ends.len()).for_each(|at| room.tell(at, Input::Connected));
        room
    }

    fn id(&self, at: usize) -> EndpointId {
        self.ends[at].id()
    }

    fn tell(&mut self, at: usize, input: Input<'_>) {
        match input {
            Input::Connected => self.reached[at] = true,
            Input::Disconnected => self.reached[at] = false,
            Input::Frame(_) if !self.reached[at] => return,
            _ => {}
        }
        self.ends[at].handle(input, self.now);
        self.drain(at);
    }

    fn drain(&mut self, at: usize) {
        while let Some(output) = self.ends[at].drain() {
            match output {
                Output::Publish(to, bytes) => {
                    self.traffic.extend(&bytes);
                    self.frames.push(bytes.clone());
                    self.queue.push((to, bytes));
                }
                Output::Heard { id, .. } => drop(self.ends[at].open(id, self.now)),
                Output::Joined(id) => self.joined.push((at, id)),
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

    fn send(&mut self, from: usize, to: usize, channel: &str, bytes: Vec<u8>) {
        let to = self.id(to);
        self.ends[from].send(to, channel, bytes, self.now).expect("they talk with each other");
        self.drain(from);
    }

    fn carry(&mut self) {
        while !self.queue.is_empty() {
            let (to, mut bytes) = self.queue.remove(0);
            match self.deeds.next().unwrap_or(Deed::Deliver) {
                Deed::Deliver => {}
                Deed::Drop => continue,
                Deed::Repeat => self.queue.push((to, bytes.clone())),
                Deed::HoldBack(places) => {
                    let place = places.min(self.queue.len());
                    self.queue.insert(place, (to, bytes));
                    continue;
                }
                Deed::Swap => {
                    (0..self.ends.len()).for_each(|at| self.tell(at, Input::Frame(&bytes)));
                    continue;
                }
                Deed::Forge(at, by) => {
                    let at = at.index(bytes.len());
                    bytes[at] ^= by;
                }
                Deed::Cut(at) => bytes.truncate(at.index(bytes.len())),
            }
            for at in 0..self.ends.len() {
                if to == To::Room || to == To::Endpoint(self.id(at)) {
                    self.tell(at, Input::Frame(&bytes));
                }
            }
        }
    }

    /// Lets so many milliseconds pass.
    fn pass(&mut self, millis: u64) {
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
        before in deeds(), during in deeds(),
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..20),
        payload in 300usize..2000,
    ) {
        let mut room = Room::new(&[1, 1, 1], payload, before);
        room.pass(70_000);
        room.deeds = during.into_iter();
        for (place, message) in messages.iter().enumerate() {
            room.send(place % 2, 1 - place % 2, &format!("step/{place}"), message.clone());
            room.pass(10);
            for (at, from) in [(0, 1), (1, 0)] {
                let sent = messages.iter().enumerate().filter(|(place, _)| place % 2 == from);
                let sent: Vec<_> = sent.map(|(n, m)| (format!("step/{n}"), m.clone())).collect();
                let arrived = room.of(at, from);
                prop_assert!(sent.starts_with(&arrived));
            }
        }
        room.pass(80_000);
        prop_assert_eq!(room.arrived.len(), messages.len());
        prop_assert!(room.left.is_empty());
    }

    #[test]
    fn any_frame_is_taken_or_refused(frames: Vec<Vec<u8>>, kind in 0u8..4) {
        let mut room = Room::new(&[1], 1000, Vec::new());
        for mut frame in frames {
            frame.splice(0..0, [1, kind]);
            room.tell(0, Input::Frame(&frame));
        }
        prop_assert!(room.joined.is_empty() && room.arrived.is_empty());
    }
}

#[test]
fn ends_find_each_other_and_the_broker_learns_neither_secret_nor_message() {
    let mut room = Room::new(&[1, 1], 1000, Vec::new());
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

#[test]
fn who_was_not_heard_of_and_says_something_is_asked_who_it_is() {
    for is_reserved in [false, true] {
        let mut room = Room::new(&[1, 1], 1000, Vec::new());
        if is_reserved {
            let end = room.ends.remove(1);
            room.ends.push(end.reserved());
        }
        // The other end hears neither the first hello nor the answer to its own.
        room.deeds = vec![Deed::Drop, Deed::Deliver, Deed::Drop].into_iter();
        room.pass(500);
        assert_eq!(room.joined.len(), 2);
        assert_eq!(room.words.len(), 2);
    }
}

#[test]
fn those_who_were_not_heard_of_are_asked_now_and_then() {
    let mut room = Room::new(&[1], 1000, Vec::new());
    room.pass(1_000);
    let before = room.frames.len();
    for stranger in 0..200 {
        let forged = frame::numbered(Kind::Data, EndpointId([stranger; 16]), 0, &[0; 40]);
        room.tell(0, Input::Frame(&forged));
    }
    assert_eq!(room.frames.len() - before, 16);
}

#[test]
fn who_does_not_know_the_secret_is_nobody() {
    let mut room = Room::new(&[1, 2, 1], 1000, Vec::new());
    room.pass(20_000);
    let stranger = room.id(1);
    assert!(!room.joined.iter().any(|(at, id)| *at == 1 || *id == stranger));
    assert_eq!(room.joined.len(), 2);
}

#[test]
fn a_cut_of_a_minute_loses_nothing() {
    let mut room = Room::new(&[1, 1], 1000, Vec::new());
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
fn lost() -> Room {
    let mut room = Room::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let (here, away) = (room.id(0), room.id(1));
    room.tell(1, Input::Disconnected);
    room.pass(100_000);
    assert!(room.left.contains(&(0, away, Closed::Silent)));
    assert!(room.left.contains(&(1, here, Closed::Silent)));
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
    assert_eq!(end.reserved().open(away, room.now), Err(Closed::Unknown));
}

/// Kind, sender and number of the frames between two ends, each of which was sealed once.
fn numbers(frames: &[Vec<u8>]) -> BTreeMap<(u8, EndpointId, u64), &Vec<u8>> {
    let mut numbers = BTreeMap::new();
    for frame in frames {
        let (kind, numbered) = match Frame::read(frame) {
            Ok(Frame::Data(numbered)) => (1, numbered),
            Ok(Frame::Note(numbered)) => (2, numbered),
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
    assert_eq!(meet(&mut end, &first_hello, first_id), Err(Closed::Unknown));
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

fn lone(seed: u64, claim: &str) -> Endpoint {
    Endpoint::new(secret(1), claim, true, 1000, Timing::default(), seeded(10_000 + seed))
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
    let mut room = Room::new(&[1, 1], 1000, Vec::new());
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
    let forged = frame::numbered(Kind::Data, here, 9 * LINK, &[0; 40]);
    room.tell(1, Input::Frame(&forged));
    assert!(room.left.iter().all(|(at, ..)| *at == 0));
    room.drain(0);
    room.send(0, 1, "way/1", b"third".to_vec());
    room.pass(1_000);
    assert_eq!(room.of(1, 0), [("way/1".to_owned(), b"third".to_vec())]);
    assert_eq!(room.left.last(), Some(&(1, here, Closed::Anew)));
    numbers(&room.frames);
}

#[test]
fn who_says_farewell_is_gone_at_once() {
    let mut room = Room::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let now = room.now;
    room.ends[1].leave(now);
    room.drain(1);
    room.pass(10);
    assert!(room.left.contains(&(0, room.id(1), Closed::Left)));
}

/// Whoever stands in the middle learns from an end's opening whether the words would agree, and need not open
/// its own commitment then; but that it was there is counted.
#[test]
fn a_comparison_that_is_broken_off_before_there_are_words_is_counted() {
    let mut end = lone(1, "host");
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
            Output::Publish(_, frame) if frame[1] == Kind::Data as u8 => Some(frame),
            _ => None,
        });
        end.handle(Input::Frame(&commitment.expect("it talks with the end")), 1);
        let outputs: Vec<Output> = std::iter::from_fn(|| end.drain()).collect();
        assert!(outputs.contains(&Output::Joined(middle.id())));
        assert!(!outputs.iter().any(|output| matches!(output, Output::Words(..))));
        assert_eq!(u64::from(end.broken_off()), try_number - 1);
        end.shut(middle.id(), 1);
        assert_eq!(u64::from(end.broken_off()), try_number);
    }
}

#[test]
fn links_that_come_to_words_are_not_counted_as_broken_off() {
    let mut room = Room::new(&[1, 1], 1000, Vec::new());
    room.pass(5_000);
    let now = room.now;
    (0..2).for_each(|at| room.ends[at].leave(now));
    assert!(room.ends.iter().all(|end| end.broken_off() == 0));
}

/// Who has one key pair towards each of two ends gives them different words.
#[test]
fn nobody_stands_in_the_middle_unseen() {
    // Each victim is alone with an end of the one in the middle, who passes on what it hears.
    let mut left = Room::new(&[1, 1], 1000, Vec::new());
    let mut right = Room::new(&[1, 1, 1], 1000, Vec::new());
    left.pass(5_000);
    right.pass(5_000);
    let seen_by_alice = left.words[&(0, left.id(1))];
    let seen_by_bob = right.words[&(2, right.id(1))];
    assert_ne!(seen_by_alice, seen_by_bob);
}
