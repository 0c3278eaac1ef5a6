//! How long training and reading take, and each operation in them.

use candle_core::{Tensor, Var};
use candle_nn::Optimizer;

use super::optimiser::{Sgd, SgdConfig};
use super::stage::Stage;
use super::trainer::batch_of;
use super::{Error, Evaluator, Model, Recipe, Trainer, ops};
use sotto_core::seeded::Stream;
use sotto_digits::Digits;
use sotto_kernels::lanes::{Float, Kernel, Lanes};
use sotto_kernels::tile;
use sotto_network::{Initialiser, Network};

/// Milliseconds since some moment.
pub type Clock<'a> = &'a dyn Fn() -> f64;

/// Milliseconds that something takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Of all samples, the middle one.
    pub median_ms: f64,
    /// The least.
    pub best_ms: f64,
}

/// What one operation takes of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Such as `conv1-forward`.
    pub name: String,
    /// How long it takes, once.
    pub timing: Timing,
    /// Multiplications and additions by the layer's definition, whichever way it is computed.
    pub flops: f64,
}

/// A batch whose steps are measured.
pub const BATCH: usize = 64;

/// How long [`training`], [`reading`] and [`peak`] are measured at least, for figures that are to be kept; what
/// only has to run is measured for nothing. In milliseconds.
pub const SPAN_MS: f64 = 1000.0;
/// A step has many operations: each is measured for this part of a span.
const OPERATION: f64 = 0.25;
/// A sample is long beside the clock's resolution (0.1 ms in a browser), in milliseconds.
const SAMPLE_MS: f64 = 20.0;
const SAMPLES_MIN: usize = 5;

/// The optimiser that is measured: the page's.
const SGD: SgdConfig = SgdConfig { learning_rate: 0.05, momentum: 0.9, weight_decay: 0.0 };

/// One step of training on batches of [`BATCH`] digits, measured for `span_ms`.
///
/// # Errors
/// When there are no digits or an operation fails.
pub fn training(
    network: &Network,
    digits: &Digits,
    span_ms: f64,
    clock: Clock<'_>,
) -> Result<Timing, Error> {
    let weights = Initialiser::He.weights(network, 1)?;
    let recipe = Recipe { epochs: super::EPOCHS_MAX, batch: BATCH as u32, ..Recipe::plain(SGD) };
    let start =
        || Trainer::new(network, &weights, recipe, digits.len(), Stream::new(1, "profile/shuffle"));
    let mut trainer = start()?;
    measure(span_ms, clock, || {
        if trainer.is_done() {
            trainer = start()?;
        }
        trainer.step(digits).map(drop)
    })
}

/// How many digits a second training takes in, measured for `span_ms` after a first step; a
/// rough figure, soon.
///
/// # Errors
/// When there are no digits or an operation fails.
pub fn digits_per_s(
    network: &Network,
    digits: &Digits,
    span_ms: f64,
    clock: Clock<'_>,
) -> Result<f64, Error> {
    let digits = digits.select(0..BATCH.min(digits.len()));
    let weights = Initialiser::He.weights(network, 1)?;
    // One step an epoch: all digits are in one batch.
    let recipe = Recipe { epochs: super::EPOCHS_MAX, batch: BATCH as u32, ..Recipe::plain(SGD) };
    let shuffle = Stream::new(1, "profile/shuffle");
    let mut trainer = Trainer::new(network, &weights, recipe, digits.len(), shuffle)?;
    trainer.step(&digits)?;
    let (mut steps, started) = (0, clock());
    loop {
        trainer.step(&digits)?;
        steps += 1;
        let elapsed_ms = clock() - started;
        if elapsed_ms >= span_ms || trainer.is_done() {
            return Ok(1e3 * (steps * digits.len()) as f64 / elapsed_ms);
        }
    }
}

/// The reading of all digits, in batches, measured for `span_ms`.
///
/// # Errors
/// When there are no digits or an operation fails.
pub fn reading(
    network: &Network,
    digits: &Digits,
    span_ms: f64,
    clock: Clock<'_>,
) -> Result<Timing, Error> {
    let weights = Initialiser::He.weights(network, 1)?;
    measure(span_ms, clock, || Evaluator::run(Model::new(network, &weights)?, digits).map(drop))
}

/// Every operation of a step, each for itself, measured for a part of `span_ms`.
///
/// # Errors
/// When there are too few digits or an operation fails.
pub fn operations(
    network: &Network,
    digits: &Digits,
    span_ms: f64,
    clock: Clock<'_>,
) -> Result<Vec<Operation>, Error> {
    let model = Model::new(network, &Initialiser::He.weights(network, 1)?)?;
    let mut found = Vec::new();
    let mut add = |name: String, flops: f64, task: &mut dyn FnMut() -> Result<(), Error>| {
        let timing = measure(OPERATION * span_ms, clock, task)?;
        found.push(Operation { name, timing, flops });
        Ok::<(), Error>(())
    };
    let chosen = 0..BATCH.min(digits.len());
    add("batch".to_owned(), 0.0, &mut || batch_of(digits, chosen.clone()).map(drop))?;
    let (images, labels) = batch_of(digits, chosen)?;
    let mut shape = network.input_shape().to_vec();
    shape.push(images.dim(1)?);
    let mut x = images.reshape(shape)?;
    let tensors: Vec<Tensor> = model.vars().iter().map(|var| var.as_tensor().clone()).collect();
    let mut weights = tensors.iter();
    for (stage, number) in Stage::of(network).iter().zip(1..) {
        let mut after = weights.clone();
        let y = stage.apply(&x, &mut after)?;
        if let Some(kind) = kind_of(stage) {
            let flops = 2.0 * products(stage, weights.clone().next(), &y);
            add(format!("{kind}{number}-forward"), flops, &mut || {
                Ok(stage.apply(&x, &mut weights.clone()).map(drop)?)
            })?;
            let gradients = if number == 1 { 1.0 } else { 2.0 };
            add(format!("{kind}{number}-backward"), gradients * flops, &mut || {
                Ok(y.backward().map(drop)?)
            })?;
        }
        weights = after;
        // The next stage begins a graph of its own.
        x = Var::from_tensor(&y.detach())?.as_tensor().clone();
    }
    let loss = ops::cross_entropy(&x, &labels)?;
    add("loss-forward".to_owned(), 0.0, &mut || Ok(ops::cross_entropy(&x, &labels).map(drop)?))?;
    add("loss-backward".to_owned(), 0.0, &mut || Ok(loss.backward().map(drop)?))?;
    let mut sgd = Sgd::new(model.vars().to_vec(), SGD)?;
    let gradients = ops::cross_entropy(&model.logits_of(&images)?, &labels)?.backward()?;
    add("sgd".to_owned(), 0.0, &mut || Ok(sgd.step(&gradients)?))?;
    Ok(found)
}

