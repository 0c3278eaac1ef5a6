//! The costs of a round, measured on this machine: the time that one thread computes, whatever else
//! the machine has to do. Of each figure the least counts: what is shared can only add to it.

use std::hint::black_box;

use cpu_time::ThreadTime;
use sotto_core::seeded::Stream;
use sotto_core::wire::{Envelope, PeerId, RunId};
use sotto_digits::synthetic;
use sotto_federated::sim::scale::{ServerCosts, WorkerCosts};
use sotto_federated::{Settings, Task, ToWorker, Token};
use sotto_network::{Initialiser, Network};
use sotto_secagg::costs::{self, Stages};
use sotto_secagg::{Error, Rates};
use sotto_train::{EPOCHS_MAX, Recipe, Trainer};

/// Cohorts of two sizes tell what grows with a worker's neighbours from what grows with pairs of
/// them; vectors of two lengths tell what grows with the elements.
const FEW: usize = 100;
const MANY: usize = 500;
const SHORT: u32 = 1;
const LONG: u32 = 200_000;
/// Each sum is repeated so often.
const RUNS: usize = 3;

/// Elements of a sum that is added.
const SUM_LEN: usize = 200_000;
const SAMPLES: usize = 101;

/// One step of a worker's training.
pub(super) fn step_ms(network: &Network, batch: u32) -> Result<f64, String> {
    eprintln!("measuring a step of training ...");
    let failed = |error: sotto_train::Error| error.to_string();
    let digits = synthetic::digits(10 * batch, 1).map_err(|error| error.to_string())?;
    let weights = Initialiser::He.weights(network, 1).map_err(|error| error.to_string())?;
    let recipe = Recipe { epochs: EPOCHS_MAX, batch, ..Settings::default().recipe };
    let shuffle = Stream::new(1, "scale/shuffle");
    let mut trainer =
        Trainer::new(network, &weights, recipe, digits.len(), shuffle).map_err(failed)?;
    let mut spent = Vec::new();
    while spent.len() < SAMPLES && !trainer.is_done() {
        let begun = ThreadTime::now();
        trainer.step(&digits).map_err(failed)?;
        spent.push(1e3 * seconds_since(begun));
    }
    Ok(least(spent))
}

/// To write a task and to read it, a byte of each; the mean of both.
pub(super) fn message_ns(network: &Network) -> Result<f64, String> {
    eprintln!("measuring a message ...");
    let settings = Settings::default();
    let weights = Initialiser::He.weights(network, 1).map_err(|error| error.to_string())?;
    let task = Task {
        token: Token([0; 16]),
        attempt: 1,
        recipe: settings.recipe,
        variety: settings.variety,
        control: None,
        examples: None,
        secure: None,
        weights: weights.values().to_vec(),
    };
    let message = ToWorker::Task(Box::new(task));
    let mut spent = Vec::new();
    for _ in 0..SAMPLES {
        let begun = ThreadTime::now();
        let (kind, payload) = message.encode();
        let envelope = Envelope { run: RunId(1), round: 1, sender: PeerId([0; 16]), kind, payload };
        let bytes = black_box(envelope.encode());
        let read = Envelope::decode(&bytes, bytes.len())
            .and_then(|envelope| ToWorker::decode(envelope.kind, &envelope.payload));
        black_box(read).map_err(|error| error.to_string())?;
        spent.push(1e9 * seconds_since(begun) / (2 * bytes.len()) as f64);
    }
    Ok(least(spent))
}

/// To read an element of a sum of 64 bits and add it.
pub(super) fn add_ns() -> f64 {
    eprintln!("measuring an addition ...");
    let mut sum = vec![0i64; SUM_LEN];
    let bytes: Vec<u8> = (0..8 * SUM_LEN).map(|index| index as u8).collect();
    let mut spent = Vec::new();
    for _ in 0..SAMPLES {
        let begun = ThreadTime::now();
        let (elements, _) = black_box(&bytes).as_chunks::<8>();
        for (sum, element) in sum.iter_mut().zip(elements) {
            *sum = sum.wrapping_add(i64::from_le_bytes(*element));
        }
        black_box(&mut sum);
        spent.push(1e9 * seconds_since(begun) / SUM_LEN as f64);
    }
    least(spent)
}

