//! Workers that are not always willing, rooms that outgrow a round, and deadlines that follow
//! what workers need: the real machines, with updates that nobody trained.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use sotto_core::wire::{Address, Envelope, PeerId, RunId};
use sotto_digits::Digits;
use sotto_federated::sim::{Simulation, TapAction};
use sotto_federated::{
    Event, MemberState, Phase, Refusal, Settings, Snapshot, ToAggregator, ToWorker, Update, Worker,
    WorkerAction, WorkerEvent, WorkerPhase,
};
use sotto_network::WeightHash;
use sotto_secagg::Identity;

const MINUTE: u64 = 60_000;

fn settings() -> Settings {
    Settings { model: "linear".to_owned(), rounds: 3, secagg: false, ..Settings::default() }
}

/// A room whose workers need these times for a task.
fn room(settings: Settings, paces: impl IntoIterator<Item = u64>) -> Simulation {
    let shards = Box::new(|_: &_| Ok(Digits::new(vec![0; 7840], vec![0; 10]).unwrap()));
    let mut room = Simulation::new(settings, shards).unwrap();
    room.make_updates(Box::new(|_, _, task| Update {
        token: task.token.clone(),
        base: WeightHash::of(&task.weights),
        digits: 10,
        loss: 1.0,
        values: task.weights.iter().map(|_| 0.01).collect(),
    }));
    for pace in paces {
        room.open_worker(pace);
    }
    room.advance(0);
    room
}

fn finished(snapshot: &Snapshot) -> bool {
    snapshot.phase == Phase::Finished
}

fn state(room: &Simulation, slot: usize) -> MemberState {
    room.snapshot().members[slot].state
}

fn said(room: &Simulation, text: &str) -> bool {
    room.notices().iter().any(|(_, notice)| notice.contains(text))
}

#[test]
fn a_round_goes_on_without_whoever_is_not_willing_any_more() {
    for secagg in [false, true] {
        let mut room = room(Settings { secagg, ..settings() }, [1000; 4]);
        room.tell(Event::Start);
        room.advance(500);
        room.set_willing(1, false);
        room.advance(10);
        assert_eq!(state(&room, 1), MemberState::Away);
        assert!(said(&room, "not willing any more"));
        assert!(room.run_until(MINUTE, |s| s.round == 2));
        assert_eq!(state(&room, 1), MemberState::Away);
        room.set_willing(1, true);
        room.advance(10);
        assert!(room.run_until(MINUTE, finished));
        assert_eq!(state(&room, 1), MemberState::Idle);
        assert!(!said(&room, "deadline"), "nobody was waited for: {:?}", room.notices());
    }
}

#[test]
fn training_waits_for_willing_workers() {
    let mut room = room(Settings { cohort_min: 3, ..settings() }, [1000; 3]);
    room.set_willing(2, false);
    room.advance(10);
    room.tell(Event::Start);
    room.advance(MINUTE);
    assert_eq!(room.snapshot().phase, Phase::Waiting);
    room.set_willing(2, true);
    assert!(room.run_until(MINUTE, finished));
}

#[test]
fn who_is_not_willing_downloads_nothing() {
    let mut worker = Worker::new(Identity::from_seed(&[1; 32]), Box::new(|bytes| bytes.fill(1)));
    worker.handle(WorkerEvent::Willing(false), 0);
    worker.handle(WorkerEvent::Open, 0);
    let assignment = sotto_federated::Assignment {
        slot: 0,
        model: "linear".to_owned(),
        seed: 1,
        partition: "iid".to_owned(),
        shards: 20,
    };
    let actions = worker.handle(message(&ToWorker::Welcome(assignment)), 0);
    assert!(!actions.iter().any(|action| matches!(action, WorkerAction::Load(_))));
    assert_eq!(spoken(&actions), [ToAggregator::Away]);
    let actions = worker.handle(WorkerEvent::Willing(true), 10);
    assert!(actions.iter().any(|action| matches!(action, WorkerAction::Load(_))));
    let actions = worker.handle(WorkerEvent::ShardLoaded(10), 20);
    assert_eq!(spoken(&actions), [ToAggregator::Ready { digits: 10 }]);
}

/// A message of an aggregator.
fn message(message: &ToWorker) -> WorkerEvent {
    let (kind, payload) = message.encode();
    let (run, sender) = (RunId(9), PeerId([2; 16]));
    WorkerEvent::Bytes(Envelope { run, round: 0, sender, kind, payload }.encode())
}

/// What a worker says.
fn spoken(actions: &[WorkerAction]) -> Vec<ToAggregator> {
    let said = |action: &WorkerAction| match action {
        WorkerAction::Send(_, bytes) => {
            let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
            Some(ToAggregator::decode(envelope.kind, &envelope.payload).unwrap())
        }
        _ => None,
    };
    actions.iter().filter_map(said).collect()
}

#[test]
fn who_finds_the_room_full_asks_again_when_told_to() {
    let mut worker = Worker::new(Identity::from_seed(&[1; 32]), Box::new(|bytes| bytes.fill(1)));
    worker.handle(WorkerEvent::Open, 0);
    worker.handle(message(&ToWorker::Refused(Refusal::Full)), 0);
    worker.handle(message(&ToWorker::Later { ms: 20_000 }), 0);
    assert_eq!(worker.phase(), &WorkerPhase::Refused(Refusal::Full));
    assert_eq!(spoken(&worker.handle(WorkerEvent::Tick, 19_999)), []);
    assert_eq!(spoken(&worker.handle(WorkerEvent::Tick, 30_000)), [ToAggregator::Join]);
}

