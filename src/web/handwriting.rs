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

use wasm_bindgen_futures::spawn_local;
use zeroize::Zeroizing;

use super::environment::{SLICE_MS, now, sleep, turn};
use super::page::{HandwritingCommand as Command, WorkerEvent as Shown};
use super::store::{self, ObjectStore};
use super::worker_room::{Shared, WorkerRoom, with_room};
use sotto_digits::handwriting::Handwriting;
use sotto_federated::records::{handwriting_bytes, handwriting_of};
use sotto_federated::{Assignment, Job};
use sotto_network::{Network, Weights};
use sotto_train::{Evaluator, Model};

/// How long to wait for a record that is being written, before looking again.
const WRITING: Duration = Duration::from_millis(10);

/// Where the handwriting of a slot is kept.
pub(super) fn key_of(room: &str, assignment: &Assignment) -> String {
    format!("{room}/{}", assignment.slot)
}

/// The handwriting of a slot, and what is wrong with it in words.
pub(super) async fn find(shared: &Shared, key: &str) -> (Handwriting, Option<String>) {
    // What is being written is finished first: the training set is about to be cleared.
    while with_room(shared, |room| room.training_set.is_writing()) == Some(true) {
        sleep(WRITING).await;
    }
    let here = |room: &mut WorkerRoom| room.training_set.own_of(key);
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

/// Handles a command of the page, tells it what that makes, and keeps it; whether the training set has changed.
pub(super) fn handle(shared: &Shared, command: Command) -> bool {
    let outcome = with_room(shared, |room| {
        let outcome = room.training_set.handle(command);
        let view = match &outcome {
            Ok(()) => room.training_set.view(),
            Err(reason) => warning(format!("your handwriting is as it was: {reason}")),
        };
        room.show.event(&view);
        outcome
    });
    let has_changed = matches!(outcome, Some(Ok(())));
    if has_changed {
        spawn_local(write(Rc::clone(shared)));
    }
    has_changed
}

/// Noise hides one appearance of a digit: with it, none stands in the shard twice. Whether the training set has changed.
pub(super) fn limit_copies(shared: &Shared, job: &Job) -> bool {
    let limit = |room: &mut WorkerRoom| {
        let trouble = room.training_set.limit_copies(job)?;
        if let Some(text) = trouble {
            room.show.event(&warning(text));
        }
        room.show.event(&room.training_set.view());
        Some(())
    };
    with_room(shared, limit).flatten().is_some()
}

/// The handwriting as a file.
pub(super) fn export(shared: &Shared) {
    with_room(shared, |room| {
        room.show.event(&Shown::HandwritingFile { text: room.training_set.own().to_json() });
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
            room.training_set.end_writing();
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
