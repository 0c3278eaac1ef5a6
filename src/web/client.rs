//! The client's role: a drawing becomes an image, and is read on secret shares by alice and
//! bob, or in the clear by a model of the page's own.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::{Float32Array, Function, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::environment::{EventSink, epoch_clock, now, secrets, sleep};
use super::evaluation::Evaluation;
use super::mailbox::WebMailbox;
use super::page::{self, ClientCommand as Command, ClientEvent as Shown, DrawCommand, Reader};
use super::watchdog::{LOOKS_OF_CLIENT_MAX, silence};
use sotto_core::prg;
use sotto_digits::PIXELS;
use sotto_digits::drawing::Drawing;
use sotto_mpc::{Answer, Error, Links, ModelInfo, Output, Shared, Waiting};
use sotto_network::Weights;
use sotto_train::{Model, arg_max, ops};

/// How long to wait for news of another model, and how often.
const NEWS: Duration = Duration::from_millis(20);
const NEWS_MAX: u32 = 150;

/// The client's role in its dedicated worker.
#[wasm_bindgen]
pub struct Client {
    show: EventSink,
    state: Rc<RefCell<ClientState>>,
    /// Dropped when the page opens another session: whatever waits for the old one stops.
    session: Option<oneshot::Sender<()>>,
}

/// What is to be read, and by whom.
#[derive(Default)]
struct ClientState {
    /// The newest drawing alone: older ones have been drawn over.
    drawing: Option<DrawCommand>,
    evaluation: Option<Evaluation>,
    /// Counts evaluations, so that nothing of one is taken for another's.
    evaluations: u32,
    /// Whether test digits wait.
    paused: bool,
    /// Whether somebody works on them.
    busy: bool,
    parties: Option<Parties>,
    /// The parties' model, and the rounds behind it.
    using: Option<(ModelInfo, u32)>,
    clear: Option<(Model, u32)>,
}

/// A session with alice and bob.
struct Parties {
    name: String,
    client: sotto_mpc::Client<WebMailbox>,
    waiting: Waiting,
    replaced: oneshot::Receiver<()>,
}

#[wasm_bindgen]
impl Client {
    /// A role that can read nothing yet; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        Self { show: EventSink(show), state: Rc::default(), session: None }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    #[expect(clippy::needless_pass_by_value, reason = "JavaScript hands values over")]
    pub fn command(&mut self, value: JsValue) -> Result<(), JsValue> {
        let weights = page::take::<Float32Array>(&value, "weights")?;
        match (serde_wasm_bindgen::from_value(value.clone())?, weights) {
            (Command::Open { session }, _) => self.open(session, &value)?,
            (Command::Close, _) => self.close(),
            (Command::Using { model, round }, _) => {
                self.state.borrow_mut().using = Some((model.into(), round));
            }
            (Command::Model { preset, round }, Some(weights)) => {
                let model = model(&preset, &weights).map_err(JsValue::from)?;
                self.state.borrow_mut().clear = Some((model, round));
            }
            (Command::Model { .. }, None) => return Err("a model came without weights".into()),
            (Command::Draw(drawing), _) => self.state.borrow_mut().drawing = Some(drawing),
            (Command::Evaluate { count, data, batch }, _) => self.evaluate(count, data, batch),
            (Command::Pause, _) => self.state.borrow_mut().paused = true,
            (Command::Resume, _) => self.state.borrow_mut().paused = false,
            (Command::Stop, _) => self.state.borrow_mut().forget_digits(),
        }
        self.work();
        Ok(())
    }

    fn open(&mut self, name: String, command: &JsValue) -> Result<(), JsValue> {
        prg::self_check().map_err(|error| JsValue::from(error.to_string()))?;
        let mailbox = WebMailbox::open(page::read_links(command)?, Rc::default())?;
        let links = Links::new(mailbox, epoch_clock());
        let waiting = links.waiting();
        let (session, replaced) = oneshot::channel();
        self.session = Some(session);
        let client = sotto_mpc::Client::new(links, secrets());
        let mut state = self.state.borrow_mut();
        state.leave();
        state.parties = Some(Parties { name, client, waiting, replaced });
        Ok(())
    }

    fn close(&mut self) {
        self.session = None;
        self.state.borrow_mut().leave();
    }

