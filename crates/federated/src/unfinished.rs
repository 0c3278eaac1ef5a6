//! Half a worker's task, for a page that replaces one that was closed.
//!
//! It is weights, the optimiser's memory, the step, and under secure sums the secret of its coins, without which it
//! could not go on. The order of the digits is not in it: it is shuffled again from the same stream. Only the same
//! work is taken up, and it ends in the same bits. Its record is deleted before the update is told of, so that no
//! update is made a second time. A training with noise is not kept, because a coin must not be tossed twice. Nor is a
//! worker's own control variate (`strategy=scaffold`), which then begins at zero.

use std::cell::OnceCell;

use sha2::{Digest, Sha256};

use super::messages::{Assignment, Task, ToWorker, Token};
use super::secret::Secret;
use sotto_core::seeded::Stream;
use sotto_core::wire::{Error, Reader, Writer};
use sotto_digits::Digits;
use sotto_network::Weights;
use sotto_train::{Coins, Unfinished};
use zeroize::Zeroizing;

/// A training that was stopped, and which work it was.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfinishedWork {
    /// The fingerprint of all that decides how the work is done.
    pub(super) work: [u8; 32],
    /// What its coins are tossed from, where updates are summed securely: they are tossed once, and
    /// whoever goes on goes on with them.
    pub(super) secret: Option<Secret>,
    /// The try whose shuffles it follows.
    pub(super) attempt: u32,
    /// Where it stands.
    pub training: Unfinished,
}

/// Begins the bytes of this version. Those of the first version began with the fingerprint.
const VERSION: [u8; 8] = *b"sotto/2\0";

impl UnfinishedWork {
    /// The bytes, which hold a secret where updates are summed securely.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.raw(&VERSION).raw(&self.work).bool(self.secret.is_some());
        if let Some(secret) = &self.secret {
            w.raw(&secret.0);
        }
        w.u32(self.attempt);
        self.training.write(&mut w);
        w.finish()
    }

    /// Reads them.
    ///
    /// # Errors
    /// When they are not half a training of this version, or announce more than the limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        if r.array("version")? != VERSION {
            return Err(Error::Invalid("version"));
        }
        let work = Self {
            work: r.array("work")?,
            secret: match r.bool("secret")? {
                true => Some(Secret(r.array("secret")?)),
                false => None,
            },
            attempt: r.u32("try")?,
            training: Unfinished::read(&mut r)?,
        };
        r.finish().map(|()| work)
    }
}

/// Which work this is: the assignment, the round, the task, the model and the digits.
pub(super) struct Work {
    /// Of all but the digits, which take a while.
    hash: Sha256,
    whole: OnceCell<[u8; 32]>,
    coins: Coins,
    round: u32,
    slot: u32,
}

impl Work {
    /// The work of a task that begins with the weights `before`. Where updates are summed
    /// securely its try does not count, nor what the sum is like: what was learnt in one try
    /// is good for the next. Nor does the `secret` that coins are then tossed from count.
    pub(super) fn new(
        assignment: &Assignment,
        round: u32,
        task: &Task,
        control: &[f32],
        before: &Weights,
        secret: &Secret,
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
        w.raw(b"sotto/work").raw(&ToWorker::Welcome(assignment.clone()).encode().1).u32(round);
        w.bool(is_secure).raw(&ToWorker::Task(Box::new(task)).encode().1);
        w.f32s(control).raw(&before.hash().0);
        let hash = Sha256::new().chain_update(w.finish());
        let coins = match is_secure {
            true => Coins::Secret(Zeroizing::new(secret.0)),
            false => Coins::Public(assignment.seed),
        };
        Self { hash, whole: OnceCell::new(), coins, round, slot: assignment.slot }
    }

    /// The same work with the coins that it was begun with; `None` if they are not of its kind.
    pub(super) fn tossed_by(&self, secret: Option<Secret>) -> Option<Self> {
        let coins = match (&self.coins, secret) {
            (Coins::Public(seed), None) => Coins::Public(*seed),
            (Coins::Secret(_), Some(secret)) => Coins::Secret(Zeroizing::new(secret.0)),
            _ => return None,
        };
        let Self { hash, whole, round, slot, .. } = self;
        Some(Self { hash: hash.clone(), whole: whole.clone(), coins, round: *round, slot: *slot })
    }

    /// Where its coins come from.
    pub(super) fn coins(&self) -> Coins {
        self.coins.clone()
    }

    /// The secret that they come from, if it is one.
    pub(super) fn secret(&self) -> Option<Secret> {
        match &self.coins {
            Coins::Public(_) => None,
            Coins::Secret(secret) => Some(Secret(**secret)),
        }
    }

