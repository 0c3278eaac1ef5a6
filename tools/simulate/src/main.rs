//! `simulate`: what the page does, without a browser. One file a command.

mod epsilon;
mod faults;
mod pens;
mod scale;
mod sum;
mod train;

use std::process::ExitCode;

use clap::Parser;

/// What the page does, without a browser.
#[derive(Parser)]
#[command(name = "simulate", version)]
enum Command {
    Train(train::Arguments),
    Epsilon(epsilon::Arguments),
    Faults(faults::Arguments),
    Pens(pens::Arguments),
    Scale(Box<scale::Arguments>),
    Sum(sum::Arguments),
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Train(arguments) => train::run(&arguments),
        Command::Epsilon(arguments) => epsilon::run(&arguments),
        Command::Faults(arguments) => faults::run(&arguments),
        Command::Pens(arguments) => pens::run(&arguments),
        Command::Scale(arguments) => scale::run(&arguments),
        Command::Sum(arguments) => sum::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("simulate: {error}");
            ExitCode::FAILURE
        }
    }
}
