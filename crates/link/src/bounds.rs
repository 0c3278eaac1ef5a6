//! With how many an end talks, and of whom it tells.

use super::frame::Greeting;
use super::hostile::{lone, secret, seeded};
use super::scripted_peer::{self, ScriptedPeer};
use super::{
    CloseReason, Endpoint, EndpointId, EndpointRole, HostIdentity, Input, Output, Timing, To,
};

/// An end that is connected and has said so.
fn connected() -> Endpoint {
    let mut end = lone(1, "bob");
    end.handle(Input::Connected, 1);
    while end.drain().is_some() {}
    end
}

fn rogue_id(seed: u64) -> EndpointId {
    rogue(seed).id()
}

fn rogue(seed: u64) -> ScriptedPeer {
    ScriptedPeer::new(secret(1), seeded(1_000 + seed))
}

#[test]
fn an_end_talks_with_so_many_and_no_more() {
    let mut end = connected();
    let mut ids = Vec::new();
    for seed in 0..=super::endpoint::PEERS_MAX as u64 {
        let mut rogue = rogue(seed);
        scripted_peer::hear(&mut end, &[&rogue.own_hello()], 1);
        ids.push(rogue.id());
    }
    let last = ids.pop().expect("there are some");
    for id in &ids {
        assert_eq!(end.open(*id, 1), Ok(()));
    }
    assert_eq!(end.open(last, 1), Err(CloseReason::Unknown));
    // One that it talks with takes no room twice, and one that goes makes some.
    assert_eq!(end.open(ids[0], 1), Ok(()));
    end.shut(ids[0], 1);
    assert_eq!(end.open(last, 1), Ok(()));
}

/// Who was not wanted before may be by now; who is talked with is no news.
#[test]
fn of_who_says_hello_again_an_end_tells_again_until_it_talks_with_them() {
    let mut end = connected();
    let mut rogue = rogue(1);
    let (id, pause) = (rogue.id(), Timing::default().hello[0]);
    let mut heard = |end: &mut Endpoint, now| {
        let outputs = scripted_peer::hear(end, &[&rogue.own_hello()], now);
        outputs.iter().filter(|output| matches!(output, Output::Heard { .. })).count()
    };
    let now = 50_000;
    assert_eq!(heard(&mut end, now), 1);
    assert_eq!(heard(&mut end, now + pause), 1);
    end.open(id, now + pause).expect("it was heard");
    assert_eq!(heard(&mut end, now + 2 * pause), 0);
}

/// An end that nobody looks for answers those alone whom it talks with. Any end answers twice a second at most: one
/// answer may have been lost.
#[test]
fn hellos_that_ask_are_answered_once_in_a_while() {
    let pause = Timing::default().hello[0] / 2;
    for (answers, talks) in [(true, false), (false, false), (false, true), (true, true)] {
        let who = EndpointRole::Guest {
            claim: "bob",
            host: HostIdentity::draw(&mut seeded(1)).fingerprint(),
        };
        let mut end = Endpoint::new(secret(1), who, answers, 1000, Timing::default(), seeded(3));
        end.handle(Input::Connected, 1);
        let mut rogue = rogue(1);
        let mut asked = |end: &mut Endpoint, asks, now| {
            let greeting = Greeting { public: *rogue.public(), asks, proof: None };
            let hello = rogue.hello(&greeting);
            let outputs = scripted_peer::hear(end, &[&hello], now);
            let answer = |(to, bytes): &(To, &[u8])| {
                *to == To::Endpoint(rogue.id()) && rogue.hears(bytes).is_some_and(|it| !it.asks)
            };
            scripted_peer::frames(&outputs).iter().filter(|frame| answer(frame)).count()
        };
        let now = 50_000;
        assert_eq!(asked(&mut end, false, now), 0);
        if talks {
            end.open(rogue_id(1), now).expect("it was heard");
        }
        let answered = usize::from(answers || talks);
        let found = [0, 1, pause - 1, pause, pause + 1].map(|at| asked(&mut end, true, now + at));
        assert_eq!(
            found,
            [1, 1, 0, 1, 1].map(|one| one * answered),
            "answers {answers}, talks {talks}"
        );
    }
}

#[test]
fn an_end_does_not_hear_of_itself() {
    let mut end = lone(1, "bob");
    end.handle(Input::Connected, 1);
    let own = std::iter::from_fn(|| end.drain()).find_map(|output| match output {
        Output::Publish(To::Room, hello) => Some(hello),
        _ => None,
    });
    assert_eq!(scripted_peer::hear(&mut end, &[&own.expect("it says hello")], 1), []);
}
