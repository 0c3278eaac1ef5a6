//! Prepared classifications that wait for their input, by kind; and what is on order.

use std::collections::{BTreeMap, VecDeque};

use super::evaluate::Prepared;
use super::links::Record;
use super::messages::ClassificationKind;
use super::path::Job;

/// Material kept for single drawings.
const SINGLES: usize = 6;
/// Material kept for batches: one in use, one on its way.
const BATCHES: usize = 2;

#[derive(Default)]
pub(super) struct Stock {
    prepared: BTreeMap<ClassificationKind, VecDeque<Prepared>>,
    ordered: BTreeMap<ClassificationKind, usize>,
    /// The messages by which the stock came, by their numbers.
    deliveries: BTreeMap<u32, Record>,
}

impl Stock {
    /// Another model: nothing of this can be used any more, and it is erased.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many are to be ordered of this kind; they count as ordered from here on.
    pub(super) fn order(&mut self, kind: ClassificationKind) -> usize {
        let target = if kind.batch == 1 { SINGLES } else { BATCHES };
        let there = self.prepared.get(&kind).map_or(0, VecDeque::len);
        let ordered = self.ordered.entry(kind).or_default();
        let missing = target.saturating_sub(there + *ordered);
        *ordered += missing;
        missing
    }

    pub(super) fn put(&mut self, kind: ClassificationKind, prepared: Prepared) {
        let ordered = self.ordered.entry(kind).or_default();
        *ordered = ordered.saturating_sub(1);
        self.prepared.entry(kind).or_default().push_back(prepared);
    }

    pub(super) fn take(&mut self, kind: ClassificationKind) -> Option<Prepared> {
        self.prepared.get_mut(&kind)?.pop_front()
    }

    /// How many there are of this kind, and the bytes of dealt words in them.
    pub(super) fn level(&self, kind: ClassificationKind) -> (usize, usize) {
        let stock = self.prepared.get(&kind);
        let bytes = stock.map_or(0, |stock| stock.iter().map(Prepared::dealt_bytes).sum());
        (stock.map_or(0, VecDeque::len), bytes)
    }

    /// Remembers by which message material came; other messages are nothing to it.
    pub(super) fn note(&mut self, record: Record) {
        if let Job::Deal(number) = record.path.job
            && record.path.step.is_empty()
        {
            self.deliveries.insert(number, record);
        }
    }

    /// The message by which material came, once.
    pub(super) fn delivery(&mut self, number: u32) -> Option<Record> {
        self.deliveries.remove(&number)
    }
}
