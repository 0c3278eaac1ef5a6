//! The path from an address to the epsilon that a page shows, against the accountant called by hand.

use proptest::prelude::*;

use super::*;
use crate::sim::{Simulation, TapAction};
use crate::{Assignment, Checkpoint, Event, Phase, ToAggregator, ToWorker, strategy};
use sotto_core::seeded::Stream;
use sotto_core::wire::{Address, Envelope, Writer};
use sotto_digits::synthetic;
use sotto_privacy::Release;
use sotto_secagg::FromClient;

const MINUTE: u64 = 60_000;

fn entropy() -> crate::Entropy {
    let mut stream = Stream::new(5, "test/entropy");
    Box::new(move |bytes| stream.fill(bytes))
}

fn aggregator(query: &str) -> Aggregator {
    Aggregator::new(Settings::from_query(query).unwrap(), entropy()).unwrap()
}

fn best(q: f32, z: f32, steps: u64, delta: f64) -> f64 {
    let mechanism = Mechanism::new(f64::from(q), f64::from(z), steps).unwrap();
    mechanism.epsilon(delta).unwrap().best()
}

/// Both were shown with less: 7.05 and 0.124.
#[test]
fn the_rate_is_not_rounded_to_whole_clients() {
    for (query, shown) in [
        ("dp=distributed&clients=10&rate=0.149&rounds=100", "10.65"),
        ("dp=distributed&clients=500&rate=0.0029&rounds=100", "0.189"),
    ] {
        let privacy = aggregator(&format!("model=linear&{query}")).privacy().unwrap();
        let epsilon = privacy.planned.outlook.model.epsilon;
        let digits = shown.len() - shown.find('.').unwrap() - 1;
        assert_eq!(format!("{epsilon:.digits$}"), shown, "{query}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_address_has_the_epsilon_of_the_accountant(
        dp in prop::sample::select(vec!["distributed", "central", "examples"]),
        log_rate in -9.2..=0f32, log_noise in -0.7..4f32, rounds in 1..60u32, clients in 1..900u32,
        epochs in 1..4u32, most in 0..30u32, log_delta in -20.0..-3f64, adaptive: bool,
        members in 0..9u8, method in prop::sample::select(vec!["fedavg", "fedsgd", "fedadam"]),
    ) {
        let (rate, noise, delta) = (log_rate.exp().max(1e-4), log_noise.exp(), log_delta.exp());
        let query = format!(
            "model=linear&dp={dp}&rate={rate}&noise={noise}&rounds={rounds}&clients={clients}\
             &epochs={epochs}&steps={most}&delta={delta}&adaptive={}&strategy={method}",
            if adaptive { "on" } else { "off" },
        );
        let mut aggregator = aggregator(&query);
        // How many are there changes the verdict at most.
        for id in 0..members {
            let sender = sotto_core::wire::PeerId([id; 16]);
            let (kind, payload) = ToAggregator::Join.encode();
            let run = sotto_core::wire::RunId(0);
            let bytes = Envelope { run, round: 0, sender, kind, payload }.encode();
            aggregator.handle(Event::Bytes(bytes), 0);
        }
        let steps = match (dp, method) {
            ("examples", "fedsgd") => 1,
            ("examples", _) => {
                let passes = (f64::from(epochs) / f64::from(rate)).round() as u64;
                if most == 0 { passes } else { passes.min(most.into()) }
            }
            _ => 1,
        };
        let planned = aggregator.privacy().unwrap().planned;
        let steps = steps * u64::from(rounds);
        let expected = match Mechanism::new(rate.into(), noise.into(), steps) {
            Ok(_) => best(rate, noise, steps, delta),
            Err(_) => f64::INFINITY,
        };
        prop_assert_eq!(planned.outlook.model.epsilon, expected, "{}", query);
        let seen = match (dp, expected.is_finite()) {
            ("examples", _) | (_, false) => expected,
            _ => best(1.0, noise, steps, delta),
        };
        prop_assert_eq!(planned.outlook.aggregator.epsilon, seen);
        prop_assert_eq!((planned.rounds, planned.tries, planned.alone), (rounds, rounds, None));
        prop_assert_eq!(aggregator.privacy().unwrap().spent, None);
    }
}

/// Every strategy takes as many steps on digits as are counted.
#[test]
fn steps_are_counted_as_the_workers_take_them() {
    for name in strategy::names() {
        let query = format!("dp=examples&secagg=off&strategy={name}&rate=0.02&epochs=3&steps=70");
        let Ok(settings) = Settings::from_query(&query) else { continue };
        let strategy = strategy::by_name(&settings.strategy, &settings.tuning).unwrap();
        let recipe = settings.recipe_of(strategy.as_ref(), 2, 5);
        let taken = settings.example_task().unwrap().steps(&recipe);
        let counted = settings.release(7).unwrap().unwrap().mechanism.steps();
        assert_eq!(counted, 7 * u64::from(taken), "{name}");
    }
}

fn room(query: &str) -> Simulation {
    let settings = Settings::from_query(&format!("model=linear&clients=4&{query}")).unwrap();
    let shards =
        |assignment: &Assignment| Ok(synthetic::digits(12, u64::from(assignment.slot)).unwrap());
    let mut room = Simulation::new(settings, Box::new(shards)).unwrap();
    room.keep_run();
    for _ in 0..4 {
        room.open_worker(1000);
    }
    room.advance(0);
    room
}

/// Loses what workers say in the first try of the run, from a message on.
fn lose_in_the_first_try(room: &mut Simulation, lost: fn(&ToAggregator) -> bool) {
    let (mut first, mut current) = (None, None);
    room.tap(Box::new(move |_, to, bytes| {
        let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
        if to == Address::Aggregator {
            let message = ToAggregator::decode(envelope.kind, &envelope.payload).unwrap();
            if current == first && lost(&message) {
                return TapAction::Drop;
            }
        } else if let Ok(ToWorker::Task(task)) = ToWorker::decode(envelope.kind, &envelope.payload)
        {
            current = Some((envelope.round, task.attempt));
            first = first.or(current);
        }
        TapAction::Deliver
    }));
}

fn step(message: &ToAggregator) -> Option<&FromClient> {
    match message {
        ToAggregator::Step { step, .. } => Some(step),
        _ => None,
    }
}

/// A try counts from when it may have been opened or read, not before, and it does whatever became of
/// it.
#[test]
fn tries_count_once_they_may_have_been_seen() {
    let unmask = |message: &ToAggregator| matches!(step(message), Some(FromClient::Unmask(_)));
    let sign = |message: &ToAggregator| matches!(step(message), Some(FromClient::Statement(_)));
    let mask = |message: &ToAggregator| matches!(step(message), Some(FromClient::Masked(_)));
    let update = |message: &ToAggregator| matches!(message, ToAggregator::Update(_));
    type Lost = fn(&ToAggregator) -> bool;
    let cases: [(&str, Lost, u32); 6] = [
        ("dp=distributed", unmask, 3),
        ("dp=distributed", sign, 3),
        ("dp=distributed", mask, 2),
        ("dp=examples", unmask, 3),
        ("dp=examples", mask, 2),
        ("dp=examples&secagg=off", update, 3),
    ];
    for (query, lost, tries) in cases {
        let mut room = room(&format!("{query}&rounds=2&deadline=60"));
        lose_in_the_first_try(&mut room, lost);
        room.tell(Event::Start);
        let done = room.run_until(30 * MINUTE, |now| now.phase == Phase::Finished);
        assert!(done, "{query} {:?}", room.notices());
        let spent = room.aggregator().privacy().unwrap().spent.unwrap();
        assert_eq!((spent.rounds, spent.tries), (2, tries), "{query} {:?}", room.notices());
        let settings = room.aggregator().settings();
        let expected = settings.release(tries.into()).unwrap().unwrap();
        assert_eq!(room.aggregator().history(), History::default().and(expected), "{query}");
    }
}

/// Stopping and starting again gives nothing back.
#[test]
fn a_round_that_is_stopped_counts() {
    let mut room = room("dp=examples&secagg=off&rounds=1");
    room.tell(Event::Start);
    room.advance(10);
    // From when it was asked for.
    let during = room.aggregator();
    let (spent, history) = (during.privacy().unwrap().spent.unwrap(), during.history());
    assert_eq!((spent.rounds, spent.tries), (0, 1));
    assert_eq!(during.checkpoint().history(), history);
    room.tell(Event::Stop);
    assert_eq!(room.aggregator().privacy().unwrap().spent.unwrap().tries, 1);
    assert_eq!(room.aggregator().history(), history);
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, |now| now.phase == Phase::Finished));
    assert_eq!(room.aggregator().privacy().unwrap().spent.unwrap().tries, 2);
    // More rounds after the last one go on counting.
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, |now| now.round == 2 && now.phase == Phase::Finished));
    assert_eq!(room.aggregator().privacy().unwrap().spent.unwrap().tries, 3);
}

