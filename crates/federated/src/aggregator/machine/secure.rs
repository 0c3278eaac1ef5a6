//! A round whose updates are summed securely.
//!
//! Its first phase is the training: a worker that has trained says so with fresh keys. The
//! phases after it are short, and end when everybody has answered, or at a deadline of their own
//! without those who have not.
//!
//! A try that fails before masked vectors were asked for costs nothing: workers keep what they have trained, and the
//! next try begins with fresh keys. Afterwards updates are spent (docs/security.md), so the number of the round is
//! used up: the next try has the next number, and workers train anew. Numbers of rounds on the wire can so run ahead
//! of the rounds that were applied.
//!
//! A worker that is asked for what it has spent, or for an earlier try, says `Spent` with the number that it would
//! take. The round goes on without it, and the next one has at least that number, or one that is 2^16 ahead. So
//! workers whose tabs stay open go on when an aggregator starts over with the same seed, continues the same model
//! twice, or comes back from an old checkpoint.

use super::super::super::messages::{Refusal, SecureTask, ToWorker, Token};
use super::super::observer::Masked;
use super::super::round::Round;
use super::super::{Action, SumView};
use super::{Aggregator, Millis, info, notice};
use sotto_core::wire::{Address, PeerId};
use sotto_secagg::{Context, Error, FromClient, Phase, PhaseResult, Server, Sum, Total};

/// How long a phase after the training waits for silent workers.
pub const STEP_MS: Millis = 15_000;
/// A worker cannot make more numbers of rounds useless at once.
const SKIPPED_MAX: u32 = 1 << 16;

/// What the page shows of a round's sum.
pub(super) fn view(round: &Round) -> Option<SumView> {
    let sum = round.sum.as_ref()?;
    Some(SumView {
        phase: sum.phase(),
        heard: sum.heard(),
        pending: sum.pending().len(),
        degree: sum.degree(),
        width: sum.running_sum().map(|(_, encoding)| encoding.width()),
    })
}

impl Aggregator {
    /// What those in these slots are told of the sum.
    pub(super) fn secure_task(&self, slots: &[u32]) -> SecureTask {
        let asked = self.members.values().filter(|member| slots.contains(&member.slot));
        SecureTask {
            cohort_min: self.settings.cohort_least(),
            threshold_min: self.settings.threshold,
            clip: self.clip(),
            weight_max: asked.map(|member| member.digits).max().unwrap_or(1),
            private: self.settings.private_task(slots.len()),
        }
    }

    pub(super) fn begin_sum(&self, round: &Round, attempt: u32, secure: &SecureTask) -> Server {
        let context = Context { run: self.run.0, round: round.number, attempt, model: self.hash.0 };
        let terms = secure.terms(self.update_len());
        Server::new(context, terms, round.present())
    }

    /// Takes a worker's step.
    pub(super) fn step(
        &mut self,
        sender: PeerId,
        round: u32,
        token: &Token,
        step: FromClient,
        now: Millis,
        actions: &mut Vec<Action>,
    ) {
        let is_vector = matches!(step, FromClient::Masked(_));
        match self.take_step(sender, round, token, step) {
            Ok(phase) => {
                if let Some(member) = self.members.get_mut(&sender) {
                    match phase {
                        Phase::Keys => {
                            member.sum();
                            self.heard_keys(now);
                        }
                        Phase::Masking => member.report(None),
                        _ => {}
                    }
                }
                if is_vector {
                    self.show_masked(sender);
                }
                self.advance(now, actions);
            }
            Err(refusal) => {
                let what = "a step of the secure sum";
                self.turn_away(sender, round, what, refusal, now, actions);
            }
        }
    }

