//! The client's role: a drawing becomes an image, a classifier says what it is.

use js_sys::{Float32Array, Function, Uint8Array};
use wasm_bindgen::prelude::*;

use super::environment::{Show, now};
use super::page::{ClientCommand as Command, ClientEvent as Shown};
use crate::digits::PIXELS;
use crate::digits::drawing::Drawing;
use crate::learn::{Model, ops};
use crate::network::{self, Weights};

/// Whatever can tell how probable each digit is; parties on secret shares will be another.
trait Classifier {
    /// The probability of each digit for an image with values in `[0, 1]`.
    fn classify(&self, image: &[f32; PIXELS]) -> Result<Vec<f32>, String>;
}

/// The model in this page's own memory: nothing is hidden from it.
struct InTheClear(Model);

impl Classifier for InTheClear {
    fn classify(&self, image: &[f32; PIXELS]) -> Result<Vec<f32>, String> {
        let logits = self.0.logits(image).map_err(|error| error.to_string())?;
        Ok(ops::softmax(&logits))
    }
}

/// The client's role in its dedicated worker.
#[wasm_bindgen]
pub struct Client {
    show: Show,
    round: u32,
    classifier: Option<Box<dyn Classifier>>,
}

#[wasm_bindgen]
impl Client {
    /// A role without a model; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        Self { show: Show(show), round: 0, classifier: None }
    }

    /// Obeys one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    pub fn command(&mut self, value: JsValue) -> Result<(), JsValue> {
        let outcome = match Command::read(value)? {
            (Command::Model { preset, round }, Some(weights)) => {
                self.model(&preset, round, &weights)
            }
            (Command::Model { .. }, None) => Err("a model came without weights".to_owned()),
            (Command::Draw { id, width, height, pen, strokes }, _) => {
                self.draw(id, &Drawing { width, height, pen, strokes });
                Ok(())
            }
        };
        if let Err(reason) = outcome {
            self.show.event(&Shown::Failed { reason });
        }
        Ok(())
    }

    fn model(&mut self, name: &str, round: u32, weights: &Float32Array) -> Result<(), String> {
        let preset = network::preset(name).ok_or_else(|| format!("no network is called {name}"))?;
        let model = Weights::new(&preset.network, weights.to_vec())
            .map_err(|error| error.to_string())
            .and_then(|weights| {
                Model::new(&preset.network, &weights).map_err(|error| error.to_string())
            })?;
        self.round = round;
        self.classifier = Some(Box::new(InTheClear(model)));
        Ok(())
    }

    fn draw(&self, id: u32, drawing: &Drawing) {
        if let Err(reason) = self.read(id, drawing) {
            self.show.event(&Shown::Unreadable { id, reason });
        }
    }

    fn read(&self, id: u32, drawing: &Drawing) -> Result<(), String> {
        let started = now();
        let image = drawing.image().map_err(|error| error.to_string())?;
        let probabilities = match (&image, &self.classifier) {
            (Some(image), Some(classifier)) => {
                classifier.classify(&image.map(|value| f32::from(value) / 255.0))?
            }
            _ => Vec::new(),
        };
        let likeliest = probabilities.iter().zip(0u8..).max_by(|a, b| a.0.total_cmp(b.0));
        self.show.event(&Shown::Prediction {
            id,
            round: self.round,
            image: image.map_or(JsValue::UNDEFINED, |image| Uint8Array::from(&image[..]).into()),
            digit: likeliest.map(|(_, digit)| digit),
            probabilities: probabilities.clone(),
            millis: now() - started,
        });
        Ok(())
    }
}
