//! Half a worker's task, for a page that takes the place of one that was closed.

use std::cell::OnceCell;

use sha2::{Digest, Sha256};

use super::messages::{Assignment, Task, ToWorker, Token};
use crate::digits::Digits;
use crate::learn::Unfinished;
use crate::network::Weights;
use crate::seeded::Stream;
use crate::wire::{Error, Reader, Writer};

/// A training that was stopped, and which work it was.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfinishedWork {
    /// The fingerprint of all that decides how the work is done.
    pub(super) work: [u8; 32],
    /// The try whose shuffles it follows.
    pub(super) attempt: u32,
    /// Where it stands.
    pub training: Unfinished,
}

impl UnfinishedWork {
    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.raw(&self.work).u32(self.attempt);
        self.training.write(&mut w);
        w.finish()
    }

    /// Reads them.
    ///
    /// # Errors
    /// When they are not half a training, or announce more than the limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        let work = Self {
            work: r.array("work")?,
            attempt: r.u32("try")?,
            training: Unfinished::read(&mut r)?,
        };
        r.finish().map(|()| work)
    }
}

/// Which work this is: the place, the round, the task, the model and the digits.
pub(super) struct Work {
    /// Of all but the digits, which take a while.
    hash: Sha256,
    whole: OnceCell<[u8; 32]>,
    seed: u64,
    round: u32,
    slot: u32,
}

impl Work {
    /// The work of a task that begins with the weights `before`. Where updates are summed
    /// securely its try does not count, nor what the sum is like: what was learnt in one try
    /// is good for the next.
    pub(super) fn new(
        place: &Assignment,
        round: u32,
        task: &Task,
        control: &[f32],
        before: &Weights,
    ) -> Self {
        let is_secure = task.secure.is_some();
        let task = Task {
            token: Token([0; 16]),
            attempt: if is_secure { 0 } else { task.attempt },
            secure: None,
            weights: Vec::new(),
            ..task.clone()
        };
        let mut w = Writer::new();
        w.raw(b"sotto/work").raw(&ToWorker::Welcome(place.clone()).encode().1).u32(round);
        w.bool(is_secure).raw(&ToWorker::Task(Box::new(task)).encode().1);
        w.f32s(control).raw(&before.hash().0);
        let hash = Sha256::new().chain_update(w.finish());
        let whole = OnceCell::new();
        Self { hash, whole, seed: place.seed, round, slot: place.slot }
    }

    /// The order of the batches in a try of the round.
    pub(super) fn shuffle(&self, attempt: u32) -> Stream {
        let Self { seed, round, slot, .. } = *self;
        Stream::new(seed, &format!("round/{round}/try/{attempt}/worker/{slot}/shuffle"))
    }

    /// Where its variants and pens are drawn from: not by the try, so that it goes on in any.
    pub(super) fn variety_path(&self) -> String {
        format!("round/{}/worker/{}/variety", self.round, self.slot)
    }

