//! How a round grows with its workers: arithmetic, not a run.
//!
//! One aggregator serves all (flat), or each of many serves a part of the cohort and sends the
//! sum of its part up a tree, where sums are added. Every part is a secure sum of its own, with
//! a graph of its own size.
//!
//! A round is six phases, one after the other. In each, every resource has work to do, all of
//! them side by side, and the slowest decides:
//!
//! ```text
//! phase = legs * round trip / 2 + max over resources of (work / rate)
//! round = download + train + agree + upload + unmask + climb
//! ```
//!
//! [`Costs`] are measured; [`Workload`] and [`Machines`] are what somebody assumes. `docs/scaling.md`
//! has the formulas and what comes out.

mod limits;
mod messages;
mod phases;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::{MEMBERS_MAX, Settings};
use sotto_secagg::COHORT_LEAST;

pub use limits::{Break, Limit};
use messages::Sizes;
use phases::Node;
pub use phases::{Phases, Resource};

/// What computing costs, measured on one thread.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Costs {
    /// A step of a worker's training, in milliseconds.
    pub step_ms: f64,
    /// To write or read a byte of a message, in nanoseconds.
    pub message_ns: f64,
    /// To add an element of a sum that comes from below.
    pub add_ns: f64,
    /// The aggregator's costs of a secure sum.
    pub server: ServerCosts,
    /// A worker's costs of a secure sum.
    pub worker: WorkerCosts,
}

/// What a secure sum costs the aggregator.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ServerCosts {
    /// Keys and sealed shares, a worker and neighbour, in microseconds.
    pub agree_us: f64,
    /// To unpack and add an element of a masked vector, in nanoseconds.
    pub upload_ns: f64,
    /// To check an opened share, a worker and neighbour, in microseconds.
    pub open_us: f64,
    /// To weigh the shares of a secret, a worker and pair of neighbours, in nanoseconds.
    pub weigh_ns: f64,
    /// To take an element of a mask away, in nanoseconds.
    pub unmask_ns: f64,
    /// The key of a mask that a survivor shared with one who is gone, in microseconds.
    pub repair_us: f64,
    /// To list whom a phase waits for, a worker in it, in nanoseconds; that is done at every
    /// message.
    pub waiting_ns: f64,
}

/// What a secure sum costs a worker.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct WorkerCosts {
    /// A neighbour, in microseconds.
    pub neighbour_us: f64,
    /// To share secrets, a pair of neighbours, in nanoseconds.
    pub pair_ns: f64,
    /// An element of a mask, in nanoseconds.
    pub mask_ns: f64,
}

/// What a round is to do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Workload {
    /// Weights of the network.
    pub parameters: usize,
    /// Steps of a worker's training.
    pub steps: u32,
    /// The share of a cohort that vanishes after sharing its secrets.
    pub dropout: f64,
    /// How many times the needed workers are asked.
    pub over: f64,
}

/// Computers and what joins them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Machines {
    /// How many times longer the slowest worker that is waited for computes than was measured.
    pub slowdown: f64,
    /// Bytes a second from a worker.
    pub worker_up: f64,
    /// Bytes a second to a worker.
    pub worker_down: f64,
    /// From a worker to its aggregator and back, in seconds.
    pub round_trip_s: f64,
    /// Bytes a second of an aggregator's link.
    pub node_link: f64,
    /// Bytes that an aggregator can hold.
    pub memory: f64,
    /// Bytes a second of a broker's link, each way.
    pub broker_link: f64,
    /// Messages a second that a broker passes on.
    pub broker_messages: f64,
    /// The most connections of a broker.
    pub broker_connections: f64,
    /// Whether one broker serves the whole tree; else each aggregator's workers have their own.
    pub one_broker: bool,
}

/// How many updates make a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cohort {
    /// So many, however many workers there are.
    Count(u64),
    /// A share of the workers.
    Share(f64),
}

/// Who sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topology {
    /// One aggregator.
    Flat,
    /// A tree of them.
    Tree {
        /// The most updates that an aggregator at the bottom takes in.
        leaf: u64,
        /// The most sums that one above it takes in.
        fan_in: u64,
    },
}

