//! Whole trainings, by all roles, with the dealer's secrets in view and a tap on every wire.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::FutureExt;

use super::super::messages::{ClassificationKind, ModelInfo};
use super::super::path::Job;
use super::super::secrecy::{gathering, secret_part, spoilt};
use super::super::world::{Tap, World, noise, presets, weights};
use super::super::{Error, Output, Party, PartyEvent, Role, TradeOff};
use super::data::{Pool, Schedule, one_hot, pixels};
use super::dealing::{deal_handover, deal_step};
use super::handover::{Handover, hand_over};
use super::messages::Begin;
use super::run::draw;
use super::{Fixed, Loss, Training, TrainingInfo, TrainingPlan};
use sotto_core::secret::Secret;
use sotto_core::seeded::Stream;
use sotto_core::wire::Writer;
use sotto_network::Weights;

const BATCH: usize = 4;

pub(crate) fn training_info(preset: &str) -> TrainingInfo {
    let training = Training { batch: BATCH, rate: 4, momentum: Some(2), loss: Loss::CrossEntropy };
    TrainingInfo { number: 0, preset: preset.to_owned(), training, epochs: 2, watched: 2 }
}

/// Random images and labels.
fn digits(count: usize, seed: u64) -> (Vec<u8>, Vec<u8>) {
    let mut stream = Stream::new(seed, "test/train/labels");
    (noise(count, seed), (0..count).map(|_| stream.below(10) as u8).collect())
}

/// What alice tells bob of the training that she begins.
fn begun() -> (Tap, Rc<RefCell<Option<Begin>>>) {
    let heard = Rc::new(RefCell::new(None));
    let told = Rc::clone(&heard);
    let tap: Tap = Rc::new(RefCell::new(move |from: Role, _: Role, bytes: &mut Vec<u8>| {
        let (kind, payload) = secret_part(from, bytes);
        if from == Role::Alice && kind == "train/begin" {
            *told.borrow_mut() = Begin::decode(&payload).ok();
        }
        true
    }));
    (tap, heard)
}

/// The same training in the clear, with the parties' draws, batches and coins.
struct Oracle {
    parameters: Vec<i32>,
    losses: Vec<f64>,
    plan: Rc<TrainingPlan>,
    steps: u32,
}

impl Oracle {
    fn train(world: &World, seed: u64, begin: &Begin, shared: &[(Vec<u8>, Vec<u8>)]) -> Self {
        let plan = begin.info.plan(&presets()).unwrap();
        let [mut alice, mut bob] =
            ["alice", "bob"].map(|name| World::entropy(seed, &format!("{name}/secrets")));
        // Alice draws the order of the digits first.
        alice(&mut [0; 8]);
        let start = draw(&plan, &mut alice).join(&draw(&plan, &mut bob));
        let start: Vec<i32> = start.into_iter().map(|value| value.0 as i32).collect();

        let mut pool = Pool::new(784, 10);
        for (id, (images, labels)) in begin.contributions.iter().zip(shared) {
            let mut message = Writer::new();
            message.u32(labels.len() as u32);
            let values = Secret::concat(&[pixels(images), one_hot(labels, 10)]);
            values.iter().for_each(|value| {
                message.u32(value.0);
            });
            pool.add(&Job::Data(*id).step("share"), &message.finish()).unwrap();
        }
        let mut schedule = Schedule::new(&pool, &begin.contributions, BATCH, begin.seed);
        let steps = schedule.steps() * begin.info.epochs;
        let mut clear = Fixed::new(&plan, &start);
        let mut losses = Vec::new();
        for step in 0..steps {
            let batch = schedule.batch(&pool, step);
            let mut coins = Vec::new();
            let watched = begin.info.is_watched(step);
            deal_step(&plan, world.keys(), step + 1, watched, &mut |masks| {
                coins.push(masks.to_vec());
            })
            .unwrap();
            let mut coins = coins.into_iter();
            let taken =
                clear.step_on(batch.images.values(), batch.labels.values(), watched, &mut |_| {
                    coins.next().unwrap()
                });
            losses.extend(taken.unwrap().loss);
        }
        Self { parameters: clear.parameters(), losses, plan, steps }
    }

