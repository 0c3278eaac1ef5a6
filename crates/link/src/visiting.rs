//! A door and its guests, over a broker that carries everything.

use super::authenticity::first_message;
use super::frame::{Frame, Greeting};
use super::puppet::Puppet;
use super::{
    Admission, Closed, Door, DoorOutput, Endpoint, EndpointId, HostIdentity, Input, Output,
    RoomSecret, Stage, Timing, To, Visit, VisitOutput, WORKER, Who,
};
use std::sync::atomic::{AtomicU64, Ordering};

use sotto_core::entropy::Entropy;
use sotto_core::seeded::Stream;

const PAYLOAD: usize = 1 << 12;

fn seeded(seed: u64) -> Entropy {
    let mut stream = Stream::new(seed, "visiting");
    Box::new(move |bytes: &mut [u8]| stream.fill(bytes))
}

fn secret() -> RoomSecret {
    RoomSecret::draw(&mut seeded(0))
}

/// The room's host, over all loads of its page.
fn identity() -> HostIdentity {
    HostIdentity::draw(&mut seeded(1))
}

fn door(seed: u64) -> Door {
    door_of(&identity(), seed)
}

fn door_of(identity: &HostIdentity, seed: u64) -> Door {
    let (who, timing) = (Who::Host(identity), Timing::default());
    let endpoint = Endpoint::new(secret(), who, true, PAYLOAD, timing, seeded(seed));
    Door::new(endpoint, vec![WORKER.to_owned()])
}

/// A visit of the guest of this number, each time with other keys.
fn visit(number: u8, claim: &str) -> Visit {
    static DRAWS: AtomicU64 = AtomicU64::new(1000);
    let draws = std::cell::Cell::new(DRAWS.fetch_add(1000, Ordering::Relaxed));
    let draw = move || {
        draws.set(draws.get() + 1);
        seeded(draws.get())
    };
    Visit::new(
        (secret(), identity().fingerprint()),
        (claim, [number; 16]),
        claim != WORKER,
        PAYLOAD,
        Timing::default(),
        Box::new(draw),
    )
}

/// The house, its guests, and what goes between them.
struct House {
    door: Option<Door>,
    visits: Vec<Visit>,
    queue: Vec<(To, Vec<u8>)>,
    now: u64,
    at_door: Vec<(EndpointId, String, Vec<u8>)>,
    left: Vec<EndpointId>,
    refused_at_door: Vec<(EndpointId, Closed)>,
    refused_at_guests: Vec<(usize, EndpointId, Closed)>,
    at_guests: Vec<(usize, String, Vec<u8>)>,
    /// Of whom guests were told that they have left.
    left_guests: Vec<(usize, EndpointId)>,
    /// Frames to the room.
    hellos: usize,
}

impl House {
    fn new(claims: &[&str]) -> Self {
        let visits = (1..).zip(claims).map(|(seed, claim)| visit(seed, claim)).collect();
        let mut house = Self {
            door: Some(door(500)),
            visits,
            queue: Vec::new(),
            now: 1,
            at_door: Vec::new(),
            left: Vec::new(),
            refused_at_door: Vec::new(),
            refused_at_guests: Vec::new(),
            at_guests: Vec::new(),
            left_guests: Vec::new(),
            hellos: 0,
        };
        house.tell_all(Input::Connected);
        house.pass(5_000);
        house
    }

    fn tell_all(&mut self, input: Input<'_>) {
        self.tell_door(input);
        (0..self.visits.len()).for_each(|at| self.tell_guest(at, input));
    }

    fn tell_door(&mut self, input: Input<'_>) {
        let outputs = self.door.as_mut().map(|door| door.handle(input, self.now));
        self.of_door(outputs.unwrap_or_default());
    }

    fn of_door(&mut self, outputs: Vec<DoorOutput>) {
        for output in outputs {
            match output {
                DoorOutput::Publish(to, bytes) => self.queue.push((to, bytes)),
                DoorOutput::Message { from, channel, bytes } => {
                    self.at_door.push((from, channel, bytes));
                }
                DoorOutput::Left(id, _) => self.left.push(id),
                DoorOutput::Refused(id, why) => self.refused_at_door.push((id, why)),
                DoorOutput::Changed => {}
            }
        }
    }

