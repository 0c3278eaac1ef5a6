//! Every strategy in whole runs of the real machines, with honest workers and with attackers.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use sotto_core::seeded::Stream;
use sotto_core::wire::{Address, Envelope};
use sotto_digits::Digits;
use sotto_federated::attack::{self, Attack};
use sotto_federated::sim::{Shards, Simulation, TapAction};
use sotto_federated::{Event, Phase, Settings, ToWorker, strategy};
use sotto_network::{Weights, preset};
use sotto_train::{Evaluator, Model, Recipe, SgdConfig, Trainer, Variety};

const HOUR: u64 = 3_600_000;
const TASK: u8 = 67;

/// Bright spots whose position tells the label, of the labels that a worker has.
fn spots(count: usize, seed: u64, labels: &[u8]) -> Digits {
    let mut stream = Stream::new(seed, "test/spots");
    let (mut pixels, mut all) = (vec![0; count * 784], Vec::new());
    for image in pixels.chunks_exact_mut(784) {
        let label = labels[stream.below(labels.len() as u32) as usize];
        for _ in 0..40 {
            image[usize::from(label) * 78 + stream.below(70) as usize] = 255;
        }
        all.push(label);
    }
    Digits::new(pixels, all).unwrap()
}

const ALL: [u8; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/// Every worker has two labels and some of all.
fn uneven() -> Shards {
    Box::new(|assignment| {
        let mut digits = spots(60, 100 + u64::from(assignment.slot), &ALL);
        let own = [assignment.slot as u8 % 10, (assignment.slot as u8 + 1) % 10];
        digits.extend(&spots(60, u64::from(assignment.slot), &own)).unwrap();
        Ok(digits)
    })
}

fn settings(name: &str) -> Settings {
    Settings {
        model: "linear".to_owned(),
        strategy: name.to_owned(),
        rounds: 12,
        secagg: false,
        // The spots that are trained on are no digits.
        variety: Variety::NONE,
        ..Settings::default()
    }
}

fn run(settings: Settings, shards: Shards, attackers: usize, attack: Option<&str>) -> Simulation {
    let mut room = Simulation::new(settings, shards).unwrap();
    for worker in 0..10 {
        room.open_worker(1000);
        if let Some(attack) = attack.and_then(attack::by_name).filter(|_| worker < attackers) {
            room.corrupt(worker, attack);
        }
    }
    room.advance(0);
    room.tell(Event::Start);
    assert!(room.run_until(HOUR, |now| now.phase == Phase::Finished), "{:?}", room.notices());
    room
}

fn accuracy(room: &Simulation, digits: &Digits) -> f64 {
    let aggregator = room.aggregator();
    let model = Model::new(aggregator.network(), aggregator.weights()).unwrap();
    Evaluator::run(model, digits).unwrap().accuracy()
}

#[test]
fn every_strategy_learns_and_replays() {
    let test = spots(300, 999, &ALL);
    for name in strategy::names() {
        let mut settings = settings(name);
        if name == "fedsgd" {
            settings.recipe.sgd.learning_rate = 1.0;
        }
        let first = run(settings.clone(), uneven(), 0, None);
        let found = accuracy(&first, &test);
        assert!(found > 90.0, "{name}: {found}");
        let second = run(settings, uneven(), 0, None);
        assert_eq!(
            first.aggregator().weights().hash(),
            second.aggregator().weights().hash(),
            "{name}"
        );
    }
}

#[test]
fn control_variates_go_through_a_secure_sum() {
    let weights = |secagg| {
        let settings = Settings { secagg, rounds: 6, ..settings("scaffold") };
        let room = run(settings, uneven(), 0, None);
        assert!(room.violations().is_empty());
        assert_eq!(room.sums(), if secagg { 6 } else { 0 });
        room.aggregator().weights().clone()
    };
    let (plain, secure) = (weights(false), weights(true));
    let (plain, secure) = (plain.values(), secure.values());
    let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|v| v * v).sum::<f32>().sqrt();
    let apart = norm(&mut plain.iter().zip(secure).map(|(a, b)| a - b));
    let length = norm(&mut plain.iter().copied());
    assert!(apart < 0.02 * length, "{apart} of {length}");
}

