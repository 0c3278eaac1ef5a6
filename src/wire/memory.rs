//! Links within one thread, for tests and the simulator.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::{Address, Link};

type Inboxes = BTreeMap<usize, (Vec<Address>, VecDeque<Vec<u8>>)>;

/// A room whose links keep every message in order.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    inboxes: Rc<RefCell<Inboxes>>,
}

impl Exchange {
    /// A new end that reads these inboxes. Dropping it closes them.
    #[must_use]
    pub fn link(&self, addresses: &[Address]) -> MemoryLink {
        let mut inboxes = self.inboxes.borrow_mut();
        let key = inboxes.last_key_value().map_or(0, |(key, _)| key + 1);
        inboxes.insert(key, (addresses.to_vec(), VecDeque::new()));
        MemoryLink { exchange: self.clone(), key }
    }
}

/// One participant's end.
#[derive(Debug)]
pub struct MemoryLink {
    exchange: Exchange,
    key: usize,
}

impl Link for MemoryLink {
    fn send(&mut self, to: Address, bytes: &[u8]) {
        let mut inboxes = self.exchange.inboxes.borrow_mut();
        for (key, (addresses, queue)) in inboxes.iter_mut() {
            if *key != self.key && addresses.contains(&to) {
                queue.push_back(bytes.to_vec());
            }
        }
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        self.exchange.inboxes.borrow_mut().get_mut(&self.key)?.1.pop_front()
    }
}

impl Drop for MemoryLink {
    fn drop(&mut self) {
        self.exchange.inboxes.borrow_mut().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::super::PeerId;
    use super::*;

    #[test]
    fn a_message_reaches_its_readers_alone() {
        let room = Exchange::default();
        let ids = [PeerId([1; 16]), PeerId([2; 16])];
        let mut aggregator = room.link(&[Address::Aggregator]);
        let mut workers = ids.map(|id| room.link(&[Address::Workers, Address::Worker(id)]));
        aggregator.send(Address::Workers, b"all");
        aggregator.send(Address::Worker(ids[1]), b"one");
        workers[0].send(Address::Aggregator, b"hello");
        assert_eq!(workers[0].receive(), Some(b"all".to_vec()));
        assert_eq!(workers[0].receive(), None);
        assert_eq!(workers[1].receive(), Some(b"all".to_vec()));
        assert_eq!(workers[1].receive(), Some(b"one".to_vec()));
        assert_eq!(aggregator.receive(), Some(b"hello".to_vec()));
        assert_eq!(aggregator.receive(), None);
    }

    #[test]
    fn a_closed_end_reads_nothing() {
        let room = Exchange::default();
        let mut aggregator = room.link(&[Address::Aggregator]);
        drop(room.link(&[Address::Workers]));
        aggregator.send(Address::Workers, b"anyone?");
        assert_eq!(room.inboxes.borrow().len(), 1);
    }
}