    fn tell_guest(&mut self, at: usize, input: Input<'_>) {
        let outputs = self.visits[at].handle(input, self.now);
        self.of_guest(at, outputs);
    }

    fn of_guest(&mut self, at: usize, outputs: Vec<VisitOutput>) {
        for output in outputs {
            match output {
                VisitOutput::Publish(to, bytes) => self.queue.push((to, bytes)),
                VisitOutput::Message { channel, bytes, .. } => {
                    self.at_guests.push((at, channel, bytes));
                }
                VisitOutput::Left(id, _) => self.left_guests.push((at, id)),
                VisitOutput::Refused(id, why) => self.refused_at_guests.push((at, id, why)),
                _ => {}
            }
        }
    }

    fn pass(&mut self, millis: u64) {
        for _ in 0..millis / 50 {
            while !self.queue.is_empty() {
                let (to, bytes) = self.queue.remove(0);
                self.hellos += usize::from(to == To::Room);
                let is_for = |id| to == To::Room || to == To::Endpoint(id);
                if self.door.as_ref().is_some_and(|door| is_for(door.endpoint().id())) {
                    self.tell_door(Input::Frame(&bytes));
                }
                for at in 0..self.visits.len() {
                    if is_for(self.visits[at].endpoint().id()) {
                        self.tell_guest(at, Input::Frame(&bytes));
                    }
                }
            }
            self.now += 50;
            self.tell_all(Input::Tick);
        }
    }

    fn decide(&mut self, at: usize, comes_in: bool) {
        let (id, now) = (self.id(at), self.now);
        let outputs = self.door.as_mut().map(|door| door.decide(id, comes_in, now));
        self.of_door(outputs.unwrap_or_default());
        self.pass(1_000);
    }

    fn lock(&mut self, is_locked: bool) {
        let outputs = self.door.as_mut().map(|door| door.lock(is_locked, self.now));
        self.of_door(outputs.unwrap_or_default());
    }

    fn say(&mut self, at: usize, text: &str) {
        let host = self.visits[at].host().expect("it has found the host");
        let outputs = self.visits[at].send(host, "parties", text.into(), self.now);
        self.of_guest(at, outputs.expect("the host is there"));
        self.pass(1_000);
    }

    fn id(&self, at: usize) -> EndpointId {
        self.visits[at].endpoint().id()
    }

    fn stages(&self) -> Vec<Stage> {
        self.visits.iter().map(Visit::stage).collect()
    }
}

#[test]
fn workers_come_in_and_other_roles_wait_to_be_let_in() {
    let mut house = House::new(&[WORKER, "bob"]);
    assert_eq!(house.stages(), [Stage::In, Stage::Waits]);
    // Who waits is not heard.
    house.say(1, "too early");
    assert!(house.at_door.is_empty());
    house.decide(1, true);
    assert_eq!(house.stages(), [Stage::In, Stage::In]);
    house.say(1, "now");
    assert_eq!(house.at_door, [(house.id(1), "parties".to_owned(), b"now".to_vec())]);
    let door = house.door.as_ref().expect("it is open");
    let bob = door.guests().find(|guest| guest.claim == "bob").expect("bob has come");
    assert_eq!((bob.admission, bob.words), (Admission::In, house.visits[1].words()));
    assert_eq!(door.claim(house.id(1)), Some("bob"));
    let inside = |claim| door.inside(claim).collect::<Vec<_>>();
    assert_eq!((inside(WORKER), inside("bob")), (vec![house.id(0)], vec![house.id(1)]));
}

