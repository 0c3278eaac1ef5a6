//! `simulate` as a program: what it prints, and how it ends.
#![allow(clippy::unwrap_used, missing_docs)]

use std::process::{Command, Output};

use serde_json::Value;

fn simulate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_simulate")).args(arguments).output().unwrap()
}

fn epsilon(q: &str, noise: &str, steps: &str, delta: &str) -> Output {
    simulate(&[
        "epsilon",
        "--q",
        q,
        "--noise-multiplier",
        noise,
        "--steps",
        steps,
        "--delta",
        delta,
    ])
}

#[test]
fn epsilon_prints_the_vectors() {
    for row in include_str!("../../../crates/privacy/tests/vectors/dp.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let output = epsilon(cells[0], cells[1], cells[2], cells[3]);
        assert!(output.status.success(), "{row}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report.as_object().unwrap().len(), 3);
        for (key, cell) in [("rdp", cells[4]), ("pld", cells[5]), ("exact", cells[6])] {
            if cell.is_empty() {
                assert!(report[key].is_null(), "{row}: {report}");
            } else {
                let expected: f64 = cell.parse().unwrap();
                let found = report[key].as_f64().unwrap();
                assert!((found / expected - 1.0).abs() < 0.005, "{row}: {report}");
            }
        }
    }
}

#[test]
fn numbers_out_of_range_end_with_one() {
    for [q, noise, steps, delta] in [
        ["0", "1", "1", "1e-5"],
        ["1.5", "1", "1", "1e-5"],
        ["0.1", "-1", "1", "1e-5"],
        ["0.1", "NaN", "1", "1e-5"],
        ["0.1", "1", "0", "1e-5"],
        ["0.1", "1", "1000000000", "1e-5"],
        ["0.1", "1", "1", "1"],
    ] {
        let output = epsilon(q, noise, steps, delta);
        assert_eq!(output.status.code(), Some(1), "{q} {noise} {steps} {delta}");
        assert!(output.stdout.is_empty());
        assert!(output.stderr.starts_with(b"simulate: "));
    }
    assert_eq!(simulate(&["train", "--data", "no/such/folder"]).status.code(), Some(1));
}

#[test]
fn misuse_ends_with_two() {
    for arguments in [&[][..], &["fly"], &["epsilon", "--q", "0.1"], &["train", "7"]] {
        let output = simulate(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn faults_run_any_seeds() {
    let output = simulate(&["faults", "--seeds", "20", "--first-seed", "100000"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.starts_with("20 seeds: "), "{said}");
}

#[test]
fn a_large_sum_is_checked_and_told() {
    let output = simulate(&["sum", "--workers", "130", "--values", "50"]);
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["workers"], 130);
    assert!(report["neighbours"].as_u64().unwrap() < 60);
}

#[test]
fn a_run_ends_with_its_outcome_and_replays() {
    let folder = std::env::temp_dir().join(format!("sotto-simulate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let table = folder.join("history.csv");
    let run = |more: &[&str]| -> (String, Value) {
        let flags = ["--preset", "linear", "--clients", "4", "--partition", "labels:3"];
        let more = [&["train"], &flags[..], &["--rounds", "2", "--json"], more].concat();
        let output = simulate(&more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        let last = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        (said, last)
    };
    let (said, report) = run(&["--csv", table.to_str().unwrap()]);
    assert!(report["test_accuracy"].as_f64().unwrap() > 50.0, "{report}");
    assert_eq!(report["rounds"], 2);
    // Two rounds of four updates of 7,850 weights.
    assert!(report["bytes_up"].as_u64().unwrap() > 2 * 4 * 4 * 7850);
    assert!(report["bytes_down"].as_u64().unwrap() > 2 * 4 * 4 * 7850);
    let hash = report["weights_sha256"].as_str().unwrap();
    assert_eq!(hash.len(), 64);
    assert!(said.contains(hash));
    let rows = std::fs::read_to_string(&table).unwrap();
    assert_eq!(rows.lines().count(), 4, "a head, the first weights and two rounds");
    std::fs::remove_dir_all(&folder).unwrap();

    assert_eq!(run(&[]).1["weights_sha256"], report["weights_sha256"]);
    assert_ne!(run(&["--seed", "2"]).1["weights_sha256"], report["weights_sha256"]);
    let attacked = run(&["--attackers", "1", "--attack", "backdoor"]).1;
    assert!(attacked["backdoor"].as_f64().is_some());
}

#[test]
fn settings_that_cannot_be_are_refused_with_the_reason() {
    for (flags, reason) in [
        (["--strategy", "krum", "--secagg", "on"], "has to see each"),
        (["--partition", "dirichlet:0", "--rounds", "2"], "dirichlet"),
        (["--lr", "fast", "--rounds", "2"], "a number from"),
    ] {
        let output = simulate(&[&["train"], &flags[..]].concat());
        assert_eq!(output.status.code(), Some(1), "{flags:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn a_kept_run_goes_on_where_it_was() {
    let folder = std::env::temp_dir().join(format!("sotto-kept-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("run");
    let run = |rounds: &str, target: &[&str], kept: bool| -> Output {
        let flags = ["train", "--preset", "linear", "--clients", "3", "--strategy", "fedadam"];
        let keep = ["--keep", file.to_str().unwrap()];
        let keep = if kept { &keep[..] } else { &[] };
        simulate(&[&flags[..], &["--rounds", rounds, "--json"], target, keep].concat())
    };
    let last = |output: &Output| -> Value {
        let said = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(said.lines().last().unwrap()).unwrap()
    };
    // Stopped after its first round, for that is at the target.
    let stopped = last(&run("4", &["--target", "50"], true));
    assert!(stopped["rounds"].as_u64().unwrap() < 4, "{stopped}");
    let resumed = last(&run("4", &[], true));
    let whole = last(&run("4", &[], false));
    assert_eq!(resumed["rounds"], 4);
    assert_eq!(resumed["weights_sha256"], whole["weights_sha256"]);

    let other = run("5", &[], true);
    assert_eq!(other.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&other.stderr).contains("other flags"));
    std::fs::write(&file, b"no run").unwrap();
    let damaged = run("4", &[], true);
    assert!(String::from_utf8_lossy(&damaged.stderr).contains("run"), "names the file");
    assert_eq!(damaged.status.code(), Some(1));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Costs as flags, so that nothing is measured.
const COSTS: &str = "--step-ms 1 --message-ns 0.2 --add-ns 0.6 --agree-us 2 --upload-ns 2.5 \
                     --open-us 1 --weigh-ns 10 --unmask-ns 1.3 --repair-us 50 --waiting-ns 5 \
                     --neighbour-us 300 --pair-ns 100 --mask-ns 2";

fn scale(more: &str) -> Output {
    let flags = COSTS.split_whitespace().chain(more.split_whitespace());
    simulate(&["scale"].into_iter().chain(flags).collect::<Vec<_>>())
}

#[test]
fn rounds_of_millions_are_computed_and_repeat() {
    let output = scale("--json --cohort 0.1,all");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "nothing is measured");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["costs"]["server"]["upload_ns"], 2.5);
    // The flags that are printed are those that were given.
    assert_eq!(report["flags"].as_str().unwrap(), COSTS);
    let tables = report["tables"].as_array().unwrap();
    let of = |index: usize, key: &str| (&tables[index]["cohort"], &tables[index][key]);
    assert_eq!(tables.len(), 4, "two cohorts, flat and as a tree");
    assert_eq!(of(3, "topology"), (&"all".into(), &"tree".into()));
    let largest = |table: &Value| table["rounds"][4].clone();
    assert_eq!(largest(&tables[3])["workers"], 10_000_000);
    assert_eq!(largest(&tables[3])["leaves"], 10_000);
    let seconds = |round: &Value| 3600.0 / round["rounds_per_hour"].as_f64().unwrap();
    assert!(seconds(&largest(&tables[3])) < seconds(&largest(&tables[2])));
    assert_eq!(scale("--json --cohort 0.1,all").stdout, output.stdout);
}

#[test]
fn rounds_of_millions_are_shown_and_written() {
    let folder = std::env::temp_dir().join(format!("sotto-scale-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let table = folder.join("rounds.csv");
    let output = scale(&format!("--csv {}", table.display()));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(COSTS) && said.contains("breaks: "), "{said}");
    let rows = std::fs::read_to_string(&table).unwrap();
    let columns = |row: &str| row.split(',').count();
    assert_eq!(rows.lines().count(), 1 + 4 * 5);
    assert!(rows.lines().all(|row| columns(row) == columns(rows.lines().next().unwrap())));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn rounds_that_cannot_be_are_refused_with_the_reason() {
    for (flags, reason) in [
        ("--workers 2", "a secure sum takes 3 workers"),
        ("--workers 0", "a secure sum takes 3 workers"),
        ("--workers 18446744073709551615", "more than there are people"),
        ("--leaf 2", "a tree takes"),
        ("--fan-in 1", "a tree takes"),
        ("--dropout 0.5", "the graph withstands no more"),
        ("--over 0.5", "over is 1 or more"),
        ("--link 0", "an aggregator's link"),
        ("--slowdown NaN", "the slowdown"),
        ("--round-trip -1", "the round trip"),
        ("--csv no/such/folder/file", "no/such/folder/file"),
    ] {
        let output = scale(flags);
        assert_eq!(output.status.code(), Some(1), "{flags}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(reason), "{flags}: {said}");
    }
    let costs = simulate(&["scale", "--step-ms", "-1", "--workers", "1000"]);
    assert_eq!(costs.status.code(), Some(1));
    for flags in ["--cohort 1.5", "--cohort 0", "--cohort some", "--preset none", "--digits 0"] {
        assert_eq!(scale(flags).status.code(), Some(2), "{flags}");
    }
}
