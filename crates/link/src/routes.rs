//! By which endpoint each worker is reached: an id belongs to the endpoint that first used it, for as long as that
//! one is there.

use std::collections::BTreeMap;

use super::keys::EndpointId;
use sotto_core::wire::PeerId;

/// Workers at one endpoint.
pub const WORKERS_MAX: usize = 256;

/// The endpoint of each worker.
#[derive(Debug, Default)]
pub struct Routes(BTreeMap<PeerId, EndpointId>);

impl Routes {
    /// Whether an endpoint speaks for this worker: it did before, or the id is new and the endpoint has not too many.
    pub fn bind(&mut self, worker: PeerId, from: EndpointId) -> bool {
        if let Some(endpoint) = self.endpoint_of(worker) {
            return endpoint == from;
        }
        let has_room = self.workers_at(from).count() < WORKERS_MAX;
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

    /// The endpoint by which a worker is reached.
    #[must_use]
    pub fn endpoint_of(&self, worker: PeerId) -> Option<EndpointId> {
        self.0.get(&worker).copied()
    }

    /// The workers at an endpoint.
    pub fn workers_at(&self, endpoint: EndpointId) -> impl Iterator<Item = PeerId> {
        self.0.iter().filter(move |(_, at)| **at == endpoint).map(|(worker, _)| *worker)
    }

    /// A worker is not there after all.
    pub fn remove(&mut self, worker: PeerId) {
        self.0.remove(&worker);
    }

    /// An endpoint has left, and these workers with it.
    pub fn remove_endpoint(&mut self, endpoint: EndpointId) -> Vec<PeerId> {
        let workers = self.workers_at(endpoint).collect();
        self.0.retain(|_, at| *at != endpoint);
        workers
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
        let mut routes = Routes::default();
        assert!(routes.bind(worker(1), here) && routes.bind(worker(1), here));
        assert!(!routes.bind(worker(1), there));
        assert_eq!(routes.endpoint_of(worker(1)), Some(here));
        assert_eq!(routes.remove_endpoint(here), [worker(1)]);
        assert!(routes.bind(worker(1), there));
    }

    #[test]
    fn an_endpoint_has_so_many_workers_and_no_more() {
        let endpoint = EndpointId([1; 16]);
        let mut routes = Routes::default();
        let bound =
            (0..2 * WORKERS_MAX as u128).filter(|number| routes.bind(worker(*number), endpoint));
        assert_eq!(bound.count(), WORKERS_MAX);
        routes.remove(worker(0));
        assert!(routes.bind(worker(1_000), endpoint));
    }
}
