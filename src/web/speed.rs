//! How fast this browser trains, reads and sums securely.

use std::collections::BTreeMap;

use wasm_bindgen::prelude::*;

use super::digits::Source;
use super::environment::{entropy, now};
use sotto_secagg::costs;
use sotto_train::profile::{self, BATCH, SPAN_MS};

/// Digits that are measured with: ten batches.
const DIGITS: usize = 10 * BATCH;

/// Measures the training of one network on the digits under `data`: figures by name. Briefly, when it only has to be
/// seen that each figure comes out.
///
/// # Errors
/// In words: an unknown network, digits that cannot be had.
#[wasm_bindgen(js_name = measureTraining)]
pub async fn measure_training(
    preset: String,
    data: String,
    briefly: bool,
) -> Result<JsValue, JsValue> {
    let preset = sotto_network::preset(&preset).ok_or_else(|| format!("no network {preset}"))?;
    let all = Source::open(&data).await?.test().await?;
    let digits = all.select(0..DIGITS.min(all.len()));
    let span_ms = if briefly { 0.0 } else { SPAN_MS };
    let figures = measure(&preset.network, &digits, span_ms).map_err(|error| error.to_string())?;
    Ok(serde_wasm_bindgen::to_value(&figures)?)
}

fn measure(
    network: &sotto_network::Network,
    digits: &sotto_digits::Digits,
    span_ms: f64,
) -> Result<BTreeMap<String, f64>, sotto_train::Error> {
    let training = profile::training(network, digits, span_ms, &now)?;
    let reading = profile::reading(network, digits, span_ms, &now)?;
    let mut figures = BTreeMap::from([
        ("peak_gflops".to_owned(), profile::peak(span_ms, &now)),
        ("images_per_s".to_owned(), 1e3 * BATCH as f64 / training.median_ms),
        ("images_per_s_best".to_owned(), 1e3 * BATCH as f64 / training.best_ms),
        ("us_per_image".to_owned(), 1e3 * reading.median_ms / digits.len() as f64),
    ]);
    for operation in profile::operations(network, digits, span_ms, &now)? {
        figures.insert(format!("{}/ms", operation.name), operation.timing.median_ms);
        if operation.flops > 0.0 {
            let gflops = operation.flops / operation.timing.median_ms / 1e6;
            figures.insert(format!("{}/gflops", operation.name), gflops);
        }
    }
    Ok(figures)
}

/// Measures a whole secure sum of `values` values, all its parties in this worker: the
/// computing of the aggregator and of a worker, and a worker's bytes.
///
/// # Errors
/// In words, of the protocol.
#[wasm_bindgen(js_name = measureSecureSum)]
pub fn measure_secure_sum(workers: usize, values: u32) -> Result<JsValue, JsValue> {
    let costs =
        costs::whole(workers, values, entropy(), &now).map_err(|error| error.to_string())?;
    Ok(serde_wasm_bindgen::to_value(&costs)?)
}

/// Measures what one worker of a large cohort spends on a secure sum: milliseconds.
///
/// # Errors
/// In words, of the protocol.
#[wasm_bindgen(js_name = measureSecureClient)]
pub fn measure_secure_client(workers: usize, values: u32) -> Result<f64, JsValue> {
    Ok(costs::one_of(workers, values, entropy(), &now).map_err(|error| error.to_string())?)
}
