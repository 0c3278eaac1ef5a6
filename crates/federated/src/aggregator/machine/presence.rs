//! Workers that are ready, not willing, or not needed.

use super::super::super::messages::ToWorker;
use super::super::{Action, Member};
use super::{Aggregator, Millis, info};
use sotto_core::wire::{Address, PeerId};

impl Aggregator {
    /// A worker is free. It is asked, or takes part again in the round, or hears when to come
    /// back.
    pub(super) fn ready(
        &mut self,
        id: PeerId,
        digits: u32,
        now: Millis,
        actions: &mut Vec<Action>,
    ) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.ready(digits);
        self.begin_round(now, actions);
        self.readmit(id, actions);
        if self.members.get(&id).is_some_and(Member::is_ready) {
            self.send_away(Address::Worker(id), now, actions);
        }
    }

    /// A worker is not willing, and says no more than that.
    pub(super) fn away(&mut self, id: PeerId, now: Millis, actions: &mut Vec<Action>) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.away();
        if self.current.as_mut().is_some_and(|current| current.lose(id)) {
            let text = "is not willing any more; the round goes on without it";
            info(actions, Some(id), text.to_owned());
            self.settle(now, actions);
        }
    }

    /// Says when to come back: to one, or to all, where those who have work do not heed it.
    pub(super) fn send_away(&mut self, to: Address, now: Millis, actions: &mut Vec<Action>) {
        let ms = u32::try_from(self.later(now)).unwrap_or(u32::MAX);
        let round = self.current.as_ref().map_or(0, |current| current.number);
        self.send(to, round, &ToWorker::Later { ms }, actions);
    }
}
