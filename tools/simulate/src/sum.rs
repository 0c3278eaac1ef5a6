//! `simulate sum`: one secure sum of many workers, as one JSON object.

use std::time::Instant;

use serde::Serialize;
use sotto_secagg::{Rates, costs};

/// One secure sum in which every tenth worker vanishes, compared with the plain sum, as JSON:
/// the graph, and what it costs each side.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// How many workers
    #[arg(long, default_value_t = 1000)]
    workers: usize,
    /// Values of an update
    #[arg(long, default_value_t = 1000)]
    values: u32,
}

#[derive(Serialize)]
struct Report {
    workers: usize,
    neighbours: usize,
    threshold: usize,
    server_ms: f64,
    client_ms: f64,
    client_up_bytes: usize,
    client_down_bytes: usize,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let Arguments { workers, values } = *arguments;
    let start = Instant::now();
    let clock = move || 1e3 * start.elapsed().as_secs_f64();
    let entropy = sotto_core::entropy::system();
    let degree = Rates::default().degree(workers).map_err(|error| error.to_string())?;
    let costs = costs::whole(workers, values, entropy, &clock).map_err(|e| e.to_string())?;
    let report = Report {
        workers,
        neighbours: degree.neighbours,
        threshold: degree.threshold,
        server_ms: costs.server_ms,
        client_ms: costs.client_ms,
        client_up_bytes: costs.client_up_bytes,
        client_down_bytes: costs.client_down_bytes,
    };
    println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
    Ok(())
}
