//! A worker's part in the secure sum of a round.

use super::super::messages::{SecureTask, ToAggregator, Token, Update};
use super::super::noised::NoisySteps;
use super::super::virtual_clients::PrivatePart;
use super::{Current, Millis, Worker, WorkerAction, WorkerPhase};
use sotto_core::prg::StreamKey;
use sotto_secagg::{Client, Context, Encoding, Error, FromClient, FromServer};
use sotto_train::Recipe;
use zeroize::Zeroizing;

/// A secure sum under way.
pub(super) struct Sum {
    pub(super) round: u32,
    pub(super) token: Token,
    context: Context,
    client: Client,
    held: Option<Held>,
}

/// A masked vector, until the record that it is spent is durable.
struct Held {
    record: u64,
    actions: Vec<WorkerAction>,
}

/// What was learnt in a round, for its next try if this one is given up before it was sent.
pub(super) struct Kept {
    context: Context,
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
    /// Takes up a try of a secure sum, or a task in the clear, unless this worker must not.
    ///
    /// # Errors
    /// What to answer then.
    pub(super) fn take_up(
        &mut self,
        asked: Option<Context>,
        token: &Token,
    ) -> Result<(), ToAggregator> {
        let of_run = |latest: &Context| latest.run == self.run.0;
        let latest = self.latest.filter(of_run);
        let Some(asked) = asked else {
            // Within a run the settings stay as they are.
            if latest.is_some() || self.spent.knows(self.run.0) {
                let reason = "this run sums updates securely: none is given in the clear";
                let (token, reason) = (token.clone(), reason.to_owned());
                return Err(ToAggregator::Failed { token, reason });
            }
            return Ok(());
        };
        let is_stale =
            |latest: &Context| (asked.round, asked.attempt) < (latest.round, latest.attempt);
        let later = latest.filter(is_stale).map(|latest| latest.round.saturating_add(1));
        if let Some(next) = self.spent.refuses(&asked).max(later) {
            return Err(ToAggregator::Spent { token: token.clone(), next });
        }
        self.latest = Some(asked);
        Ok(())
    }

    /// Whether the work of a task is done already: it is the same round's, from the same model.
    pub(super) fn has_kept(&self, current: &Current) -> bool {
        let Some((secure, context)) = current.secure else {
            return false;
        };
        self.kept.as_ref().is_some_and(|kept| {
            Context { attempt: context.attempt, ..kept.context } == context
                && kept.recipe == current.recipe
                && kept.secure == secure
        })
    }

    /// Training is done: the update stays here, and its secure sum begins.
    pub(super) fn keep(
        &mut self,
        current: Current,
        update: Update,
        part: Option<PrivatePart>,
    ) -> Vec<WorkerAction> {
        let recipe = current.recipe;
        self.kept =
            current.secure.map(|(secure, context)| Kept { context, recipe, secure, update, part });
        self.begin_sum(current)
    }

    pub(super) fn begin_sum(&mut self, current: Current) -> Vec<WorkerAction> {
        let (Some(kept), Some((secure, context))) = (&self.kept, current.secure) else {
            return Vec::new();
        };
        let Current { round, token, .. } = current;
        let terms = SecureTask::terms(&secure, kept.update.values.len());
        let (client, keys) = Client::new(context, terms, &self.identity, &mut self.entropy);
        self.phase = WorkerPhase::Summing(round);
        self.sum = Some(Sum { round, token: token.clone(), context, client, held: None });
        vec![self.send(round, &ToAggregator::Step { token, step: keys })]
    }

    /// Answers a step of the aggregator.
    pub(super) fn step(&mut self, token: &Token, step: FromServer) -> Vec<WorkerAction> {
        let Some(sum) = self.sum.as_mut().filter(|sum| sum.token == *token) else {
            return Vec::new();
        };
        let kept = self.kept.as_ref();
        let mut secret = [0; StreamKey::LEN];
        (self.entropy)(&mut secret);
        let mut plain = None;
        let part = |encoding: &Encoding, survivors| {
            let part = kept.ok_or(Error::Unexpected)?.elements(encoding, survivors, secret)?;
            plain = Some((part.clone(), encoding.width()));
            Ok(part)
        };
        let round = sum.round;
        match sum.client.handle(step, part, &self.identity, &mut self.entropy) {
            Ok(step) => {
                let shown = match (&step, plain) {
                    (FromClient::Masked(packed), Some((part, width))) => {
                        #[expect(clippy::disallowed_methods, reason = "it unpacks what it packed")]
                        let masked = width.unpack(packed, part.len()).unwrap_or_default();
                        let first_masks = sum.client.first_masks().to_vec();
                        Some(WorkerAction::Masked { round, part, masked, first_masks, width })
                    }
                    _ => None,
                };
                let spends = matches!(step, FromClient::Masked(_));
                let token = token.clone();
                let answer = self.send(round, &ToAggregator::Step { token, step });
                let actions = std::iter::once(answer).chain(shown).collect();
                if spends { self.spend(actions) } else { actions }
            }
            Err(error) => vec![WorkerAction::Notice(format!("round {round}: {error}"))],
        }
    }

    /// Records that an update is spent. What sends it waits until that is durable.
    fn spend(&mut self, actions: Vec<WorkerAction>) -> Vec<WorkerAction> {
        let Some(sum) = &mut self.sum else {
            return Vec::new();
        };
        self.kept = None;
        self.spent.add(sum.context);
        self.records += 1;
        let number = self.records;
        sum.held = Some(Held { record: number, actions });
        vec![WorkerAction::Record { number, record: self.spent.encode() }]
    }

    /// A record is durable, and what waited for it leaves; or it is not, and nothing does.
    pub(super) fn recorded(
        &mut self,
        number: u64,
        outcome: Result<(), String>,
    ) -> Vec<WorkerAction> {
        let Some(sum) = &mut self.sum else {
            return Vec::new();
        };
        let Some(Held { actions, .. }) = sum.held.take_if(|held| held.record <= number) else {
            return Vec::new();
        };
        match outcome {
            Ok(()) => actions,
            Err(error) => {
                let (round, token) = (sum.round, sum.token.clone());
                let reason = format!("what is spent cannot be kept, so no update is sent: {error}");
                self.leave_sum();
                vec![
                    self.send(round, &ToAggregator::Failed { token, reason: reason.clone() }),
                    WorkerAction::Notice(format!("round {round}: {reason}")),
                ]
            }
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

    /// Leaves a sum. A masked vector that still waits for its record never leaves then.
    pub(super) fn leave_sum(&mut self) {
        if self.sum.take().is_some() {
            self.phase = WorkerPhase::Idle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_secagg::Numbers;

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
