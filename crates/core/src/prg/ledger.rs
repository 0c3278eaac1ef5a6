//! The ledger of a test: which stream was drawn, which node of a tree was grown, and by whom. It is kept for the
//! thread that opened it, and exists in tests alone.
//!
//! What is to be shown is that nothing is used twice: that no holder draws a block of a stream under a pair of key and
//! nonce again, and that a tree's nonce belongs to one level of one group of trees.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{BLOCK_WORDS, Seeds};

/// Who draws: a number that the test gives.
pub type Holder = u32;

/// A key and a nonce.
type Pair = ([u32; 8], [u32; 3]);
/// A stretch of blocks.
type Blocks = std::ops::Range<u64>;

/// What has been drawn and grown since the ledger was opened.
#[derive(Default)]
pub struct Ledger {
    streams: HashMap<Pair, Vec<(Holder, Blocks)>>,
    /// By holder and nonce, the seeds that were grown under it.
    nodes: HashMap<(Holder, [u32; 3]), HashSet<[u32; 4]>>,
    /// Nodes that one holder has grown twice.
    regrown: usize,
}

thread_local! {
    static LEDGER: RefCell<Option<Ledger>> = const { RefCell::new(None) };
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
    static HOLDER: Cell<Holder> = const { Cell::new(0) };
}

/// Writes down what `work` draws, on this thread.
///
/// # Panics
/// When `work` opens a ledger itself.
pub fn kept<T>(work: impl FnOnce() -> T) -> (T, Ledger) {
    LEDGER.set(Some(Ledger::default()));
    IS_OPEN.set(true);
    let done = work();
    IS_OPEN.set(false);
    (done, LEDGER.take().expect("nobody else has closed it"))
}

/// What `work` draws, this holder draws.
pub fn acting_as<T>(holder: Holder, work: impl FnOnce() -> T) -> T {
    let before = HOLDER.replace(holder);
    let done = work();
    HOLDER.set(before);
    done
}

/// A stream was drawn, from block `first` on.
pub(super) fn drawn(key: &[u32; 8], nonce: [u32; 3], first: u32, words: usize) {
    if !IS_OPEN.get() || words == 0 {
        return;
    }
    let first = u64::from(first);
    let blocks = first..first + words.div_ceil(BLOCK_WORDS) as u64;
    LEDGER.with_borrow_mut(|ledger| {
        let ledger = ledger.as_mut().expect("it is open");
        ledger.streams.entry((*key, nonce)).or_default().push((HOLDER.get(), blocks));
    });
}

/// A key was used with a cipher of another's, for a message under this nonce.
pub fn used(key: &[u8; 32], nonce: [u8; 12]) {
    let (key, nonce): ([u32; 8], [u32; 3]) = (bytemuck::cast(*key), bytemuck::cast(nonce));
    drawn(&key, nonce, 0, BLOCK_WORDS);
}

/// Four nodes were grown under this nonce.
pub(super) fn grown(seeds: &Seeds, nonce: [u32; 3]) {
    if !IS_OPEN.get() {
        return;
    }
    let words = seeds.map(super::lanes::U32x4::to_array);
    LEDGER.with_borrow_mut(|ledger| {
        let ledger = ledger.as_mut().expect("it is open");
        let seen = ledger.nodes.entry((HOLDER.get(), nonce)).or_default();
        for lane in 0..4 {
            let is_new = seen.insert(words.map(|word| word[lane]));
            ledger.regrown += usize::from(!is_new);
        }
    });
}

