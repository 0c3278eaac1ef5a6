//! The worker's machine: find the aggregator, load the shard, train when asked.
//!
//! ```text
//! Searching --Welcome--> Loading --ShardLoaded--> Idle --Task--> Training --Trained--> Idle
//!     ^                                             ^                |
//!     |                                             +---- Summing <--+  where updates are
//!     +---- Announce of another run, from any state                     summed securely
//! ```

mod presence;
mod spent;
mod sum;

use presence::Presence;
pub use spent::Spent;
use sum::{Kept, Sum};

use super::Millis;
use super::local::Job;
use super::messages::{
    Assignment, Control, Refusal, SecureTask, Task, ToAggregator, ToWorker, Token, Update,
};
use super::noised::FAILED;
use super::secret::Secret;
use super::virtual_clients::PrivatePart;
use sotto_core::entropy::Entropy;
use sotto_core::wire::{Address, Envelope, PeerId, RunId};
use sotto_network::WeightHash;
use sotto_secagg::{Context, FirstMask, Identity, Width};
use sotto_train::Recipe;

/// How long an unanswered `Join` waits before it is sent again.
const JOIN_AGAIN_MS: Millis = 2_000;

/// What happens to a worker.
#[derive(Debug)]
pub enum WorkerEvent {
    /// The page is open, or it was cut off for a while; look for an aggregator.
    Open,
    /// A message arrived.
    Bytes(Vec<u8>),
    /// The assigned shard is here, with this many digits.
    ShardLoaded(u32),
    /// The task is done.
    Trained {
        /// What was learnt.
        update: Update,
        /// What virtual clients made of it.
        part: Option<PrivatePart>,
    },
    /// The task cannot be done.
    Failed {
        /// The task's token.
        token: Token,
        /// Why, in words.
        reason: String,
    },
    /// What a [`WorkerAction::Record`] asked to be kept is durable, or why it could not be kept.
    Recorded {
        /// Its number. Records of smaller numbers are in it.
        number: u64,
        /// What became of it.
        outcome: Result<(), String>,
    },
    /// The tab's own verdict on whether it takes part; it is willing until it says otherwise.
    Willing(bool),
    /// The time that a [`WorkerAction::Wake`] asked for has come.
    Tick,
}

/// What a worker's driver is to do.
#[derive(Debug, PartialEq)]
pub enum WorkerAction {
    /// Put bytes into an inbox.
    Send(Address, Vec<u8>),
    /// Fetch this shard, then say [`WorkerEvent::ShardLoaded`].
    Load(Assignment),
    /// Train, then say [`WorkerEvent::Trained`] or [`WorkerEvent::Failed`].
    Train(Box<Job>),
    /// Stop the training under way: nobody waits for it any more.
    StopTraining,
    /// Come back at this time with [`WorkerEvent::Tick`].
    Wake(Millis),
    /// For showing, here alone: what this worker added to a secure sum.
    Masked {
        /// The round.
        round: u32,
        /// Its elements as they are, which nobody else sees.
        part: Vec<u32>,
        /// Its elements under all masks, as they were sent.
        masked: Vec<u32>,
        /// What each mask added to the first element.
        first_masks: Vec<FirstMask>,
        /// Bits of an element.
        width: Width,
    },
    /// Keep this record of what is spent in place of the one before, for [`Spent::decode`] when
    /// this worker comes back; then say [`WorkerEvent::Recorded`]. What spends it waits for that.
    Record {
        /// Counts the records of this worker's life in this page.
        number: u64,
        /// The bytes.
        record: Vec<u8>,
    },
    /// Tell the user.
    Notice(String),
}

/// What a worker is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkerPhase {
    /// No aggregator has answered yet.
    Searching,
    /// The shard is on its way.
    Loading,
    /// Waiting for a round.
    Idle,
    /// Training in this round.
    Training(u32),
    /// Its update of this round is being summed securely.
    Summing(u32),
    /// The aggregator will not have this worker.
    Refused(Refusal),
}

