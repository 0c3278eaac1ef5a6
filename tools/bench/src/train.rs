//! Training and batched reading, natively on one thread.

use std::path::PathBuf;
use std::time::Instant;

use sotto_digits::mnist::Mnist;
use sotto_digits::{Digits, synthetic};
use sotto_network::preset;
use sotto_train::profile::{self, BATCH, SPAN_MS};

use crate::figures::{Figures, Mode};

const PRESETS: [&str; 4] = ["lenet5", "lenet", "mlp", "mcmahan"];
/// Digits that are measured with: ten batches.
const DIGITS: usize = 10 * BATCH;

const RUNS: usize = 3;

pub(crate) fn run(mode: Mode) -> Result<Figures, String> {
    let digits = digits()?;
    let mut figures = Figures::default();
    for _ in 0..mode.pick(RUNS, 1) {
        once(&digits, mode.pick(SPAN_MS, 0.0), &mut figures)?;
    }
    Ok(figures)
}

fn once(digits: &Digits, span_ms: f64, figures: &mut Figures) -> Result<(), String> {
    let start = Instant::now();
    let clock = || 1e3 * start.elapsed().as_secs_f64();
    figures.add("peak/native/gflops".to_owned(), profile::peak(span_ms, &clock));
    for name in PRESETS {
        let network = preset(name).ok_or("no such preset")?.network;
        let failed = |error: sotto_train::Error| format!("{name}: {error}");
        let training = profile::training(&network, digits, span_ms, &clock).map_err(failed)?;
        let reading = profile::reading(&network, digits, span_ms, &clock).map_err(failed)?;
        let per_second = |millis: f64| 1e3 * BATCH as f64 / millis;
        let us_per_image = 1e3 * reading.median_ms / digits.len() as f64;
        let mut add = |figure: String, value| figures.add(figure, value);
        add(format!("train/{name}/native/images_per_s"), per_second(training.median_ms));
        add(format!("train/{name}/native/images_per_s_best"), per_second(training.best_ms));
        add(format!("infer/{name}/native/us_per_image"), us_per_image);
        let operations = profile::operations(&network, digits, span_ms, &clock).map_err(failed)?;
        for operation in operations {
            let ms = operation.timing.median_ms;
            let path = format!("step/{name}/native/{}", operation.name);
            if operation.flops > 0.0 {
                add(format!("{path}/gflops"), operation.flops / ms / 1e6);
            }
            add(format!("{path}/ms"), ms);
        }
    }
    Ok(())
}

/// MNIST's test digits where `MNIST_DIR` is, else synthetic ones: the time is the same.
fn digits() -> Result<Digits, String> {
    let Some(folder) = std::env::var_os("MNIST_DIR") else {
        return synthetic::digits(DIGITS as u32, 1).map_err(|error| error.to_string());
    };
    let mnist = Mnist::read(&PathBuf::from(folder)).map_err(|error| error.to_string())?;
    Ok(mnist.test.select(0..DIGITS.min(mnist.test.len())))
}
