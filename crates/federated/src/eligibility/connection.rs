//! A round carries the model to the worker and an update back: not over a slow connection, nor
//! over one that is paid by the byte.

use super::{Conditions, Gate, GateReading};

/// A connection to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// How fast it feels.
    pub quality: Quality,
    /// Whether its bytes are likely to be paid for.
    pub is_metered: bool,
}

/// How fast a connection feels, in the browsers' terms (Network Information API).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Below 50 kbit/s.
    Slow2g,
    /// Below 70 kbit/s.
    Medium2g,
    /// Below 700 kbit/s.
    Medium3g,
    /// Faster.
    Fast,
}

impl Quality {
    /// The quality that a browser calls so.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let all = [Self::Slow2g, Self::Medium2g, Self::Medium3g, Self::Fast];
        all.into_iter().find(|quality| quality.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Slow2g => "slow-2g",
            Self::Medium2g => "2g",
            Self::Medium3g => "3g",
            Self::Fast => "4g",
        }
    }
}

pub(super) const GATE: Gate = Gate {
    name: "connection",
    label: "Connection",
    rule: "Rests on mobile data, and when it is as slow as 2g.",
    is_ignored: false,
    look,
};

fn look(conditions: &Conditions) -> Option<GateReading> {
    let Connection { quality, is_metered } = conditions.connection?;
    let as_fast = format!("as fast as {}", quality.name());
    Some(GateReading {
        reading: if is_metered { format!("mobile data, {as_fast}") } else { as_fast },
        fits: !is_metered && !matches!(quality, Quality::Slow2g | Quality::Medium2g),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_and_metered_connections_hinder() {
        let fits = |name, is_metered| {
            let connection =
                Quality::by_name(name).map(|quality| Connection { quality, is_metered });
            look(&Conditions { connection, ..Conditions::default() }).map(|reading| reading.fits)
        };
        assert_eq!(fits("4g", false), Some(true));
        assert_eq!(fits("3g", false), Some(true));
        assert_eq!(fits("4g", true), Some(false));
        assert_eq!(fits("2g", false), Some(false));
        assert_eq!(fits("slow-2g", false), Some(false));
        assert_eq!(fits("7g", false), None);
    }
}