/// The machine.
pub struct Worker {
    identity: Identity,
    entropy: Entropy,
    run: RunId,
    /// Who gave it its slot. The same run can be taken up by another aggregator.
    aggregator: Option<PeerId>,
    phase: WorkerPhase,
    /// Not before this time is the next `Join` sent.
    join_at: Millis,
    assignment: Option<Assignment>,
    digits: Option<u32>,
    /// The task under way.
    task: Option<Current>,
    /// The secure sum that this worker takes part in.
    sum: Option<Sum>,
    /// What was learnt for a round, until it is sent under its masks.
    kept: Option<Kept>,
    /// What it must not sum again, over all runs.
    spent: Spent,
    /// Counts the records of that.
    records: u64,
    /// The latest try of a secure sum that it took up in this page.
    latest: Option<Context>,
    /// The control variate; empty for zeros.
    control: Vec<f32>,
    /// What it becomes once it is sure that the update counts.
    next_control: Option<NextControl>,
    presence: Presence,
}

/// A control variate in waiting. An update that was accepted counts in its round, but only the
/// task of a later round tells that the round was not abandoned after that.
struct NextControl {
    round: u32,
    values: Vec<f32>,
    counts: bool,
}

/// A task that is being trained.
struct Current {
    round: u32,
    token: Token,
    recipe: Recipe,
    secure: Option<(SecureTask, Context)>,
    control: Option<Control>,
    /// Whether the training adds noise: then nothing leaves that owes anything to single digits.
    has_noise: bool,
}

impl Worker {
    /// A worker that has not looked around yet; `entropy` is the system's randomness. One whose
    /// page was reloaded keeps its identity, and with it its slot.
    #[must_use]
    pub fn new(identity: Identity, entropy: Entropy) -> Self {
        Self {
            identity,
            entropy,
            run: RunId(0),
            aggregator: None,
            phase: WorkerPhase::Searching,
            join_at: 0,
            assignment: None,
            digits: None,
            task: None,
            sum: None,
            kept: None,
            spent: Spent::default(),
            records: 0,
            latest: None,
            control: Vec::new(),
            next_control: None,
            presence: Presence::default(),
        }
    }

    /// With what it had spent before its page was reloaded, or its program started anew.
    #[must_use]
    pub fn with_spent(mut self, spent: Spent) -> Self {
        self.spent = spent;
        self
    }

    /// Who this worker is.
    #[must_use]
    pub fn id(&self) -> PeerId {
        self.identity.id()
    }

    /// What it is doing.
    #[must_use]
    pub fn phase(&self) -> &WorkerPhase {
        &self.phase
    }

    /// Its assignment, once it has one.
    #[must_use]
    pub fn assignment(&self) -> Option<&Assignment> {
        self.assignment.as_ref()
    }

    /// Handles one event at time `now`.
    pub fn handle(&mut self, event: WorkerEvent, now: Millis) -> Vec<WorkerAction> {
        let mut actions = match event {
            WorkerEvent::Open => self.search(now),
            WorkerEvent::Tick => match self.phase {
                WorkerPhase::Searching | WorkerPhase::Refused(_) => self.join(now),
                _ => self.elapsed(now),
            },
            WorkerEvent::Bytes(bytes) => self.bytes(&bytes, now),
            WorkerEvent::ShardLoaded(digits) => self.loaded(digits, now),
            WorkerEvent::Trained { update, part } => self.trained(update, part),
            WorkerEvent::Failed { token, reason } => self.failed(token, reason),
            WorkerEvent::Recorded { number, outcome } => self.recorded(number, outcome),
            WorkerEvent::Willing(willing) => self.decide(willing, now),
        };
        actions.extend(self.keep_in_touch(now));
        actions
    }

    /// Looks for an aggregator, whatever was under way.
    fn search(&mut self, now: Millis) -> Vec<WorkerAction> {
        let mut actions = self.stop_training();
        self.phase = WorkerPhase::Searching;
        self.join_at = now;
        actions.extend(self.join(now));
        actions
    }

    fn join(&mut self, now: Millis) -> Vec<WorkerAction> {
        if now < self.join_at {
            return Vec::new();
        }
        self.join_at = now + JOIN_AGAIN_MS;
        vec![self.send(0, &ToAggregator::Join), WorkerAction::Wake(self.join_at)]
    }

