//! A branch of a tree: to the aggregator above it is a worker, to its own workers an aggregator.
//!
//! A task from above is a round below, and the mean of that round is the update of the task. Where
//! both sum securely, the branch sees the sum of its own workers alone, and the aggregator above the
//! sum of its branches: Bonawitz et al. 2019, section 6, where a master aggregator adds up the secure sums
//! of its aggregators.

use super::aggregator::{Action, Aggregator, Event, Mean};
use super::messages::{Task, Token, Update};
use super::{Millis, Worker, WorkerAction, WorkerEvent};
use sotto_core::wire::PeerId;
use sotto_network::WeightHash;

/// What a branch wants done.
#[derive(Debug, Default)]
pub struct BranchOutput {
    /// Bytes for the aggregator above.
    pub above: Vec<Vec<u8>>,
    /// What the aggregator below wants.
    pub below: Vec<Action>,
    /// When [`WorkerEvent::Tick`] is due.
    pub wakes: Vec<Millis>,
    /// For the user.
    pub notices: Vec<String>,
}

/// The machine between a worker's and an aggregator's.
pub struct Branch {
    worker: Worker,
    capacity: u32,
    task: Option<Current>,
    /// Digits that the aggregator above was told of; none while there are too few workers.
    digits: Option<u32>,
}

struct Current {
    token: Token,
    base: WeightHash,
}

impl Branch {
    /// A branch whose workers have `capacity` slots of the run.
    #[must_use]
    pub fn new(worker: Worker, capacity: u32) -> Self {
        Self { worker, capacity, task: None, digits: None }
    }

    /// Who it is to the aggregator above.
    #[must_use]
    pub fn id(&self) -> PeerId {
        self.worker.id()
    }

    /// Something happens above.
    pub fn hear(
        &mut self,
        event: WorkerEvent,
        below: &mut Aggregator,
        now: Millis,
    ) -> BranchOutput {
        let mut output = BranchOutput::default();
        self.tell(event, below, &mut output, now);
        self.look(below, &mut output, now);
        output
    }

    /// Something has happened below.
    pub fn follow(&mut self, below: &mut Aggregator, now: Millis) -> BranchOutput {
        let mut output = BranchOutput::default();
        self.look(below, &mut output, now);
        output
    }

    fn tell(
        &mut self,
        event: WorkerEvent,
        below: &mut Aggregator,
        output: &mut BranchOutput,
        now: Millis,
    ) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for action in self.worker.handle(event, now) {
                match action {
                    WorkerAction::Send(_, bytes) => output.above.push(bytes),
                    WorkerAction::Load(assignment) => {
                        (self.task, self.digits) = (None, None);
                        match below.take_assignment(&assignment, self.capacity) {
                            Ok(actions) => output.below.extend(actions),
                            Err(error) => output.notices.push(error.to_string()),
                        }
                    }
                    WorkerAction::Train(job) => {
                        if let Err(failed) = self.begin(job.round, job.task, below, output, now) {
                            events.push(failed);
                        }
                    }
                    WorkerAction::StopTraining => self.stop(below, output, now),
                    WorkerAction::Wake(at) => output.wakes.push(at),
                    WorkerAction::Notice(text) => output.notices.push(text),
                    // A branch that ends is forgotten, and what it had spent with it.
                    WorkerAction::Record { number, .. } => {
                        events.push(WorkerEvent::Recorded { number, outcome: Ok(()) });
                    }
                    // Nobody looks.
                    WorkerAction::Masked { .. } => {}
                }
            }
        }
    }

    fn begin(
        &mut self,
        round: u32,
        task: Task,
        below: &mut Aggregator,
        output: &mut BranchOutput,
        now: Millis,
    ) -> Result<(), WorkerEvent> {
        match below.take_task(round, &task, now) {
            Ok(actions) => {
                output.below.extend(actions);
                let base = WeightHash::of(&task.weights);
                self.task = Some(Current { token: task.token, base });
                Ok(())
            }
            Err(error) => {
                // With noise the one above is told no reason, so it is told here.
                output.notices.push(error.to_string());
                Err(WorkerEvent::Failed { token: task.token, reason: error.to_string() })
            }
        }
    }

    fn stop(&mut self, below: &mut Aggregator, output: &mut BranchOutput, now: Millis) {
        if self.task.take().is_some() {
            output.below.extend(below.handle(Event::Stop, now));
        }
    }

    /// Reports what is over, and says who is there.
    fn look(&mut self, below: &mut Aggregator, output: &mut BranchOutput, now: Millis) {
        if let Some(Mean { values, digits, loss }) = below.take_mean()
            && let Some(Current { token, base }) = self.task.take()
        {
            if self.digits != Some(digits) {
                // Workers have left in mid-round: the update is of those who stayed.
                self.digits = Some(digits);
                self.tell(WorkerEvent::ShardLoaded(digits), below, output, now);
            }
            let count = f64::from(digits);
            let values = values.iter().map(|value| (value * count) as f32).collect();
            let update = Update { token, base, digits, loss, values };
            self.tell(WorkerEvent::Trained { update, part: None }, below, output, now);
        }
        if self.task.is_some() && below.is_at_work() {
            return;
        }
        if let Some(Current { token, .. }) = self.task.take() {
            let reason = "the branch gave its round up".to_owned();
            self.tell(WorkerEvent::Failed { token, reason }, below, output, now);
        }
        self.count(below, output, now);
    }

    /// Tells the aggregator above how many digits there are, or that there are too few workers.
    fn count(&mut self, below: &mut Aggregator, output: &mut BranchOutput, now: Millis) {
        if self.worker.assignment().is_none() {
            return;
        }
        let (workers, digits) = below.force();
        let found = Some(digits).filter(|_| workers >= below.settings().cohort_least());
        if found == self.digits {
            return;
        }
        self.digits = found;
        self.tell(WorkerEvent::Willing(found.is_some()), below, output, now);
        // A new slot, where nobody has digits yet, may have come of it.
        if let Some(digits) = found.filter(|_| self.digits == found) {
            self.tell(WorkerEvent::ShardLoaded(digits), below, output, now);
        }
    }
}
