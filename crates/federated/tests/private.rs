//! What an aggregator learns: whole rooms with and without secure sums.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::RefCell;
use std::rc::Rc;

use sotto_core::wire::{Address, Envelope};
use sotto_digits::{Digits, synthetic};
use sotto_federated::sim::{Simulation, TapAction};
use sotto_federated::{Event, Noise, Phase, Schedule, Settings, ToAggregator, Update};
use sotto_network::preset;
use sotto_privacy::inversion::{applies, recover};
use sotto_secagg::FromClient;
use sotto_train::Variety;

const MINUTE: u64 = 60_000;

fn digits(slot: u32) -> Digits {
    synthetic::digits(40, u64::from(slot)).unwrap()
}

/// One step on one digit, so that updates tell as much as they can.
fn settings(model: &str, secagg: bool) -> Settings {
    let mut settings =
        Settings { model: model.to_owned(), rounds: 1, secagg, ..Settings::default() };
    settings.variety = Variety::NONE;
    settings.schedule = Schedule::Constant;
    settings.recipe.batch = 1;
    settings.recipe.steps_max = 1;
    settings
}

/// Runs a round, and gives what went to the aggregator.
fn overheard(settings: Settings, workers: usize) -> Vec<ToAggregator> {
    let mut room =
        Simulation::new(settings, Box::new(|assignment| Ok(digits(assignment.slot)))).unwrap();
    let heard = Rc::new(RefCell::new(Vec::new()));
    let tap = Rc::clone(&heard);
    room.tap(Box::new(move |_, to, bytes| {
        let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
        if to == Address::Aggregator {
            let message = ToAggregator::decode(envelope.kind, &envelope.payload);
            tap.borrow_mut().push(message.unwrap());
        }
        TapAction::Deliver
    }));
    for _ in 0..workers {
        room.open_worker(1000);
    }
    room.advance(0);
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, |now| now.phase == Phase::Finished));
    assert_eq!(room.violations(), [""; 0]);
    heard.take()
}

/// The digit of any worker that an image is, to within a shade.
fn is_a_digit(pixels: &[u8], workers: u32) -> Option<u8> {
    (0..workers).map(digits).find_map(|digits| {
        (0..digits.len()).find_map(|index| {
            let near = |(a, b): (&u8, &u8)| a.abs_diff(*b) <= 1;
            pixels.iter().zip(digits.image(index)).all(near).then(|| digits.label(index))
        })
    })
}

#[test]
fn an_update_in_the_clear_gives_its_digit_away() {
    for model in ["linear", "mlp", "network1"] {
        let network = preset(model).unwrap().network;
        let updates = overheard(settings(model, false), 3).into_iter().filter_map(|message| {
            let ToAggregator::Update(Update { values, .. }) = message else { return None };
            Some(values)
        });
        let mut read = 0;
        for values in updates {
            let recovered = recover(&network, &values).unwrap();
            let label = is_a_digit(&recovered.pixels, 3);
            assert_eq!(label, Some(recovered.label), "{model}");
            read += 1;
        }
        assert_eq!(read, 3);
    }
}

#[test]
fn under_secure_aggregation_it_does_not() {
    let network = preset("linear").unwrap().network;
    let heard = overheard(settings("linear", true), 3);
    let mut vectors = 0;
    for message in &heard {
        let ToAggregator::Step { step: FromClient::Masked(packed), .. } = message else {
            continue;
        };
        // Three workers: elements of 16 bits.
        let (words, _) = packed.as_chunks::<2>();
        let values: Vec<f32> =
            words.iter().map(|word| f32::from(i16::from_le_bytes(*word))).collect();
        let recovered = recover(&network, &values[..network.parameter_count()]).unwrap();
        assert_eq!(is_a_digit(&recovered.pixels, 3), None);
        // Half of what noise gives is below 0, so black; a digit is black at its border.
        let border = recovered.pixels[..28].iter().filter(|&&pixel| pixel > 0).count();
        assert!(border > 3, "{border}");
        vectors += 1;
    }
    assert_eq!(vectors, 3);
    // Neither losses nor updates go in the clear.
    assert!(!heard.iter().any(|message| matches!(message, ToAggregator::Update(_))));
}

