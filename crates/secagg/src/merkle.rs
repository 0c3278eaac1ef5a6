//! One hash for a whole list, and short proofs of what stands where in it.
//!
//! The tree of RFC 6962, section 2.1, with its distinct prefixes for leaves and nodes. A
//! worker of a large cohort sees its neighbours' keys alone; the root, which goes into every
//! key, makes sure that all see parts of the same list.

use sha2::{Digest, Sha256};

/// A hash.
pub(super) type Hash = [u8; 32];

/// The hash of an entry.
pub(super) fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// All levels of a list's tree, the leaves first. An odd one out rises as it is.
pub(super) struct Tree(Vec<Vec<Hash>>);

impl Tree {
    /// The tree over at least one leaf.
    pub(super) fn new(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let up = last.chunks(2).map(|pair| match pair {
                [left, right] => node(left, right),
                rest => rest[0],
            });
            let up = up.collect();
            levels.push(up);
        }
        Self(levels)
    }

    pub(super) fn root(&self) -> Hash {
        self.0.last().and_then(|top| top.first()).copied().unwrap_or_default()
    }

    /// The hashes beside the way from an entry to the root.
    pub(super) fn proof(&self, index: usize) -> Vec<Hash> {
        let beside =
            |(level, hashes): (usize, &Vec<Hash>)| hashes.get((index >> level) ^ 1).copied();
        self.0.iter().enumerate().filter_map(beside).collect()
    }
}

/// Whether `proof` leads from the leaf at `index` of `count` to the root.
pub(super) fn verify(root: &Hash, leaf: Hash, index: usize, count: usize, proof: &[Hash]) -> bool {
    let (mut hash, mut position, mut last) = (leaf, index, count.saturating_sub(1));
    let mut proof = proof.iter();
    if index > last {
        return false;
    }
    while last > 0 {
        if position ^ 1 <= last {
            let Some(beside) = proof.next() else {
                return false;
            };
            hash = if position & 1 == 1 { node(beside, &hash) } else { node(&hash, beside) };
        }
        (position, last) = (position >> 1, last >> 1);
    }
    hash == *root && proof.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn proofs_show_what_stands_where(count in 1usize..70, index: usize, other: usize) {
            let leaves: Vec<Hash> = (0..count).map(|i| leaf(&[i as u8])).collect();
            let tree = Tree::new(leaves.clone());
            let (index, other) = (index % count, other % count);
            let mut proof = tree.proof(index);
            let root = tree.root();
            prop_assert!(verify(&root, leaves[index], index, count, &proof));
            if other != index {
                prop_assert!(!verify(&root, leaves[other], index, count, &proof));
                prop_assert!(!verify(&root, leaves[index], other, count, &proof));
            }
            proof.push([0; 32]);
            prop_assert!(!verify(&root, leaves[index], index, count, &proof));
            prop_assert!(!verify(&root, leaves[index], count, count, &tree.proof(index)));
        }
    }
}
