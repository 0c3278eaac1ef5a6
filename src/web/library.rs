//! The library's role: models that this browser keeps, their files, and how they compare.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Float32Array, Function, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, StorageEstimate, WorkerGlobalScope};

use super::digits::Source;
use super::environment::{EventSink, epoch_ms, now, turn, words};
use super::page::{
    self, LibraryCommand as Command, LibraryEvent as Shown, MeasuredModel, Purpose, SavedModel,
};
use super::{models, store};
use sotto_digits::{CLASSES, Digits};
use sotto_federated::records::ModelMetadata;
use sotto_network::{PARAMETERS_MAX, Weights};
use sotto_privacy::History;
use sotto_train::{Evaluator, Model};

/// The largest file that is taken, in bytes: the weights of the largest network, and their names.
const FILE_MAX: f64 = (4 * PARAMETERS_MAX + (1 << 20)) as f64;
/// How often a comparison tells where it is, in milliseconds.
const TELL_MS: f64 = 50.0;

/// The library's role in its dedicated worker.
#[wasm_bindgen]
pub struct Library {
    state: Rc<LibraryState>,
}

/// What came with a command.
struct Attachments {
    weights: Option<Float32Array>,
    file: Option<File>,
}

/// What all commands share.
struct LibraryState {
    show: EventSink,
    data: RefCell<String>,
    /// The test digits, once they were needed.
    test: RefCell<Option<Rc<Digits>>>,
}

#[wasm_bindgen]
impl Library {
    /// A library that has read no models yet; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        let state = LibraryState {
            show: EventSink(show),
            data: RefCell::default(),
            test: RefCell::default(),
        };
        Self { state: Rc::new(state) }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    pub fn command(&self, value: JsValue) -> Result<(), JsValue> {
        let attachments = Attachments {
            weights: page::take(&value, "weights")?,
            file: page::take(&value, "file")?,
        };
        let command = serde_wasm_bindgen::from_value(value)?;
        let state = Rc::clone(&self.state);
        spawn_local(async move {
            let what = name_of(&command);
            if let Err(reason) = state.handle(command, attachments).await {
                state.show.event(&Shown::Declined { what, reason });
            }
        });
        Ok(())
    }
}

/// What a command is called when it fails.
fn name_of(command: &Command) -> &'static str {
    match command {
        Command::Open { .. } | Command::List => "The library could not be read",
        Command::Save { .. } => "The model was not saved",
        Command::Rename { .. } => "The model was not renamed",
        Command::Delete { .. } => "The model was not deleted",
        Command::Download { .. } => "There is no file of this model",
        Command::Upload => "The file was refused",
        Command::Compare { .. } => "The models could not be compared",
        Command::Take { .. } => "The model cannot be used",
        Command::Forget => "Not everything was removed",
    }
}

impl LibraryState {
    async fn handle(&self, command: Command, attachments: Attachments) -> Result<(), String> {
        match command {
            Command::Open { data } => {
                self.data.replace(data);
                self.list().await
            }
            Command::List => self.list().await,
            Command::Save { name, preset, round, accuracy, spent } => {
                let network =
                    sotto_network::preset(&preset).ok_or("its network is not known")?.network;
                let weights = attachments.weights.ok_or("it came without weights")?;
                let weights = Weights::new(&network, weights.to_vec());
                let weights = weights.map_err(|error| error.to_string())?;
                let name = ModelMetadata::named(&name);
                let at = epoch_ms();
                let spent = History::from_text(&spent);
                let about =
                    ModelMetadata { name, preset, round, accuracy, at, autosaved: false, spent };
                models::add(&about, weights.values()).await?;
                self.list().await
            }
            Command::Rename { id, name } => {
                models::amend(&id, |about| {
                    about.name = ModelMetadata::named(&name);
                    // What somebody has named is not the page's to throw away.
                    about.autosaved = false;
                })
                .await?;
                self.list().await
            }
            Command::Delete { id } => {
                models::delete(&id).await?;
                self.list().await
            }
            Command::Download { id } => self.download(&id).await,
            Command::Upload => self.upload(&attachments.file.ok_or("there is none")?).await,
            Command::Compare { ids } => self.compare(ids).await,
            Command::Take { id, purpose } => self.take(id, purpose).await,
            Command::Forget => {
                store::clear().await.map_err(|error| error.to_string())?;
                self.show.event(&Shown::Forgotten);
                Ok(())
            }
        }
    }

    async fn list(&self) -> Result<(), String> {
        let entries = models::list().await?;
        let models = entries.into_iter().map(|entry| view(entry.id, entry.about));
        let (used, quota) = estimate().await.unzip();
        self.show.event(&Shown::Models { models: models.collect(), used, quota });
        Ok(())
    }

    async fn download(&self, id: &str) -> Result<(), String> {
        let (about, weights) = models::take(id).await?;
        let network =
            sotto_network::preset(&about.preset).ok_or("its network is not known")?.network;
        let file = weights.to_safetensors(&network).map_err(|error| error.to_string())?;
        let fine = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        let name: String = about.name.chars().map(fine).collect();
        let bytes = Uint8Array::from(file.as_slice());
        self.show.event(&Shown::File { name: format!("{name}.safetensors"), bytes });
        Ok(())
    }

