//! `simulate train`: a run of the page without a browser.
//!
//! Trains with the same machines, kernels and digits, on a virtual clock and all cores, and
//! prints each round's test accuracy and the hash of its weights.

mod checkpointer;
mod csv;
mod setting_flags;

use std::cell::RefCell;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use sotto_federated::attack::{self, Attack};
use sotto_federated::sim::Simulation;
use sotto_federated::{Assignment, Checkpoint, Event, Phase, Settings, Snapshot};

use checkpointer::{Checkpointer, Head};
use setting_flags::SettingFlags;
use sotto_native::history::Summary;
use sotto_native::source::Source;
use sotto_native::testing::{Candidate, Tests};

/// A run of the page without a browser: the same machines, kernels and digits, on all cores.
///
/// Every setting of the page is a flag. The same flags give the same weights, bit for bit.
/// Progress goes to standard error, one line a round to standard output.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder with the digits: MNIST's files, or what `prepare_digits` wrote [else the one
    /// that MNIST_DIR names, dist/data or .cache/mnist]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// How many workers take part; the digits are cut into as many shards, unless --shards says
    /// otherwise
    #[arg(long, value_name = "N", default_value_t = 10)]
    clients: u32,
    /// The settings as the page's address has them, such as "seed=42&rounds=2"; flags win
    #[arg(long, value_name = "QUERY", default_value = "")]
    query: String,
    /// How many workers, from the first on, are attackers
    #[arg(long, value_name = "N", default_value_t = 0)]
    attackers: u32,
    /// What they do
    #[arg(long, value_name = "ATTACK", default_value = "sign", value_parser = attack::names())]
    attack: String,
    /// Stop at this test accuracy, in percent
    #[arg(long, value_name = "PERCENT")]
    target: Option<f64>,
    /// Test the model after every so many rounds, and after the last
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    test_every: u32,
    /// Write the history there as a table
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Keep the run in this file after every round, and go on from it if it is there
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Say the outcome as one JSON object, in the last line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    setting_flags: SettingFlags,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let started = Instant::now();
    let settings = arguments.setting_flags.settings(&arguments.query, arguments.clients)?;
    let mut run = Run::begin(arguments, &settings)?;
    if run.head.points.is_empty() {
        run.record()?;
    }
    run.room.tell(Event::Start);
    while !run.is_over() {
        next_round(&mut run.room)?;
        run.record()?;
    }
    run.bar.finish_and_clear();
    if arguments.json {
        println!("{}", run.summary(started.elapsed().as_secs_f64())?);
    }
    Ok(())
}

/// A run under way.
struct Run<'a> {
    arguments: &'a Arguments,
    settings: &'a Settings,
    room: Simulation,
    tests: Tests,
    checkpointer: Option<Checkpointer>,
    head: Head,
    bar: ProgressBar,
}

impl<'a> Run<'a> {
    /// Opens the room, or goes on with the one that is kept.
    fn begin(arguments: &'a Arguments, settings: &'a Settings) -> Result<Self, String> {
        let attack = attack::by_name(&arguments.attack).filter(|_| arguments.attackers > 0);
        let source = Rc::new(Source::open(arguments.data.as_deref())?);
        let tests = Tests::new(&source, settings.variety.fold, attack)?;
        let checkpointer = arguments.keep.as_deref().map(Checkpointer::new);
        let kept = checkpointer.as_ref().map(Checkpointer::read).transpose()?.flatten();
        let attack_name = attack.map_or("", Attack::name).to_owned();
        let Arguments { clients, attackers, .. } = *arguments;
        let (head, checkpoint) = match kept {
            Some((head, checkpoint)) => (head, Some(checkpoint)),
            None => {
                (Head { clients, attackers, attack: attack_name.clone(), points: vec![] }, None)
            }
        };
        let room = open(settings, arguments, &source, attack, checkpoint)?;
        let same = head.clients == clients && head.attackers == attackers;
        if !same || head.attack != attack_name || room.aggregator().settings() != settings {
            return Err("the file to keep the run in holds a run with other flags".to_owned());
        }
        if checkpointer.is_some() && settings.strategy == "scaffold" {
            return Err(
                "scaffold cannot be kept: its workers remember their control variates".to_owned()
            );
        }
        let bar = progress_bar(settings.rounds);
        Ok(Self { arguments, settings, room, tests, checkpointer, head, bar })
    }

