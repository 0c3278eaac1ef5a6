//! The worker's role: holds a lock as its sign of life, loads its shard, trains.

mod training;

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::broadcast::{BroadcastLink, room_of};
use super::conditions::EligibilityChecker;
use super::dials::{DeliveryAction, FaultInjection, SILENCE};
use super::digits::Source;
use super::environment::{EventSink, entropy, now_ms, sleep, words};
use super::handwriting;
use super::locks;
use super::page::{FirstMaskView, WorkerCommand as Command, WorkerEvent as Shown, WorkerState};
use super::tab::Tab;
use super::training_set::TrainingSet;
use super::worker_room::{Shared, WorkerRoom, with_room};
use sotto_core::wire::{Address, Link};
use sotto_digits::Digits;
use sotto_federated::{
    self, Assignment, WorkerAction as Action, WorkerEvent as Event, WorkerPhase,
};
use sotto_secagg::FirstMask;

/// Digits that the page shows.
const SAMPLE: usize = 60;

/// The worker's role in its dedicated worker.
#[wasm_bindgen]
pub struct Worker {
    show: EventSink,
    room: Shared,
    judge: Rc<EligibilityChecker>,
    trial: Rc<FaultInjection>,
}

#[wasm_bindgen]
impl Worker {
    /// A role without a room; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        let show = EventSink(show);
        let (judge, trial) = (
            Rc::new(EligibilityChecker::new(show.clone())),
            Rc::new(FaultInjection::new(show.clone())),
        );
        Self { show, room: Rc::default(), judge, trial }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    pub fn command(&self, value: JsValue) -> Result<(), JsValue> {
        match serde_wasm_bindgen::from_value(value)? {
            Command::Open { query, data, tab } => self.open(query, data, tab),
            Command::Conditions(seen) => self.judge.read(seen),
            Command::Ignore { gate, ignored } => self.judge.ignore(&gate, ignored),
            Command::Pause { paused } => self.judge.pause(paused),
            Command::Dial { name, value } => self.trial.set(&name, &value),
            Command::Handwriting(command) => {
                if handwriting::handle(&self.room, command) {
                    announce(&self.room);
                }
            }
            Command::Export => handwriting::export(&self.room),
            Command::Rejoin => tell(&self.room, Event::Open),
        }
        tell(&self.room, Event::Willing(self.judge.is_willing()));
        Ok(())
    }

    fn open(&self, query: String, data: String, tab: String) {
        // The address of an aggregator's page turns no dials of the workers inside of it.
        if self.judge.has_page() {
            self.trial.open(&query);
        }
        let (shared, show) = (Rc::clone(&self.room), self.show.clone());
        let (judge, trial) = (Rc::clone(&self.judge), Rc::clone(&self.trial));
        spawn_local(async move {
            if let Err(reason) = open(&shared, &show, (judge, trial), &query, data, &tab).await {
                show.event(&Shown::Failed { reason });
            }
        });
    }
}

async fn open(
    shared: &Shared,
    show: &EventSink,
    (judge, trial): (Rc<EligibilityChecker>, Rc<FaultInjection>),
    query: &str,
    data: String,
    tab: &str,
) -> Result<(), String> {
    if !locks::supported() {
        return Err("this browser has no Web Locks, which tell which tabs live".to_owned());
    }
    let name = room_of(query);
    // It holds its lock before the first message: whoever joins without one counts as gone.
    let opened = Tab::open(&name, tab).await?;
    if let Some(tab) = opened.renamed {
        show.event(&Shown::Renamed { tab });
    }
    if let Some(error) = opened.trouble {
        show.event(&untrusted(&error.to_string()));
    }
    if let Some(error) = opened.lost {
        show.event(&warning(format!("the training before the reload begins anew: {error}")));
    }
    let machine = sotto_federated::Worker::new(opened.identity, entropy()).with_spent(opened.spent);
    let address = Address::Worker(machine.id());
    let arrived = Rc::clone(shared);
    let link = BroadcastLink::new(&name, &[Address::Workers, address], move || receive(&arrived))
        .map_err(|error| words(&error))?;
    let is_willing = judge.is_willing();
    *shared.borrow_mut() = Some(WorkerRoom {
        name,
        machine,
        link,
        show: show.clone(),
        data,
        training_set: TrainingSet::default(),
        tab: Rc::new(opened.tab),
        judge,
        trial,
        unfinished: opened.unfinished,
        generation: 0,
    });
    tell(shared, Event::Willing(is_willing));
    tell(shared, Event::Open);
    Ok(())
}