    fn evaluate(&self, count: usize, data: String, batch: Option<usize>) {
        let (state, show) = (Rc::clone(&self.state), self.show.clone());
        state.borrow_mut().forget_digits();
        let wanted = state.borrow().evaluations;
        spawn_local(async move {
            let loaded = Evaluation::begin(count, &data, batch, wanted).await;
            // Stopped, or begun anew, while the digits were on their way.
            if state.borrow().evaluations != wanted {
                return;
            }
            match loaded {
                Ok(evaluation) => {
                    state.borrow_mut().evaluation = Some(evaluation);
                    work(&state, &show);
                }
                Err(reason) => show.event(&Shown::Unevaluated { reason }),
            }
        });
    }

    fn work(&self) {
        work(&self.state, &self.show);
    }
}

/// Which of the test digits, of which evaluation, and their pixels.
type NextDigits = (Range<usize>, u32, Vec<u8>);

impl ClientState {
    /// The test digits that go next.
    fn next_digits(&self) -> Result<Option<NextDigits>, Error> {
        let (Some(evaluation), Some((model, _))) = (&self.evaluation, &self.using) else {
            return Ok(None);
        };
        let range = evaluation.next(model)?.filter(|_| !self.paused);
        Ok(range.map(|range| (range.clone(), evaluation.number, evaluation.pixels(range))))
    }

    /// The newest drawing, if its reader is there.
    fn next_drawing(&mut self) -> Option<DrawCommand> {
        let ready = |drawing: &DrawCommand| drawing.reader == Reader::Clear || self.using.is_some();
        if !self.drawing.as_ref().is_some_and(ready) {
            return None;
        }
        self.drawing.take()
    }

    fn forget_digits(&mut self) {
        self.evaluation = None;
        self.evaluations += 1;
        self.paused = false;
    }

    /// What belongs to a session ends with it.
    fn leave(&mut self) {
        self.parties = None;
        self.using = None;
        self.forget_digits();
    }
}

/// Works off what is to be read, unless somebody does.
fn work(state: &Rc<RefCell<ClientState>>, show: &EventSink) {
    if std::mem::replace(&mut state.borrow_mut().busy, true) {
        return;
    }
    let (state, show) = (Rc::clone(state), show.clone());
    spawn_local(async move {
        while step(&state, &show).await {}
        state.borrow_mut().busy = false;
    });
}

/// The newest drawing, or else the next test digits; `false` when nothing is left to do.
async fn step(state: &RefCell<ClientState>, show: &EventSink) -> bool {
    let drawing = state.borrow_mut().next_drawing();
    if let Some(drawing) = drawing {
        let id = drawing.id;
        if let Err(reason) = read(state, show, drawing).await {
            show.event(&Shown::Unreadable { id, reason });
        }
        return true;
    }
    let next = state.borrow().next_digits();
    let (range, number, pixels) = match next {
        Ok(Some(next)) => next,
        Ok(None) => return false,
        Err(error) => {
            state.borrow_mut().forget_digits();
            show.event(&Shown::Unevaluated { reason: error.to_string() });
            return false;
        }
    };
    let started = now();
    let answers = match on_shares(state, show, &pixels, Output::Logits).await {
        Ok((answers, ..)) => answers,
        Err(reason) => {
            // The page opens another session; this evaluation is over, if another has not begun.
            let mut state = state.borrow_mut();
            if state.evaluations == number {
                state.forget_digits();
                // The end of a session was told as that.
                if state.parties.is_some() {
                    show.event(&Shown::Unevaluated { reason });
                }
            }
            return true;
        }
    };
    let labels: Vec<u8> = answers.iter().map(label_of).collect();
    if let Some(evaluation) =
        state.borrow_mut().evaluation.as_mut().filter(|evaluation| evaluation.number == number)
    {
        show.event(&evaluation.record(range, &labels, now() - started));
    }
    true
}

async fn read(
    state: &RefCell<ClientState>,
    show: &EventSink,
    command: DrawCommand,
) -> Result<(), String> {
    let DrawCommand { id, width, height, pen, strokes, reader, label } = command;
    let drawing = Drawing { width, height, pen, strokes };
    let image = drawing.image().map_err(|error| error.to_string())?;
    let started = now();
    let Some(image) = image else {
        show.event(&prediction(id, reader, 0, None, started));
        return Ok(());
    };
    let event = match reader {
        Reader::Clear => {
            let state = state.borrow();
            let (model, round) = state.clear.as_ref().ok_or("no model has come yet")?;
            let values: Vec<f32> = image.iter().map(|value| f32::from(*value) / 255.0).collect();
            let logits = model.logits(&values).map_err(|error| error.to_string())?;
            prediction(id, reader, *round, Some((&image, &Answer::Logits(logits), None)), started)
        }
        Reader::Shares => {
            let output = if label { Output::Label } else { Output::Logits };
            let (answers, shared, number, round) = on_shares(state, show, &image, output).await?;
            let answer = answers.first().ok_or("no answer came")?;
            let shares = Some((number, &shared));
            prediction(id, reader, round, Some((&image, answer, shares)), started)
        }
    };
    show.event(&event);
    Ok(())
}

