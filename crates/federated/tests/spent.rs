//! An aggregator that wants one worker's update: it asks for the same sum again without that worker, and
//! takes the difference. Whatever it tries, a worker sends one masked vector for a model and a round.
#![allow(clippy::unwrap_used, missing_docs)]

use sotto_core::entropy::Entropy;
use sotto_core::seeded::Stream;
use sotto_core::wire::{Envelope, PeerId, RunId};
use sotto_federated::{
    Assignment, Job, SecureTask, Settings, Spent, Task, ToAggregator, ToWorker, Token, Update,
    Worker, WorkerAction, WorkerEvent,
};
use sotto_network::WeightHash;
use sotto_secagg::{Context, FromClient, FromServer, Identity, Phase, PhaseResult, Server, Sum};

const AGGREGATOR: PeerId = PeerId([7; 16]);
const WORKERS: usize = 4;
const DIGITS: u32 = 10;
/// The one whose update is wanted.
const VICTIM: usize = 2;

fn entropy(path: &str) -> Entropy {
    let mut stream = Stream::new(3, path);
    Box::new(move |bytes| stream.fill(bytes))
}

/// A worker with what it keeps over a restart.
struct TestWorker {
    machine: Worker,
    seed: [u8; 32],
    record: Option<Vec<u8>>,
    /// Whether its records reach the disk.
    disk: Disk,
    restarts: u32,
    /// Every token that it was given, with what it was for, and what it sent under that token.
    masked: Vec<Token>,
}

#[derive(Clone, Copy, PartialEq)]
enum Disk {
    Works,
    Slow,
    Full,
}

/// What a worker says when it is asked something.
#[derive(Debug, PartialEq)]
enum Said {
    Step(FromClient),
    Spent(u32),
    Failed(String),
}

impl TestWorker {
    fn new(number: usize) -> Self {
        let identity = Identity::draw(&mut entropy(&format!("identity/{number}")));
        let seed = *identity.seed();
        Self {
            machine: Worker::new(identity, entropy(&format!("worker/{number}"))),
            seed,
            record: None,
            disk: Disk::Works,
            restarts: 0,
            masked: Vec::new(),
        }
    }

    /// Its page is reloaded, or its program is started again.
    fn restart(&mut self) {
        self.restarts += 1;
        let spent = self.record.as_deref().map(|record| Spent::decode(record).unwrap());
        let entropy = entropy(&format!("{:?}/restart/{}", self.machine.id(), self.restarts));
        self.machine = Worker::new(Identity::from_seed(&self.seed), entropy)
            .with_spent(spent.unwrap_or_default());
    }

    /// Joins a run.
    fn join(&mut self, run: u64) {
        self.tell(WorkerEvent::Open);
        let assignment = Assignment {
            slot: 0,
            model: "linear".to_owned(),
            seed: 1,
            partition: "iid".to_owned(),
            shards: 4,
        };
        self.hear(run, 0, &ToWorker::Welcome(assignment));
    }

    fn hear(&mut self, run: u64, round: u32, message: &ToWorker) -> Vec<Said> {
        let (kind, payload) = message.encode();
        let (run, sender) = (RunId(run), AGGREGATOR);
        let bytes = Envelope { run, round, sender, kind, payload }.encode();
        self.tell(WorkerEvent::Bytes(bytes))
    }

    /// Handles an event, and trains and keeps at once what is to be trained and kept.
    fn tell(&mut self, event: WorkerEvent) -> Vec<Said> {
        let (mut events, mut said) = (vec![event], Vec::new());
        while let Some(event) = events.pop() {
            for action in self.machine.handle(event, 1) {
                match action {
                    WorkerAction::Load(_) => events.push(WorkerEvent::ShardLoaded(DIGITS)),
                    WorkerAction::Train(job) => events.push(trained(&job)),
                    WorkerAction::Record { number, record } => match self.disk {
                        Disk::Works => {
                            self.record = Some(record);
                            events.push(WorkerEvent::Recorded { number, outcome: Ok(()) });
                        }
                        Disk::Slow => self.record = Some(record),
                        Disk::Full => {
                            let outcome = Err("the disk is full".to_owned());
                            events.push(WorkerEvent::Recorded { number, outcome });
                        }
                    },
                    WorkerAction::Send(_, bytes) => said.extend(self.says(&bytes)),
                    _ => {}
                }
            }
        }
        said
    }

