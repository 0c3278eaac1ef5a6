//! How long the messages of a round are, in bytes. A test compares them with those of a sum.

use sotto_core::wire::ENVELOPE_LEN;
use sotto_secagg::{COHORT_MAX, COUNT_LIMBS, Encoding, Numbers, Rates, Width};

/// The envelope, and the token of the task that a message belongs to.
pub(super) const FRAME: f64 = (ENVELOPE_LEN + 16) as f64;
/// A task's own numbers beside the weights: try, recipe, variety, terms of the sum.
const TASK: f64 = 66.0;
/// Bytes of an element of a sum on its way up: a sum of sums fits no ring of 32 bits.
pub(super) const SUM_BYTES: f64 = 8.0;

/// A worker's public keys under their signature, in a list.
pub(super) const KEYS: f64 = 160.0;
const HASH: f64 = 32.0;
const LENGTH: f64 = 4.0;
const POSITION: f64 = 4.0;
const SEALED: f64 = 80.0;
const SIGNATURE: f64 = 64.0;
const SHARE: f64 = 32.0;

/// The messages of a secure sum, and what they are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Elements of a vector.
    pub(super) elements: f64,
    /// Neighbours of a worker.
    pub(super) neighbours: f64,
    pub(super) task: f64,
    pub(super) keys: f64,
    pub(super) key_list: f64,
    pub(super) shares: f64,
    pub(super) delivery: f64,
    pub(super) masked: f64,
    pub(super) survivors: f64,
    pub(super) statement: f64,
    pub(super) statements: f64,
    pub(super) unmask: f64,
}

impl Sizes {
    /// For `part` workers in one sum, of whom the share `dropout` vanishes after sharing.
    pub(super) fn new(parameters: usize, part: u64, dropout: f64) -> Self {
        let workers = usize::try_from(part).unwrap_or(usize::MAX);
        let k = neighbours(workers);
        // At most so many hashes lead to the root of the list of keys.
        let proof = LENGTH + HASH * (part as f64).log2().ceil();
        let bits = LENGTH + (k / 8.0).ceil();
        let statement = bits + SIGNATURE;
        let sealed = POSITION + 2.0 * HASH + LENGTH + SEALED;
        let elements = parameters + COUNT_LIMBS;
        let framed = |step: f64| FRAME + 1.0 + step;
        Self {
            elements: elements as f64,
            neighbours: k,
            task: FRAME + TASK + 4.0 * parameters as f64,
            keys: framed(KEYS),
            key_list: framed(
                4.0 + HASH + POSITION + proof + LENGTH + k * (POSITION + KEYS + proof),
            ),
            // The first is its own, which stays with it.
            shares: framed(HASH + LENGTH + (sealed - SEALED) + k * sealed),
            delivery: framed(LENGTH + k * sealed),
            masked: framed(LENGTH + width(workers).packed_len(elements) as f64),
            survivors: framed(bits),
            statement: framed(statement),
            statements: framed(LENGTH + k * (1.0 - dropout) * (POSITION + statement)),
            unmask: framed(LENGTH + (k + 1.0) * (POSITION + SHARE)),
        }
    }

    /// A sum on its way up.
    pub(super) fn sum(&self) -> f64 {
        FRAME + SUM_BYTES * self.elements
    }

    /// What an aggregator keeps of a worker's commitments: a hash of its seed, and of two shares
    /// for each holder.
    pub(super) fn committed(&self) -> f64 {
        HASH + (self.neighbours + 1.0) * (POSITION + 2.0 * HASH)
    }

    /// A worker's position in the tree of hashes over the list of keys.
    pub(super) const TREE: f64 = 2.0 * HASH;
}

/// As the protocol has it; beyond the most that it allows as its formulas would.
fn neighbours(workers: usize) -> f64 {
    let rates = Rates::default();
    let degree = match workers {
        ..=COHORT_MAX => rates.degree(workers),
        _ => rates.sparse(workers),
    };
    // The usual rates are withstood by three workers and by any number above.
    degree.map_or(workers.saturating_sub(1), |degree| degree.neighbours) as f64
}

/// The width of the ring: what the numbers are changes nothing. Where no ring holds the sum, as
/// wide as there is.
fn width(workers: usize) -> Width {
    let numbers = Numbers::Weighted { clip: 1.0, weight_max: 1 };
    Encoding::new(workers, numbers).map_or(Width::Bits32, |encoding| encoding.width())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SecureTask, Task, ToWorker, Token};
    use sotto_core::entropy::Entropy;
    use sotto_core::seeded::Stream;
    use sotto_secagg::costs;
    use sotto_train::{Recipe, SgdConfig, Variety};

    #[test]
    fn a_worker_of_a_real_sum_sends_and_receives_so_much() {
        for workers in [12, 200] {
            let mut stream = Stream::new(1, "test/scale");
            let entropy: Entropy = Box::new(move |bytes| stream.fill(bytes));
            let found = costs::whole(workers, 500, entropy, &|| 0.0).unwrap();
            let sizes = Sizes::new(500, workers as u64, 0.1);
            let up = [sizes.keys, sizes.shares, sizes.masked, sizes.statement, sizes.unmask];
            let down = [sizes.key_list, sizes.delivery, sizes.survivors, sizes.statements];
            let sum = |all: &[f64]| all.iter().map(|size| size - FRAME).sum::<f64>();
            let up = sum(&up) / found.client_up_bytes as f64;
            let down = sum(&down) / found.client_down_bytes as f64;
            assert!((up - 1.0).abs() < 1e-9, "{workers}: {up}");
            assert!((down - 1.0).abs() < 0.03, "{workers}: {down}");
        }
    }

    #[test]
    fn a_task_is_so_long() {
        let sgd = SgdConfig { learning_rate: 0.05, momentum: 0.9, weight_decay: 0.0 };
        let secure = SecureTask {
            cohort_min: 3,
            threshold_min: 2,
            clip: 1.0,
            weight_max: 600,
            private: None,
        };
        let task = Task {
            token: Token([0; 16]),
            attempt: 1,
            recipe: Recipe::plain(sgd),
            variety: Variety { augment: true, pens: 0.2, fold: 0 },
            control: None,
            examples: None,
            secure: Some(secure),
            weights: vec![0.0; 100],
        };
        let payload = ToWorker::Task(Box::new(task)).encode().1.len();
        assert_eq!((payload + ENVELOPE_LEN) as f64, Sizes::new(100, 10, 0.1).task);
    }
}
