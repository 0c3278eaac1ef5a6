//! The room that a worker is in, as its parts share it.

use std::cell::RefCell;
use std::rc::Rc;

use super::broadcast::BroadcastLink;
use super::conditions::EligibilityChecker;
use super::dials::FaultInjection;
use super::environment::EventSink;
use super::tab::Tab;
use super::training_set::TrainingSet;
use sotto_federated::UnfinishedWork;

pub(super) type Shared = Rc<RefCell<Option<WorkerRoom>>>;

/// A room that this worker is in.
pub(super) struct WorkerRoom {
    pub(super) name: String,
    pub(super) machine: sotto_federated::Worker,
    pub(super) link: BroadcastLink,
    pub(super) show: EventSink,
    pub(super) data: String,
    /// Its digits.
    pub(super) training_set: TrainingSet,
    pub(super) tab: Rc<Tab>,
    pub(super) judge: Rc<EligibilityChecker>,
    pub(super) trial: Rc<FaultInjection>,
    /// A training that was called off, or that this tab was at before it was reloaded.
    pub(super) unfinished: Option<UnfinishedWork>,
    /// Counts tasks and assignments, so that an abandoned one ends itself.
    pub(super) generation: u32,
}

pub(super) fn with_room<T>(
    shared: &Shared,
    action: impl FnOnce(&mut WorkerRoom) -> T,
) -> Option<T> {
    shared.borrow_mut().as_mut().map(action)
}