    fn bytes(&mut self, bytes: &[u8], now: Millis) -> Vec<WorkerAction> {
        let limit = super::message_limit(sotto_network::PARAMETERS_MAX);
        let decoded = Envelope::decode(bytes, limit).and_then(|envelope| {
            ToWorker::decode(envelope.kind, &envelope.payload).map(|message| (envelope, message))
        });
        match decoded {
            Ok((envelope, message)) => self.message(&envelope, message, now),
            Err(error) => vec![WorkerAction::Notice(format!("a message was refused: {error}"))],
        }
    }

    fn message(
        &mut self,
        envelope: &Envelope,
        message: ToWorker,
        now: Millis,
    ) -> Vec<WorkerAction> {
        let Envelope { run, round, sender, .. } = *envelope;
        match message {
            ToWorker::Announce => self.announced(run, sender, now),
            ToWorker::Welcome(assignment) => self.welcomed(run, sender, assignment, now),
            ToWorker::Refused(Refusal::Full) if self.assignment.is_none() => {
                self.phase = WorkerPhase::Refused(Refusal::Full);
                Vec::new()
            }
            ToWorker::Later { ms } if self.assignment.is_none() => self.sent_away(ms, now),
            // Everything else belongs to the run that this worker joined, and to its aggregator.
            _ if run != self.run || self.aggregator != Some(sender) => Vec::new(),
            ToWorker::Task(task) => self.asked(round, *task),
            ToWorker::Cancel => self.cancelled(round, now),
            ToWorker::Accepted => self.counted(round, now),
            ToWorker::Later { ms } => self.sent_away(ms, now),
            ToWorker::Step { token, step } => self.step(&token, step),
            ToWorker::Refused(refusal) => {
                vec![WorkerAction::Notice(format!("round {round}: {refusal}"))]
            }
        }
    }

    /// An aggregator opened, or began a new run: whatever was under way is void.
    fn announced(&mut self, run: RunId, sender: PeerId, now: Millis) -> Vec<WorkerAction> {
        if run == self.run && self.aggregator == Some(sender) {
            return Vec::new();
        }
        self.search(now)
    }

    fn welcomed(
        &mut self,
        run: RunId,
        sender: PeerId,
        assignment: Assignment,
        now: Millis,
    ) -> Vec<WorkerAction> {
        self.aggregator = Some(sender);
        if self.run == run && self.assignment.as_ref() == Some(&assignment) {
            // The answer to a Join that was sent twice, or the same run in other hands.
            self.phase = match self.digits {
                Some(_) => WorkerPhase::Idle,
                None => WorkerPhase::Loading,
            };
            return self.say_presence(now);
        }
        let mut actions = self.stop_training();
        self.kept = None;
        (self.control, self.next_control) = (Vec::new(), None);
        self.run = run;
        self.assignment = Some(assignment);
        self.digits = None;
        self.phase = WorkerPhase::Loading;
        actions.extend(match self.is_willing() {
            true => self.load(),
            // Who is not willing downloads nothing.
            false => self.say_presence(now),
        });
        actions
    }

    /// Fetches the shard, unless it is here.
    fn load(&self) -> Vec<WorkerAction> {
        let assignment = self.assignment.clone().filter(|_| self.digits.is_none());
        assignment.map(WorkerAction::Load).into_iter().collect()
    }

    fn loaded(&mut self, digits: u32, now: Millis) -> Vec<WorkerAction> {
        if self.assignment.is_none() {
            return Vec::new();
        }
        self.digits = Some(digits);
        if self.phase == WorkerPhase::Loading {
            self.phase = WorkerPhase::Idle;
        }
        self.say_presence(now)
    }

