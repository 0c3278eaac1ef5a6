//! What is out of order with a worker's tab on purpose: its delay, its silences, its attack.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use super::environment::{EventSink, entropy, now};
use super::page::{AttackView, DialsView, WorkerEvent as Shown};
use sotto_core::wire::Address;
use sotto_federated::attack::{ATTACKS, Attack};
use sotto_federated::dials::{Dials, HONEST, SLOW_MAX_S};

/// How long a flaky tab is silent.
pub(super) const SILENCE: Duration = Duration::from_secs(5);

/// A tab's dials, and what they hold back.
pub(super) struct FaultInjection {
    show: EventSink,
    dials: RefCell<Dials>,
    /// What waits to be sent, each with its time on [`now`]'s clock, in the order of both.
    held: RefCell<VecDeque<(f64, Address, Vec<u8>)>>,
    /// The last round in which it was drawn whether the tab falls silent.
    drawn: Cell<Option<u32>>,
    is_silent: Cell<bool>,
}

/// What becomes of a message.
pub(super) enum DeliveryAction {
    /// It leaves at once.
    Leaves(Address, Vec<u8>),
    /// It is held back so long.
    Waits(Duration),
    /// Nobody hears it.
    Lost,
}

impl FaultInjection {
    pub(super) fn new(show: EventSink) -> Self {
        Self {
            show,
            dials: RefCell::default(),
            held: RefCell::default(),
            drawn: Cell::default(),
            is_silent: Cell::default(),
        }
    }

    /// Takes the dials of the page's address.
    pub(super) fn open(&self, query: &str) {
        let (dials, problems) = Dials::from_query(query);
        *self.dials.borrow_mut() = dials;
        problems.into_iter().for_each(|problem| self.complain(problem));
        self.tell();
    }

    /// Turns one dial.
    pub(super) fn set(&self, name: &str, value: &str) {
        let outcome = self.dials.borrow_mut().set(name, value);
        if let Err(problem) = outcome {
            self.complain(problem);
        }
        self.tell();
    }

    pub(super) fn attack(&self) -> Option<&'static dyn Attack> {
        self.dials.borrow().attack
    }

    pub(super) fn is_silent(&self) -> bool {
        self.is_silent.get()
    }

    /// Draws, once a round, whether the tab falls silent now.
    pub(super) fn falls_silent(&self, round: u32) -> bool {
        if self.drawn.replace(Some(round)) == Some(round) {
            return false;
        }
        let mut random = [0; 4];
        (entropy())(&mut random);
        let falls =
            f64::from(u32::from_le_bytes(random)) < self.dials.borrow().flaky * 2f64.powi(32);
        if falls {
            self.is_silent.set(true);
            self.held.borrow_mut().clear();
        }
        falls
    }

    /// The silence is over.
    pub(super) fn speaks_again(&self) {
        self.is_silent.set(false);
    }

    /// Takes a message that is to be sent. One that waits is had from [`due`](Self::due) later.
    pub(super) fn take(&self, to: Address, bytes: Vec<u8>) -> DeliveryAction {
        if self.is_silent() {
            return DeliveryAction::Lost;
        }
        let slow_ms = 1e3 * self.dials.borrow().slow_s;
        let mut held = self.held.borrow_mut();
        let due = held.back().map_or(0.0, |(due, ..)| *due).max(now() + slow_ms);
        if slow_ms == 0.0 && held.is_empty() {
            return DeliveryAction::Leaves(to, bytes);
        }
        held.push_back((due, to, bytes));
        DeliveryAction::Waits(Duration::from_millis((due - now()).max(0.0) as u64 + 1))
    }

    /// The next message that has waited long enough.
    pub(super) fn due(&self) -> Option<(Address, Vec<u8>)> {
        let mut held = self.held.borrow_mut();
        let (due, ..) = held.front()?;
        let next = if *due <= now() { held.pop_front() } else { None };
        next.map(|(_, to, bytes)| (to, bytes))
    }

    fn complain(&self, text: String) {
        self.show.event(&Shown::Notice { level: "warning", text });
    }

    fn tell(&self) {
        let dials = *self.dials.borrow();
        let honest = AttackView { name: HONEST, words: "honest" };
        let view = |attack: &&dyn Attack| AttackView { name: attack.name(), words: attack.words() };
        self.show.event(&Shown::Dials(DialsView {
            slow: dials.slow_s,
            slow_max: SLOW_MAX_S,
            flaky: dials.flaky,
            attack: dials.attack.map_or(HONEST, Attack::name),
            attacks: std::iter::once(honest).chain(ATTACKS.iter().map(view)).collect(),
        }));
    }
}