#[test]
fn who_is_turned_away_has_left_and_may_be_let_in_again() {
    let mut house = House::new(&["bob"]);
    house.decide(0, true);
    assert!(house.left.is_empty());
    house.decide(0, false);
    assert_eq!((house.stages(), house.left.as_slice()), (vec![Stage::Out], &[house.id(0)][..]));
    house.say(0, "still here");
    assert!(house.at_door.is_empty());
    house.decide(0, true);
    assert_eq!(house.stages(), [Stage::In]);
}

#[test]
fn at_a_locked_door_newcomers_wait_unseen_until_it_is_unlocked() {
    let mut house = House::new(&[]);
    house.lock(true);
    for (place, claim) in [WORKER, "bob"].into_iter().enumerate() {
        house.visits.push(visit(place as u8, claim));
        house.tell_guest(place, Input::Connected);
    }
    house.pass(10_000);
    assert_eq!(house.stages(), [Stage::Waits; 2]);
    assert_eq!(house.door.as_ref().map(Door::is_locked), Some(true));
    assert_eq!(house.door.as_ref().map(|door| door.guests().count()), Some(0));
    house.lock(false);
    house.pass(100);
    assert_eq!(house.stages(), [Stage::In, Stage::Waits]);
    assert_eq!(house.door.as_ref().map(Door::is_locked), Some(false));
    assert_eq!(house.door.as_ref().map(|door| door.guests().count()), Some(2));
}

/// A worker would be let in without a question, but somebody has decided.
#[test]
fn a_door_that_is_unlocked_lets_nobody_in_who_was_turned_away() {
    let mut house = House::new(&[WORKER]);
    house.decide(0, false);
    house.lock(true);
    house.lock(false);
    house.pass(1_000);
    assert_eq!(house.stages(), [Stage::Out]);
}

/// Two pages of one host: neither is the other's guest.
#[test]
fn another_page_of_the_same_host_is_no_guest() {
    let mut house = House::new(&[WORKER]);
    let mut other = door(501);
    let mut frames: Vec<Vec<u8>> = Vec::new();
    for output in other.handle(Input::Connected, house.now) {
        if let DoorOutput::Publish(To::Room, hello) = output {
            frames.push(hello);
        }
    }
    assert_eq!(frames.len(), 1);
    house.tell_door(Input::Frame(&frames[0]));
    // It is told who is there, as anybody is who asks; no link is begun.
    let to_other = |(to, bytes): &(To, Vec<u8>)| match *to == To::Endpoint(other.endpoint().id()) {
        true => Frame::read(bytes).is_ok_and(|frame| !matches!(frame, Frame::Hello { .. })),
        false => false,
    };
    assert!(!house.queue.iter().any(to_other));
    assert_eq!(house.door.as_ref().map(|door| door.guests().count()), Some(1));
}

/// What comes on the channel of the door is for the door and from it.
#[test]
fn nobody_but_the_host_lets_anybody_in() {
    let mut house = House::new(&["alice", "bob"]);
    house.decide(0, true);
    let (host, bob, now) = (house.visits[0].host().expect("it is there"), house.id(1), house.now);
    let opened = house.visits[0].open(bob, now).expect("bob was heard of");
    house.of_guest(0, opened);
    for to in [bob, host] {
        for word in [super::door::COME_IN, super::door::STAY_OUT] {
            let sent = house.visits[0].send(to, super::door::DOOR, word.to_vec(), now);
            house.of_guest(0, sent.expect("they talk"));
        }
    }
    house.pass(1_000);
    assert_eq!(house.stages(), [Stage::In, Stage::Waits]);
    assert!(house.at_door.is_empty());
}

#[test]
fn who_looks_for_another_host_says_farewell_to_those_it_computed_with() {
    let mut house = House::new(&["alice", "bob"]);
    house.decide(0, true);
    house.decide(1, true);
    for (at, other) in [(0, 1), (1, 0)] {
        let (other, now) = (house.id(other), house.now);
        let opened = house.visits[at].open(other, now).expect("it was heard of");
        house.of_guest(at, opened);
    }
    house.pass(1_000);
    assert_eq!(house.visits[1].others().count(), 1);
    let (alice, bob, now) = (house.id(0), house.id(1), house.now);
    let sent_on = house.door.as_mut().map(|door| door.send_on(alice, now));
    house.of_door(sent_on.expect("it is open"));
    house.pass(1_000);
    assert_eq!(house.visits[1].others().count(), 0);
    assert!(house.left_guests.contains(&(0, bob)) && house.left_guests.contains(&(1, alice)));
}

