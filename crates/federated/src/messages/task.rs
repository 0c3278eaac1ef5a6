//! A worker's assignment, its work, and what comes of it.

use subtle::ConstantTimeEq;

use crate::example_task::ExampleTask;
use crate::private_task::PrivateTask;
use sotto_digits::layout::Manifest;
use sotto_digits::partition::{self, Shard};
use sotto_network::WeightHash;
use sotto_secagg::{Numbers, Rates, Terms};
use sotto_train::{Recipe, Variety};

/// A worker's assignment in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The slot in the room, from 0.
    pub slot: u32,
    /// The network's preset.
    pub model: String,
    /// The seed of shards and shuffles.
    pub seed: u64,
    /// How the digits are cut into shards.
    pub partition: String,
    /// How many shards there are.
    pub shards: u32,
}

impl Assignment {
    /// The shard of this slot; with more workers than shards, shards are shared.
    #[must_use]
    pub fn shard(&self) -> u32 {
        self.slot % self.shards.max(1)
    }

    /// The digits of this slot, out of all that `manifest` lists.
    ///
    /// # Errors
    /// In words, when this page does not know the partition or cannot cut so many shards.
    pub fn cut(&self, manifest: &Manifest) -> Result<Shard, String> {
        let cut = partition::parse(&self.partition).and_then(|partitioner| {
            partition::cut(partitioner.as_ref(), &manifest.train, self.shards, self.seed)
        });
        let mut shards = cut.map_err(|error| error.to_string())?;
        Ok(shards.swap_remove(self.shard() as usize))
    }
}

/// One round's work.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// To be sent back with the update: proves that this worker was asked.
    pub token: Token,
    /// The try of the round, from 1.
    pub attempt: u32,
    /// How to train.
    pub recipe: Recipe,
    /// What is mixed into the training. Where there is noise, nothing is.
    pub variety: Variety,
    /// What corrects the worker's gradients; none where `None`.
    pub control: Option<Control>,
    /// Noise on every step of the worker, for each of its digits; none where `None`.
    pub examples: Option<ExampleTask>,
    /// How the updates are summed; `None` asks for the update in the clear.
    pub secure: Option<SecureTask>,
    /// The global model's weights.
    pub weights: Vec<f32>,
}

impl Task {
    /// Whether the worker adds noise, or the aggregator to a sum of virtual clients.
    #[must_use]
    pub fn has_noise(&self) -> bool {
        self.examples.is_some() || self.secure.is_some_and(|secure| secure.private.is_some())
    }
}

/// The server's control variate (Karimireddy et al. 2020).
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// What the change of the worker's own is multiplied by, to bring it to the size of a step.
    pub scale: f32,
    /// One value a weight.
    pub values: Vec<f32>,
}

/// What is public of a secure sum before it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SecureTask {
    /// Fewer workers are not summed.
    pub cohort_min: u32,
    /// A secret takes at least so many shares.
    pub threshold_min: u32,
    /// The longest `w_k - w` that counts whole.
    pub clip: f32,
    /// The most digits that a worker counts for.
    pub weight_max: u32,
    /// Noise and virtual clients; `None` for the mean weighted by digits.
    pub private: Option<PrivateTask>,
}

impl SecureTask {
    /// The terms for a network of `parameters` weights. What the graph is to withstand is not
    /// the aggregator's to say.
    #[must_use]
    pub fn terms(&self, parameters: usize) -> Terms {
        let Self { cohort_min, threshold_min, clip, weight_max, private } = *self;
        let len = private.map_or(parameters, |private| private.elements(parameters));
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        let numbers = match private {
            Some(private) => Numbers::Whole { step: private.step(clip) },
            None => Numbers::Weighted { clip, weight_max },
        };
        Terms { rates: Rates::default(), cohort_min, threshold_min, len, numbers }
    }
}

/// One worker's contribution to a round.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The task's token.
    pub token: Token,
    /// The hash of the weights that the training started from.
    pub base: WeightHash,
    /// n_k: digits trained on.
    pub digits: u32,
    /// The mean training loss, in nats; 0 where there is noise, for it would have none.
    pub loss: f32,
    /// `n_k (w_k - w)`; where there are control variates, `n_k` times the scaled change of the
    /// worker's own follows.
    pub values: Vec<f32>,
}

/// A number that only the aggregator and one worker know, for one task.
#[derive(Clone)]
pub struct Token(pub [u8; 16]);

/// Compared in constant time.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}
