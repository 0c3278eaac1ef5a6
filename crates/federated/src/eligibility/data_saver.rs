//! Who asks all sites to save data is not sent a model every round.

use super::{Conditions, Gate, GateReading};

pub(super) const GATE: Gate = Gate {
    name: "data-saver",
    label: "Data saver",
    rule: "Rests when the browser is asked to save data.",
    is_ignored: false,
    look,
};

fn look(conditions: &Conditions) -> Option<GateReading> {
    let is_on = conditions.saves_data?;
    Some(GateReading { reading: if is_on { "on" } else { "off" }.to_owned(), fits: !is_on })
}
