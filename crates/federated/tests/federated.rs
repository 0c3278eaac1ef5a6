//! Whole rounds of the real machines with real training, on links in memory.
#![allow(clippy::unwrap_used, missing_docs)]

mod spots;

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::*;
use sotto_core::seeded::Stream;
use sotto_core::wire::{Address, Envelope, PeerId, RunId};
use sotto_federated::sim::{Simulation, TapAction};
use sotto_federated::{
    Aggregator, Event, MemberState, Phase, Refusal, Settings, ToAggregator, ToWorker, Token,
    Update, Worker, WorkerEvent, WorkerPhase,
};
use sotto_network::WeightHash;
use sotto_secagg::Identity;
use sotto_train::Variety;
use spots::{shards, spots};

const MINUTE: u64 = 60_000;
const UPDATE: u8 = 3;

fn settings() -> Settings {
    // The spots that are trained on are no digits: variants of them are of no use.
    let variety = Variety::NONE;
    Settings {
        model: "linear".to_owned(),
        rounds: 3,
        secagg: false,
        variety,
        ..Settings::default()
    }
}

fn room(settings: Settings, workers: usize) -> Simulation {
    let mut room = Simulation::new(settings, shards()).unwrap();
    for worker in 0..workers {
        room.open_worker(1000 + 100 * worker as u64);
    }
    room.advance(0);
    room
}

fn finished(snapshot: &sotto_federated::Snapshot) -> bool {
    snapshot.phase == Phase::Finished
}

fn hash(room: &Simulation) -> WeightHash {
    room.aggregator().weights().hash()
}

fn said(room: &Simulation, text: &str) -> bool {
    room.notices().iter().any(|(_, notice)| notice.contains(text))
}

#[test]
fn variants_and_pens_change_the_model_and_replay() {
    let run = |variety| {
        let mut room = room(Settings { variety, ..settings() }, 3);
        room.tell(Event::Start);
        assert!(room.run_until(10 * MINUTE, finished));
        hash(&room)
    };
    let usual = Settings::default().variety;
    assert!(usual.augment && usual.pens > 0.0);
    let hashes = [usual, Variety { augment: false, ..usual }, Variety { pens: 0.0, ..usual }];
    let hashes: Vec<WeightHash> = hashes.into_iter().chain([Variety::NONE]).map(run).collect();
    for (number, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..number].contains(hash), "{number} is like one before it");
    }
    assert_eq!(run(usual), hashes[0]);
    // Which third of the pens is kept from training is of no matter where none are drawn.
    assert_eq!(run(Variety { fold: 2, ..Variety::NONE }), hashes[3]);
}

/// Changes every update on the wire; the closure may return other bytes.
fn tap_updates(
    room: &mut Simulation,
    mut change: impl FnMut(usize, &mut Vec<u8>) -> TapAction + 'static,
) {
    let mut seen = 0;
    room.tap(Box::new(move |_, to, bytes| {
        let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
        if to != Address::Aggregator || envelope.kind != UPDATE {
            return TapAction::Deliver;
        }
        seen += 1;
        change(seen, bytes)
    }));
}

#[test]
fn rounds_are_trained_and_replayed_bit_for_bit() {
    let run = || {
        let mut room = room(settings(), 4);
        room.tell(Event::Start);
        assert!(room.run_until(MINUTE, finished));
        assert_eq!(room.snapshot().round, 3);
        // The first weights, and each round's.
        assert_eq!(room.models(), 4);
        room
    };
    let first = run();
    assert_eq!(hash(&first), hash(&run()));
    let result = sotto_train::Evaluator::run(
        sotto_train::Model::new(first.aggregator().network(), first.aggregator().weights())
            .unwrap(),
        &spots(200, 999),
    )
    .unwrap();
    assert!(result.accuracy() > 95.0, "{}", result.accuracy());
}

#[test]
fn the_order_of_arrival_changes_no_bit() {
    let run = |paces: [u64; 3]| {
        let mut room = Simulation::new(settings(), shards()).unwrap();
        for pace in paces {
            room.open_worker(pace);
        }
        room.advance(0);
        room.tell(Event::Start);
        assert!(room.run_until(MINUTE, finished));
        hash(&room)
    };
    assert_eq!(run([100, 200, 300]), run([300, 100, 200]));
}

#[test]
fn a_closed_tab_does_not_stall_a_round() {
    let mut room = room(settings(), 4);
    room.tell(Event::Start);
    room.advance(500);
    room.close_worker(2);
    assert!(room.run_until(MINUTE, finished));
    assert!(said(&room, "the round goes on without it"));
    assert_eq!(room.snapshot().members.len(), 3);
}

