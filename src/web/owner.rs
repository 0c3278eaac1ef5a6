//! The model's owner in a dedicated worker: shares the model, and says right after whether its
//! numbers fit. It also reads in the clear, to compare.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Float32Array, Function, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::digits::Source;
use super::environment::{EventSink, epoch_clock, now, secrets, sleep, turn};
use super::mailbox::WebMailbox;
use super::page::{
    self, Course, LayerRangeView, OwnerCommand as Command, OwnerEvent as Shown, RoleFailed,
};
use sotto_core::prg;
use sotto_digits::{Digits, PIXELS};
use sotto_mpc::clear::{Clear, Floor};
use sotto_mpc::train::TrainingInfo;
use sotto_mpc::{Answer, Links, Output, Ranges, TradeOff, Verdict, fixed};
use sotto_network::{Network, Weights, preset};
use sotto_train::{Model, arg_max};

/// Test digits on which ranges are measured.
const SAMPLE: usize = 64;
/// Test digits on which precisions are compared.
const PRECISION_SAMPLE: usize = 1000;
/// How long a model has to be the newest before it is examined.
const QUIET: Duration = Duration::from_millis(800);
/// Images between two turns of the event loop.
const SLICE: usize = 20;

/// The owner's role.
#[wasm_bindgen]
pub struct Owner {
    show: EventSink,
    shared: Rc<RefCell<Shared>>,
}

#[derive(Default)]
struct Shared {
    data: String,
    digits: Option<Rc<Digits>>,
    links: Option<sotto_mpc::Owner<WebMailbox>>,
    model: Option<Rc<Owned>>,
    /// The last training on shares that was asked for.
    trained: Option<TrainingInfo>,
    /// Counts models: what is under way for an earlier one stops.
    generation: u32,
}

/// The newest model, in the clear.
struct Owned {
    network: Network,
    weights: Weights,
    fraction: u32,
    generation: u32,
}

#[wasm_bindgen]
impl Owner {
    /// A role without links; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        Self { show: EventSink(show), shared: Rc::default() }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    #[expect(clippy::needless_pass_by_value, reason = "JavaScript hands values over")]
    pub fn command(&self, value: JsValue) -> Result<(), JsValue> {
        let weights = page::take::<Float32Array>(&value, "weights")?;
        match (serde_wasm_bindgen::from_value(value.clone())?, weights) {
            (Command::Open { data }, _) => {
                prg::self_check().map_err(|error| JsValue::from(error.to_string()))?;
                let mailbox = WebMailbox::open(page::read_links(&value)?, Rc::default())?;
                let links = Links::new(mailbox, epoch_clock());
                let mut shared = self.shared.borrow_mut();
                shared.data = data;
                shared.links = Some(sotto_mpc::Owner::new(links, secrets()));
                self.show.event(&Shown::Ready);
            }
            (Command::Model { preset, round, fraction, saving }, Some(weights)) => {
                match self.share(&preset, round, fraction, saving.into(), weights.to_vec()) {
                    Ok(owned) => self.examine(owned),
                    Err(reason) => self.show.event(&Shown::Unshared { reason }),
                }
            }
            (Command::Model { .. }, None) => self.fail("a model came without weights".to_owned()),
            (Command::Classify { count }, _) => self.classify(count),
            (Command::Train { course }, _) => self.train(course),
            (Command::PauseTraining, _) => self.ask(sotto_mpc::Owner::pause),
            (Command::ResumeTraining, _) => self.ask(sotto_mpc::Owner::resume),
            (Command::Take { fraction, saving }, _) => self.take(fraction, saving.into()),
            (Command::Fix { value, fraction }, _) => self.show.event(&fix(value, fraction)),
        }
        Ok(())
    }

    fn fail(&self, reason: String) {
        self.show.event(&Shown::Failed(RoleFailed { reason, role: None, step: None }));
    }

