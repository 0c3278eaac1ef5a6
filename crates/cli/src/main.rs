//! `sotto`: the page's roles as programs, which meet each other and pages across a broker.
//!
//! ```text
//! sotto aggregator --broker wss://broker.example --query "model=lenet5&rounds=20" --state run
//! sotto branch --join '#join=...&broker=...&claim=worker' --room-secret-file branches.secret
//! sotto worker --join '#join=...&broker=...&claim=worker' --workers 4
//! ```
//!
//! A page and a program are alike to each other: the machines, the kernels and the sealed links are the same.
//!
//! | file | what it is |
//! |---|---|
//! | `aggregator`, `worker`, `branch` | a command each |
//! | `broker`, `credentials` | frames out and in |
//! | `host`, `guest`, `worker_pool` | the machines on either side of the sealed links |
//! | `state`, `data`, `clock` | what is on disk; digits; time |
#![cfg_attr(
    test,
    allow(clippy::let_underscore_must_use, clippy::unwrap_used, reason = "a test's way to fail")
)]

mod aggregator;
mod branch;
mod broker;
mod clock;
mod credentials;
mod data;
mod guest;
mod host;
mod state;
mod worker;
mod worker_pool;

use std::process::ExitCode;

use clap::Parser;

/// The page's roles as programs, which meet each other and pages across a broker.
#[derive(Parser)]
#[command(name = "sotto", version)]
enum Command {
    Aggregator(aggregator::Arguments),
    Branch(branch::Arguments),
    Worker(worker::Arguments),
}

fn main() -> ExitCode {
    let command = Command::parse();
    // Two threads carry frames; training has threads of its own.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let done = match (runtime, command) {
        (Err(error), _) => Err(error.to_string()),
        (Ok(runtime), command) => {
            let done = match command {
                Command::Aggregator(arguments) => runtime.block_on(aggregator::run(&arguments)),
                Command::Branch(arguments) => runtime.block_on(branch::run(&arguments)),
                Command::Worker(arguments) => runtime.block_on(worker::run(&arguments)),
            };
            // A training under way is not waited for.
            runtime.shutdown_background();
            done
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sotto: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns when the user, or the system, wants this program to end.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                }
                return;
            }
            Err(error) => eprintln!("sotto: will not hear of being asked to end: {error}"),
        }
    }
    if let Err(error) = interrupted.await {
        eprintln!("sotto: will not hear of Ctrl-C: {error}");
        // Without a way to hear of it there is nothing to return for.
        std::future::pending::<()>().await;
    }
}