/// What a stage that computes is called.
fn kind_of(stage: &Stage) -> Option<&'static str> {
    match stage {
        Stage::Conv { .. } => Some("conv"),
        Stage::Linear { .. } => Some("linear"),
        Stage::Pool(_) => Some("pool"),
        Stage::Relu => Some("relu"),
        Stage::Flatten => None,
    }
}

/// The products of a stage with this weight and this output, by definition.
fn products(stage: &Stage, weight: Option<&Tensor>, y: &Tensor) -> f64 {
    let outputs_a_value = match stage {
        Stage::Conv { window, .. } => window.size * window.size,
        Stage::Linear { .. } => 1,
        _ => 0,
    };
    // Every output has the products of one row of the weight.
    let row = weight.map_or(0, |weight| weight.dims()[1..].iter().product());
    (y.elem_count() * outputs_a_value * row) as f64
}

/// Multiplications and additions a second, in billions, of the register tile on data in the
/// first cache: what the kernels' products could reach at most. Measured for `span_ms`.
#[must_use]
pub fn peak(span_ms: f64, clock: Clock<'_>) -> f64 {
    const INNER: usize = 256;
    const TIMES: usize = 2000;
    struct Tiles<'a>(&'a [f32], &'a [f32], &'a mut [f32]);
    impl Kernel<f32> for Tiles<'_> {
        type Output = ();
        #[inline(always)]
        fn run<L: Lanes<Number = f32>>(self) {
            for _ in 0..TIMES {
                let values = std::hint::black_box(&mut *self.2);
                let mut output = tile::Rows { values, stride: 8, columns: 8, bias: None };
                tile::product::<L>(4, INNER, self.0, self.1, &mut output);
            }
        }
    }
    let (left, panel) = (vec![0.5; 4 * INNER], vec![0.25; 8 * INNER]);
    let mut sums = vec![0.0; 32];
    let timing = measure(span_ms, clock, || {
        f32::dispatch(Tiles(&left, &panel, &mut sums));
        Ok(())
    });
    let flops = (2 * 32 * INNER * TIMES) as f64;
    timing.map_or(0.0, |timing| flops / timing.median_ms / 1e6)
}

/// Times a task again and again, for `span_ms` at least.
fn measure(
    span_ms: f64,
    clock: Clock<'_>,
    mut task: impl FnMut() -> Result<(), Error>,
) -> Result<Timing, Error> {
    let mut sample = |times: u32| {
        let started = clock();
        for _ in 0..times {
            task()?;
        }
        Ok::<f64, Error>(clock() - started)
    };
    // The first calls warm up, and tell how many make a sample.
    let mut times = 1;
    while sample(times)? < SAMPLE_MS {
        times *= 2;
    }
    let samples_min = if span_ms > 0.0 { SAMPLES_MIN } else { 1 };
    let (mut samples, started) = (Vec::new(), clock());
    while samples.len() < samples_min || clock() - started < span_ms {
        samples.push(sample(times)? / f64::from(times));
    }
    samples.sort_by(f64::total_cmp);
    Ok(Timing { median_ms: samples[samples.len() / 2], best_ms: samples[0] })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use sotto_digits::synthetic;
    use sotto_network;

    #[test]
    fn what_only_has_to_run_is_sampled_once() {
        let (time, done) = (Cell::new(0.0), Cell::new(0));
        let clock = || time.get();
        let task = || {
            time.set(time.get() + SAMPLE_MS);
            done.set(done.get() + 1);
            Ok(())
        };
        let timing = measure(0.0, &clock, task).unwrap();
        assert_eq!(timing, Timing { median_ms: SAMPLE_MS, best_ms: SAMPLE_MS });
        // One warms up.
        assert_eq!(done.replace(0), 2);
        measure(10.0 * SAMPLE_MS, &clock, task).unwrap();
        assert_eq!(done.get(), 11);
    }

    #[test]
    fn speed_is_digits_by_time_after_a_first_step() {
        let network = sotto_network::preset("linear").unwrap().network;
        let digits = synthetic::digits(40, 1).unwrap();
        let time = Cell::new(0.0);
        let clock = || time.replace(time.get() + 30.0);
        let speed = digits_per_s(&network, &digits, 100.0, &clock).unwrap();
        // A step takes 30 ms; the fourth ends the measurement.
        assert!((speed - 40.0 / 0.03).abs() < 1e-9);
        let none = sotto_digits::Digits::default();
        assert!(digits_per_s(&network, &none, 100.0, &clock).is_err());
    }
}
