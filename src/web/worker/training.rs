//! A round's training, in slices between messages.

use std::rc::Rc;

use js_sys::{Float32Array, Uint8Array};

use super::super::environment::{SLICE_MS, now, turn};
use super::super::handwriting;
use super::super::page::WorkerEvent as Shown;
use super::super::worker_room::{Shared, with_room};
use super::{announce, is_current, tell, untrusted, warning};
use sotto_federated::{Job, LocalTraining, WorkerEvent as Event};

/// Digits shown of those that a round trains on.
const VARIED: usize = 24;

/// Trains a round, and says what came of it.
pub(super) async fn train(shared: Shared, job: Job, generation: u32) {
    let started = now();
    let (round, token) = (job.round, job.task.token.clone());
    let is_secure = job.task.secure.is_some();
    let outcome = run_task(&shared, job, generation).await;
    if !is_current(&shared, generation) {
        return;
    }
    let event = match outcome {
        Ok(Some(report)) => {
            let update = report.update;
            let (show, bytes) =
                (Float32Array::from(update.values.as_slice()), 4 * update.values.len());
            let shown = Shown::Sent {
                round,
                digits: update.digits,
                bytes,
                norm: report.norm,
                loss: report.loss,
                millis: now() - started,
                secure: is_secure,
                update: show,
            };
            with_room(&shared, |room| room.show.event(&shown));
            Event::Trained { update, part: report.part }
        }
        Ok(None) => return,
        Err(reason) => Event::Failed { token, reason },
    };
    tell(&shared, event);
}

/// Trains step by step; `None` when the task was called off.
async fn run_task(
    shared: &Shared,
    job: Job,
    generation: u32,
) -> Result<Option<sotto_federated::Report>, String> {
    if handwriting::limit_copies(shared, &job) {
        announce(shared);
    }
    let room = with_room(shared, |room| {
        let assignment = room.machine.assignment().cloned()?;
        let (digits, own) = (room.training_set.digits(), room.training_set.own());
        let (tab, attack) = (Rc::clone(&room.tab), room.trial.attack());
        Some((assignment, (digits, own), tab, room.unfinished.take(), room.show.clone(), attack))
    });
    let Some((assignment, (digits, own), tab, unfinished, show, attack)) = room.flatten() else {
        return Ok(None);
    };
    let digits = attack.map_or(digits.clone(), |attack| Rc::new(attack.digits(&digits)));
    let secret = job.secret.clone();
    let preset = sotto_network::preset(&assignment.model)
        .ok_or_else(|| format!("this page knows no network called {}", assignment.model))?;
    let round = job.round;
    let read = handwriting::read_by(&preset.network, &job, &own).await;
    if let Some(read) = read.map_err(|error| error.to_string())? {
        show.event(&read);
    }
    let mut training = LocalTraining::new(&preset.network, &assignment, job, &digits)
        .map_err(|error| error.to_string())?;
    let taken_up = unfinished.and_then(|saved| training.take_up(&preset.network, saved, &digits));
    if let Some(step) = taken_up {
        show.event(&Shown::Resumed { round, step });
    }
    let mut slice = now();
    let mut is_first = true;
    while !training.is_done() {
        let progress = training.step(&digits).map_err(|error| error.to_string())?;
        if let Some(mixed) = training.last_mixed().filter(|_| is_first) {
            let some = mixed.select(0..mixed.len().min(VARIED));
            show.event(&Shown::Varied {
                images: Uint8Array::from(some.pixels()),
                labels: Uint8Array::from(some.labels()),
            });
        }
        is_first = false;
        if now() - slice > SLICE_MS || training.is_done() {
            show.event(&Shown::Progress {
                round,
                epoch: progress.epoch,
                step: progress.step,
                steps: progress.steps,
                loss: progress.loss,
            });
            let complain = show.clone();
            let save = || training.save(&digits).map_err(|error| error.to_string());
            tab.keep(save, move |reason| complain.event(&untrusted(&reason)));
            turn().await;
            if !is_current(shared, generation) {
                // The same work may be asked for again, by another aggregator or in another try.
                let saved = training.save(&digits).unwrap_or_else(|error| {
                    show.event(&warning(format!("a training cannot be gone on with: {error}")));
                    None
                });
                with_room(shared, |room| room.unfinished = saved);
                return Ok(None);
            }
            slice = now();
        }
    }
    if let Err(error) = tab.forget().await {
        let text = format!("a reload may do this round’s training again: {error}");
        show.event(&warning(text));
    }
    let mut report = training.finish().map_err(|error| error.to_string())?;
    if let Some(attack) = attack {
        attack.spoil(&mut report.update, &secret.0);
    }
    Ok(Some(report))
}
