//! The files of figures: by name, one value a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::median;

/// How thoroughly is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// For figures that are kept.
    Full,
    /// Only to see that each figure comes out.
    Smoke,
}

impl Mode {
    /// What `BENCH` says; nothing said means a full measurement.
    pub(crate) fn from_environment() -> Result<Self, String> {
        match std::env::var("BENCH").as_deref() {
            Err(std::env::VarError::NotPresent) | Ok("") => Ok(Self::Full),
            Ok("smoke") => Ok(Self::Smoke),
            _ => Err("BENCH is smoke, or not set".to_owned()),
        }
    }

    /// One number for a full measurement, another for a smoke run.
    pub(crate) fn pick<T>(self, full: T, smoke: T) -> T {
        match self {
            Self::Full => full,
            Self::Smoke => smoke,
        }
    }

    fn folder(self) -> &'static Path {
        Path::new(self.pick("target/bench", "target/bench/smoke"))
    }
}

/// What a suite has measured.
#[derive(Debug, Default)]
pub(crate) struct Figures(BTreeMap<String, Vec<f64>>);

impl Figures {
    /// Adds what one run gave for a figure.
    pub(crate) fn add(&mut self, name: String, value: f64) {
        self.0.entry(name).or_default().push(value);
    }

    /// Prints the medians and writes the values into the suite's file, beside what others have written there: where and
    /// when it was measured, and the browser's figures.
    pub(crate) fn write(self, suite: &str, mode: Mode) -> Result<(), String> {
        let file: PathBuf = mode.folder().join(format!("{suite}.json"));
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        std::fs::create_dir_all(mode.folder()).map_err(|error| failed(&error))?;
        let mut written: Value = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failed(&error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => json!({}),
            Err(error) => return Err(failed(&error)),
        };
        for (name, mut values) in self.0 {
            if values.iter().any(|value| !value.is_finite()) {
                return Err(format!("{name} did not come out"));
            }
            let list = written
                .as_object_mut()
                .map(|all| all.entry("figures").or_insert_with(|| json!({})))
                .and_then(Value::as_object_mut)
                .ok_or_else(|| failed(&"this is no file of figures"))?;
            list.insert(name.clone(), json!(values));
            println!("{name:<60}{:>14.3}", median(&mut values));
        }
        let text = serde_json::to_string_pretty(&written).map_err(|error| failed(&error))?;
        std::fs::write(&file, text + "\n").map_err(|error| failed(&error))?;
        println!("written to {}", file.display());
        Ok(())
    }
}