/// A page that crashes does not know how far its round had come.
#[test]
fn a_crash_forgets_nothing() {
    let mut room = room("dp=distributed&rounds=3");
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, |now| now.round == 2));
    room.restart_aggregator().unwrap();
    assert_eq!(room.aggregator().privacy().unwrap().spent.unwrap().tries, 3);
    assert!(room.run_until(10 * MINUTE, |now| now.phase == Phase::Finished));
    let spent = room.aggregator().privacy().unwrap().spent.unwrap();
    assert_eq!((spent.rounds, spent.tries), (3, 4));
}

/// What a model gave away before, it gave away.
#[test]
fn a_run_from_a_model_of_the_library_does_not_begin_at_nothing() {
    let query = "model=linear&dp=distributed&rate=0.149&clients=10&rounds=40";
    let settings = Settings::from_query(query).unwrap();
    let delta = settings.delta;
    let before = settings.release(60).unwrap().unwrap();
    let fresh = aggregator(query);
    let weights = fresh.weights().values().to_vec();
    let begin = |past: History| {
        let mut aggregator = aggregator("model=linear");
        aggregator.continue_from(settings.clone(), weights.clone(), past).unwrap();
        aggregator
    };
    // 60 rounds and 40 are 100.
    let continued = begin(History::default().and(before.clone()));
    let privacy = continued.privacy().unwrap();
    let (spent, planned) = (privacy.spent.unwrap(), privacy.planned);
    assert_eq!(spent.outlook.model.epsilon, best(0.149, 1.0, 60, delta));
    assert_eq!(format!("{:.2}", planned.outlook.model.epsilon), "10.65");
    assert_eq!(planned.alone, None);
    // The history goes on with the model, through the library and the room's record.
    let text = continued.history().to_text();
    assert_eq!(History::from_text(&text), History::default().and(before.clone()));
    let kept = Checkpoint::decode(&continued.checkpoint().encode()).unwrap();
    assert_eq!(kept.history(), continued.history());
    let restored = Aggregator::restore(kept, entropy()).unwrap();
    assert_eq!(restored.privacy(), continued.privacy());

    // Where it is of others, or not known, nothing bounds it.
    let other = Release { unit: "distributed/9/iid/20/1".to_owned(), ..before };
    for past in [History::Unknown, History::default().and(other)] {
        let Privacy { spent, planned, .. } = begin(past).privacy().unwrap();
        assert_eq!(spent, None);
        assert_eq!(planned.outlook, PrivacySummary::UNBOUNDED);
        assert_eq!(planned.alone, Some(best(0.149, 1.0, 40, delta)));
    }
    // A new run with fresh weights begins at nothing.
    let mut again = begin(History::Unknown);
    again.configure(settings.clone()).unwrap();
    assert_eq!(again.privacy(), fresh.privacy());
}