/// The notice that nothing is kept.
fn untrusted(reason: &str) -> Shown {
    warning(format!("a training under way would not survive a reload: {reason}"))
}

fn warning(text: String) -> Shown {
    Shown::Notice { level: "warning", text }
}

fn tell(shared: &Shared, event: Event) {
    with_room(shared, |room| {
        let actions = room.machine.handle(event, now_ms());
        carry_out(shared, room, actions);
    });
}

fn receive(shared: &Shared) {
    with_room(shared, |room| {
        while let Some(bytes) = room.link.receive() {
            if room.trial.is_silent() {
                continue;
            }
            let actions = room.machine.handle(Event::Bytes(bytes), now_ms());
            carry_out(shared, room, actions);
        }
    });
}

fn carry_out(shared: &Shared, room: &mut WorkerRoom, actions: Vec<Action>) {
    for action in actions {
        let shared = Rc::clone(shared);
        match action {
            Action::Send(to, bytes) => match room.trial.take(to, bytes) {
                DeliveryAction::Leaves(to, bytes) => room.link.send(to, &bytes),
                DeliveryAction::Waits(span) => spawn_local(send_later(shared, span)),
                DeliveryAction::Lost => {}
            },
            Action::Load(assignment) => {
                room.generation += 1;
                spawn_local(load(shared, room.data.clone(), assignment, room.generation));
            }
            Action::Train(job) if room.trial.falls_silent(job.round) => {
                room.generation += 1;
                spawn_local(stay_silent(shared));
            }
            Action::Train(job) => {
                room.generation += 1;
                spawn_local(training::train(shared, *job, room.generation));
            }
            Action::StopTraining => room.generation += 1,
            Action::Wake(at) => spawn_local(async move {
                sleep(Duration::from_millis(at.saturating_sub(now_ms()) + 1)).await;
                tell(&shared, Event::Tick);
            }),
            Action::Record { number, record } => {
                let told = Rc::clone(&shared);
                room.tab.record(number, record, move |number, outcome| {
                    tell(&told, Event::Recorded { number, outcome });
                });
            }
            Action::Masked { round, part, masked, first_masks, width } => {
                let mask = |mask: &FirstMask| FirstMaskView {
                    with: mask.with.map(|id| id.to_string()),
                    element: mask.element,
                };
                // A negative number is what it is in the ring, as under its masks.
                let part: Vec<u32> = part.iter().map(|element| width.unsigned(*element)).collect();
                room.show.event(&Shown::Masked {
                    round,
                    bits: width.bits(),
                    bytes: width.packed_len(masked.len()),
                    first_masks: first_masks.iter().map(mask).collect(),
                    part: Uint32Array::from(part.as_slice()),
                    masked: Uint32Array::from(masked.as_slice()),
                });
            }
            Action::Notice(text) => room.show.event(&warning(text)),
        }
    }
    if let Some(text) = room.link.take_trouble() {
        room.show.event(&warning(text));
    }
    room.show.event(&Shown::State(room.state()));
}

/// Sends what was held back, once its time has come.
async fn send_later(shared: Shared, span: Duration) {
    sleep(span).await;
    with_room(&shared, |room| {
        while let Some((to, bytes)) = room.trial.due() {
            room.link.send(to, &bytes);
        }
    });
}

/// Ends a silence with a look around, as a page does that was cut off.
async fn stay_silent(shared: Shared) {
    sleep(SILENCE).await;
    with_room(&shared, |room| room.trial.speaks_again());
    tell(&shared, Event::Open);
}

