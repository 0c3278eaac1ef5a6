//! What all workers of a round must have in common, bound into every key they derive: an
//! aggregator that tells two workers different things gets masks that do not cancel.

use sha2::{Digest, Sha256};

use super::encoding::{Encoding, Numbers};
use super::graph::{Degree, Rates};
use super::merkle::Hash;
use super::{Error, merkle};

/// Which try of which round this is, and for which model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The run, drawn at random by the aggregator.
    pub run: u64,
    /// The round.
    pub round: u32,
    /// The try of the round, from 1.
    pub attempt: u32,
    /// The SHA-256 of the model that the updates belong to.
    pub model: [u8; 32],
}

impl Context {
    /// What the worker at `position` signs: who it was told is `alive`.
    pub(super) fn survivors(&self, agreement: &Agreement, position: u32, alive: &[u8]) -> Vec<u8> {
        let content = [&agreement.0[..], &position.to_le_bytes(), alive].concat();
        self.statement("survivors", &content)
    }

    /// A statement's bytes: what it is about, the context, the content.
    pub(super) fn statement(&self, about: &str, content: &[u8]) -> Vec<u8> {
        let mut bytes = format!("sotto/secagg/{about}\0").into_bytes();
        bytes.extend(self.run.to_le_bytes());
        bytes.extend(self.round.to_le_bytes());
        bytes.extend(self.attempt.to_le_bytes());
        bytes.extend(self.model);
        bytes.extend(content);
        bytes
    }
}

/// What a round's workers insist on, whatever the aggregator says: they compute degree,
/// threshold and encoding from it themselves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// What the graph withstands.
    pub rates: Rates,
    /// Fewer workers are not summed.
    pub cohort_min: u32,
    /// A secret takes at least so many shares, if that is more than the rates ask for.
    pub threshold_min: u32,
    /// Values of an update.
    pub len: u32,
    /// What they are.
    pub numbers: Numbers,
}

/// Fewer than three sum nothing: of two, each would know the other's part.
pub const COHORT_LEAST: u32 = 3;

impl Terms {
    /// The fewest workers whose parts may be in an opened sum, whatever minimum the aggregator says.
    #[must_use]
    pub fn survivors_least(&self) -> usize {
        self.cohort_min.max(COHORT_LEAST) as usize
    }

    /// The graph for a cohort of `workers`.
    ///
    /// # Errors
    /// [`Error::TooFew`] under the minimum cohort or a threshold that it cannot meet,
    /// [`Error::Rates`].
    pub fn degree(&self, workers: usize) -> Result<Degree, Error> {
        if workers < self.survivors_least() {
            return Err(Error::TooFew);
        }
        let degree = self.rates.degree(workers)?;
        let threshold = degree.threshold.max(self.threshold_min as usize);
        match threshold <= degree.neighbours + 1 {
            true => Ok(Degree { threshold, ..degree }),
            false => Err(Error::TooFew),
        }
    }

    /// How updates become elements of a ring.
    ///
    /// # Errors
    /// [`Error::Range`] when no ring holds the sum of so many.
    pub fn encoding(&self, workers: usize) -> Result<Encoding, Error> {
        Encoding::new(workers, self.numbers)
    }
}

/// What every key of a round is derived under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreement(pub(super) Hash);

impl Agreement {
    /// The hash of context, terms and the list of `workers` keys with this root.
    pub(super) fn new(context: &Context, terms: &Terms, workers: u32, root: &Hash) -> Self {
        let Terms { rates, cohort_min, threshold_min, len, numbers } = terms;
        let mut content = Vec::new();
        content.extend(rates.corrupt.to_bits().to_le_bytes());
        content.extend(rates.dropout.to_bits().to_le_bytes());
        content.push(rates.aggregator as u8);
        for number in [*cohort_min, *threshold_min, *len, workers] {
            content.extend(number.to_le_bytes());
        }
        match numbers {
            Numbers::Weighted { clip, weight_max } => {
                content.push(0);
                content.extend(clip.to_bits().to_le_bytes());
                content.extend(weight_max.to_le_bytes());
            }
            Numbers::Whole { step } => {
                content.push(1);
                content.extend(step.to_bits().to_le_bytes());
            }
        }
        content.extend(root);
        Self(merkle::leaf(&context.statement("agreement", &content)))
    }

    /// The seed of the ring on which the neighbours stand.
    pub(super) fn ring_seed(&self) -> Hash {
        Sha256::new().chain_update("sotto/secagg/ring").chain_update(self.0).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever differs makes another statement: a signature is for one worker's list in one try of one round.
    #[test]
    fn a_statement_of_survivors_says_whose_when_and_of_which_model() {
        let context = Context { run: 1, round: 2, attempt: 3, model: [4; 32] };
        let agreement = Agreement([5; 32]);
        let all = [
            context.survivors(&agreement, 6, &[7]),
            Context { run: 9, ..context }.survivors(&agreement, 6, &[7]),
            Context { round: 9, ..context }.survivors(&agreement, 6, &[7]),
            Context { attempt: 9, ..context }.survivors(&agreement, 6, &[7]),
            Context { model: [9; 32], ..context }.survivors(&agreement, 6, &[7]),
            context.survivors(&Agreement([9; 32]), 6, &[7]),
            context.survivors(&agreement, 9, &[7]),
            context.survivors(&agreement, 6, &[9]),
            context.survivors(&agreement, 6, &[7, 0]),
            context.statement("agreement", &[]),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
