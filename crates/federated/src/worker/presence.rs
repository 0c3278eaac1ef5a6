//! What a worker says of itself between rounds, and when.
//!
//! It says `Ready` when it is free and willing, and again until somebody answers: a `Later` says
//! when to come back, a `Task` that it is asked. It says `Away` when it is not willing. Should
//! either be lost, the next check-in or the answer to the next `Task` puts it right.

use super::super::messages::{Refusal, ToAggregator};
use super::{Millis, Worker, WorkerAction, WorkerPhase};

/// How long a `Ready` waits for an answer before it is said again; twice as long each time.
const READY_AGAIN_MS: Millis = 5_000;
/// It is doubled so often.
const DOUBLINGS_MAX: u32 = 4;
/// A free worker that has not said anything for so long says that it is there.
const CHECK_IN_MS: Millis = 60_000;
/// No aggregator sends a worker away for longer.
const LATER_MAX_MS: Millis = 10 * 60_000;

/// When a worker speaks again.
#[derive(Default)]
pub(super) struct Presence {
    is_unwilling: bool,
    /// When it says `Ready` again.
    check_in_at: Option<Millis>,
    /// `Ready`s without an answer.
    unanswered: u32,
    /// The aggregator asked it to come back then.
    rests_until: Option<Millis>,
}

impl Worker {
    /// Whether it takes part, by its own verdict.
    #[must_use]
    pub fn is_willing(&self) -> bool {
        !self.presence.is_unwilling
    }

    /// When the aggregator asked it to come back, if it is not needed until then.
    #[must_use]
    pub fn rests_until(&self) -> Option<Millis> {
        self.presence.rests_until
    }

    /// Takes a verdict. Training stops at once; a secure sum, which takes seconds and which
    /// others wait in, is finished first.
    pub(super) fn decide(&mut self, willing: bool, now: Millis) -> Vec<WorkerAction> {
        if self.is_willing() == willing {
            return Vec::new();
        }
        self.presence = Presence { is_unwilling: !willing, ..Presence::default() };
        if self.sum.is_some() || self.assignment.is_none() {
            return Vec::new();
        }
        let mut actions = if willing { self.load() } else { self.stop_training() };
        actions.extend(self.say_presence(now));
        actions
    }

    /// Says whether it can be asked, if it has an assignment; with digits to load, only that it cannot.
    pub(super) fn say_presence(&mut self, now: Millis) -> Vec<WorkerAction> {
        match self.digits {
            _ if !self.is_willing() => vec![self.send(0, &ToAggregator::Away)],
            None => Vec::new(),
            Some(digits) => {
                let wait = READY_AGAIN_MS << self.presence.unanswered.min(DOUBLINGS_MAX);
                self.presence.unanswered += 1;
                vec![self.send(0, &ToAggregator::Ready { digits }), self.check_in(now + wait)]
            }
        }
    }

    fn check_in(&mut self, at: Millis) -> WorkerAction {
        self.presence.check_in_at = Some(at);
        WorkerAction::Wake(at)
    }

    /// It is not needed for `ms`. It comes back at a moment of its own after that, within half as
    /// long again, so that those who are sent away together do not come together (section 2.3
    /// of the paper: pace steering).
    pub(super) fn sent_away(&mut self, ms: u32, now: Millis) -> Vec<WorkerAction> {
        let span = Millis::from(ms).min(LATER_MAX_MS);
        let mut random = [0; 8];
        (self.entropy)(&mut random);
        let at = now + span + u64::from_le_bytes(random) % (span / 2 + 1);
        if self.phase == WorkerPhase::Refused(Refusal::Full) {
            self.join_at = at;
            return vec![WorkerAction::Wake(at)];
        }
        if self.phase != WorkerPhase::Idle || !self.is_willing() {
            return Vec::new();
        }
        self.presence.unanswered = 0;
        self.presence.rests_until = Some(now + span);
        vec![self.check_in(at)]
    }

    /// Says again what may have been lost.
    pub(super) fn elapsed(&mut self, now: Millis) -> Vec<WorkerAction> {
        match self.presence.check_in_at {
            Some(at) if at <= now => {
                self.presence.rests_until = None;
                self.say_presence(now)
            }
            _ => Vec::new(),
        }
    }

    /// After every event: who is free comes back, and so does who waits in a sum, for the round may
    /// have ended without a word.
    pub(super) fn keep_in_touch(&mut self, now: Millis) -> Option<WorkerAction> {
        let waits = matches!(self.phase, WorkerPhase::Idle | WorkerPhase::Summing(_));
        match (waits && self.is_willing(), self.presence.check_in_at) {
            (true, None) => Some(self.check_in(now + CHECK_IN_MS)),
            (true, Some(_)) => None,
            (false, _) => {
                let is_unwilling = self.presence.is_unwilling;
                self.presence = Presence { is_unwilling, ..Presence::default() };
                None
            }
        }
    }
}
