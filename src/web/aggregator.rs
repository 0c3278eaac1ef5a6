//! The aggregator's role: drives the machine with messages, clocks and locks, and tests
//! each new global model.

mod testing;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Float32Array, Function, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::broadcast::{BroadcastLink, room_of, subject};
use super::checkpointer::{self, Checkpointer};
use super::digits::Source;
use super::environment::{self, EventSink, now, now_ms, sleep, words};
use super::ledger::Ledger;
use super::locks;
use super::page::{
    self, AggregatorCommand as Command, AggregatorEvent as Shown, LayerView, Opening, Problem,
};
use super::views;
use sotto_core::wire::{Address, Link, PeerId};
use sotto_digits::Digits;
use sotto_digits::partition::Counts;
use sotto_federated::{Action, Event, Level, Phase, SETTINGS, Settings};
use sotto_privacy::History;
use sotto_privacy::inversion::{self, Recovered};
use sotto_secagg::Opened;
use sotto_train::{Evaluation, Model};
use testing::Untested;

/// The aggregator's role in its dedicated worker.
#[wasm_bindgen]
pub struct Aggregator {
    show: EventSink,
    room: Rc<RefCell<Option<AggregatorRoom>>>,
}

#[wasm_bindgen]
impl Aggregator {
    /// A role without a room; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        Self { show: EventSink(show), room: Rc::default() }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    pub fn command(&self, value: JsValue) -> Result<(), JsValue> {
        let weights = page::take::<Float32Array>(&value, "weights")?.unwrap_or_default();
        match serde_wasm_bindgen::from_value(value)? {
            Command::Open { query, data } => {
                spawn_local(open(Rc::clone(&self.room), self.show.clone(), query, data));
            }
            Command::Configure { query } => configure(&self.room, &self.show, &query, None),
            Command::Continue { query, origin, spent } => {
                let model = Origin { name: origin, weights: weights.to_vec(), spent };
                configure(&self.room, &self.show, &query, Some(model));
            }
            Command::Ready => {
                spawn_local(testing::begin(Rc::clone(&self.room), self.show.clone()));
            }
            Command::Start => {
                with_room(&self.room, |room| room.ledger.start(now()));
                tell(&self.room, Event::Start);
                spawn_local(testing::begin(Rc::clone(&self.room), self.show.clone()));
            }
            Command::Stop => tell(&self.room, Event::Stop),
        }
        Ok(())
    }
}

type Shared = Rc<RefCell<Option<AggregatorRoom>>>;

/// An open room.
struct AggregatorRoom {
    name: String,
    machine: sotto_federated::Aggregator,
    link: BroadcastLink,
    show: EventSink,
    checkpointer: Checkpointer,
    source: Rc<Source>,
    /// The test digits, once the page has made its own beginning.
    test: Option<Rc<Digits>>,
    /// The fold whose unseen pens were drawn, and they.
    pens: (Option<u32>, Rc<Digits>),
    /// How many digits of each label every shard has.
    histograms: Vec<Counts>,
    /// The newest test of this run.
    tested: Option<Evaluation>,
    ledger: Ledger,
    /// What training had given away when that was shown.
    given: History,
    /// The newest model that has not been tested; older ones are passed over.
    untested: Option<Untested>,
    testing: bool,
    /// Counts runs, so that a test of an earlier run's model is not shown.
    generation: u32,
}

async fn open(shared: Shared, show: EventSink, query: String, data: String) {
    if let Err(reason) = try_open(&shared, &show, &query, &data).await {
        show.event(&Shown::Failed { reason });
        // Lets go of the room's lock: the page, reloaded, or another one may try.
        environment::close();
    }
}

async fn try_open(
    shared: &Shared,
    show: &EventSink,
    query: &str,
    data: &str,
) -> Result<(), String> {
    let name = room_of(query);
    if !locks::supported() {
        return Err("this browser has no Web Locks, which tell which tabs live".to_owned());
    }
    let lock = subject(&name, Address::Aggregator);
    if !locks::hold(&lock).await.map_err(|error| words(&error))? {
        show.event(&Shown::Occupied { room: name });
        return Ok(());
    }
    // A URL that does not hold opens the room all the same, with the defaults.
    let settings = Settings::from_query(query).unwrap_or_else(|problems| {
        show.event(&refused(problems));
        Settings::default()
    });
    let source = Rc::new(Source::open(data).await?);
    let (machine, checkpointer) = checkpointer::open(&name, settings, show).await?;
    let histograms = source.histograms(machine.settings());
    let mut ledger = Ledger::resumed(&machine.snapshot(), checkpointer.newest());
    let resumed = machine.snapshot().phase != Phase::Idle;
    if resumed {
        ledger.start(now());
    }
    let arrived = Rc::clone(shared);
    let link = BroadcastLink::new(&name, &[Address::Aggregator], move || receive(&arrived))
        .map_err(|error| words(&error))?;
    let room = AggregatorRoom {
        name,
        machine,
        link,
        show: show.clone(),
        checkpointer,
        source,
        test: None,
        pens: (None, Rc::default()),
        histograms,
        tested: None,
        ledger,
        given: History::default(),
        untested: None,
        testing: false,
        generation: 0,
    };
    room.show_opened();
    *shared.borrow_mut() = Some(room);
    tell(shared, Event::Open);
    // What is told of the run that was taken up comes when its state has been shown.
    with_room(shared, |room| room.checkpointer.show_resumed(&room.machine));
    if resumed {
        // The next round would replace a model that waits.
        spawn_local(testing::begin(Rc::clone(shared), show.clone()));
    }
    Ok(())
}