/// Whether nothing newer has replaced what `generation` began.
fn is_current(shared: &Shared, generation: u32) -> bool {
    with_room(shared, |room| room.generation == generation).unwrap_or(false)
}

/// How long a failed download waits before it is tried again.
const LOAD_AGAIN: Duration = Duration::from_secs(5);

/// Fetches the shard of an assignment, until it is there or another one is asked for.
async fn load(shared: Shared, data: String, assignment: Assignment, generation: u32) {
    while is_current(&shared, generation) {
        match fetch_shard(&data, &assignment).await {
            Ok(shard) => return loaded(&shared, shard, &assignment, generation).await,
            Err(reason) => {
                with_room(&shared, |room| room.show.event(&Shown::Unfetched { reason }));
                sleep(LOAD_AGAIN).await;
            }
        }
    }
}

/// The source's name, the digits, and the bytes downloaded for them.
async fn fetch_shard(data: &str, assignment: &Assignment) -> Result<(String, Digits, u32), String> {
    let source = Source::open(data).await?;
    let (digits, bytes) = source.shard(assignment).await?;
    Ok((source.view().name, digits, bytes))
}

async fn loaded(
    shared: &Shared,
    (source, digits, bytes): (String, Digits, u32),
    assignment: &Assignment,
    generation: u32,
) {
    let Some(name) = with_room(shared, |room| room.name.clone()) else { return };
    let key = handwriting::key_of(&name, assignment);
    let (own, trouble) = handwriting::find(shared, &key).await;
    if !is_current(shared, generation) {
        return;
    }
    let is_willing = with_room(shared, |room| {
        let shown = digits.len().min(SAMPLE);
        let sample = digits.select((0..shown).map(|index| index * digits.len() / shown));
        room.show.event(&Shown::Shard {
            source,
            digits: digits.len() as u32,
            histogram: digits.histogram(),
            bytes,
            sample: Uint8Array::from(sample.pixels()),
            labels: Uint8Array::from(sample.labels()),
        });
        if let Some(assignment) = room.machine.assignment() {
            room.judge.measure(&assignment.model, &digits);
        }
        if let Some(text) = room.training_set.replace(key, digits, own) {
            room.show.event(&warning(text));
        }
        room.show.event(&room.training_set.view());
        if let Some(text) = trouble {
            room.show.event(&warning(text));
        }
        room.judge.is_willing()
    });
    tell(shared, Event::Willing(is_willing.unwrap_or(true)));
    announce(shared);
}

/// Says how many digits there are to train on.
fn announce(shared: &Shared) {
    let count = with_room(shared, |room| room.training_set.digits().len() as u32);
    if let Some(count) = count {
        tell(shared, Event::ShardLoaded(count));
    }
}

impl WorkerRoom {
    fn state(&self) -> WorkerState {
        let (phase, round, reason) = match self.machine.phase() {
            _ if self.trial.is_silent() => ("silent", None, None),
            WorkerPhase::Searching => ("searching", None, None),
            WorkerPhase::Loading | WorkerPhase::Idle if !self.machine.is_willing() => {
                ("away", None, None)
            }
            WorkerPhase::Loading => ("loading", None, None),
            WorkerPhase::Idle => ("idle", None, None),
            WorkerPhase::Training(round) => ("training", Some(*round), None),
            WorkerPhase::Summing(round) => ("summing", Some(*round), None),
            WorkerPhase::Refused(refusal) => ("refused", None, Some(refusal.to_string())),
        };
        WorkerState {
            phase,
            id: self.machine.id().to_string(),
            room: self.name.clone(),
            slot: self.machine.assignment().map(|assignment| assignment.slot),
            model: self.machine.assignment().map(|assignment| assignment.model.clone()),
            round,
            reason,
            rests: self.machine.rests_until().map(|at| {
                u32::try_from(at.saturating_sub(now_ms()).div_ceil(1000)).unwrap_or(u32::MAX)
            }),
        }
    }
}
