//! `simulate scale`: what a round takes with more workers than there are computers here.

mod assumed;
mod calibrate;
mod flags;
mod table;

use std::path::PathBuf;

use serde::Serialize;
use sotto_federated::sim::scale::{
    Break, Cohort, Costs, Machines, Model, Round, Topology, Workload,
};
use sotto_network::preset;
use sotto_secagg::COHORT_LEAST;

use assumed::Assumed;
use flags::CostFlags;

/// What a round takes with a thousand to ten million workers, flat and as a tree of aggregators.
///
/// First measures on this machine what a step of training, a message and a secure sum cost,
/// where no flag says it; that takes a minute or two. The costs are printed as flags, with which
/// a run is repeated exactly. The rest is arithmetic on these costs and on what is assumed of
/// computers and links; docs/scaling.md has the formulas.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The network
    #[arg(long, value_name = "NAME", default_value = "lenet5", value_parser = sotto_network::preset_names())]
    preset: String,
    /// How many workers there are, of each row
    #[arg(
        long,
        value_name = "N",
        value_delimiter = ',',
        default_value = "1000,10000,100000,1000000,10000000"
    )]
    workers: Vec<u64>,
    /// Whose updates make a round: so many workers, a share of them such as 0.1, or all; a table
    /// each
    #[arg(long, value_name = "N|SHARE|all", value_delimiter = ',', default_value = "1000,all", value_parser = cohort)]
    cohort: Vec<Whose>,
    /// The most updates that an aggregator at the bottom of the tree takes in
    #[arg(long, value_name = "N", default_value_t = 1000)]
    leaf: u64,
    /// The most sums that an aggregator above it takes in
    #[arg(long, value_name = "N", default_value_t = 32)]
    fan_in: u64,
    /// Write all rows there as a table
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Say everything as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    assumed: Assumed,
    #[command(flatten)]
    costs: CostFlags,
}

/// A cohort, as it was asked for.
#[derive(Debug, Clone)]
struct Whose {
    name: String,
    cohort: Cohort,
}

/// Everything, with `--json`.
#[derive(Serialize)]
struct Report<'a> {
    preset: &'a str,
    costs: Costs,
    /// With which flags the costs are given.
    flags: String,
    workload: Workload,
    machines: Machines,
    leaf: u64,
    fan_in: u64,
    tables: &'a [Table],
}

/// The rounds of a cohort, flat or as a tree.
#[derive(Serialize)]
struct Table {
    cohort: String,
    topology: &'static str,
    rounds: Vec<Round>,
    /// What breaks as the workers become more, up to the most of them.
    breaks: Vec<Break>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let Arguments { leaf, fan_in, assumed, .. } = arguments;
    let network = preset(&arguments.preset).ok_or("there is no such network")?.network;
    let workload = assumed.workload(network.parameter_count());
    let machines = assumed.machines();
    // What cannot be is said before a minute of measuring.
    let model = |costs| Model { costs, workload, machines };
    tables(arguments, &model(arguments.costs.over(Costs::default())))?;

    let costs = arguments.costs.or_measured(&network, assumed.batch)?;
    let tables = tables(arguments, &model(costs))?;
    if let Some(path) = &arguments.csv {
        std::fs::write(path, table::csv(&tables))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let flags = flags::of(&costs);
    if arguments.json {
        let report = Report {
            preset: &arguments.preset,
            costs,
            flags,
            workload,
            machines,
            leaf: *leaf,
            fan_in: *fan_in,
            tables: &tables,
        };
        println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
        return Ok(());
    }
    println!("{} with {} weights; costs:\n{flags}", arguments.preset, workload.parameters);
    for found in &tables {
        print!("\n{}", table::text(found));
    }
    Ok(())
}

fn tables(arguments: &Arguments, model: &Model) -> Result<Vec<Table>, String> {
    let Arguments { leaf, fan_in, .. } = *arguments;
    let topologies = [("flat", Topology::Flat), ("tree", Topology::Tree { leaf, fan_in })];
    let most = arguments.workers.iter().copied().max().unwrap_or(0);
    let mut tables = Vec::new();
    for Whose { name, cohort } in &arguments.cohort {
        for (topology, of) in topologies {
            let round = |&workers: &u64| {
                let round = model.round(workers, *cohort, of);
                round.map_err(|error| format!("{workers} workers, cohort {name}: {error}"))
            };
            let rounds = arguments.workers.iter().map(round).collect::<Result<Vec<_>, _>>()?;
            let breaks = model.breaks(*cohort, of, [fewest(*cohort).min(most), most]);
            let breaks = breaks.map_err(|error| error.to_string())?;
            tables.push(Table { cohort: name.clone(), topology, rounds, breaks });
        }
    }
    Ok(tables)
}

/// So few make a secure sum.
fn fewest(cohort: Cohort) -> u64 {
    let least = u64::from(COHORT_LEAST);
    match cohort {
        Cohort::Count(_) => least,
        Cohort::Share(share) => (least as f64 / share).ceil() as u64,
    }
}

fn cohort(text: &str) -> Result<Whose, String> {
    let cohort = match text {
        "all" => Some(Cohort::Share(1.0)),
        _ if text.contains('.') => {
            // What is none is refused below.
            let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0);
            share.map(Cohort::Share)
        }
        // The same.
        _ => text.parse().ok().filter(|count| *count > 0).map(Cohort::Count),
    };
    let cohort = cohort.ok_or("a number of workers, a share such as 0.1, or all")?;
    Ok(Whose { name: text.to_owned(), cohort })
}
