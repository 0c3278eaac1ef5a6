//! A machine that nobody uses has time. Ignored at first: whoever tries this out is at the machine.

use super::{Conditions, Gate, GateReading};

pub(super) const GATE: Gate = Gate {
    name: "idleness",
    label: "Machine idle",
    rule: "Rests while somebody uses this machine.",
    is_ignored: true,
    look,
};

fn look(conditions: &Conditions) -> Option<GateReading> {
    let idle = conditions.idle?;
    let reading = if idle { "nobody is using it" } else { "in use" };
    Some(GateReading { reading: reading.to_owned(), fits: idle })
}
