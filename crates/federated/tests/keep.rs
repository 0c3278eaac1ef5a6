//! Nothing is lost: runs and workers that are stopped in the middle go on as if they had not been.
#![allow(clippy::let_underscore_must_use, clippy::unwrap_used, missing_docs)]

mod spots;

use proptest::prelude::*;
use sotto_core::seeded::Stream;
use sotto_federated::sim::Simulation;
use sotto_federated::{Aggregator, Checkpoint, Event, Phase, Settings};
use sotto_privacy::History;
use spots::shards;

const MINUTE: u64 = 60_000;

fn room(settings: &Settings, workers: usize) -> Simulation {
    let mut room = Simulation::new(settings.clone(), shards()).unwrap();
    room.keep_run();
    for worker in 0..workers {
        room.open_worker(1000 + 100 * worker as u64);
    }
    room.advance(0);
    room.tell(Event::Start);
    room
}

fn settings(strategy: &str, secagg: bool) -> Settings {
    Settings {
        model: "linear".to_owned(),
        rounds: 4,
        secagg,
        strategy: strategy.to_owned(),
        ..Settings::default()
    }
}

fn finish(room: &mut Simulation) -> String {
    assert!(room.run_until(20 * MINUTE, |s| s.phase == Phase::Finished), "{:?}", room.notices());
    assert_eq!(room.violations(), [""; 0]);
    room.aggregator().weights().hash().to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_run_whose_aggregator_crashes_ends_in_the_same_bits(
        crashes in prop::collection::vec(0..2500u64, 1..4),
        strategy in prop::sample::select(vec!["fedavg", "fedadam", "fedavgm", "scaffold", "serial", "median"]),
    ) {
        let settings = settings(strategy, false);
        let whole = finish(&mut room(&settings, 3));
        let mut room = room(&settings, 3);
        for pause in crashes {
            room.advance(pause);
            room.restart_aggregator().unwrap();
        }
        prop_assert_eq!(finish(&mut room), whole);
        prop_assert_eq!(room.snapshot().round, 4);
    }

    #[test]
    fn a_secure_run_whose_aggregator_crashes_goes_on(
        crashes in prop::collection::vec(0..2500u64, 1..4),
    ) {
        let mut room = room(&settings("fedavg", true), 4);
        for pause in crashes {
            room.advance(pause);
            room.restart_aggregator().unwrap();
        }
        finish(&mut room);
        prop_assert_eq!(room.snapshot().round, 4);
        prop_assert!(room.sums() >= 4);
    }

    #[test]
    fn a_worker_that_is_reloaded_costs_the_round_nothing(
        // Before anybody has reported: a round does not wait for those who leave later.
        reloads in prop::collection::vec((0..450u64, 0..3usize), 1..3),
    ) {
        let settings = settings("fedavg", false);
        let whole = finish(&mut room(&settings, 3));
        let mut room = room(&settings, 3);
        for (pause, worker) in reloads {
            room.advance(pause);
            room.reload_worker(worker);
        }
        prop_assert_eq!(finish(&mut room), whole);
    }

    #[test]
    fn any_bytes_are_a_checkpoint_or_an_error(
        bytes: Vec<u8>, positions in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let _ = Checkpoint::decode(&bytes);
        let entropy = |seed: u64| -> sotto_federated::Entropy {
            let mut stream = Stream::new(seed, "test/entropy");
            Box::new(move |bytes| stream.fill(bytes))
        };
        let aggregator = Aggregator::new(settings("fedadam", false), entropy(1)).unwrap();
        let checkpoint = aggregator.checkpoint();
        let mut bytes = checkpoint.encode();
        prop_assert_eq!(Checkpoint::decode(&bytes), Ok(checkpoint));
        for (position, value) in positions {
            let position = position.index(bytes.len());
            bytes[position] = value;
        }
        if let Ok(checkpoint) = Checkpoint::decode(&bytes)
            && let Ok(mut restored) = Aggregator::restore(checkpoint, entropy(2))
        {
            restored.handle(Event::Open, 0);
            restored.handle(Event::Start, 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// Workers whose tabs stay open have spent what they would be asked for again.
    #[test]
    fn a_secure_run_that_is_started_over_or_taken_back_goes_on(
        pauses in prop::collection::vec((0..6000u64, 0..4u8), 1..5),
    ) {
        let mut room = room(&settings("fedavg", true), 4);
        let first = room.aggregator().checkpoint();
        for (pause, how) in pauses {
            room.advance(pause);
            match how {
                0 => room.start_over().unwrap(),
                1 => room.roll_back(first.clone()).unwrap(),
                2 => room.restart_aggregator().unwrap(),
                _ => (0..4).for_each(|worker| room.reload_worker(worker)),
            }
        }
        let before = room.now();
        finish(&mut room);
        prop_assert_eq!(room.snapshot().round, 4, "as many rounds as were asked for");
        prop_assert!(room.now() - before < MINUTE, "{:?}", room.notices());
    }
}

/// Two runs of the same model of the library, one after the other.
#[test]
fn a_model_is_continued_twice_by_workers_that_stay() {
    let mut room = room(&settings("fedavg", true), 4);
    finish(&mut room);
    let model = room.aggregator().weights().values().to_vec();
    for _ in 0..3 {
        room.continue_from(model.clone()).unwrap();
        let before = room.now();
        finish(&mut room);
        assert_eq!(room.snapshot().round, 4);
        assert!(room.now() - before < MINUTE, "{:?}", room.notices());
    }
}

#[test]
fn a_checkpoint_of_the_version_before_is_taken_up() {
    let mut room = room(&settings("fedavg", false), 3);
    assert!(room.run_until(MINUTE, |s| s.round == 2));
    let bytes = room.aggregator().checkpoint().encode();
    // It had no mark in front; behind, no account of noise (here an empty text and a count), and no number of the round.
    let mut old = bytes[4..bytes.len() - 12].to_vec();
    let kept = Checkpoint::decode(&old).unwrap();
    assert_eq!((kept.applied, kept.history()), (2, History::Unknown));
    assert_eq!(Checkpoint::decode(&kept.encode()), Ok(kept));
    old.pop();
    assert!(Checkpoint::decode(&old).is_err());
}

#[test]
fn a_run_that_had_stopped_stays_stopped() {
    let mut room = room(&settings("fedavg", false), 3);
    assert!(room.run_until(MINUTE, |s| s.round == 2));
    room.tell(Event::Stop);
    room.restart_aggregator().unwrap();
    room.advance(MINUTE);
    assert_eq!((room.snapshot().phase, room.snapshot().round), (Phase::Idle, 2));
    assert_eq!(room.snapshot().members.len(), 3, "the workers are back");
}

#[test]
fn a_run_does_not_wait_forever_for_those_who_do_not_come_back() {
    let mut room = room(&settings("fedavg", false), 3);
    assert!(room.run_until(MINUTE, |s| s.round == 1));
    // Two close in the same moment as the aggregator, which does not hear of it.
    room.vanish_worker(0);
    room.vanish_worker(2);
    room.restart_aggregator().unwrap();
    let before = room.now();
    finish(&mut room);
    assert!(room.now() - before < MINUTE);
    assert_eq!(room.snapshot().members.len(), 1);
}