/// The model of the library that a run begins with.
struct Origin {
    name: String,
    weights: Vec<f32>,
    /// What its training has given away, as the text of a history.
    spent: String,
}

/// Begins a new run, from a model of the library where one is given.
fn configure(shared: &Shared, show: &EventSink, query: &str, model: Option<Origin>) {
    let settings = match Settings::from_query(query) {
        Ok(settings) => settings,
        Err(problems) => return show.event(&refused(problems)),
    };
    with_room(shared, |room| {
        // The try under way counts, as far as it has come.
        let before = (room.machine.checkpoint(), room.machine.history());
        let origin = model.as_ref().map(|model| model.name.clone());
        let begun = match model {
            Some(Origin { weights, spent, .. }) => {
                let past = History::from_text(&spent);
                room.machine.continue_from(settings, weights, past)
            }
            None => room.machine.configure(settings),
        };
        match begun {
            Ok(actions) => {
                room.generation += 1;
                room.untested = None;
                room.tested = None;
                room.ledger = Ledger::resumed(&room.machine.snapshot(), None);
                room.histograms = room.source.histograms(room.machine.settings());
                spawn_local(room.checkpointer.begin(before, origin));
                room.show_opened();
                carry_out(shared, room, actions);
                room.checkpointer.show_resumed(&room.machine);
            }
            // Nothing was changed: the run goes on.
            Err(error) => room.warn(format!("no new run begins: {error}")),
        }
    });
}

fn refused(problems: Vec<sotto_federated::Problem>) -> Shown {
    let problem = |p: sotto_federated::Problem| Problem { setting: p.setting, text: p.text };
    Shown::Refused { problems: problems.into_iter().map(problem).collect() }
}

/// Runs `action` on the room, once it is open.
fn with_room(shared: &Shared, action: impl FnOnce(&mut AggregatorRoom)) {
    if let Some(room) = shared.borrow_mut().as_mut() {
        action(room);
    }
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
            let actions = room.machine.handle(Event::Bytes(bytes), now_ms());
            carry_out(shared, room, actions);
        }
    });
}

fn carry_out(shared: &Shared, room: &mut AggregatorRoom, actions: Vec<Action>) {
    let given = room.machine.history();
    if room.given != given {
        // A try that was given up may have been seen, too.
        room.given = given;
        if !actions.contains(&Action::Evaluate) {
            room.show_privacy();
        }
    }
    if room.checkpointer.look(&room.machine) {
        spawn_local(keep(Rc::clone(shared)));
    }
    // First, for notices speak of workers that the page shall know.
    room.show_state();
    for action in actions {
        match action {
            Action::Send(to, bytes) => room.link.send(to, &bytes),
            Action::Watch(id) => watch(shared, &room.name, id),
            Action::Evaluate => {
                room.show_model(shared);
                room.show_privacy();
            }
            Action::Wake(at) => {
                let shared = Rc::clone(shared);
                spawn_local(async move {
                    sleep(Duration::from_millis(at.saturating_sub(now_ms()) + 1)).await;
                    tell(&shared, Event::Tick);
                });
            }
            Action::Read { round, worker, values } => room.attack(round, Some(worker), || values),
            Action::Masked { round, worker, elements, sum, width } => {
                let first = &elements[..elements.len().min(sum.len())];
                room.show.event(&Shown::Masked {
                    worker: worker.to_string(),
                    bits: width.bits(),
                    elements: Uint32Array::from(first),
                    sum: Uint32Array::from(sum.as_slice()),
                });
                room.attack(round, Some(worker), || views::as_values(&elements, width));
            }
            Action::Summed { round, elements, width, survivors, openings } => {
                let opening = |opened: &Opened| Opening {
                    worker: opened.worker.to_string(),
                    repair: opened.is_repair,
                    elements: Uint32Array::from(opened.elements.as_slice()),
                };
                room.show.event(&Shown::Summed {
                    round,
                    bits: width.bits(),
                    survivors: survivors.iter().map(ToString::to_string).collect(),
                    elements: Uint32Array::from(elements.as_slice()),
                    openings: openings.iter().map(opening).collect(),
                });
                room.attack(round, None, || views::as_values(&elements, width));
            }
            Action::Notice { level, worker, text } => room.show.event(&Shown::Notice {
                level: match level {
                    Level::Info => "info",
                    Level::Warning => "warning",
                },
                worker: worker.map(|id| id.to_string()),
                text,
            }),
        }
    }
    if let Some(text) = room.link.take_trouble() {
        room.warn(text);
    }
}

