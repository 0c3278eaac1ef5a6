//! The wires of a scenario, and those who abuse them.

use std::collections::BTreeMap;

use super::super::wiretap::Wiretap;
use super::super::{Millis, TapAction};
use super::scenario::{Lie, Scenario, Wires};
use crate::{ToAggregator, ToWorker, Token};
use sotto_core::seeded::Stream;
use sotto_core::wire::{Address, Envelope, PeerId};
use sotto_secagg::{FromClient, FromServer};

/// Everything that touches a message on its way.
pub(super) struct Faulty {
    stream: Stream,
    wires: Wires,
    partition: Option<(Millis, Millis)>,
    aggregator_lies: bool,
    pub(super) wiretap: Wiretap,
    peers: BTreeMap<PeerId, Peer>,
    /// Ways of the scenario's workers that have not come yet.
    habits: Vec<Peer>,
    crashing: Vec<usize>,
    /// Who comes back when: as itself, or as a new worker with this pace.
    returning: Vec<(Millis, RestartAs)>,
    /// The worker that never hears other workers' statements.
    denied: Option<usize>,
    /// Changes of mind to come: when, whose, and the verdict.
    moods: Vec<(Millis, usize, bool)>,
    pub(super) faults: u32,
}

/// How a crashed worker comes back.
#[derive(Clone, Copy)]
pub(super) enum RestartAs {
    /// Its page is opened again.
    AsItself(usize),
    /// Somebody else comes, with this pace.
    AsAnother(Millis),
}

/// A worker as the wires know it.
#[derive(Clone)]
struct Peer {
    number: usize,
    pace: Millis,
    sent: u32,
    crashes_at: Option<u32>,
    back_after: Option<Millis>,
    lie: Option<Lie>,
    /// What it said before.
    earlier: Option<Vec<u8>>,
    is_cut_off: bool,
    is_left_out: bool,
}

impl Faulty {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let Wires { loss, double, delay } = scenario.wires;
        let habit = |(number, habit): (usize, &super::scenario::WorkerBehaviour)| Peer {
            number,
            pace: habit.pace,
            sent: 0,
            crashes_at: habit.crashes_at,
            back_after: habit.back_after,
            lie: habit.lie,
            earlier: None,
            is_cut_off: number % 2 == 1,
            is_left_out: false,
        };
        Self {
            stream: Stream::new(scenario.seed, "faults/network"),
            wires: Wires { loss, double, delay },
            partition: scenario.partition,
            aggregator_lies: scenario.aggregator_lies,
            wiretap: Wiretap::default(),
            peers: BTreeMap::new(),
            habits: scenario.workers.iter().enumerate().map(habit).collect(),
            crashing: Vec::new(),
            returning: Vec::new(),
            denied: scenario.denied,
            moods: scenario.moods(),
            faults: 0,
        }
    }

    /// A worker of this number has opened its page. Those that come back have no bad habits; who
    /// comes back as itself is known already, and crashes once.
    pub(super) fn enter(&mut self, id: PeerId, number: usize) {
        let pace = 1000;
        let peer = self.habits.get(number).cloned().unwrap_or(Peer {
            number,
            pace,
            sent: 0,
            crashes_at: None,
            back_after: None,
            lie: None,
            earlier: None,
            is_cut_off: false,
            is_left_out: false,
        });
        self.peers.insert(id, peer);
    }

    /// Who has crashed since this was asked last.
    pub(super) fn crashed(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.crashing)
    }

    /// The workers that come back by now.
    pub(super) fn comes_back(&mut self, now: Millis) -> Vec<RestartAs> {
        let mut back = Vec::new();
        self.returning.retain(|&(at, how)| {
            let due = at <= now;
            if due {
                back.push(how);
            }
            !due
        });
        back
    }

    /// From now on nothing comes to this worker and nothing from it: the aggregator leaves it out.
    pub(super) fn leave_out(&mut self, number: usize) {
        for peer in self.peers.values_mut().filter(|peer| peer.number == number) {
            peer.is_left_out = true;
        }
    }

    /// Workers that have changed their mind by now, in the order in which they did.
    pub(super) fn moods(&mut self, now: Millis) -> Vec<(usize, bool)> {
        let due = self.moods.partition_point(|&(at, ..)| at <= now);
        self.moods.drain(..due).map(|(_, number, willing)| (number, willing)).collect()
    }

    /// What becomes of a message.
    pub(super) fn pass(&mut self, now: Millis, to: Address, bytes: &mut Vec<u8>) -> TapAction {
        // What cannot be read cannot be changed in a way that anybody understands.
        let Ok(mut envelope) = Envelope::decode(bytes, usize::MAX) else {
            return TapAction::Deliver;
        };
        let worker = match to {
            Address::Aggregator => Some(envelope.sender),
            Address::Worker(id) => Some(id),
            Address::Workers => None,
        };
        let mut copies = vec![self.delay()];
        if let Some(peer) = worker.and_then(|id| self.peers.get_mut(&id)) {
            let is_cut = self.partition.is_some_and(|(from, until)| (from..until).contains(&now));
            if peer.is_left_out || (is_cut && peer.is_cut_off) {
                self.faults += 1;
                return TapAction::Drop;
            }
            if to == Address::Aggregator {
                peer.sent += 1;
                if peer.crashes_at.is_some_and(|at| peer.sent > at) {
                    if peer.crashes_at.take().is_some() {
                        self.crashing.push(peer.number);
                        let how = match peer.number % 3 {
                            0 => RestartAs::AsAnother(peer.pace),
                            _ => RestartAs::AsItself(peer.number),
                        };
                        self.returning.extend(peer.back_after.map(|after| (now + after, how)));
                    }
                    return TapAction::Drop;
                }
                self.wiretap.leaves(to, bytes);
                let original = bytes.clone();
                if peer.lie.is_some_and(|lie| lie.tell(&mut envelope, peer.earlier.as_deref())) {
                    self.faults += 1;
                    *bytes = envelope.encode();
                }
                peer.earlier = Some(original);
            } else {
                self.wiretap.leaves(to, bytes);
                if self.denied == Some(peer.number) && are_statements(&envelope) {
                    self.faults += 1;
                    return TapAction::Drop;
                }
                if self.aggregator_lies && lie_about_survivors(&mut envelope, &mut self.stream) {
                    self.faults += 1;
                    *bytes = envelope.encode();
                }
            }
        }
        if self.stream.unit() < self.wires.loss {
            self.faults += 1;
            return TapAction::Drop;
        }
        if self.stream.unit() < self.wires.double {
            self.faults += 1;
            copies.push(self.delay());
        }
        self.wiretap.hear(to, bytes);
        TapAction::After(copies)
    }

    fn delay(&mut self) -> Millis {
        let (least, most) = self.wires.delay;
        least + Millis::from(self.stream.below((most - least) as u32 + 1))
    }
}

