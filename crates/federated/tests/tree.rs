//! Aggregators as a tree: branches train with workers of their own, and are workers to the root.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::VecDeque;
use std::sync::Arc;

use sotto_core::seeded::Stream;
use sotto_core::wire::Address;
use sotto_digits::Digits;
use sotto_digits::layout::Layout;
use sotto_digits::synthetic;
use sotto_federated::sim::Simulation;
use sotto_federated::{
    Action, Aggregator, Assignment, Branch, BranchOutput, Event, Job, LocalTraining, Phase,
    Settings, Worker, WorkerAction, WorkerEvent,
};
use sotto_secagg::Identity;

const CAPACITY: u32 = 3;

fn stream(name: &str) -> sotto_core::entropy::Entropy {
    let mut stream = Stream::new(7, name);
    Box::new(move |bytes| stream.fill(bytes))
}

/// Digits of an assignment.
fn shards() -> Arc<dyn Fn(&Assignment) -> Digits> {
    let draw = |count, seed| synthetic::digits(count, seed).unwrap();
    let layout = Layout::new(&draw(600, 1), &draw(60, 2), "synthetic").unwrap();
    Arc::new(move |assignment| {
        let shard = assignment.cut(layout.manifest()).unwrap();
        let chunks = layout.manifest().chunks_of(&shard).into_iter();
        let chunks: Vec<_> =
            chunks.map(|chunk| (chunk.clone(), layout.chunk(&chunk).unwrap().clone())).collect();
        shard.assemble(layout.manifest(), &chunks).unwrap()
    })
}

struct TestWorker {
    machine: Worker,
    digits: Digits,
    is_there: bool,
    /// Trains no more: it keeps its tasks.
    is_stuck: bool,
}

struct BranchNode {
    branch: Branch,
    machine: Aggregator,
    workers: Vec<TestWorker>,
    is_there: bool,
}

enum News {
    /// For the root.
    Root(Event),
    /// For a branch's worker's machine.
    Above(usize, WorkerEvent),
    /// For a branch's aggregator.
    Below(usize, Event),
    Worker(usize, usize, WorkerEvent),
}

struct Tree {
    root: Aggregator,
    branches: Vec<BranchNode>,
    shards: Arc<dyn Fn(&Assignment) -> Digits>,
    queue: VecDeque<News>,
    now: u64,
    notices: Vec<String>,
}

impl Tree {
    /// Three workers at each of so many branches.
    fn new(root: &str, below: &str, branches: usize) -> Self {
        let node = |number: usize| {
            let draw = |name: &str| stream(&format!("{name}/{number}"));
            let leaf = |index: u32| {
                let mut entropy = draw(&format!("hand/{index}"));
                let machine = Worker::new(Identity::draw(&mut entropy), entropy);
                TestWorker { machine, digits: Digits::default(), is_there: true, is_stuck: false }
            };
            let worker = Worker::new(Identity::draw(&mut draw("identity")), draw("branch"));
            BranchNode {
                branch: Branch::new(worker, CAPACITY),
                machine: Aggregator::new(Settings::from_query(below).unwrap(), draw("below"))
                    .unwrap(),
                workers: (0..CAPACITY).map(leaf).collect(),
                is_there: true,
            }
        };
        let root = Aggregator::new(Settings::from_query(root).unwrap(), stream("root")).unwrap();
        let mut tree = Self {
            root,
            branches: (0..branches).map(node).collect(),
            shards: shards(),
            queue: VecDeque::new(),
            now: 1,
            notices: Vec::new(),
        };
        // One after the other, so that slots are in order.
        tree.tell(News::Root(Event::Open));
        for node in 0..branches {
            tree.tell(News::Above(node, WorkerEvent::Open));
            for leaf in 0..CAPACITY as usize {
                tree.tell(News::Worker(node, leaf, WorkerEvent::Open));
            }
        }
        tree
    }

