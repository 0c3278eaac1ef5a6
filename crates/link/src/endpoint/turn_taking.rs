//! Two endpoints that answer each other in turns: for them the time of a message is what counts, and what
//! is long waits until they pause.

use super::Millis;

/// Beyond the time there and back, after which the next turn is not waited for.
const PAUSE: Millis = 20;
/// How long a long message waits at most.
const HOLD_MAX: Millis = 2_000;

/// When short messages last went and came.
#[derive(Debug, Default)]
pub(super) struct TurnTaking {
    sent_at: Option<Millis>,
    heard_at: Option<Millis>,
    /// Since when something long waits.
    waits_since: Option<Millis>,
}

impl TurnTaking {
    pub(super) fn sent(&mut self, now: Millis) {
        self.sent_at = Some(now);
    }

    pub(super) fn heard(&mut self, now: Millis) {
        self.heard_at = Some(now);
    }

    /// Until when a long message has to wait, if it has to; `rtt` is the time there and back.
    pub(super) fn hold(&mut self, rtt: Option<f64>, now: Millis) -> Option<Millis> {
        let until = self.pause(rtt.unwrap_or(0.0)).filter(|until| now < *until)?;
        let since = *self.waits_since.get_or_insert(now);
        Some(until.min(since + HOLD_MAX)).filter(|until| now < *until)
    }

    /// What waited has gone.
    pub(super) fn release(&mut self) {
        self.waits_since = None;
    }

    /// When those who answer each other will have paused.
    fn pause(&self, rtt: f64) -> Option<Millis> {
        let (sent, heard) = (self.sent_at?, self.heard_at?);
        let pause = PAUSE + rtt as Millis;
        (sent.abs_diff(heard) <= pause).then_some(sent.max(heard) + pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_waits_for_those_who_take_turns() {
        let mut turn_taking = TurnTaking::default();
        assert_eq!(turn_taking.hold(None, 1000), None);
        turn_taking.sent(1000);
        assert_eq!(turn_taking.hold(None, 1000), None, "who only sends is not answered");
        turn_taking.heard(1005);
        assert_eq!(turn_taking.hold(None, 1010), Some(1025));
        assert_eq!(turn_taking.hold(Some(80.0), 1010), Some(1105));
        assert_eq!(turn_taking.hold(None, 1025), None);
    }

    #[test]
    fn but_not_for_ever() {
        let mut turn_taking = TurnTaking::default();
        let held = (1000..).find(|now| {
            turn_taking.sent(*now);
            turn_taking.heard(*now);
            turn_taking.hold(None, *now).is_none()
        });
        assert_eq!(held, Some(1000 + HOLD_MAX));
        turn_taking.release();
        turn_taking.sent(4000);
        turn_taking.heard(4000);
        assert_eq!(turn_taking.hold(None, 4001), Some(4020));
    }
}