impl Lie {
    /// Changes a message; whether it did.
    fn tell(self, envelope: &mut Envelope, earlier: Option<&[u8]>) -> bool {
        let step = match ToAggregator::decode(envelope.kind, &envelope.payload) {
            Ok(ToAggregator::Step { token, step }) => Some((token, step)),
            _ => None,
        };
        let changed = match (self, step) {
            (Self::Forged, Some((Token(token), step))) => (Token(token.map(|b| b ^ 1)), step),
            (Self::MixedRound, Some(step)) => {
                envelope.round += 1;
                step
            }
            (Self::WrongLength, Some((token, FromClient::Masked(mut bytes)))) => {
                bytes.pop();
                (token, FromClient::Masked(bytes))
            }
            (Self::FalseShares, Some((token, FromClient::Unmask(mut shares)))) => {
                shares.iter_mut().for_each(|(_, share)| share[0] ^= 1);
                (token, FromClient::Unmask(shares))
            }
            (Self::SealedRubbish, Some((token, FromClient::Shares(mut shares)))) => {
                let bytes = shares.sealed.iter_mut().flat_map(|sealed| &mut sealed.bytes);
                bytes.for_each(|byte| *byte ^= 1);
                (token, FromClient::Shares(shares))
            }
            (Self::Unsigned, Some((token, FromClient::Statement(mut statement)))) => {
                statement.signature.0[0] ^= 1;
                (token, FromClient::Statement(statement))
            }
            // In place of the statement comes a second vector.
            (Self::Equivocating, Some((token, FromClient::Statement(_)))) => {
                (token, FromClient::Masked(vec![1; 7853 * 2]))
            }
            (Self::Replayed, Some((_, FromClient::Statement(_)))) => {
                // What cannot be read is not worth being sent again.
                let before = earlier.and_then(|bytes| Envelope::decode(bytes, usize::MAX).ok());
                return before.map(|before| *envelope = before).is_some();
            }
            _ => return false,
        };
        let (token, step) = changed;
        (envelope.kind, envelope.payload) = ToAggregator::Step { token, step }.encode();
        true
    }
}

fn are_statements(envelope: &Envelope) -> bool {
    let message = ToWorker::decode(envelope.kind, &envelope.payload);
    matches!(message, Ok(ToWorker::Step { step: FromServer::Statements(_), .. }))
}

/// An aggregator that wants both secrets of a worker tells half of the others that it is dead.
fn lie_about_survivors(envelope: &mut Envelope, stream: &mut Stream) -> bool {
    // It lies in no other message.
    let Ok(ToWorker::Step { token, step: FromServer::Survivors(mut alive) }) =
        ToWorker::decode(envelope.kind, &envelope.payload)
    else {
        return false;
    };
    if stream.unit() < 0.5 {
        return false;
    }
    if let Some(byte) = alive.first_mut() {
        *byte &= !1;
    }
    let step = FromServer::Survivors(alive);
    (envelope.kind, envelope.payload) = ToWorker::Step { token, step }.encode();
    true
}
