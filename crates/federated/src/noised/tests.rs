//! Of two trainings that differ in one digit, with the same coins, nothing that leaves a worker
//! differs but what has noise; and that by no more than the noise is made for.

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::*;

use crate::sim::{Simulation, TapAction};
use crate::{
    Assignment, Control, Event, ExampleTask, Job, LocalTraining, Noise, Phase, PrivateTask, Report,
    Secret, SecureTask, Settings, Task, ToAggregator, Token, Update, Worker, WorkerAction,
    WorkerEvent,
};
use sotto_core::seeded::Stream;
use sotto_core::wire::{Address, Envelope, PeerId};
use sotto_digits::{Digits, PIXELS, synthetic};
use sotto_network::{Network, preset};
use sotto_privacy::Grid;
use sotto_secagg::{FromClient, Identity};
use sotto_train::{Recipe, SgdConfig, Variety};

const MINUTE: u64 = 60_000;
const DIGITS: usize = 12;

/// A shard of which one digit may be another.
fn shard(slot: u32, other: Option<usize>) -> Digits {
    let digits = synthetic::digits(DIGITS as u32, u64::from(slot)).unwrap();
    let Some(index) = other.filter(|_| slot == 0) else {
        return digits;
    };
    let stranger = synthetic::digits(1, 99).unwrap();
    let (mut pixels, mut labels) = (digits.pixels().to_vec(), digits.labels().to_vec());
    pixels[index * PIXELS..][..PIXELS].copy_from_slice(stranger.image(0));
    labels[index] = (labels[index] + 1) % 10;
    Digits::new(pixels, labels).unwrap()
}

/// All that workers say in a round, in order, without the values that have noise; and those of the
/// worker whose digit may be another.
fn leaving(settings: &Settings, other: Option<usize>) -> (Vec<(u8, Vec<u8>)>, Vec<f32>) {
    let shards = Box::new(move |assignment: &Assignment| Ok(shard(assignment.slot, other)));
    let mut room = Simulation::new(settings.clone(), shards).unwrap();
    let heard = Rc::new(RefCell::new((Vec::new(), Vec::<(PeerId, Vec<f32>)>::new())));
    let tap = Rc::clone(&heard);
    room.tap(Box::new(move |_, to, bytes| {
        if to == Address::Aggregator {
            let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
            let (said, values) = &mut *tap.borrow_mut();
            let message = match ToAggregator::decode(envelope.kind, &envelope.payload).unwrap() {
                ToAggregator::Update(update) => {
                    let length = update.values.len();
                    values.push((envelope.sender, update.values));
                    ToAggregator::Update(Update { values: vec![0.0; length], ..update })
                }
                ToAggregator::Step { token, step: FromClient::Masked(bytes) } => {
                    let step = FromClient::Masked(vec![0; bytes.len()]);
                    ToAggregator::Step { token, step }
                }
                message => message,
            };
            let (kind, payload) = message.encode();
            let rest = Envelope { payload, ..envelope };
            said.push((kind, rest.encode()));
        }
        TapAction::Deliver
    }));
    let mut first = None;
    room.open_worker_as(1000, |id| first = Some(id));
    for _ in 1..3 {
        room.open_worker(1000);
    }
    room.advance(0);
    room.tell(Event::Start);
    room.run_until(MINUTE, |now| now.phase == Phase::Finished);
    let (said, values) = heard.take();
    let own = values.into_iter().find(|(id, _)| Some(*id) == first);
    (said, own.map(|(_, values)| values).unwrap_or_default())
}

