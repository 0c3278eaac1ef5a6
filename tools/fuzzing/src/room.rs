//! A room in which messages to one side go wrong: real machines, and real messages changed on their way or made up.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use sotto_core::fuzz_input::{Input, entropy, tamper};
use sotto_core::seeded::Stream;
use sotto_core::wire::{Address, ENVELOPE_LEN, Envelope, PeerId, RunId};
use sotto_digits::layout::Manifest;
use sotto_digits::{CLASSES, Digits, PIXELS};
use sotto_federated::{
    Action, Aggregator, Checkpoint, Event, Job, LocalTraining, Settings, Spent, Sums, Task,
    ToAggregator, ToWorker, Token, Update, Worker, WorkerAction, WorkerEvent, strategy,
};
use sotto_network::WeightHash;
use sotto_secagg::{FromClient, Identity, Sum};
use zeroize::Zeroizing;

const WORKERS: usize = 4;
const DIGITS: u32 = 12;
/// What goes wrong in one room, at most.
const STEPS_MAX: usize = 300;
/// Messages between two things that go wrong, and after the last.
const CALM_MAX: usize = 400;
/// Messages that can be repeated.
const LOG_MAX: usize = 64;
const SPANS: [u64; 8] = [0, 1, 100, 1_500, 6_000, 16_000, 61_000, 700_000];

/// Who hears what goes wrong.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Aggregator,
    Workers,
}

/// Workers lie to the aggregator, or somebody between them does.
pub(super) fn aggregator(bytes: &[u8]) {
    FuzzedRoom::new(&mut Input::new(bytes), Side::Aggregator).run(Input::new(bytes));
}

/// The aggregator lies to its workers, or somebody between them does.
pub(super) fn worker(bytes: &[u8]) {
    FuzzedRoom::new(&mut Input::new(bytes), Side::Workers).run(Input::new(bytes));
}

struct Actor {
    machine: Worker,
    digits: Digits,
    job: Option<Box<Job>>,
    /// Of its latest task.
    token: [u8; 16],
    seed: Zeroizing<[u8; 32]>,
    /// Of what it must not sum again.
    record: Option<Vec<u8>>,
}

/// A round, and the hash of the model that it began with.
type Work = (u32, [u8; 32]);

struct FuzzedRoom {
    side: Side,
    aggregator: Aggregator,
    sums: Sums,
    workers: Vec<Actor>,
    queue: VecDeque<(Address, Vec<u8>)>,
    log: Vec<(Address, Vec<u8>)>,
    /// Run and round that were last spoken of, and the aggregator's id.
    stand: (RunId, u32, PeerId),
    /// The rounds and models of the tasks that workers were given, by worker and token.
    tasks: BTreeMap<(usize, [u8; 16]), BTreeSet<Work>>,
    /// What workers have sent under their masks: whose, of which round and model.
    masked: BTreeSet<(usize, Work)>,
    now: u64,
    restarts: u64,
}

impl FuzzedRoom {
    fn new(input: &mut Input<'_>, side: Side) -> Self {
        let aggregator = Aggregator::new(settings(input), entropy(1, "fuzzing/aggregator"));
        let mut aggregator = aggregator.expect("the settings name a network and a strategy");
        let sums = Sums::default();
        aggregator.observe(Rc::clone(&sums));
        let mut room = Self {
            side,
            aggregator,
            sums,
            workers: Vec::new(),
            queue: VecDeque::new(),
            log: Vec::new(),
            stand: (RunId(0), 0, PeerId([0; 16])),
            tasks: BTreeMap::new(),
            masked: BTreeSet::new(),
            now: 1,
            restarts: 0,
        };
        room.tell(Event::Open);
        for number in 0..WORKERS {
            let mut secrets = entropy(number as u64, "fuzzing/worker");
            let identity = Identity::draw(&mut secrets);
            room.workers.push(Actor {
                seed: identity.seed(),
                machine: Worker::new(identity, secrets),
                digits: Digits::default(),
                job: None,
                token: [0; 16],
                record: None,
            });
            room.say(number, WorkerEvent::Open);
        }
        room.calm(CALM_MAX);
        room.tell(Event::Start);
        room
    }

