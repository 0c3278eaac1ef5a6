//! What each gate costs the dealer and a party, natively on one thread.
//!
//! A network of the one layer, on values as many as `lenet5` has there. The times of both
//! parties together are halved; what a classification needs around the gate, its input and
//! its answer, is in them. Medians, for the machine may be shared.

use sotto_core::entropy;
use std::time::Instant;

use sotto_mpc::in_process::InProcessClassifier;
use sotto_mpc::{Output, Plan, TradeOff};
use sotto_network::{Initialiser, Layer, Network};

use crate::figures::{Figures, Mode};
use crate::median;

const TIMES: usize = 41;
const RUNS: usize = 3;
const FRACTION: u32 = 8;

pub(crate) fn run(mode: Mode) -> Result<Figures, String> {
    let mut figures = Figures::default();
    for _ in 0..mode.pick(RUNS, 1) {
        for (name, input, layers, output, trade_off) in gates() {
            let times = mode.pick(TIMES, 1);
            for (figure, value) in measure(&input, layers, output, trade_off, times)? {
                figures.add(format!("gate/{name}/{figure}"), value);
            }
        }
    }
    Ok(figures)
}

type Case = (&'static str, Vec<usize>, Vec<Layer>, Output, TradeOff);

fn gates() -> Vec<Case> {
    let case = |name, input: &[usize], layer| {
        (name, input.to_vec(), vec![layer], Output::Logits, TradeOff::Bytes)
    };
    vec![
        case("average_pool", &[6, 24, 24], Layer::avg_pool(2)),
        case("convolution", &[1, 28, 28], Layer::conv(1, 6, 5)),
        case("convolution_6_to_16", &[6, 12, 12], Layer::conv(6, 16, 5)),
        case("linear_256_to_120", &[256], Layer::linear(256, 120)),
        case("relu", &[6, 12, 12], Layer::Relu),
        ("relu_in_one_round", vec![6, 12, 12], vec![Layer::Relu], Output::Logits, TradeOff::Rounds),
        // A pool leaves narrow values, which are lifted to be revealed.
        case("max_pool_and_lift", &[6, 24, 24], Layer::max_pool(2)),
        ("arg_max", vec![10], vec![Layer::linear(10, 10)], Output::Label, TradeOff::Bytes),
    ]
}

fn measure(
    input: &[usize],
    layers: Vec<Layer>,
    output: Output,
    trade_off: TradeOff,
    times: usize,
) -> Result<[(&'static str, f64); 4], String> {
    let network = Network::new(input, layers).map_err(|error| error.to_string())?;
    let weights = Initialiser::He.weights(&network, 1).map_err(|error| error.to_string())?;
    let plan =
        Plan::new(&network, FRACTION, 1, output, trade_off).map_err(|error| error.to_string())?;
    let mut parties = InProcessClassifier::new(&plan, &network, &weights, entropy::system())
        .map_err(|error| error.to_string())?;
    let pixels = vec![128; input.iter().product()];
    let [mut deal, mut prepare, mut online] = [const { Vec::new() }; 3];
    for _ in 0..times {
        let started = Instant::now();
        let dealt = parties.deal(|_, _| ());
        deal.push(micros(started));
        let started = Instant::now();
        let ready = parties.prepare(dealt).map_err(|error| error.to_string())?;
        prepare.push(micros(started) / 2.0);
        let started = Instant::now();
        parties.run(ready, &pixels).map_err(|error| error.to_string())?;
        online.push(micros(started) / 2.0);
    }
    Ok([
        ("deal_us", median(&mut deal)),
        ("prepare_us", median(&mut prepare)),
        ("online_us", median(&mut online)),
        ("comparisons", plan.comparisons() as f64),
    ])
}

fn micros(started: Instant) -> f64 {
    1e6 * started.elapsed().as_secs_f64()
}
