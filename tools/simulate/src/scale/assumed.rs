//! What is assumed of computers, links and the work, each with a flag.

use sotto_federated::Settings;
use sotto_federated::sim::scale::{Machines, Workload};
use sotto_train::Recipe;

/// Bytes a second of a megabit a second.
const MBIT: f64 = 1e6 / 8.0;

/// What nobody measured here.
#[derive(clap::Args)]
#[command(next_help_heading = "Assumptions")]
pub(super) struct Assumed {
    /// Digits of a worker
    #[arg(long, value_name = "N", default_value_t = 3000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    digits: u32,
    /// Passes over them in a round
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    epochs: u32,
    /// Digits of a step
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) batch: u32,
    /// The share of a cohort that vanishes after sharing its secrets
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, allow_negative_numbers = true)]
    dropout: f64,
    /// How many times the needed workers are asked
    #[arg(long, value_name = "TIMES", default_value_t = Settings::default().over, allow_negative_numbers = true)]
    over: f64,
    /// How many times longer than here the slowest worker computes that is waited for
    #[arg(long, value_name = "TIMES", default_value_t = 4.0, allow_negative_numbers = true)]
    slowdown: f64,
    /// From a worker, in megabits a second
    #[arg(long, value_name = "MBIT", default_value_t = 10.0, allow_negative_numbers = true)]
    worker_up: f64,
    /// To a worker
    #[arg(long, value_name = "MBIT", default_value_t = 50.0, allow_negative_numbers = true)]
    worker_down: f64,
    /// From a worker to its aggregator and back, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 100.0, allow_negative_numbers = true)]
    round_trip: f64,
    /// An aggregator's link, in megabits a second
    #[arg(long, value_name = "MBIT", default_value_t = 1000.0, allow_negative_numbers = true)]
    link: f64,
    /// What an aggregator can hold, in GiB: usually all that 32-bit WebAssembly can address
    #[arg(long, value_name = "GIB", default_value_t = 4.0, allow_negative_numbers = true)]
    memory: f64,
    /// A broker's link, each way, in megabits a second
    #[arg(long, value_name = "MBIT", default_value_t = 1000.0, allow_negative_numbers = true)]
    broker_link: f64,
    /// Messages a second that a broker passes on
    #[arg(long, value_name = "N", default_value_t = 50_000.0, allow_negative_numbers = true)]
    broker_messages: f64,
    /// The most connections of a broker
    #[arg(long, value_name = "N", default_value_t = 100_000.0, allow_negative_numbers = true)]
    broker_connections: f64,
    /// One broker for the whole tree; else each aggregator's workers have their own
    #[arg(long)]
    one_broker: bool,
}

impl Assumed {
    pub(super) fn workload(&self, parameters: usize) -> Workload {
        let usual = Settings::default().recipe;
        let recipe = Recipe { epochs: self.epochs, batch: self.batch, ..usual };
        let steps = recipe.steps(self.digits as usize);
        Workload { parameters, steps, dropout: self.dropout, over: self.over }
    }

    pub(super) fn machines(&self) -> Machines {
        Machines {
            slowdown: self.slowdown,
            worker_up: MBIT * self.worker_up,
            worker_down: MBIT * self.worker_down,
            round_trip_s: 1e-3 * self.round_trip,
            node_link: MBIT * self.link,
            memory: self.memory * f64::from(1 << 30),
            broker_link: MBIT * self.broker_link,
            broker_messages: self.broker_messages,
            broker_connections: self.broker_connections,
            one_broker: self.one_broker,
        }
    }
}
