//! What leaves a worker whose training adds noise.
//!
//! Every field is public (the token, the hash of the model that the aggregator sent, how many
//! digits or clients there are), constant (the loss), or has noise on all that it owes to digits.
//! The types below see to that: values get into them as public weights or together with noise,
//! and in no other way.

use zeroize::Zeroizing;

use super::messages::{Token, Update};
use super::private_task::PrivateTask;
use super::virtual_clients::PrivatePart;
use rand_core::Rng;
use sotto_network::{Network, WeightHash, Weights};
use sotto_privacy::{Central, Grid};

/// The loss of an update with noise: none is told, for that of a single digit would be exact.
const NO_LOSS: f32 = 0.0;
/// Why a training failed with noise, or before a secure sum. A reason in other words might owe something to a digit.
pub(super) const FAILED: &str = "its training could not be done";

/// Weights that owe nothing to single digits but what came with noise.
#[derive(Clone)]
pub(super) struct NoisyWeights {
    before: Weights,
    now: Weights,
}

impl NoisyWeights {
    /// The weights of the global model, which everybody knows.
    pub(super) fn public(weights: Weights) -> Self {
        Self { now: weights.clone(), before: weights }
    }

    /// The weights as they are.
    pub(super) fn now(&self) -> &Weights {
        &self.now
    }

    /// Moves the weights by `scale` times a sum of the digits' steps, with noise on it. The sum is
    /// zeros afterwards.
    ///
    /// # Errors
    /// When a weight is no longer finite.
    pub(super) fn move_by(
        &mut self,
        network: &Network,
        sum: &mut [i64],
        (noise, scale): (&Central, f64),
        rng: &mut impl Rng,
    ) -> Result<(), sotto_network::Error> {
        noise.add_to(sum, rng);
        let moved = self.now.values().iter().zip(&*sum);
        let values = moved.map(|(weight, &sum)| (f64::from(*weight) + scale * sum as f64) as f32);
        self.now = Weights::new(network, values.collect())?;
        sum.fill(0);
        Ok(())
    }

    /// The update of a worker that has so many digits, which is public.
    pub(super) fn into_update(self, token: Token, digits: u32) -> Update {
        let base: WeightHash = self.before.hash();
        let moved = self.now.moved_from(&self.before);
        let values = moved.into_iter().map(|step| digits as f32 * step).collect();
        Update { token, base, digits, loss: NO_LOSS, values }
    }
}

/// A worker's vector for the sum of a round with virtual clients.
pub(super) struct NoisySteps {
    steps: Zeroizing<Vec<i64>>,
    clients: u32,
}

impl NoisySteps {
    /// The clients' sum with this worker's part of the noise, of which at least so many
    /// `survivors` add theirs. Where the aggregator is trusted to add it, the sum is as it is.
    ///
    /// # Errors
    /// As [`PrivateTask::check`].
    pub(super) fn new(
        part: &PrivatePart,
        private: &PrivateTask,
        grid: &Grid,
        survivors: usize,
        secret: [u8; 32],
    ) -> Result<Self, sotto_privacy::Error> {
        let mut steps = Zeroizing::new(part.steps.clone());
        private.add_part(grid, survivors, &mut steps, secret)?;
        Ok(Self { steps, clients: part.clients })
    }

    /// The sum, in steps of the grid.
    pub(super) fn steps(&self) -> &[i64] {
        &self.steps
    }

    /// Clients that the worker has, which is public.
    pub(super) fn clients(&self) -> u32 {
        self.clients
    }
}

#[cfg(test)]
mod tests;
