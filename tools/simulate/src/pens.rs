//! `simulate pens`: how models read pens that no worker has drawn, as tables in Markdown.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use sotto_digits::synthetic::{FOLDS, Unseen, unseen};
use sotto_digits::{Digits, idx};
use sotto_federated::sim::Simulation;
use sotto_federated::{Assignment, Event, Phase, Settings};
use sotto_train::{Evaluator, Model};

use sotto_native::source::Source;

/// Digits of unseen pens in a test.
const UNSEEN: u32 = 3000;

/// What is compared, unless something else is asked for.
const KINDS: [&str; 4] =
    ["augment=off&pens=0", "augment=on&pens=0", "augment=off&pens=0.2", "augment=on&pens=0.2"];

/// How models read pens that no worker has drawn, with and without augmentation and other pens.
///
/// Trains each kind with each seed and fold, and prints the accuracy on the test digits and on
/// the fold's pens, then the accuracy on each family of those.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder with the digits, as for `train`
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// How many workers take part
    #[arg(long, value_name = "N", default_value_t = 10)]
    clients: u32,
    /// Rounds of each run
    #[arg(long, value_name = "N", default_value_t = 10)]
    rounds: u32,
    /// Seeds, from 1 on
    #[arg(long, value_name = "N", default_value_t = 3)]
    seeds: u64,
    /// Folds of the families that are kept from training, from 0 on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=FOLDS as i64))]
    folds: u32,
    /// Settings of a kind of run, such as "augment=on&pens=0.5"; may be given many times
    #[arg(long = "kind", value_name = "QUERY", default_values_t = KINDS.map(str::to_owned))]
    kinds: Vec<String>,
    /// Other digits to test with: a folder with MNIST's two test files, not compressed; may be
    /// given many times
    #[arg(long = "also", value_name = "FOLDER")]
    also: Vec<PathBuf>,
}

/// Digits read right, and all of them.
type Count = (u32, u32);

/// What a kind of run came to, over its seeds and folds.
#[derive(Default)]
struct Outcome {
    /// The accuracies of each test, in percent, a run each.
    tests: Vec<Vec<f64>>,
    families: BTreeMap<(u8, &'static str), Count>,
    seconds: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let source = Rc::new(Source::open(arguments.data.as_deref())?);
    let mut names = vec!["test digits".to_owned(), "unseen pens".to_owned()];
    let mut sets = vec![source.test()?];
    for folder in &arguments.also {
        names.push(folder.file_name().unwrap_or_default().to_string_lossy().into_owned());
        sets.push(read(folder)?);
    }
    println!("| kind | {} | seconds |", names.join(" | "));
    println!("|---|{}---|", "---|".repeat(names.len()));
    let mut outcomes = Vec::new();
    for kind in &arguments.kinds {
        let mut outcome = Outcome { tests: vec![Vec::new(); names.len()], ..Outcome::default() };
        for fold in 0..arguments.folds {
            let pens = unseen(fold as usize, UNSEEN).map_err(|error| error.to_string())?;
            for seed in 1..=arguments.seeds {
                let started = Instant::now();
                let room = train(arguments, &source, kind, seed, fold)?;
                outcome.seconds += started.elapsed().as_secs_f64();
                outcome.count(&room, &sets, &pens)?;
            }
        }
        let tests: Vec<String> = outcome.tests.iter().map(|runs| spread(runs)).collect();
        let runs = f64::from(arguments.folds) * arguments.seeds as f64;
        println!("| {kind} | {} | {:.0} |", tests.join(" | "), outcome.seconds / runs);
        outcomes.push(outcome);
    }
    families(&arguments.kinds, &outcomes);
    Ok(())
}

/// Trains to the last round.
fn train(
    arguments: &Arguments,
    source: &Rc<Source>,
    kind: &str,
    seed: u64,
    fold: u32,
) -> Result<Simulation, String> {
    let Arguments { clients, rounds, .. } = arguments;
    let query = format!(
        "secagg=off&over=1&shards={clients}&rounds={rounds}&seed={seed}&fold={fold}&{kind}"
    );
    let settings = Settings::from_query(&query).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("; ")
    })?;
    let shards = Rc::clone(source);
    let fetch = move |assignment: &Assignment| shards.shard(assignment);
    let mut room = Simulation::new(settings, Box::new(fetch)).map_err(|e| e.to_string())?;
    for _ in 0..*clients {
        room.open_worker(1000);
    }
    room.advance(0);
    room.tell(Event::Start);
    match room.run_until(24 * 3_600_000, |now| now.phase == Phase::Finished) {
        true => Ok(room),
        false => Err(format!("training stands still: {:?}", room.notices().last())),
    }
}

impl Outcome {
    /// Tests the model of a run.
    fn count(&mut self, room: &Simulation, sets: &[Digits], pens: &Unseen) -> Result<(), String> {
        let aggregator = room.aggregator();
        let test = |digits: &Digits| {
            Model::new(aggregator.network(), aggregator.weights())
                .and_then(|model| Evaluator::run(model, digits))
                .map_err(|error| error.to_string())
        };
        let mut kinds: BTreeMap<(u8, &'static str), Vec<usize>> = BTreeMap::new();
        for (index, family) in pens.families.iter().enumerate() {
            kinds.entry((pens.digits.label(index), family)).or_default().push(index);
        }
        let mut all: Count = (0, 0);
        for (family, indices) in kinds {
            let result = test(&pens.digits.select(indices))?;
            for count in [&mut all, self.families.entry(family).or_default()] {
                *count = (count.0 + result.correct, count.1 + result.count);
            }
        }
        let mut accuracies = Vec::new();
        for set in sets {
            accuracies.push(test(set)?.accuracy());
        }
        accuracies.insert(1, percent(all));
        for (runs, accuracy) in self.tests.iter_mut().zip(accuracies) {
            runs.push(accuracy);
        }
        Ok(())
    }
}

fn families(kinds: &[String], outcomes: &[Outcome]) {
    println!("\n| digit | family | {} |", kinds.join(" | "));
    println!("|---|---|{}", "---|".repeat(kinds.len()));
    for family in outcomes.first().map(|first| first.families.keys()).into_iter().flatten() {
        let cells: Vec<String> = outcomes
            .iter()
            .map(|outcome| outcome.families.get(family).copied().unwrap_or_default())
            .map(|count| format!("{:.1}", percent(count)))
            .collect();
        println!("| {} | {} | {} |", family.0, family.1, cells.join(" | "));
    }
}

fn percent((correct, count): Count) -> f64 {
    100.0 * f64::from(correct) / f64::from(count.max(1))
}

/// The mean of some runs, and from where to where they go.
fn spread(runs: &[f64]) -> String {
    let mean = runs.iter().sum::<f64>() / runs.len().max(1) as f64;
    let low = runs.iter().copied().fold(f64::INFINITY, f64::min);
    let high = runs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{mean:.2} ({low:.2} to {high:.2})")
}

fn read(folder: &std::path::Path) -> Result<Digits, String> {
    let bytes = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let (images, labels) = (bytes("t10k-images-idx3-ubyte")?, bytes("t10k-labels-idx1-ubyte")?);
    idx::digits(&images, &labels).map_err(|error| format!("{}: {error}", folder.display()))
}