    fn run(mut self, mut input: Input<'_>) {
        // The room was opened by the first four.
        input.u32();
        for _ in 0..STEPS_MAX {
            if input.is_empty() {
                break;
            }
            self.step(&mut input);
        }
        for _ in 0..6 {
            self.calm(CALM_MAX);
            self.train();
            self.pass(6_000);
        }
        self.calm(CALM_MAX);
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.below(16) {
            0 => self.calm(1 + input.below(16)),
            1 => self.calm(CALM_MAX),
            2 => drop(self.queue.pop_front()),
            3 => {
                if let Some((to, bytes)) = self.queue.front().cloned() {
                    self.queue.push_back((to, bytes));
                }
            }
            4 => {
                if let Some(first) = self.queue.pop_front() {
                    self.queue.push_back(first);
                }
            }
            5 | 6 => {
                let side = self.side;
                let mine = |(to, _): &&mut (Address, Vec<u8>)| side_of(*to) == side;
                if let Some((_, bytes)) = self.queue.iter_mut().find(mine) {
                    tamper(input, bytes, ENVELOPE_LEN);
                }
            }
            7 => {
                if !self.log.is_empty() {
                    let (to, bytes) = self.log[input.below(self.log.len())].clone();
                    self.queue.push_front((to, bytes));
                }
            }
            8 | 9 => self.invent(input),
            10 => self.pass(input.pick(SPANS)),
            11 => self.train(),
            12 => {
                let worker = input.below(WORKERS);
                let id = self.workers[worker].machine.id();
                match input.below(6) {
                    0 => self.tell(Event::Start),
                    1 => self.tell(Event::Stop),
                    2 => self.tell(Event::Gone(id)),
                    3 => self.restart(),
                    4 => self.tell(Event::Open),
                    _ => self.configure(input),
                }
            }
            13 => {
                let worker = input.below(WORKERS);
                match input.below(6) {
                    4 => self.reload(worker),
                    0 => self.say(worker, WorkerEvent::Willing(false)),
                    1 => self.say(worker, WorkerEvent::Willing(true)),
                    2 => self.say(worker, WorkerEvent::Open),
                    3 => self.say(worker, WorkerEvent::ShardLoaded(input.u32())),
                    _ => self.fail(worker),
                }
            }
            14 => {
                let worker = input.below(WORKERS);
                self.lie(worker, input);
            }
            _ => {
                self.calm(CALM_MAX);
                self.train();
                self.pass(0);
            }
        }
    }

    /// A message that nobody has said: the sender, the kind and what is in it.
    fn invent(&mut self, input: &mut Input<'_>) {
        let (mut run, mut round, aggregator) = self.stand;
        let worker = input.below(WORKERS + 1);
        let id = self.workers.get(worker).map_or(PeerId([9; 16]), |actor| actor.machine.id());
        let (kind, choices) = (input.u8(), input.u8());
        if choices & 1 == 1 {
            run = RunId(u64::from(input.u32()));
        }
        if choices & 2 == 2 {
            round = input.u32();
        }
        let mut payload = Vec::new();
        if choices & 4 == 0 {
            payload.extend(self.workers.get(worker).map_or([0; 16], |actor| actor.token));
        }
        payload.extend(input.bytes());
        let (sender, to) = match self.side {
            Side::Aggregator => (id, Address::Aggregator),
            Side::Workers if choices & 8 == 8 => (id, Address::Workers),
            Side::Workers => (aggregator, Address::Worker(id)),
        };
        self.queue.push_front((to, Envelope { run, round, sender, kind, payload }.encode()));
    }

    /// A worker's own part, or a task, with numbers that fit and values that do not.
    fn lie(&mut self, worker: usize, input: &mut Input<'_>) {
        let value = f32::from_bits(input.u32());
        let choice = input.u8();
        match self.side {
            Side::Aggregator => {
                let actor = &mut self.workers[worker];
                let Some(job) = actor.job.take() else { return };
                let mut update = made(&job, actor.digits.len());
                match choice % 4 {
                    0 => update.loss = value,
                    1 => update.digits = value.to_bits(),
                    2 => update.values.truncate(usize::from(input.u16())),
                    _ => update.values.fill(value),
                }
                self.say(worker, WorkerEvent::Trained { update, part: None });
            }
            Side::Workers => {
                let is_task = |(to, bytes): &&mut (Address, Vec<u8>)| {
                    side_of(*to) == Side::Workers && task_of(bytes).is_some()
                };
                let Some((_, bytes)) = self.queue.iter_mut().find(is_task) else { return };
                let Some((mut envelope, mut task)) = task_of(bytes) else { return };
                spoil(&mut task, choice, value);
                (envelope.kind, envelope.payload) = ToWorker::Task(task).encode();
                *bytes = envelope.encode();
            }
        }
    }

    /// Time passes, and who waits for it is told.
    fn pass(&mut self, span: u64) {
        self.now += span;
        self.tell(Event::Tick);
        for worker in 0..WORKERS {
            self.say(worker, WorkerEvent::Tick);
        }
    }

