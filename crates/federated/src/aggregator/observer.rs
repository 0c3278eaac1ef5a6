//! Who looks on at what an aggregator receives: a page that shows it, a test that checks it. Training is the same
//! whether anybody does.

use std::cell::RefCell;
use std::rc::Rc;

use sotto_core::wire::PeerId;
use sotto_network::Network;
use sotto_secagg::{Sum, Width};

/// What an observer is shown; each method does nothing unless it is written.
#[expect(unused_variables, reason = "what an observer does not write does nothing")]
pub trait Observer {
    /// An update of `network` came in the clear: `n_k (w_k - w)`.
    fn update(&mut self, round: u32, worker: PeerId, network: &Network, values: &[f32]) {}

    /// A masked update came.
    fn masked(&mut self, round: u32, network: &Network, update: &Masked<'_>) {}

    /// A secure sum has come out of its masks.
    fn summed(&mut self, round: u32, network: &Network, sum: &Sum) {}
}

/// A masked update, and the sum of all that have come so far.
#[derive(Debug, Clone, Copy)]
pub struct Masked<'a> {
    /// Whose update it is.
    pub worker: PeerId,
    /// Its elements.
    pub elements: &'a [u32],
    /// The sum's elements, as masked as they are.
    pub sum: &'a [u32],
    /// Bits of an element.
    pub width: Width,
}

/// Rounds and their secure sums as they came, kept for whoever shares the list.
pub type Sums = Rc<RefCell<Vec<(u32, Sum)>>>;

impl Observer for Sums {
    fn summed(&mut self, round: u32, _: &Network, sum: &Sum) {
        self.borrow_mut().push((round, sum.clone()));
    }
}

/// Nobody looks on.
pub(super) struct Nobody;

impl Observer for Nobody {}
