//! One simulated worker: its machine, its digits and the task it is at.

use super::{Shards, Tap, deliver};
use crate::digits::Digits;
use crate::federated::{
    Entropy, LocalTraining, Millis, Report, Task, Token, Worker, WorkerAction, WorkerEvent,
};
use crate::network;
use crate::wire::{Address, Exchange, Link, MemoryLink, PeerId};

pub(super) struct Actor {
    machine: Worker,
    link: MemoryLink,
    pace: Millis,
    digits: Digits,
    job: Option<Job>,
    wakes: Vec<Millis>,
}

struct Job {
    round: u32,
    task: Task,
    done_at: Millis,
}

pub(super) enum Input {
    Open,
    Bytes(Vec<u8>),
    Time,
}

impl Actor {
    pub(super) fn new(entropy: Entropy, exchange: &Exchange, pace: Millis) -> Self {
        let machine = Worker::new(entropy);
        Self {
            link: exchange.link(&[Address::Workers, Address::Worker(machine.id())]),
            machine,
            pace,
            digits: Digits::default(),
            job: None,
            wakes: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> PeerId {
        self.machine.id()
    }

    pub(super) fn receive(&mut self) -> Option<Vec<u8>> {
        self.link.receive()
    }

    pub(super) fn next_event(&self) -> Option<Millis> {
        let job = self.job.as_ref().map(|job| job.done_at);
        self.wakes.iter().copied().chain(job).min()
    }

    pub(super) fn handle(&mut self, input: Input, now: Millis, shards: &Shards, tap: &mut Tap) {
        let mut events = match input {
            Input::Open => vec![WorkerEvent::Open],
            Input::Bytes(bytes) => vec![WorkerEvent::Bytes(bytes)],
            Input::Time => self.elapsed(now),
        };
        while let Some(event) = events.pop() {
            for action in self.machine.handle(event, now) {
                match action {
                    WorkerAction::Send(to, bytes) => deliver(&mut self.link, tap, to, bytes),
                    WorkerAction::Load(place) => {
                        self.digits = shards(&place).unwrap_or_default();
                        let count = u32::try_from(self.digits.len()).unwrap_or(u32::MAX);
                        events.push(WorkerEvent::ShardLoaded(count));
                    }
                    WorkerAction::Train { round, task } => {
                        let done_at = now + self.pace;
                        self.job = Some(Job { round, task: *task, done_at });
                    }
                    WorkerAction::StopTraining => self.job = None,
                    WorkerAction::Wake(at) => self.wakes.push(at),
                    WorkerAction::Notice(_) | WorkerAction::Masked { .. } => {}
                }
            }
        }
    }

    /// What has come due by `now`.
    fn elapsed(&mut self, now: Millis) -> Vec<WorkerEvent> {
        let mut events = Vec::new();
        if self.wakes.iter().any(|&wake| wake <= now) {
            self.wakes.retain(|&wake| wake > now);
            events.push(WorkerEvent::Tick);
        }
        if let Some(job) = self.job.take_if(|job| job.done_at <= now) {
            let token: Token = job.task.token.clone();
            events.push(match self.train(job) {
                Ok(report) => WorkerEvent::Trained(report.update),
                Err(reason) => WorkerEvent::Failed { token, reason },
            });
        }
        events
    }

    fn train(&self, job: Job) -> Result<Report, String> {
        let place = self.machine.place().ok_or("there is no assignment")?;
        let preset = network::preset(&place.model).ok_or("the network is not known")?;
        let run = || {
            let mut training =
                LocalTraining::new(&preset.network, place, job.round, job.task, &self.digits)?;
            while !training.is_done() {
                training.step(&self.digits)?;
            }
            training.finish()
        };
        run().map_err(|error: crate::learn::Error| error.to_string())
    }
}
