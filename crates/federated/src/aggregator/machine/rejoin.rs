//! Workers that come back: to their slot, and into the round that they left.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::{Action, Member};
use super::{Aggregator, MEMBERS_MAX, Millis, draw_token, info};
use sotto_core::wire::PeerId;

/// How long a run that was taken up again waits for those who were in the room.
const REJOIN_MS: Millis = 10_000;

/// Who was here.
#[derive(Default)]
pub(super) struct Former {
    /// Slots of those who left, the latest last.
    slots: VecDeque<(PeerId, u32)>,
    /// Who was there when the run was kept, and has not come back yet.
    expected: BTreeSet<PeerId>,
    /// Until when they are waited for.
    until: Millis,
}

impl Former {
    /// A run is taken up again, which these workers were in.
    pub(super) fn expecting(slots: Vec<(PeerId, u32)>) -> Self {
        let expected = slots.iter().map(|(id, _)| *id).collect();
        Self { slots: slots.into(), expected, until: 0 }
    }

    pub(super) fn remember(&mut self, id: PeerId, slot: u32) {
        self.expected.remove(&id);
        self.slots.retain(|(known, _)| *known != id);
        if self.slots.len() >= MEMBERS_MAX {
            self.slots.pop_front();
        }
        self.slots.push_back((id, slot));
    }
}

impl Aggregator {
    /// The smallest free slot, or the one that the worker had if that is free.
    pub(super) fn slot_for(&self, id: PeerId) -> u32 {
        let taken: BTreeSet<u32> = self.members.values().map(|member| member.slot).collect();
        let free = |slot: &u32| !taken.contains(slot);
        let former = self.former.slots.iter().find(|(known, _)| *known == id);
        let former = former.map(|(_, slot)| *slot).filter(free);
        former.or_else(|| (0..).find(free)).unwrap_or(0)
    }

    /// Lets a worker take part again that left before it had reported.
    pub(super) fn readmit(&mut self, id: PeerId, actions: &mut Vec<Action>) {
        let Some(member) = self.members.get_mut(&id).filter(|member| member.is_ready()) else {
            return;
        };
        let Some(mut round) = self.current.take() else {
            return;
        };
        let token = draw_token(&mut self.entropy);
        if round.readmit(id, member.slot, &token) {
            member.start(token.clone());
            info(actions, Some(id), "is back in the round".to_owned());
            self.ask(id, &round, token, actions);
        }
        self.current = Some(round);
    }

    /// The room opens: those who were in it get some time to come back.
    pub(super) fn await_former(&mut self, now: Millis, actions: &mut Vec<Action>) {
        if !self.former.expected.is_empty() {
            self.former.until = now + REJOIN_MS;
            actions.push(Action::Wake(self.former.until));
        }
    }

    /// Whether somebody is still waited for.
    pub(super) fn awaits_former(&mut self, now: Millis) -> bool {
        if now >= self.former.until {
            self.former.expected.clear();
        }
        let members = &self.members;
        self.former.expected.retain(|id| !members.get(id).is_some_and(Member::is_ready));
        !self.former.expected.is_empty()
    }

    /// Who is here, with their slots.
    pub(super) fn slots(&self) -> Vec<(PeerId, u32)> {
        // Who has not come back yet may still do.
        let away = self.former.slots.iter().filter(|(id, _)| self.former.expected.contains(id));
        let mut slots: BTreeMap<PeerId, u32> = away.copied().collect();
        slots.extend(self.members.iter().map(|(id, member)| (*id, member.slot)));
        slots.into_iter().collect()
    }
}