    /// The model that the parties make of it.
    fn handed_over(&self, world: &World, info: &TrainingInfo, fraction: u32) -> Weights {
        let network = presets().network(&info.preset).unwrap();
        let model = ModelInfo {
            number: 0,
            preset: info.preset.clone(),
            fraction,
            trade_off: TradeOff::Bytes,
        };
        let to = model
            .plan(&presets(), ClassificationKind { batch: 1, output: Output::Logits })
            .unwrap();
        let handover = Handover::new(&network, &self.plan, &to).unwrap();
        let mut coins = Vec::new();
        let number = self.steps + 1;
        deal_handover(&self.plan, &handover, world.keys(), number, &mut |masks| {
            coins.push(masks.to_vec());
        })
        .unwrap();
        let mut coins = coins.into_iter();
        let mut next = |_: usize| coins.next().unwrap();
        let mut engine = super::clear::Clear::new(&mut next);
        let parameters = self.parameters.iter().map(|value| i64::from(*value)).collect();
        let handed = hand_over(&mut engine, &handover, &parameters);
        let handed = handed.now_or_never().unwrap().unwrap();
        let mut values = vec![0.0; handed.len()];
        let units = to.units().flat_map(|(length, unit, _)| std::iter::repeat_n(unit, length));
        for ((value, unit), index) in handed.iter().zip(units).zip(to.indices(&network)) {
            values[index as usize] = (*value as f64 / unit) as f32;
        }
        Weights::new(&network, values).unwrap()
    }
}

fn losses(world: &World, party: Party) -> Vec<f64> {
    let shown = world.shown.borrow();
    let loss = |(who, event): &(Party, PartyEvent)| match event {
        PartyEvent::Trained(trained) if *who == party => trained.loss,
        _ => None,
    };
    shown.iter().filter_map(loss).collect()
}

#[test]
fn the_parties_train_as_in_the_clear_and_classify_with_what_nobody_opened() {
    for (preset, seed) in [("linear", 3), ("tutorial", 4), ("lenet5", 5)] {
        let (tap, begin) = begun();
        let mut world = World::tapped(preset, weights(preset, 1), 8, seed, &tap);
        let shared = [digits(7, 1), digits(6, 2)];
        for (images, labels) in &shared {
            world.contribute(images, labels);
        }
        let info = world.train(training_info(preset)).unwrap();
        let begin = begin.borrow_mut().take().unwrap();
        assert_eq!(begin.info, info);
        let oracle = Oracle::train(&world, seed, &begin, &shared);
        assert_eq!(oracle.steps, 6);
        assert_eq!(losses(&world, Party::Alice), oracle.losses, "{preset}");
        assert_eq!(losses(&world, Party::Bob), oracle.losses);
        assert_eq!(oracle.losses.len(), 3, "every second step is watched");

        world.take(&info, 8).unwrap();
        let trained = oracle.handed_over(&world, &info, 8);
        world.suppose(trained);
        for pixels in [noise(1, 1), noise(2, 7)] {
            let answers = world.classify(&pixels, Output::Logits).unwrap();
            assert_eq!(answers, world.oracle(&pixels, Output::Logits), "{preset}");
        }
        assert!(world.ends.borrow().is_empty());
    }
}

#[test]
fn a_pause_changes_nothing_and_others_are_served_meanwhile() {
    let trained = |pause: bool| {
        let mut world = World::new("linear", weights("linear", 1), 8, 5);
        let (images, labels) = digits(16, 1);
        world.contribute(&images, &labels);
        let info = if pause {
            let mut info = None;
            world.ask(|owner| {
                info = owner.train(training_info("linear")).ok();
                owner.pause().unwrap();
            });
            assert_eq!(losses(&world, Party::Alice), [] as [f64; 0]);
            // The model that was shared still answers.
            world.classify(&noise(1, 3), Output::Logits).unwrap();
            world.ask(|owner| owner.resume().unwrap());
            info.unwrap()
        } else {
            world.train(training_info("linear")).unwrap()
        };
        let found = losses(&world, Party::Bob);
        assert_eq!(found.len(), 4);
        world.take(&info, 8).unwrap();
        (found, world.classify(&noise(1, 3), Output::Label).unwrap())
    };
    assert_eq!(trained(true), trained(false));
}

#[test]
fn what_cannot_be_trained_is_said_and_ends_nothing() {
    let mut world = World::new("linear", weights("linear", 1), 8, 6);
    let untrained = |world: &World| -> Vec<Error> {
        let shown = world.shown.borrow();
        let error = |(who, event): &(Party, PartyEvent)| match event {
            PartyEvent::Untrained(error) if *who == Party::Alice => Some(error.clone()),
            _ => None,
        };
        shown.iter().filter_map(error).collect()
    };
    let info = world.train(training_info("linear")).unwrap();
    assert_eq!(untrained(&world), [Error::Digits { found: 0, batch: BATCH }]);
    // Of a training that has not begun there is no result.
    world.take(&info, 8).unwrap();
    assert_eq!(untrained(&world).last(), Some(&Error::OtherModel));
    world.share(weights("linear", 2));
    world.classify(&noise(1, 1), Output::Logits).unwrap();
    let (images, labels) = digits(8, 1);
    world.contribute(&images, &labels);
    world.train(training_info("linear")).unwrap();
    assert_eq!(losses(&world, Party::Alice).len(), 2);
    assert!(world.ends.borrow().is_empty());
}

