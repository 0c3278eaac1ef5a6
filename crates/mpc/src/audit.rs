//! Comparisons by themselves, for the audit of what their branches, addresses and times depend on (`tools/audit`).
//! The roots and keys are words, so that whoever calls says which of them are secret.

use super::dcf::{Compare, WideWord};
use super::dpf::Less;
use super::tree::{self, SetId};
use sotto_core::secret::Secret;

/// Any name will do: each key is used once.
const SET: SetId = SetId { number: 1, set: 1 };

/// Words of one party's root seeds for so many comparisons.
#[must_use]
pub fn root_words(count: usize) -> usize {
    tree::root_words(count)
}

/// The key of point functions at `alphas`, under root seeds of alice and bob.
#[must_use]
pub fn deal(alphas: &[u16], roots: [&[u32]; 2]) -> Vec<u32> {
    let mut key = Secret::default();
    <Less>::deal(SET, alphas, roots, &mut key);
    key.to_vec()
}

/// One party's shares of `point < alpha`, a word each: all ones or zero.
#[must_use]
pub fn compare(is_bob: bool, points: &[u16], roots: &[u32], key: &[u32]) -> Vec<u32> {
    <Less>::eval(SET, is_bob, points, roots, key).masks().to_vec()
}

/// As [`deal`], with three words of payload for each comparison.
#[must_use]
pub fn deal_with(alphas: &[u16], payloads: [&[u32]; 3], roots: [&[u32]; 2]) -> Vec<u32> {
    let mut key = Secret::default();
    Compare::<WideWord, 3>::deal(SET, alphas, payloads, roots, &mut key);
    key.to_vec()
}

/// One party's shares of the payload where `point < alpha`, else of zero.
#[must_use]
pub fn compare_with(is_bob: bool, points: &[u16], roots: &[u32], key: &[u32]) -> [Vec<u32>; 3] {
    Compare::<WideWord, 3>::eval(SET, is_bob, points, roots, key).map(|share| share.to_vec())
}