fn settings(dp: Noise, secagg: bool, seed: u64) -> Settings {
    let mut settings = Settings { model: "linear".to_owned(), rounds: 1, ..Settings::default() };
    settings = Settings { dp, secagg, seed, clients: 4, rate: 0.5, clip: 0.5, ..settings };
    settings.recipe.epochs = 1;
    settings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn one_digit_changes_nothing_that_leaves_but_noisy_values(
        seed: u64, other in 0..DIGITS, adaptive: bool,
    ) {
        for (dp, secagg) in [
            (Noise::Examples, false),
            (Noise::Examples, true),
            (Noise::Distributed, true),
            (Noise::Central, true),
        ] {
            let settings = Settings {
                adaptive: adaptive && dp != Noise::Examples,
                ..settings(dp, secagg, seed)
            };
            let (plain, values) = leaving(&settings, None);
            let (changed, others) = leaving(&settings, Some(other));
            prop_assert!(plain.len() > 6, "{plain:?}");
            prop_assert_eq!(plain, changed, "{:?} {}", dp, secagg);
            prop_assert_eq!(values.len(), others.len());
        }
    }

    #[test]
    fn one_digit_moves_a_step_by_no_more_than_the_noise_is_made_for(
        secret: [u8; 32], other in 0..DIGITS, clip in 1e-3..10f32, log_noise in -4.0..5f32,
    ) {
        let (network, recipe) = (linear(), one_step());
        let examples = ExampleTask { noise: log_noise.exp(), clip, rate: 1.0 };
        let values = |other| {
            let task = Task { examples: Some(examples), ..task(recipe) };
            train(&network, task, &shard(0, other), secret).unwrap().update.values
        };
        let (plain, changed) = (values(None), values(Some(other)));
        let (grid, noise) = examples.noise_on_steps(&recipe, network.parameter_count()).unwrap();
        prop_assert!(noise.sigma() >= f64::from(examples.noise) * grid.norm_max());
        let moved: f64 =
            plain.iter().zip(&changed).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
        // One digit goes and another comes; beside them the sums of f32 are rounded.
        let most = 2.0 * grid.norm_max() * grid.step();
        let size = plain.iter().fold(1.0f32, |most, value| most.max(value.abs()));
        prop_assert!(moved > 0.0, "the digit is in the step");
        prop_assert!(moved <= most * 1.001 + f64::from(size) * 1e-4, "{moved} {most}");
    }

    #[test]
    fn one_client_moves_the_sum_by_no_more_than_the_noise_is_made_for(
        secret: [u8; 32], other in 0..DIGITS, clip in 1e-3..10f32, adaptive: bool,
    ) {
        let network = linear();
        let sigma_bits = if adaptive { 1.0 } else { 0.0 };
        let private = PrivateTask {
            noise: 1.0, sigma_bits, is_distributed: true, clients: 4, rate: 1.0, asked: 3,
        };
        let part = |other| {
            let secure = SecureTask {
                cohort_min: 3, threshold_min: 2, clip, weight_max: 100, private: Some(private),
            };
            let task = Task { secure: Some(secure), ..task(one_step()) };
            train(&network, task, &shard(0, other), secret).unwrap().part.unwrap()
        };
        let (plain, changed) = (part(None), part(Some(other)));
        prop_assert_eq!((plain.clients, plain.sampled), (changed.clients, changed.sampled));
        let grid: Grid = private.grid(clip, network.parameter_count()).unwrap();
        let values = grid.values();
        let moved = |range: std::ops::Range<usize>| {
            let both = plain.steps[range.clone()].iter().zip(&changed.steps[range]);
            both.map(|(a, b)| ((a - b) as f64).powi(2)).sum::<f64>().sqrt()
        };
        prop_assert!(moved(0..values) > 0.0);
        prop_assert!(moved(0..values) <= 2.0 * grid.norm_max());
        prop_assert!(moved(values..plain.steps.len()) <= 2.0 * private.answer_steps() as f64);
    }
}

/// Whether a digit makes the training overflow is as secret as the digit: an aggregator chooses the
/// model.
#[test]
fn a_digit_that_overflows_does_not_show() {
    let network = linear();
    let values = network.parameter_count();
    let blank = Digits::new(vec![0; DIGITS * PIXELS], vec![1; DIGITS]).unwrap();
    let mut pixels = blank.pixels().to_vec();
    pixels[..PIXELS].fill(255);
    let inked = Digits::new(pixels, vec![1; DIGITS]).unwrap();
    // The logits of ink overflow; those of blank paper are the biases.
    let weights = vec![3e37; values];
    let private = PrivateTask {
        noise: 1.0,
        sigma_bits: 1.0,
        is_distributed: true,
        clients: 3,
        rate: 1.0,
        asked: 3,
    };
    let secure = SecureTask {
        cohort_min: 3,
        threshold_min: 2,
        clip: 1.0,
        weight_max: 100,
        private: Some(private),
    };
    let examples = ExampleTask { noise: 1.0, clip: 1.0, rate: 1.0 };
    for task in [
        Task { examples: Some(examples), weights: weights.clone(), ..task(one_step()) },
        Task { secure: Some(secure), weights: weights.clone(), ..task(one_step()) },
    ] {
        let [plain, overflown] = [&blank, &inked].map(|digits| {
            train(&network, task.clone(), digits, [3; 32]).expect("it ends as any other")
        });
        assert_eq!(plain.update.digits, overflown.update.digits);
        assert_eq!(plain.update.loss, overflown.update.loss);
        assert!(overflown.update.values.iter().all(|value| value.is_finite()));
    }
    // A secure sum without noise takes it as well, after several steps and with control variates.
    let secure = SecureTask { private: None, ..secure };
    let recipe = Recipe { steps_max: 3, epochs: 3, ..one_step() };
    for control in [None, Some(Control { scale: 1.0, values: vec![0.0; values] })] {
        let len = values * if control.is_some() { 2 } else { 1 };
        let weights = weights.clone();
        let task = Task { secure: Some(secure), weights, control, ..task(recipe) };
        let overflown = train(&network, task.clone(), &inked, [3; 32]).expect("as any other");
        assert_eq!(overflown.update.values, vec![0.0; len]);
        // In the clear it is told.
        train(&network, Task { secure: None, ..task }, &inked, [3; 32]).unwrap_err();
    }
}