#[test]
fn convolutions_are_not_read_so() {
    assert!(!applies(&preset("lenet5").unwrap().network));
    assert!(recover(&preset("linear").unwrap().network, &[0.0; 7850]).is_none());
    assert!(recover(&preset("linear").unwrap().network, &[1.0; 3]).is_none());
}

#[test]
fn a_secure_round_learns_what_a_plain_one_does() {
    let accuracy = |secagg| {
        let settings = Settings { rounds: 3, secagg, ..settings("linear", secagg) };
        let settings = Settings { recipe: Settings::default().recipe, ..settings };
        let shards = Box::new(|assignment: &sotto_federated::Assignment| {
            Ok(synthetic::digits(400, u64::from(assignment.slot)).unwrap())
        });
        let mut room = Simulation::new(settings, shards).unwrap();
        for _ in 0..5 {
            room.open_worker(1000);
        }
        room.advance(0);
        room.tell(Event::Start);
        assert!(room.run_until(MINUTE, |now| now.phase == Phase::Finished));
        assert_eq!(room.sums(), if secagg { 3 } else { 0 });
        let aggregator = room.aggregator();
        let model = sotto_train::Model::new(aggregator.network(), aggregator.weights()).unwrap();
        let test = synthetic::digits(1000, 99).unwrap();
        sotto_train::Evaluator::run(model, &test).unwrap().accuracy()
    };
    let [plain, secure] = [false, true].map(accuracy);
    assert!((plain - secure).abs() < 1.0, "{plain} {secure}");
}

/// How far a round moved each weight, with `workers` of 40 digits each.
fn moves(settings: Settings, workers: usize) -> Vec<f64> {
    let mut room =
        Simulation::new(settings, Box::new(|assignment| Ok(digits(assignment.slot)))).unwrap();
    (0..workers).for_each(|_| {
        room.open_worker(1000);
    });
    room.advance(0);
    let before = room.aggregator().weights().values().to_vec();
    room.tell(Event::Start);
    assert!(room.run_until(MINUTE, |now| now.phase == Phase::Finished), "{:?}", room.notices());
    assert_eq!(room.violations(), [""; 0]);
    let after = room.aggregator().weights().values();
    after.iter().zip(before).map(|(after, before)| f64::from(after - before)).collect()
}

fn noisy(dp: Noise, noise: f32, clip: f32) -> Settings {
    let (clients, rate) = (20, 0.5);
    Settings { dp, noise, clip, clients, rate, ..settings("linear", true) }
}

/// With next to nothing to learn, what moves the model is the noise: `z clip` on the sum, over the
/// clients that are expected.
#[test]
fn the_noise_is_what_was_asked_for() {
    let (workers, clients, rate, noise, clip) = (5, 20.0, 0.5, 4.0, 0.01f32);
    for (dp, surplus) in [
        (Noise::Central, 1.0),
        // Five are there where three are enough: theirs is more than the whole noise.
        (Noise::Distributed, 5.0 / 3.0),
    ] {
        let moves = moves(noisy(dp, noise, clip), workers);
        let square = moves.iter().map(|x| x * x).sum::<f64>() / moves.len() as f64;
        let sigma = f64::from(noise * clip) / (rate * clients * workers as f64);
        let expected = sigma * sigma * surplus;
        // A chi square of 7,850 degrees: five deviations are 8 %. Updates add a little.
        assert!((square / expected - 1.0).abs() < 0.1, "{dp:?} {square} {expected}");
    }
}

/// Nobody moves the sum by more than the clip, however far it was trained.
#[test]
fn clients_are_clipped_one_by_one() {
    let mut settings = noisy(Noise::Central, 0.01, 0.001);
    settings.rate = 1.0;
    settings.recipe.steps_max = 0;
    settings.recipe.sgd.learning_rate = 1.0;
    let norm = moves(settings, 3).iter().map(|x| x * x).sum::<f64>().sqrt();
    let noise = 0.01 * 0.001 * (7850f64).sqrt() / 60.0;
    assert!(norm <= 0.001 + 2.0 * noise, "{norm}");
    assert!(norm > 0.0001, "{norm}");
}

