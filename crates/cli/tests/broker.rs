//! Programs that train together across a real broker, which is killed in between, and so is the aggregator.
//!
//! The broker is `nats-server`, by the path in NATS_SERVER or on PATH.
#![allow(clippy::let_underscore_must_use, clippy::unwrap_used, missing_docs)]

#[path = "broker/programs.rs"]
mod programs;

use std::rc::Rc;
use std::thread::sleep;
use std::time::Duration;

use programs::{Broker, Capture, Folder, Program};
use serde_json::Value;
use sotto_digits::Digits;
use sotto_digits::layout::{ChunkRef, Layout};
use sotto_digits::synthetic;
use sotto_federated::sim::Simulation;
use sotto_federated::{Assignment, Event, Phase, Settings};

const TRAIN: u32 = 600;

#[test]
fn a_run_across_a_broker_is_the_simulators_bit_for_bit() {
    // Secure aggregation rounds at random.
    let query = "model=linear&secagg=off&rounds=2&cohort=3&shards=3&seed=5&over=1&deadline=600";
    let folder = Folder::new("same");
    let broker = Broker::start(&folder);
    let mut aggregator = Program::start(&[
        "aggregator",
        "--broker",
        &broker.url(),
        "--query",
        query,
        "--synthetic",
        &TRAIN.to_string(),
        "--json",
    ]);
    let invite = aggregator.line();
    let _workers = Program::worker(&invite, 3, TRAIN);
    let lines = [0, 1, 2].map(|round| aggregator.round(round));
    let summary: Value = serde_json::from_str(&aggregator.line()).unwrap();
    assert!(aggregator.ends_well());

    let expected = simulated(query);
    assert_eq!(summary["weights_sha256"], expected.as_str());
    assert!(lines[2].ends_with(&expected), "{lines:?}");
    assert_eq!((&summary["rounds"], &summary["clients"]), (&Value::from(2), &Value::from(3)));
    assert!(summary["settings"].as_str().unwrap().contains("seed=5"));
}

/// The hash of the weights that the simulator comes to with the same digits.
fn simulated(query: &str) -> String {
    let (train, test) = (drawn(TRAIN, 1), drawn(TRAIN / 10, !1));
    let layout = Rc::new(Layout::new(&train, &test, "synthetic").unwrap());
    let shard = move |assignment: &Assignment| {
        let shard = assignment.cut(layout.manifest())?;
        let chunks: Vec<(ChunkRef, Digits)> = layout
            .manifest()
            .chunks_of(&shard)
            .into_iter()
            .map(|chunk| (chunk.clone(), layout.chunk(&chunk).unwrap().clone()))
            .collect();
        shard.assemble(layout.manifest(), &chunks).map_err(|error| error.to_string())
    };
    let settings = Settings::from_query(query).unwrap();
    let mut room = Simulation::new(settings, Box::new(shard)).unwrap();
    for _ in 0..3 {
        room.open_worker(1000);
    }
    room.tell(Event::Start);
    assert!(room.run_until(3_600_000, |now| now.phase == Phase::Finished));
    room.aggregator().weights().hash().to_string()
}

fn drawn(count: u32, seed: u64) -> Digits {
    synthetic::digits(count, seed).unwrap()
}

