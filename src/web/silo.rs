//! A silo's role in a dedicated worker of its own: whose digits they are sees them, alice and bob do not.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::digits::Source;
use super::environment::{EventSink, entropy, epoch_clock, now, turn};
use super::mailbox::WebMailbox;
use super::networks::presets;
use super::page::{self, Course, SiloCommand as Command, SiloEvent as Shown};
use sotto_core::prg;
use sotto_core::seeded::Stream;
use sotto_digits::drawing::Drawing;
use sotto_digits::{Digits, PIXELS};
use sotto_federated::Assignment;
use sotto_mpc::train::Training;
use sotto_mpc::{Links, train};
use sotto_network::Initialiser;
use sotto_train::{Evaluator, Model, Recipe, SgdConfig, Trainer};

/// Shards are cut from this seed, the same for all silos of a room.
const SEED: u64 = 1;
/// So many silos have digits that no other has.
const SHARDS: u32 = 10;
/// Digits between two turns of the event loop.
const PIECE: usize = 500;
/// How long training in the clear computes before messages have their turn, in milliseconds.
const SLICE_MS: f64 = 100.0;

/// The silo's role.
#[wasm_bindgen]
pub struct Silo {
    show: EventSink,
    state: Rc<RefCell<SiloState>>,
    data: String,
}

#[derive(Default)]
struct SiloState {
    role: Option<train::Silo<WebMailbox>>,
    /// What has gone out.
    shared: Digits,
}

#[wasm_bindgen]
impl Silo {
    /// A role without links; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        Self { show: EventSink(show), state: Rc::default(), data: String::new() }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    #[expect(clippy::needless_pass_by_value, reason = "JavaScript hands values over")]
    pub fn command(&mut self, value: JsValue) -> Result<(), JsValue> {
        match serde_wasm_bindgen::from_value(value.clone())? {
            Command::Open { data } => {
                prg::self_check().map_err(|error| JsValue::from(error.to_string()))?;
                let mailbox = WebMailbox::open(page::read_links(&value)?, Rc::default())?;
                let links = Links::new(mailbox, epoch_clock());
                self.state.replace(SiloState {
                    role: Some(train::Silo::new(links, presets(), entropy())),
                    shared: Digits::default(),
                });
                self.data = data;
                self.show.event(&Shown::Ready);
            }
            Command::Digits { index, from, count } => {
                let (state, show) = (Rc::clone(&self.state), self.show.clone());
                let data = self.data.clone();
                spawn_local(async move {
                    let digits = training_digits(&data, index, from, count).await;
                    contribute(&state, &show, digits).await;
                });
            }
            Command::Drawing { width, height, pen, strokes, label } => {
                let drawing = Drawing { width, height, pen, strokes };
                let (state, show) = (Rc::clone(&self.state), self.show.clone());
                let digits = drawn(&drawing, label);
                spawn_local(async move { contribute(&state, &show, digits).await });
            }
            Command::Plain { course } => {
                let digits = self.state.borrow().shared.clone();
                let (show, data) = (self.show.clone(), self.data.clone());
                spawn_local(async move {
                    if let Err(reason) = plain(&show, &data, course, &digits).await {
                        show.event(&Shown::Unshared { reason });
                    }
                });
            }
        }
        Ok(())
    }
}

/// Digits of a slot, from the one with this number on. The training digits are cut into [`SHARDS`].
async fn training_digits(
    data: &str,
    index: u32,
    from: usize,
    count: usize,
) -> Result<Digits, String> {
    let source = Source::open(data).await?;
    let (partition, shards) = ("iid".to_owned(), SHARDS);
    let assignment =
        Assignment { slot: index, model: String::new(), seed: SEED, partition, shards };
    let (digits, _) = source.shard(&assignment).await?;
    let range = from.min(digits.len())..(from + count).min(digits.len());
    if range.is_empty() {
        return Err(format!("all {} digits of this data owner have been shared", digits.len()));
    }
    // A slot keeps its digits by label.
    let mut order: Vec<usize> = (0..digits.len()).collect();
    Stream::new(SEED, "silo").shuffle(&mut order);
    Ok(digits.select(order[range].iter().copied()))
}

fn drawn(drawing: &Drawing, label: u8) -> Result<Digits, String> {
    let image = drawing.image().map_err(|error| error.to_string())?;
    let image = image.ok_or("nothing is drawn on the pad")?;
    Digits::new(image.to_vec(), vec![label]).map_err(|error| error.to_string())
}

async fn contribute(state: &RefCell<SiloState>, show: &EventSink, digits: Result<Digits, String>) {
    let digits = match digits {
        Ok(digits) => digits,
        Err(reason) => return show.event(&Shown::Unshared { reason }),
    };
    let mut bytes = 0;
    for (images, labels) in
        digits.pixels().chunks(PIECE * PIXELS).zip(digits.labels().chunks(PIECE))
    {
        let shared = match state.borrow_mut().role.as_mut() {
            Some(role) => role.share(images, labels).map_err(|error| error.to_string()),
            None => Err("digits came before the links".to_owned()),
        };
        match shared {
            Ok(more) => bytes += more,
            Err(reason) => return show.event(&Shown::Unshared { reason }),
        }
        turn().await;
    }
    if let Err(error) = state.borrow_mut().shared.extend(&digits) {
        return show.event(&Shown::Unshared { reason: error.to_string() });
    }
    let image = Uint8Array::from(digits.image(0));
    let label = digits.labels()[0];
    show.event(&Shown::Contributed { digits: digits.len(), bytes, label, image });
}

/// The same training by `f32` and Candle's optimiser, from first weights of its own, and how well it then reads.
async fn plain(
    show: &EventSink,
    data: &str,
    course: Course,
    digits: &Digits,
) -> Result<(), String> {
    let info = course.info()?;
    let Training { batch, rate, momentum, .. } = info.training;
    let network = presets().network(&info.preset).map_err(|error| error.to_string())?;
    let power = |bits: u32| libm::exp2(-f64::from(bits)) as f32;
    let momentum = momentum.map_or(0.0, |bits| 1.0 - power(bits));
    let sgd = SgdConfig { learning_rate: power(rate), momentum, weight_decay: 0.0 };
    // What does not fill a batch is left out, as the parties do.
    let count = digits.len() / batch * batch;
    let recipe = Recipe { epochs: info.epochs, batch: batch as u32, ..Recipe::plain(sgd) };
    let weights = Initialiser::He.weights(&network, SEED).map_err(|error| error.to_string())?;
    let shuffle = Stream::new(SEED, "silo/plain");
    let words = |error: sotto_train::Error| error.to_string();
    let mut trainer = Trainer::new(&network, &weights, recipe, count, shuffle).map_err(words)?;
    let steps = trainer.steps();
    let (started, mut slice, mut step) = (now(), now(), 0);
    while !trainer.is_done() {
        step = trainer.step(digits).map_err(words)?.step;
        if now() - slice > SLICE_MS {
            show.event(&Shown::Plain { step, steps, millis: now() - started, accuracy: None });
            turn().await;
            slice = now();
        }
    }
    let millis = now() - started;
    let trained = trainer.finish().map_err(words)?;
    let model = Model::new(&network, &trained.weights).map_err(words)?;
    let test = Source::open(data).await?.test().await?;
    let accuracy = Some(Evaluator::run(model, &test).map_err(words)?.accuracy());
    show.event(&Shown::Plain { step, steps, millis, accuracy });
    Ok(())
}
