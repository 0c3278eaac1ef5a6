//! A run's file, written after every round, from which a stopped run goes on.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sotto_core::wire::{Reader, Writer};
use sotto_federated::Checkpoint;
use sotto_federated::records::{add_checksum, verify_checksum};
use sotto_federated::sim::Simulation;

use sotto_native::history::Point;

/// The longest part of a file, in bytes.
const PART_MAX: usize = 1 << 30;

/// What besides the settings decides a run, and what was measured.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) clients: u32,
    pub(super) attackers: u32,
    pub(super) attack: String,
    pub(super) points: Vec<Point>,
}

/// The file.
pub(super) struct Checkpointer(PathBuf);

impl Checkpointer {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// What the file holds; none where there is no file.
    pub(super) fn read(&self) -> Result<Option<(Head, Checkpoint)>, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", self.0.display());
        if !self.0.exists() {
            return Ok(None);
        }
        let record = std::fs::read(&self.0).map_err(|error| wrong(&error))?;
        let mut r = Reader::new(verify_checksum(&record).map_err(|error| wrong(&error))?);
        let mut parts = || {
            let head = r.bytes("head", PART_MAX)?.to_vec();
            let checkpoint = Checkpoint::decode(r.bytes("checkpoint", PART_MAX)?)?;
            Ok::<_, sotto_core::wire::Error>((head, checkpoint))
        };
        let (head, checkpoint) = parts().map_err(|error| wrong(&error))?;
        let head = serde_json::from_slice(&head).map_err(|error| wrong(&error))?;
        Ok(Some((head, checkpoint)))
    }

    /// Replaces the file in one step.
    pub(super) fn write(&self, head: &Head, room: &Simulation) -> Result<(), String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", self.0.display());
        let mut w = Writer::new();
        w.bytes(&serde_json::to_vec(head).map_err(|error| wrong(&error))?);
        w.bytes(&room.aggregator().checkpoint().encode());
        let next = self.0.with_extension("next");
        std::fs::write(&next, add_checksum(&w.finish()))
            .and_then(|()| std::fs::rename(&next, &self.0))
            .map_err(|error| wrong(&error))
    }
}
