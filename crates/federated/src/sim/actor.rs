//! One simulated worker: its machine, its digits and the task it is at.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::network::Network;
use super::{Make, Shards};
use crate::attack::Attack;
use crate::{
    Assignment, Entropy, Job, LocalTraining, Millis, Report, Spent, Token, TrainingError, Worker,
    WorkerAction, WorkerEvent,
};
use sotto_core::wire::PeerId;
use sotto_digits::Digits;
use sotto_secagg::Identity;
use zeroize::Zeroizing;

pub(super) struct Actor {
    machine: Worker,
    seed: Zeroizing<[u8; 32]>,
    /// What it has recorded as spent, which outlives it.
    record: Option<Vec<u8>>,
    pace: Millis,
    digits: Arc<Digits>,
    attack: Option<&'static dyn Attack>,
    /// The job under way, and when it is done.
    job: Option<(Millis, Work)>,
    wakes: Vec<Millis>,
}

/// A job, done or not: what comes of it is settled when it is given, so that it can be done
/// at any time before it is due, beside others.
enum Work {
    Waiting(Box<Job>),
    Done(Token, Box<Result<Report, String>>),
}

/// All that a job needs, to be done on any thread.
pub(super) struct Training<'a> {
    work: &'a mut Work,
    assignment: Option<Assignment>,
    digits: Arc<Digits>,
    attack: Option<&'static dyn Attack>,
}

pub(super) enum Input {
    Open,
    Bytes(Vec<u8>),
    Time,
    /// The worker's own verdict on whether it takes part.
    Willing(bool),
}

/// What an actor reaches outside of itself.
pub(super) struct Outside<'a> {
    pub(super) now: Millis,
    pub(super) shards: &'a Shards,
    pub(super) make: Option<&'a Make>,
    pub(super) network: &'a mut Network,
    pub(super) parts: &'a mut BTreeMap<PeerId, Vec<u32>>,
}

impl Actor {
    pub(super) fn new(mut entropy: Entropy, pace: Millis) -> Self {
        Self::returning(Identity::draw(&mut entropy), entropy, pace)
    }

    /// A page that replaces one with this identity.
    pub(super) fn returning(identity: Identity, entropy: Entropy, pace: Millis) -> Self {
        Self {
            seed: identity.seed(),
            record: None,
            machine: Worker::new(identity, entropy),
            pace,
            digits: Arc::default(),
            attack: None,
            job: None,
            wakes: Vec::new(),
        }
    }

    /// The page that replaces it when it is reloaded.
    pub(super) fn reloaded(&self, entropy: Entropy) -> Self {
        let mut next = Self::returning(Identity::from_seed(&self.seed), entropy, self.pace);
        // The store of a simulated page damages nothing.
        let spent = self.record.as_deref().and_then(|record| Spent::decode(record).ok());
        next.machine = next.machine.with_spent(spent.unwrap_or_default());
        next.record.clone_from(&self.record);
        next
    }

    pub(super) fn id(&self) -> PeerId {
        self.machine.id()
    }

    /// Lets it spoil what it sends from now on.
    pub(super) fn corrupt(&mut self, attack: &'static dyn Attack) {
        self.attack = Some(attack);
    }

