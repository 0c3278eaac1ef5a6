//! Which updates of a worker are spent: they may be in a sum that the aggregator knows.
//!
//! Once a worker has sent its masked vector, others can open the mask that it added alone (Bonawitz
//! et al. 2017, figure 4, round 4), whatever the worker hears of the sum after that. From two sums
//! that differ in one worker, whoever has both learns that worker's part. So for one model and round
//! a worker sends one masked vector in its life, under whatever run the two come, and within a run
//! rounds and tries only grow. The record of that is durable before the vector leaves.

use std::collections::VecDeque;

use sotto_core::wire::{Error, Reader, Writer};
use sotto_secagg::Context;

/// The first byte of a record.
const VERSION: u8 = 1;

/// What a worker has sent masked vectors for, the latest last.
///
/// It remembers [`Spent::MAX`]; of more, the oldest is forgotten. So an aggregator that had a worker
/// in so many other sums can have the first of them again, under another run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent(VecDeque<Context>);

impl Spent {
    /// The most sums that are remembered.
    pub const MAX: usize = 1024;

    /// The bytes of the record.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION).length(self.0.len());
        for Context { run, round, attempt, model } in &self.0 {
            w.u64(*run).u32(*round).u32(*attempt).raw(model);
        }
        w.finish()
    }

    /// Reads a record.
    ///
    /// # Errors
    /// When the bytes are none of this version, or announce more than the limit.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        match r.u8("version")? {
            VERSION => {}
            _ => return Err(Error::Invalid("version of the record")),
        }
        let sums = r.list("sums", Self::MAX, |r| {
            Ok(Context {
                run: r.u64("run")?,
                round: r.u32("round")?,
                attempt: r.u32("try")?,
                model: r.array("model")?,
            })
        })?;
        r.finish().map(|()| Self(sums.into()))
    }

    /// Adds what a masked vector is about to be sent for.
    pub(super) fn add(&mut self, context: Context) {
        if self.0.len() >= Self::MAX {
            self.0.pop_front();
        }
        self.0.push_back(context);
    }

    /// Whether this try must be refused: its model and round are spent, or it is not later than
    /// what was spent in its run. If so, the least round that would not be.
    pub(super) fn refuses(&self, asked: &Context) -> Option<u32> {
        let of_run = |spent: &&Context| spent.run == asked.run;
        let is_spent = |spent: &Context| {
            let is_stale =
                of_run(&spent) && (spent.round, spent.attempt) >= (asked.round, asked.attempt);
            is_stale || (spent.model, spent.round) == (asked.model, asked.round)
        };
        let related = |spent: &&Context| of_run(spent) || spent.model == asked.model;
        self.0.iter().any(is_spent).then(|| {
            let latest = self.0.iter().filter(related).map(|spent| spent.round).max();
            latest.unwrap_or(asked.round).max(asked.round).saturating_add(1)
        })
    }

    /// Whether it was in a secure sum of this run.
    pub(super) fn knows(&self, run: u64) -> bool {
        self.0.iter().any(|spent| spent.run == run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contexts() -> impl Strategy<Value = Context> {
        let few = (0..3u64, 0..6u32, 0..3u32, 0..3u8);
        few.prop_map(|(run, round, attempt, model)| {
            let round = if round == 5 { u32::MAX } else { round };
            Context { run, round, attempt, model: [model; 32] }
        })
    }

    proptest! {
        /// Against the rule said plainly: what was taken, one after the other.
        #[test]
        fn nothing_is_spent_twice_and_runs_only_grow(asked in prop::collection::vec(contexts(), 0..40)) {
            let (mut spent, mut taken) = (Spent::default(), Vec::<Context>::new());
            for asked in asked {
                let before = |old: &Context| (old.round, old.attempt) < (asked.round, asked.attempt);
                let may = taken.iter().all(|old| {
                    (old.model, old.round) != (asked.model, asked.round)
                        && (old.run != asked.run || before(old))
                });
                match spent.refuses(&asked) {
                    None => {
                        prop_assert!(may, "{asked:?} after {taken:?}");
                        spent.add(asked);
                        taken.push(asked);
                    }
                    Some(next) => {
                        prop_assert!(!may, "{asked:?} after {taken:?}");
                        // What it names it takes, unless there is no such number.
                        let later = Context { round: next, attempt: 1, ..asked };
                        prop_assert!(next == u32::MAX || spent.refuses(&later).is_none());
                    }
                }
                prop_assert_eq!(Spent::decode(&spent.encode()), Ok(spent.clone()));
            }
        }

        #[test]
        fn any_bytes_are_a_record_or_an_error(bytes: Vec<u8>, known: bool) {
            let mut bytes = bytes;
            if let Some(first) = bytes.first_mut().filter(|_| known) {
                *first = VERSION;
            }
            if let Ok(spent) = Spent::decode(&bytes) {
                prop_assert_eq!(spent.encode(), bytes);
            }
        }
    }

    #[test]
    fn another_versions_record_is_refused() {
        let mut bytes = Spent::default().encode();
        bytes[0] += 1;
        assert_eq!(Spent::decode(&bytes), Err(Error::Invalid("version of the record")));
    }

    #[test]
    fn a_full_record_forgets_the_oldest_alone() {
        let context = |round| Context { run: 1, round, attempt: 1, model: [7; 32] };
        let of_another_run = |round| Context { run: 2, ..context(round) };
        let mut spent = Spent::default();
        (0..=Spent::MAX as u32).for_each(|round| spent.add(context(round)));
        assert_eq!(spent.encode().len(), 5 + 48 * Spent::MAX);
        assert_eq!(Spent::decode(&spent.encode()).as_ref(), Ok(&spent));
        assert_eq!(spent.refuses(&of_another_run(0)), None, "it is forgotten");
        assert!(spent.refuses(&of_another_run(1)).is_some());
        assert!(spent.refuses(&context(0)).is_some(), "the run goes on all the same");
    }
}
