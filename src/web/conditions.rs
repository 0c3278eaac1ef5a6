//! The gates of a worker's tab, fed by what its page reads and what is measured here.

use std::cell::{Cell, RefCell};

use super::environment::{EventSink, complain, now};
use super::page::{EligibilityView, GateView, ReadConditions, WorkerEvent as Shown};
use sotto_digits::Digits;
use sotto_federated::eligibility::{
    Battery, Conditions, Connection, Eligibility, GateResult, Quality,
};
use sotto_train::profile;

/// How long the training for the speed's sake takes.
const SPEED_TEST_MS: f64 = 150.0;

/// Judges whether the tab takes part.
pub(super) struct EligibilityChecker {
    show: EventSink,
    eligibility: RefCell<Eligibility>,
    has_page: Cell<bool>,
}

impl EligibilityChecker {
    pub(super) fn new(show: EventSink) -> Self {
        Self { show, eligibility: RefCell::default(), has_page: Cell::new(false) }
    }

    /// Whether a page of its own tells of the tab's conditions; workers inside of another page
    /// have none.
    pub(super) fn has_page(&self) -> bool {
        self.has_page.get()
    }

    /// The verdict.
    pub(super) fn is_willing(&self) -> bool {
        self.eligibility.borrow().is_willing()
    }

    /// Takes what the page has read.
    pub(super) fn read(&self, seen: ReadConditions) {
        self.has_page.set(true);
        let battery =
            seen.battery.map(|read| Battery { level: read.level, is_charging: read.charging });
        let connection = seen.connection.and_then(|read| {
            let quality = Quality::by_name(&read.quality)?;
            Some(Connection { quality, is_metered: read.metered })
        });
        self.change(|eligibility| {
            eligibility.conditions = Conditions {
                battery,
                connection,
                saves_data: seen.saves_data,
                visible: seen.visible,
                idle: seen.idle,
                ..eligibility.conditions
            };
        });
    }

    pub(super) fn ignore(&self, gate: &str, ignored: bool) {
        self.change(|eligibility| eligibility.ignore(gate, ignored));
    }

    pub(super) fn pause(&self, paused: bool) {
        self.change(|eligibility| eligibility.is_paused = paused);
    }

    /// Trains the network called `model` on some of the digits, for nothing but its speed.
    pub(super) fn measure(&self, model: &str, digits: &Digits) {
        let Some(preset) = sotto_network::preset(model).filter(|_| self.has_page()) else { return };
        // What cannot be measured is not known, and hinders nobody.
        let speed = profile::digits_per_s(&preset.network, digits, SPEED_TEST_MS, &now)
            .inspect_err(|error| complain("measuring the speed", &error.to_string().into()));
        self.change(|eligibility| {
            eligibility.conditions.digits = digits.len() as u32;
            // Why it is not known was told.
            eligibility.conditions.digits_per_s = speed.ok();
        });
    }

    fn change(&self, change: impl FnOnce(&mut Eligibility)) {
        change(&mut self.eligibility.borrow_mut());
        self.show.event(&Shown::Eligibility(self.view()));
    }

    fn view(&self) -> EligibilityView {
        let eligibility = self.eligibility.borrow();
        EligibilityView {
            willing: eligibility.is_willing(),
            paused: eligibility.is_paused,
            gates: eligibility.findings().into_iter().map(gate).collect(),
        }
    }
}

fn gate(finding: GateResult) -> GateView {
    let verdict = match &finding.observed {
        None => "unknown",
        Some(_) if finding.is_ignored => "ignored",
        Some(reading) if reading.fits => "ok",
        Some(_) => "hinders",
    };
    GateView {
        name: finding.gate.name,
        label: finding.gate.label,
        rule: finding.gate.rule,
        reading: finding.observed.map(|reading| reading.reading),
        verdict,
        ignored: finding.is_ignored,
    }
}