/// Has images read on shares by the newest model. Ends the session when it fails.
async fn on_shares(
    state: &RefCell<ClientState>,
    show: &EventSink,
    pixels: &[u8],
    output: Output,
) -> Result<(Vec<Answer>, Shared, u32, u32), String> {
    let mut refused = 0;
    loop {
        let (parties, using) = {
            let mut state = state.borrow_mut();
            (state.parties.take(), state.using.clone())
        };
        let mut parties = parties.ok_or("the parties are not there")?;
        let Some((model, round)) = using else {
            state.borrow_mut().parties.get_or_insert(parties);
            return Err("the parties have no model yet".to_owned());
        };
        let Parties { client, waiting, replaced, .. } = &mut parties;
        let silence = silence(Rc::clone(waiting), LOOKS_OF_CLIENT_MAX);
        let outcome = {
            let asking = std::pin::pin!(client.classify(&model, pixels, output));
            let trouble = std::pin::pin!(async {
                match select(std::pin::pin!(silence), replaced).await {
                    Either::Left((silent, _)) => Some(silent),
                    Either::Right(_) => None,
                }
            });
            match select(asking, trouble).await {
                Either::Left((outcome, _)) => outcome.map_err(Some),
                Either::Right((error, _)) => Err(error),
            }
        };
        match outcome {
            Ok((answers, shared)) => {
                let number = client.asked();
                client.links().take_records();
                state.borrow_mut().parties.get_or_insert(parties);
                return Ok((answers, shared, number, round));
            }
            // Another model is on its way: the page says so in a moment.
            Err(Some(Error::OtherModel)) if refused < NEWS_MAX => {
                refused += 1;
                state.borrow_mut().parties.get_or_insert(parties);
                sleep(NEWS).await;
            }
            Err(Some(error)) => {
                let reason = error.to_string();
                let session = parties.name.clone();
                show.event(&Shown::Failed { session, failed: error.into() });
                return Err(reason);
            }
            Err(None) => return Err("the parties were started anew".to_owned()),
        }
    }
}

/// What is shown of a drawing that was read, or of an empty pad.
type Found<'a> = Option<(&'a [u8; PIXELS], &'a Answer, Option<(u32, &'a Shared)>)>;

fn prediction(id: u32, reader: Reader, round: u32, found: Found<'_>, started: f64) -> Shown {
    let bytes = |bytes: &[u8]| JsValue::from(Uint8Array::from(bytes));
    let numbers = |share: &[u32]| JsValue::from(Uint32Array::from(share));
    let (image, answer) = (found.map(|found| found.0), found.map(|found| found.1));
    let shares = found.and_then(|found| found.2);
    let absent = JsValue::UNDEFINED;
    Shown::Prediction {
        id,
        round,
        reader,
        image: image.map_or(absent.clone(), |image| bytes(image)),
        digit: answer.map(label_of),
        probabilities: match answer {
            Some(Answer::Logits(logits)) => ops::softmax(logits),
            _ => Vec::new(),
        },
        millis: now() - started,
        number: shares.map(|(number, _)| number),
        fraction: shares.map(|(_, shared)| shared.fraction),
        alice: shares.map_or(absent.clone(), |(_, shared)| numbers(&shared.alice)),
        bob: shares.map_or(absent, |(_, shared)| numbers(&shared.bob)),
    }
}

/// The most probable digit.
fn label_of(answer: &Answer) -> u8 {
    match answer {
        Answer::Label(label) => *label as u8,
        Answer::Logits(logits) => arg_max(logits).map_or(0, |label| label as u8),
    }
}

fn model(name: &str, weights: &Float32Array) -> Result<Model, String> {
    let preset =
        sotto_network::preset(name).ok_or_else(|| format!("no network is called {name}"))?;
    Weights::new(&preset.network, weights.to_vec())
        .map_err(|error| error.to_string())
        .and_then(|weights| Model::new(&preset.network, &weights).map_err(|e| e.to_string()))
}