#[test]
fn a_reloaded_tab_takes_the_free_slot_and_joins_the_next_round() {
    let mut room = room(settings(), 3);
    room.tell(Event::Start);
    room.advance(500);
    room.close_worker(1);
    room.open_worker(1000);
    room.advance(0);
    let slots: Vec<u32> = room.snapshot().members.iter().map(|m| m.slot).collect();
    assert_eq!(slots, [0, 1, 2]);
    assert!(room.run_until(MINUTE, |s| s.round == 1));
    room.advance(100);
    let training = room.snapshot().members.iter().all(|m| m.state == MemberState::Training);
    assert!(training, "{:?}", room.snapshot());
    assert!(room.run_until(MINUTE, finished));
}

#[test]
fn a_round_below_its_quorum_is_tried_again_and_leaves_no_trace() {
    let mut room = room(Settings { quorum: 1.0, ..settings() }, 3);
    let before = hash(&room);
    room.tell(Event::Start);
    room.advance(500);
    room.close_worker(0);
    room.advance(500);
    assert!(said(&room, "round 1 was abandoned"));
    assert_eq!((hash(&room), room.snapshot().round), (before, 0));
    assert!(room.run_until(MINUTE, finished));
}

#[test]
fn silent_workers_are_left_behind_at_the_deadline() {
    let mut room = room(Settings { deadline_s: 5, ..settings() }, 3);
    let lazy = room.open_worker(20_000);
    room.advance(0);
    room.tell(Event::Start);
    room.advance(4_900);
    assert_eq!(room.snapshot().round, 0);
    room.advance(200);
    assert_eq!((room.snapshot().round, room.snapshot().counted), (1, 3));
    assert!(said(&room, "before the deadline"));
    // The others go on at their own pace; it sits out.
    assert_eq!(room.snapshot().members[lazy].state, MemberState::Idle);
    assert!(room.run_until(5_000, finished));
}

#[test]
fn workers_that_are_all_too_slow_are_asked_again() {
    let mut room = room(Settings { deadline_s: 5, rounds: 1, ..settings() }, 0);
    let workers = [room.open_worker(20_000), room.open_worker(20_000)];
    room.advance(0);
    room.tell(Event::Start);
    room.advance(20_000);
    assert!(said(&room, "round 1 was abandoned: 0 of 2"), "{:?}", room.notices());
    for worker in workers {
        room.close_worker(worker);
        room.open_worker(1_000);
    }
    assert!(room.run_until(MINUTE, finished));
}

#[test]
fn training_that_cannot_succeed_stops() {
    let mut recipe = settings().recipe;
    recipe.sgd.learning_rate = 3e38;
    let mut room = room(Settings { recipe, ..settings() }, 2);
    let before = hash(&room);
    room.tell(Event::Start);
    assert!(!room.run_until(10 * MINUTE, finished));
    assert!(said(&room, "could not train"), "{:?}", room.notices());
    assert!(said(&room, "training stopped"), "{:?}", room.notices());
    assert_eq!((hash(&room), room.snapshot().phase), (before, Phase::Idle));
}

#[test]
fn a_full_room_says_so() {
    let mut machine = Worker::new(Identity::from_seed(&[1; 32]), Box::new(|bytes| bytes.fill(1)));
    machine.handle(WorkerEvent::Open, 0);
    let (kind, payload) = ToWorker::Refused(Refusal::Full).encode();
    let (run, sender) = (RunId(9), PeerId([2; 16]));
    let full = Envelope { run, round: 0, sender, kind, payload }.encode();
    machine.handle(WorkerEvent::Bytes(full), 0);
    assert_eq!(machine.phase(), &WorkerPhase::Refused(Refusal::Full));
}

#[test]
fn late_and_doubled_updates_are_refused() {
    let mut room = room(settings(), 2);
    tap_updates(&mut room, |_, _| TapAction::Double);
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, finished));
    assert!(said(&room, "already reported"), "{:?}", room.notices());
    assert!(said(&room, "late"), "{:?}", room.notices());
    let mut plain = self::room(settings(), 2);
    plain.tell(Event::Start);
    plain.run_until(MINUTE, finished);
    assert_eq!(hash(&room), hash(&plain), "a doubled update counts once");
}

/// Replaces the update in an envelope.
fn forge(bytes: &mut Vec<u8>, change: impl FnOnce(&mut Envelope, &mut Update)) {
    let mut envelope = Envelope::decode(bytes, usize::MAX).unwrap();
    let Ok(ToAggregator::Update(mut update)) =
        ToAggregator::decode(envelope.kind, &envelope.payload)
    else {
        panic!("not an update");
    };
    change(&mut envelope, &mut update);
    (envelope.kind, envelope.payload) = ToAggregator::Update(update).encode();
    *bytes = envelope.encode();
}