    /// So many messages arrive as they are.
    fn calm(&mut self, count: usize) {
        for _ in 0..count {
            let Some((to, bytes)) = self.queue.pop_front() else { return };
            if side_of(to) == self.side && self.log.len() < LOG_MAX {
                self.log.push((to, bytes.clone()));
            }
            self.deliver(to, bytes);
        }
    }

    fn deliver(&mut self, to: Address, bytes: Vec<u8>) {
        match to {
            Address::Aggregator => self.tell(Event::Bytes(bytes)),
            Address::Workers => {
                for worker in 0..WORKERS {
                    self.say(worker, WorkerEvent::Bytes(bytes.clone()));
                }
            }
            Address::Worker(id) => {
                let is_it = |actor: &Actor| actor.machine.id() == id;
                if let Some(worker) = self.workers.iter().position(is_it) {
                    if let Some((envelope, task)) = task_of(&bytes) {
                        let given = self.tasks.entry((worker, task.token.0)).or_default();
                        given.insert((envelope.round, WeightHash::of(&task.weights).0));
                        self.workers[worker].token = task.token.0;
                        self.stand = (envelope.run, envelope.round, envelope.sender);
                    }
                    self.say(worker, WorkerEvent::Bytes(bytes));
                }
            }
        }
    }

    fn tell(&mut self, event: Event) {
        let before = self.aggregator.round();
        let run = self.aggregator.stamp();
        let actions = self.aggregator.handle(event, self.now);
        self.carry_out(actions);
        let (round, snapshot) = (self.aggregator.round(), self.aggregator.snapshot());
        // A secure sum may be opened, and the next round be begun, in one event; two are never applied.
        assert!((before..=before + 1).contains(&round), "round {round} follows {before}: {run:?}");
        assert!(self.aggregator.weights().values().iter().all(|value| value.is_finite()));
        // Strangers may come in, as many as were made up.
        assert!(snapshot.members.len() <= WORKERS + 1 + STEPS_MAX);
        let slots: BTreeSet<u32> = snapshot.members.iter().map(|member| member.slot).collect();
        assert_eq!(slots.len(), snapshot.members.len(), "two workers have one slot");
    }

    fn carry_out(&mut self, actions: Vec<Action>) {
        for (_, Sum { survivors, .. }) in self.sums.take() {
            let distinct: BTreeSet<_> = survivors.iter().collect();
            assert_eq!(distinct.len(), survivors.len(), "somebody counts twice");
            assert!(survivors.len() >= self.aggregator.settings().cohort_least() as usize);
        }
        for action in actions {
            match action {
                Action::Send(to, bytes) => self.queue.push_back((to, bytes)),
                // Nobody is shown anything, and time passes as the input says.
                Action::Watch(_) | Action::Evaluate | Action::Wake(_) | Action::Notice { .. } => {}
            }
        }
    }