    /// With the digits, which are the same as long as the work is under way.
    pub(super) fn fingerprint(&self, digits: &Digits) -> [u8; 32] {
        *self.whole.get_or_init(|| {
            let hash = self.hash.clone();
            hash.chain_update(digits.labels()).chain_update(digits.pixels()).finalize().into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Job, LocalTraining, Secret, SecureTask, Settings};
    use super::*;
    use crate::digits::PIXELS;
    use crate::learn::{Method, Variety};
    use crate::network::{Initialiser, Network, preset};
    use proptest::prelude::*;

    const PLACE: fn() -> Assignment = || Assignment {
        slot: 1,
        model: "linear".to_owned(),
        seed: 5,
        partition: "iid".to_owned(),
        shards: 2,
    };

    fn digits(count: usize) -> Digits {
        let mut pixels = vec![0; PIXELS * count];
        Stream::new(9, "test/pixels").fill(&mut pixels);
        Digits::new(pixels, (0..count).map(|n| (n % 10) as u8).collect()).unwrap()
    }

    fn job(network: &Network, attempt: u32, method: Method, secure: bool) -> Job {
        let mut recipe = Settings::default().recipe;
        (recipe.epochs, recipe.batch, recipe.method) = (3, 8, method);
        recipe.proximal = 0.1;
        let weights = Initialiser::He.weights(network, 3).unwrap().into_values();
        let secure = secure.then_some(SecureTask {
            cohort_min: 3,
            threshold_min: attempt,
            clip: 1.0,
            weight_max: 50,
            private: None,
        });
        let token = Token([attempt as u8; 16]);
        let variety = Variety { augment: true, pens: 0.2, fold: 0 };
        let control = None;
        let task =
            Task { token, attempt, recipe, variety, control, examples: None, secure, weights };
        Job { round: 2, task, control: Vec::new(), secret: Secret([0; 32]) }
    }

    fn training(job: Job, digits: &Digits) -> LocalTraining {
        let network = preset("linear").unwrap().network;
        LocalTraining::new(&network, &PLACE(), job, digits).unwrap()
    }

    fn run(mut training: LocalTraining, digits: &Digits) -> Vec<f32> {
        while !training.is_done() {
            training.step(digits).unwrap();
        }
        training.finish().unwrap().update.values
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_training_that_was_stopped_ends_as_if_it_had_not_been(
            count in 1..50usize,
            stops in prop::collection::vec(0..40u32, 1..4),
            adam: bool,
            secure: bool,
        ) {
            let network = preset("linear").unwrap().network;
            let digits = digits(count);
            let method = if adam { Method::Adam } else { Method::Sgd };
            let whole = run(training(job(&network, 1, method, secure), &digits), &digits);
            let mut current = training(job(&network, 1, method, secure), &digits);
            for (stop, attempt) in stops.into_iter().zip(2..) {
                for _ in 0..stop {
                    if !current.is_done() {
                        current.step(&digits).unwrap();
                    }
                }
                let bytes = current.save(&digits).unwrap().unwrap().encode();
                let saved = UnfinishedWork::decode(&bytes).unwrap();
                // In the clear another try is other work.
                let attempt = if secure { attempt } else { 1 };
                current = training(job(&network, attempt, method, secure), &digits);
                prop_assert!(current.take_up(&network, saved, &digits).is_some());
            }
            prop_assert_eq!(run(current, &digits), whole);
        }

        #[test]
        fn any_bytes_are_half_a_training_or_an_error(
            bytes: Vec<u8>, place: prop::sample::Index, value: u8,
        ) {
            let _ = UnfinishedWork::decode(&bytes);
            let network = preset("linear").unwrap().network;
            let digits = digits(9);
            let saved = training(job(&network, 1, Method::Sgd, false), &digits).save(&digits);
            let mut bytes = saved.unwrap().unwrap().encode();
            let place = place.index(80);
            bytes[place] = value;
            if let Ok(saved) = UnfinishedWork::decode(&bytes) {
                let mut fresh = training(job(&network, 1, Method::Sgd, false), &digits);
                let _ = fresh.take_up(&network, saved, &digits);
                prop_assert!(fresh.is_done() || fresh.step(&digits).is_ok());
            }
        }
    }

    #[test]
    fn other_work_is_not_taken_up() {
        let network = preset("linear").unwrap().network;
        let digits = digits(20);
        let original = || job(&network, 1, Method::Sgd, false);
        let saved = training(original(), &digits).save(&digits).unwrap().unwrap();
        let taken = |job: Job, digits: &Digits| {
            let saved = saved.clone();
            training(job, digits).take_up(&network, saved, digits)
        };
        assert_eq!(taken(original(), &digits), Some(0));
        let mut other = original();
        other.task.weights[0] += 1.0;
        assert_eq!(taken(other, &digits), None, "another model");
        let mut other = original();
        other.round = 3;
        assert_eq!(taken(other, &digits), None, "another round");
        let mut other = original();
        other.task.recipe.sgd.learning_rate *= 0.5;
        assert_eq!(taken(other, &digits), None, "another recipe");
        assert_eq!(taken(job(&network, 2, Method::Sgd, false), &digits), None, "another try");
        let fewer = digits.select(0..19);
        assert_eq!(taken(original(), &fewer), None, "other digits");
    }
}