#[test]
fn who_was_in_comes_back_through_a_locked_door() {
    let mut house = House::new(&[WORKER, "bob"]);
    house.decide(1, true);
    house.lock(true);
    // Both slept for long, and have other keys.
    for (place, claim) in [WORKER, "bob"].into_iter().enumerate() {
        house.tell_guest(place, Input::Disconnected);
        house.pass(200_000);
        house.visits[place] = visit(place as u8 + 1, claim);
        house.tell_guest(place, Input::Connected);
    }
    house.pass(10_000);
    assert_eq!(house.stages(), [Stage::In; 2]);
}

#[test]
fn a_host_that_comes_back_with_other_keys_is_found_again() {
    let mut house = House::new(&[WORKER, "bob"]);
    let before = house.id(0);
    // Its page crashes: no farewell.
    house.door = None;
    house.pass(3_000);
    house.door = Some(door(501));
    house.tell_door(Input::Connected);
    house.pass(40_000);
    assert_eq!(house.stages(), [Stage::In, Stage::Waits]);
    assert_ne!(house.id(0), before);
}

/// Eight seconds after the lost one was last heard, and no sooner: the host may be there still.
#[test]
fn a_host_that_is_silent_is_replaced_by_itself_with_other_keys() {
    let mut house = House::new(&[WORKER]);
    let host = house.visits[0].host().expect("it is in");
    let heard = house.visits[0].endpoint().heard_at(host).expect("it has heard the host");
    house.door = Some(door(501));
    house.tell_door(Input::Connected);
    while house.visits[0].host() == Some(host) {
        house.pass(50);
        assert!(house.now < heard + 60_000);
    }
    assert!((heard + 8_000..heard + 8_100).contains(&house.now), "{heard}, {}", house.now);
    house.pass(1_000);
    assert_eq!(house.stages(), [Stage::In]);
}

/// A host that sends its guests away whenever they come is asked every two seconds.
#[test]
fn a_guest_that_was_sent_on_pauses_before_it_looks_again() {
    let mut house = House::new(&[WORKER]);
    let mut began = Vec::new();
    while began.len() < 4 {
        let now = house.now;
        let sent_on = house.door.as_mut().and_then(|door| {
            let guest = door.inside(WORKER).next();
            guest.map(|guest| door.send_on(guest, now))
        });
        house.of_door(sent_on.unwrap_or_default());
        let id = house.id(0);
        if house.visits[0].stage() == Stage::Seeks {
            // A connection that comes and goes meanwhile changes nothing.
            house.tell_guest(0, Input::Disconnected);
            house.tell_guest(0, Input::Connected);
        }
        house.pass(50);
        let stage = house.visits[0].stage();
        if house.id(0) == id && stage == Stage::In {
            began.push(house.now);
        }
        assert!(house.now < 60_000);
    }
    let pauses: Vec<u64> = began.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.iter().all(|pause| (1_900..2_200).contains(pause)), "{pauses:?}");
}

#[test]
fn a_host_that_says_farewell_is_looked_for_at_once() {
    let mut house = House::new(&[WORKER]);
    let now = house.now;
    let outputs = house.door.as_mut().expect("it is there").close(now);
    house.of_door(outputs);
    house.door = None;
    house.pass(200);
    assert_eq!(house.stages(), [Stage::Seeks]);
}

