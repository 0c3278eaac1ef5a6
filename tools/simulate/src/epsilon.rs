//! `simulate epsilon`: what training gives away, as one JSON object.

use serde::Serialize;
use sotto_privacy::accountant::Mechanism;

/// The epsilon of so many noisy rounds, as JSON with the keys rdp, pld and exact.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The probability that a member is in a round, above 0 and at most 1
    #[arg(long, allow_negative_numbers = true)]
    q: f64,
    /// Standard deviation of the noise on the sum, over the clipping norm
    #[arg(long, allow_negative_numbers = true)]
    noise_multiplier: f64,
    /// The number of rounds
    #[arg(long)]
    steps: u64,
    /// The probability with which epsilon may be passed, above 0 and below 1
    #[arg(long, allow_negative_numbers = true)]
    delta: f64,
}

/// What is printed.
#[derive(Serialize)]
struct Report {
    /// By Renyi divergences.
    rdp: f64,
    /// By privacy loss distributions, in the worse direction.
    pld: f64,
    /// By the formula, where q is 1.
    exact: Option<f64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let epsilons = Mechanism::new(arguments.q, arguments.noise_multiplier, arguments.steps)
        .and_then(|mechanism| mechanism.epsilon(arguments.delta))
        .map_err(|error| error.to_string())?;
    let report = Report { rdp: epsilons.rdp, pld: epsilons.pld, exact: epsilons.exact };
    println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
    Ok(())
}
