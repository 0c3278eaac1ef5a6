//! Listens to a room and notes what an aggregator could know from it: whether any worker's two
//! secrets could be opened, and whether any worker sums one model twice in one round.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::{ToAggregator, ToWorker, Token};
use sotto_core::wire::{Address, Envelope, PeerId};
use sotto_network::WeightHash;
use sotto_secagg::{FromClient, FromServer, share_kind};

/// One try of one round.
type Try = (u32, [u8; 32]);

/// What was heard.
#[derive(Default)]
pub(super) struct Wiretap {
    /// Where a worker stands in the list of a try.
    positions: BTreeMap<(Try, PeerId), u32>,
    /// Which list of keys a worker's token belongs to.
    tries: BTreeMap<(PeerId, [u8; 16]), Try>,
    /// The hashes of shares: by try, owner and holder.
    hashes: BTreeMap<(Try, u32, u32), [[u8; 32]; 2]>,
    /// Holders that opened a share, by try, owner and kind.
    opened: BTreeMap<(Try, u32, bool), BTreeSet<u32>>,
    /// How many workers a try's list has.
    workers: BTreeMap<Try, u32>,
    /// The round and the model of a worker's tasks.
    tasks: BTreeMap<(PeerId, [u8; 16]), (u32, [u8; 32])>,
    /// For which of them it has sent a masked vector.
    masked: BTreeSet<(PeerId, (u32, [u8; 32]))>,
    twice: Option<(PeerId, u32)>,
}

impl Wiretap {
    /// Notes a message as its receiver gets it.
    pub(super) fn hear(&mut self, to: Address, bytes: &[u8]) {
        // Whatever else is on the wires, no secret sum is.
        let Ok(envelope) = Envelope::decode(bytes, usize::MAX) else {
            return;
        };
        let Envelope { kind, payload, round, sender, .. } = &envelope;
        if let Address::Worker(id) = to
            // The same goes for messages.
            && let Ok(ToWorker::Step { token, step: FromServer::KeyList(list) }) =
                ToWorker::decode(*kind, payload)
        {
            let this = (*round, Sha256::digest(list.root).into());
            self.tries.insert((id, token.0), this);
            self.positions.insert((this, id), list.position);
            self.workers.insert(this, list.workers);
        }
        if to == Address::Aggregator
            // The same goes for messages.
            && let Ok(ToAggregator::Step { token, step }) = ToAggregator::decode(*kind, payload)
        {
            self.step(*sender, &token, step);
        }
    }

    fn step(&mut self, sender: PeerId, token: &Token, step: FromClient) {
        let Some(&this) = self.tries.get(&(sender, token.0)) else {
            return;
        };
        let Some(&position) = self.positions.get(&(this, sender)) else {
            return;
        };
        match step {
            FromClient::Shares(shares) => {
                for sealed in shares.sealed {
                    self.hashes.insert((this, position, sealed.position), sealed.hashes);
                }
            }
            FromClient::Unmask(shares) => {
                for (owner, share) in shares {
                    let Some(hashes) = self.hashes.get(&(this, owner, position)) else {
                        continue;
                    };
                    if let Some(is_own) = share_kind(&share, hashes) {
                        self.opened.entry((this, owner, is_own)).or_default().insert(position);
                    }
                }
            }
            FromClient::Keys(_) | FromClient::Masked(_) | FromClient::Statement(_) => {}
        }
    }

    /// Notes a task on its way to a worker, and a masked vector on its way from one, whether they
    /// arrive or not.
    pub(super) fn leaves(&mut self, to: Address, bytes: &[u8]) {
        // Whatever else leaves, no vector does.
        let Ok(Envelope { kind, payload, round, sender, .. }) = Envelope::decode(bytes, usize::MAX)
        else {
            return;
        };
        if let Address::Worker(id) = to
            // The same goes for messages.
            && let Ok(ToWorker::Task(task)) = ToWorker::decode(kind, &payload)
        {
            self.tasks.insert((id, task.token.0), (round, WeightHash::of(&task.weights).0));
        }
        if to == Address::Aggregator
            // The same goes for messages.
            && let Ok(ToAggregator::Step { token, step: FromClient::Masked(_) }) =
                ToAggregator::decode(kind, &payload)
            && let Some(&task) = self.tasks.get(&(sender, token.0))
            && !self.masked.insert((sender, task))
        {
            self.twice = Some((sender, task.0));
        }
    }

    /// Masked vectors that workers have sent.
    pub(super) fn masked(&self) -> usize {
        self.masked.len()
    }

    /// A worker that has sent two masked vectors for one model and round.
    pub(super) fn summed_twice(&self) -> Option<String> {
        let (id, round) = self.twice?;
        Some(format!("worker {id} has summed a model twice in round {round}"))
    }

    /// A worker of which as many shares of both kinds were opened as open a secret.
    pub(super) fn both_secrets(&self, threshold: impl Fn(u32) -> usize) -> Option<String> {
        self.opened.iter().find_map(|((this, owner, is_own), holders)| {
            let least = threshold(*self.workers.get(this)?);
            let others = self.opened.get(&(*this, *owner, !is_own))?;
            (holders.len() >= least && others.len() >= least)
                .then(|| format!("both secrets of worker {owner} of round {} are open", this.0))
        })
    }
}