#[test]
fn guests_that_compute_find_each_other() {
    let mut house = House::new(&["alice", "bob"]);
    house.decide(0, true);
    house.decide(1, true);
    let (bob, now) = (house.id(1), house.now);
    let opened = house.visits[0].open(bob, now).expect("bob was heard of");
    house.of_guest(0, opened);
    let sent = house.visits[0].send(bob, "way/1", b"share".to_vec(), now).expect("bob is there");
    house.of_guest(0, sent);
    house.pass(1_000);
    assert_eq!(house.at_guests, [(1, "way/1".to_owned(), b"share".to_vec())]);
    // The host names alice to bob, too: each sees the words with the other, and what that one says it is.
    assert_eq!(house.visits[1].others().count(), 0);
    let (alice, now) = (house.id(0), house.now);
    let opened = house.visits[1].open(alice, now).expect("they talk with each other");
    assert!(opened.contains(&VisitOutput::Changed));
    let at = |at: usize| house.visits[at].others().collect::<Vec<_>>();
    let ([(bob, words)], [(alice, same)]) = (&at(0)[..], &at(1)[..]) else { panic!("one each") };
    assert_eq!((*bob, *alice, words), ("bob", "alice", same));
    assert_ne!(Some(*words), house.visits[0].words());
    // Who has gone has no words.
    let outputs = house.visits[1].leave(house.now);
    house.of_guest(1, outputs);
    house.pass(1_000);
    assert_eq!(house.visits[0].others().count(), 0);
}

#[test]
fn hellos_of_those_who_never_come_keep_nobody_out() {
    let mut house = House::new(&["bob"]);
    house.decide(0, true);
    // More than there is room for, and more than a host remembers to have left.
    for number in 0..6_000 {
        let (claim, host) = ([WORKER, "alice"][number as usize % 2], identity().fingerprint());
        let (who, entropy) = (Who::Guest { claim, host }, seeded(1_000_000 + number));
        let mut ghost = Endpoint::new(secret(), who, false, PAYLOAD, Timing::default(), entropy);
        ghost.handle(Input::Connected, 1);
        while let Some(output) = ghost.drain() {
            if let Output::Publish(To::Room, hello) = output {
                house.tell_door(Input::Frame(&hello));
            }
        }
        house.queue.clear();
    }
    house.visits.push(visit(7, WORKER));
    house.tell_guest(1, Input::Connected);
    house.pass(500);
    assert_eq!(house.stages(), [Stage::In, Stage::In]);
    house.say(1, "made it");
    assert_eq!(house.at_door, [(house.id(1), "parties".to_owned(), b"made it".to_vec())]);
}

#[test]
fn strangers_at_a_locked_door_keep_nobody_out_who_was_in() {
    let mut house = House::new(&["bob"]);
    house.decide(0, true);
    house.lock(true);
    // More than may wait; they come, and stay.
    for number in 10..60 {
        house.visits.push(visit(number, "alice"));
        house.tell_guest(house.visits.len() - 1, Input::Connected);
        house.pass(100);
    }
    house.visits[0] = visit(1, "bob");
    house.tell_guest(0, Input::Connected);
    house.pass(2_000);
    let (bob, strangers) = house.stages().split_first().map(|(a, b)| (*a, b.to_vec())).unwrap();
    assert_eq!(bob, Stage::In);
    assert!(strangers.iter().all(|stage| *stage != Stage::In));
    // Bob, and those who may wait.
    house.lock(false);
    assert_eq!(house.door.as_ref().map(|door| door.guests().count()), Some(1 + 32));
}

#[test]
fn a_guest_that_was_reloaded_is_known_again() {
    let mut house = House::new(&["bob"]);
    house.decide(0, true);
    let before = house.id(0);
    // Its page is gone without a word, and comes back with other keys.
    house.visits[0] = visit(1, "bob");
    house.tell_guest(0, Input::Connected);
    house.pass(5_000);
    assert_eq!(house.stages(), [Stage::In]);
    assert_eq!(house.left, [before]);
    // The same token under another claim is somebody who has to wait.
    house.visits.push(visit(1, "alice"));
    house.tell_guest(1, Input::Connected);
    house.pass(5_000);
    assert_eq!(house.stages(), [Stage::In, Stage::Waits]);
}