/// Training without noise, then with: no epsilon holds for the model.
#[test]
fn what_was_trained_without_noise_stays_without_a_bound() {
    let mut room = room("dp=off&rounds=1");
    assert_eq!(room.aggregator().history(), History::default());
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, |now| now.phase == Phase::Finished));
    assert_eq!(room.aggregator().privacy(), None);
    assert_eq!(room.aggregator().history(), History::Unknown);
}

/// A record that was kept before histories were is taken up, and what it gave away is not known.
#[test]
fn an_older_record_has_a_past_that_is_not_known() {
    let aggregator = aggregator("model=linear&dp=distributed&rounds=9");
    let new = aggregator.checkpoint().encode();
    let mut tail = Writer::new();
    tail.text("").u32(0).u32(0);
    let old = &new[4..new.len() - tail.finish().len()];
    let kept = Checkpoint::decode(old).unwrap();
    assert_eq!(kept.history(), History::Unknown);
    let restored = Aggregator::restore(kept, entropy()).unwrap();
    assert_eq!(restored.privacy().unwrap().planned.outlook, PrivacySummary::UNBOUNDED);
    // Cut short anywhere it is none.
    for length in 0..new.len().min(200) {
        assert!(Checkpoint::decode(&new[..new.len() - 1 - length]).is_err());
    }
}
