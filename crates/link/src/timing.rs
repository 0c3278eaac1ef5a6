//! When an end says what: hellos, keep-alives, acknowledgements, and what it sends again.

use super::endpoint::{Endpoint, Input, Output};
use super::frame::{Ack, Frame, To};
use super::hostile::{lone, secret, seeded};
use super::scripted_peer::{self, ScriptedPeer};
use super::{CloseReason, EndpointId};
use sotto_core::wire::Writer;

/// The first piece of a message that goes on.
const FIRST: u8 = 1;
const START: u64 = 1;

/// What an end says, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Hello,
    /// A piece of this number.
    Piece(u64),
    Ack(Ack),
    Left(CloseReason),
}

/// An end, and one that it talks with, which says what the test wants.
struct Talk {
    end: Endpoint,
    public: [u8; 32],
    other: ScriptedPeer,
}

impl Talk {
    /// They talk since [`START`]; what was said until then is taken away, and the first piece, of number 0, has
    /// not been acknowledged.
    fn new() -> Self {
        let mut end = lone(1, "bob");
        end.handle(Input::Connected, START);
        let other = ScriptedPeer::new(secret(1), seeded(9));
        let public = std::iter::from_fn(|| end.drain()).find_map(|output| match output {
            Output::Publish(_, bytes) => other.hears(&bytes).map(|greeting| greeting.public),
            _ => None,
        });
        let mut talk = Self { end, public: public.expect("it says hello"), other };
        let hello = talk.other.own_hello();
        talk.hear(&hello, START);
        talk.end.open(talk.id(), START).expect("it was heard");
        talk.said(START);
        talk
    }

    /// The same, with nothing under way.
    fn quiet() -> Self {
        let mut talk = Self::new();
        talk.ack(Ack { next: 1, ..Ack::default() }, START);
        talk
    }

    fn id(&self) -> EndpointId {
        self.other.id()
    }

    fn hear(&mut self, frame: &[u8], now: u64) -> Vec<(u64, Said)> {
        self.end.handle(Input::Frame(frame), now);
        self.said(now)
    }

    /// The other one sends an acknowledgement; what the end says at once.
    fn ack(&mut self, ack: Ack, now: u64) -> Vec<(u64, Said)> {
        let frame = self.other.ack(&self.public, &ack.encode());
        self.hear(&frame, now)
    }

    /// A frame of the other one's, with a piece of a message that does not end.
    fn piece(&mut self) -> Vec<u8> {
        let mut writer = Writer::new();
        match self.other.is_silent() {
            true => writer.u8(FIRST).text("endless").length(1 << 20),
            false => writer.u8(0),
        };
        writer.raw(&[7; 10]);
        self.other.piece(&self.public, &writer.finish())
    }

    fn send(&mut self, length: usize, now: u64) -> Vec<(u64, Said)> {
        self.end.send(self.id(), "way", vec![0; length], now).expect("they talk");
        self.said(now)
    }

    fn said(&mut self, now: u64) -> Vec<(u64, Said)> {
        let outputs = std::iter::from_fn(|| self.end.drain());
        let said = outputs.filter_map(|output| match output {
            Output::Publish(_, bytes) => Some(match Frame::read(&bytes).expect("it is a frame") {
                Frame::Hello { .. } => Said::Hello,
                Frame::Data(frame) => Said::Piece(frame.number),
                Frame::Ack(_) => Said::Ack(self.other.reads(&self.public, &bytes)),
            }),
            Output::Left(_, why) => Some(Said::Left(why)),
            _ => None,
        });
        said.map(|said| (now, said)).collect()
    }

    /// What the end says while time passes, if it is woken whenever it wants.
    fn pass(&mut self, until: u64) -> Vec<(u64, Said)> {
        let mut all = Vec::new();
        loop {
            let now = self.end.wake_at();
            if now > until {
                return all;
            }
            self.end.handle(Input::Tick, now);
            assert!(self.end.wake_at() > now, "it wakes for something, once");
            all.extend(self.said(now));
        }
    }
}

fn numbers(said: &[(u64, Said)]) -> Vec<(u64, u64)> {
    let number = |(at, said): &(u64, Said)| match said {
        Said::Piece(number) => Some((*at, *number)),
        _ => None,
    };
    said.iter().filter_map(number).collect()
}

fn acks(said: &[(u64, Said)]) -> Vec<(u64, Ack)> {
    let ack = |(at, said): &(u64, Said)| match said {
        Said::Ack(ack) => Some((*at, *ack)),
        _ => None,
    };
    said.iter().filter_map(ack).collect()
}