#[test]
fn a_worker_that_is_in_looks_for_nobody_until_its_host_is_silent() {
    let mut house = House::new(&[WORKER]);
    house.hellos = 0;
    house.pass(60_000);
    let by_door = house.hellos;
    assert!(by_door <= 4, "the door's alone, every half a minute: {by_door}");
    house.door = None;
    house.hellos = 0;
    house.pass(60_000);
    assert!(house.hellos > 0);
}

/// Everybody who has the link can say a hello with alice's public key in it, and the broker repeat one. What she is is
/// what she says under her own keys.
#[test]
fn what_others_say_in_hellos_does_not_change_what_a_guest_is() {
    let mut house = House::new(&[]);
    let mut rogue = Puppet::new(secret(), seeded(2));
    house.visits.push(visit(1, "alice"));
    let alice = {
        let outputs = house.visits[0].handle(Input::Connected, house.now);
        let hello = outputs.iter().find_map(|output| match output {
            VisitOutput::Publish(To::Room, hello) => rogue.hears(hello),
            _ => None,
        });
        hello.expect("she says hello")
    };
    // The rogue is first: it says that she is nobody in particular, a host of its own, and the room's.
    let of_rogue = HostIdentity::draw(&mut seeded(3)).prove(secret().tag(), &alice.public);
    let of_host = identity().prove(secret().tag(), rogue.public());
    for proof in [None, Some(of_rogue), Some(of_host)] {
        let hello = rogue.hello(&Greeting { proof, ..alice.clone() });
        house.tell_door(Input::Frame(&hello));
    }
    house.pass(5_000);
    let door = house.door.as_ref().expect("it is open");
    let guests: Vec<_> = door.guests().collect();
    let [guest] = &guests[..] else { panic!("alice alone has come") };
    assert_eq!((guest.claim.as_str(), guest.admission), ("alice", Admission::Waits));
    assert!(guest.words.is_some() && guest.words == house.visits[0].words());
    assert_eq!(door.inside(WORKER).count(), 0);
    // And she is heard as that once she is let in.
    house.decide(0, true);
    assert_eq!(house.door.as_ref().and_then(|door| door.claim(house.id(0))), Some("alice"));
}

/// What a guest says it is comes before all else that it says, or it is not heard.
#[test]
fn a_guest_that_says_nothing_of_itself_is_not_heard() {
    let mut house = House::new(&[]);
    let host = {
        let door = house.door.as_ref().expect("it is open");
        door.endpoint().id()
    };
    let public = house_public(&mut house);
    for first in [
        ("parties", b"now".to_vec()),
        ("door", vec![0; 16]),
        ("", vec![9]),
        ("", first_message(host, &[1; 97], &[0; 16])),
    ] {
        let mut rogue = Puppet::new(secret(), seeded(house.now));
        let hello = rogue.own_hello();
        house.tell_door(Input::Frame(&hello));
        let frame = rogue.message(&public, first.0, &first.1);
        house.tell_door(Input::Frame(&frame));
        let frame = rogue.message(&public, "parties", b"more");
        house.tell_door(Input::Frame(&frame));
        house.pass(1_000);
        assert!(house.at_door.is_empty());
        assert_eq!(house.door.as_ref().map(|door| door.guests().count()), Some(0), "{first:?}");
    }
}

/// The public key of the door's endpoint.
fn house_public(house: &mut House) -> [u8; 32] {
    let listener = Puppet::new(secret(), seeded(4));
    house.tell_door(Input::Connected);
    let hello = house.queue.iter().find_map(|(_, bytes)| listener.hears(bytes));
    hello.expect("the door says hello").public
}

