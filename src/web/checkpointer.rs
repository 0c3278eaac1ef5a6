//! Keeps the run of a room: finds the one that was kept, and keeps the one that goes on, whenever
//! there is something new. What cannot be kept is told once, and training goes on.

use super::environment::{EventSink, entropy, epoch_ms};
use super::models;
use super::page::{AggregatorEvent as Shown, Cost, HistoryPoint};
use super::store::{self, Change, ObjectStore};
use sotto_federated::records::{ModelMetadata, Point, Run, autosave_name};
use sotto_federated::{Aggregator, Checkpoint, Settings, Stamp};
use sotto_privacy::History;

/// What has been kept of a run, and what is to be.
pub(super) struct Checkpointer {
    room: String,
    show: EventSink,
    history: Vec<Point>,
    origin: Option<String>,
    /// Of the newest state that was looked at.
    stamp: Option<Stamp>,
    /// There is something new to keep.
    is_due: bool,
    /// Something is being written.
    is_writing: bool,
    /// Why the last attempt failed, once that was told.
    trouble: Option<store::Error>,
}

/// What to write.
pub(super) enum Work {
    /// The run, and the round that it is at.
    Keep(Vec<u8>, u32),
    /// There is nothing to lose: what was kept is of another run.
    Forget,
}

/// The aggregator of a room: the run that was kept if the settings are its own, else a new one.
///
/// # Errors
/// As [`Aggregator::new`], in words.
pub(super) async fn open(
    room: &str,
    settings: Settings,
    show: &EventSink,
) -> Result<(Aggregator, Checkpointer), String> {
    let mut checkpointer = Checkpointer::new(room, show);
    if let Some(run) = checkpointer.find().await {
        if run.checkpoint.settings == settings {
            match Aggregator::restore(run.checkpoint, entropy()) {
                Ok(machine) => {
                    (checkpointer.history, checkpointer.origin) = (run.history, run.origin);
                    return Ok((machine, checkpointer));
                }
                Err(error) => checkpointer.notice(&format!(
                    "the run that was kept for this room cannot be used: {error}; a new one begins"
                )),
            }
        } else {
            let spent = run.checkpoint.history();
            save_aside(room.to_owned(), show.clone(), (run.checkpoint, spent), &run.history).await;
        }
    }
    let machine = Aggregator::new(settings, entropy()).map_err(|error| error.to_string())?;
    Ok((machine, checkpointer))
}

impl Checkpointer {
    fn new(room: &str, show: &EventSink) -> Self {
        Self {
            room: room.to_owned(),
            show: show.clone(),
            history: Vec::new(),
            origin: None,
            stamp: None,
            is_due: false,
            is_writing: false,
            trouble: None,
        }
    }

