//! `cargo bench`: what each gate costs the dealer and a party, natively on one thread.
//!
//! A network of the one layer, on values as many as `lenet5` has there. The times of both
//! parties together are halved; what a classification needs around the gate, its input and
//! its answer, is in them. Medians, for the machine may be shared.

use std::time::Instant;

use sotto::mpc::rehearsal::Rehearsal;
use sotto::mpc::{Entropy, Output, Plan, Saving};
use sotto::network::{Initialiser, Layer, Network};

const TIMES: usize = 41;
const FRACTION: u32 = 8;

fn main() {
    println!(
        "{:<24}{:>12}{:>12}{:>12}{:>14}",
        "microseconds", "deal", "prepare", "online", "comparisons"
    );
    for (name, input, layers, output, saving) in gates() {
        measure(name, &input, layers, output, saving);
    }
}

type Case = (&'static str, Vec<usize>, Vec<Layer>, Output, Saving);

fn gates() -> Vec<Case> {
    let case = |name, input: &[usize], layer| {
        (name, input.to_vec(), vec![layer], Output::Logits, Saving::Bytes)
    };
    vec![
        case("average pool", &[6, 24, 24], Layer::avg_pool(2)),
        case("convolution", &[1, 28, 28], Layer::conv(1, 6, 5)),
        case("convolution 6 to 16", &[6, 12, 12], Layer::conv(6, 16, 5)),
        case("linear 256 to 120", &[256], Layer::linear(256, 120)),
        case("relu", &[6, 12, 12], Layer::Relu),
        ("relu in one round", vec![6, 12, 12], vec![Layer::Relu], Output::Logits, Saving::Rounds),
        // A pool leaves narrow values, which are lifted to be revealed.
        case("max pool and lift", &[6, 24, 24], Layer::max_pool(2)),
        ("arg max", vec![10], vec![Layer::linear(10, 10)], Output::Label, Saving::Bytes),
    ]
}

fn measure(name: &str, input: &[usize], layers: Vec<Layer>, output: Output, saving: Saving) {
    let network = Network::new(input, layers).expect("the case's shapes fit");
    let weights = Initialiser::He.weights(&network, 1).expect("the network is small");
    let plan = Plan::new(&network, FRACTION, 1, output, saving).expect("the precision is allowed");
    let entropy: Entropy = Box::new(|bytes| {
        getrandom::fill(bytes).expect("a machine without randomness cannot keep secrets");
    });
    let mut rehearsal =
        Rehearsal::new(&plan, &network, &weights, entropy).expect("the weights fit the ring");
    let pixels = vec![128; input.iter().product()];
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..TIMES {
        let started = Instant::now();
        let dealt = rehearsal.deal(|_, _| ());
        times[0].push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        let ready = rehearsal.prepare(dealt).expect("the dealer deals what the plan takes");
        times[1].push(started.elapsed().as_secs_f64() / 2.0);
        let started = Instant::now();
        rehearsal.run(ready, &pixels).expect("nobody disturbs the parties");
        times[2].push(started.elapsed().as_secs_f64() / 2.0);
    }
    let [deal, prepare, online] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        1e6 * times[TIMES / 2]
    });
    println!("{name:<24}{deal:>12.1}{prepare:>12.1}{online:>12.1}{:>14}", plan.comparisons());
}