/// What a round is computed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    /// Measured.
    pub costs: Costs,
    /// Assumed.
    pub workload: Workload,
    /// Assumed.
    pub machines: Machines,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Round {
    /// Workers that could be asked.
    pub workers: u64,
    /// Updates that the round begins its sums with.
    pub cohort: u64,
    /// Rooms that the workers are in; those that a round does not need rest.
    pub rooms: u64,
    /// Aggregators of rooms that take part.
    pub leaves: u64,
    /// Levels of aggregators above them.
    pub levels: u32,
    /// Seconds of each phase.
    pub seconds: Phases,
    /// Rounds an hour.
    pub rounds_per_hour: f64,
    /// Bytes that the busiest aggregator receives.
    pub busiest_in: f64,
    /// Bytes that it sends.
    pub busiest_out: f64,
    /// The most bytes that an aggregator holds at once.
    pub memory: f64,
    /// Bytes that a worker sends which is there to the end.
    pub worker_up: f64,
    /// Bytes that it receives.
    pub worker_down: f64,
    /// What takes most of the time.
    pub bottleneck: Resource,
    /// The limits that it does not keep.
    pub broken: Vec<Limit>,
}

/// Why there is no such round.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A number that has to be positive.
    #[error("{0} has to be a number above 0")]
    NotPositive(&'static str),
    /// A number that must not be negative.
    #[error("{0} has to be a number of at least 0")]
    Negative(&'static str),
    /// More vanish than the sum's graph withstands.
    #[error(
        "the drop-outs have to be between 0 and {0} of the cohort: the graph withstands no more"
    )]
    Dropout(f64),
    /// Over-selection below the cohort itself.
    #[error("at least as many workers are asked as are needed: over is 1 or more")]
    Over,
    /// A share that is none.
    #[error("the share of the workers that make a cohort is above 0 and at most 1")]
    Share,
    /// A sum of too few.
    #[error("a secure sum takes {COHORT_LEAST} workers at least, and here it has {0}")]
    TooFew(u64),
    /// A tree that does not narrow.
    #[error("a tree takes at least 6 updates a leaf and a fan-in of at least 2")]
    Tree,
    /// More workers than the model is made for.
    #[error("more than {WORKERS_MAX} workers are more than there are people")]
    TooMany,
}

/// The most workers that are computed with.
pub const WORKERS_MAX: u64 = 10_000_000_000;

impl Model {
    /// One round of `workers`.
    ///
    /// # Errors
    /// When a number is not one that a round can have.
    pub fn round(&self, workers: u64, cohort: Cohort, topology: Topology) -> Result<Round, Error> {
        self.check()?;
        if workers > WORKERS_MAX {
            return Err(Error::TooMany);
        }
        let cohort = cohort.of(workers)?;
        let Shape { rooms, leaves, fan_in } = topology.shape(workers, cohort)?;
        let part = cohort.div_ceil(leaves);
        if part < u64::from(COHORT_LEAST) {
            return Err(Error::TooFew(part));
        }
        let members = workers.div_ceil(rooms);
        let asked = share_of(self.workload.over, part).min(members);
        let sizes = Sizes::new(self.workload.parameters, part, self.workload.dropout);
        let leaf = Node { members, asked, part, leaves, sizes };
        let mut widths = vec![leaves];
        while let Some(&width) = widths.last().filter(|&&width| width > 1) {
            widths.push(width.div_ceil(fan_in));
        }
        let inner: Vec<phases::Inner> = widths
            .windows(2)
            .map(|pair| phases::Inner { children: fan_in.min(pair[0]), nodes: pair[1] })
            .collect();
        let all = phases::all(self, &leaf, &inner);
        let (seconds, bottleneck) = phases::seconds(&all, &self.machines, &self.costs);
        let busiest = phases::busiest(self, &leaf, &inner);
        let worker = phases::worker(&leaf);
        let mut round = Round {
            workers,
            cohort,
            rooms,
            leaves,
            levels: inner.len() as u32,
            rounds_per_hour: 3600.0 / seconds.total(),
            seconds,
            busiest_in: busiest.received,
            busiest_out: busiest.sent,
            memory: phases::memory(self, &leaf, &inner),
            worker_up: worker.sent,
            worker_down: worker.received,
            bottleneck,
            broken: Vec::new(),
        };
        round.broken = limits::broken(&round, &leaf, &self.machines);
        Ok(round)
    }