    async fn find(&mut self) -> Option<Run> {
        let kept = match store::get(ObjectStore::Runs, &self.room).await {
            Ok(record) => {
                record.map(|record| Run::decode(&record).map_err(store::Error::from)).transpose()
            }
            Err(error) => Err(error),
        };
        match kept {
            Ok(run) => run,
            Err(store::Error::Unusable(error)) => {
                self.notice(&format!("the run that was kept for this room is lost: {error}"));
                None
            }
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// The newest measurement.
    pub(super) fn newest(&self) -> Option<&Point> {
        self.history.last()
    }

    /// Shows the history of a run that was taken up.
    pub(super) fn show_resumed(&self, machine: &Aggregator) {
        let point = |point: &Point| HistoryPoint {
            round: point.round,
            accuracy: point.accuracy,
            loss: point.loss,
            cost: Cost {
                bytes_up: point.bytes_up as f64,
                bytes_down: point.bytes_down as f64,
                workers: point.workers as usize,
                seconds: point.seconds,
            },
        };
        if machine.round() > 0 || self.origin.is_some() {
            self.show.event(&Shown::Resumed {
                round: machine.round(),
                origin: self.origin.clone(),
                history: self.history.iter().map(point).collect(),
            });
        }
    }

    /// A new run begins, from a model of the library if it has an `origin`. What is to become of
    /// the one before is for the caller to wait for.
    pub(super) fn begin(
        &mut self,
        before: (Checkpoint, History),
        origin: Option<String>,
    ) -> impl Future<Output = ()> + use<> {
        let history = std::mem::take(&mut self.history);
        self.origin = origin;
        let (room, show) = (self.room.clone(), self.show.clone());
        async move { save_aside(room, show, before, &history).await }
    }

    /// A model was measured.
    pub(super) fn measured(&mut self, point: Point) {
        self.history.retain(|known| known.round < point.round);
        self.history.push(point);
        self.is_due = true;
    }

    /// Looks whether there is something new, and says whether somebody must begin to write.
    pub(super) fn look(&mut self, machine: &Aggregator) -> bool {
        let stamp = machine.stamp();
        if self.stamp != Some(stamp) {
            self.stamp = Some(stamp);
            self.is_due = true;
        }
        let begins = self.is_due && !self.is_writing;
        self.is_writing |= begins;
        begins
    }

    /// What to write now; nothing when all is kept.
    pub(super) fn next(&mut self, machine: &Aggregator) -> Option<Work> {
        self.is_writing = std::mem::take(&mut self.is_due);
        self.is_writing.then(|| {
            let checkpoint = machine.checkpoint();
            let round = checkpoint.applied;
            let is_fresh = round == 0 && checkpoint.history().is_empty();
            if is_fresh && !checkpoint.wanted && self.origin.is_none() {
                return Work::Forget;
            }
            let (history, origin) = (self.history.clone(), self.origin.clone());
            Work::Keep(Run { checkpoint, history, origin }.encode(), round)
        })
    }

    /// Writes, and tells how that went.
    pub(super) fn write(
        &self,
        work: Work,
    ) -> impl Future<Output = Result<Option<u32>, store::Error>> + use<> {
        let room = self.room.clone();
        async move {
            let (change, round) = match &work {
                Work::Keep(bytes, round) => (Change::Put(&room, bytes), Some(*round)),
                Work::Forget => (Change::Delete(&room), None),
            };
            store::change(&[(ObjectStore::Runs, change)]).await.map(|()| round)
        }
    }

    /// What came of writing.
    pub(super) fn written(&mut self, outcome: Result<Option<u32>, store::Error>) {
        match outcome {
            Ok(round) => {
                self.trouble = None;
                self.show.event(&Shown::Kept { round });
            }
            Err(error) => self.fail(error),
        }
    }

    /// Says why nothing is kept, once.
    fn fail(&mut self, error: store::Error) {
        if self.trouble.as_ref() != Some(&error) {
            self.show.event(&Shown::Unkept { reason: error.to_string() });
            self.trouble = Some(error);
        }
    }

    fn notice(&self, text: &str) {
        say(&self.show, "warning", text.to_owned());
    }
}

/// Another run replaces this one, which goes to the library if it learnt anything.
async fn save_aside(
    room: String,
    show: EventSink,
    (checkpoint, spent): (Checkpoint, History),
    history: &[Point],
) {
    if checkpoint.applied == 0 {
        return;
    }
    let measured = history.last().filter(|point| point.round == checkpoint.applied);
    let about = ModelMetadata {
        name: autosave_name(&checkpoint.settings, &room),
        preset: checkpoint.settings.model.clone(),
        round: checkpoint.applied,
        accuracy: measured.map(|point| point.accuracy),
        at: epoch_ms(),
        autosaved: true,
        spent,
    };
    let (level, text) = match models::add(&about, &checkpoint.weights).await {
        Ok(_) => ("info", format!("the run before is in the library as “{}”", about.name)),
        Err(error) => ("warning", format!("the run before could not be saved: {error}")),
    };
    say(&show, level, text);
}

fn say(show: &EventSink, level: &'static str, text: String) {
    show.event(&Shown::Notice { level, worker: None, text });
}
