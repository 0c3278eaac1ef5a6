//! Rounds for people and for other programs.

use std::fmt::Write as _;

use sotto_federated::sim::scale::{Phases, Round};

use super::Table;

/// For people.
pub(super) fn text(table: &Table) -> String {
    let mut text = format!("cohort {}, {}\n", table.cohort, table.topology);
    writeln!(
        text,
        "{:>10} {:>8} {:>6} {:>6} {:>6} | {:>9} {:>7} {:>8} {:>8} {:>9} {:>7} | {:>9} {:>9} | {:>9} \
         {:>9} {:>9} | {:<22} over the limit",
        "workers",
        "cohort",
        "rooms",
        "leaves",
        "levels",
        "download",
        "train",
        "agree",
        "upload",
        "unmask",
        "climb",
        "round s",
        "rounds/h",
        "in MB",
        "out MB",
        "holds MB",
        "bottleneck",
    )
    .expect("a String takes all that is written");
    for round in &table.rounds {
        let Phases { download, train, agree, upload, unmask, climb } = round.seconds;
        let Round { workers, cohort, rooms, leaves, levels, rounds_per_hour, .. } = round;
        let over: Vec<&str> = round.broken.iter().map(|limit| limit.name()).collect();
        writeln!(
            text,
            "{workers:>10} {cohort:>8} {rooms:>6} {leaves:>6} {levels:>6} | {download:>9.2} {train:>7.2} \
             {agree:>8.2} {upload:>8.2} {unmask:>9.2} {climb:>7.2} | {:>9.1} \
             {rounds_per_hour:>9.2} | {:>9.1} {:>9.1} {:>9.1} | {:<22} {}",
            round.seconds.total(),
            1e-6 * round.busiest_in,
            1e-6 * round.busiest_out,
            1e-6 * round.memory,
            round.bottleneck.name(),
            if over.is_empty() { "-".to_owned() } else { over.join(", ") },
        )
        .expect("a String takes all that is written");
    }
    let breaks: Vec<String> = table
        .breaks
        .iter()
        .map(|found| format!("{} with {}", found.limit, found.workers))
        .collect();
    let breaks = if breaks.is_empty() { "nothing".to_owned() } else { breaks.join(", ") };
    writeln!(text, "breaks: {breaks}").expect("a String takes all that is written");
    text
}

/// All rows, for other programs.
pub(super) fn csv(tables: &[Table]) -> String {
    let mut csv =
        "cohort,topology,workers,updates,rooms,leaves,levels,download_s,train_s,agree_s,upload_s,\
                   unmask_s,climb_s,round_s,rounds_per_hour,busiest_in_bytes,busiest_out_bytes,\
                   memory_bytes,worker_up_bytes,worker_down_bytes,bottleneck,broken\n"
            .to_owned();
    for (table, round) in
        tables.iter().flat_map(|table| table.rounds.iter().map(move |r| (table, r)))
    {
        let Phases { download, train, agree, upload, unmask, climb } = round.seconds;
        let broken: Vec<&str> = round.broken.iter().map(|limit| limit.name()).collect();
        let Round { workers, cohort, rooms, leaves, levels, rounds_per_hour, .. } = round;
        let Round { busiest_in, busiest_out, memory, worker_up, worker_down, .. } = round;
        writeln!(
            csv,
            "{},{},{workers},{cohort},{rooms},{leaves},{levels},{download},{train},{agree},{upload},\
             {unmask},{climb},{},{rounds_per_hour},{busiest_in:.0},{busiest_out:.0},{memory:.0},\
             {worker_up:.0},{worker_down:.0},{},{}",
            table.cohort,
            table.topology,
            round.seconds.total(),
            round.bottleneck.name(),
            broken.join(";"),
        )
        .expect("a String takes all that is written");
    }
    csv
}
