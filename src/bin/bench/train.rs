//! Training and batched reading, natively on one thread.

use std::path::PathBuf;
use std::time::Instant;

use sotto::digits::mnist::Mnist;
use sotto::digits::{Digits, synthetic};
use sotto::learn::profile::{self, BATCH};
use sotto::network::preset;

use crate::Figures;

const PRESETS: [&str; 4] = ["lenet5", "lenet", "mlp", "mcmahan"];
/// Digits that are measured with: ten batches.
const DIGITS: usize = 10 * BATCH;

pub(crate) fn run() -> Result<Figures, String> {
    let digits = digits()?;
    let start = Instant::now();
    let clock = || 1e3 * start.elapsed().as_secs_f64();
    let mut figures = Figures::new();
    figures.insert("peak/native/gflops".to_owned(), profile::peak(&clock));
    for name in PRESETS {
        let network = preset(name).ok_or("no such preset")?.network;
        let failed = |error: sotto::learn::Error| format!("{name}: {error}");
        let training = profile::training(&network, &digits, &clock).map_err(failed)?;
        let reading = profile::reading(&network, &digits, &clock).map_err(failed)?;
        let per_second = |millis: f64| 1e3 * BATCH as f64 / millis;
        let us_per_image = 1e3 * reading.median_ms / digits.len() as f64;
        let mut add = |figure: String, value| figures.insert(figure, value);
        add(format!("train/{name}/native/images_per_s"), per_second(training.median_ms));
        add(format!("train/{name}/native/images_per_s_best"), per_second(training.best_ms));
        add(format!("infer/{name}/native/us_per_image"), us_per_image);
        for operation in profile::operations(&network, &digits, &clock).map_err(failed)? {
            let (ms, path) =
                (operation.timing.median_ms, format!("step/{name}/{}", operation.name));
            if operation.flops > 0.0 {
                add(format!("{path}/native/gflops"), operation.flops / ms / 1e6);
            }
            add(format!("{path}/native/ms"), ms);
        }
    }
    Ok(figures)
}

/// MNIST's test digits where `MNIST_DIR` is, else synthetic ones: the time is the same.
fn digits() -> Result<Digits, String> {
    let Some(folder) = std::env::var_os("MNIST_DIR") else {
        return synthetic::digits(DIGITS as u32, 1).map_err(|error| error.to_string());
    };
    let mnist = Mnist::read(&PathBuf::from(folder)).map_err(|error| error.to_string())?;
    Ok(mnist.test.select(0..DIGITS.min(mnist.test.len())))
}