    async fn upload(&self, file: &File) -> Result<(), String> {
        if file.size() > FILE_MAX {
            return Err(format!(
                "it is larger than {:.0} MB, as no network here is",
                FILE_MAX / 1e6
            ));
        }
        let buffer = JsFuture::from(file.array_buffer()).await.map_err(|error| words(&error))?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        let (preset, weights) =
            sotto_network::recognise(&bytes).map_err(|error| error.to_string())?;
        let name = file.name();
        let about = ModelMetadata {
            name: ModelMetadata::named(name.strip_suffix(".safetensors").unwrap_or(&name)),
            preset: preset.to_owned(),
            round: 0,
            accuracy: None,
            at: epoch_ms(),
            autosaved: false,
            // A file does not say.
            spent: History::Unknown,
        };
        let id = models::add(&about, weights.values()).await?;
        self.list().await?;
        // Nobody has said how good it is.
        let measured = self.measure(id.clone(), &about, &weights, |_| {}).await?;
        models::amend(&id, |about| about.accuracy = Some(measured.accuracy)).await?;
        self.list().await
    }

    async fn take(&self, id: String, purpose: Purpose) -> Result<(), String> {
        let (ModelMetadata { name, preset, round, spent, .. }, weights) = models::take(&id).await?;
        let spent = spent.to_text();
        let hash = weights.hash().to_string();
        let weights = Float32Array::from(weights.values());
        self.show.event(&Shown::Taken { id, purpose, name, preset, round, spent, hash, weights });
        Ok(())
    }

    async fn compare(&self, ids: [String; 2]) -> Result<(), String> {
        let digits = self.test().await?.len();
        let [first, second] = ids;
        let mut results = Vec::with_capacity(2);
        for (nth, id) in [first, second].into_iter().enumerate() {
            let (about, weights) = models::take(&id).await?;
            let tell = |done: usize| {
                let (done, all) = (nth * digits + done, 2 * digits);
                self.show.event(&Shown::Comparing { done, all });
            };
            let measured = self.measure(id.clone(), &about, &weights, tell).await?;
            models::amend(&id, |about| about.accuracy = Some(measured.accuracy)).await?;
            results.push(measured);
        }
        // Of two ids there are two results.
        if let Ok(results) = <[MeasuredModel; 2]>::try_from(results) {
            self.show.event(&Shown::Compared { results });
        }
        self.list().await
    }

    /// Reads all test digits, label by label.
    async fn measure(
        &self,
        id: String,
        about: &ModelMetadata,
        weights: &Weights,
        tell: impl Fn(usize),
    ) -> Result<MeasuredModel, String> {
        let test = self.test().await?;
        let network =
            sotto_network::preset(&about.preset).ok_or("its network is not known")?.network;
        let mut labels = [0.0; CLASSES];
        let (mut right, mut done, mut told) = (0, 0, now());
        for (label, share) in labels.iter_mut().enumerate() {
            let of_label = (0..test.len()).filter(|&i| usize::from(test.label(i)) == label);
            let digits = test.select(of_label);
            if digits.is_empty() {
                continue;
            }
            let model = Model::new(&network, weights).map_err(|error| error.to_string())?;
            let mut evaluator = Evaluator::new(model);
            let result = loop {
                if let Some(result) = evaluator.step(&digits).map_err(|error| error.to_string())? {
                    break result;
                }
                if now() - told > TELL_MS {
                    tell(done);
                    turn().await;
                    told = now();
                }
            };
            *share = result.accuracy();
            right += result.correct;
            done += digits.len();
        }
        let accuracy = 100.0 * f64::from(right) / done.max(1) as f64;
        Ok(MeasuredModel { id, name: about.name.clone(), accuracy, labels })
    }

    async fn test(&self) -> Result<Rc<Digits>, String> {
        if let Some(test) = &*self.test.borrow() {
            return Ok(Rc::clone(test));
        }
        let data = self.data.borrow().clone();
        let test = Rc::new(Source::open(&data).await?.test().await?);
        self.test.replace(Some(Rc::clone(&test)));
        Ok(test)
    }
}

fn view(id: String, about: Result<ModelMetadata, String>) -> SavedModel {
    match about {
        Ok(ModelMetadata { name, preset, round, accuracy, at, autosaved, .. }) => {
            let network = sotto_network::preset(&preset).map(|preset| preset.network);
            let size = network.map_or(0, |network| 4 * network.parameter_count());
            let at = at as f64;
            SavedModel { id, name, preset, round, accuracy, size, at, autosaved, problem: None }
        }
        Err(problem) => SavedModel { id, problem: Some(problem), ..SavedModel::default() },
    }
}

/// Bytes that the site uses and may use, where the browser says so.
async fn estimate() -> Option<(f64, f64)> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    // Where it does not, nothing is shown of it.
    let estimate = JsFuture::from(scope.navigator().storage().estimate().ok()?).await.ok()?;
    let estimate: StorageEstimate = estimate.unchecked_into();
    Some((estimate.get_usage()?, estimate.get_quota()?))
}
