//! Training and batched inference, natively on one thread.

use std::time::{Duration, Instant};

use sotto::digits::Digits;
use sotto::learn::{Error, Evaluator, Model, Recipe, Trainer};
use sotto::network::{Initialiser, preset};
use sotto::seeded::Stream;

use crate::{Figures, median};

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(3);
const BATCH: u32 = 64;

pub(crate) fn run() -> Result<Figures, String> {
    try_run().map_err(|error| error.to_string())
}

fn try_run() -> Result<Figures, Error> {
    let digits = noise(10 * BATCH as usize);
    let mut figures = Figures::new();
    for name in ["lenet5", "lenet", "mlp", "mcmahan"] {
        let Some(preset) = preset(name) else { continue };
        let weights = Initialiser::He.weights(&preset.network, 1)?;
        let sgd = sotto::federated::Settings::default().recipe.sgd;
        let recipe = Recipe { epochs: 1000, batch: BATCH, sgd };
        let shuffle = Stream::new(1, "bench/shuffle");
        let mut trainer = Trainer::new(&preset.network, &weights, recipe, digits.len(), shuffle)?;
        trainer.step(&digits)?;
        let (median, best) = measure(|| trainer.step(&digits).map(drop))?;
        figures.insert(format!("train/{name}/native/images_per_s"), f64::from(BATCH) / median);
        figures.insert(format!("train/{name}/native/images_per_s_best"), f64::from(BATCH) / best);

        let (median, _) =
            measure(|| Evaluator::run(Model::new(&preset.network, &weights)?, &digits).map(drop))?;
        let us_per_image = 1e6 * median / digits.len() as f64;
        figures.insert(format!("infer/{name}/native/us_per_image"), us_per_image);
    }
    Ok(figures)
}

/// Median and least seconds of a repeated task.
fn measure(mut task: impl FnMut() -> Result<(), Error>) -> Result<(f64, f64), Error> {
    let mut times = Vec::new();
    let started = Instant::now();
    while started.elapsed() < SPAN || times.len() < 5 {
        let before = Instant::now();
        task()?;
        times.push(before.elapsed().as_secs_f64());
    }
    Ok((median(&mut times), times[0]))
}

/// Random pixels: the kernels take the same time whatever the digits show.
fn noise(count: usize) -> Digits {
    let mut stream = Stream::new(1, "bench/digits");
    let mut pixels = vec![0; count * sotto::digits::PIXELS];
    stream.fill(&mut pixels);
    let labels = (0..count).map(|_| stream.below(10) as u8).collect();
    Digits::new(pixels, labels).unwrap_or_default()
}
