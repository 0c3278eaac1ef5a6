//! What a gate's `prepare` stands on: the party's stream and the words that it was dealt.

use std::marker::PhantomData;
use std::ops::Range;

use super::bits::Bits;
use super::dcf::{Compare, PayloadWord};
use super::dealing::Masks;
use super::dpf::Less;
use super::ring::{Element, Share};
use super::tree::{BITS, SetId, root_words};
use super::{Error, Party};
use sotto_core::secret::Secret;

/// The words that a party was dealt for one classification. Erased when dropped.
pub(super) struct Material(pub(super) Secret<u32>);

/// One party at work on one classification, before its input is known. Draws and reads in
/// the order in which [`Dealing`](super::dealing::Dealing) deals.
pub(super) struct Preparing<'a> {
    pub(super) party: Party,
    masks: Masks,
    words: &'a [u32],
    at: usize,
    /// Sets of comparisons so far.
    sets: u32,
}

/// A party's part of point functions.
pub(super) struct Comparison(Key);

/// A party's part of comparisons with payloads.
pub(super) struct Payloads<R, const N: usize>(Key, PhantomData<R>);

/// A party's seeds for a set of comparisons, and the range of the key.
struct Key {
    set: SetId,
    roots: Secret<u32>,
    words: Range<usize>,
}

impl<'a> Preparing<'a> {
    pub(super) fn new(party: Party, masks: Masks, words: &'a [u32]) -> Self {
        Self { party, masks, words, at: 0, sets: 0 }
    }

    /// This party's share of a fresh mask.
    pub(super) fn mask<T: Element>(&mut self, count: usize) -> Share<T> {
        Share::new(self.masks.elements(count))
    }

    pub(super) fn mask_bits(&mut self, count: usize) -> Bits {
        self.masks.bits(count)
    }

    /// This party's share of a secret that the dealer has shared.
    pub(super) fn share<T: Element>(&mut self, count: usize) -> Result<Share<T>, Error> {
        Ok(match self.party {
            Party::Alice => self.mask(count),
            Party::Bob => {
                let range = self.take(T::words(count))?;
                Share::new(T::from_words(&self.words[range], count))
            }
        })
    }

    /// This party's part of point functions.
    pub(super) fn compare(&mut self, count: usize) -> Result<Comparison, Error> {
        Ok(Comparison(self.key(count, Less::<BITS>::key_words(count))?))
    }

    /// This party's part of comparisons with payloads.
    pub(super) fn compare_with<R: PayloadWord, const N: usize>(
        &mut self,
        count: usize,
    ) -> Result<Payloads<R, N>, Error> {
        let key = self.key(count, Compare::<R, N>::key_words(count))?;
        Ok(Payloads(key, PhantomData))
    }

    fn key(&mut self, count: usize, words: usize) -> Result<Key, Error> {
        let roots = self.masks.words(root_words(count));
        self.sets += 1;
        let set = self.masks.set_id(self.sets);
        Ok(Key { set, roots, words: self.take(words)? })
    }

    /// Ends the reading: every word has been used.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.at == self.words.len() {
            true => Ok(()),
            false => Err(Error::Material { expected: self.at, found: self.words.len() }),
        }
    }

    fn take(&mut self, count: usize) -> Result<Range<usize>, Error> {
        let range = self.at..self.at + count;
        if range.end > self.words.len() {
            return Err(Error::Material { expected: range.end, found: self.words.len() });
        }
        self.at = range.end;
        Ok(range)
    }
}

impl Comparison {
    /// This party's shares of `point < alpha` for every point.
    pub(super) fn eval(&self, party: Party, points: &[u16], words: &[u32]) -> Bits {
        let Key { set, roots, words: key } = &self.0;
        Less::<BITS>::eval(*set, party == Party::Bob, points, roots, &words[key.clone()])
    }
}

impl<R: PayloadWord, const N: usize> Payloads<R, N> {
    /// This party's shares of the payload where `point < alpha`, else of zero, for every point.
    pub(super) fn eval(&self, party: Party, points: &[u16], words: &[u32]) -> [Secret<u32>; N] {
        let Key { set, roots, words: key } = &self.0;
        Compare::<R, N>::eval(*set, party == Party::Bob, points, roots, &words[key.clone()])
    }
}