    /// The work that has still to be done.
    pub(super) fn training(&mut self) -> Option<Training<'_>> {
        let assignment = self.machine.assignment().cloned();
        let (digits, attack) = (Arc::clone(&self.digits), self.attack);
        let (_, work) = self.job.as_mut()?;
        matches!(work, Work::Waiting(_)).then_some(Training { work, assignment, digits, attack })
    }

    pub(super) fn next_event(&self) -> Option<Millis> {
        let job = self.job.as_ref().map(|(done_at, _)| *done_at);
        self.wakes.iter().copied().chain(job).min()
    }

    pub(super) fn handle(&mut self, input: Input, outside: &mut Outside<'_>) {
        let now = outside.now;
        let mut events = match input {
            Input::Open => vec![WorkerEvent::Open],
            Input::Bytes(bytes) => vec![WorkerEvent::Bytes(bytes)],
            Input::Time => self.elapsed(now, outside.make),
            Input::Willing(willing) => vec![WorkerEvent::Willing(willing)],
        };
        while let Some(event) = events.pop() {
            for action in self.machine.handle(event, now) {
                match action {
                    WorkerAction::Send(to, bytes) => outside.network.send(now, to, bytes),
                    WorkerAction::Load(assignment) => {
                        #[expect(
                            clippy::disallowed_methods,
                            reason = "then it says that it has no digits"
                        )]
                        let digits = (outside.shards)(&assignment).unwrap_or_default();
                        self.digits = Arc::new(digits);
                        let count = u32::try_from(self.digits.len()).unwrap_or(u32::MAX);
                        events.push(WorkerEvent::ShardLoaded(count));
                    }
                    WorkerAction::Train(job) => {
                        self.job = Some((now + self.pace, Work::Waiting(job)));
                    }
                    WorkerAction::StopTraining => self.job = None,
                    WorkerAction::Wake(at) => self.wakes.push(at),
                    WorkerAction::Record { number, record } => {
                        self.record = Some(record);
                        events.push(WorkerEvent::Recorded { number, outcome: Ok(()) });
                    }
                    WorkerAction::Masked { part, .. } => {
                        outside.parts.insert(self.id(), part);
                    }
                    WorkerAction::Notice(_) => {}
                }
            }
        }
    }

    /// What has come due by `now`.
    fn elapsed(&mut self, now: Millis, make: Option<&Make>) -> Vec<WorkerEvent> {
        let mut events = Vec::new();
        if self.wakes.iter().any(|&wake| wake <= now) {
            self.wakes.retain(|&wake| wake > now);
            events.push(WorkerEvent::Tick);
        }
        if let Some((_, mut work)) = self.job.take_if(|(done_at, _)| *done_at <= now) {
            let assignment = self.machine.assignment().cloned();
            let (digits, attack) = (Arc::clone(&self.digits), self.attack);
            Training { work: &mut work, assignment, digits, attack }.run(make);
            if let Work::Done(token, outcome) = work {
                events.push(match *outcome {
                    Ok(Report { update, part, .. }) => WorkerEvent::Trained { update, part },
                    Err(reason) => WorkerEvent::Failed { token, reason },
                });
            }
        }
        events
    }
}

impl Training<'_> {
    /// Does the work, where it has not been done.
    pub(super) fn run(self, make: Option<&Make>) {
        if let Work::Waiting(job) = self.work {
            let (token, secret) = (job.task.token.clone(), job.secret.clone());
            let mut outcome = match make {
                Some(make) => made(self.assignment.as_ref(), job, make),
                None => {
                    trained(self.assignment.as_ref(), (**job).clone(), &self.digits, self.attack)
                }
            };
            // A training that failed has nothing to spoil.
            if let (Some(attack), Ok(report)) = (self.attack, &mut outcome) {
                attack.spoil(&mut report.update, &secret.0);
            }
            *self.work = Work::Done(token, Box::new(outcome));
        }
    }
}

fn made(assignment: Option<&Assignment>, job: &Job, make: &Make) -> Result<Report, String> {
    let assignment = assignment.ok_or("there is no assignment")?;
    let update = make(assignment, job.round, &job.task);
    Ok(Report { loss: update.loss, update, norm: 0.0, part: None })
}

fn trained(
    assignment: Option<&Assignment>,
    job: Job,
    digits: &Digits,
    attack: Option<&dyn Attack>,
) -> Result<Report, String> {
    let assignment = assignment.ok_or("there is no assignment")?;
    let preset = sotto_network::preset(&assignment.model).ok_or("the network is not known")?;
    let spoilt = attack.map(|attack| attack.digits(digits));
    let digits = spoilt.as_ref().unwrap_or(digits);
    let run = || {
        let mut training = LocalTraining::new(&preset.network, assignment, job, digits)?;
        while !training.is_done() {
            training.step(digits)?;
        }
        training.finish()
    };
    run().map_err(|error: TrainingError| error.to_string())
}