    /// A worker has given an update for this model and round, or has been in a later try. The round
    /// goes on without it; should it fail, the next one has a number that the worker takes.
    pub(super) fn spent(
        &mut self,
        sender: PeerId,
        token: &Token,
        next: u32,
        now: Millis,
        actions: &mut Vec<Action>,
    ) {
        let Some(current) = self.current.as_mut().filter(|current| current.sum.is_some()) else {
            return;
        };
        let number = current.number;
        if !current.fail(sender, token) {
            return;
        }
        self.use_up(next.min(number.saturating_add(SKIPPED_MAX)).saturating_sub(1));
        let text = format!("does not sum this model in round {number}, but in round {next}");
        info(actions, Some(sender), text);
        self.rest(sender);
        self.settle(now, actions);
    }

    /// Begins no round of this number or before it any more.
    pub(super) fn use_up(&mut self, number: u32) {
        if number > self.number {
            self.number = number;
            self.forget_attempts();
        }
    }

    /// The phase that the step belongs to.
    fn take_step(
        &mut self,
        sender: PeerId,
        round: u32,
        token: &Token,
        step: FromClient,
    ) -> Result<Phase, Refusal> {
        self.check_round(sender, round, token)?;
        let current = self.current.as_mut().ok_or(Refusal::WrongRound)?;
        current.check_step(sender, token)?;
        let sum = current.sum.as_mut().ok_or(Refusal::NotDue)?;
        let phase = sum.phase();
        sum.receive(sender, step).map_err(|error| match error {
            Error::Unexpected | Error::Stranger => Refusal::NotDue,
            _ => Refusal::BadStep,
        })?;
        if phase == Phase::Masking {
            current.mask(sender);
        }
        Ok(phase)
    }

    fn show_masked(&mut self, worker: PeerId) {
        let Some(current) = &mut self.current else {
            return;
        };
        let elements = current.sum.as_mut().map(Server::take_latest).unwrap_or_default();
        if let Some((sum, encoding)) = current.sum.as_ref().and_then(Server::running_sum) {
            let update = Masked { worker, elements: &elements, sum, width: encoding.width() };
            self.observer.masked(current.number, &self.network, &update);
        }
    }

    /// Ends phases for as long as there is nobody to wait for.
    pub(super) fn advance(&mut self, now: Millis, actions: &mut Vec<Action>) {
        while let Some(current) = &self.current
            && let Some(sum) = &current.sum
        {
            let pending = sum.pending().len();
            let enough = sum.phase() == Phase::Keys && sum.heard() >= current.target;
            let hopeless = sum.phase() == Phase::Keys && sum.heard() + pending < current.quorum;
            if hopeless {
                return self.abandon(now, actions);
            }
            if pending > 0 && !enough {
                return;
            }
            if pending > 0 && self.abandoned == 0 {
                self.pace.cut_off(pending, now);
            }
            self.close_phase(now, actions);
        }
    }

    /// A phase's time is up: it ends without those who are silent.
    pub(super) fn step_deadline(&mut self, now: Millis, actions: &mut Vec<Action>) {
        let Some(current) = &mut self.current else {
            return;
        };
        let Some(sum) = &current.sum else {
            return;
        };
        let (silent, number) = (sum.pending(), current.number);
        let is_training = sum.phase() == Phase::Keys;
        let is_enough = !is_training || sum.heard() >= current.quorum;
        if is_training {
            self.pace.cut_off(silent.len(), now);
        }
        for id in &silent {
            current.lose(*id);
        }
        for id in silent {
            if let Some(member) = self.members.get_mut(&id) {
                member.miss();
            }
            notice(actions, Some(id), "did not answer before the deadline".to_owned());
            self.send(Address::Worker(id), number, &ToWorker::Cancel, actions);
        }
        match is_enough {
            true => {
                self.close_phase(now, actions);
                self.advance(now, actions);
            }
            false => {
                self.pace.forget();
                self.abandon(now, actions);
            }
        }
    }

