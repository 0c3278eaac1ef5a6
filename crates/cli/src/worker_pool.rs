//! The workers of one program: their machines, their digits, and the trainings that they are at.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sotto_core::wire::Address;
use sotto_digits::Digits;
use sotto_federated::{
    Assignment, Job, LocalTraining, Millis, Report, TrainingError, UnfinishedWork, Worker,
    WorkerAction as Action, WorkerEvent as Event,
};
use sotto_secagg::Identity;
use tokio::sync::{Semaphore, mpsc};

use crate::guest::Handler;
use crate::state::State;
use sotto_core::entropy;
use sotto_native::source::Source;

/// How long a shard that could not be loaded waits before it is tried again.
const LOAD_AGAIN: Duration = Duration::from_secs(5);
/// What becomes of updates, as it is told once and whenever it changes.
const SECURE: &str = "updates are summed securely: the aggregator gets their sum";
const CLEAR: &str = "updates go to the aggregator as they are";

/// The workers.
pub(crate) struct WorkerPool {
    workers: Vec<PooledWorker>,
    source: Arc<Source>,
    /// Where it is kept which updates they have spent; without it they forget it as they forget
    /// who they are.
    state: Option<State>,
    /// As many trainings at once as there are cores.
    cores: Arc<Semaphore>,
    done: mpsc::UnboundedSender<Done>,
    said: Vec<Vec<u8>>,
    /// What was told of it last.
    is_secure: Option<bool>,
}

/// One worker.
struct PooledWorker {
    machine: Worker,
    digits: Arc<Digits>,
    wakes: BTreeSet<Millis>,
    /// A training that was called off.
    unfinished: Option<UnfinishedWork>,
    /// Ends what is under way.
    stop: Arc<AtomicBool>,
    /// Counts what was begun, so that what is over is not taken for what is under way.
    generation: u32,
}

/// What became of something that a worker began.
pub(crate) struct Done {
    worker: usize,
    generation: u32,
    outcome: Outcome,
}

enum Outcome {
    Loaded(Digits),
    Ended(Event),
    Stopped(Option<UnfinishedWork>),
    Trouble(String),
}

