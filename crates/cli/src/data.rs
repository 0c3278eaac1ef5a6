//! Which digits a program works with.

use std::path::PathBuf;

use sotto_digits::Digits;
use sotto_digits::layout::Layout;
use sotto_digits::synthetic;

use sotto_native::source::Source;

/// Training digits that are drawn when nobody says how many; a tenth as many are for tests.
const SYNTHETIC: &str = "20000";
const SEED: u64 = 1;

/// Everybody in a room has to work with the same digits.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub(crate) struct Data {
    /// The folder with the digits: MNIST's files, or what `prepare_digits` wrote [else the one
    /// that MNIST_DIR names, dist/data or .cache/mnist]
    #[arg(long, alias = "mnist", value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Draw so many training digits instead, which need no files
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = SYNTHETIC)]
    synthetic: Option<u32>,
}

impl Data {
    pub(crate) fn open(&self) -> Result<Source, String> {
        match self.synthetic {
            None => Source::open(self.data.as_deref()),
            Some(count) => drawn(count),
        }
    }
}

/// The digits that `prepare_digits --synthetic <count> <count / 10> 1` lays out.
fn drawn(count: u32) -> Result<Source, String> {
    let draw = |count, seed| synthetic::digits(count, seed);
    let layout = draw(count, SEED).and_then(|train: Digits| {
        let test = draw(count / 10, !SEED)?;
        Layout::new(&train, &test, "synthetic")
    });
    layout.map(Source::of).map_err(|error| format!("--synthetic {count}: {error}"))
}