    fn check(&self) -> Result<(), Error> {
        let Self { costs, workload, machines } = self;
        let Costs { step_ms, message_ns, add_ns, server, worker } = *costs;
        for (what, cost) in [
            ("a step's time", step_ms),
            ("a message's cost", message_ns),
            ("an addition's cost", add_ns),
            ("the cost of agreeing", server.agree_us),
            ("the cost of an upload", server.upload_ns),
            ("the cost of opening", server.open_us),
            ("the cost of weighing", server.weigh_ns),
            ("the cost of unmasking", server.unmask_ns),
            ("the cost of a repair", server.repair_us),
            ("the cost of waiting", server.waiting_ns),
            ("a neighbour's cost to a worker", worker.neighbour_us),
            ("the cost of sharing", worker.pair_ns),
            ("a mask's cost to a worker", worker.mask_ns),
            ("the round trip", machines.round_trip_s),
        ] {
            if !(cost.is_finite() && cost >= 0.0) {
                return Err(Error::Negative(what));
            }
        }
        for (what, rate) in [
            ("the number of weights", workload.parameters as f64),
            ("the slowdown", machines.slowdown),
            ("a worker's uplink", machines.worker_up),
            ("a worker's downlink", machines.worker_down),
            ("an aggregator's link", machines.node_link),
            ("an aggregator's memory", machines.memory),
            ("a broker's link", machines.broker_link),
            ("a broker's message rate", machines.broker_messages),
            ("a broker's connections", machines.broker_connections),
        ] {
            if !(rate.is_finite() && rate > 0.0) {
                return Err(Error::NotPositive(what));
            }
        }
        let most = sotto_secagg::Rates::default().dropout;
        if !(0.0..=most).contains(&workload.dropout) {
            return Err(Error::Dropout(most));
        }
        match workload.over.is_finite() && workload.over >= 1.0 {
            true => Ok(()),
            false => Err(Error::Over),
        }
    }
}

impl Workload {
    /// The page's own drop-out and over-selection, and `steps` for a network of `parameters`.
    #[must_use]
    pub fn usual(parameters: usize, steps: u32) -> Self {
        let dropout = sotto_secagg::Rates::default().dropout;
        Self { parameters, steps, dropout, over: Settings::default().over }
    }
}

impl Cohort {
    fn of(self, workers: u64) -> Result<u64, Error> {
        match self {
            Self::Count(count) => Ok(count.min(workers)),
            Self::Share(share) if share > 0.0 && share <= 1.0 => Ok(share_of(share, workers)),
            Self::Share(_) => Err(Error::Share),
        }
    }
}

/// `ratio` of `count`, rounded up; 0.07 of 100 is 7 although the product is a little more.
fn share_of(ratio: f64, count: u64) -> u64 {
    (ratio * count as f64 * (1.0 - 1e-12)).ceil() as u64
}

/// What a tree comes to.
struct Shape {
    rooms: u64,
    leaves: u64,
    fan_in: u64,
}

impl Topology {
    /// As many rooms as hold all workers, and as many of them in the round as it needs.
    fn shape(self, workers: u64, cohort: u64) -> Result<Shape, Error> {
        match self {
            Self::Flat => Ok(Shape { rooms: 1, leaves: 1, fan_in: 2 }),
            // Half of a leaf's most is a sum still.
            Self::Tree { leaf, fan_in } if leaf >= 6 && fan_in >= 2 => {
                let leaves = cohort.div_ceil(leaf).max(1);
                let rooms = leaves.max(workers.div_ceil(MEMBERS_MAX as u64));
                let has_room = cohort.div_ceil(leaves) <= workers.div_ceil(rooms);
                Ok(Shape { rooms, leaves: if has_room { leaves } else { rooms }, fan_in })
            }
            Self::Tree { .. } => Err(Error::Tree),
        }
    }
}
