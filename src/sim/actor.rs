//! One simulated worker: its machine, its digits and the task it is at.

use std::collections::BTreeMap;

use super::network::Network;
use super::{Make, Shards};
use crate::digits::Digits;
use crate::federated::{
    Entropy, LocalTraining, Millis, Report, Secret, Task, Token, TrainingError, Worker,
    WorkerAction, WorkerEvent,
};
use crate::network;
use crate::wire::PeerId;

pub(super) struct Actor {
    machine: Worker,
    pace: Millis,
    digits: Digits,
    job: Option<Job>,
    wakes: Vec<Millis>,
}

struct Job {
    round: u32,
    task: Task,
    secret: Secret,
    done_at: Millis,
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
    pub(super) fn new(entropy: Entropy, pace: Millis) -> Self {
        Self {
            machine: Worker::new(entropy),
            pace,
            digits: Digits::default(),
            job: None,
            wakes: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> PeerId {
        self.machine.id()
    }

    pub(super) fn next_event(&self) -> Option<Millis> {
        let job = self.job.as_ref().map(|job| job.done_at);
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
                    WorkerAction::Load(place) => {
                        self.digits = (outside.shards)(&place).unwrap_or_default();
                        let count = u32::try_from(self.digits.len()).unwrap_or(u32::MAX);
                        events.push(WorkerEvent::ShardLoaded(count));
                    }
                    WorkerAction::Train { round, task, secret } => {
                        let done_at = now + self.pace;
                        self.job = Some(Job { round, task: *task, secret, done_at });
                    }
                    WorkerAction::StopTraining => self.job = None,
                    WorkerAction::Wake(at) => self.wakes.push(at),
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
        if let Some(job) = self.job.take_if(|job| job.done_at <= now) {
            let token: Token = job.task.token.clone();
            events.push(match self.train(job, make) {
                Ok(Report { update, part, .. }) => WorkerEvent::Trained { update, part },
                Err(reason) => WorkerEvent::Failed { token, reason },
            });
        }
        events
    }

    fn train(&self, job: Job, make: Option<&Make>) -> Result<Report, String> {
        let place = self.machine.place().ok_or("there is no assignment")?;
        if let Some(make) = make {
            let update = make(place, job.round, &job.task);
            return Ok(Report { update, norm: 0.0, part: None });
        }
        let preset = network::preset(&place.model).ok_or("the network is not known")?;
        let run = || {
            let mut training = LocalTraining::new(
                &preset.network,
                place,
                job.round,
                job.task,
                &self.digits,
                job.secret.0,
            )?;
            while !training.is_done() {
                training.step(&self.digits)?;
            }
            training.finish()
        };
        run().map_err(|error: TrainingError| error.to_string())
    }
}