#[test]
fn with_little_noise_virtual_clients_learn() {
    let mut settings = noisy(Noise::Distributed, 0.05, 1.0);
    settings.rounds = 8;
    settings.recipe = Settings::default().recipe;
    let before = Settings { rounds: 1, ..settings.clone() };
    let accuracy = |settings: Settings| {
        let shards = Box::new(|assignment: &sotto_federated::Assignment| {
            Ok(synthetic::digits(400, u64::from(assignment.slot)).unwrap())
        });
        let mut room = Simulation::new(settings, shards).unwrap();
        for _ in 0..4 {
            room.open_worker(1000);
        }
        room.advance(0);
        room.tell(Event::Start);
        assert!(room.run_until(MINUTE, |now| now.phase == Phase::Finished));
        let aggregator = room.aggregator();
        let model = sotto_train::Model::new(aggregator.network(), aggregator.weights()).unwrap();
        let test = synthetic::digits(1000, 99).unwrap();
        sotto_train::Evaluator::run(model, &test).unwrap().accuracy()
    };
    let (first, last) = (accuracy(before), accuracy(settings));
    assert!(last > first + 15.0, "{first} {last}");
}

/// DP-SGD: one step with next to nothing to learn moves each worker by `lr clip z` over the digits
/// that are expected, and the mean of workers by the root of their number less.
#[test]
fn noise_on_steps_is_what_was_asked_for() {
    let (noise, clip, rate, workers) = (5.0f32, 1e-4f32, 0.25, 4);
    let mut settings =
        Settings { dp: Noise::Examples, noise, clip, rate, ..settings("linear", false) };
    let moved = moves(settings.clone(), workers);
    let square = moved.iter().map(|x| x * x).sum::<f64>() / moved.len() as f64;
    let lr = f64::from(settings.recipe.sgd.learning_rate);
    let sigma = lr * f64::from(noise * clip) / (f64::from(rate) * 40.0) / (workers as f64).sqrt();
    assert!((square / sigma.powi(2) - 1.0).abs() < 0.12, "{square} {}", sigma.powi(2));
    // With little noise and all steps, it learns.
    settings = Settings { noise: 0.01, clip: 1.0, rounds: 3, ..settings };
    settings.recipe.steps_max = 0;
    let trained = moves(settings, workers).iter().map(|x| x * x).sum::<f64>().sqrt();
    assert!(trained > 0.05, "{trained}");
}

/// The clip finds the clients' own lengths, from far above and from far below.
#[test]
fn an_adaptive_clip_follows_the_clients() {
    let clip_after = |clip| {
        let mut settings = noisy(Noise::Distributed, 0.3, clip);
        settings.adaptive = true;
        settings.rate = 1.0;
        settings.rounds = 40;
        settings.recipe.steps_max = 0;
        let shards =
            Box::new(|assignment: &sotto_federated::Assignment| Ok(digits(assignment.slot)));
        let mut room = Simulation::new(settings, shards).unwrap();
        for _ in 0..3 {
            room.open_worker(1000);
        }
        room.advance(0);
        room.tell(Event::Start);
        assert!(room.run_until(10 * MINUTE, |now| now.phase == Phase::Finished));
        room.aggregator().clip()
    };
    let (from_above, from_below) = (clip_after(20.0), clip_after(0.02));
    assert!(from_above < 5.0 && from_below > 0.1, "{from_above} {from_below}");
}

#[test]
fn noise_without_secure_sums_is_refused() {
    let problems = Settings::from_query("dp=distributed&secagg=off").unwrap_err();
    assert_eq!(problems[0].setting, "dp");
    assert!(Settings::from_query("dp=distributed&noise=1.5").is_ok());
}