    fn says(&mut self, bytes: &[u8]) -> Option<Said> {
        let envelope = Envelope::decode(bytes, usize::MAX).unwrap();
        match ToAggregator::decode(envelope.kind, &envelope.payload).unwrap() {
            ToAggregator::Step { token, step } => {
                if matches!(step, FromClient::Masked(_)) {
                    self.masked.push(token);
                }
                Some(Said::Step(step))
            }
            ToAggregator::Spent { next, .. } => Some(Said::Spent(next)),
            ToAggregator::Failed { reason, .. } => Some(Said::Failed(reason)),
            ToAggregator::Update(_) => Some(Said::Failed("an update in the clear".to_owned())),
            _ => None,
        }
    }
}

/// The same update for the same task every time, which the attack counts on.
fn trained(job: &Job) -> WorkerEvent {
    let update = Update {
        token: job.task.token.clone(),
        base: WeightHash::of(&job.task.weights),
        digits: DIGITS,
        loss: 1.0,
        values: job.task.weights.iter().map(|weight| weight * 0.01).collect(),
    };
    WorkerEvent::Trained { update, part: None }
}

/// An aggregator that may ask for anything.
struct TestAggregator {
    workers: Vec<TestWorker>,
    tokens: u8,
}

/// What is asked.
#[derive(Clone, Copy)]
struct Ask {
    run: u64,
    round: u32,
    attempt: u32,
    model: f32,
    cohort_min: u32,
}

const FIRST: Ask = Ask { run: 1, round: 1, attempt: 1, model: 0.5, cohort_min: 1 };

impl Ask {
    fn task(self, token: Token) -> Task {
        let Settings { recipe, variety, .. } = Settings::default();
        let (cohort_min, threshold_min, clip, weight_max) = (self.cohort_min, 2, 1.0, 100);
        let secure = SecureTask { cohort_min, threshold_min, clip, weight_max, private: None };
        Task {
            token,
            attempt: self.attempt,
            recipe,
            variety,
            control: None,
            examples: None,
            secure: Some(secure),
            weights: vec![self.model; 7850],
        }
    }
}

impl TestAggregator {
    fn new() -> Self {
        let mut room = Self { workers: (0..WORKERS).map(TestWorker::new).collect(), tokens: 0 };
        room.join(1);
        room
    }

    fn join(&mut self, run: u64) {
        self.workers.iter_mut().for_each(|worker| worker.join(run));
    }

    /// Asks one worker, and gives the task's token.
    fn ask(&mut self, worker: usize, ask: Ask) -> (Token, Vec<Said>) {
        self.tokens += 1;
        let token = Token([self.tokens; 16]);
        let task = ToWorker::Task(Box::new(ask.task(token.clone())));
        let said = self.workers[worker].hear(ask.run, ask.round, &task);
        (token, said)
    }

    /// Sums over these workers as far as `until`; `None` where somebody does not play along.
    /// Of the messages that begin each phase, those that `lost` says do not arrive.
    fn sum(
        &mut self,
        ask: Ask,
        cohort: &[usize],
        until: Phase,
        lost: impl Fn(usize, &FromServer) -> bool,
    ) -> Result<Option<Sum>, Vec<Said>> {
        let model = WeightHash::of(&vec![ask.model; 7850]).0;
        let context = Context { run: ask.run, round: ask.round, attempt: ask.attempt, model };
        let terms = ask.task(Token([0; 16])).secure.unwrap().terms(7850);
        let id = |room: &Self, worker: usize| room.workers[worker].machine.id();
        let ids: Vec<PeerId> = cohort.iter().map(|&worker| id(self, worker)).collect();
        let mut server = Server::new(context, terms, ids.iter().copied());
        let (mut tokens, mut refusals) = (Vec::new(), Vec::new());
        for (&worker, id) in cohort.iter().zip(&ids) {
            let (token, said) = self.ask(worker, ask);
            tokens.push(token);
            for said in said {
                match said {
                    Said::Step(step) => server.receive(*id, step).unwrap(),
                    refusal => refusals.push(refusal),
                }
            }
        }
        if !refusals.is_empty() {
            return Err(refusals);
        }
        loop {
            let phase = server.phase();
            let messages = match server.close() {
                Ok(PhaseResult::Sum(sum)) => return Ok(Some(sum)),
                Ok(PhaseResult::Next(messages)) => messages,
                Err(_) => return Ok(None),
            };
            if phase == until {
                return Ok(None);
            }
            for (to, step) in messages {
                let index = ids.iter().position(|id| *id == to).unwrap();
                if lost(cohort[index], &step) {
                    continue;
                }
                let message = ToWorker::Step { token: tokens[index].clone(), step };
                for said in self.workers[cohort[index]].hear(ask.run, ask.round, &message) {
                    if let Said::Step(step) = said {
                        server.receive(to, step).unwrap();
                    }
                }
            }
        }
    }

