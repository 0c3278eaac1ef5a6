//! What a gate's `deal` stands on: both parties' streams, and what is sent to each.

use super::bits::Bits;
use super::dcf::{Compare, PayloadWord};
use super::dpf::Less;
use super::ring::{Element, Share};
use super::tree::{BITS, SetId, root_words};
use sotto_core::prg::StreamKey;
use sotto_core::secret::Secret;

/// What a stream's numbers are for; part of the nonce, so that no two uses meet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    /// The masks of a model's weights.
    Model = 0,
    /// Everything of one classification.
    Classification = 1,
    /// Everything of one step of training.
    Training = 2,
}

/// Sets of comparisons of a scope are fewer than two to this power.
const SCOPE_SHIFT: u32 = 24;

/// One party's stream for one model or classification. The dealer draws from it what the
/// party draws, in the same order: nothing of it is ever sent.
pub(super) struct Masks {
    key: StreamKey,
    scope: Scope,
    pub(super) number: u32,
    draws: u32,
}

impl Masks {
    pub(super) fn new(key: &StreamKey, scope: Scope, number: u32) -> Self {
        Self { key: key.clone(), scope, number, draws: 0 }
    }

    /// Names a set of comparisons: no two sets of a session have the same name.
    pub(super) fn set_id(&self, set: u32) -> SetId {
        SetId { number: self.number, set: (self.scope as u32) << SCOPE_SHIFT | set }
    }

    pub(super) fn words(&mut self, count: usize) -> Secret<u32> {
        let nonce = [self.scope as u32, self.number, self.draws];
        self.draws += 1;
        self.key.words(nonce, count)
    }

    pub(super) fn elements<T: Element>(&mut self, count: usize) -> Secret<T> {
        T::from_words(&self.words(T::words(count)), count)
    }

    pub(super) fn bits(&mut self, count: usize) -> Bits {
        Bits::from_words(self.words(Bits::words_of(count)), count)
    }
}

/// The dealer at work on one classification.
pub(super) struct Dealing {
    alice: Masks,
    bob: Masks,
    /// Sets of comparisons so far.
    sets: u32,
    /// Words for alice, and for bob.
    pub(super) words: [Secret<u32>; 2],
}

impl Dealing {
    /// For so many comparisons, which most of the words are for.
    pub(super) fn new([alice, bob]: [Masks; 2], comparisons: usize) -> Self {
        let words =
            [(); 2].map(|()| Secret::with_capacity(Less::<BITS>::key_words(comparisons) * 5 / 4));
        Self { alice, bob, sets: 0, words }
    }

    /// A fresh mask, of which each party has a share from its stream.
    pub(super) fn mask<T: Element>(&mut self, count: usize) -> Secret<T> {
        let [a, b] = [&mut self.alice, &mut self.bob].map(|masks| masks.elements::<T>(count));
        a.iter().zip(&b).map(|(a, b)| *a + *b).collect()
    }

    /// Fresh bits, of which each party has a share, by exclusive or, from its stream.
    pub(super) fn mask_bits(&mut self, count: usize) -> Bits {
        self.alice.bits(count).xor(&self.bob.bits(count))
    }

    /// Shares a secret: alice's share is from her stream, bob is sent his.
    pub(super) fn share<T: Element>(&mut self, secret: &[T]) {
        let mask = self.alice.elements::<T>(secret.len());
        Share::split(secret, &mask).write_words(&mut self.words[1]);
    }

    /// Deals point functions at the secret `alphas`: both parties are sent the same key.
    pub(super) fn compare(&mut self, alphas: &[u16]) {
        self.key(alphas.len(), |set, roots, key| Less::<BITS>::deal(set, alphas, roots, key));
    }

    /// Deals comparisons with the secret `alphas`, each with a payload: both parties are sent the same key.
    pub(super) fn compare_with<R: PayloadWord, const N: usize>(
        &mut self,
        alphas: &[u16],
        payloads: [&[u32]; N],
    ) {
        self.key(alphas.len(), |set, roots, key| {
            Compare::<R, N>::deal(set, alphas, payloads, roots, key);
        });
    }

    /// A key for a set of comparisons, from root seeds of both parties.
    fn key(&mut self, count: usize, deal: impl FnOnce(SetId, [&[u32]; 2], &mut Secret<u32>)) {
        let words = root_words(count);
        let [a, b] = [&mut self.alice, &mut self.bob].map(|masks| masks.words(words));
        let [to_alice, to_bob] = &mut self.words;
        let start = to_alice.len();
        self.sets += 1;
        deal(self.alice.set_id(self.sets), [&a, &b], to_alice);
        to_bob.extend_from_slice(&to_alice[start..]);
    }
}
