//! Each new global model is tested, in slices between messages.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::super::environment::{EventSink, now, turn};
use super::super::page::{AggregatorEvent as Shown, Cost};
use super::super::views;
use super::{Shared, keep, with_room};
use sotto_digits::{Digits, synthetic};
use sotto_federated::records::Point;
use sotto_train::{Evaluation, Evaluator, Model};

/// A model that waits for its test.
pub(super) struct Untested {
    pub(super) round: u32,
    pub(super) model: Model,
    pub(super) cost: Cost,
}

/// Digits of unseen pens that a model is tested with.
const UNSEEN: u32 = 1000;

/// How long a test computes before messages have their turn, in milliseconds.
const SLICE_MS: f64 = 20.0;

/// Fetches the test digits, unless they are there, and tests what waits for them.
pub(super) async fn begin(shared: Shared, show: EventSink) {
    let mut source = None;
    with_room(&shared, |room| {
        source = room.test.is_none().then(|| Rc::clone(&room.source));
    });
    let Some(source) = source else { return };
    match source.test().await {
        Ok(digits) => with_room(&shared, |room| {
            room.test = Some(Rc::new(digits));
            room.test_newest(&shared);
        }),
        Err(reason) => show.event(&Shown::Failed { reason }),
    }
}

/// Tests models until none is left in line.
pub(super) async fn test(shared: Shared, show: EventSink) {
    // The message that brought the model shall be answered first.
    turn().await;
    while let Some((Untested { round, model, cost }, digits, generation)) = next_test(&shared) {
        let started = now();
        let mut evaluator = Evaluator::new(model);
        let result = evaluate(&shared, generation, &mut evaluator, &digits).await;
        let pens = evaluate(&shared, generation, &mut evaluator, &unseen_pens(&shared)).await;
        match (result, pens) {
            _ if !is_current(&shared, generation) => {}
            (Ok(result), Ok(pens)) => {
                measured(&shared, round, &result, cost);
                let tested = (&result, pens.accuracy());
                show.event(&views::evaluated(round, tested, &digits, cost, now() - started));
                with_room(&shared, |room| {
                    room.tested = Some(result);
                    room.show_state();
                });
            }
            (Err(error), _) | (_, Err(error)) => {
                show.event(&Shown::Failed { reason: error.to_string() });
            }
        }
    }
}

/// Tests a model, in slices; a run that has ended is left with nothing.
async fn evaluate(
    shared: &Shared,
    generation: u32,
    evaluator: &mut Evaluator,
    digits: &Digits,
) -> Result<Evaluation, sotto_train::Error> {
    let mut slice = now();
    loop {
        if let Some(result) = evaluator.step(digits)? {
            return Ok(result);
        }
        if now() - slice > SLICE_MS {
            turn().await;
            if !is_current(shared, generation) {
                return Ok(Evaluation::default());
            }
            slice = now();
        }
    }
}

/// Digits of the pens that no worker of this run draws; drawn when they are first asked for.
fn unseen_pens(shared: &Shared) -> Rc<Digits> {
    let mut found = Rc::default();
    with_room(shared, |room| {
        let fold = room.machine.settings().variety.fold;
        if room.pens.0 != Some(fold) {
            let drawn = synthetic::unseen(fold as usize, UNSEEN).map(|drawn| drawn.digits);
            let drawn = drawn.unwrap_or_else(|error| {
                room.warn(format!("no digits of unseen pens can be drawn: {error}"));
                Digits::default()
            });
            room.pens = (Some(fold), Rc::new(drawn));
        }
        found = Rc::clone(&room.pens.1);
    });
    found
}

/// Adds a measurement to what is kept.
fn measured(shared: &Shared, round: u32, result: &Evaluation, cost: Cost) {
    with_room(shared, |room| {
        room.checkpointer.measured(Point {
            round,
            accuracy: result.accuracy(),
            loss: result.loss(),
            bytes_up: cost.bytes_up as u64,
            bytes_down: cost.bytes_down as u64,
            workers: cost.workers as u32,
            seconds: cost.seconds,
        });
        if room.checkpointer.look(&room.machine) {
            spawn_local(keep(Rc::clone(shared)));
        }
    });
}

/// Whether the run that a test belongs to goes on.
fn is_current(shared: &Shared, generation: u32) -> bool {
    let mut current = false;
    with_room(shared, |room| current = room.generation == generation);
    current
}

fn next_test(shared: &Shared) -> Option<(Untested, Rc<Digits>, u32)> {
    let mut next = None;
    with_room(shared, |room| {
        let Some(test) = &room.test else { return };
        let untested = room.untested.take();
        next = untested.map(|untested| (untested, Rc::clone(test), room.generation));
        room.testing = next.is_some();
    });
    next
}
