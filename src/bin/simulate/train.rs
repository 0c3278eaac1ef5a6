//! `simulate train <digits> [query] [workers]`: a run of the page without a browser.
//!
//! Trains with the same machines, kernels and digits, on a virtual clock, and prints each
//! round's test accuracy and the hash of its weights.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use sotto::digits::Digits;
use sotto::digits::layout::{ChunkRef, MANIFEST, Manifest};
use sotto::federated::{Assignment, Event, Phase, Settings, Snapshot};
use sotto::learn::{Evaluator, Model};
use sotto::sim::Simulation;

/// A run of the page without a browser.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder that `prepare_digits` wrote
    digits: PathBuf,
    /// The page's URL parameters, such as "seed=42&rounds=2&shards=30"
    #[arg(default_value = "")]
    query: String,
    /// How many workers take part
    #[arg(default_value_t = 10)]
    workers: u32,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let files = Rc::new(Files::open(&arguments.digits)?);
    let test = files.read(files.manifest.test_chunks())?;
    let settings = Settings::from_query(&arguments.query).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("; ")
    })?;

    let failures = Rc::new(RefCell::new(Vec::new()));
    let (shards, failed) = (Rc::clone(&files), Rc::clone(&failures));
    let fetch = move |place: &Assignment| {
        shards.shard(place).inspect_err(|error| failed.borrow_mut().push(error.clone()))
    };
    let mut room = Simulation::new(settings, Box::new(fetch)).map_err(|e| e.to_string())?;
    for _ in 0..arguments.workers {
        room.open_worker(1000);
    }
    room.advance(0);
    if let Some(error) = failures.borrow().first() {
        return Err(error.clone());
    }
    report(&room, &test)?;
    room.tell(Event::Start);
    while room.snapshot().phase != Phase::Finished {
        let round = room.snapshot().round;
        let progress = |now: &Snapshot| now.round > round || now.phase == Phase::Finished;
        if !room.run_until(24 * 3_600_000, progress) {
            return Err(format!("training stands still: {:?}", room.notices().last()));
        }
        report(&room, &test)?;
    }
    Ok(())
}

fn report(room: &Simulation, test: &Digits) -> Result<(), String> {
    let aggregator = room.aggregator();
    let result = Model::new(aggregator.network(), aggregator.weights())
        .and_then(|model| Evaluator::run(model, test))
        .map_err(|error| error.to_string())?;
    println!(
        "round {:>4}   accuracy {:>6.2} %   loss {:.4}   weights {}",
        aggregator.round(),
        result.accuracy(),
        result.loss(),
        aggregator.weights().hash()
    );
    Ok(())
}

/// The laid-out digits in a folder.
struct Files {
    folder: PathBuf,
    manifest: Manifest,
}

impl Files {
    fn open(folder: &Path) -> Result<Self, String> {
        let manifest = Manifest::parse(&bytes(&folder.join(MANIFEST))?);
        Ok(Self {
            folder: folder.to_owned(),
            manifest: manifest.map_err(|error| error.to_string())?,
        })
    }

    fn read(&self, chunks: impl Iterator<Item = ChunkRef>) -> Result<Digits, String> {
        let mut all = Digits::default();
        for chunk in chunks {
            all.extend(&self.chunk(&chunk)?).map_err(|error| error.to_string())?;
        }
        Ok(all)
    }

    fn shard(&self, place: &Assignment) -> Result<Digits, String> {
        let shard = place.cut(&self.manifest)?;
        let chunks = self.manifest.chunks_of(&shard).into_iter();
        let chunks: Vec<(ChunkRef, Digits)> = chunks
            .map(|chunk| self.chunk(&chunk).map(|digits| (chunk, digits)))
            .collect::<Result<_, _>>()?;
        shard.assemble(&self.manifest, &chunks).map_err(|error| error.to_string())
    }

    fn chunk(&self, chunk: &ChunkRef) -> Result<Digits, String> {
        let path = self.folder.join(&chunk.path);
        chunk.decode(&bytes(&path)?).map_err(|error| format!("{}: {error}", path.display()))
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