fn hellos(said: &[(u64, Said)]) -> Vec<u64> {
    said.iter().filter(|(_, said)| *said == Said::Hello).map(|(at, _)| *at).collect()
}

fn pieces(range: std::ops::Range<u64>, at: u64) -> Vec<(u64, u64)> {
    range.map(|number| (at, number)).collect()
}

#[test]
fn hellos_come_less_and_less_often_and_begin_anew_with_a_connection() {
    let mut talk = Talk::quiet();
    talk.end.shut(talk.other.id(), START);
    talk.said(START);
    assert_eq!(hellos(&talk.pass(100_000)), [2_001, 6_001, 14_001, 30_001, 62_001, 94_001]);
    talk.end.handle(Input::Disconnected, 100_000);
    assert_eq!(talk.pass(200_000), []);
    assert!(talk.end.wake_at() <= 200_000 + 32_000, "it looks for a connection again");
    talk.end.handle(Input::Connected, 200_000);
    assert_eq!(talk.said(200_000), [(200_000, Said::Hello)]);
    assert_eq!(hellos(&talk.pass(210_000)), [202_000, 206_000]);
}

#[test]
fn who_has_found_whom_it_looked_for_says_hello_again_when_that_one_is_silent() {
    let mut talk = Talk::quiet();
    talk.end.settle(Some(talk.other.id()));
    let mut said = Vec::new();
    for now in (1..=10).map(|step| 2_000 * step) {
        said.extend(talk.pass(now));
        said.extend(talk.ack(Ack::default(), now));
    }
    assert!(hellos(&said).is_empty());
    // Last heard at 20,000, with a keep-alive every 3,000.
    let said = hellos(&talk.pass(60_000));
    assert!(said.first().is_some_and(|at| (29_000..33_000).contains(at)), "{said:?}");
}

#[test]
fn keep_alives_come_in_time_and_tell_the_round_trip() {
    let mut talk = Talk::quiet();
    let alive = Ack { asks: true, ..Ack::default() };
    let said = acks(&talk.pass(7_000));
    assert_eq!(said, [3_001, 6_001].map(|at| (at, Ack { at, ..alive })));
    let echo = Ack { echo: 6_001, next: 1, ..Ack::default() };
    assert_eq!(talk.end.rtt(talk.id()), None);
    assert_eq!(talk.ack(echo, 6_101), []);
    assert_eq!(talk.end.rtt(talk.id()), Some(100.0));
    // An echo of what will be said is none.
    talk.ack(Ack { echo: 9_999, ..echo }, 6_102);
    assert_eq!(talk.end.rtt(talk.id()), Some(100.0));
    talk.ack(Ack { echo: 6_103, ..echo }, 6_103);
    assert_eq!(talk.end.rtt(talk.id()), Some(80.0));
    // Who is asked answers at once, and says when it was asked.
    let asked = talk.ack(Ack { next: 1, at: 77, ..alive }, 6_200);
    assert_eq!(asked, [(6_200, Said::Ack(Ack { echo: 77, ..Ack::default() }))]);
}

#[test]
fn what_arrives_is_acknowledged_soon_and_sixteen_pieces_at_once() {
    let mut talk = Talk::quiet();
    talk.pass(100);
    let ack = |next| Ack { next, ..Ack::default() };
    let (first, second) = (talk.piece(), talk.piece());
    assert_eq!(talk.hear(&first, 100), []);
    assert_eq!(talk.hear(&second, 110), []);
    assert_eq!(acks(&talk.pass(1_000)), [(125, ack(2))], "25 after the first");
    // One that comes again was not acknowledged, as far as its sender knows.
    assert_eq!(talk.hear(&first, 1_000), []);
    assert_eq!(talk.hear(&first, 1_010), []);
    assert_eq!(acks(&talk.pass(2_000)), [(1_025, ack(2))]);
    for number in 3..18 {
        let piece = talk.piece();
        assert_eq!(talk.hear(&piece, 2_000), [], "{number}");
    }
    let piece = talk.piece();
    assert_eq!(talk.hear(&piece, 2_000), [(2_000, Said::Ack(ack(18)))]);
    assert_eq!(acks(&talk.pass(3_000)), [], "it has said so");
    let piece = talk.piece();
    assert_eq!(talk.hear(&piece, 3_000), []);
    // A keep-alive says it too.
    let next = 19;
    assert_eq!(acks(&talk.pass(3_030)), [(3_001, Ack { next, asks: true, at: 3_001, ..ack(0) })]);
}