    fn share(
        &self,
        name: &str,
        round: u32,
        fraction: u32,
        saving: TradeOff,
        values: Vec<f32>,
    ) -> Result<Rc<Owned>, String> {
        let network = preset(name).ok_or_else(|| format!("no network is called {name}"))?.network;
        let weights = Weights::new(&network, values).map_err(|error| error.to_string())?;
        let mut shared = self.shared.borrow_mut();
        let links = shared.links.as_mut().ok_or("a model came before the links")?;
        let model =
            links.share(name, fraction, saving, &weights).map_err(|error| error.to_string())?;
        let bytes = links.links().take_records().first().map_or(0, |record| record.bytes);
        shared.generation += 1;
        let generation = shared.generation;
        let owned = Rc::new(Owned { network, weights, fraction, generation });
        shared.model = Some(Rc::clone(&owned));
        self.show.event(&Shown::Shared { model: model.into(), round, bytes });
        Ok(owned)
    }

    /// Says whether the model's numbers fit, how long it takes in the clear, and what the
    /// precision costs.
    fn examine(&self, owned: Rc<Owned>) {
        let (shared, show) = (Rc::clone(&self.shared), self.show.clone());
        spawn_local(async move {
            // While training goes on, models follow each other and are left alone.
            sleep(QUIET).await;
            if let Err(reason) = examine(&shared, &show, &owned).await {
                show.event(&Shown::Unmeasured { reason });
            }
        });
    }

    fn train(&self, course: Course) {
        let mut shared = self.shared.borrow_mut();
        let begin = || {
            let links = shared.links.as_mut().ok_or("a training came before the links")?;
            links.train(course.info()?).map_err(|error| error.to_string())
        };
        match begin() {
            Ok(info) => {
                shared.trained = Some(info.clone());
                let number = info.number;
                self.show.event(&Shown::Training { number, course: info.into() });
            }
            Err(reason) => self.show.event(&Shown::Unshared { reason }),
        }
    }

    /// What needs no answer.
    fn ask(
        &self,
        request: impl FnOnce(&mut sotto_mpc::Owner<WebMailbox>) -> Result<(), sotto_mpc::Error>,
    ) {
        if let Some(Err(error)) = self.shared.borrow_mut().links.as_mut().map(request) {
            self.fail(error.to_string());
        }
    }

    fn take(&self, fraction: u32, saving: TradeOff) {
        let mut shared = self.shared.borrow_mut();
        let Some(info) = shared.trained.clone() else { return };
        let Some(links) = &mut shared.links else { return };
        match links.take(&info, fraction, saving) {
            Ok(model) => {
                // It is nobody's: there is nothing to examine, and nothing to compare with in the clear.
                shared.generation += 1;
                shared.model = None;
                let (model, training) = (model.into(), info.number);
                self.show.event(&Shown::Taken { model, training });
            }
            Err(error) => self.show.event(&Shown::Unshared { reason: error.to_string() }),
        }
    }

    fn classify(&self, count: usize) {
        let (shared, show) = (Rc::clone(&self.shared), self.show.clone());
        spawn_local(async move {
            let Some(owned) = shared.borrow().model.clone() else { return };
            match labels(&shared, &owned, count).await {
                Ok(answers) => {
                    let answers = Uint8Array::from(answers.as_slice());
                    show.event(&Shown::Answers { answers });
                }
                Err(reason) => show.event(&Shown::Unmeasured { reason }),
            }
        });
    }
}

async fn digits(shared: &RefCell<Shared>) -> Result<Rc<Digits>, String> {
    if let Some(digits) = &shared.borrow().digits {
        return Ok(Rc::clone(digits));
    }
    let data = shared.borrow().data.clone();
    let digits = Rc::new(Source::open(&data).await?.test().await?);
    shared.borrow_mut().digits = Some(Rc::clone(&digits));
    Ok(digits)
}

