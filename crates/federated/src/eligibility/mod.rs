//! Whether a worker is willing to take part, decided where it runs.
//!
//! A *gate* looks at one of the conditions that a browser tells of: one file each, one line in
//! [`GATES`]. What a browser does not tell hinders nobody. A gate may be ignored, some are unless
//! the user says otherwise. Nothing of this is sent but the verdict, one bit (Bonawitz et al.
//! 2019, "Towards Federated Learning at Scale", section 3, asks devices to be idle, charging and
//! on an unmetered network, and lets them judge that themselves).

mod battery;
mod connection;
mod data_saver;
mod idleness;
mod speed;
mod visibility;

use std::collections::BTreeSet;

pub use battery::Battery;
pub use connection::{Connection, Quality};

/// Every gate, in the order in which the page shows them.
pub const GATES: &[Gate] = &[
    battery::GATE,
    connection::GATE,
    data_saver::GATE,
    visibility::GATE,
    idleness::GATE,
    speed::GATE,
];

/// What is known of the place where a worker runs; `None` where the browser does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Conditions {
    /// The battery.
    pub battery: Option<Battery>,
    /// The connection to the network.
    pub connection: Option<Connection>,
    /// Whether the user asks all sites to save data.
    pub saves_data: Option<bool>,
    /// Whether the tab can be seen.
    pub visible: Option<bool>,
    /// Whether nobody uses the machine.
    pub idle: Option<bool>,
    /// Digits of this worker.
    pub digits: u32,
    /// How many digits a second it trains on, as measured.
    pub digits_per_s: Option<f64>,
}

/// One condition that a worker wants to hold.
pub struct Gate {
    /// Its name in messages between the page and its role.
    pub name: &'static str,
    /// What the page calls it.
    pub label: &'static str,
    /// When it hinders, in a sentence.
    pub rule: &'static str,
    /// Whether it is ignored until the user says otherwise.
    pub is_ignored: bool,
    look: fn(&Conditions) -> Option<GateReading>,
}

/// What a gate sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateReading {
    /// The condition in words.
    pub reading: String,
    /// Whether it holds.
    pub fits: bool,
}

/// What a gate sees, and what follows.
pub struct GateResult {
    /// The gate.
    pub gate: &'static Gate,
    /// What it sees; `None` where the browser does not tell.
    pub observed: Option<GateReading>,
    /// Whether the user lets it be.
    pub is_ignored: bool,
}

impl GateResult {
    /// Whether it keeps the worker from taking part.
    #[must_use]
    pub fn hinders(&self) -> bool {
        !self.is_ignored && self.observed.as_ref().is_some_and(|reading| !reading.fits)
    }
}

/// A worker's conditions and its user's wishes.
pub struct Eligibility {
    /// What is known of the place where it runs.
    pub conditions: Conditions,
    /// The user wants a pause.
    pub is_paused: bool,
    ignored: BTreeSet<&'static str>,
}

impl Default for Eligibility {
    fn default() -> Self {
        let ignored = GATES.iter().filter(|gate| gate.is_ignored).map(|gate| gate.name).collect();
        Self { conditions: Conditions::default(), is_paused: false, ignored }
    }
}

impl Eligibility {
    /// Ignores a gate, or heeds it again; a name that no gate has changes nothing.
    pub fn ignore(&mut self, name: &str, ignored: bool) {
        if let Some(gate) = GATES.iter().find(|gate| gate.name == name) {
            match ignored {
                true => self.ignored.insert(gate.name),
                false => self.ignored.remove(gate.name),
            };
        }
    }

    /// What every gate sees.
    #[must_use]
    pub fn findings(&self) -> Vec<GateResult> {
        let finding = |gate: &'static Gate| GateResult {
            gate,
            observed: (gate.look)(&self.conditions),
            is_ignored: self.ignored.contains(gate.name),
        };
        GATES.iter().map(finding).collect()
    }

    /// The verdict.
    #[must_use]
    pub fn is_willing(&self) -> bool {
        !self.is_paused && !self.findings().iter().any(GateResult::hinders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Conditions under which every gate hinders.
    fn dire() -> Conditions {
        Conditions {
            battery: Some(Battery { level: 0.1, is_charging: false }),
            connection: Some(Connection { quality: Quality::Slow2g, is_metered: false }),
            saves_data: Some(true),
            visible: Some(false),
            idle: Some(false),
            digits: 3000,
            digits_per_s: Some(10.0),
        }
    }

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = GATES.iter().map(|gate| gate.name).collect();
        assert_eq!(names.len(), GATES.len());
    }

    #[test]
    fn what_a_browser_does_not_tell_hinders_nobody() {
        let mut eligibility = Eligibility::default();
        for gate in GATES {
            eligibility.ignore(gate.name, false);
        }
        assert!(eligibility.is_willing());
        assert!(eligibility.findings().iter().all(|finding| finding.observed.is_none()));
    }

    #[test]
    fn hidden_tabs_and_busy_machines_take_part_until_the_user_says_otherwise() {
        let conditions =
            Conditions { visible: Some(false), idle: Some(false), ..Conditions::default() };
        let mut eligibility = Eligibility { conditions, ..Eligibility::default() };
        assert!(eligibility.is_willing());
        eligibility.ignore("visibility", false);
        assert!(!eligibility.is_willing());
        eligibility.ignore("visibility", true);
        eligibility.ignore("idleness", false);
        assert!(!eligibility.is_willing());
    }

    #[test]
    fn one_gate_is_enough_to_hinder() {
        for heeded in GATES {
            let mut eligibility = Eligibility { conditions: dire(), ..Eligibility::default() };
            for gate in GATES {
                eligibility.ignore(gate.name, gate.name != heeded.name);
            }
            assert!(!eligibility.is_willing(), "{}", heeded.name);
        }
    }

    proptest! {
        /// A pause holds whatever else is true, and without one the verdict is that no gate that
        /// is heeded hinders.
        #[test]
        fn the_verdict_follows_gates_and_pause(ignored: [bool; 6], is_paused: bool, is_dire: bool) {
            let conditions = if is_dire { dire() } else { Conditions::default() };
            let mut eligibility = Eligibility { conditions, is_paused, ..Eligibility::default() };
            for (gate, &ignored) in GATES.iter().zip(&ignored) {
                eligibility.ignore(gate.name, ignored);
            }
            let all_ignored = ignored.iter().all(|&ignored| ignored);
            prop_assert_eq!(eligibility.is_willing(), !is_paused && (!is_dire || all_ignored));
        }
    }
}
