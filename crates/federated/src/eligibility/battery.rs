//! The battery shall last.

use super::{Conditions, Gate, GateReading};

/// A battery that is not charging must be this full.
const LEVEL_LEAST: f64 = 0.2;

/// A battery.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Battery {
    /// How full it is, from 0 to 1.
    pub level: f64,
    /// Whether it is being charged.
    pub is_charging: bool,
}

pub(super) const GATE: Gate = Gate {
    name: "battery",
    label: "Battery",
    rule: "Rests below 20 % when it is not charging.",
    is_ignored: false,
    look,
};

fn look(conditions: &Conditions) -> Option<GateReading> {
    let Battery { level, is_charging } = conditions.battery?;
    let charging = if is_charging { "charging" } else { "not charging" };
    Some(GateReading {
        reading: format!("{:.0} %, {charging}", 100.0 * level),
        fits: is_charging || level >= LEVEL_LEAST,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_battery_hinders_unless_it_is_charging() {
        let fits = |level, is_charging| {
            let battery = Some(Battery { level, is_charging });
            look(&Conditions { battery, ..Conditions::default() }).map(|reading| reading.fits)
        };
        assert_eq!(fits(0.19, false), Some(false));
        assert_eq!(fits(0.2, false), Some(true));
        assert_eq!(fits(0.01, true), Some(true));
        assert_eq!(fits(f64::NAN, false), Some(false));
    }

    #[test]
    fn it_is_read_in_percent() {
        let battery = Some(Battery { level: 0.807, is_charging: true });
        let observed = look(&Conditions { battery, ..Conditions::default() });
        assert_eq!(observed.map(|reading| reading.reading).as_deref(), Some("81 %, charging"));
    }
}
