//! A worker that could not keep up with any deadline spares itself the work.

use super::{Conditions, Gate, GateReading};

/// A pass over all digits of the worker must be done in this time, in seconds: half of what a
/// round waits for when nothing is known of its workers.
const PASS_MAX_S: f64 = 30.0;

pub(super) const GATE: Gate = Gate {
    name: "speed",
    label: "Speed",
    rule: "Rests when one pass over its digits would take more than 30 s.",
    is_ignored: false,
    look,
};

fn look(conditions: &Conditions) -> Option<GateReading> {
    let speed = conditions.digits_per_s?;
    let pass_s = f64::from(conditions.digits) / speed;
    let pass = if pass_s < 10.0 { format!("{pass_s:.1}") } else { format!("{pass_s:.0}") };
    Some(GateReading {
        reading: format!("{} digits a second, {pass} s a pass", grouped(speed)),
        fits: pass_s <= PASS_MAX_S,
    })
}

/// A number as people write it, to two digits that matter.
fn grouped(number: f64) -> String {
    if number < 100.0 {
        return format!("{number:.0}");
    }
    let rounded = (number / 100.0).round() as u64 * 100;
    match rounded {
        0..1000 => rounded.to_string(),
        _ => format!("{},{:03}", rounded / 1000, rounded % 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading_of(digits: u32, speed: f64) -> GateReading {
        let conditions = Conditions { digits, digits_per_s: Some(speed), ..Conditions::default() };
        look(&conditions).unwrap()
    }

    #[test]
    fn the_time_of_a_pass_decides() {
        assert!(reading_of(3000, 101.0).fits);
        assert!(!reading_of(3000, 99.0).fits);
        assert!(reading_of(300, 11.0).fits);
        assert!(!reading_of(3000, 0.0).fits);
    }

    #[test]
    fn it_is_read_in_round_numbers() {
        assert_eq!(reading_of(3000, 5832.1).reading, "5,800 digits a second, 0.5 s a pass");
        assert_eq!(reading_of(3000, 12.3).reading, "12 digits a second, 244 s a pass");
    }
}