/// Another page, with an identity of its own, knows the room's secret too.
#[test]
fn only_the_host_of_the_invitation_is_taken_for_it() {
    let mut house = House::new(&[]);
    let true_door = house.door.take();
    let rogue = HostIdentity::draw(&mut seeded(5));
    house.door = Some(door_of(&rogue, 502));
    house.tell_door(Input::Connected);
    house.visits.push(visit(1, WORKER));
    house.tell_guest(0, Input::Connected);
    house.pass(60_000);
    // It is refused, and the guest's page hears of that once.
    assert_eq!(house.stages(), [Stage::Seeks]);
    let rogue_id = house.door.as_ref().map(|door| door.endpoint().id()).expect("it is there");
    assert_eq!(house.refused_at_guests, [(0, rogue_id, Closed::Impostor)]);
    assert!(house.at_door.is_empty());
    house.door = true_door;
    house.pass(60_000);
    assert_eq!(house.stages(), [Stage::In]);
    assert_eq!(house.refused_at_guests.len(), 1);
}

/// The host falls silent, and somebody else says it is the host: no time makes it that.
#[test]
fn a_silent_host_is_not_replaced_by_a_stranger() {
    let mut house = House::new(&[WORKER, "bob"]);
    house.decide(1, true);
    let host = house.visits[0].host();
    house.door = Some(door_of(&HostIdentity::draw(&mut seeded(5)), 503));
    house.tell_door(Input::Connected);
    // Long after a page of the same host would have been taken for it.
    house.pass(40_000);
    assert_eq!((house.visits[0].host(), house.visits[1].host()), (host, host));
    house.pass(60_000);
    assert_eq!(house.stages(), [Stage::Seeks; 2]);
    assert!(house.visits.iter().all(|visit| visit.host().is_none()));
    assert!(house.at_door.is_empty());
}

/// A rogue cannot show a host's identity, neither in its own name nor by what the host has shown of itself.
#[test]
fn who_has_no_proof_of_its_own_key_is_no_host() {
    let mut house = House::new(&["bob"]);
    house.decide(0, true);
    let mut rogue = Puppet::new(secret(), seeded(6));
    let hello = rogue.own_hello();
    let bob = house.visits[0].host().and_then(|_| {
        let outputs = house.visits[0].handle(Input::Connected, house.now);
        outputs.iter().find_map(|output| match output {
            VisitOutput::Publish(_, bytes) => rogue.hears(bytes),
            _ => None,
        })
    });
    let bob = bob.expect("bob says hello").public;
    let stolen = super::claim::Claim::Host(identity().prove(secret().tag(), &[8; 32]));
    let first = first_message(rogue.id(), &stolen.encode(), &[0; 16]);
    let frame = rogue.message(&bob, "", &first);
    house.tell_guest(0, Input::Frame(&hello));
    house.tell_guest(0, Input::Frame(&frame));
    house.pass(100);
    assert_eq!(house.refused_at_guests, [(0, rogue.id(), Closed::Impostor)]);
    assert_eq!(house.stages(), [Stage::In]);
    assert!(house.visits[0].endpoint().claim(rogue.id()).is_none());
}

#[test]
fn a_guest_with_a_key_that_protects_nothing_is_refused_by_name() {
    let mut house = House::new(&["bob"]);
    let mut rogue = Puppet::new(secret(), seeded(7));
    let weak = [0; 32];
    let hello = rogue.hello(&Greeting { public: weak, asks: true, proof: None });
    for _ in 0..3 {
        house.tell_door(Input::Frame(&hello));
        house.tell_guest(0, Input::Frame(&hello));
    }
    house.pass(1_000);
    let id = EndpointId::of(&weak);
    assert_eq!(house.refused_at_door, [(id, Closed::WeakKey)]);
    assert_eq!(house.refused_at_guests, [(0, id, Closed::WeakKey)]);
    assert_eq!(house.door.as_ref().map(|door| door.guests().count()), Some(1));
}

/// Who waits for no time that comes sleeps for ever, and who is always due never sleeps.
#[test]
fn a_door_and_a_guest_say_when_they_have_something_to_do() {
    let (mut door, mut visit) = (door(500), visit(1, WORKER));
    let now = 1_000;
    door.handle(Input::Connected, now);
    visit.handle(Input::Connected, now);
    let most = now + Timing::default().hello[1];
    for wakes in [door.wake_at(), visit.wake_at()] {
        assert!((now + 1..=most).contains(&wakes), "{wakes}");
    }
}
