//! The aggregator's side of a secure sum.
//!
//! ```text
//! Keys --> Sharing --> Masking --> Confirming --> Unmasking --> the sum
//! ```
//!
//! In each phase it takes one message of every worker that is still there, and goes on with
//! those that came when its driver closes the phase. Nothing is opened before the last.

mod cohort;
mod opening;

use std::collections::BTreeMap;

use super::agreement::{Context, Terms};
use super::encoding::Encoding;
use super::keys::{Advertisement, SEALED_LEN, ShareKind, share_hash};
use super::merkle::Hash;
use super::messages::{FromClient, FromServer, Sealed, Shares, Statement};
use super::{Error, bitmap};
use sotto_core::wire::PeerId;

use cohort::Cohort;

/// The aggregator in one try of one round.
pub struct Server {
    context: Context,
    terms: Terms,
    state: State,
}

enum State {
    Keys(BTreeMap<PeerId, Option<Advertisement>>),
    Open(Box<Round>),
    Done,
}

/// What an aggregator waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Fresh keys.
    Keys,
    /// Sealed shares.
    Sharing,
    /// Masked vectors.
    Masking,
    /// Signed statements.
    Confirming,
    /// Opened shares.
    Unmasking,
    /// Nothing more.
    Done,
}

/// A sum whose cohort is known.
struct Round {
    context: Context,
    cohort: Cohort,
    encoding: Encoding,
    phase: Phase,
    workers: Vec<Worker>,
    /// The sum of all vectors that came, still masked.
    sum: Vec<u32>,
    /// The vector that came last; for showing.
    latest: Vec<u32>,
}

/// One worker of the cohort.
#[derive(Default)]
struct Worker {
    /// The last phase whose message it sent.
    said: Option<Phase>,
    /// It is gone: nothing more is expected of it.
    lost: bool,
    /// What it committed to; there once it has shared.
    committed: Option<Committed>,
    /// The shares for its holders, until they are delivered.
    sealed: BTreeMap<u32, Vec<u8>>,
    statement: Option<Statement>,
    /// What it opened, by owner.
    opened: BTreeMap<u32, [u8; 32]>,
}

struct Committed {
    own: Hash,
    shares: BTreeMap<u32, [Hash; 2]>,
}

/// What comes of closing a phase.
#[derive(Debug)]
pub enum PhaseResult {
    /// The next phase begins with these messages.
    Next(Vec<(PeerId, FromServer)>),
    /// The sum.
    Sum(Sum),
}

/// A finished sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// The elements, cut to the ring's width.
    pub elements: Vec<u32>,
    /// How to read them.
    pub encoding: Encoding,
    /// Whose parts are in it.
    pub survivors: Vec<PeerId>,
    /// Who sent shares but no part; its pairwise masks were repaired.
    pub dropped: Vec<PeerId>,
    /// How the sum came out of its masks; for showing, with few workers.
    pub openings: Vec<Opened>,
}

/// A step of the opening.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Whose masks were taken away.
    pub worker: PeerId,
    /// Whether they were those it shared with others, for it dropped out; else its own.
    pub is_repair: bool,
    /// The sum's first elements after it.
    pub elements: Vec<u32>,
}

impl Server {
    /// Waits for the keys of those who are `invited`.
    pub fn new(context: Context, terms: Terms, invited: impl IntoIterator<Item = PeerId>) -> Self {
        let invited = invited.into_iter().map(|id| (id, None)).collect();
        Self { context, terms, state: State::Keys(invited) }
    }

