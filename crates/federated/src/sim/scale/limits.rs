//! What a round must keep to, and with how many workers it no longer does.

use std::fmt;

use serde::Serialize;

use super::phases::Node;
use super::{Cohort, Error, Machines, Model, Round, Topology};
use crate::{MEMBERS_MAX, STEP_MS, Settings};
use sotto_secagg::COHORT_MAX;

/// What ends a round, or keeps it from beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// The most workers in a room: [`MEMBERS_MAX`].
    Room,
    /// The most workers in a secure sum: [`COHORT_MAX`].
    Sum,
    /// The deadline of the training: the page's usual one.
    Deadline,
    /// The deadline of a step of the sum: [`STEP_MS`].
    Step,
    /// What an aggregator can hold.
    Memory,
    /// The connections that a broker takes.
    Connections,
}

/// How many workers are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Break {
    /// What breaks.
    pub limit: Limit,
    /// The fewest workers with whom it does.
    pub workers: u64,
}

impl Limit {
    const ALL: [Self; 6] =
        [Self::Room, Self::Sum, Self::Deadline, Self::Step, Self::Memory, Self::Connections];

    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Room => "room's members",
            Self::Sum => "sum's members",
            Self::Deadline => "training's deadline",
            Self::Step => "step's deadline",
            Self::Memory => "aggregator's memory",
            Self::Connections => "broker's connections",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What this round does not keep to.
pub(super) fn broken(round: &Round, leaf: &Node, machines: &Machines) -> Vec<Limit> {
    let seconds = &round.seconds;
    let deadline_s = f64::from(Settings::default().deadline_s);
    let step_s = 1e-3 * STEP_MS as f64;
    // An aggregator itself is connected, too.
    let served = match machines.one_broker {
        true => round.workers + round.rooms,
        false => leaf.members + 1,
    };
    let is_broken = |limit: &Limit| match limit {
        Limit::Room => leaf.members > MEMBERS_MAX as u64,
        Limit::Sum => leaf.part > COHORT_MAX as u64,
        Limit::Deadline => seconds.download + seconds.train > deadline_s,
        Limit::Step => seconds.agree.max(seconds.upload) > step_s,
        Limit::Memory => round.memory > machines.memory,
        Limit::Connections => served as f64 > machines.broker_connections,
    };
    Limit::ALL.into_iter().filter(is_broken).collect()
}

/// Steps in which the number of workers grows tenfold.
const STEPS: i32 = 20;

impl Model {
    /// What breaks as the workers become more, from `least` to `most` of them, in that order.
    ///
    /// # Errors
    /// As [`Model::round`].
    pub fn breaks(
        &self,
        cohort: Cohort,
        topology: Topology,
        [least, most]: [u64; 2],
    ) -> Result<Vec<Break>, Error> {
        let mut found: Vec<Break> = Vec::new();
        let mut below = least;
        let grow = |step: i32| least as f64 * 10f64.powf(f64::from(step) / f64::from(STEPS));
        let counts = (0..).map(|step| grow(step).round() as u64).take_while(|&count| count < most);
        for count in counts.chain([most]) {
            for limit in self.round(count, cohort, topology)?.broken {
                if !found.iter().any(|known| known.limit == limit) {
                    let workers = self.first(limit, cohort, topology, [below, count])?;
                    found.push(Break { limit, workers });
                }
            }
            below = count;
        }
        found.sort_by_key(|found| found.workers);
        Ok(found)
    }

    /// The fewest workers with whom `limit` breaks, in a range at whose end it does.
    fn first(
        &self,
        limit: Limit,
        cohort: Cohort,
        topology: Topology,
        [mut low, mut high]: [u64; 2],
    ) -> Result<u64, Error> {
        while low < high {
            let middle = low + (high - low) / 2;
            match self.round(middle, cohort, topology)?.broken.contains(&limit) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        Ok(high)
    }
}