async fn examine(shared: &RefCell<Shared>, show: &EventSink, owned: &Owned) -> Result<(), String> {
    let is_current = || shared.borrow().generation == owned.generation;
    let digits = digits(shared).await?;
    let Owned { network, weights, fraction, .. } = owned;
    if !is_current() {
        return Ok(());
    }
    show.event(&Shown::Plain { millis: time(owned)? });
    let sample = &digits.pixels()[..PIXELS * SAMPLE.min(digits.len())];
    let ranges = Ranges::measure(network, weights, *fraction, sample);
    show.event(&ranges_shown(*fraction, &ranges.map_err(|error| error.to_string())?));

    let plan = sotto_mpc::Plan::new(network, *fraction, 1, Output::Label, TradeOff::Bytes);
    let plan = plan.map_err(|error| error.to_string())?;
    let clear = Clear::new(&plan, network, weights).map_err(|error| error.to_string())?;
    let model = Model::new(network, weights).map_err(|error| error.to_string())?;
    let count = PRECISION_SAMPLE.min(digits.len());
    let (mut float, mut fixed) = (0, 0);
    for index in 0..count {
        if index % SLICE == 0 {
            turn().await;
            if !is_current() {
                return Ok(());
            }
        }
        let label = usize::from(digits.label(index));
        float += u32::from(usize::from(label_of(&model, &digits, index)?) == label);
        let answer = clear.classify(digits.image(index), &mut Floor);
        fixed += u32::from(answer == [Answer::Label(label)]);
    }
    let percent = |right: u32| 100.0 * f64::from(right) / count as f64;
    let (float, fixed) = (percent(float), percent(fixed));
    show.event(&Shown::Precision { fraction: *fraction, count, float, fixed });
    Ok(())
}

fn ranges_shown(fraction: u32, ranges: &Ranges) -> Shown {
    let name = |verdict: Verdict| match verdict {
        Verdict::Always => "always",
        Verdict::OnSample => "onSample",
        Verdict::Never => "never",
    };
    let layer = |layer: &sotto_mpc::LayerRange| LayerRangeView {
        layer: layer.layer.clone(),
        limit_bits: layer.limit_bits,
        seen_bits: layer.seen_bits,
        worst_bits: layer.worst_bits,
        verdict: name(layer.verdict),
    };
    let layers = ranges.0.iter().map(layer).collect();
    Shown::Ranges { fraction, layers, verdict: name(ranges.verdict()) }
}

/// Milliseconds for one image in the clear: the median of some.
fn time(owned: &Owned) -> Result<f64, String> {
    let model = Model::new(&owned.network, &owned.weights).map_err(|error| error.to_string())?;
    let image = vec![0.5; owned.network.input_shape().iter().product()];
    let mut times = Vec::new();
    for _ in 0..9 {
        let started = now();
        model.logits(&image).map_err(|error| error.to_string())?;
        times.push(now() - started);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// The labels that the model reads in the clear.
async fn labels(shared: &RefCell<Shared>, owned: &Owned, count: usize) -> Result<Vec<u8>, String> {
    let digits = digits(shared).await?;
    let model = Model::new(&owned.network, &owned.weights).map_err(|error| error.to_string())?;
    let mut labels = Vec::new();
    for index in 0..count.min(digits.len()) {
        if index % SLICE == 0 {
            turn().await;
        }
        labels.push(label_of(&model, &digits, index)?);
    }
    Ok(labels)
}

fn label_of(model: &Model, digits: &Digits, index: usize) -> Result<u8, String> {
    let image: Vec<f32> =
        digits.image(index).iter().map(|value| f32::from(*value) / 255.0).collect();
    let logits = model.logits(&image).map_err(|error| error.to_string())?;
    Ok(arg_max(&logits).map_or(0, |label| label as u8))
}

fn fix(value: f64, fraction: u32) -> Shown {
    let unit = f64::from(1u32 << fraction.min(sotto_mpc::FRACTION_MAX));
    let element = fixed::encode(value, unit);
    let wrapped = fixed::wrapped(value, unit);
    Shown::Fixed {
        value,
        fraction,
        fits: element.is_some(),
        scaled: libm::rint(value * unit),
        element: format!("{:08x}", wrapped.0),
        back: fixed::decode(wrapped, unit),
    }
}