#[test]
fn a_secure_run_outlives_its_broker_and_its_aggregator() {
    let folder = Folder::new("cuts");
    let mut broker = Broker::start(&folder);
    let capture = Capture::default();
    capture.listen(&broker);
    let state = folder.path("state");
    let query = "model=linear&rounds=4&cohort=3&shards=3&threshold=2&epochs=40&batch=10&lr=0.02";
    let (url, train) = (broker.url(), TRAIN.to_string());
    let mut arguments = vec!["aggregator", "--broker", &url, "--state", &state];
    arguments.extend(["--synthetic", &train, "--json", "--query", query]);
    let mut aggregator = Program::start(&arguments);
    let invite = aggregator.line();
    // Pages speak by WebSocket, and so may programs.
    let by_socket = invite.replace("nats%3A", "ws%3A").replace(&broker.port(), &broker.ws_port());
    let _workers = [Program::worker(&invite, 2, TRAIN), Program::worker(&by_socket, 1, TRAIN)];
    let before = accuracy(&aggregator.round(0));

    aggregator.round(1);
    broker.kill();
    sleep(Duration::from_millis(700));
    broker.start_again();
    capture.listen(&broker);
    aggregator.round(2);

    aggregator.kill();
    let mut aggregator = Program::start(&arguments);
    assert_eq!(aggregator.line(), invite, "the room is the same");
    aggregator.round(2);
    aggregator.round(3);
    let after = accuracy(&aggregator.round(4));
    let summary: Value = serde_json::from_str(&aggregator.line()).unwrap();
    assert!(aggregator.ends_well());
    assert!(after > 50.0 && after > before, "from {before} % to {after} %");
    assert_eq!(summary["clients"], 3);

    let secret = invite.split(['=', '&']).nth(1).unwrap();
    let raw: Vec<u8> = (0..16)
        .map(|index| u8::from_str_radix(&secret[2 * index..2 * index + 2], 16).unwrap())
        .collect();
    let seen = capture.bytes();
    let holds = |needle: &[u8]| seen.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"MSG sotto."), "the capture has the frames");
    assert!(!holds(secret.as_bytes()) && !holds(secret.to_uppercase().as_bytes()));
    assert!(!holds(&raw));
}

/// Programs that were ended know which updates they have given, and give none a second time: not to another aggregator
/// either, which begins with the same model.
#[test]
fn what_workers_have_spent_outlives_them() {
    let folder = Folder::new("spent");
    let broker = Broker::start(&folder);
    let (url, train, state) = (broker.url(), TRAIN.to_string(), folder.path("workers"));
    let query = "model=linear&rounds=1&cohort=3&shards=3&threshold=2&seed=5";
    let arguments =
        ["aggregator", "--broker", &url, "--synthetic", &train, "--json", "--query", query];
    let whole_run = || {
        let mut aggregator = Program::start(&arguments);
        let invite = aggregator.line();
        let workers = Program::worker_with(&invite, 3, TRAIN, &["--state", &state]);
        workers.complains("summed securely");
        aggregator.round(0);
        aggregator.round(1);
        aggregator.line();
        assert!(aggregator.ends_well());
        drop(workers);
        aggregator
    };
    whole_run();
    // All three refuse its round 1, and take the next number.
    whole_run().complains("round 1 was abandoned");
}

/// Two branches share a room; the broker hands each worker to one of them.
#[test]
fn branches_of_a_tree_share_the_workers_that_come() {
    const CAPACITY: u32 = 3;
    let folder = Folder::new("tree");
    let broker = Broker::start(&folder);
    let query = "model=linear&secagg=off&rounds=3&cohort=2&shards=6&seed=5&deadline=600";
    let mut root = Program::start(&[
        "aggregator",
        "--broker",
        &broker.url(),
        "--query",
        query,
        "--synthetic",
        &TRAIN.to_string(),
        "--json",
    ]);
    let above = root.line();
    let (secret, capacity) = (folder.path("branches"), CAPACITY.to_string());
    let branch = || {
        let mut arguments = vec!["branch", "--join", "-", "--room-secret-file", &secret];
        arguments.extend(["--capacity", &capacity, "--query", "cohort=3&deadline=600"]);
        let program = Program::with_input(&arguments, &format!("{above}\n"));
        let invite = program.line();
        (program, invite)
    };
    let ((_first, invite), (_second, same)) = (branch(), branch());
    assert_eq!(invite, same);
    assert_ne!(invite, above);
    // Each a program: one goes where its first worker is sent.
    let _workers = [(); 2 * CAPACITY as usize].map(|()| Program::worker(&invite, 1, TRAIN));
    let before = accuracy(&root.round(0));
    let after = [1, 2, 3].map(|round| accuracy(&root.round(round)))[2];
    let summary: Value = serde_json::from_str(&root.line()).unwrap();
    assert!(root.ends_well());
    assert_eq!(summary["clients"], 2, "two branches, each with a secure sum of three");
    assert!(after > 50.0 && after > before, "from {before} % to {after} %");
}

