//! A worker's own handwriting: drawn on its page, kept in this browser, part of its shard.
//!
//! It belongs to a slot in a room, as the shard does: whoever is worker 3 of the room in this
//! browser has the shard and the handwriting of worker 3. No two tabs have the same slot.
//!
//! What is drawn counts from the next task on. It is in memory first and in the store soon after,
//! so a store that is full loses nothing before the tab is closed.
//!
//! The worker says `Ready` with its new number of digits: that counts at once between rounds, and after the round
//! when it is in one. Before each task it tests the global model on the handwriting, and shows how much of it is
//! read.

use std::rc::Rc;
use std::time::Duration;

use js_sys::Uint8Array;
use wasm_bindgen_futures::spawn_local;
use zeroize::Zeroizing;

use super::environment::{now, sleep, turn};
use super::page::{HandwritingCommand as Command, WorkerEvent as Shown};
use super::store::{self, ObjectStore};
use super::worker::{SLICE_MS, Shared, WorkerRoom, announce, with_room};
use sotto_digits::Digits;
use sotto_digits::drawing::Drawing;
use sotto_digits::handwriting::Handwriting;
use sotto_federated::records::{handwriting_bytes, handwriting_of};
use sotto_federated::{Assignment, Job};
use sotto_network::{Network, Weights};
use sotto_train::{Evaluator, Model};

/// How long to wait for a record that is being written, before looking again.
const WRITING: Duration = Duration::from_millis(10);

/// The digits of a worker: its shard, and those that were drawn on its page.
#[derive(Default)]
pub(super) struct TrainingSet {
    /// Names the handwriting in the store; none before there is an assignment.
    key: Option<String>,
    shard: Rc<Digits>,
    own: Rc<Handwriting>,
    /// Both together, to train on.
    joined: Rc<Digits>,
    /// How often each digit of the handwriting stands in it.
    copies: usize,
    /// The run adds noise: a digit may stand there once.
    once: bool,
    /// Something is to be written, and somebody does.
    is_dirty: bool,
    is_writing: bool,
}

impl TrainingSet {
    /// The digits to train on.
    pub(super) fn digits(&self) -> Rc<Digits> {
        Rc::clone(&self.joined)
    }

    /// What was drawn.
    pub(super) fn own(&self) -> Rc<Handwriting> {
        Rc::clone(&self.own)
    }

    /// A shard, and what was drawn for its slot, in place of all that was here; in words what is wrong with both.
    #[must_use]
    pub(super) fn replace(
        &mut self,
        key: String,
        shard: Digits,
        own: Handwriting,
    ) -> Option<String> {
        let (shard, own) = (Rc::new(shard), Rc::new(own));
        *self = Self { key: Some(key), shard, own, ..Self::default() };
        self.join_or_leave_out()
    }

    /// A shard that is too large for more goes on alone.
    fn join_or_leave_out(&mut self) -> Option<String> {
        let error = self.join().err()?;
        (self.joined, self.copies) = (Rc::clone(&self.shard), 0);
        Some(format!("nothing is learnt from your handwriting: {error}"))
    }

    /// Lets each digit stand there once, for a job with noise; whether that changes anything, and what is wrong then.
    fn limit_copies(&mut self, job: &Job) -> Option<Option<String>> {
        let is_private = job.task.secure.is_some_and(|secure| secure.private.is_some());
        let once = is_private || job.task.examples.is_some();
        let changes = once && self.copies > 1;
        self.once |= once;
        changes.then(|| self.join_or_leave_out())
    }

    fn join(&mut self) -> Result<(), sotto_digits::Error> {
        let joined = self.own.join(&self.shard, self.once)?;
        (self.joined, self.copies) = (Rc::new(joined.digits), joined.copies);
        Ok(())
    }

    /// What the page shows.
    pub(super) fn view(&self) -> Shown {
        let own = self.own.digits();
        Shown::Handwriting {
            labels: Uint8Array::from(own.labels()),
            images: Uint8Array::from(own.pixels()),
            copies: self.copies as u32,
            digits: self.joined.len() as u32,
        }
    }

    /// Changes what was drawn, or leaves it as it was.
    fn handle(&mut self, command: Command) -> Result<(), String> {
        if self.key.is_none() {
            return Err("this worker has no place in a room yet".to_owned());
        }
        let mut own = Handwriting::clone(&self.own);
        match command {
            Command::Write { label, width, height, pen, strokes } => {
                let drawing = Drawing { width, height, pen, strokes };
                let image = drawing.image().map_err(|error| error.to_string())?;
                let image = image.ok_or("nothing is drawn on the pad")?;
                own.add(label, &image).map_err(|error| error.to_string())?;
            }
            Command::Erase { index } => {
                if !own.remove(index) {
                    return Err("this digit is removed already".to_owned());
                }
            }
            Command::EraseAll => own = Handwriting::default(),
            Command::Import { text } => {
                let read = Handwriting::from_json(&text).map_err(|error| error.to_string())?;
                own.extend(read.digits()).map_err(|error| error.to_string())?;
            }
        }
        let before = std::mem::replace(&mut self.own, Rc::new(own));
        if let Err(error) = self.join() {
            self.own = before;
            return Err(error.to_string());
        }
        self.is_dirty = true;
        Ok(())
    }

