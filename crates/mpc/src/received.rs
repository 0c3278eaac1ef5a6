//! Which messages reach whom, over whole sessions: the tables "Who knows what" of docs/security.md.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::secrecy::secret_part;
use super::train::{Loss, Training, TrainingInfo};
use super::world::{Tap, World, noise, weights};
use super::{Output, Role};

/// Sender and kind of every message to this role, in a session that does everything there is.
fn sent_to(receiver: Role) -> BTreeSet<String> {
    let heard = Rc::new(RefCell::new(BTreeSet::new()));
    let told = Rc::clone(&heard);
    let tap: Tap = Rc::new(RefCell::new(move |from: Role, to: Role, bytes: &mut Vec<u8>| {
        if to == receiver {
            let kind = secret_part(from, bytes).0;
            told.borrow_mut().insert(format!("{from}: {kind}"));
        }
        true
    }));
    let mut world = World::tapped("linear", weights("linear", 1), 8, 1, &tap);
    for output in [Output::Logits, Output::Label] {
        world.classify(&noise(1, 1), output).unwrap();
    }
    world.contribute(&noise(8, 2), &[1, 2, 3, 4, 5, 6, 7, 8]);
    let training = Training { batch: 4, rate: 4, momentum: Some(2), loss: Loss::CrossEntropy };
    let preset = "linear".to_owned();
    let asked = TrainingInfo { number: 0, preset, training, epochs: 1, watched: 2 };
    let info = world.train(asked).unwrap();
    world.take(&info, 8).unwrap();
    world.classify(&noise(1, 3), Output::Logits).unwrap();
    heard.borrow().clone()
}

#[test]
fn each_role_is_sent_what_it_may_know_and_no_more() {
    let all = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let expected: [(Role, BTreeSet<String>); 4] = [
        (Role::Client, all(&["alice: classify/answer", "bob: classify/answer"])),
        (Role::Dealer, all(&["alice: order", "alice: order/train", "alice: seed", "bob: seed"])),
        (Role::Owner, BTreeSet::new()),
        (Role::Silo, BTreeSet::new()),
    ];
    for (role, kinds) in expected {
        assert_eq!(sent_to(role), kinds, "{role}");
    }
    // What the parties say to each other are shares of masked values, and alice tells bob what is trained.
    let shares = ["client: classify/share", "owner: model/share", "owner: model/take"];
    let dealt = ["dealer: deal", "dealer: deal/train", "silo: data/share"];
    for (role, peer) in [(Role::Alice, "bob: "), (Role::Bob, "alice: ")] {
        let mut kinds = sent_to(role);
        kinds.retain(|kind| !kind.starts_with(peer));
        let mut known: BTreeSet<String> = all(&[shares, dealt].concat());
        if role == Role::Alice {
            known.insert("owner: train/begin".to_owned());
        }
        assert_eq!(kinds, known, "{role}");
    }
}
