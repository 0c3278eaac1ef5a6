//! Where workers are: an id belongs to the endpoint that first used it, for as long as that one is there.

use std::collections::BTreeMap;

use super::keys::EndpointId;
use sotto_core::wire::PeerId;

/// Workers at one endpoint.
pub const WORKERS_MAX: usize = 256;

/// The endpoint of each worker.
#[derive(Debug, Default)]
pub struct Homes(BTreeMap<PeerId, EndpointId>);

impl Homes {
    /// Whether an endpoint speaks for this worker: it did before, or the id is new and the endpoint has not too many.
    pub fn settle(&mut self, worker: PeerId, from: EndpointId) -> bool {
        if let Some(home) = self.of(worker) {
            return home == from;
        }
        let has_room = self.at(from).count() < WORKERS_MAX;
        if has_room {
            self.0.insert(worker, from);
        }
        has_room
    }

    /// How many workers there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Where a worker is.
    #[must_use]
    pub fn of(&self, worker: PeerId) -> Option<EndpointId> {
        self.0.get(&worker).copied()
    }

    /// The workers at an endpoint.
    pub fn at(&self, home: EndpointId) -> impl Iterator<Item = PeerId> {
        self.0.iter().filter(move |(_, at)| **at == home).map(|(worker, _)| *worker)
    }

    /// A worker is not there after all.
    pub fn forget(&mut self, worker: PeerId) {
        self.0.remove(&worker);
    }

    /// An endpoint has left, and these workers with it.
    pub fn leave(&mut self, home: EndpointId) -> Vec<PeerId> {
        let gone = self.at(home).collect();
        self.0.retain(|_, at| *at != home);
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(number: u128) -> PeerId {
        PeerId(number.to_be_bytes())
    }

    #[test]
    fn an_id_belongs_to_who_first_used_it_while_that_one_is_there() {
        let [here, there] = [1, 2].map(|byte| EndpointId([byte; 16]));
        let mut homes = Homes::default();
        assert!(homes.settle(worker(1), here) && homes.settle(worker(1), here));
        assert!(!homes.settle(worker(1), there));
        assert_eq!(homes.of(worker(1)), Some(here));
        assert_eq!(homes.leave(here), [worker(1)]);
        assert!(homes.settle(worker(1), there));
    }

    #[test]
    fn an_endpoint_has_so_many_workers_and_no_more() {
        let home = EndpointId([1; 16]);
        let mut homes = Homes::default();
        let settled =
            (0..2 * WORKERS_MAX as u128).filter(|number| homes.settle(worker(*number), home));
        assert_eq!(settled.count(), WORKERS_MAX);
        homes.forget(worker(0));
        assert!(homes.settle(worker(1_000), home));
    }
}