/// One round of federated SGD is one step on everybody's digits together.
#[test]
fn federated_sgd_is_one_step_on_all_digits() {
    let shard = |slot: u32| spots(50 + 30 * slot as usize, u64::from(slot), &ALL);
    let settings = Settings { rounds: 1, ..settings("fedsgd") };
    let sgd = SgdConfig { momentum: 0.0, ..settings.recipe.sgd };
    let network = preset("linear").unwrap().network;
    let before = settings.initialiser.weights(&network, settings.seed).unwrap();
    let room = run(settings, Box::new(move |assignment| Ok(shard(assignment.slot))), 0, None);

    let mut all = Digits::default();
    (0..10).for_each(|slot| all.extend(&shard(slot)).unwrap());
    let recipe = Recipe { batch: 0, ..Recipe::plain(sgd) };
    let order = Stream::new(1, "test/order");
    let mut trainer = Trainer::new(&network, &before, recipe, all.len(), order).unwrap();
    // More digits than go through the network at once.
    assert!(all.len() > 1024);
    trainer.step(&all).unwrap();
    assert!(trainer.is_done());
    close(room.aggregator().weights(), &trainer.finish().unwrap().weights);
}

fn close(a: &Weights, b: &Weights) {
    for (a, b) in a.values().iter().zip(b.values()) {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
}

#[test]
fn a_proximal_term_keeps_workers_near() {
    let weights = |name, mu| {
        let mut settings = Settings { rounds: 1, ..settings(name) };
        settings.tuning.mu = mu;
        run(settings, uneven(), 0, None).aggregator().weights().clone()
    };
    let network = preset("linear").unwrap().network;
    let before = settings("fedprox").initialiser.weights(&network, 1).unwrap();
    let moved = |mu| {
        let steps = weights("fedprox", mu).moved_from(&before);
        steps.iter().map(|step| step * step).sum::<f32>()
    };
    assert_eq!(weights("fedprox", 0.0), weights("fedavg", 0.0));
    assert!(moved(1.0) < 0.9 * moved(0.0), "{} {}", moved(1.0), moved(0.0));
}

#[test]
fn the_model_is_handed_from_worker_to_worker() {
    let asked = Rc::new(RefCell::new(BTreeMap::<u32, Vec<Address>>::new()));
    let mut room = Simulation::new(settings("serial"), uneven()).unwrap();
    for _ in 0..4 {
        room.open_worker(1000);
    }
    room.advance(0);
    let seen = Rc::clone(&asked);
    room.tap(Box::new(move |_, to, bytes| {
        let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
        if envelope.kind == TASK {
            seen.borrow_mut().entry(envelope.round).or_default().push(to);
        }
        TapAction::Deliver
    }));
    room.tell(Event::Start);
    assert!(room.run_until(HOUR, |now| now.phase == Phase::Finished));
    let asked: Vec<Vec<Address>> = asked.borrow().values().cloned().collect();
    assert_eq!(asked.len(), 12);
    assert!(asked.iter().all(|round| round.len() == 1));
    assert!((0..8).all(|round| asked[round] == asked[round + 4]), "turns go round");
    assert!(asked[..4].windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn two_attackers_of_ten_spoil_the_mean_and_no_robust_strategy() {
    let test = spots(300, 999, &ALL);
    let after = |name, attack: &dyn Attack| {
        let room = run(settings(name), uneven(), 2, Some(attack.name()));
        accuracy(&room, &test)
    };
    let mean = after("fedavg", attack::by_name("sign").unwrap());
    assert!(mean < 70.0, "{mean}");
    for name in strategy::names() {
        let begun = strategy::by_name(name, &strategy::Tuning::default()).unwrap();
        if begun.needs_each().is_none() || begun.is_serial() {
            continue;
        }
        for attack in attack::ATTACKS {
            let found = after(name, attack);
            assert!(found > 85.0, "{name} under {}: {found}", attack.name());
        }
    }
}

#[test]
fn a_schedule_slows_workers_down() {
    let rates = Rc::new(RefCell::new(Vec::new()));
    let mut settings = Settings { rounds: 4, ..settings("fedavg") };
    settings.schedule = "step:2:0.1".parse().unwrap();
    let mut room = Simulation::new(settings, uneven()).unwrap();
    room.open_worker(1000);
    room.advance(0);
    let seen = Rc::clone(&rates);
    room.tap(Box::new(move |_, _, bytes| {
        let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
        if envelope.kind == TASK {
            let task = ToWorker::decode(TASK, &envelope.payload).unwrap();
            if let ToWorker::Task(task) = task {
                seen.borrow_mut().push(task.recipe.sgd.learning_rate);
            }
        }
        TapAction::Deliver
    }));
    room.tell(Event::Start);
    assert!(room.run_until(HOUR, |now| now.phase == Phase::Finished));
    assert_eq!(*rates.borrow(), [0.05, 0.05, 0.005, 0.005]);
}