    /// What it waits for.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Keys(_) => Phase::Keys,
            State::Open(round) => round.phase,
            State::Done => Phase::Done,
        }
    }

    /// Whom it waits for.
    #[must_use]
    pub fn pending(&self) -> Vec<PeerId> {
        match &self.state {
            State::Keys(invited) => {
                invited.iter().filter(|(_, keys)| keys.is_none()).map(|(id, _)| *id).collect()
            }
            State::Open(round) => round.pending(),
            State::Done => Vec::new(),
        }
    }

    /// How many have said what this phase waits for.
    #[must_use]
    pub fn heard(&self) -> usize {
        match &self.state {
            State::Keys(invited) => invited.values().flatten().count(),
            State::Open(round) => {
                round.workers.iter().filter(|worker| worker.said == Some(round.phase)).count()
            }
            State::Done => 0,
        }
    }

    /// The graph's degree and threshold, once the cohort is known.
    #[must_use]
    pub fn degree(&self) -> Option<super::Degree> {
        match &self.state {
            State::Open(round) => Some(round.cohort.degree()),
            State::Keys(_) | State::Done => None,
        }
    }

    /// The sum of the vectors that came, as masked as they are; for showing.
    #[must_use]
    pub fn running_sum(&self) -> Option<(&[u32], &Encoding)> {
        match &self.state {
            State::Open(round) => Some((&round.sum, &round.encoding)),
            State::Keys(_) | State::Done => None,
        }
    }

    /// Takes the masked vector that came last; for showing.
    pub fn take_latest(&mut self) -> Vec<u32> {
        match &mut self.state {
            State::Open(round) => std::mem::take(&mut round.latest),
            State::Keys(_) | State::Done => Vec::new(),
        }
    }

    /// Waits for one more worker's keys, or for fresh ones; whether it is early enough for that.
    pub fn invite(&mut self, id: PeerId) -> bool {
        match &mut self.state {
            State::Keys(invited) => {
                invited.insert(id, None);
                true
            }
            State::Open(_) | State::Done => false,
        }
    }

    /// A worker is gone. A part that it has sent counts.
    pub fn lose(&mut self, id: PeerId) {
        match &mut self.state {
            // Whoever was not invited need not be removed.
            State::Keys(invited) => drop(invited.remove(&id)),
            State::Open(round) => {
                if let Some(position) = round.cohort.position(id) {
                    round.workers[position as usize].lost = true;
                }
            }
            State::Done => {}
        }
    }

    /// Takes a worker's message.
    ///
    /// # Errors
    /// When it is not due, or does not hold; then nothing has changed.
    pub fn receive(&mut self, from: PeerId, message: FromClient) -> Result<(), Error> {
        match (&mut self.state, message) {
            (State::Keys(invited), FromClient::Keys(keys)) => {
                let slot = invited.get_mut(&from).ok_or(Error::Stranger)?;
                if slot.is_some() {
                    return Err(Error::Unexpected);
                }
                if keys.id() != from || !keys.holds(&self.context) {
                    return Err(Error::Forged);
                }
                if !keys.give_secrets() {
                    return Err(Error::Key);
                }
                *slot = Some(*keys);
                Ok(())
            }
            (State::Open(round), message) => round.receive(from, message),
            (State::Keys(_) | State::Done, _) => Err(Error::Unexpected),
        }
    }

    /// Ends the phase and begins the next with those that came.
    ///
    /// # Errors
    /// [`Error::TooFew`] when they are fewer than the threshold or the minimum cohort,
    /// [`Error::Dishonest`]; then the sum is given up, and nothing is known of any part.
    pub fn close(&mut self) -> Result<PhaseResult, Error> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Keys(invited) => {
                let keys = invited.into_values().flatten().collect();
                let round = Round::new(&self.context, &self.terms, keys)?;
                let lists = round.key_lists();
                self.state = State::Open(Box::new(round));
                Ok(PhaseResult::Next(lists))
            }
            State::Open(mut round) => {
                let closed = round.close(&self.terms)?;
                if let PhaseResult::Next(_) = closed {
                    self.state = State::Open(round);
                }
                Ok(closed)
            }
            State::Done => Err(Error::Unexpected),
        }
    }
}

impl Round {
    fn new(context: &Context, terms: &Terms, keys: Vec<Advertisement>) -> Result<Self, Error> {
        let cohort = Cohort::new(context, terms, keys)?;
        let workers = cohort.len();
        Ok(Self {
            context: *context,
            encoding: terms.encoding(workers)?,
            phase: Phase::Sharing,
            workers: (0..workers).map(|_| Worker::default()).collect(),
            sum: vec![0; Encoding::elements(terms.len as usize)],
            latest: Vec::new(),
            cohort,
        })
    }

    /// The workers that have sent the message before this phase's.
    fn is_in(&self, worker: &Worker) -> bool {
        let before = match self.phase {
            Phase::Keys | Phase::Sharing => return true,
            Phase::Masking => Phase::Sharing,
            Phase::Confirming => Phase::Masking,
            Phase::Unmasking | Phase::Done => Phase::Confirming,
        };
        worker.said >= Some(before)
    }