    fn say(&mut self, worker: usize, event: WorkerEvent) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for action in self.workers[worker].machine.handle(event, self.now) {
                let actor = &mut self.workers[worker];
                match action {
                    WorkerAction::Send(to, bytes) => {
                        self.check_sent(worker, &bytes);
                        self.queue.push_back((to, bytes));
                    }
                    WorkerAction::Record { number, record } => {
                        actor.record = Some(record);
                        events.push(WorkerEvent::Recorded { number, outcome: Ok(()) });
                    }
                    WorkerAction::Load(assignment) => {
                        actor.digits = shard(assignment.slot);
                        match assignment.cut(&manifest()) {
                            Ok(_) => events.push(WorkerEvent::ShardLoaded(DIGITS)),
                            Err(_) => actor.digits = Digits::default(),
                        }
                    }
                    WorkerAction::Train(job) => actor.job = Some(job),
                    WorkerAction::StopTraining => actor.job = None,
                    _ => {}
                }
            }
        }
    }

    /// What goes into a sum goes into no other.
    fn check_sent(&mut self, worker: usize, bytes: &[u8]) {
        let envelope = Envelope::decode(bytes, usize::MAX).expect("a worker writes envelopes");
        let message = ToAggregator::decode(envelope.kind, &envelope.payload);
        let message = message.expect("a worker writes messages that can be read");
        let ToAggregator::Step { token, step: FromClient::Masked(_) } = message else { return };
        // Who gives two tasks one token leaves open which of them this is.
        let given = self.tasks.get(&(worker, token.0)).filter(|given| given.len() == 1);
        let Some(work) = given.and_then(BTreeSet::first) else { return };
        assert!(self.masked.insert((worker, *work)), "an update is in two sums");
    }

    /// A worker's page is reloaded.
    fn reload(&mut self, worker: usize) {
        self.restarts += 1;
        let secrets = entropy(self.restarts, "fuzzing/reload");
        let actor = &mut self.workers[worker];
        let record = actor.record.as_deref().map(Spent::decode);
        let spent = record.map(|record| record.expect("what was kept is read"));
        let machine = Worker::new(Identity::from_seed(&actor.seed), secrets);
        actor.machine = machine.with_spent(spent.unwrap_or_default());
        (actor.digits, actor.job) = (Digits::default(), None);
        self.say(worker, WorkerEvent::Open);
    }

    /// Everybody who has a task does it.
    fn train(&mut self) {
        for worker in 0..WORKERS {
            let actor = &mut self.workers[worker];
            let Some(job) = actor.job.take() else { continue };
            let event = match trained(&actor.machine, &job, &actor.digits) {
                Ok(event) => event,
                Err(reason) => WorkerEvent::Failed { token: job.task.token.clone(), reason },
            };
            self.say(worker, event);
        }
    }

    fn fail(&mut self, worker: usize) {
        let token = Token(self.workers[worker].token);
        self.say(worker, WorkerEvent::Failed { token, reason: "it was told to".to_owned() });
    }

    /// The aggregator's page is reloaded.
    fn restart(&mut self) {
        let kept = self.aggregator.checkpoint().encode();
        let checkpoint = Checkpoint::decode(&kept).expect("what was kept is read");
        self.restarts += 1;
        let secrets = entropy(self.restarts, "fuzzing/restart");
        self.aggregator = Aggregator::restore(checkpoint, secrets).expect("it was a run");
        self.aggregator.observe(Rc::clone(&self.sums));
        self.tell(Event::Open);
    }

    fn configure(&mut self, input: &mut Input<'_>) {
        let actions = self.aggregator.configure(settings(input));
        self.carry_out(actions.expect("the settings name a network and a strategy"));
    }
}

fn side_of(to: Address) -> Side {
    if to == Address::Aggregator { Side::Aggregator } else { Side::Workers }
}

/// Settings of a small run, by four choices.
fn settings(input: &mut Input<'_>) -> Settings {
    let secagg = input.pick(["on", "off"]);
    let dp = input.pick(["off", "off", "central", "distributed", "examples"]);
    let names = strategy::names();
    let strategy = names[input.below(names.len())];
    let more = input.pick([
        "",
        "&threshold=3",
        "&adaptive=on",
        "&batch=1&epochs=3",
        "&fraction=0.7&over=1",
        "&quorum=1",
        "&optimiser=adam",
        "&schedule=step:2:0.5",
    ]);
    let query = |secagg: &str, strategy: &str| {
        format!(
            "model=linear&rounds=3&shards=4&clients=2&rate=0.5&cohort=2&augment=off&pens=0\
             &secagg={secagg}&dp={dp}&strategy={strategy}{more}"
        )
    };
    // Not everything goes together.
    let tries = [(secagg, strategy), ("off", strategy), ("on", "fedavg"), ("off", "fedavg")];
    let mut settings =
        tries.iter().map(|(secagg, name)| Settings::from_query(&query(secagg, name)));
    let plain = || Settings { model: "linear".to_owned(), ..Settings::default() };
    settings.find_map(Result::ok).unwrap_or_else(plain)
}

/// What there is to be cut into shards.
fn manifest() -> Manifest {
    Manifest {
        version: 1,
        source: "synthetic".to_owned(),
        chunk: 10,
        train: [20; CLASSES],
        test: 10,
        test_chunk: 10,
        sha256: "0".repeat(64),
    }
}

/// A few digits, of which no two shards have the same.
fn shard(slot: u32) -> Digits {
    let mut stream = Stream::new(u64::from(slot), "fuzzing/digits");
    let mut pixels = vec![0; DIGITS as usize * PIXELS];
    for index in 0..pixels.len() / 16 {
        pixels[16 * index] = stream.below(256) as u8;
    }
    let labels = (0..DIGITS).map(|index| (index % 10) as u8).collect();
    Digits::new(pixels, labels).expect("as many labels as images, all below ten")
}

/// The first steps of the training in earnest, and where it takes more, an update that nobody has trained.
fn trained(machine: &Worker, job: &Job, digits: &Digits) -> Result<WorkerEvent, String> {
    let assignment = machine.assignment().ok_or("it has no assignment")?;
    let preset = sotto_network::preset(&assignment.model).ok_or("it does not know the network")?;
    let say = |error: sotto_federated::TrainingError| error.to_string();
    let mut training =
        LocalTraining::new(&preset.network, assignment, job.clone(), digits).map_err(say)?;
    for _ in 0..3 {
        if !training.is_done() {
            training.step(digits).map_err(say)?;
        }
    }
    if training.is_done() {
        let report = training.finish().map_err(say)?;
        return Ok(WorkerEvent::Trained { update: report.update, part: report.part });
    }
    Ok(WorkerEvent::Trained { update: made(job, digits.len()), part: None })
}