impl WorkerPool {
    /// These workers, none of whom has looked around; what they do is told to `done`.
    ///
    /// # Errors
    /// When `state` holds a record of theirs that cannot be read.
    pub(crate) fn new(
        workers: Vec<Identity>,
        source: Arc<Source>,
        state: Option<State>,
        done: mpsc::UnboundedSender<Done>,
    ) -> Result<Self, String> {
        let worker = |identity: Identity| {
            let spent = state.as_ref().map(|state| state.spent(identity.id())).transpose()?;
            Ok(PooledWorker {
                machine: Worker::new(identity, entropy::system())
                    .with_spent(spent.unwrap_or_default()),
                digits: Arc::default(),
                wakes: BTreeSet::new(),
                unfinished: None,
                stop: Arc::default(),
                generation: 0,
            })
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            workers: workers.into_iter().map(worker).collect::<Result<_, String>>()?,
            source,
            state,
            cores: Arc::new(Semaphore::new(cores)),
            done,
            said: Vec::new(),
            is_secure: None,
        })
    }

    /// Something that a worker began is over.
    pub(crate) fn finished(&mut self, done: Done, now: Millis) {
        let Done { worker, generation, outcome } = done;
        let is_current = self.workers[worker].generation == generation;
        match outcome {
            Outcome::Loaded(digits) if is_current => {
                let count = u32::try_from(digits.len()).unwrap_or(u32::MAX);
                self.workers[worker].digits = Arc::new(digits);
                self.handle(worker, Event::ShardLoaded(count), now);
            }
            Outcome::Ended(event) if is_current => self.handle(worker, event, now),
            Outcome::Trouble(reason) if is_current => eprintln!("sotto: {reason}; trying on"),
            // The same work may be asked for again, by another aggregator or in another try.
            Outcome::Stopped(saved) => self.workers[worker].unfinished = saved,
            Outcome::Loaded(_) | Outcome::Ended(_) | Outcome::Trouble(_) => {}
        }
    }

    fn handle(&mut self, number: usize, event: Event, now: Millis) {
        let actions = self.workers[number].machine.handle(event, now);
        for action in actions {
            match action {
                Action::Send(Address::Aggregator, bytes) => self.said.push(bytes),
                Action::Load(assignment) => self.load(number, assignment),
                Action::Train(job) => self.train(number, *job),
                Action::StopTraining => {
                    self.begin(number);
                }
                Action::Wake(at) => {
                    self.workers[number].wakes.insert(at);
                }
                Action::Record { number: record, record: bytes } => {
                    let worker = self.workers[number].machine.id();
                    let keep = |state: &State| state.keep_spent(worker, &bytes);
                    let outcome = self.state.as_ref().map_or(Ok(()), keep);
                    self.handle(number, Event::Recorded { number: record, outcome }, now);
                }
                Action::Notice(text) => {
                    eprintln!("sotto: worker {}: {text}", self.workers[number].machine.id());
                }
                // Workers say nothing to each other; and nobody looks.
                Action::Send(..) | Action::Masked { .. } => {}
            }
        }
    }

    /// Ends what a worker is at, and begins something new.
    fn begin(&mut self, number: usize) -> (u32, Arc<AtomicBool>) {
        let worker = &mut self.workers[number];
        worker.stop.store(true, Ordering::Relaxed);
        worker.stop = Arc::default();
        worker.generation += 1;
        (worker.generation, Arc::clone(&worker.stop))
    }

    fn load(&mut self, worker: usize, assignment: Assignment) {
        let (generation, stop) = self.begin(worker);
        let (source, done) = (Arc::clone(&self.source), self.done.clone());
        // Nobody listens any more when the program ends.
        let tell = move |outcome| drop(done.send(Done { worker, generation, outcome }));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let (source, assignment) = (Arc::clone(&source), assignment.clone());
                let loading = tokio::task::spawn_blocking(move || source.shard(&assignment));
                match loading.await.unwrap_or_else(|error| Err(error.to_string())) {
                    Ok(digits) => return tell(Outcome::Loaded(digits)),
                    Err(reason) => tell(Outcome::Trouble(format!("no digits: {reason}"))),
                }
                tokio::time::sleep(LOAD_AGAIN).await;
            }
        });
    }

    fn train(&mut self, worker: usize, job: Job) {
        let is_secure = job.task.secure.is_some();
        if self.is_secure.replace(is_secure) != Some(is_secure) {
            eprintln!("sotto: {}", if is_secure { SECURE } else { CLEAR });
        }
        let (generation, stop) = self.begin(worker);
        let PooledWorker { machine, digits, unfinished, .. } = &mut self.workers[worker];
        let (assignment, digits, unfinished) =
            (machine.assignment().cloned(), Arc::clone(digits), unfinished.take());
        let (cores, done) = (Arc::clone(&self.cores), self.done.clone());
        let token = job.task.token.clone();
        tokio::spawn(async move {
            let core = cores.acquire_owned().await.expect("nobody closes it");
            let training = tokio::task::spawn_blocking(move || {
                let _core = core;
                let assignment = assignment.ok_or("there is no assignment")?;
                trained(&assignment, job, &digits, unfinished, &stop)
            });
            let outcome = match training.await.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(outcome) => outcome,
                Err(reason) => Outcome::Ended(Event::Failed { token, reason }),
            };
            // Nobody listens any more when the program ends.
            drop(done.send(Done { worker, generation, outcome }));
        });
    }
}

impl Handler for WorkerPool {
    fn open(&mut self, now: Millis) {
        for worker in 0..self.workers.len() {
            self.handle(worker, Event::Open, now);
        }
    }

    fn hear(&mut self, channel: &str, bytes: &[u8], now: Millis) {
        for worker in 0..self.workers.len() {
            let own = Address::Worker(self.workers[worker].machine.id());
            if channel == Address::Workers.to_string() || channel == own.to_string() {
                self.handle(worker, Event::Bytes(bytes.to_vec()), now);
            }
        }
    }

    fn tick(&mut self, now: Millis) {
        for worker in 0..self.workers.len() {
            let wakes = &mut self.workers[worker].wakes;
            if wakes.first().is_some_and(|wake| *wake <= now) {
                *wakes = wakes.split_off(&(now + 1));
                self.handle(worker, Event::Tick, now);
            }
        }
    }

    fn wake_at(&self) -> Millis {
        let wakes = self.workers.iter().filter_map(|worker| worker.wakes.first());
        wakes.min().copied().unwrap_or(Millis::MAX)
    }

    fn said(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.said)
    }
}

/// Does a job, going on from `unfinished` if that is the same work, until `stop`.
fn trained(
    assignment: &Assignment,
    job: Job,
    digits: &Digits,
    unfinished: Option<UnfinishedWork>,
    stop: &AtomicBool,
) -> Result<Outcome, String> {
    let preset = sotto_network::preset(&assignment.model)
        .ok_or_else(|| format!("this program knows no network called {}", assignment.model))?;
    let run = || {
        let mut training = LocalTraining::new(&preset.network, assignment, job, digits)?;
        if let Some(saved) = unfinished {
            training.take_up(&preset.network, saved, digits);
        }
        while !training.is_done() {
            if stop.load(Ordering::Relaxed) {
                return Ok(Outcome::Stopped(training.save(digits)?));
            }
            training.step(digits)?;
        }
        let Report { update, part, .. } = training.finish()?;
        Ok(Outcome::Ended(Event::Trained { update, part }))
    };
    run().map_err(|error: TrainingError| error.to_string())
}