    /// Tests the model where it is due, and writes down how far the run is.
    fn record(&mut self) -> Result<(), String> {
        let round = self.room.snapshot().round;
        self.bar.set_position(round.into());
        if round.is_multiple_of(self.arguments.test_every) || round >= self.settings.rounds {
            let point = self.tests.point(&Candidate::of(self.room.aggregator()))?;
            self.bar.set_message(format!("{:.2} %", point.accuracy));
            self.bar.suspend(|| println!("{}", point.line()));
            self.head.points.push(point);
            if let Some(path) = &self.arguments.csv {
                write(path, &csv::table(&self.head.points))?;
            }
        }
        self.checkpointer
            .as_ref()
            .map_or(Ok(()), |checkpointer| checkpointer.write(&self.head, &self.room))
    }

    fn is_over(&self) -> bool {
        self.room.snapshot().round >= self.settings.rounds || self.reached().is_some()
    }

    /// The first tested round at the target.
    fn reached(&self) -> Option<u32> {
        let target = self.arguments.target?;
        self.head.points.iter().find(|point| point.accuracy >= target).map(|point| point.round)
    }

    fn summary(&self, seconds: f64) -> Result<String, String> {
        let points = &self.head.points;
        let last = points.last().ok_or("no round was tested")?;
        let summary = Summary {
            test_accuracy: last.accuracy,
            test_loss: last.loss,
            pens_accuracy: last.pens,
            best_accuracy: points.iter().map(|point| point.accuracy).fold(0.0, f64::max),
            rounds: last.round,
            rounds_to_target: self.reached(),
            backdoor: last.backdoor,
            bytes_up: last.bytes_up,
            bytes_down: last.bytes_down,
            weights_sha256: &last.weights_sha256,
            clients: self.arguments.clients,
            settings: self.settings.to_query(),
            seconds,
        };
        serde_json::to_string(&summary).map_err(|error| error.to_string())
    }
}

/// A room with all its workers, none of whom has trained.
fn open(
    settings: &Settings,
    arguments: &Arguments,
    source: &Rc<Source>,
    attack: Option<&'static dyn Attack>,
    checkpoint: Option<Checkpoint>,
) -> Result<Simulation, String> {
    let failures = Rc::new(RefCell::new(Vec::new()));
    let (shards, failed) = (Rc::clone(source), Rc::clone(&failures));
    let fetch = move |assignment: &Assignment| {
        shards.shard(assignment).inspect_err(|error| failed.borrow_mut().push(error.clone()))
    };
    let mut room = match checkpoint {
        Some(checkpoint) => Simulation::resume(checkpoint, Box::new(fetch))?,
        None => Simulation::new(settings.clone(), Box::new(fetch)).map_err(|e| e.to_string())?,
    };
    for number in 0..arguments.clients {
        let worker = room.open_worker(1000);
        if let Some(attack) = attack.filter(|_| number < arguments.attackers) {
            room.corrupt(worker, attack);
        }
    }
    room.advance(0);
    match failures.borrow().first() {
        Some(error) => Err(error.clone()),
        None => Ok(room),
    }
}

fn next_round(room: &mut Simulation) -> Result<(), String> {
    let round = room.snapshot().round;
    let progress = |now: &Snapshot| now.round > round || now.phase == Phase::Finished;
    match room.run_until(24 * 3_600_000, progress) && room.snapshot().round > round {
        true => Ok(()),
        false => Err(format!("training stands still: {:?}", room.notices().last())),
    }
}

fn progress_bar(rounds: u32) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} round {pos} of {len}  {msg}  {eta} left");
    let bar = ProgressBar::new(rounds.into());
    bar.set_style(style.expect("a template that holds"));
    bar
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