fn made(job: &Job, digits: usize) -> Update {
    let task = &job.task;
    let control = task.control.as_ref().map_or(0, |control| control.values.len());
    let values = vec![0.01; task.weights.len() + control];
    let base = WeightHash::of(&task.weights);
    Update { token: task.token.clone(), base, digits: digits as u32, loss: 1.0, values }
}

fn task_of(bytes: &[u8]) -> Option<(Envelope, Box<Task>)> {
    let envelope = Envelope::decode(bytes, usize::MAX).ok()?;
    match ToWorker::decode(envelope.kind, &envelope.payload) {
        Ok(ToWorker::Task(task)) => Some((envelope, task)),
        _ => None,
    }
}

/// A task with one number that an honest aggregator would not send.
fn spoil(task: &mut Task, choice: u8, value: f32) {
    let bits = value.to_bits();
    let few = usize::from(bits as u16);
    match choice % 24 {
        0 => task.attempt = bits,
        1 => task.recipe.epochs = bits,
        2 => task.recipe.batch = bits,
        3 => task.recipe.steps_max = bits,
        4 => task.recipe.sgd.learning_rate = value,
        5 => task.recipe.sgd.momentum = value,
        6 => task.recipe.sgd.weight_decay = value,
        7 => task.recipe.proximal = value,
        8 => task.variety.augment = !task.variety.augment,
        9 => task.variety.pens = value,
        10 => task.variety.fold = bits,
        11 => task.weights.fill(value),
        12 => task.weights.truncate(few),
        13 => task.control = None,
        14 => task.examples = None,
        15 => task.secure = None,
        16..19 => {
            let Some(control) = &mut task.control else { return };
            match choice % 24 {
                16 => control.scale = value,
                17 => control.values.truncate(few),
                _ => control.values.fill(value),
            }
        }
        choice => {
            let Some(secure) = &mut task.secure else { return };
            match choice {
                19 => secure.cohort_min = bits,
                20 => secure.threshold_min = bits,
                21 => secure.clip = value,
                22 => secure.weight_max = bits,
                _ => secure.private = None,
            }
        }
    }
}

/// Tasks as an aggregator with these settings gives them, with the first few of their weights.
pub(super) fn tasks() -> Vec<Task> {
    let of = |choices: [u8; 4]| {
        let mut room = FuzzedRoom::new(&mut Input::new(&choices), Side::Workers);
        room.calm(CALM_MAX);
        let jobs = room.workers.into_iter().filter_map(|actor| actor.job);
        jobs.map(|job| job.task).next()
    };
    let mut found: BTreeMap<Vec<u8>, Task> = BTreeMap::new();
    for (dp, strategy) in (0..5).flat_map(|dp| (0..16).map(move |strategy| (dp, strategy))) {
        for mut task in [of([0, dp, strategy, 2]), of([1, dp, strategy, 2])].into_iter().flatten() {
            task.weights.truncate(2);
            if let Some(control) = &mut task.control {
                control.values.truncate(2);
            }
            task.token = Token([7; 16]);
            let parts = [task.control.is_some(), task.examples.is_some(), task.secure.is_some()];
            let private = task.secure.is_some_and(|secure| secure.private.is_some());
            let key = parts.into_iter().chain([private]).map(u8::from).collect();
            found.entry(key).or_insert(task);
        }
    }
    found.into_values().collect()
}

/// Rooms in which everything goes well, of every kind, with a few things that go wrong.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let strategies = strategy::names().len() as u8;
    let mut seeds = Vec::new();
    for strategy in 0..strategies {
        seeds.push(vec![1, 0, strategy, 0, 15, 15, 15, 15, 15, 15]);
    }
    for dp in 0..5 {
        for more in 0..3 {
            let mut secure = vec![0, dp, 0, more];
            secure.extend([15, 15, 15, 5, 0, 40, 0, 1, 15, 8, 1, 67, 0, 3, 1, 2, 3, 15, 12, 0, 3]);
            secure.extend([15, 15, 14, 1, 0, 0, 128, 127, 3, 11, 15, 13, 2, 0, 15, 10, 6, 15]);
            seeds.push(secure);
        }
    }
    seeds
}
