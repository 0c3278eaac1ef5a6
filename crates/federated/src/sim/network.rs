//! The wires of a simulated room.

use std::collections::BTreeMap;

use super::{Millis, Tap, TapAction};
use sotto_core::wire::Address;

/// Messages on their way, by time of arrival, and then in the order in which they were sent.
pub(super) struct Network {
    tap: Tap,
    flying: BTreeMap<(Millis, u64), (Address, Vec<u8>)>,
    sent: u64,
}

impl Default for Network {
    fn default() -> Self {
        Self { tap: Box::new(|_, _, _| TapAction::Deliver), flying: BTreeMap::new(), sent: 0 }
    }
}

impl Network {
    pub(super) fn tap(&mut self, tap: Tap) {
        self.tap = tap;
    }

    pub(super) fn send(&mut self, now: Millis, to: Address, mut bytes: Vec<u8>) {
        let delays = match (self.tap)(now, to, &mut bytes) {
            TapAction::Deliver => vec![0],
            TapAction::Drop => Vec::new(),
            TapAction::Double => vec![0, 0],
            TapAction::After(delays) => delays,
        };
        for delay in delays {
            self.sent += 1;
            self.flying.insert((now + delay, self.sent), (to, bytes.clone()));
        }
    }

    /// The message that arrives next, if it has by `now`.
    pub(super) fn receive(&mut self, now: Millis) -> Option<(Address, Vec<u8>)> {
        let first = self.flying.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// When the next message arrives.
    pub(super) fn next(&self) -> Option<Millis> {
        self.flying.first_key_value().map(|((time, _), _)| *time)
    }

    pub(super) fn bytes(&self) -> usize {
        self.flying.values().map(|(_, bytes)| bytes.len()).sum()
    }
}