    /// The order of the batches in a try of the round.
    pub(super) fn shuffle(&self, attempt: u32) -> Stream {
        let Self { round, slot, .. } = self;
        self.coins.stream(&format!("round/{round}/try/{attempt}/worker/{slot}/shuffle"))
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
    use proptest::prelude::*;
    use sotto_digits::PIXELS;
    use sotto_network::{Initialiser, Network, preset};
    use sotto_train::{Method, Variety};

    const ASSIGNMENT: fn() -> Assignment = || Assignment {
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
        // Each page draws another one.
        let secret = Secret([attempt as u8; 32]);
        Job { round: 2, task, control: Vec::new(), secret }
    }

    fn training(job: Job, digits: &Digits) -> LocalTraining {
        let network = preset("linear").unwrap().network;
        LocalTraining::new(&network, &ASSIGNMENT(), job, digits).unwrap()
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
            bytes: Vec<u8>, position: prop::sample::Index, value: u8,
        ) {
            let _ = UnfinishedWork::decode(&bytes);
            let network = preset("linear").unwrap().network;
            let digits = digits(9);
            let saved = training(job(&network, 1, Method::Sgd, false), &digits).save(&digits);
            let mut bytes = saved.unwrap().unwrap().encode();
            let position = position.index(80);
            bytes[position] = value;
            if let Ok(saved) = UnfinishedWork::decode(&bytes) {
                let mut fresh = training(job(&network, 1, Method::Sgd, false), &digits);
                let _ = fresh.take_up(&network, saved, &digits);
                prop_assert!(fresh.is_done() || fresh.step(&digits).is_ok());
            }
        }
    }

    /// Nothing of a training under secure sums can be told from the run's public seed.
    #[test]
    fn the_secret_decides_every_coin_where_updates_are_summed_securely() {
        let network = preset("linear").unwrap().network;
        let digits = digits(30);
        let trained = |secure, change: &dyn Fn(&mut Job, &mut Assignment)| {
            let (mut job, mut assignment) = (job(&network, 1, Method::Sgd, secure), ASSIGNMENT());
            change(&mut job, &mut assignment);
            run(LocalTraining::new(&network, &assignment, job, &digits).unwrap(), &digits)
        };
        let of_secret = |secret: u8| move |job: &mut Job| job.secret = Secret([secret; 32]);
        // The order of the digits; which variants of them; which pens.
        let order = |job: &mut Job| job.task.variety = Variety::NONE;
        let variants = |job: &mut Job| {
            (job.task.recipe.batch, job.task.variety.pens) = (0, 0.0);
        };
        let pens = |job: &mut Job| {
            (job.task.recipe.batch, job.task.variety.augment) = (0, false);
        };
        let kinds: [&dyn Fn(&mut Job); 3] = [&order, &variants, &pens];
        for (number, kind) in kinds.into_iter().enumerate() {
            let of = |secure, secret, seed| {
                trained(secure, &|job, assignment| {
                    kind(job);
                    of_secret(secret)(job);
                    assignment.seed = seed;
                })
            };
            assert_eq!(of(true, 1, 5), of(true, 1, 6), "{number}: the seed is of no matter");
            assert_ne!(of(true, 1, 5), of(true, 2, 5), "{number}: the secret decides");
            assert_eq!(of(false, 1, 5), of(false, 2, 5), "{number}: in the clear it does not");
            assert_ne!(of(false, 1, 5), of(false, 1, 6), "{number}: in the clear the seed decides");
        }
    }

    #[test]
    fn a_training_of_the_version_before_is_not_taken_up() {
        let network = preset("linear").unwrap().network;
        let digits = digits(9);
        let saved = training(job(&network, 1, Method::Sgd, false), &digits).save(&digits);
        let saved = saved.unwrap().unwrap();
        // It had no version, and no secret.
        let mut w = Writer::new();
        w.raw(&saved.work).u32(saved.attempt);
        saved.training.write(&mut w);
        assert_eq!(UnfinishedWork::decode(&w.finish()), Err(Error::Invalid("version")));
        // Nor one whose coins are not of the work's kind.
        let mut fresh = training(job(&network, 1, Method::Sgd, false), &digits);
        let secret = Some(Secret([1; 32]));
        let other = UnfinishedWork { secret, ..saved.clone() };
        assert_eq!(fresh.take_up(&network, other, &digits), None);
        assert_eq!(fresh.take_up(&network, saved, &digits), Some(0));
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
