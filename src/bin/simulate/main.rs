//! `simulate`: what the page does, without a browser. One file a command.

mod epsilon;
mod train;

use std::process::ExitCode;

use clap::Parser;

/// What the page does, without a browser.
#[derive(Parser)]
#[command(name = "simulate", version)]
enum Command {
    Train(train::Arguments),
    Epsilon(epsilon::Arguments),
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Train(arguments) => train::run(&arguments),
        Command::Epsilon(arguments) => epsilon::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("simulate: {error}");
            ExitCode::FAILURE
        }
    }
}
