//! `bench [suite]`: measures, prints medians and writes `target/bench/<suite>.json`.
//!
//! The machine may be shared, so compare runs side by side only. With `BENCH=smoke` in the environment it takes seconds,
//! and shows that each figure comes out; those are for nobody to read, and go to `target/bench/smoke/`.

mod figures;
mod gates;
mod mpc;
mod secagg;
mod train;

use std::process::ExitCode;

use figures::{Figures, Mode};

type Suite = (&'static str, fn(Mode) -> Result<Figures, String>);

const SUITES: &[Suite] =
    &[("train", train::run), ("mpc", mpc::run), ("gates", gates::run), ("secagg", secagg::run)];

fn main() -> ExitCode {
    let chosen = std::env::args().nth(1);
    match Mode::from_environment().and_then(|mode| run(mode, chosen.as_deref())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the chosen suite, or all.
fn run(mode: Mode, chosen: Option<&str>) -> Result<(), String> {
    let suites: Vec<&Suite> =
        SUITES.iter().filter(|(name, _)| chosen.is_none_or(|chosen| chosen == *name)).collect();
    if let (Some(chosen), []) = (chosen, &suites[..]) {
        let names: Vec<&str> = SUITES.iter().map(|(name, _)| *name).collect();
        return Err(format!("there is no suite {chosen}; there is {}", names.join(", ")));
    }
    for (name, run) in suites {
        let written = run(mode).and_then(|figures| figures.write(name, mode));
        written.map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// The value in the middle. Sorts the values.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
