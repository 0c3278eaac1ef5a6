//! `simulate faults`: rooms in which everything goes wrong.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use sotto_federated::sim::faults::{self, Report};

/// Runs rooms with lossy wires, crashes, liars and aggregators that go back, a seed each, and looks whether the promises
/// of secure aggregation hold. A seed that breaks one is named in the last line, and replays
/// with --first-seed.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// How many seeds
    #[arg(long, default_value_t = 2000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let end = arguments.first_seed.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.first_seed);
    let outcome = Mutex::new(Outcome::default());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let report = faults::run(seed);
                    // A run that panicked while it had the lock is told of below.
                    if let Ok(mut outcome) = outcome.lock() {
                        outcome.add(seed, &report);
                    }
                }
            });
        }
    });
    let outcome = outcome.into_inner().map_err(|_| "a run ended in a panic".to_owned())?;
    let Total { rounds, sums, abandoned, crashes, rewinds, moods, faults } = outcome.total;
    println!(
        "{} seeds: {rounds} rounds, {sums} secure sums, {abandoned} tries given up, {crashes} \
         crashes, {rewinds} returns of aggregators to an earlier model, {moods} changes of mind, \
         {faults} faults on the wires",
        arguments.seeds
    );
    match outcome.broken.iter().min_by_key(|(seed, _)| *seed) {
        None => Ok(()),
        Some((seed, violations)) => {
            violations.iter().for_each(|violation| eprintln!("{violation}"));
            println!("failing seed {seed}");
            Err(format!("replay with: simulate faults --seeds 1 --first-seed {seed}"))
        }
    }
}

#[derive(Default)]
struct Outcome {
    total: Total,
    broken: Vec<(u64, Vec<String>)>,
}

#[derive(Default)]
struct Total {
    rounds: u64,
    sums: u64,
    abandoned: u64,
    crashes: u64,
    rewinds: u64,
    moods: u64,
    faults: u64,
}

impl Outcome {
    fn add(&mut self, seed: u64, report: &Report) {
        let total = &mut self.total;
        total.rounds += u64::from(report.rounds);
        total.sums += u64::from(report.sums);
        total.abandoned += u64::from(report.abandoned);
        total.crashes += u64::from(report.crashes);
        total.rewinds += u64::from(report.rewinds);
        total.moods += u64::from(report.moods);
        total.faults += u64::from(report.faults);
        if !report.violations.is_empty() {
            self.broken.push((seed, report.violations.clone()));
        }
    }
}