    fn pending(&self) -> Vec<PeerId> {
        let waits =
            |worker: &Worker| self.is_in(worker) && worker.said != Some(self.phase) && !worker.lost;
        let all = self.cohort.ids().zip(&self.workers);
        all.filter(|(_, worker)| waits(worker)).map(|(id, _)| id).collect()
    }

    fn receive(&mut self, from: PeerId, message: FromClient) -> Result<(), Error> {
        let position = self.cohort.position(from).ok_or(Error::Stranger)?;
        let worker = &self.workers[position as usize];
        if !self.is_in(worker) || worker.said == Some(self.phase) {
            return Err(Error::Unexpected);
        }
        match (self.phase, message) {
            (Phase::Sharing, FromClient::Shares(shares)) => self.take_shares(position, shares)?,
            (Phase::Masking, FromClient::Masked(bytes)) => {
                let vector = self.encoding.width().unpack(&bytes, self.sum.len())?;
                for (sum, element) in self.sum.iter_mut().zip(&vector) {
                    *sum = sum.wrapping_add(*element);
                }
                self.latest = vector;
            }
            (Phase::Confirming, FromClient::Statement(statement)) => {
                if statement.alive != self.survivors_of(position) {
                    return Err(Error::Inconsistent);
                }
                // Its neighbours would take one that does not hold for a lie of the aggregator's.
                let signed =
                    self.context.survivors(self.cohort.agreement(), position, &statement.alive);
                if !self.cohort.keys(position).identity.signed(&signed, &statement.signature) {
                    return Err(Error::Forged);
                }
                self.workers[position as usize].statement = Some(statement);
            }
            (Phase::Unmasking, FromClient::Unmask(shares)) => {
                self.take_opened(position, shares)?;
            }
            _ => return Err(Error::Unexpected),
        }
        self.workers[position as usize].said = Some(self.phase);
        Ok(())
    }

    /// The shares must be for exactly the holders, in their order.
    fn take_shares(&mut self, position: u32, shares: Shares) -> Result<(), Error> {
        let holders = self.cohort.holders(position);
        let due = shares.sealed.len() == holders.len()
            && holders.iter().zip(&shares.sealed).all(|(holder, sealed)| {
                let len = if *holder == position { 0 } else { SEALED_LEN };
                sealed.position == *holder && sealed.bytes.len() == len
            });
        if !due {
            return Err(Error::Shares);
        }
        let worker = &mut self.workers[position as usize];
        let hashes = shares.sealed.iter().map(|sealed| (sealed.position, sealed.hashes));
        worker.committed = Some(Committed { own: shares.own, shares: hashes.collect() });
        worker.sealed =
            shares.sealed.into_iter().map(|sealed| (sealed.position, sealed.bytes)).collect();
        Ok(())
    }

    /// Every share must be the one that its owner committed to, and of the kind that is due.
    fn take_opened(&mut self, position: u32, shares: Vec<(u32, [u8; 32])>) -> Result<(), Error> {
        let holds = |(owner, share): &(u32, [u8; 32])| {
            let kind = match self.survives(*owner)? {
                true => ShareKind::Own,
                false => ShareKind::Masking,
            };
            let committed = self.workers.get(*owner as usize)?.committed.as_ref()?;
            let [masking, own] = committed.shares.get(&position)?;
            let due = match kind {
                ShareKind::Own => own,
                ShareKind::Masking => masking,
            };
            (share_hash(kind, share) == *due).then_some(())
        };
        if !shares.iter().all(|share| holds(share).is_some()) {
            return Err(Error::Shares);
        }
        self.workers[position as usize].opened = shares.into_iter().collect();
        Ok(())
    }

    /// Whether a worker's part is in the sum.
    fn survives(&self, position: u32) -> Option<bool> {
        self.workers.get(position as usize).map(|worker| worker.said >= Some(Phase::Masking))
    }

    fn survivors_of(&self, position: u32) -> Vec<u8> {
        let neighbours = self.cohort.neighbours(position);
        bitmap(neighbours.iter().map(|&other| self.survives(other) == Some(true)))
    }