fn accuracy(line: &str) -> f64 {
    let words: Vec<&str> = line.split_whitespace().collect();
    let index = words.iter().position(|word| *word == "accuracy").unwrap();
    words[index + 1].parse().unwrap()
}

#[test]
fn a_broker_lets_those_in_who_show_it_what_it_asks_for() {
    let folder = Folder::new("asks");
    let key = nkeys::KeyPair::new_user();
    let password = "a pass:word & more";
    let users =
        format!("{{ nkey: {} }}, {{ user: guest, password: \"{password}\" }}", key.public_key());
    let broker = Broker::with_users(&folder, &users);
    let file = |name: &str, text: &str| {
        let path = folder.path(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let own = file("own", &format!("nkey:{}\n", key.seed().unwrap()));
    let guests = file("guests", &format!("user:guest:{password}\n"));
    let wrong = file("wrong", "user:guest:word");
    let (url, train) = (broker.url(), TRAIN.to_string());
    let mut arguments = vec!["aggregator", "--broker", &url, "--synthetic", &train];
    arguments.extend(["--query", "model=linear&secagg=off&rounds=1&cohort=2&shards=2"]);
    assert_refused(&arguments);
    arguments.extend(["--credentials", &own, "--guest-credentials", &guests]);
    let mut aggregator = Program::start(&arguments);
    let invite = aggregator.line();

    let (bare, _) = invite.split_once("&auth=").unwrap();
    let join = ["worker", "--join", bare, "--synthetic", &train];
    assert_refused(&join);
    assert_refused(&[&join[..], &["--credentials", &wrong]].concat());
    let by_socket = invite.replace("nats%3A", "ws%3A").replace(&broker.port(), &broker.ws_port());
    let _workers = [
        Program::worker(&by_socket, 1, TRAIN),
        Program::start(&[&join[..], &["--credentials", &own]].concat()),
    ];
    aggregator.round(0);
    aggregator.round(1);
    assert!(aggregator.ends_well());
}

fn assert_refused(arguments: &[&str]) {
    let (code, said) = programs::outcome(arguments);
    assert_eq!(code, Some(1), "{arguments:?}");
    assert!(said.contains("the broker refuses the credentials"), "{said}");
}

#[test]
fn what_cannot_be_is_said_and_not_repeated() {
    let secret = "00112233445566778899aabbccddeeff";
    let host = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let room = format!("{secret}&v=2&host={host}");
    for (arguments, code) in [
        (&["worker", "--join", "#join=00112233&broker=ws%3A%2F%2Fhere"][..], 1),
        (&["worker", "--join", &format!("#join={room}")], 1),
        (&["worker", "--join", &format!("#join={room}&broker=ws://here&claim=alice")], 1),
        (&["worker", "--join", &format!("#join={room}&broker=ws://here&auth=001122334455")], 1),
        (&["worker", "--secret", secret, "--host", host, "--broker", "http://here"], 1),
        (&["worker", "--secret", secret, "--host", "0f", "--broker", "ws://here"], 1),
        (&["worker", "--secret", secret, "--broker", "ws://here"], 1),
        (&["worker", "--join", &format!("#join={room}"), "--host", host], 2),
        (&["worker", "--secret", secret], 2),
        (&["worker", "--secret", secret, "--broker", "ws://here", "--workers", "0"], 2),
        (&["worker"], 2),
        (&["aggregator", "--broker", "here"], 1),
        (&["aggregator", "--broker", "nats://here", "--query", "rounds=many"], 1),
        (&["aggregator", "--broker", "nats://here", "--data", "no/such/folder"], 1),
    ] {
        let (found, said) = programs::outcome(arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {said}");
        assert!(!said.is_empty() && !said.contains("0011223344"), "{said}");
    }
    // Links of older and newer versions say so, with the version that is read.
    for (version, which) in [("", "version 1"), ("&v=1", "version 1"), ("&v=3", "version 3")] {
        let link = format!("#join={secret}{version}&host={host}&broker=ws://here");
        let (found, said) = programs::outcome(&["worker", "--join", &link]);
        assert!(found == Some(1) && said.contains(which) && said.contains("2 is read"), "{said}");
    }
}