    fn masked(&self, worker: usize) -> usize {
        self.workers[worker].masked.len()
    }
}

fn nothing(_: usize, _: &FromServer) -> bool {
    false
}

const ALL: [usize; WORKERS] = [0, 1, 2, 3];
const WITHOUT: [usize; 3] = [0, 1, 3];

/// The sum of all has been opened; whatever is asked now, the others do not sum the same again.
fn attacks(room: &mut TestAggregator, attacker: &str) {
    let same_run = [
        FIRST,
        Ask { attempt: 2, ..FIRST },
        Ask { attempt: u32::MAX, ..FIRST },
        // Back in time with another model.
        Ask { model: 0.25, ..FIRST },
        Ask { round: 0, model: 0.25, ..FIRST },
    ];
    for ask in same_run {
        let refused = room.sum(ask, &WITHOUT, Phase::Done, nothing);
        assert_eq!(
            refused,
            Err(vec![Said::Spent(2), Said::Spent(2), Said::Spent(2)]),
            "{attacker}"
        );
    }
    // Another run, from the same seed or the same model of the library.
    room.join(2);
    for ask in [Ask { run: 2, ..FIRST }, Ask { run: 2, attempt: 9, ..FIRST }] {
        let refused = room.sum(ask, &WITHOUT, Phase::Done, nothing);
        assert_eq!(
            refused,
            Err(vec![Said::Spent(2), Said::Spent(2), Said::Spent(2)]),
            "{attacker}"
        );
    }
    for worker in ALL {
        assert_eq!(room.masked(worker), 1, "{attacker}: worker {worker}");
    }
}

#[test]
fn the_same_task_with_one_worker_left_out_is_refused() {
    let mut room = TestAggregator::new();
    let sum = room.sum(FIRST, &ALL, Phase::Done, nothing).unwrap().unwrap();
    assert_eq!(sum.survivors.len(), WORKERS);
    attacks(&mut room, "asks again");
}

#[test]
fn workers_that_were_restarted_refuse_it_too() {
    let mut room = TestAggregator::new();
    room.sum(FIRST, &ALL, Phase::Done, nothing).unwrap().unwrap();
    room.workers.iter_mut().for_each(TestWorker::restart);
    room.join(1);
    attacks(&mut room, "asks after a restart");
}

/// Three workers' statements and shares open the sum of four; the fourth never hears of it.
#[test]
fn a_worker_that_was_denied_its_statements_refuses_it_too() {
    for restarts in [false, true] {
        let mut room = TestAggregator::new();
        let denied = |worker: usize, step: &FromServer| {
            worker == 0 && matches!(step, FromServer::Statements(_))
        };
        let sum = room.sum(FIRST, &ALL, Phase::Done, denied).unwrap().unwrap();
        assert_eq!(sum.survivors.len(), WORKERS, "its part is in the sum");
        if restarts {
            room.workers[0].restart();
            room.workers[0].join(1);
        }
        attacks(&mut room, "denies a worker its statements");
    }
}

#[test]
fn masked_vectors_of_a_try_that_was_given_up_are_not_sent_again() {
    let mut room = TestAggregator::new();
    assert_eq!(room.sum(FIRST, &ALL, Phase::Confirming, nothing), Ok(None));
    attacks(&mut room, "gives a try up");
}

#[test]
fn before_it_has_sent_its_vector_a_worker_sums_in_any_later_try() {
    let mut room = TestAggregator::new();
    assert_eq!(room.sum(FIRST, &ALL, Phase::Sharing, nothing), Ok(None));
    // The same try once more, as for a worker that comes back into it, and a later one.
    assert_eq!(room.sum(FIRST, &ALL, Phase::Sharing, nothing), Ok(None));
    let next = Ask { attempt: 2, ..FIRST };
    assert!(room.sum(next, &ALL, Phase::Done, nothing).unwrap().is_some());
}

