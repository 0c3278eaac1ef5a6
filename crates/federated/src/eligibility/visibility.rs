//! A tab that can be seen is not slowed down. Ignored at first: whoever looks at the aggregator's
//! page has the workers' tabs behind it.

use super::{Conditions, Gate, GateReading};

pub(super) const GATE: Gate = Gate {
    name: "visibility",
    label: "In sight",
    rule: "Rests while this tab is hidden.",
    is_ignored: true,
    look,
};

fn look(conditions: &Conditions) -> Option<GateReading> {
    let visible = conditions.visible?;
    let reading = if visible { "this tab is in front" } else { "this tab is hidden" };
    Some(GateReading { reading: reading.to_owned(), fits: visible })
}