/// Keeps the run, until nothing is new.
async fn keep(shared: Shared) {
    loop {
        let mut writing = None;
        with_room(&shared, |room| {
            writing =
                room.checkpointer.next(&room.machine).map(|work| room.checkpointer.write(work));
        });
        let Some(writing) = writing else { return };
        let outcome = writing.await;
        with_room(&shared, |room| room.checkpointer.written(outcome));
    }
}

/// Says when a worker's page has gone: it holds a lock as long as it lives.
fn watch(shared: &Shared, room: &str, id: PeerId) {
    let shared = Rc::clone(shared);
    let lock = subject(room, Address::Worker(id));
    spawn_local(async move {
        match locks::free(&lock).await {
            Ok(()) => {
                with_room(&shared, |room| room.link.forget(Address::Worker(id)));
                tell(&shared, Event::Gone(id));
            }
            Err(error) => with_room(&shared, |room| {
                let text = format!("a worker that goes will not be missed: {}", words(&error));
                room.warn(text);
            }),
        }
    });
}

impl AggregatorRoom {
    fn warn(&self, text: String) {
        self.show.event(&Shown::Notice { level: "warning", worker: None, text });
    }

    fn show_opened(&self) {
        let (settings, default) = (self.machine.settings(), Settings::default());
        let setting = |info: &sotto_federated::SettingInfo| page::Setting {
            name: info.name,
            label: info.label,
            help: info.help,
            value: (info.get)(settings),
            default: (info.get)(&default),
            choices: Some((info.choices)()).filter(|choices| !choices.is_empty()),
        };
        let network = self.machine.network();
        let parameters = network.parameters();
        let layers = network.layers().iter().map(|layer| LayerView {
            name: layer.name.clone(),
            shape: layer.output.clone(),
            parameters: parameters
                .iter()
                .filter(|p| p.name.split('.').next() == Some(&layer.name))
                .map(sotto_network::Parameter::len)
                .sum(),
        });
        self.show.event(&Shown::Opened {
            room: self.name.clone(),
            settings: SETTINGS.iter().map(setting).collect(),
            source: self.source.view(),
            parameters: network.parameter_count(),
            layers: layers.collect(),
        });
    }

    fn show_state(&self) {
        let snapshot = self.machine.snapshot();
        let state = views::state(
            &snapshot,
            &self.machine.history(),
            &self.histograms,
            self.tested.as_ref(),
        );
        self.show.event(&Shown::State(state));
    }

    /// Shows what training with noise gives away, so far and in the end.
    fn show_privacy(&self) {
        let event = views::privacy(&self.machine);
        if let Some(event) = event {
            self.show.event(&event);
        }
    }

    /// Shows what can be read out of an update, or of something that is taken for one.
    fn attack(&self, round: u32, worker: Option<PeerId>, update: impl FnOnce() -> Vec<f32>) {
        let network = self.machine.network();
        if !inversion::applies(network) {
            return;
        }
        let mut update = update();
        update.truncate(network.parameter_count());
        if let Some(Recovered { pixels, label }) = inversion::recover(network, &update) {
            self.show.event(&Shown::Recovered {
                worker: worker.map(|id| id.to_string()),
                round,
                pixels: Uint8Array::from(pixels.as_slice()),
                label,
            });
        }
    }

    /// Shows the new global model, and puts it in line for its test.
    fn show_model(&mut self, shared: &Shared) {
        let weights = self.machine.weights();
        let round = self.machine.round();
        self.show.event(&Shown::Model {
            round,
            preset: self.machine.settings().model.clone(),
            hash: weights.hash().to_string(),
            weights: Float32Array::from(weights.values()),
        });
        let cost = self.ledger.cost(&self.machine.snapshot(), self.checkpointer.newest(), now());
        match Model::new(self.machine.network(), weights) {
            Ok(model) => self.untested = Some(Untested { round, model, cost }),
            Err(error) => self.warn(format!("the model of round {round} is not tested: {error}")),
        }
        self.test_newest(shared);
    }

    /// Tests what is in line, unless that is being done.
    fn test_newest(&mut self, shared: &Shared) {
        if self.test.is_some() && !self.testing {
            self.testing = true;
            spawn_local(testing::test(Rc::clone(shared), self.show.clone()));
        }
    }
}