    fn close_phase(&mut self, now: Millis, actions: &mut Vec<Action>) {
        let Some(current) = &mut self.current else {
            return;
        };
        let Some(sum) = &mut current.sum else {
            return;
        };
        let too_slow = sum.pending();
        match sum.close() {
            Ok(PhaseResult::Next(messages)) => {
                let can_open = sum.phase() == Phase::Masking;
                // Who has signed who survives may have its update opened in the sum of those.
                current.is_exposed |= sum.phase() >= Phase::Confirming;
                current.deadline = now + STEP_MS;
                actions.push(Action::Wake(current.deadline));
                let number = current.number;
                let tokens: Vec<Option<Token>> =
                    messages.iter().map(|(id, _)| current.token(*id).cloned()).collect();
                for id in &too_slow {
                    current.lose(*id);
                }
                for id in too_slow {
                    self.rest(id);
                    self.send(Address::Worker(id), number, &ToWorker::Cancel, actions);
                }
                for ((id, step), token) in messages.into_iter().zip(tokens) {
                    if let Some(token) = token {
                        let message = ToWorker::Step { token, step };
                        self.send(Address::Worker(id), number, &message, actions);
                    }
                }
                if can_open {
                    // From now on masked vectors are on their way, which spend their updates. Should
                    // this try fail, its workers do not sum in a round of this number again.
                    self.use_up(number);
                }
            }
            Ok(PhaseResult::Sum(sum)) => self.summed(&sum, now, actions),
            Err(error) => {
                let worker = match error {
                    Error::Dishonest(id) => Some(id),
                    _ => None,
                };
                notice(actions, worker, format!("the secure sum failed: {error}"));
                if let Some(member) = worker.and_then(|id| self.members.get_mut(&id)) {
                    member.distrust();
                }
                self.abandon(now, actions);
            }
        }
    }

    /// Applies a sum to the model.
    fn summed(&mut self, sum: &Sum, now: Millis, actions: &mut Vec<Action>) {
        let total = match sum.encoding.decode(&sum.elements) {
            Ok(total) => total,
            Err(error) => {
                notice(actions, None, format!("the secure sum cannot be used: {error}"));
                return self.abandon(now, actions);
            }
        };
        let Some(round) = self.end_round() else {
            return;
        };
        let Sum { survivors, .. } = sum;
        for id in survivors {
            self.send(Address::Worker(*id), round.number, &ToWorker::Accepted, actions);
        }
        for id in round.present().into_iter().filter(|id| !survivors.contains(id)) {
            self.send(Address::Worker(id), round.number, &ToWorker::Cancel, actions);
        }
        self.members.values_mut().for_each(super::Member::dismiss);
        self.observer.summed(round.number, &self.network, sum);
        let facts = self.facts(&round, survivors.len());
        self.counted = survivors.len();
        match self.mean_of(&total, round.asked()) {
            Ok(mean) => {
                self.keep_mean(&mean, total.count.into());
                self.apply(round.number, &mean, &facts, actions);
            }
            Err(error) => {
                // It would come out so again.
                self.wanted = false;
                notice(actions, None, format!("training stopped: {error}"));
            }
        }
    }

    /// The mean of a round: of all digits, or of all virtual clients that were to be expected,
    /// with noise where the workers have not added it.
    fn mean_of(&mut self, total: &Total, asked: usize) -> Result<Vec<f64>, sotto_privacy::Error> {
        let count = f64::from(total.count);
        let Some(private) = self.settings.private_task(asked) else {
            return Ok(total.values.iter().map(|value| value / count).collect());
        };
        let grid = private.grid(self.clip(), self.weights.values().len())?;
        let mut secret = [0; 32];
        (self.entropy)(&mut secret);
        let step = grid.step();
        let mut steps: Vec<i64> =
            total.values.iter().map(|value| (value / step).round() as i64).collect();
        private.add_whole(&grid, &mut steps, secret)?;
        let expected = f64::from(private.rate) * count;
        let answers = steps.split_off(grid.values());
        if let (Some(adaptive), Some(answers)) = (&mut self.adaptive, answers.first()) {
            let answers = *answers as f64 / private.answer_steps() as f64;
            adaptive.follow(answers.round() as i64, expected.round().max(1.0) as u32);
        }
        Ok(steps.iter().map(|&steps| step * steps as f64 / expected).collect())
    }
}