    fn tell(&mut self, news: News) {
        self.queue.push_back(news);
        while let Some(news) = self.queue.pop_front() {
            self.now += 1;
            let now = self.now;
            match news {
                News::Root(event) => {
                    for action in self.root.handle(event, now) {
                        self.root_wants(action);
                    }
                }
                News::Above(node, event) => {
                    let BranchNode { branch, machine, is_there, .. } = &mut self.branches[node];
                    if *is_there {
                        let output = branch.hear(event, machine, now);
                        self.branch_wants(node, output);
                    }
                }
                News::Below(node, event) => {
                    let BranchNode { branch, machine, .. } = &mut self.branches[node];
                    let below = machine.handle(event, now);
                    let mut output = branch.follow(machine, now);
                    output.below.splice(0..0, below);
                    self.branch_wants(node, output);
                }
                News::Worker(node, leaf, event) => self.leaf(node, leaf, event),
            }
        }
    }

    fn root_wants(&mut self, action: Action) {
        match action {
            Action::Send(to, bytes) => {
                for (node, BranchNode { branch, .. }) in self.branches.iter().enumerate() {
                    if to == Address::Workers || to == Address::Worker(branch.id()) {
                        let event = WorkerEvent::Bytes(bytes.clone());
                        self.queue.push_back(News::Above(node, event));
                    }
                }
            }
            Action::Notice { text, .. } => self.notices.push(text),
            _ => {}
        }
    }

    fn branch_wants(&mut self, node: usize, output: BranchOutput) {
        self.notices.extend(output.notices);
        for bytes in output.above {
            self.queue.push_back(News::Root(Event::Bytes(bytes)));
        }
        for action in output.below {
            match action {
                Action::Send(to, bytes) => {
                    for (leaf, TestWorker { machine, .. }) in
                        self.branches[node].workers.iter().enumerate()
                    {
                        if to == Address::Workers || to == Address::Worker(machine.id()) {
                            let event = WorkerEvent::Bytes(bytes.clone());
                            self.queue.push_back(News::Worker(node, leaf, event));
                        }
                    }
                }
                Action::Notice { text, .. } => self.notices.push(text),
                _ => {}
            }
        }
    }

    fn leaf(&mut self, node: usize, number: usize, event: WorkerEvent) {
        let leaf = &mut self.branches[node].workers[number];
        if !leaf.is_there {
            return;
        }
        for action in leaf.machine.handle(event, self.now) {
            let news = match action {
                WorkerAction::Send(_, bytes) => News::Below(node, Event::Bytes(bytes)),
                WorkerAction::Load(assignment) => {
                    leaf.digits = (self.shards)(&assignment);
                    let count = leaf.digits.len() as u32;
                    News::Worker(node, number, WorkerEvent::ShardLoaded(count))
                }
                WorkerAction::Record { number: record, .. } => {
                    let event = WorkerEvent::Recorded { number: record, outcome: Ok(()) };
                    News::Worker(node, number, event)
                }
                WorkerAction::Train(job) if !leaf.is_stuck => {
                    News::Worker(node, number, trained(&leaf.machine, *job, &leaf.digits))
                }
                _ => continue,
            };
            self.queue.push_back(news);
        }
    }

    /// Lets time pass until the run is over.
    fn train(&mut self) {
        self.tell(News::Root(Event::Start));
        for _ in 0..200 {
            if self.root.snapshot().phase == Phase::Finished {
                return;
            }
            self.pass(1_000);
        }
        panic!("the run does not end: {:?}", self.notices);
    }

    fn pass(&mut self, millis: u64) {
        self.now += millis;
        self.tell(News::Root(Event::Tick));
        for node in 0..self.branches.len() {
            self.tell(News::Above(node, WorkerEvent::Tick));
            self.tell(News::Below(node, Event::Tick));
            for leaf in 0..CAPACITY as usize {
                self.tell(News::Worker(node, leaf, WorkerEvent::Tick));
            }
        }
    }

    fn leave(&mut self, node: usize, leaf: usize) {
        let id = self.branches[node].workers[leaf].machine.id();
        self.branches[node].workers[leaf].is_there = false;
        self.tell(News::Below(node, Event::Gone(id)));
    }
}

