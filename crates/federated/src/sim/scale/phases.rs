//! The work of a round's phases, and how long it takes.

use serde::Serialize;

use super::messages::{KEYS, SUM_BYTES, Sizes};
use super::{Costs, Machines, Model};
use crate::Member;
use sotto_core::wire::PeerId;

/// What a room keeps of a worker between rounds.
const MEMBER: f64 = (size_of::<PeerId>() + size_of::<Member>()) as f64;

/// What can be slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// A worker's computing.
    WorkerComputing,
    /// A worker's link.
    WorkerLink,
    /// The computing of one aggregator.
    AggregatorComputing,
    /// The link of one aggregator.
    AggregatorLink,
    /// The messages that a broker passes on.
    BrokerMessages,
    /// A broker's link.
    BrokerLink,
    /// The way there and back, whatever is sent.
    Latency,
}

impl Resource {
    /// All but the latency, which goes beside each of them. Of two that are as slow, the first
    /// is named.
    const RATES: [Self; 6] = [
        Self::WorkerComputing,
        Self::WorkerLink,
        Self::AggregatorComputing,
        Self::AggregatorLink,
        Self::BrokerMessages,
        Self::BrokerLink,
    ];

    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WorkerComputing => "worker's computing",
            Self::WorkerLink => "worker's link",
            Self::AggregatorComputing => "aggregator's computing",
            Self::AggregatorLink => "aggregator's link",
            Self::BrokerMessages => "broker's messages",
            Self::BrokerLink => "broker's link",
            Self::Latency => "latency",
        }
    }
}

/// Seconds of a round.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Phases {
    /// The model goes down the tree and to the workers.
    pub download: f64,
    /// They train.
    pub train: f64,
    /// They agree on masks and share what opens them.
    pub agree: f64,
    /// Masked vectors.
    pub upload: f64,
    /// Statements, opened shares, the masks that are left.
    pub unmask: f64,
    /// Sums go up the tree.
    pub climb: f64,
}

impl Phases {
    /// The round.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.download + self.train + self.agree + self.upload + self.unmask + self.climb
    }
}

/// An aggregator that has workers.
pub(super) struct Node {
    /// Workers in its room, whether they are asked or not.
    pub(super) members: u64,
    /// Those that are asked.
    pub(super) asked: u64,
    /// Those whose keys the sum begins with.
    pub(super) part: u64,
    /// How many such aggregators there are.
    pub(super) leaves: u64,
    pub(super) sizes: Sizes,
}

/// An aggregator of sums.
pub(super) struct Inner {
    pub(super) children: u64,
    /// How many are on its level.
    pub(super) nodes: u64,
}

/// Bytes of one participant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Traffic {
    pub(super) sent: f64,
    pub(super) received: f64,
}

/// What is to be done in a phase, or on one level of the tree.
#[derive(Default)]
pub(super) struct Work {
    /// Messages that wait for each other.
    legs: f64,
    node: Traffic,
    /// Beside the reading and writing of messages, in seconds.
    node_s: f64,
    worker: Traffic,
    worker_s: f64,
    /// Of one aggregator.
    messages: f64,
    /// Aggregators at it side by side.
    nodes: f64,
}

impl Work {
    fn of(&self, resource: Resource, machines: &Machines, costs: &Costs) -> f64 {
        // What goes out comes in before, so that each way of a broker's link carries both.
        let bytes = self.node.sent + self.node.received;
        let served = if machines.one_broker { self.nodes } else { 1.0 };
        match resource {
            Resource::WorkerComputing => machines.slowdown * self.worker_s,
            Resource::WorkerLink => {
                self.worker.sent / machines.worker_up + self.worker.received / machines.worker_down
            }
            Resource::AggregatorComputing => self.node_s + 1e-9 * costs.message_ns * bytes,
            Resource::AggregatorLink => bytes / machines.node_link,
            Resource::BrokerMessages => served * self.messages / machines.broker_messages,
            Resource::BrokerLink => served * bytes / machines.broker_link,
            Resource::Latency => 0.5 * self.legs * machines.round_trip_s,
        }
    }

