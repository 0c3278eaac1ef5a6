//! The last step: secrets are opened from their shares, and what masks are left is taken away.

use std::collections::HashMap;

use super::super::Error;
use super::super::field::Element;
use super::super::graph::COMPLETE_MAX;
use super::super::keys::{opened, pair_mask, seed_hash};
use super::super::mask::{self, Sign};
use super::super::shamir::{self, Bytes, Share};
use super::{Opened, Phase, Round, Sum};
use sotto_core::prg::StreamKey;
use sotto_core::wire::PeerId;

impl Round {
    /// Takes the own masks of all survivors away, and the pairwise masks that they share with
    /// those who dropped out.
    pub(super) fn open(&mut self) -> Result<Sum, Error> {
        let width = self.encoding.width();
        let mut sum = std::mem::take(&mut self.sum);
        let mut weights = Weights::default();
        let (mut survivors, mut dropped, mut openings) = (Vec::new(), Vec::new(), Vec::new());
        for position in 0..self.workers.len() as u32 {
            let Some(committed) = &self.workers[position as usize].committed else {
                // It never shared its secrets, so nobody has a mask with it.
                continue;
            };
            let id = self.cohort.id(position);
            if self.survives(position) == Some(true) {
                let seed = self.reconstruct(position, &mut weights)?;
                if seed_hash(&seed) != committed.own {
                    return Err(Error::Dishonest(id));
                }
                mask::apply(&StreamKey::new(&seed), width, Sign::Minus, &mut sum);
                survivors.push(id);
                self.show(id, false, &sum, &mut openings);
            } else {
                self.repair(position, id, &mut weights, &mut sum)?;
                dropped.push(id);
                self.show(id, true, &sum, &mut openings);
            }
        }
        sum.iter_mut().for_each(|element| *element = width.unsigned(*element));
        Ok(Sum { elements: sum, encoding: self.encoding, survivors, dropped, openings })
    }

    fn show(&self, worker: PeerId, is_repair: bool, sum: &[u32], openings: &mut Vec<Opened>) {
        if self.workers.len() <= COMPLETE_MAX {
            let width = self.encoding.width();
            let elements = sum.iter().take(SHOWN).map(|&element| width.unsigned(element)).collect();
            openings.push(Opened { worker, is_repair, elements });
        }
    }

    /// Takes away the masks that survivors share with a worker that dropped out.
    fn repair(
        &self,
        gone: u32,
        id: PeerId,
        weights: &mut Weights,
        sum: &mut [u32],
    ) -> Result<(), Error> {
        let mut neighbours = self.cohort.neighbours(gone);
        neighbours.retain(|&other| self.survives(other) == Some(true));
        if neighbours.is_empty() {
            return Ok(());
        }
        let secret = self.reconstruct(gone, weights)?;
        let advertised = &self.cohort.keys(gone).masking;
        let secret = opened(&secret, advertised).ok_or(Error::Dishonest(id))?;
        for other in neighbours {
            let public = &self.cohort.keys(other).masking;
            let key = pair_mask(&secret, self.cohort.agreement(), [other, gone], public)?;
            let added = Sign::of(other, gone);
            mask::apply(&key, self.encoding.width(), added.opposite(), sum);
        }
        Ok(())
    }

    /// The secret of a worker that its holders opened.
    fn reconstruct(&self, owner: u32, weights: &mut Weights) -> Result<Bytes, Error> {
        let threshold = self.cohort.degree().threshold;
        let holders = self.cohort.holders(owner);
        let shares = holders.into_iter().filter_map(|holder| {
            let share = self.workers[holder as usize].opened.get(&owner)?;
            Some((shamir::point(holder), Share(*share)))
        });
        let (points, shares): (Vec<u16>, Vec<Share>) = shares.take(threshold).unzip();
        if points.len() < threshold {
            return Err(self.unopened(owner));
        }
        Ok(shamir::combine(weights.of(points), shares.iter()))
    }

    /// Why too few opened a secret. Holders pass over shares that they could not open or that are not those that their
    /// owner committed to: when two or more did, and more than a quarter of those who answered, its owner sealed
    /// something else. So many liars among the holders of one secret are more than the graph is made for.
    fn unopened(&self, owner: u32) -> Error {
        let answers = self.cohort.neighbours(owner).into_iter().filter_map(|holder| {
            let holder = &self.workers[holder as usize];
            (holder.said == Some(Phase::Unmasking)).then(|| holder.opened.contains_key(&owner))
        });
        let (opened, passed): (Vec<bool>, Vec<bool>) = answers.partition(|opened| *opened);
        match is_to_blame(opened.len(), passed.len()) {
            true => Error::Dishonest(self.cohort.id(owner)),
            false => Error::TooFew,
        }
    }
}

/// Whether so many of the holders who answered, `opened` with the share and `passed` without, blame its owner.
fn is_to_blame(opened: usize, passed: usize) -> bool {
    passed >= 2 && 3 * passed > opened
}

/// Elements that are shown.
const SHOWN: usize = 1024;

/// The weights of sets of holders, many of which come again.
#[derive(Default)]
struct Weights(HashMap<Vec<u16>, Vec<Element>>);

impl Weights {
    fn of(&mut self, points: Vec<u16>) -> &[Element] {
        self.0.entry(points).or_insert_with_key(|points| shamir::weights(points))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_to_blame_when_two_and_more_than_a_quarter_pass_its_share_over() {
        for (opened, passed) in [(0, 0), (0, 1), (2, 1), (6, 2), (100, 33)] {
            assert!(!is_to_blame(opened, passed), "{opened} opened, {passed} passed");
        }
        for (opened, passed) in [(0, 2), (5, 2), (100, 34)] {
            assert!(is_to_blame(opened, passed), "{opened} opened, {passed} passed");
        }
    }
}