impl Ledger {
    /// How many pairs of key and nonce there are, and how many nonces of trees.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        let nonces: HashSet<_> = self.nodes.keys().map(|(_, nonce)| nonce).collect();
        (self.streams.len(), nonces.len())
    }

    /// Checks that no holder drew a block of a stream twice, and that different holders of a pair drew the same
    /// stretch of it: the same numbers for the same purpose. Gives who holds pairs in common.
    ///
    /// # Panics
    /// When a holder has drawn a block twice.
    #[must_use]
    pub fn check_streams(&self) -> BTreeSet<Vec<Holder>> {
        let mut common = BTreeSet::new();
        for ((_, nonce), drawn) in &self.streams {
            let mut by_holder = BTreeMap::<Holder, Vec<Blocks>>::new();
            for (holder, blocks) in drawn {
                by_holder.entry(*holder).or_default().push(blocks.clone());
            }
            for (holder, stretches) in &mut by_holder {
                stretches.sort_by_key(|blocks| blocks.start);
                let apart = stretches.windows(2).all(|pair| pair[0].end <= pair[1].start);
                assert!(apart, "holder {holder} drew from nonce {nonce:?} twice: {stretches:?}");
            }
            let ends: BTreeSet<_> =
                by_holder.values().map(|stretches| stretches.last().map(|last| last.end)).collect();
            assert_eq!(
                ends.len(),
                1,
                "holders of nonce {nonce:?} draw different numbers of blocks"
            );
            common.insert(by_holder.into_keys().collect());
        }
        common
    }

    /// Checks that every stream was drawn as often as it may have holders, at most.
    ///
    /// # Panics
    /// When a pair of key and nonce was used more often.
    pub fn check_uses(&self, most: usize) {
        for ((_, nonce), drawn) in &self.streams {
            let mut starts = BTreeMap::<u64, usize>::new();
            for (_, blocks) in drawn {
                for block in blocks.clone() {
                    *starts.entry(block).or_default() += 1;
                }
            }
            let uses = starts.into_values().max().unwrap_or(0);
            assert!(uses <= most, "a block of nonce {nonce:?} was drawn {uses} times");
        }
    }

    /// Checks that a tree's nonce was used for no more seeds than one level of a group of trees has, `most(holder)`,
    /// and that no node was grown twice.
    ///
    /// # Panics
    /// When a nonce has grown more nodes.
    pub fn check_trees(&self, most: impl Fn(Holder) -> usize) {
        assert_eq!(self.regrown, 0, "a node was grown twice under the same nonce");
        for ((holder, nonce), seeds) in &self.nodes {
            let (found, most) = (seeds.len(), most(*holder));
            assert!(found <= most, "holder {holder} grew {found} seeds under nonce {nonce:?}");
        }
        // A tree's key is its seed twice: no stream has such a one.
        assert!(self.streams.keys().all(|(key, _)| key[..4] != key[4..]));
    }
}

/// A ledger that would miss a fault proves nothing.
#[cfg(test)]
mod tests {
    use super::super::lanes::U32x4;
    use super::super::{StreamKey, double};
    use super::*;

    fn refused(check: impl FnOnce() + std::panic::UnwindSafe) -> bool {
        std::panic::catch_unwind(check).is_err()
    }

    #[test]
    fn a_pair_that_is_used_twice_is_found() {
        let key = || StreamKey::new(&std::array::from_fn(|index| index as u8));
        let ((), fine) = kept(|| {
            acting_as(1, || (key().words([0; 3], 40), key().words([0, 0, 1], 40)));
            acting_as(2, || key().words([0; 3], 40));
        });
        assert_eq!(fine.check_streams(), [vec![1], vec![1, 2]].into());
        fine.check_uses(2);
        let ((), twice) =
            kept(|| acting_as(1, || drop([key().words([0; 3], 40), key().words([0; 3], 1)])));
        assert!(refused(|| drop(twice.check_streams())));
        let ((), different) = kept(|| {
            acting_as(1, || key().words([0; 3], 40));
            acting_as(2, || key().words([0; 3], 400));
        });
        assert!(refused(|| drop(different.check_streams())));
        assert!(refused(|| different.check_uses(1)));
        let mut words = [0; 64];
        let ((), overlapping) = kept(|| {
            key().fill(0, &mut words);
            key().fill(3, &mut words);
        });
        assert!(refused(|| drop(overlapping.check_streams())));
    }

    #[test]
    fn a_nonce_of_two_levels_is_found() {
        let seeds = |first: u32| [U32x4::new([first, first + 1, first + 2, first + 3]); 4];
        let grow = |first| {
            let _ = double(&seeds(first), [1; 3]);
        };
        let ((), trees) = kept(|| [0, 4].into_iter().for_each(grow));
        trees.check_trees(|_| 8);
        assert!(refused(|| trees.check_trees(|_| 4)));
        let ((), again) = kept(|| [0, 3].into_iter().for_each(grow));
        assert!(refused(|| again.check_trees(|_| 8)));
    }
}
