//! Secure sums, natively on one thread: what the aggregator spends, and a worker.

use std::time::Instant;

use sotto::secagg::costs;

use crate::Figures;

/// Values of an update: `lenet`'s.
const LEN: u32 = 431_080;
/// Whole sums are repeated so often, by cohort.
const RUNS: [(usize, usize); 2] = [(100, 5), (1000, 1)];
/// Cohorts of which one worker alone is measured.
const ONE_OF: [usize; 2] = [1000, 10_000];

pub(crate) fn run() -> Result<Figures, String> {
    let start = Instant::now();
    let clock = move || 1e3 * start.elapsed().as_secs_f64();
    let mut figures = Figures::new();
    for (workers, runs) in RUNS {
        let failed = |error: sotto::secagg::Error| format!("{workers} workers: {error}");
        let (mut server, mut client) = (Vec::new(), Vec::new());
        let path = format!("secagg/n{workers}/{LEN}/drop10");
        for _ in 0..runs {
            let costs = costs::whole(workers, LEN, crate::entropy(), &clock).map_err(failed)?;
            server.push(costs.server_ms);
            client.push(costs.client_ms);
            figures.insert(format!("{path}/client_up_bytes"), costs.client_up_bytes as f64);
            figures.insert(format!("{path}/client_down_bytes"), costs.client_down_bytes as f64);
        }
        figures.insert(format!("{path}/server_ms"), crate::median(&mut server));
        figures.insert(format!("{path}/client_ms"), crate::median(&mut client));
    }
    for workers in ONE_OF {
        let failed = |error: sotto::secagg::Error| format!("{workers} workers: {error}");
        let spent = costs::one_of(workers, LEN, crate::entropy(), &clock).map_err(failed)?;
        figures.insert(format!("secagg/n{workers}/client_ms"), spent);
    }
    Ok(figures)
}
