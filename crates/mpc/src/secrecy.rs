//! Tests of what a party learns, and of what becomes of messages that are lost or spoilt.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::uniform::{Counts, Gathered, Ring};
use super::world::{Tap, World, noise, weights};
use super::{Error, NARROW_BITS, Output, Party, Role, TradeOff};

fn path(bytes: &[u8]) -> &str {
    let length = u32::from_le_bytes(bytes[1..5].try_into().unwrap()) as usize;
    std::str::from_utf8(&bytes[5..5 + length]).unwrap()
}

/// A message's path without its numbers, and its payload without what is public in it.
pub(super) fn secret_part(from: Role, bytes: &[u8]) -> (String, Vec<u8>) {
    let path = path(bytes);
    let length = path.len();
    let parts: Vec<&str> = path.split('/').collect();
    let public = match (from, parts.as_slice()) {
        // A header of number, model, batch and output.
        (_, ["deal", _, "train"]) => 9,
        (_, ["deal", ..]) | (_, ["classify", _, "share"]) => 13,
        // How many digits.
        (Role::Silo, _) => 4,
        // Number, the text "lenet5", fractional bits, what is saved.
        (Role::Owner, ["model", ..]) => 4 + 4 + 6 + 4 + 1,
        (_, ["order", ..]) => bytes.len() - 5 - length,
        // The material's number.
        (_, ["classify", _, "input", "open"]) => 4,
        _ => 0,
    };
    let kind = parts.iter().enumerate().filter(|(index, _)| *index != 1);
    let kind = kind.map(|(_, part)| *part).collect::<Vec<_>>().join("/");
    (kind, bytes[5 + length + public..].to_vec())
}

/// Gathers what alice and bob receive of the kinds that `is_secret`.
pub(super) fn gathering(
    is_secret: impl Fn(Role, &str) -> bool + 'static,
) -> (Tap, Rc<RefCell<Gathered>>) {
    let all = Rc::new(RefCell::new(Gathered::default()));
    let gathered = Rc::clone(&all);
    let tap: Tap = Rc::new(RefCell::new(move |from: Role, to: Role, bytes: &mut Vec<u8>| {
        let (kind, payload) = secret_part(from, bytes);
        if is_secret(from, &kind) {
            gathered.borrow_mut().add(from, to, path(bytes), &kind, payload);
        }
        true
    }));
    (tap, all)
}

#[test]
fn what_a_party_receives_is_uniform_whatever_the_input() {
    for (output, trade_off) in [
        (Output::Logits, TradeOff::Bytes),
        (Output::Label, TradeOff::Bytes),
        (Output::Logits, TradeOff::Rounds),
    ] {
        for image in [vec![0; 784], vec![255; 784]] {
            let (tap, gathered) = gathering(|_, _| true);
            let mut world =
                World::with_trade_off("lenet5", weights("lenet5", 1), 8, 7, &tap, trade_off);
            for _ in 0..32 {
                world.classify(&image, output).unwrap();
                gathered.borrow_mut().end_run();
            }
            gathered.borrow().assert_uniform(30);
        }
    }
}

#[test]
fn what_a_party_sees_on_a_wire_is_uniform() {
    assert_wires_are_uniform(World::new("lenet5", weights("lenet5", 1), 8, 5));
    assert_wires_are_uniform(World::far("lenet5", weights("lenet5", 1), 8, 5));
}

fn assert_wires_are_uniform(mut world: World) {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for _ in 0..20 {
        world.classify(&vec![0; 784], Output::Logits).unwrap();
    }
    // Bob sees the same.
    let all = world.classified.borrow();
    for (_, classified) in all.iter().filter(|(party, _)| *party == Party::Alice) {
        for seen in &classified.seen {
            let ring = if seen.bits == NARROW_BITS { Ring::Halves } else { Ring::Words };
            let width = seen.bits as usize / 8;
            let bytes =
                seen.values.iter().flat_map(|value| value.to_le_bytes().into_iter().take(width));
            let counts = counts.entry(seen.layer.clone()).or_insert_with(|| Counts::new(ring));
            counts.add(ring, &bytes.collect::<Vec<u8>>());
        }
    }
    assert_eq!(counts.len(), 11, "the input and every layer but the flattening and the last");
    for (layer, counts) in counts {
        counts.assert_uniform(&layer);
    }
}

#[test]
fn the_same_drawing_is_shared_anew_each_time() {
    let shares = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&shares);
    let tap: Tap = Rc::new(RefCell::new(move |from: Role, _: Role, bytes: &mut Vec<u8>| {
        if from == Role::Client {
            heard.borrow_mut().push(secret_part(from, bytes).1);
        }
        true
    }));
    let mut world = World::tapped("linear", weights("linear", 1), 8, 1, &tap);
    for _ in 0..3 {
        world.classify(&noise(1, 1), Output::Logits).unwrap();
    }
    let mut shares = shares.borrow().clone();
    shares.sort();
    shares.dedup();
    assert_eq!(shares.len(), 6);
}