#[test]
fn what_is_not_acknowledged_is_sent_again_less_and_less_often_until_the_other_has_left() {
    let mut talk = Talk::new();
    let said = talk.pass(100_000);
    let mut again: Vec<_> = [1_001, 3_001, 7_001].map(|at| (at, 0)).into();
    again.extend((15_001..90_000).step_by(8_000).map(|at| (at, 0)));
    assert_eq!(numbers(&said), again);
    let left: Vec<_> = said.iter().filter(|(_, said)| matches!(said, Said::Left(_))).collect();
    assert_eq!(left, [&(90_001, Said::Left(CloseReason::Silent))]);
}

/// A link without a connection is not given up slowly: what waits goes soon after it is back.
#[test]
fn without_a_connection_nothing_is_sent_and_with_it_all_at_once() {
    let mut talk = Talk::new();
    talk.pass(8_000);
    talk.end.handle(Input::Disconnected, 8_000);
    assert_eq!(talk.send(2_000, 8_000), []);
    assert_eq!(talk.pass(30_000), []);
    talk.end.handle(Input::Connected, 30_000);
    let said = talk.said(30_000);
    let back = Ack { asks: true, at: 30_000, is_back: true, ..Ack::default() };
    assert_eq!(acks(&said), [(30_000, back)]);
    assert_eq!(numbers(&said), pieces(0..4, 30_000));
    // Each time with the same timeouts as at first.
    assert_eq!(numbers(&talk.pass(34_000)), [(31_000, 0), (33_000, 0)]);
}

/// With so many frames under way.
fn with_flight(frames: u64) -> Talk {
    let mut talk = Talk::quiet();
    for _ in 0..frames {
        talk.send(10, START);
    }
    talk
}

#[test]
fn how_much_is_sent_again_depends_on_what_the_other_says() {
    let next = |next| Ack { next, ..Ack::default() };
    // The oldest is sent again by itself at 1,001, and not before 3,001 once more.
    let (soon, late) = (2_000, 2_001);
    for (ack, now, expected) in [
        (next(1), soon, 0),
        (next(1), late, 0),
        (Ack { asks: true, ..next(1) }, soon, 0),
        (Ack { asks: true, ..next(1) }, late, 1),
        (next(2), soon, 0),
        (next(2), late, 8),
        (Ack { is_back: true, ..next(1) }, soon, 64),
        (Ack { is_back: true, ..next(2) }, late, 64),
    ] {
        let mut talk = with_flight(80);
        talk.pass(1_001);
        let said = numbers(&talk.ack(ack, now));
        assert_eq!(said, pieces(ack.next..ack.next + expected, now), "{ack:?} at {now}");
    }
}

#[test]
fn who_takes_its_time_to_answer_is_waited_for() {
    for (rtt, timeout) in [(0, 1_000), (250, 1_000), (500, 2_000), (3_000, 8_000)] {
        let mut talk = with_flight(2);
        let now = START + rtt;
        talk.ack(Ack { next: 2, echo: START, ..Ack::default() }, now);
        let again = [now + timeout, now + timeout + (2 * timeout).min(8_000)];
        assert_eq!(numbers(&talk.pass(again[1])), again.map(|at| (at, 2)), "{rtt}");
    }
}

/// Somebody that it has not heard of says something: it asks who that is, and again after a while.
#[test]
fn strangers_are_asked_who_they_are_every_other_second() {
    let mut end = lone(1, "bob");
    let mut other = ScriptedPeer::new(secret(1), seeded(9));
    end.handle(Input::Connected, 50_000);
    let asked = |now| {
        let frame = other.piece(&[3; 32], &[7]);
        let outputs = scripted_peer::hear(&mut end, &[&frame], now);
        scripted_peer::frames(&outputs).iter().any(|(to, _)| *to == To::Endpoint(other.id()))
    };
    let found = [50_000, 50_001, 51_999, 52_000, 53_000, 54_000].map(asked);
    assert_eq!(found, [true, false, false, true, false, true]);
}

#[test]
fn an_older_acknowledgement_says_nothing() {
    let mut talk = with_flight(2);
    let older = talk.other.ack(&talk.public, &Ack { leaves: true, ..Ack::default() }.encode());
    talk.ack(Ack { next: 3, ..Ack::default() }, START);
    assert_eq!(talk.hear(&older, START), []);
    assert_eq!(
        talk.ack(Ack { leaves: true, ..Ack::default() }, 2),
        [(2, Said::Left(CloseReason::Left))]
    );
}