    fn close(&mut self, terms: &Terms) -> Result<PhaseResult, Error> {
        let came = |worker: &Worker| worker.said == Some(self.phase);
        let here: Vec<u32> = (0u32..)
            .zip(&self.workers)
            .filter(|(_, worker)| came(worker))
            .map(|(position, _)| position)
            .collect();
        let least = match self.phase {
            // Whose parts are in the sum is known by now.
            Phase::Confirming | Phase::Unmasking => self.cohort.degree().threshold,
            _ => self.cohort.degree().threshold.max(terms.survivors_least()),
        };
        if here.len() < least {
            return Err(Error::TooFew);
        }
        let (next, messages): (_, Vec<_>) = match self.phase {
            Phase::Sharing => (Phase::Masking, self.deliveries(&here)),
            Phase::Masking => (
                Phase::Confirming,
                here.iter().map(|&p| FromServer::Survivors(self.survivors_of(p))).collect(),
            ),
            Phase::Confirming => (Phase::Unmasking, self.statements(&here)),
            Phase::Unmasking => return self.open().map(PhaseResult::Sum),
            Phase::Keys | Phase::Done => return Err(Error::Unexpected),
        };
        self.phase = next;
        let ids = here.iter().map(|&position| self.cohort.id(position));
        Ok(PhaseResult::Next(ids.zip(messages).collect()))
    }

    fn key_lists(&self) -> Vec<(PeerId, FromServer)> {
        let list = |position| FromServer::KeyList(self.cohort.key_list(position));
        self.cohort.ids().zip((0u32..).map(list)).collect()
    }

    /// To each the shares that it holds of those that are here.
    fn deliveries(&mut self, here: &[u32]) -> Vec<FromServer> {
        let mut all: Vec<FromServer> = Vec::with_capacity(here.len());
        for &holder in here {
            let owners = self.cohort.neighbours(holder);
            let of = |&owner: &u32| {
                let worker = self.workers.get_mut(owner as usize)?;
                let bytes = worker.sealed.remove(&holder)?;
                let hashes = *worker.committed.as_ref()?.shares.get(&holder)?;
                Some(Sealed { position: owner, hashes, bytes })
            };
            all.push(FromServer::Delivery(owners.iter().filter_map(of).collect()));
        }
        self.workers.iter_mut().for_each(|worker| worker.sealed.clear());
        all
    }

    fn statements(&self, here: &[u32]) -> Vec<FromServer> {
        let of = |&position: &u32| {
            let from = self.cohort.neighbours(position).into_iter().filter_map(|other| {
                let statement = self.workers[other as usize].statement.clone()?;
                Some((other, statement))
            });
            FromServer::Statements(from.collect())
        };
        here.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::Numbers;
    use super::super::graph::Rates;
    use super::super::identity::Identity;
    use super::super::keys::{Secrets, small_order_keys};
    use super::*;
    use sotto_core::entropy::Entropy;
    use sotto_core::seeded::Stream;

    #[test]
    fn keys_of_small_order_are_not_taken() {
        let mut stream = Stream::new(1, "test/server");
        let mut entropy: Entropy = Box::new(move |bytes| stream.fill(bytes));
        let context = Context { run: 1, round: 2, attempt: 1, model: [3; 32] };
        let numbers = Numbers::Weighted { clip: 1.0, weight_max: 100 };
        let (rates, cohort_min, threshold_min, len) = (Rates::default(), 3, 2, 5);
        let terms = Terms { rates, cohort_min, threshold_min, len, numbers };
        let identity = Identity::draw(&mut entropy);
        let honest = Secrets::draw(&mut entropy).advertise(&context, &identity);
        let mut server = Server::new(context, terms, [identity.id()]);
        for key in small_order_keys() {
            for pair in [[key, honest.masking], [honest.sealing, key]] {
                let keys = Box::new(Advertisement::sign(&context, &identity, pair));
                let taken = server.receive(identity.id(), FromClient::Keys(keys));
                assert_eq!(taken, Err(Error::Key), "{pair:?}");
            }
        }
        let taken = server.receive(identity.id(), FromClient::Keys(Box::new(honest)));
        assert_eq!(taken, Ok(()), "nothing has changed");
    }
}
