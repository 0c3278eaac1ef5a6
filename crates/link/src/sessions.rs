//! A host and its guests, over a broker that carries everything.

use super::authenticity::first_message;
use super::frame::{Frame, Greeting};
use super::scripted_peer::ScriptedPeer;
use super::{
    Admission, CloseReason, Endpoint, EndpointId, EndpointRole, GuestOutput, GuestSession,
    HostIdentity, HostOutput, HostSession, Input, Output, RoomSecret, Stage, Timing, To, WORKER,
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

fn host_session(seed: u64) -> HostSession {
    host_session_of(&identity(), seed)
}

fn host_session_of(identity: &HostIdentity, seed: u64) -> HostSession {
    let (who, timing) = (EndpointRole::Host(identity), Timing::default());
    let endpoint = Endpoint::new(secret(), who, true, PAYLOAD, timing, seeded(seed));
    HostSession::new(endpoint, vec![WORKER.to_owned()])
}

/// A session of the guest of this number, each time with other keys.
fn guest_session(number: u8, claim: &str) -> GuestSession {
    static DRAWS: AtomicU64 = AtomicU64::new(1000);
    let draws = std::cell::Cell::new(DRAWS.fetch_add(1000, Ordering::Relaxed));
    let draw = move || {
        draws.set(draws.get() + 1);
        seeded(draws.get())
    };
    GuestSession::new(
        (secret(), identity().fingerprint()),
        (claim, [number; 16]),
        claim != WORKER,
        PAYLOAD,
        Timing::default(),
        Box::new(draw),
    )
}

/// The host, its guests, and what goes between them.
struct Network {
    host: Option<HostSession>,
    guests: Vec<GuestSession>,
    queue: Vec<(To, Vec<u8>)>,
    now: u64,
    at_host: Vec<(EndpointId, String, Vec<u8>)>,
    left: Vec<EndpointId>,
    refused_at_host: Vec<(EndpointId, CloseReason)>,
    refused_at_guests: Vec<(usize, EndpointId, CloseReason)>,
    at_guests: Vec<(usize, String, Vec<u8>)>,
    /// Of whom guests were told that they have left.
    left_guests: Vec<(usize, EndpointId)>,
    /// Frames to the room.
    hellos: usize,
}

impl Network {
    fn new(claims: &[&str]) -> Self {
        let guests = (1..).zip(claims).map(|(seed, claim)| guest_session(seed, claim)).collect();
        let mut network = Self {
            host: Some(host_session(500)),
            guests,
            queue: Vec::new(),
            now: 1,
            at_host: Vec::new(),
            left: Vec::new(),
            refused_at_host: Vec::new(),
            refused_at_guests: Vec::new(),
            at_guests: Vec::new(),
            left_guests: Vec::new(),
            hellos: 0,
        };
        network.tell_all(Input::Connected);
        network.pass(5_000);
        network
    }

    fn tell_all(&mut self, input: Input<'_>) {
        self.tell_host(input);
        (0..self.guests.len()).for_each(|at| self.tell_guest(at, input));
    }

    fn tell_host(&mut self, input: Input<'_>) {
        let outputs = self.host.as_mut().map(|host| host.handle(input, self.now));
        self.of_host(outputs.unwrap_or_default());
    }

    fn of_host(&mut self, outputs: Vec<HostOutput>) {
        for output in outputs {
            match output {
                HostOutput::Publish(to, bytes) => self.queue.push((to, bytes)),
                HostOutput::Message { from, channel, bytes } => {
                    self.at_host.push((from, channel, bytes));
                }
                HostOutput::Left(id, _) => self.left.push(id),
                HostOutput::Refused(id, why) => self.refused_at_host.push((id, why)),
                HostOutput::Changed => {}
            }
        }
    }

    fn tell_guest(&mut self, at: usize, input: Input<'_>) {
        let outputs = self.guests[at].handle(input, self.now);
        self.of_guest(at, outputs);
    }

    fn of_guest(&mut self, at: usize, outputs: Vec<GuestOutput>) {
        for output in outputs {
            match output {
                GuestOutput::Publish(to, bytes) => self.queue.push((to, bytes)),
                GuestOutput::Message { channel, bytes, .. } => {
                    self.at_guests.push((at, channel, bytes));
                }
                GuestOutput::Left(id, _) => self.left_guests.push((at, id)),
                GuestOutput::Refused(id, why) => self.refused_at_guests.push((at, id, why)),
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
                if self.host.as_ref().is_some_and(|host| is_for(host.endpoint().id())) {
                    self.tell_host(Input::Frame(&bytes));
                }
                for at in 0..self.guests.len() {
                    if is_for(self.guests[at].endpoint().id()) {
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
        let outputs = self.host.as_mut().map(|host| host.decide(id, comes_in, now));
        self.of_host(outputs.unwrap_or_default());
        self.pass(1_000);
    }

    fn lock(&mut self, is_locked: bool) {
        let outputs = self.host.as_mut().map(|host| host.lock(is_locked, self.now));
        self.of_host(outputs.unwrap_or_default());
    }

    fn say(&mut self, at: usize, text: &str) {
        let host = self.guests[at].host().expect("it has found the host");
        let outputs = self.guests[at].send(host, "parties", text.into(), self.now);
        self.of_guest(at, outputs.expect("the host is there"));
        self.pass(1_000);
    }

    fn id(&self, at: usize) -> EndpointId {
        self.guests[at].endpoint().id()
    }

    fn stages(&self) -> Vec<Stage> {
        self.guests.iter().map(GuestSession::stage).collect()
    }
}

#[test]
fn workers_come_in_and_other_roles_wait_to_be_let_in() {
    let mut network = Network::new(&[WORKER, "bob"]);
    assert_eq!(network.stages(), [Stage::In, Stage::Waits]);
    // Who waits is not heard.
    network.say(1, "too early");
    assert!(network.at_host.is_empty());
    network.decide(1, true);
    assert_eq!(network.stages(), [Stage::In, Stage::In]);
    network.say(1, "now");
    assert_eq!(network.at_host, [(network.id(1), "parties".to_owned(), b"now".to_vec())]);
    let host = network.host.as_ref().expect("it is open");
    let bob = host.guests().find(|guest| guest.claim == "bob").expect("bob has come");
    assert_eq!((bob.admission, bob.words), (Admission::In, network.guests[1].words()));
    assert_eq!(host.claim(network.id(1)), Some("bob"));
    let inside = |claim| host.inside(claim).collect::<Vec<_>>();
    assert_eq!((inside(WORKER), inside("bob")), (vec![network.id(0)], vec![network.id(1)]));
}

#[test]
fn who_is_turned_away_has_left_and_may_be_let_in_again() {
    let mut network = Network::new(&["bob"]);
    network.decide(0, true);
    assert!(network.left.is_empty());
    network.decide(0, false);
    assert_eq!(
        (network.stages(), network.left.as_slice()),
        (vec![Stage::Out], &[network.id(0)][..])
    );
    network.say(0, "still here");
    assert!(network.at_host.is_empty());
    network.decide(0, true);
    assert_eq!(network.stages(), [Stage::In]);
}

#[test]
fn in_a_locked_room_newcomers_wait_unseen_until_it_is_unlocked() {
    let mut network = Network::new(&[]);
    network.lock(true);
    for (index, claim) in [WORKER, "bob"].into_iter().enumerate() {
        network.guests.push(guest_session(index as u8, claim));
        network.tell_guest(index, Input::Connected);
    }
    network.pass(10_000);
    assert_eq!(network.stages(), [Stage::Waits; 2]);
    assert_eq!(network.host.as_ref().map(HostSession::is_locked), Some(true));
    assert_eq!(network.host.as_ref().map(|host| host.guests().count()), Some(0));
    network.lock(false);
    network.pass(100);
    assert_eq!(network.stages(), [Stage::In, Stage::Waits]);
    assert_eq!(network.host.as_ref().map(HostSession::is_locked), Some(false));
    assert_eq!(network.host.as_ref().map(|host| host.guests().count()), Some(2));
}

/// A worker would be let in without a question, but somebody has decided.
#[test]
fn a_room_that_is_unlocked_lets_nobody_in_who_was_turned_away() {
    let mut network = Network::new(&[WORKER]);
    network.decide(0, false);
    network.lock(true);
    network.lock(false);
    network.pass(1_000);
    assert_eq!(network.stages(), [Stage::Out]);
}

/// Two pages of one host: neither is the other's guest.
#[test]
fn another_page_of_the_same_host_is_no_guest() {
    let mut network = Network::new(&[WORKER]);
    let mut other = host_session(501);
    let mut frames: Vec<Vec<u8>> = Vec::new();
    for output in other.handle(Input::Connected, network.now) {
        if let HostOutput::Publish(To::Room, hello) = output {
            frames.push(hello);
        }
    }
    assert_eq!(frames.len(), 1);
    network.tell_host(Input::Frame(&frames[0]));
    // It is told who is there, as anybody is who asks; no link is begun.
    let to_other = |(to, bytes): &(To, Vec<u8>)| match *to == To::Endpoint(other.endpoint().id()) {
        true => Frame::read(bytes).is_ok_and(|frame| !matches!(frame, Frame::Hello { .. })),
        false => false,
    };
    assert!(!network.queue.iter().any(to_other));
    assert_eq!(network.host.as_ref().map(|host| host.guests().count()), Some(1));
}

/// What comes on the channel of admission is for the host and from it.
#[test]
fn nobody_but_the_host_lets_anybody_in() {
    let mut network = Network::new(&["alice", "bob"]);
    network.decide(0, true);
    let (host, bob, now) =
        (network.guests[0].host().expect("it is there"), network.id(1), network.now);
    let opened = network.guests[0].open(bob, now).expect("bob was heard of");
    network.of_guest(0, opened);
    for to in [bob, host] {
        for word in [super::host::COME_IN, super::host::STAY_OUT] {
            let sent = network.guests[0].send(to, super::host::ADMISSION, word.to_vec(), now);
            network.of_guest(0, sent.expect("they talk"));
        }
    }
    network.pass(1_000);
    assert_eq!(network.stages(), [Stage::In, Stage::Waits]);
    assert!(network.at_host.is_empty());
}

#[test]
fn who_looks_for_another_host_says_farewell_to_those_it_computed_with() {
    let mut network = Network::new(&["alice", "bob"]);
    network.decide(0, true);
    network.decide(1, true);
    for (at, other) in [(0, 1), (1, 0)] {
        let (other, now) = (network.id(other), network.now);
        let opened = network.guests[at].open(other, now).expect("it was heard of");
        network.of_guest(at, opened);
    }
    network.pass(1_000);
    assert_eq!(network.guests[1].others().count(), 1);
    let (alice, bob, now) = (network.id(0), network.id(1), network.now);
    let sent_on = network.host.as_mut().map(|host| host.send_on(alice, now));
    network.of_host(sent_on.expect("it is open"));
    network.pass(1_000);
    assert_eq!(network.guests[1].others().count(), 0);
    assert!(network.left_guests.contains(&(0, bob)) && network.left_guests.contains(&(1, alice)));
}

#[test]
fn who_was_in_comes_back_into_a_locked_room() {
    let mut network = Network::new(&[WORKER, "bob"]);
    network.decide(1, true);
    network.lock(true);
    // Both slept for long, and have other keys.
    for (index, claim) in [WORKER, "bob"].into_iter().enumerate() {
        network.tell_guest(index, Input::Disconnected);
        network.pass(200_000);
        network.guests[index] = guest_session(index as u8 + 1, claim);
        network.tell_guest(index, Input::Connected);
    }
    network.pass(10_000);
    assert_eq!(network.stages(), [Stage::In; 2]);
}

#[test]
fn a_host_that_comes_back_with_other_keys_is_found_again() {
    let mut network = Network::new(&[WORKER, "bob"]);
    let before = network.id(0);
    // Its page crashes: no farewell.
    network.host = None;
    network.pass(3_000);
    network.host = Some(host_session(501));
    network.tell_host(Input::Connected);
    network.pass(40_000);
    assert_eq!(network.stages(), [Stage::In, Stage::Waits]);
    assert_ne!(network.id(0), before);
}

/// Eight seconds after the lost one was last heard, and no sooner: the host may be there still.
#[test]
fn a_host_that_is_silent_is_replaced_by_itself_with_other_keys() {
    let mut network = Network::new(&[WORKER]);
    let host = network.guests[0].host().expect("it is in");
    let heard = network.guests[0].endpoint().heard_at(host).expect("it has heard the host");
    network.host = Some(host_session(501));
    network.tell_host(Input::Connected);
    while network.guests[0].host() == Some(host) {
        network.pass(50);
        assert!(network.now < heard + 60_000);
    }
    assert!((heard + 8_000..heard + 8_100).contains(&network.now), "{heard}, {}", network.now);
    network.pass(1_000);
    assert_eq!(network.stages(), [Stage::In]);
}

/// A host that sends its guests away whenever they come is asked every two seconds.
#[test]
fn a_guest_that_was_sent_on_pauses_before_it_looks_again() {
    let mut network = Network::new(&[WORKER]);
    let mut began = Vec::new();
    while began.len() < 4 {
        let now = network.now;
        let sent_on = network.host.as_mut().and_then(|host| {
            let guest = host.inside(WORKER).next();
            guest.map(|guest| host.send_on(guest, now))
        });
        network.of_host(sent_on.unwrap_or_default());
        let id = network.id(0);
        if network.guests[0].stage() == Stage::Seeks {
            // A connection that comes and goes meanwhile changes nothing.
            network.tell_guest(0, Input::Disconnected);
            network.tell_guest(0, Input::Connected);
        }
        network.pass(50);
        let stage = network.guests[0].stage();
        if network.id(0) == id && stage == Stage::In {
            began.push(network.now);
        }
        assert!(network.now < 60_000);
    }
    let pauses: Vec<u64> = began.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.iter().all(|pause| (1_900..2_200).contains(pause)), "{pauses:?}");
}

#[test]
fn a_host_that_says_farewell_is_looked_for_at_once() {
    let mut network = Network::new(&[WORKER]);
    let now = network.now;
    let outputs = network.host.as_mut().expect("it is there").close(now);
    network.of_host(outputs);
    network.host = None;
    network.pass(200);
    assert_eq!(network.stages(), [Stage::Seeks]);
}

#[test]
fn guests_that_compute_find_each_other() {
    let mut network = Network::new(&["alice", "bob"]);
    network.decide(0, true);
    network.decide(1, true);
    let (bob, now) = (network.id(1), network.now);
    let opened = network.guests[0].open(bob, now).expect("bob was heard of");
    network.of_guest(0, opened);
    let sent = network.guests[0].send(bob, "way/1", b"share".to_vec(), now).expect("bob is there");
    network.of_guest(0, sent);
    network.pass(1_000);
    assert_eq!(network.at_guests, [(1, "way/1".to_owned(), b"share".to_vec())]);
    // The host names alice to bob, too: each sees the words with the other, and what that one says it is.
    assert_eq!(network.guests[1].others().count(), 0);
    let (alice, now) = (network.id(0), network.now);
    let opened = network.guests[1].open(alice, now).expect("they talk with each other");
    assert!(opened.contains(&GuestOutput::Changed));
    let at = |at: usize| network.guests[at].others().collect::<Vec<_>>();
    let ([(bob, words)], [(alice, same)]) = (&at(0)[..], &at(1)[..]) else { panic!("one each") };
    assert_eq!((*bob, *alice, words), ("bob", "alice", same));
    assert_ne!(Some(*words), network.guests[0].words());
    // Who has gone has no words.
    let outputs = network.guests[1].leave(network.now);
    network.of_guest(1, outputs);
    network.pass(1_000);
    assert_eq!(network.guests[0].others().count(), 0);
}

#[test]
fn hellos_of_those_who_never_come_keep_nobody_out() {
    let mut network = Network::new(&["bob"]);
    network.decide(0, true);
    // More than there is room for, and more than a host remembers to have left.
    for number in 0..6_000 {
        let (claim, host) = ([WORKER, "alice"][number as usize % 2], identity().fingerprint());
        let (who, entropy) = (EndpointRole::Guest { claim, host }, seeded(1_000_000 + number));
        let mut ghost = Endpoint::new(secret(), who, false, PAYLOAD, Timing::default(), entropy);
        ghost.handle(Input::Connected, 1);
        while let Some(output) = ghost.drain() {
            if let Output::Publish(To::Room, hello) = output {
                network.tell_host(Input::Frame(&hello));
            }
        }
        network.queue.clear();
    }
    network.guests.push(guest_session(7, WORKER));
    network.tell_guest(1, Input::Connected);
    network.pass(500);
    assert_eq!(network.stages(), [Stage::In, Stage::In]);
    network.say(1, "made it");
    assert_eq!(network.at_host, [(network.id(1), "parties".to_owned(), b"made it".to_vec())]);
}

#[test]
fn strangers_in_a_locked_room_keep_nobody_out_who_was_in() {
    let mut network = Network::new(&["bob"]);
    network.decide(0, true);
    network.lock(true);
    // More than may wait; they come, and stay.
    for number in 10..60 {
        network.guests.push(guest_session(number, "alice"));
        network.tell_guest(network.guests.len() - 1, Input::Connected);
        network.pass(100);
    }
    network.guests[0] = guest_session(1, "bob");
    network.tell_guest(0, Input::Connected);
    network.pass(2_000);
    let (bob, strangers) = network.stages().split_first().map(|(a, b)| (*a, b.to_vec())).unwrap();
    assert_eq!(bob, Stage::In);
    assert!(strangers.iter().all(|stage| *stage != Stage::In));
    // Bob, and those who may wait.
    network.lock(false);
    assert_eq!(network.host.as_ref().map(|host| host.guests().count()), Some(1 + 32));
}

#[test]
fn a_guest_that_was_reloaded_is_known_again() {
    let mut network = Network::new(&["bob"]);
    network.decide(0, true);
    let before = network.id(0);
    // Its page is gone without a word, and comes back with other keys.
    network.guests[0] = guest_session(1, "bob");
    network.tell_guest(0, Input::Connected);
    network.pass(5_000);
    assert_eq!(network.stages(), [Stage::In]);
    assert_eq!(network.left, [before]);
    // The same token under another claim is somebody who has to wait.
    network.guests.push(guest_session(1, "alice"));
    network.tell_guest(1, Input::Connected);
    network.pass(5_000);
    assert_eq!(network.stages(), [Stage::In, Stage::Waits]);
}

#[test]
fn a_worker_that_is_in_looks_for_nobody_until_its_host_is_silent() {
    let mut network = Network::new(&[WORKER]);
    network.hellos = 0;
    network.pass(60_000);
    let by_host = network.hellos;
    assert!(by_host <= 4, "the host's alone, every half a minute: {by_host}");
    network.host = None;
    network.hellos = 0;
    network.pass(60_000);
    assert!(network.hellos > 0);
}

/// Everybody who has the link can say a hello with alice's public key in it, and the broker repeat one. What she is is
/// what she says under her own keys.
#[test]
fn what_others_say_in_hellos_does_not_change_what_a_guest_is() {
    let mut network = Network::new(&[]);
    let mut rogue = ScriptedPeer::new(secret(), seeded(2));
    network.guests.push(guest_session(1, "alice"));
    let alice = {
        let outputs = network.guests[0].handle(Input::Connected, network.now);
        let hello = outputs.iter().find_map(|output| match output {
            GuestOutput::Publish(To::Room, hello) => rogue.hears(hello),
            _ => None,
        });
        hello.expect("she says hello")
    };
    // The rogue is first: it says that she is nobody in particular, a host of its own, and the room's.
    let of_rogue = HostIdentity::draw(&mut seeded(3)).prove(secret().tag(), &alice.public);
    let of_host = identity().prove(secret().tag(), rogue.public());
    for proof in [None, Some(of_rogue), Some(of_host)] {
        let hello = rogue.hello(&Greeting { proof, ..alice.clone() });
        network.tell_host(Input::Frame(&hello));
    }
    network.pass(5_000);
    let host = network.host.as_ref().expect("it is open");
    let guests: Vec<_> = host.guests().collect();
    let [guest] = &guests[..] else { panic!("alice alone has come") };
    assert_eq!((guest.claim.as_str(), guest.admission), ("alice", Admission::Waits));
    assert!(guest.words.is_some() && guest.words == network.guests[0].words());
    assert_eq!(host.inside(WORKER).count(), 0);
    // And she is heard as that once she is let in.
    network.decide(0, true);
    assert_eq!(network.host.as_ref().and_then(|host| host.claim(network.id(0))), Some("alice"));
}

/// What a guest says it is comes before all else that it says, or it is not heard.
#[test]
fn a_guest_that_says_nothing_of_itself_is_not_heard() {
    let mut network = Network::new(&[]);
    let host = {
        let host = network.host.as_ref().expect("it is open");
        host.endpoint().id()
    };
    let public = host_public(&mut network);
    for first in [
        ("parties", b"now".to_vec()),
        ("door", vec![0; 16]),
        ("", vec![9]),
        ("", first_message(host, &[1; 97], &[0; 16])),
    ] {
        let mut rogue = ScriptedPeer::new(secret(), seeded(network.now));
        let hello = rogue.own_hello();
        network.tell_host(Input::Frame(&hello));
        let frame = rogue.message(&public, first.0, &first.1);
        network.tell_host(Input::Frame(&frame));
        let frame = rogue.message(&public, "parties", b"more");
        network.tell_host(Input::Frame(&frame));
        network.pass(1_000);
        assert!(network.at_host.is_empty());
        assert_eq!(network.host.as_ref().map(|host| host.guests().count()), Some(0), "{first:?}");
    }
}

/// The public key of the host's endpoint.
fn host_public(network: &mut Network) -> [u8; 32] {
    let listener = ScriptedPeer::new(secret(), seeded(4));
    network.tell_host(Input::Connected);
    let hello = network.queue.iter().find_map(|(_, bytes)| listener.hears(bytes));
    hello.expect("the host says hello").public
}

/// Another page, with an identity of its own, knows the room's secret too.
#[test]
fn only_the_host_of_the_invitation_is_taken_for_it() {
    let mut network = Network::new(&[]);
    let true_host = network.host.take();
    let rogue = HostIdentity::draw(&mut seeded(5));
    network.host = Some(host_session_of(&rogue, 502));
    network.tell_host(Input::Connected);
    network.guests.push(guest_session(1, WORKER));
    network.tell_guest(0, Input::Connected);
    network.pass(60_000);
    // It is refused, and the guest's page hears of that once.
    assert_eq!(network.stages(), [Stage::Seeks]);
    let rogue_id = network.host.as_ref().map(|host| host.endpoint().id()).expect("it is there");
    assert_eq!(network.refused_at_guests, [(0, rogue_id, CloseReason::Impostor)]);
    assert!(network.at_host.is_empty());
    network.host = true_host;
    network.pass(60_000);
    assert_eq!(network.stages(), [Stage::In]);
    assert_eq!(network.refused_at_guests.len(), 1);
}

/// The host falls silent, and somebody else says it is the host: no time makes it that.
#[test]
fn a_silent_host_is_not_replaced_by_a_stranger() {
    let mut network = Network::new(&[WORKER, "bob"]);
    network.decide(1, true);
    let host = network.guests[0].host();
    network.host = Some(host_session_of(&HostIdentity::draw(&mut seeded(5)), 503));
    network.tell_host(Input::Connected);
    // Long after a page of the same host would have been taken for it.
    network.pass(40_000);
    assert_eq!((network.guests[0].host(), network.guests[1].host()), (host, host));
    network.pass(60_000);
    assert_eq!(network.stages(), [Stage::Seeks; 2]);
    assert!(network.guests.iter().all(|guest| guest.host().is_none()));
    assert!(network.at_host.is_empty());
}

/// A rogue cannot show a host's identity, neither in its own name nor by what the host has shown of itself.
#[test]
fn who_has_no_proof_of_its_own_key_is_no_host() {
    let mut network = Network::new(&["bob"]);
    network.decide(0, true);
    let mut rogue = ScriptedPeer::new(secret(), seeded(6));
    let hello = rogue.own_hello();
    let bob = network.guests[0].host().and_then(|_| {
        let outputs = network.guests[0].handle(Input::Connected, network.now);
        outputs.iter().find_map(|output| match output {
            GuestOutput::Publish(_, bytes) => rogue.hears(bytes),
            _ => None,
        })
    });
    let bob = bob.expect("bob says hello").public;
    let stolen = super::claim::Claim::Host(identity().prove(secret().tag(), &[8; 32]));
    let first = first_message(rogue.id(), &stolen.encode(), &[0; 16]);
    let frame = rogue.message(&bob, "", &first);
    network.tell_guest(0, Input::Frame(&hello));
    network.tell_guest(0, Input::Frame(&frame));
    network.pass(100);
    assert_eq!(network.refused_at_guests, [(0, rogue.id(), CloseReason::Impostor)]);
    assert_eq!(network.stages(), [Stage::In]);
    assert!(network.guests[0].endpoint().claim(rogue.id()).is_none());
}

#[test]
fn a_guest_with_a_key_that_protects_nothing_is_refused_by_name() {
    let mut network = Network::new(&["bob"]);
    let mut rogue = ScriptedPeer::new(secret(), seeded(7));
    let weak = [0; 32];
    let hello = rogue.hello(&Greeting { public: weak, asks: true, proof: None });
    for _ in 0..3 {
        network.tell_host(Input::Frame(&hello));
        network.tell_guest(0, Input::Frame(&hello));
    }
    network.pass(1_000);
    let id = EndpointId::of(&weak);
    assert_eq!(network.refused_at_host, [(id, CloseReason::WeakKey)]);
    assert_eq!(network.refused_at_guests, [(0, id, CloseReason::WeakKey)]);
    assert_eq!(network.host.as_ref().map(|host| host.guests().count()), Some(1));
}

/// Who waits for no time that comes sleeps for ever, and who is always due never sleeps.
#[test]
fn a_host_and_a_guest_say_when_they_have_something_to_do() {
    let (mut host, mut guest) = (host_session(500), guest_session(1, WORKER));
    let now = 1_000;
    host.handle(Input::Connected, now);
    guest.handle(Input::Connected, now);
    let most = now + Timing::default().hello[1];
    for wakes in [host.wake_at(), guest.wake_at()] {
        assert!((now + 1..=most).contains(&wakes), "{wakes}");
    }
}