    fn asked(&mut self, round: u32, task: Task) -> Vec<WorkerAction> {
        if !self.is_willing() {
            // What it said of that was lost, or comes too late.
            let mut actions = self.stop_training();
            actions.push(self.send(0, &ToAggregator::Away));
            return actions;
        }
        if self.digits.is_none() {
            let reason = "the digits are not loaded yet".to_owned();
            return vec![self.send(round, &ToAggregator::Failed { token: task.token, reason })];
        }
        if self.is_at(&task.token) {
            // It came twice.
            return Vec::new();
        }
        let secure = task.secure.map(|secure| {
            let model = WeightHash::of(&task.weights).0;
            (secure, Context { run: self.run.0, round, attempt: task.attempt, model })
        });
        if let Err(refusal) = self.take_up(secure.map(|(_, context)| context), &task.token) {
            return vec![self.send(round, &refusal)];
        }
        if let Some(next) = self.next_control.take_if(|next| next.round < round)
            && next.counts
        {
            self.control = next.values;
        }
        let mut actions = self.stop_training();
        let current = Current {
            round,
            token: task.token.clone(),
            recipe: task.recipe,
            secure,
            control: task.control.clone(),
            has_noise: task.has_noise(),
        };
        if self.has_kept(&current) {
            actions.extend(self.begin_sum(current));
            return actions;
        }
        self.kept = None;
        self.task = Some(current);
        self.phase = WorkerPhase::Training(round);
        let mut secret = Secret([0; 32]);
        (self.entropy)(&mut secret.0);
        let control = self.control.clone();
        actions.push(WorkerAction::Train(Box::new(Job { round, task, control, secret })));
        actions
    }

    /// Whether the task with this token is under way.
    fn is_at(&self, token: &Token) -> bool {
        let trains = self.task.as_ref().is_some_and(|current| current.token == *token);
        trains || self.sum.as_ref().is_some_and(|sum| sum.token == *token)
    }

    fn cancelled(&mut self, round: u32, now: Millis) -> Vec<WorkerAction> {
        let training = self.task.as_ref().map(|current| current.round);
        let summing = self.sum.as_ref().map(|sum| sum.round);
        let is_current = training == Some(round) || summing == Some(round);
        let mut actions = if is_current { self.stop_training() } else { Vec::new() };
        if self.task.is_none() && self.sum.is_none() {
            // It was too slow, or not needed; it is free for the next round.
            actions.extend(self.say_presence(now));
        }
        actions
    }

    fn trained(&mut self, update: Update, part: Option<PrivatePart>) -> Vec<WorkerAction> {
        let task = self.take_task(&update.token);
        if let Some(Current { round, control: Some(control), .. }) = &task {
            let next = control.followed(&self.control, &update.values, update.digits);
            self.next_control = Some(NextControl { round: *round, values: next, counts: false });
        }
        match task {
            Some(current) if current.secure.is_some() => self.keep(current, update, part),
            // Where virtual clients trained, the update is their sum without noise.
            Some(Current { round, .. }) if part.is_none() => {
                vec![self.send(round, &ToAggregator::Update(update))]
            }
            _ => Vec::new(),
        }
    }

    fn failed(&mut self, token: Token, reason: String) -> Vec<WorkerAction> {
        match self.take_task(&token) {
            Some(Current { round, has_noise, secure, .. }) => {
                let is_hidden = has_noise || secure.is_some();
                let reason = if is_hidden { FAILED.to_owned() } else { reason };
                vec![self.send(round, &ToAggregator::Failed { token, reason })]
            }
            None => Vec::new(),
        }
    }

    /// Ends the task with this token, if it is the one under way.
    fn take_task(&mut self, token: &Token) -> Option<Current> {
        let current = self.task.take_if(|current| current.token == *token)?;
        self.phase = WorkerPhase::Idle;
        Some(current)
    }

    fn stop_training(&mut self) -> Vec<WorkerAction> {
        self.leave_sum();
        match self.task.take() {
            Some(_) => {
                self.phase = WorkerPhase::Idle;
                vec![WorkerAction::StopTraining]
            }
            None => Vec::new(),
        }
    }

    fn send(&self, round: u32, message: &ToAggregator) -> WorkerAction {
        WorkerAction::Send(Address::Aggregator, self.envelope(round, message))
    }

    fn envelope(&self, round: u32, message: &ToAggregator) -> Vec<u8> {
        let (kind, payload) = message.encode();
        let (run, sender) = (self.run, self.id());
        Envelope { run, round, sender, kind, payload }.encode()
    }
}