    /// What decides, and how long it takes beside the latency.
    fn slowest(&self, machines: &Machines, costs: &Costs) -> (Resource, f64) {
        let start = (Resource::WorkerComputing, 0.0);
        Resource::RATES.iter().fold(start, |slowest, &resource| {
            let seconds = self.of(resource, machines, costs);
            if seconds > slowest.1 { (resource, seconds) } else { slowest }
        })
    }
}

/// The work by phase; `download` and `climb` once a level, too.
pub(super) struct All {
    download: Vec<Work>,
    train: Work,
    agree: Work,
    upload: Work,
    unmask: Work,
    climb: Vec<Work>,
}

/// What there is to do for one aggregator with its workers, and for one on each level above.
pub(super) fn all(model: &Model, leaf: &Node, inner: &[Inner]) -> All {
    let Model { costs, workload, .. } = model;
    let (server, worker) = (&costs.server, &costs.worker);
    let Sizes { elements, neighbours: k, .. } = leaf.sizes;
    let (asked, part) = (leaf.asked as f64, leaf.part as f64);
    let staying = part * (1.0 - workload.dropout);
    let repairs = workload.dropout * k * staying;
    // At every message of a phase, whom it waits for is listed.
    let lists_s = 1e-9 * server.waiting_ns * part;
    let nodes = leaf.leaves as f64;
    let [there, shared, masked, opened] = steps(&leaf.sizes);
    let phase = |legs: f64, count: f64, worker: Traffic| Work {
        legs,
        node: Traffic { sent: count * worker.received, received: count * worker.sent },
        worker,
        messages: legs * count,
        nodes,
        ..Work::default()
    };
    let level = |bytes: f64, up: bool, level: &Inner| {
        let children = level.children as f64;
        let bytes = children * bytes;
        let node = if up {
            Traffic { sent: 0.0, received: bytes }
        } else {
            Traffic { sent: bytes, received: 0.0 }
        };
        let node_s = if up { 1e-9 * costs.add_ns * children * elements } else { 0.0 };
        let nodes = level.nodes as f64;
        Work { legs: 1.0, node, node_s, messages: children, nodes, ..Work::default() }
    };
    let mut download: Vec<Work> =
        inner.iter().map(|at| level(leaf.sizes.task, false, at)).collect();
    download.push(phase(1.0, asked, there));
    All {
        download,
        train: Work {
            worker_s: 1e-3 * costs.step_ms * f64::from(workload.steps),
            nodes,
            ..Work::default()
        },
        agree: Work {
            node_s: part * (1e-6 * server.agree_us * k + 2.0 * lists_s),
            worker_s: 1e-6 * worker.neighbour_us * k + 1e-9 * worker.pair_ns * k * k,
            ..phase(4.0, part, shared)
        },
        upload: Work {
            node_s: staying * (1e-9 * server.upload_ns * elements + lists_s),
            worker_s: 1e-9 * worker.mask_ns * (k + 1.0) * elements,
            ..phase(1.0, staying, masked)
        },
        unmask: Work {
            node_s: staying * (1e-6 * server.open_us * k + 2.0 * lists_s)
                + part * 1e-9 * server.weigh_ns * k * k
                + staying * 1e-9 * server.unmask_ns * elements
                + repairs * (1e-6 * server.repair_us + 1e-9 * server.unmask_ns * elements),
            ..phase(4.0, staying, opened)
        },
        climb: inner.iter().map(|at| level(leaf.sizes.sum(), true, at)).collect(),
    }
}

/// A worker's messages: to begin, to agree, to upload, to unmask.
fn steps(sizes: &Sizes) -> [Traffic; 4] {
    [
        Traffic { sent: 0.0, received: sizes.task },
        Traffic { sent: sizes.keys + sizes.shares, received: sizes.key_list + sizes.delivery },
        Traffic { sent: sizes.masked, received: 0.0 },
        Traffic {
            sent: sizes.statement + sizes.unmask,
            received: sizes.survivors + sizes.statements,
        },
    ]
}