/// What a driver says of a failure may tell of a digit; the machine says that it failed.
#[test]
fn a_failure_that_is_hidden_has_no_reason_but_that() {
    let examples = ExampleTask { noise: 1.0, clip: 1.0, rate: 1.0 };
    let secure =
        SecureTask { cohort_min: 3, threshold_min: 2, clip: 1.0, weight_max: 100, private: None };
    let hidden = [(Some(examples), None), (None, Some(secure)), (None, None)];
    let reasons = hidden.map(|(examples, secure)| {
        let (mut worker, tell) = assigned_worker();
        let task = Task { examples, secure, ..task(one_step()) };
        let token = task.token.clone();
        tell(&mut worker, crate::ToWorker::Task(Box::new(task)));
        let reason = "the norm 3.25 is above its bound".to_owned();
        let said = worker.handle(WorkerEvent::Failed { token, reason }, 0);
        said.iter().find_map(|action| match action {
            WorkerAction::Send(_, bytes) => {
                let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
                match ToAggregator::decode(envelope.kind, &envelope.payload).unwrap() {
                    ToAggregator::Failed { reason, .. } => Some(reason),
                    _ => None,
                }
            }
            _ => None,
        })
    });
    assert_eq!(reasons[0].as_deref(), Some(super::FAILED));
    assert_eq!(reasons[1].as_deref(), Some(super::FAILED));
    assert!(reasons[2].as_deref().unwrap().contains("3.25"));
}

/// A worker with its digits, and how its aggregator says something to it.
fn assigned_worker() -> (Worker, impl Fn(&mut Worker, crate::ToWorker)) {
    let entropy = |seed| -> crate::Entropy {
        let mut stream = Stream::new(seed, "test/entropy");
        Box::new(move |bytes| stream.fill(bytes))
    };
    let mut worker = Worker::new(Identity::draw(&mut entropy(1)), entropy(2));
    let tell = |worker: &mut Worker, message: crate::ToWorker| {
        let (kind, payload) = message.encode();
        let (run, sender) = (sotto_core::wire::RunId(5), PeerId([7; 16]));
        let bytes = Envelope { run, round: 1, sender, kind, payload }.encode();
        worker.handle(WorkerEvent::Bytes(bytes), 0);
    };
    worker.handle(WorkerEvent::Open, 0);
    tell(&mut worker, crate::ToWorker::Welcome(assignment()));
    worker.handle(WorkerEvent::ShardLoaded(DIGITS as u32), 0);
    (worker, tell)
}

fn linear() -> Network {
    preset("linear").unwrap().network
}

fn one_step() -> Recipe {
    let sgd = SgdConfig { learning_rate: 0.5, momentum: 0.0, weight_decay: 0.0 };
    Recipe { steps_max: 1, ..Recipe::plain(sgd) }
}

fn assignment() -> Assignment {
    Assignment {
        slot: 0,
        model: "linear".to_owned(),
        seed: 1,
        partition: "iid".to_owned(),
        shards: 3,
    }
}

fn task(recipe: Recipe) -> Task {
    Task {
        token: Token([1; 16]),
        attempt: 1,
        recipe,
        variety: Variety::NONE,
        control: None,
        examples: None,
        secure: None,
        weights: vec![0.01; linear().parameter_count()],
    }
}

fn train(
    network: &Network,
    task: Task,
    digits: &Digits,
    secret: [u8; 32],
) -> Result<Report, crate::TrainingError> {
    let job = Job { round: 1, task, control: Vec::new(), secret: Secret(secret) };
    let mut training = LocalTraining::new(network, &assignment(), job, digits)?;
    while !training.is_done() {
        training.step(digits)?;
    }
    training.finish()
}