    /// What is to be written, and where; none when all is, or somebody writes.
    fn begin_writing(&mut self) -> Option<(String, Rc<Handwriting>)> {
        let key = self.key.clone().filter(|_| self.is_dirty && !self.is_writing)?;
        (self.is_dirty, self.is_writing) = (false, true);
        Some((key, Rc::clone(&self.own)))
    }
}

/// Where the handwriting of a slot is kept.
pub(super) fn key_of(room: &str, assignment: &Assignment) -> String {
    format!("{room}/{}", assignment.slot)
}

/// The handwriting of a slot, and what is wrong with it in words.
pub(super) async fn find(shared: &Shared, key: &str) -> (Handwriting, Option<String>) {
    // What is being written is finished first: the training set is about to be cleared.
    while with_room(shared, |room| room.training_set.is_writing) == Some(true) {
        sleep(WRITING).await;
    }
    let here = |room: &mut WorkerRoom| {
        (room.training_set.key.as_deref() == Some(key)).then(|| room.training_set.own())
    };
    if let Some(own) = with_room(shared, here).flatten() {
        return (Handwriting::clone(&own), None);
    }
    let record = store::get(ObjectStore::Handwriting, key).await;
    let read = |record: Zeroizing<Vec<u8>>| handwriting_of(&record).map_err(store::Error::from);
    match record.and_then(|record| record.map(read).transpose()) {
        Ok(own) => (own.unwrap_or_default(), None),
        Err(error) => {
            let text = format!("the handwriting of this worker was not found: {error}");
            (Handwriting::default(), Some(text))
        }
    }
}

/// Handles a command of the page, tells it and the aggregator what that makes, and keeps it.
pub(super) fn handle(shared: &Shared, command: Command) {
    let outcome = with_room(shared, |room| {
        let outcome = room.training_set.handle(command);
        let view = match &outcome {
            Ok(()) => room.training_set.view(),
            Err(reason) => warning(format!("your handwriting is as it was: {reason}")),
        };
        room.show.event(&view);
        outcome
    });
    if let Some(Ok(())) = outcome {
        announce(shared);
        spawn_local(write(Rc::clone(shared)));
    }
}

/// Noise hides one appearance of a digit: with it, none stands in the shard twice.
pub(super) fn limit_copies(shared: &Shared, job: &Job) {
    let limit = |room: &mut WorkerRoom| {
        let trouble = room.training_set.limit_copies(job)?;
        if let Some(text) = trouble {
            room.show.event(&warning(text));
        }
        room.show.event(&room.training_set.view());
        Some(())
    };
    if with_room(shared, limit).flatten().is_some() {
        announce(shared);
    }
}

/// The handwriting as a file.
pub(super) fn export(shared: &Shared) {
    with_room(shared, |room| {
        room.show.event(&Shown::HandwritingFile { text: room.training_set.own.to_json() });
    });
}

/// Writes what is new, until nothing is.
async fn write(shared: Shared) {
    while let Some((key, own)) =
        with_room(&shared, |room| room.training_set.begin_writing()).flatten()
    {
        let outcome = match own.digits().is_empty() {
            true => store::delete(ObjectStore::Handwriting, &key).await,
            false => store::put(ObjectStore::Handwriting, &key, &handwriting_bytes(&own)).await,
        };
        with_room(&shared, |room| {
            room.training_set.is_writing = false;
            if let Err(error) = outcome {
                let text = format!("your handwriting would not survive a reload: {error}");
                room.show.event(&warning(text));
            }
        });
    }
}

/// How many digits of the handwriting the global model of a task reads right; none without any.
pub(super) async fn read_by(
    network: &Network,
    job: &Job,
    own: &Handwriting,
) -> Result<Option<Shown>, sotto_train::Error> {
    if own.digits().is_empty() {
        return Ok(None);
    }
    let model = Model::new(network, &Weights::new(network, job.task.weights.clone())?)?;
    let mut evaluator = Evaluator::new(model);
    let mut slice = now();
    loop {
        if let Some(read) = evaluator.step(own.digits())? {
            let (round, correct, count) = (job.round.saturating_sub(1), read.correct, read.count);
            return Ok(Some(Shown::OwnAccuracy { round, correct, count }));
        }
        if now() - slice > SLICE_MS {
            turn().await;
            slice = now();
        }
    }
}

fn warning(text: String) -> Shown {
    Shown::Notice { level: "warning", text }
}
