//! `bench [suite]`: measures, prints a table and writes `target/bench/<suite>.json`.
//!
//! Figures are medians, with the best beside them; the machine may be shared, so compare
//! runs side by side only.

mod mpc;
mod secagg;
mod train;

use std::collections::BTreeMap;
use std::process::ExitCode;

type Figures = BTreeMap<String, f64>;
type Suite = (&'static str, fn() -> Result<Figures, String>);

const SUITES: &[Suite] = &[("train", train::run), ("mpc", mpc::run), ("secagg", secagg::run)];

fn main() -> ExitCode {
    let chosen = std::env::args().nth(1);
    let known = |name: &str| SUITES.iter().any(|(suite, _)| *suite == name);
    if let Some(name) = chosen.as_deref().filter(|name| !known(name)) {
        let names: Vec<&str> = SUITES.iter().map(|(suite, _)| *suite).collect();
        eprintln!("there is no suite {name}; there is {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    for (name, run) in
        SUITES.iter().filter(|(suite, _)| chosen.as_deref().is_none_or(|c| c == *suite))
    {
        if let Err(error) = run().and_then(|figures| write(name, &figures)) {
            eprintln!("{name}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(suite: &str, figures: &Figures) -> Result<(), String> {
    let file = format!("target/bench/{suite}.json");
    let list: Vec<Figure> = figures
        .iter()
        .map(|(name, value)| Figure { name, value: *value, unit: unit_of(name) })
        .collect();
    let json = serde_json::to_string_pretty(&list).map_err(|error| error.to_string())?;
    std::fs::create_dir_all("target/bench")
        .and_then(|()| std::fs::write(&file, json + "\n"))
        .map_err(|error| format!("{file}: {error}"))?;
    for (name, value) in figures {
        println!("{name:<44}{value:>12.1}");
    }
    println!("written to {file}");
    Ok(())
}

/// One line of the file.
#[derive(serde::Serialize)]
struct Figure<'a> {
    name: &'a str,
    value: f64,
    unit: &'a str,
}

/// What a figure's name ends with.
fn unit_of(name: &str) -> &'static str {
    let units = ["images_per_s", "us_per_image", "gflops", "bytes", "ms"];
    let figure = name.trim_end_matches("_best");
    units.into_iter().find(|unit| figure.ends_with(unit)).unwrap_or("")
}

/// Sorts the values.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The operating system's randomness.
fn entropy() -> sotto::entropy::Entropy {
    Box::new(|bytes| {
        getrandom::fill(bytes).expect("a machine without randomness cannot keep secrets");
    })
}