#[test]
fn what_a_party_receives_in_training_is_uniform_whatever_the_digits() {
    for (value, label) in [(0, 0), (255, 9)] {
        let (tap, gathered) = gathering(|_, kind| {
            let first = kind.split('/').next().unwrap_or("");
            // What is revealed on purpose, and what is public.
            let is_open = kind.ends_with("watch/loss") || kind == "train/begin";
            matches!(first, "step" | "take" | "data" | "deal" | "train") && !is_open
        });
        let (runs, all) = (Rc::clone(&gathered), tap);
        let tap: Tap = Rc::new(RefCell::new(move |from: Role, to: Role, bytes: &mut Vec<u8>| {
            // The last message of a step.
            let is_end = from == Role::Bob && secret_part(from, bytes).0 == "step/update/rescale";
            let passes = (all.borrow_mut())(from, to, bytes);
            if is_end {
                runs.borrow_mut().end_run();
            }
            passes
        }));
        let mut world = World::tapped("linear", weights("linear", 1), 8, 7, &tap);
        let (images, labels) = (vec![value; 32 * 784], vec![label; 32]);
        world.contribute(&images, &labels);
        let info = world.train(TrainingInfo { epochs: 4, ..training_info("linear") }).unwrap();
        world.take(&info, 8).unwrap();
        gathered.borrow().assert_uniform(30);
    }
}

#[test]
fn material_for_a_step_that_comes_twice_is_refused() {
    let kept: Rc<RefCell<Option<Vec<u8>>>> = Rc::default();
    let tap: Tap = Rc::new(RefCell::new(move |from: Role, to: Role, bytes: &mut Vec<u8>| {
        let is_step = secret_part(from, bytes).0 == "deal/train";
        if (from, to) == (Role::Dealer, Role::Bob) && is_step {
            if let Some(first) = kept.borrow().as_ref() {
                bytes.clone_from(first);
            }
            kept.borrow_mut().get_or_insert_with(|| bytes.clone());
        }
        true
    }));
    let mut world = World::tapped("linear", weights("linear", 1), 8, 3, &tap);
    let (images, labels) = digits(8, 1);
    world.contribute(&images, &labels);
    world.train(training_info("linear")).unwrap();
    let ends = world.ends.borrow();
    assert_eq!(ends.first(), Some(&(Role::Bob, Error::Reused { what: "material", number: 1 })));
}

#[test]
fn a_message_that_is_cut_short_or_lost_ends_training_and_its_sender_is_named() {
    let ways: [fn(&mut Vec<u8>) -> bool; 2] = [|bytes| bytes.pop().is_some(), |_| false];
    for (way, how) in ways.into_iter().enumerate() {
        for number in 1.. {
            let (tap, victim) = spoilt(number, how);
            let mut world = World::tapped("linear", weights("linear", 1), 8, 4, &tap);
            let (images, labels) = digits(4, 1);
            world.contribute(&images, &labels);
            let info = world.train(TrainingInfo { epochs: 1, ..training_info("linear") });
            let taken = info.and_then(|info| world.take(&info, 8));
            let answer = taken.and_then(|()| world.classify(&noise(1, 1), Output::Label));
            let Some((from, kind)) = victim.borrow().clone() else {
                assert!(number > 60, "a training has many messages");
                answer.unwrap();
                break;
            };
            // What is lost of the material for later does not matter now.
            let matters = from != Role::Dealer && !kind.starts_with("order");
            assert!(answer.is_err() || !matters, "{kind} from {from} was lost");
            if way == 0 {
                let error = world.ends.borrow().first().map(|end| end.1.clone()).or(answer.err());
                match error {
                    Some(
                        Error::Malformed { role, .. }
                        | Error::Length { role, .. }
                        | Error::Unexpected { role, .. },
                    ) => assert_eq!(role, from, "{kind}"),
                    Some(Error::Material { .. }) => assert_eq!(from, Role::Dealer, "{kind}"),
                    other => panic!("message {number}, {kind} from {from}: {other:?}"),
                }
            }
        }
    }
}