/// What an honest aggregator does that has to go on: it takes the number that it is told.
#[test]
fn a_later_number_is_taken() {
    let mut room = TestAggregator::new();
    room.sum(FIRST, &ALL, Phase::Done, nothing).unwrap().unwrap();
    room.join(2);
    let again = Ask { run: 2, ..FIRST };
    let refusals = room.sum(again, &ALL, Phase::Done, nothing).unwrap_err();
    let Some(Said::Spent(next)) = refusals.first() else { panic!("{refusals:?}") };
    let later = Ask { round: *next, ..again };
    assert!(room.sum(later, &ALL, Phase::Done, nothing).unwrap().is_some());
    // Another model is another matter.
    let other = Ask { run: 3, model: 0.25, ..FIRST };
    room.join(3);
    assert!(room.sum(other, &ALL, Phase::Done, nothing).unwrap().is_some());
}

#[test]
fn a_vector_leaves_once_its_record_is_durable() {
    let mut room = TestAggregator::new();
    room.workers[VICTIM].disk = Disk::Slow;
    let sum = room.sum(FIRST, &ALL, Phase::Done, nothing).unwrap().unwrap();
    assert_eq!((sum.survivors.len(), room.masked(VICTIM)), (3, 0), "it waits for its disk");
    // The record that comes after the round is over lets nothing leave.
    room.workers[VICTIM].hear(1, 1, &ToWorker::Cancel);
    room.workers[VICTIM].tell(WorkerEvent::Recorded { number: 1, outcome: Ok(()) });
    assert_eq!(room.masked(VICTIM), 0);
}

#[test]
fn a_late_record_does_not_let_a_later_vector_leave() {
    let mut room = TestAggregator::new();
    room.workers[VICTIM].disk = Disk::Slow;
    room.sum(FIRST, &ALL, Phase::Done, nothing).unwrap().unwrap();
    let next = Ask { round: 2, model: 0.25, ..FIRST };
    room.sum(next, &ALL, Phase::Done, nothing).unwrap().unwrap();
    let record = |number| WorkerEvent::Recorded { number, outcome: Ok(()) };
    room.workers[VICTIM].tell(record(1));
    assert_eq!(room.masked(VICTIM), 0, "that was the record before");
    room.workers[VICTIM].tell(record(2));
    assert_eq!(room.masked(VICTIM), 1);
    room.workers[VICTIM].tell(record(2));
    assert_eq!(room.masked(VICTIM), 1, "once");
}

#[test]
fn a_worker_that_cannot_keep_a_record_sends_nothing_and_says_why() {
    let mut room = TestAggregator::new();
    room.workers[VICTIM].disk = Disk::Full;
    let sum = room.sum(FIRST, &ALL, Phase::Done, nothing).unwrap().unwrap();
    assert_eq!((sum.survivors.len(), room.masked(VICTIM)), (3, 0));
    let (_, said) = room.ask(VICTIM, Ask { attempt: 2, ..FIRST });
    assert_eq!(said, [Said::Spent(2)], "it may have reached the disk");
}

#[test]
fn a_task_that_comes_twice_disturbs_nothing() {
    let mut room = TestAggregator::new();
    let (token, said) = room.ask(0, FIRST);
    assert!(matches!(said[..], [Said::Step(FromClient::Keys(_))]));
    let task = ToWorker::Task(Box::new(FIRST.task(token)));
    assert_eq!(room.workers[0].hear(1, 1, &task), []);
    // One that was overtaken by a later try is refused without a look at what is under way.
    let next = Ask { attempt: 3, ..FIRST };
    let (_, said) = room.ask(0, next);
    assert!(matches!(said[..], [Said::Step(FromClient::Keys(_))]));
    let (_, said) = room.ask(0, FIRST);
    assert_eq!(said, [Said::Spent(2)]);
}

#[test]
fn a_run_that_sums_securely_gets_nothing_in_the_clear() {
    for restarts in [false, true] {
        let mut room = TestAggregator::new();
        room.sum(FIRST, &ALL, Phase::Done, nothing).unwrap().unwrap();
        if restarts {
            room.workers[0].restart();
            room.workers[0].join(1);
        }
        let next = Ask { round: 2, model: 0.25, ..FIRST };
        let clear = Task { secure: None, ..next.task(Token([99; 16])) };
        let said = room.workers[0].hear(1, 2, &ToWorker::Task(Box::new(clear)));
        assert!(matches!(&said[..], [Said::Failed(reason)] if reason.contains("securely")));
    }
}