#[test]
fn no_material_is_used_twice() {
    let mut world = World::new("linear", weights("linear", 1), 8, 2);
    for round in 0..30 {
        if round % 10 == 9 {
            world.share(weights("linear", round));
        }
        let output = if round % 3 == 0 { Output::Label } else { Output::Logits };
        world.classify(&noise(1, round), output).unwrap();
    }
    let ledger = world.classified.borrow();
    for party in [Party::Alice, Party::Bob] {
        let used: Vec<u32> =
            ledger.iter().filter(|(who, _)| *who == party).map(|(_, one)| one.material).collect();
        let mut once = used.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), 30);
        assert!(used.len() == once.len(), "{party:?} used {used:?}");
    }
}

#[test]
fn material_that_comes_twice_is_refused() {
    let kept: Rc<RefCell<Option<Vec<u8>>>> = Rc::default();
    let tap: Tap = Rc::new(RefCell::new(move |from: Role, to: Role, bytes: &mut Vec<u8>| {
        if (from, to) == (Role::Dealer, Role::Bob) {
            if let Some(first) = kept.borrow().as_ref() {
                bytes.clone_from(first);
            }
            kept.borrow_mut().get_or_insert_with(|| bytes.clone());
        }
        true
    }));
    let mut world = World::tapped("linear", weights("linear", 1), 8, 3, &tap);
    // Two orders: what is left of the first one would be enough for the first drawings.
    let error = (0..9).find_map(|_| world.classify(&noise(1, 1), Output::Logits).err()).unwrap();
    assert_eq!(error, Error::Reused { what: "material", number: 1 });
}

/// Who sent the spoilt message, and its kind.
pub(super) type Victim = Rc<RefCell<Option<(Role, String)>>>;

/// Spoils the message with this number, counted from the session's first.
pub(super) fn spoilt(number: usize, how: fn(&mut Vec<u8>) -> bool) -> (Tap, Victim) {
    let victim = Rc::new(RefCell::new(None));
    let (found, mut count) = (Rc::clone(&victim), 0);
    let tap: Tap = Rc::new(RefCell::new(move |from: Role, _: Role, bytes: &mut Vec<u8>| {
        count += 1;
        if count != number {
            return true;
        }
        *found.borrow_mut() = Some((from, secret_part(from, bytes).0));
        how(bytes)
    }));
    (tap, victim)
}

#[test]
fn a_message_that_is_cut_short_is_noticed_and_its_sender_named() {
    let ways: [fn(&mut Vec<u8>) -> bool; 3] = [
        |bytes| bytes.pop().is_some(),
        |bytes| {
            bytes.clear();
            true
        },
        |bytes| {
            bytes[0] ^= 1;
            true
        },
    ];
    for how in ways {
        let mut spoilt_all = false;
        for number in 1.. {
            let (tap, victim) = spoilt(number, how);
            let mut world = World::tapped("lenet5", weights("lenet5", 1), 8, 4, &tap);
            let outcome = world.classify(&noise(1, 1), Output::Label);
            let victim = victim.borrow().clone();
            let Some((from, kind)) = victim else {
                outcome.unwrap();
                spoilt_all = number > 60;
                break;
            };
            // Material that is in stock for later is looked at when it comes, too.
            let error =
                outcome.err().or_else(|| world.ends.borrow().first().map(|end| end.1.clone()));
            match error {
                Some(
                    Error::Malformed { role, .. }
                    | Error::Length { role, .. }
                    | Error::Unexpected { role, .. },
                ) => assert_eq!(role, from, "{kind}"),
                Some(Error::Material { .. }) => assert_eq!(from, Role::Dealer),
                other => panic!("message {number}, {kind} from {from}: {other:?}"),
            }
        }
        assert!(spoilt_all, "a classification has many messages");
    }
}

#[test]
fn a_message_that_is_lost_gives_no_answer() {
    for number in 1.. {
        let (tap, victim) = spoilt(number, |_| false);
        let mut world = World::tapped("linear", weights("linear", 1), 8, 4, &tap);
        let outcome = world.classify(&noise(1, 1), Output::Logits);
        let victim = victim.borrow().clone();
        let Some((from, kind)) = victim else { break };
        // What is lost of the stock for later does not matter now.
        match from {
            Role::Dealer => {}
            _ if kind == "order" => {}
            _ => assert!(outcome.is_err(), "{kind} from {from} was lost"),
        }
    }
}