fn trained(worker: &Worker, job: Job, digits: &Digits) -> WorkerEvent {
    let assignment = worker.assignment().unwrap();
    let network = sotto_network::preset(&assignment.model).unwrap().network;
    let mut training = LocalTraining::new(&network, assignment, job, digits).unwrap();
    while !training.is_done() {
        training.step(digits).unwrap();
    }
    let report = training.finish().unwrap();
    WorkerEvent::Trained { update: report.update, part: report.part }
}

/// The weights of as many workers at one aggregator.
fn flat(query: &str, workers: usize) -> Vec<f32> {
    let shards = shards();
    let settings = Settings::from_query(query).unwrap();
    let mut room =
        Simulation::new(settings, Box::new(move |assignment| Ok(shards(assignment)))).unwrap();
    for _ in 0..workers {
        room.open_worker(1000);
    }
    room.tell(Event::Start);
    assert!(room.run_until(3_600_000, |now| now.phase == Phase::Finished));
    room.aggregator().weights().values().to_vec()
}

fn farthest(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

const RUN: &str = "model=linear&rounds=3&shards=6&seed=5&over=1&deadline=600&patience=0&lr=0.05";

#[test]
fn a_tree_comes_to_what_one_aggregator_comes_to() {
    let expected = flat(&format!("{RUN}&secagg=off&cohort=6"), 6);
    let mut tree =
        Tree::new(&format!("{RUN}&secagg=off&cohort=2"), "secagg=off&cohort=3&deadline=600", 2);
    tree.train();
    let far = farthest(tree.root.weights().values(), &expected);
    assert!(far < 1e-5, "{far}");
    assert_ne!(
        expected,
        Aggregator::new(tree.root.settings().clone(), stream("x")).unwrap().weights().values()
    );
}

#[test]
fn sums_of_secure_sums_differ_by_their_rounding_alone() {
    let expected = flat(&format!("{RUN}&secagg=off&cohort=9").replace("shards=6", "shards=9"), 9);
    let root = format!("{RUN}&secagg=on&cohort=3").replace("shards=6", "shards=9");
    let mut tree = Tree::new(&root, "secagg=on&cohort=3&deadline=600", 3);
    tree.train();
    let far = farthest(tree.root.weights().values(), &expected);
    assert!(far < 0.02, "{far}");
}

#[test]
fn a_worker_that_leaves_in_mid_round_costs_its_part_alone() {
    let mut tree =
        Tree::new(&format!("{RUN}&secagg=off&cohort=2"), "secagg=off&cohort=1&deadline=600", 2);
    tree.branches[0].workers[0].is_stuck = true;
    tree.tell(News::Root(Event::Start));
    assert_eq!(tree.root.snapshot().phase, Phase::Training);
    tree.leave(0, 0);
    tree.train();
    assert_eq!(tree.root.snapshot().counted, 2);
    // Two of the branch's three are left, with 100 digits each.
    let digits: Vec<u32> =
        tree.root.snapshot().members.iter().map(|member| member.digits).collect();
    assert_eq!(digits, [200, 300]);
}

#[test]
fn a_branch_with_too_few_workers_is_not_asked() {
    let mut tree =
        Tree::new(&format!("{RUN}&secagg=off&cohort=1"), "secagg=on&cohort=3&deadline=600", 2);
    tree.leave(1, 2);
    tree.train();
    assert_eq!(tree.root.snapshot().counted, 1);
}

#[test]
fn noise_is_not_passed_on() {
    let mut tree = Tree::new(
        &format!("{RUN}&secagg=on&cohort=3&dp=distributed&clients=10&noise=1")
            .replace("deadline=600", "deadline=5"),
        "secagg=on&cohort=3&deadline=600",
        3,
    );
    tree.tell(News::Root(Event::Start));
    tree.pass(1_000);
    assert!(tree.notices.iter().any(|text| text.contains("not passed on")), "{:?}", tree.notices);
}
