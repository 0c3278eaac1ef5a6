//! With how many an end talks, and of whom it tells.

use super::hostile::{lone, secret, seeded};
use super::puppet::{self, Puppet};
use super::{Closed, Endpoint, Input, Output, Timing};

/// An end that is connected and has said so.
fn connected() -> Endpoint {
    let mut end = lone(1, "bob");
    end.handle(Input::Connected, 1);
    while end.drain().is_some() {}
    end
}

fn rogue(seed: u64) -> Puppet {
    Puppet::new(secret(1), seeded(1_000 + seed))
}

#[test]
fn an_end_talks_with_so_many_and_no_more() {
    let mut end = connected();
    let mut ids = Vec::new();
    for seed in 0..=super::endpoint::PEERS_MAX as u64 {
        let mut rogue = rogue(seed);
        puppet::hear(&mut end, &[&rogue.own_hello()], 1);
        ids.push(rogue.id());
    }
    let last = ids.pop().expect("there are some");
    for id in &ids {
        assert_eq!(end.open(*id, 1), Ok(()));
    }
    assert_eq!(end.open(last, 1), Err(Closed::Unknown));
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
        let outputs = puppet::hear(end, &[&rogue.own_hello()], now);
        outputs.iter().filter(|output| matches!(output, Output::Heard { .. })).count()
    };
    assert_eq!(heard(&mut end, 1), 1);
    assert_eq!(heard(&mut end, 1 + pause), 1);
    end.open(id, 2 + pause).expect("it was heard");
    assert_eq!(heard(&mut end, 1 + 2 * pause), 0);
}
