//! What a worker knows of the others of a round: its neighbours and their keys.

use super::super::agreement::{Agreement, Context, Terms};
use super::super::encoding::Encoding;
use super::super::graph::{Degree, Ring};
use super::super::keys::Advertisement;
use super::super::messages::{KeyList, Statement};
use super::super::{Error, bit, merkle};

/// The neighbours of one worker, checked.
pub(super) struct Neighbourhood {
    agreement: Agreement,
    degree: Degree,
    least: usize,
    ring: Ring,
    encoding: Encoding,
    position: u32,
    /// By position.
    neighbours: Vec<(u32, Advertisement)>,
}

impl Neighbourhood {
    /// Checks a list of keys: this worker stands in it with its own keys, and the others are
    /// its neighbours on the ring that the list itself decides, each with keys that its
    /// identity signed for this try of this round and that give a secret.
    pub(super) fn new(
        context: &Context,
        terms: &Terms,
        list: &KeyList,
        ours: &Advertisement,
    ) -> Result<Self, Error> {
        let workers = list.workers as usize;
        let degree = terms.degree(workers)?;
        let stands = |keys: &Advertisement, position: u32, proof: &[merkle::Hash]| {
            merkle::verify(&list.root, keys.leaf(), position as usize, workers, proof)
        };
        if !stands(ours, list.position, &list.proof) {
            return Err(Error::List);
        }
        let agreement = Agreement::new(context, terms, list.workers, &list.root);
        let ring = Ring::new(workers, degree.neighbours, &agreement.ring_seed());
        let positions = list.neighbours.iter().map(|entry| entry.position);
        if !positions.eq(ring.neighbours(list.position)) {
            return Err(Error::List);
        }
        for entry in &list.neighbours {
            if !stands(&entry.keys, entry.position, &entry.proof) || !entry.keys.holds(context) {
                return Err(Error::Forged);
            }
            if !entry.keys.give_secrets() {
                return Err(Error::Key);
            }
        }
        let mut ids: Vec<_> = list.neighbours.iter().map(|entry| entry.keys.id()).collect();
        ids.push(ours.id());
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Error::List);
        }
        let neighbours = list.neighbours.iter().map(|entry| (entry.position, entry.keys)).collect();
        let least = degree.threshold.max(terms.survivors_least().min(degree.neighbours + 1));
        let encoding = terms.encoding(workers)?;
        Ok(Self { agreement, degree, least, ring, encoding, position: list.position, neighbours })
    }

    pub(super) fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    pub(super) fn threshold(&self) -> usize {
        self.degree.threshold
    }

    /// The fewest workers, this one too, that it goes on with.
    pub(super) fn least(&self) -> usize {
        self.least
    }

    pub(super) fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    pub(super) fn position(&self) -> u32 {
        self.position
    }

    pub(super) fn positions(&self) -> impl ExactSizeIterator<Item = u32> {
        self.neighbours.iter().map(|(position, _)| *position)
    }

    /// Who holds shares of this worker's secrets: itself, then its neighbours.
    pub(super) fn holders(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.position).chain(self.positions())
    }

    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &Advertisement> {
        self.neighbours.iter().map(|(_, keys)| keys)
    }

    pub(super) fn index(&self, position: u32) -> Option<usize> {
        // Where it would stand does not matter.
        self.neighbours.binary_search_by_key(&position, |(position, _)| *position).ok()
    }

    pub(super) fn keys(&self, index: usize) -> &Advertisement {
        &self.neighbours[index].1
    }

    pub(super) fn neighbour(&self, position: u32) -> Option<&Advertisement> {
        self.index(position).map(|index| self.keys(index))
    }

    /// Refuses when with `neighbours` and this worker fewer are left than the threshold or, as
    /// far as a worker can see it, the minimum cohort.
    pub(super) fn check_count(&self, neighbours: usize) -> Result<(), Error> {
        if neighbours + 1 < self.least { Err(Error::TooFew) } else { Ok(()) }
    }

    /// What a worker signs: who it was told is alive.
    pub(super) fn statement(&self, context: &Context, position: u32, alive: &[u8]) -> Vec<u8> {
        context.survivors(&self.agreement, position, alive)
    }

    /// Whether a neighbour signed its statement.
    pub(super) fn holds(&self, context: &Context, index: usize, statement: &Statement) -> bool {
        let (position, keys) = &self.neighbours[index];
        let signed = self.statement(context, *position, &statement.alive);
        keys.identity.signed(&signed, &statement.signature)
    }

    /// Whether a neighbour was told that this worker is alive, and of their common neighbours
    /// the same as this worker.
    pub(super) fn agrees(&self, index: usize, statement: &Statement, survivors: &[bool]) -> bool {
        let theirs = self.ring.neighbours(self.neighbours[index].0);
        theirs.iter().enumerate().all(|(at, &position)| {
            let alive = bit(&statement.alive, at);
            match self.index(position) {
                Some(common) => alive == survivors[common],
                None => position != self.position || alive,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::encoding::Numbers;
    use super::super::super::graph::Rates;
    use super::super::super::identity::Identity;
    use super::super::super::keys::{Secrets, small_order_keys};
    use super::super::super::merkle::Tree;
    use super::super::super::messages::Entry;
    use super::*;
    use sotto_core::entropy::Entropy;
    use sotto_core::seeded::Stream;

    /// The list of these keys as their first one gets it.
    fn list(keys: &[Advertisement]) -> KeyList {
        let tree = Tree::new(keys.iter().map(Advertisement::leaf).collect());
        let entry = |position: usize| Entry {
            position: position as u32,
            keys: keys[position],
            proof: tree.proof(position),
        };
        KeyList {
            workers: keys.len() as u32,
            root: tree.root(),
            position: 0,
            proof: tree.proof(0),
            neighbours: (1..keys.len()).map(entry).collect(),
        }
    }

    #[test]
    fn a_list_with_a_key_of_small_order_is_refused() {
        let mut stream = Stream::new(1, "test/neighbourhood");
        let mut entropy: Entropy = Box::new(move |bytes| stream.fill(bytes));
        let context = Context { run: 1, round: 2, attempt: 1, model: [3; 32] };
        let numbers = Numbers::Weighted { clip: 1.0, weight_max: 100 };
        let (rates, cohort_min, threshold_min, len) = (Rates::default(), 3, 2, 5);
        let terms = Terms { rates, cohort_min, threshold_min, len, numbers };
        let identities: Vec<Identity> = (0..4).map(|_| Identity::draw(&mut entropy)).collect();
        let advertise = |identity| Secrets::draw(&mut entropy).advertise(&context, identity);
        let honest: Vec<Advertisement> = identities.iter().map(advertise).collect();
        let check = |keys: &[Advertisement]| {
            Neighbourhood::new(&context, &terms, &list(keys), &keys[0]).err()
        };
        assert_eq!(check(&honest), None);
        for key in small_order_keys() {
            for pair in [[key, honest[2].masking], [honest[2].sealing, key]] {
                let mut keys = honest.clone();
                keys[2] = Advertisement::sign(&context, &identities[2], pair);
                assert_eq!(check(&keys), Some(Error::Key), "{pair:?}");
            }
        }
    }
}