/// How many messages of this kind were sent to `to`.
fn count(room: &mut Simulation, to: Address, kind: u8) -> std::rc::Rc<std::cell::Cell<u32>> {
    let seen = std::rc::Rc::new(std::cell::Cell::new(0));
    let counter = std::rc::Rc::clone(&seen);
    room.tap(Box::new(move |_, address, bytes| {
        if address == to && Envelope::decode(bytes, usize::MAX).unwrap().kind == kind {
            counter.set(counter.get() + 1);
        }
        TapAction::Deliver
    }));
    seen
}

#[test]
fn those_who_are_not_needed_hear_it_in_one_message_a_round() {
    const LATER: u8 = 72;
    let settings = Settings { fraction: 0.1, rounds: 4, ..settings() };
    let mut room = room(settings, [1000; 100]);
    let laters = count(&mut room, Address::Workers, LATER);
    room.tell(Event::Start);
    room.advance(10);
    let training = |s: &Snapshot| {
        s.members.iter().filter(|member| member.state == MemberState::Training).count()
    };
    // Ten are needed, and 1.3 times as many asked.
    assert_eq!((room.snapshot().target, training(&room.snapshot())), (10, 13));
    assert!(room.run_until(MINUTE, finished));
    assert_eq!(laters.get(), 4);
}

#[test]
fn check_ins_of_a_large_room_are_spread_out() {
    const READY: u8 = 2;
    let mut room = room(settings(), [1000; 600]);
    let check_ins = count(&mut room, Address::Aggregator, READY);
    room.advance(10 * MINUTE);
    // Each is sent away for 60 to 90 s.
    let expected = 600 * 10 / 2;
    assert!((expected..=600 * 10).contains(&check_ins.get()), "{}", check_ins.get());
}

#[test]
fn what_a_worker_said_and_nobody_heard_is_said_again() {
    const READY: u8 = 2;
    let mut room = room(settings(), []);
    let mut lost = 0;
    room.tap(Box::new(move |_, _, bytes| {
        let is_ready = Envelope::decode(bytes, usize::MAX).unwrap().kind == READY;
        lost += u32::from(is_ready);
        if is_ready && lost <= 3 { TapAction::Drop } else { TapAction::Deliver }
    }));
    room.open_worker(1000);
    room.advance(10);
    assert_eq!(state(&room, 0), MemberState::Loading);
    room.advance(MINUTE);
    assert_eq!(state(&room, 0), MemberState::Idle);
}

#[test]
fn one_straggler_costs_one_long_round_and_not_one_each() {
    let quick = (0..7).map(|n| 1_000 + 100 * n);
    let settings = Settings { rounds: 20, ..settings() };
    let rounds_in = |deadline_deviations, limit| {
        let mut room = room(Settings { deadline_deviations, ..settings.clone() }, quick.clone());
        room.open_worker(1_000_000);
        room.advance(0);
        room.tell(Event::Start);
        room.run_until(limit, finished)
    };
    // The first deadline is the whole; it is asked again after 2, 4 and 8 rounds.
    assert!(rounds_in(5.0, 60_000 + 20 * 5_000));
    assert!(!rounds_in(0.0, 60_000 + 20 * 5_000));
}

#[test]
fn the_deadline_follows_a_slow_population() {
    for pace in [1_000, 10_000, 40_000] {
        let mut room = room(settings(), (0..8).map(|n| pace + n * pace / 20));
        room.tell(Event::Start);
        assert_eq!(room.snapshot().wait_ms, Some(60_000));
        assert!(room.run_until(5 * MINUTE, |s| s.round == 2));
        let wait = room.snapshot().wait_ms.unwrap();
        assert!(wait > pace + pace / 2 || wait == 60_000, "{pace}: {wait}");
        assert!(wait <= (2 * pace).clamp(5_000, 60_000), "{pace}: {wait}");
        assert!(room.run_until(5 * MINUTE, finished));
        assert!(!said(&room, "deadline"), "{:?}", room.notices());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Everybody gets slower at once, by more than any deadline that was learnt: at most one try
    /// is lost to it before rounds go on.
    #[test]
    fn a_room_that_grows_slow_is_not_strangled(
        paces in prop::collection::vec(2_000u64..5_000, 4..10), slower in 3u64..9, secagg: bool,
    ) {
        let mut room = room(Settings { rounds: 1_000, secagg, ..settings() }, paces.clone());
        room.tell(Event::Start);
        prop_assert!(room.run_until(10 * MINUTE, |s| s.round == 5));
        // The same tabs, under load: those that come in their place take longer.
        for (number, pace) in paces.iter().enumerate() {
            room.close_worker(number);
            room.open_worker(pace * slower);
        }
        let before = room.snapshot().round;
        prop_assert!(room.run_until(5 * MINUTE, |s| s.round >= before + 3), "{:?}", room.notices());
        let abandoned = room.notices().iter().filter(|(_, n)| n.contains("updates; it is tried")).count();
        // One when all left at once, one that was too short.
        prop_assert!(abandoned <= 2, "{:?}", room.notices());
    }
}