/// How long each phase takes, and what takes most of the round.
pub(super) fn seconds(all: &All, machines: &Machines, costs: &Costs) -> (Phases, Resource) {
    let mut spent: Vec<(Resource, f64)> = Vec::new();
    let mut phase = |works: &[Work]| -> f64 {
        let parts = works.iter().flat_map(|work| {
            let latency = work.of(Resource::Latency, machines, costs);
            [(Resource::Latency, latency), work.slowest(machines, costs)]
        });
        let parts: Vec<_> = parts.collect();
        spent.extend(&parts);
        parts.iter().fold(0.0, |sum, (_, seconds)| sum + seconds)
    };
    let phases = Phases {
        download: phase(&all.download),
        train: phase(std::slice::from_ref(&all.train)),
        agree: phase(std::slice::from_ref(&all.agree)),
        upload: phase(std::slice::from_ref(&all.upload)),
        unmask: phase(std::slice::from_ref(&all.unmask)),
        climb: phase(&all.climb),
    };
    let of = |resource| -> f64 {
        spent.iter().filter(|(spender, _)| *spender == resource).map(|(_, s)| s).sum()
    };
    let start = (Resource::Latency, of(Resource::Latency));
    let bottleneck = Resource::RATES.iter().fold(start, |most, &resource| {
        let seconds = of(resource);
        if seconds > most.1 { (resource, seconds) } else { most }
    });
    (phases, bottleneck.0)
}

/// Bytes of a worker that is there to the end.
pub(super) fn worker(leaf: &Node) -> Traffic {
    steps(&leaf.sizes).iter().fold(Traffic::default(), |sum, step| Traffic {
        sent: sum.sent + step.sent,
        received: sum.received + step.received,
    })
}

/// Bytes of the aggregator that has most of them.
pub(super) fn busiest(model: &Model, leaf: &Node, inner: &[Inner]) -> Traffic {
    let All { download, agree, upload, unmask, climb, .. } = all(model, leaf, inner);
    let add = |a: Traffic, b: &Work| Traffic {
        sent: a.sent + b.node.sent,
        received: a.received + b.node.received,
    };
    let (own, above) = download.split_last().map_or((None, &[][..]), |(o, a)| (Some(o), a));
    let at_leaf = own.into_iter().chain([&agree, &upload, &unmask]).fold(Traffic::default(), add);
    // A leaf has its own model and sum to fetch and to send, if somebody is above it; so have
    // those on the levels between.
    let levels = inner.len();
    let upwards = |traffic: Traffic, has_parent: bool| match has_parent {
        true => Traffic {
            sent: traffic.sent + leaf.sizes.sum(),
            received: traffic.received + leaf.sizes.task,
        },
        false => traffic,
    };
    let inner = above.iter().zip(&climb).enumerate().map(|(level, (down, up))| {
        upwards(add(add(Traffic::default(), down), up), level + 1 < levels)
    });
    inner.fold(upwards(at_leaf, levels > 0), |most, node| {
        if node.sent + node.received > most.sent + most.received { node } else { most }
    })
}

/// The most bytes that an aggregator holds at once: contents alone, without what an allocator or
/// a map takes beside them.
pub(super) fn memory(model: &Model, leaf: &Node, inner: &[Inner]) -> f64 {
    let elements = leaf.sizes.elements;
    let weights = 4.0 * model.workload.parameters as f64;
    let part = leaf.part as f64;
    let staying = part * (1.0 - model.workload.dropout);
    let sizes = &leaf.sizes;
    // All tasks, lists or deliveries are written before the first is sent.
    let tasks = leaf.asked as f64 * sizes.task;
    let list = KEYS + Sizes::TREE;
    let lists = part * (list + sizes.key_list);
    let sealed = part * (list + sizes.committed() + sizes.delivery);
    let vectors = 4.0 * elements * 2.0 + sizes.masked;
    let kept = part * (list + sizes.committed());
    let opened = staying * (sizes.statement + sizes.statements.max(sizes.unmask));
    let phases = [tasks, lists + vectors, sealed + vectors, kept + opened + vectors];
    let at_leaf = leaf.members as f64 * MEMBER + weights + phases.into_iter().fold(0.0, f64::max);
    inner.iter().fold(at_leaf, |most, level| {
        // What is added, and the sum that came last; or the model for each.
        let sums = SUM_BYTES * elements + sizes.sum();
        let tasks = level.children as f64 * sizes.task;
        most.max(weights + sums.max(tasks))
    })
}