#[test]
fn bad_updates_are_refused_with_the_reason() {
    type Change = fn(&mut Envelope, &mut Update);
    let cases: [(&str, Change); 8] = [
        ("not a finite number", |_, u| u.values[7] = f32::NAN),
        ("not a finite number", |_, u| u.values[7] = f32::INFINITY),
        ("as many values", |_, u| u.values.truncate(7)),
        ("another model", |_, u| u.base = WeightHash([1; 32])),
        ("another number of digits", |_, u| u.digits = 1_000_000),
        ("another round", |e, _| e.round = 7),
        ("forged", |_, u| u.token = Token([0; 16])),
        ("was not asked", |e, _| e.sender = PeerId([5; 16])),
    ];
    for (reason, change) in cases {
        let mut room = room(Settings { deadline_s: 5, rounds: 1, ..settings() }, 3);
        tap_updates(&mut room, move |seen, bytes| {
            if seen == 1 {
                forge(bytes, change);
            }
            TapAction::Deliver
        });
        room.tell(Event::Start);
        assert!(room.run_until(MINUTE, finished), "{reason}");
        assert!(said(&room, reason), "{reason}: {:?}", room.notices());
        // Only the two good updates are in the model.
        let mut good = self::room(Settings { deadline_s: 5, rounds: 1, ..settings() }, 3);
        good.tell(Event::Start);
        good.advance(500);
        good.close_worker(0);
        assert!(good.run_until(MINUTE, finished));
        assert_eq!(hash(&room), hash(&good), "{reason}");
    }
}

#[test]
fn stopping_keeps_the_model_and_starting_goes_on() {
    let mut room = room(settings(), 2);
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, |s| s.round == 1));
    room.advance(500);
    room.tell(Event::Stop);
    let kept = hash(&room);
    room.advance(MINUTE);
    assert_eq!((room.snapshot().round, room.snapshot().phase), (1, Phase::Idle));
    assert_eq!(hash(&room), kept);
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, finished));
    let mut whole = self::room(settings(), 2);
    whole.tell(Event::Start);
    whole.run_until(MINUTE, finished);
    assert_eq!(hash(&room), hash(&whole), "a stop in between changes nothing");
    // Once finished, the button trains as many rounds again.
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, |s| s.round == 6));
}

#[test]
fn training_waits_for_the_minimum_cohort() {
    let mut room = room(Settings { cohort_min: 3, ..settings() }, 2);
    room.tell(Event::Start);
    room.advance(MINUTE);
    assert_eq!(room.snapshot().phase, Phase::Waiting);
    room.open_worker(500);
    assert!(room.run_until(MINUTE, finished));
}

#[test]
fn a_fraction_of_the_workers_makes_a_round() {
    let mut room = room(Settings { fraction: 0.4, over: 1.5, ..settings() }, 5);
    room.tell(Event::Start);
    room.advance(10);
    let snapshot = room.snapshot();
    let training = snapshot.members.iter().filter(|m| m.state == MemberState::Training).count();
    assert_eq!((snapshot.target, training), (2, 3));
    assert!(room.run_until(MINUTE, finished));
}

#[test]
fn other_settings_begin_a_new_run_with_the_same_workers() {
    let mut entropy = Stream::new(1, "test/entropy");
    let mut room = Aggregator::new(settings(), Box::new(move |b| entropy.fill(b))).unwrap();
    let before = room.weights().hash();
    assert!(room.configure(Settings { model: "nonsense".to_owned(), ..settings() }).is_err());
    assert_eq!(room.weights().hash(), before);
    assert!(room.configure(Settings { seed: 2, ..settings() }).is_ok());
    assert_ne!(room.weights().hash(), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is lost, doubled or bent on the wire: nothing panics, no round is applied
    /// half, and once the wire is well again training ends.
    #[test]
    fn a_hostile_wire_never_stalls_the_room(seed: u64) {
        let mut room = room(Settings { deadline_s: 5, quorum: 0.3, ..settings() }, 3);
        let mut stream = Stream::new(seed, "test/wire");
        let well = Rc::new(RefCell::new(false));
        let healed = Rc::clone(&well);
        room.tap(Box::new(move |_, _, bytes| {
            if *healed.borrow() {
                return TapAction::Deliver;
            }
            match stream.below(8) {
                0 => TapAction::Drop,
                1 => TapAction::Double,
                2 => {
                    let position = stream.below(bytes.len() as u32) as usize;
                    bytes[position] ^= 1 << stream.below(8);
                    TapAction::Deliver
                }
                3 => {
                    bytes.truncate(stream.below(bytes.len() as u32) as usize);
                    TapAction::Deliver
                }
                _ => TapAction::Deliver,
            }
        }));
        room.tell(Event::Start);
        room.advance(20_000);
        *well.borrow_mut() = true;
        // Pages that lost touch are reloaded.
        for worker in 0..3 {
            room.close_worker(worker);
            room.open_worker(1000);
        }
        if !finished(&room.snapshot()) {
            prop_assert!(room.run_until(10 * MINUTE, finished), "{:?}", room.snapshot());
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>, run: u64, round: u32, kind: u8) {
        let mut room = room(settings(), 1);
        room.tell(Event::Start);
        room.tell(Event::Bytes(bytes.clone()));
        let sender = PeerId([1; 16]);
        let envelope = Envelope { run: RunId(run), round, sender, kind, payload: bytes };
        room.tell(Event::Bytes(envelope.encode()));
        prop_assert!(room.run_until(MINUTE, finished));
    }
}
