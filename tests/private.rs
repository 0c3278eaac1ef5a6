//! What an aggregator learns: whole rooms with and without secure sums.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::RefCell;
use std::rc::Rc;

use sotto::digits::{Digits, synthetic};
use sotto::federated::{Event, Phase, Settings, ToAggregator, Update};
use sotto::network::preset;
use sotto::privacy::inversion::{applies, recover};
use sotto::secagg::FromClient;
use sotto::sim::{Fate, Simulation};
use sotto::wire::{Address, Envelope};

const MINUTE: u64 = 60_000;

fn digits(slot: u32) -> Digits {
    synthetic::digits(40, u64::from(slot)).unwrap()
}

/// One step on one digit, so that updates tell as much as they can.
fn settings(model: &str, secagg: bool) -> Settings {
    let mut settings =
        Settings { model: model.to_owned(), rounds: 1, secagg, ..Settings::default() };
    settings.recipe.batch = 1;
    settings.recipe.steps_max = 1;
    settings
}

/// Runs a round, and gives what went to the aggregator.
fn overheard(settings: Settings, workers: usize) -> Vec<ToAggregator> {
    let mut room = Simulation::new(settings, Box::new(|place| Ok(digits(place.slot)))).unwrap();
    let heard = Rc::new(RefCell::new(Vec::new()));
    let tap = Rc::clone(&heard);
    room.tap(Box::new(move |_, to, bytes| {
        let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
        if to == Address::Aggregator {
            let message = ToAggregator::decode(envelope.kind, &envelope.payload);
            tap.borrow_mut().push(message.unwrap());
        }
        Fate::Deliver
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
        let shards = Box::new(|place: &sotto::federated::Assignment| {
            Ok(synthetic::digits(400, u64::from(place.slot)).unwrap())
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
        let model = sotto::learn::Model::new(aggregator.network(), aggregator.weights()).unwrap();
        let test = synthetic::digits(1000, 99).unwrap();
        sotto::learn::Evaluator::run(model, &test).unwrap().accuracy()
    };
    let [plain, secure] = [false, true].map(accuracy);
    assert!((plain - secure).abs() < 1.0, "{plain} {secure}");
}
