//! Who takes part in a sum, and who is whose neighbour, as the aggregator knows it.

use std::collections::BTreeMap;

use super::super::Error;
use super::super::agreement::{Agreement, Context, Terms};
use super::super::graph::{Degree, Ring};
use super::super::keys::Advertisement;
use super::super::merkle::Tree;
use super::super::messages::{Entry, KeyList};
use sotto_core::wire::PeerId;

/// The workers of a sum, in the order of their ids.
pub(super) struct Cohort {
    keys: Vec<Advertisement>,
    /// By position. An id is a hash, and whom a phase waits for is asked at every message.
    ids: Vec<PeerId>,
    positions: BTreeMap<PeerId, u32>,
    tree: Tree,
    agreement: Agreement,
    degree: Degree,
    ring: Ring,
}

impl Cohort {
    pub(super) fn new(
        context: &Context,
        terms: &Terms,
        keys: Vec<Advertisement>,
    ) -> Result<Self, Error> {
        let degree = terms.degree(keys.len())?;
        let tree = Tree::new(keys.iter().map(Advertisement::leaf).collect());
        let agreement = Agreement::new(context, terms, keys.len() as u32, &tree.root());
        let ring = Ring::new(keys.len(), degree.neighbours, &agreement.ring_seed());
        let ids: Vec<PeerId> = keys.iter().map(Advertisement::id).collect();
        let positions = ids.iter().copied().zip(0..).collect();
        Ok(Self { keys, ids, positions, tree, agreement, degree, ring })
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn degree(&self) -> Degree {
        self.degree
    }

    pub(super) fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    pub(super) fn position(&self, id: PeerId) -> Option<u32> {
        self.positions.get(&id).copied()
    }

    pub(super) fn keys(&self, position: u32) -> &Advertisement {
        &self.keys[position as usize]
    }

    pub(super) fn id(&self, position: u32) -> PeerId {
        self.ids[position as usize]
    }

    /// By position.
    pub(super) fn ids(&self) -> impl Iterator<Item = PeerId> {
        self.ids.iter().copied()
    }

    pub(super) fn neighbours(&self, position: u32) -> Vec<u32> {
        self.ring.neighbours(position)
    }

    /// Who holds shares of a worker's secrets: itself, then its neighbours.
    pub(super) fn holders(&self, position: u32) -> Vec<u32> {
        let mut holders = vec![position];
        holders.extend(self.neighbours(position));
        holders
    }

    pub(super) fn key_list(&self, position: u32) -> KeyList {
        let entry = |position: u32| Entry {
            position,
            keys: *self.keys(position),
            proof: self.tree.proof(position as usize),
        };
        KeyList {
            workers: self.keys.len() as u32,
            root: self.tree.root(),
            position,
            proof: self.tree.proof(position as usize),
            neighbours: self.neighbours(position).into_iter().map(entry).collect(),
        }
    }
}
