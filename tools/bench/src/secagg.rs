//! Secure sums, natively on one thread: what the aggregator spends, and a worker.

use sotto_core::entropy;
use std::time::Instant;

use sotto_secagg::costs;

use crate::figures::{Figures, Mode};

/// Values of an update: `lenet`'s.
const LEN: u32 = 431_080;
const LEN_SMOKE: u32 = 1000;
/// Whole sums: of how many workers, how many in a smoke run, and how often.
const WHOLE: [(usize, usize, usize); 2] = [(100, 12, 5), (1000, 20, 1)];
/// Cohorts of which one worker alone is measured, and how many are in one in a smoke run.
const ONE_OF: [(usize, usize); 2] = [(1000, 20), (10_000, 40)];
const RUNS: usize = 3;

pub(crate) fn run(mode: Mode) -> Result<Figures, String> {
    let start = Instant::now();
    let clock = move || 1e3 * start.elapsed().as_secs_f64();
    let len = mode.pick(LEN, LEN_SMOKE);
    let mut figures = Figures::default();
    for (workers, few, runs) in WHOLE {
        let failed = |error: sotto_secagg::Error| format!("{workers} workers: {error}");
        let path = format!("secagg/n{workers}/native");
        for _ in 0..mode.pick(runs, 1) {
            let costs = costs::whole(mode.pick(workers, few), len, entropy::system(), &clock)
                .map_err(failed)?;
            figures.add(format!("{path}/server_ms"), costs.server_ms);
            figures.add(format!("{path}/client_ms"), costs.client_ms);
            figures.add(format!("{path}/client_up_bytes"), costs.client_up_bytes as f64);
            figures.add(format!("{path}/client_down_bytes"), costs.client_down_bytes as f64);
        }
    }
    for _ in 0..mode.pick(RUNS, 1) {
        for (workers, few) in ONE_OF {
            let failed = |error: sotto_secagg::Error| format!("{workers} workers: {error}");
            let spent = costs::one_of(mode.pick(workers, few), len, entropy::system(), &clock)
                .map_err(failed)?;
            figures.add(format!("secagg/n{workers}/native/one_client_ms"), spent);
        }
    }
    Ok(figures)
}