/// What secure sums cost both sides, by the differences between whole ones.
pub(super) fn secure_sums() -> Result<(ServerCosts, WorkerCosts), String> {
    let few = stages(FEW, SHORT, 0)?;
    let long = stages(FEW, LONG, 0)?;
    let many = stages(MANY, SHORT, 0)?;
    let gone = stages(MANY, SHORT, 1)?;
    let k_few = neighbours(FEW)?;
    let k = neighbours(MANY)?;
    let (few_workers, many_workers) = (FEW as f64, MANY as f64);
    let elements = f64::from(LONG - SHORT);

    let (open_ms, weigh_ms) =
        linear(k_few, few.unmask_ms / few_workers / k_few, k, many.unmask_ms / many_workers / k);
    // Every tenth is gone: nobody checks its shares, and its masks with the others are repaired.
    let vanished = 0.1 * many_workers;
    let repairs = vanished * 0.9 * k;
    let repaired_ms = gone.unmask_ms - (many.unmask_ms - vanished * open_ms * k);
    let element_ns = |long_ms: f64, few_ms: f64, vectors: f64| {
        1e6 * ((long_ms - few_ms) / (vectors * elements)).max(0.0)
    };
    let server = ServerCosts {
        agree_us: 1e3 * many.agree_ms / many_workers / k,
        upload_ns: element_ns(long.upload_ms, few.upload_ms, few_workers),
        open_us: 1e3 * open_ms,
        weigh_ns: 1e6 * weigh_ms,
        unmask_ns: element_ns(long.unmask_ms, few.unmask_ms, few_workers),
        repair_us: 1e3 * (repaired_ms / repairs).max(0.0),
        waiting_ns: 1e6 * many.waiting_ms / many_workers,
    };
    let (neighbour_ms, pair_ms) = linear(k_few, few.client_ms / k_few, k, many.client_ms / k);
    let worker = WorkerCosts {
        neighbour_us: 1e3 * neighbour_ms,
        pair_ns: 1e6 * pair_ms,
        // Of each neighbour and its own.
        mask_ns: element_ns(long.client_ms, few.client_ms, k_few + 1.0),
    };
    Ok((server, worker))
}

/// `y = a + b x` through two points, neither part below 0; the second point holds at any rate.
fn linear(x0: f64, y0: f64, x1: f64, y1: f64) -> (f64, f64) {
    let slope = ((y1 - y0) / (x1 - x0)).clamp(0.0, y1 / x1);
    (y1 - slope * x1, slope)
}

fn neighbours(workers: usize) -> Result<f64, String> {
    let degree = Rates::default().degree(workers).map_err(|error| error.to_string())?;
    Ok(degree.neighbours as f64)
}

/// The least that each part of a whole sum takes.
fn stages(workers: usize, len: u32, vanishing: usize) -> Result<Stages, String> {
    let gone = if vanishing == 0 { "nobody" } else { "every tenth" };
    eprintln!("measuring secure sums of {workers} workers, {len} values, {gone} vanishes ...");
    let start = ThreadTime::now();
    let clock = move || 1e3 * seconds_since(start);
    let sum = |_| {
        let entropy = sotto_core::entropy::system();
        costs::stages(workers, len, vanishing, entropy, &clock)
    };
    let found = (0..RUNS).map(sum).collect::<Result<Vec<Stages>, Error>>();
    let found = found.map_err(|error| error.to_string())?;
    let best = |part: fn(&Stages) -> f64| least(found.iter().map(part));
    Ok(Stages {
        agree_ms: best(|sum| sum.agree_ms),
        upload_ms: best(|sum| sum.upload_ms),
        unmask_ms: best(|sum| sum.unmask_ms),
        waiting_ms: best(|sum| sum.waiting_ms),
        client_ms: best(|sum| sum.client_ms),
    })
}

/// Seconds of this thread's computing.
fn seconds_since(begun: ThreadTime) -> f64 {
    begun.elapsed().as_secs_f64()
}

fn least(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}
