//! A worker's part in the secure sum of a round.

use super::super::messages::{SecureTask, Task, ToAggregator, Token, Update};
use super::super::noised::NoisySteps;
use super::super::virtual_clients::PrivatePart;
use super::{Current, Millis, Worker, WorkerAction, WorkerPhase};
use crate::learn::Recipe;
use crate::network::WeightHash;
use crate::prg::StreamKey;
use crate::secagg::{Client, Context, Encoding, Error, FromClient, FromServer};
use crate::wire::RunId;
use zeroize::Zeroizing;

/// A secure sum under way.
pub(super) struct Sum {
    pub(super) round: u32,
    token: Token,
    client: Client,
}

/// What was learnt in a round, for its next try if this one is given up.
pub(super) struct Kept {
    run: RunId,
    round: u32,
    recipe: Recipe,
    secure: SecureTask,
    update: Update,
    /// Of virtual clients, before noise.
    part: Option<PrivatePart>,
}

impl Kept {
    /// The vector for the sum: rounded at random, or with this worker's part of the noise.
    fn elements(
        &self,
        encoding: &Encoding,
        survivors: usize,
        secret: [u8; 32],
    ) -> Result<Vec<u32>, Error> {
        let (Some(part), Some(private)) = (&self.part, self.secure.private) else {
            let coins = StreamKey::new(&secret);
            return encode(encoding, &self.update.values, self.update.digits, &coins);
        };
        let grid =
            private.grid(self.secure.clip, self.update.values.len()).map_err(|_| Error::Range)?;
        let noisy = NoisySteps::new(part, &private, &grid, survivors, secret);
        let noisy = noisy.map_err(|_| Error::Range)?;
        encoding.encode_whole(noisy.steps(), noisy.clients())
    }
}

/// Digits written since the round was planned may be more than a sum of its size has room for:
/// the update then counts for as many as there is.
fn encode(
    encoding: &Encoding,
    values: &[f32],
    digits: u32,
    coins: &StreamKey,
) -> Result<Vec<u32>, Error> {
    if digits <= encoding.weight_max() {
        return encoding.encode(values, digits, coins);
    }
    let weight = encoding.weight_max();
    let share = weight as f32 / digits as f32;
    let values = Zeroizing::new(values.iter().map(|value| value * share).collect::<Vec<f32>>());
    encoding.encode(&values, weight, coins)
}

impl Worker {
    /// Whether the work of a task is done already: it is the same round's, from the same model.
    pub(super) fn has_kept(&self, current: &Current, task: &Task) -> bool {
        let same = |kept: &Kept| {
            kept.run == self.run
                && kept.round == current.round
                && kept.recipe == current.recipe
                && Some(kept.secure) == current.secure
                && kept.update.base == WeightHash::of(&task.weights)
        };
        self.kept.as_ref().is_some_and(same)
    }

    /// Training is done: the update stays here, and its secure sum begins.
    pub(super) fn keep(
        &mut self,
        current: Current,
        update: Update,
        part: Option<PrivatePart>,
    ) -> Vec<WorkerAction> {
        let (run, round, recipe) = (self.run, current.round, current.recipe);
        self.kept = current.secure.map(|secure| Kept { run, round, recipe, secure, update, part });
        self.begin_sum(current)
    }

    pub(super) fn begin_sum(&mut self, current: Current) -> Vec<WorkerAction> {
        let (Some(kept), Some(secure)) = (&self.kept, current.secure) else {
            return Vec::new();
        };
        let Current { round, attempt, token, .. } = current;
        let context = Context { run: self.run.0, round, attempt, model: kept.update.base.0 };
        let terms = SecureTask::terms(&secure, kept.update.values.len());
        let (client, keys) = Client::new(context, terms, &self.identity, &mut self.entropy);
        self.phase = WorkerPhase::Summing(round);
        self.sum = Some(Sum { round, token: token.clone(), client });
        vec![self.send(round, &ToAggregator::Step { token, step: keys })]
    }

    /// Answers a step of the aggregator.
    pub(super) fn step(&mut self, token: &Token, step: FromServer) -> Vec<WorkerAction> {
        let (Some(sum), Some(kept)) = (&mut self.sum, &self.kept) else {
            return Vec::new();
        };
        if sum.token != *token {
            return Vec::new();
        }
        let mut secret = [0; StreamKey::LEN];
        (self.entropy)(&mut secret);
        let mut plain = None;
        let part = |encoding: &Encoding, survivors| {
            let part = kept.elements(encoding, survivors, secret)?;
            plain = Some((part.clone(), encoding.width()));
            Ok(part)
        };
        let round = sum.round;
        match sum.client.handle(step, part, &self.identity, &mut self.entropy) {
            Ok(step) => {
                let shown = match (&step, plain) {
                    (FromClient::Masked(packed), Some((part, width))) => {
                        let masked = width.unpack(packed, part.len()).unwrap_or_default();
                        let first_masks = sum.client.first_masks().to_vec();
                        Some(WorkerAction::Masked { round, part, masked, first_masks, width })
                    }
                    _ => None,
                };
                let token = token.clone();
                let answer = self.send(round, &ToAggregator::Step { token, step });
                std::iter::once(answer).chain(shown).collect()
            }
            Err(error) => vec![WorkerAction::Notice(format!("round {round}: {error}"))],
        }
    }

    /// The sum of a round is known, and this worker's part in it.
    pub(super) fn counted(&mut self, round: u32, now: Millis) -> Vec<WorkerAction> {
        if let Some(next) = self.next_control.as_mut().filter(|next| next.round == round) {
            next.counts = true;
        }
        if self.sum.as_ref().is_some_and(|sum| sum.round == round) {
            self.kept = None;
            self.leave_sum();
            if !self.is_willing() {
                // It had changed its mind in the middle of the sum.
                return self.say_presence(now);
            }
        }
        Vec::new()
    }

    /// Leaves a sum. Once this worker has opened shares, the aggregator may know a sum that it
    /// is in; the same update in another sum would tell the two apart, so it is learnt anew.
    pub(super) fn leave_sum(&mut self) {
        if let Some(sum) = self.sum.take() {
            self.phase = WorkerPhase::Idle;
            if sum.client.has_unmasked() {
                self.kept = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secagg::Numbers;

    #[test]
    fn an_update_of_too_many_digits_counts_for_the_most_there_may_be() {
        let numbers = Numbers::Weighted { clip: 1.0, weight_max: 100 };
        let encoding = Encoding::new(1, numbers).unwrap();
        for digits in [1u32, 99, 100, 101, 160] {
            let coins = StreamKey::new(&[digits as u8; StreamKey::LEN]);
            let mean = [0.5f32, -0.25];
            let values = mean.map(|value| value * digits as f32);
            let total =
                encoding.decode(&encode(&encoding, &values, digits, &coins).unwrap()).unwrap();
            assert_eq!(total.count, digits.min(100));
            for (value, expected) in total.values.iter().zip(mean) {
                let step = 100.0 / 30_000.0;
                assert!((value / f64::from(total.count) - f64::from(expected)).abs() < step);
            }
        }
    }
}
