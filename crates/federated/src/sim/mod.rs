//! A room on a virtual clock: the real machines and real training, on a simulated network.
//!
//! One seed replays a run bit for bit. Tests script who comes and goes, and a wire tap
//! may drop, delay, double or change any message. Every secure sum is compared with the plain
//! sum of the parts that its survivors sent.

mod actor;
mod all_cores;
pub mod faults;
#[cfg(test)]
mod liars;
mod network;
mod restart;
pub mod scale;
mod wiretap;

use std::collections::BTreeMap;

use crate::attack::Attack;
use crate::{
    Action, Aggregator, Assignment, Entropy, Event, Level, Millis, Settings, Snapshot, Task, Update,
};
use sotto_core::seeded::Stream;
use sotto_core::wire::{Address, PeerId};
use sotto_digits::Digits;
use sotto_secagg::Width;

use actor::Actor;
use network::Network;
use restart::Kept;

/// Where simulated workers get their shards.
pub type Shards = Box<dyn Fn(&Assignment) -> Result<Digits, String>>;

/// Makes a worker's update where nothing is trained: assignment, round and task.
pub type Make = Box<dyn Fn(&Assignment, u32, &Task) -> Update>;

/// What a wire tap does with a message; it may also change the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TapAction {
    /// It arrives.
    Deliver,
    /// It is lost.
    Drop,
    /// It arrives twice.
    Double,
    /// A copy arrives after each of these times.
    After(Vec<Millis>),
}

/// Sees every message on its way, at a time.
pub type Tap = Box<dyn FnMut(Millis, Address, &mut Vec<u8>) -> TapAction>;

/// A room: one aggregator and any number of workers.
pub struct Simulation {
    aggregator: Aggregator,
    workers: Vec<Option<Actor>>,
    /// Those that have crashed, as they are when their pages are opened again.
    crashed: BTreeMap<usize, Actor>,
    shards: Shards,
    make: Option<Make>,
    network: Network,
    /// What each worker added to the secure sum that it was in last.
    parts: BTreeMap<PeerId, Vec<u32>>,
    violations: Vec<String>,
    now: Millis,
    wakes: Vec<Millis>,
    seed: u64,
    notices: Vec<(Level, String)>,
    /// Whom notices are about.
    about: Vec<(PeerId, String)>,
    models: u32,
    sums: u32,
    /// The newest checkpoint, once they are kept.
    kept: Option<Kept>,
    restarts: u32,
}

impl Simulation {
    /// Opens the room.
    ///
    /// # Errors
    /// When the settings name no network or strategy.
    pub fn new(settings: Settings, shards: Shards) -> Result<Self, sotto_network::Error> {
        let seed = settings.seed;
        let mut tokens = Stream::new(seed, "simulation/tokens");
        let entropy: Entropy = Box::new(move |bytes| tokens.fill(bytes));
        let mut simulation = Self {
            aggregator: Aggregator::new(settings, entropy)?,
            workers: Vec::new(),
            crashed: BTreeMap::new(),
            shards,
            make: None,
            network: Network::default(),
            parts: BTreeMap::new(),
            violations: Vec::new(),
            now: 0,
            wakes: Vec::new(),
            seed,
            notices: Vec::new(),
            about: Vec::new(),
            models: 0,
            sums: 0,
            kept: None,
            restarts: 0,
        };
        simulation.tell(Event::Open);
        Ok(simulation)
    }

    /// Lets `tap` see every message from now on.
    pub fn tap(&mut self, tap: Tap) {
        self.network.tap(tap);
    }

    /// Makes updates from now on, where training is not what is looked at.
    pub fn make_updates(&mut self, make: Make) {
        self.make = Some(make);
    }

    /// Opens a worker that needs `pace` milliseconds for a task; returns its number.
    pub fn open_worker(&mut self, pace: Millis) -> usize {
        self.open_worker_as(pace, |_| {})
    }

    /// As [`Simulation::open_worker`], and says who it is before its first word.
    pub fn open_worker_as(&mut self, pace: Millis, opened: impl FnOnce(PeerId)) -> usize {
        let number = self.workers.len();
        let mut secrets = Stream::new(self.seed, &format!("simulation/worker/{number}"));
        let entropy: Entropy = Box::new(move |bytes| secrets.fill(bytes));
        let actor = Actor::new(entropy, pace);
        opened(actor.id());
        self.workers.push(Some(actor));
        self.work(number, actor::Input::Open);
        number
    }

    /// Lets a worker spoil what it sends from now on.
    pub fn corrupt(&mut self, number: usize, attack: &'static dyn Attack) {
        if let Some(actor) = self.workers.get_mut(number).and_then(Option::as_mut) {
            actor.corrupt(attack);
        }
    }

    /// Closes a worker's page, without a word from it.
    pub fn close_worker(&mut self, number: usize) {
        if let Some(actor) = self.workers.get_mut(number).and_then(Option::take) {
            self.tell(Event::Gone(actor.id()));
        }
    }

    /// Lets a worker take part, or not, as its tab would judge.
    pub fn set_willing(&mut self, number: usize, willing: bool) {
        self.work(number, actor::Input::Willing(willing));
    }

    /// Workers that were ever opened.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// Secure sums that were not the sums of their survivors' parts.
    #[must_use]
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// Bytes that are on their way.
    #[must_use]
    pub fn in_flight_bytes(&self) -> usize {
        self.network.bytes()
    }

    /// Says something to the aggregator.
    pub fn tell(&mut self, event: Event) {
        let actions = self.aggregator.handle(event, self.now);
        self.keep_news();
        self.carry_out(actions);
    }

    /// The aggregator.
    #[must_use]
    pub fn aggregator(&self) -> &Aggregator {
        &self.aggregator
    }

    /// What the page would show.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.aggregator.snapshot()
    }

    /// What the aggregator told the user so far.
    #[must_use]
    pub fn notices(&self) -> &[(Level, String)] {
        &self.notices
    }

    /// What the aggregator told the user of one worker.
    pub fn notices_about(&self, worker: PeerId) -> impl Iterator<Item = &str> {
        self.about.iter().filter(move |(id, _)| *id == worker).map(|(_, text)| text.as_str())
    }

    /// How often the model was shown, the first weights included.
    #[must_use]
    pub fn models(&self) -> u32 {
        self.models
    }

    /// How many secure sums were opened.
    #[must_use]
    pub fn sums(&self) -> u32 {
        self.sums
    }

    /// The virtual time.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Lets `span` milliseconds pass.
    pub fn advance(&mut self, span: Millis) {
        let end = self.now + span;
        self.settle();
        while let Some(next) = self.next_event().filter(|&next| next <= end) {
            self.now = self.now.max(next);
            self.wakes.retain(|&wake| wake > next);
            self.train();
            self.tell(Event::Tick);
            for number in 0..self.workers.len() {
                self.work(number, actor::Input::Time);
            }
            self.settle();
        }
        self.now = end;
    }

    /// Lets time pass until `done`, at most `limit` milliseconds; whether it came so far.
    pub fn run_until(&mut self, limit: Millis, done: impl Fn(&Snapshot) -> bool) -> bool {
        let end = self.now + limit;
        self.settle();
        while !done(&self.snapshot()) {
            match self.next_event() {
                Some(next) if next <= end => self.advance(next.saturating_sub(self.now)),
                _ => return false,
            }
        }
        true
    }

    /// The time of the next event, if there is one.
    #[must_use]
    pub fn next_event(&self) -> Option<Millis> {
        let wakes = self.wakes.iter().copied().chain(self.network.next());
        wakes.chain(self.workers.iter().flatten().filter_map(Actor::next_event)).min()
    }

    /// Delivers messages until none is due.
    fn settle(&mut self) {
        while let Some((to, bytes)) = self.network.receive(self.now) {
            match to {
                Address::Aggregator => self.tell(Event::Bytes(bytes)),
                Address::Workers => {
                    for number in 0..self.workers.len() {
                        self.work(number, actor::Input::Bytes(bytes.clone()));
                    }
                }
                Address::Worker(id) => {
                    let is_it =
                        |actor: &Option<Actor>| actor.as_ref().is_some_and(|a| a.id() == id);
                    if let Some(number) = self.workers.iter().position(is_it) {
                        self.work(number, actor::Input::Bytes(bytes));
                    }
                }
            }
        }
    }

    /// Does all training that is under way, on all cores.
    fn train(&mut self) {
        if self.make.is_none() {
            let waiting = self.workers.iter_mut().flatten().filter_map(Actor::training);
            all_cores::for_each(waiting.collect(), |training| training.run(None));
        }
    }

    fn work(&mut self, number: usize, input: actor::Input) {
        if let Some(actor) = self.workers.get_mut(number).and_then(Option::as_mut) {
            let mut outside = actor::Outside {
                now: self.now,
                shards: &self.shards,
                make: self.make.as_ref(),
                network: &mut self.network,
                parts: &mut self.parts,
            };
            actor.handle(input, &mut outside);
        }
    }

    /// Compares a secure sum with the plain one.
    fn check_sum(&mut self, round: u32, elements: &[u32], width: Width, survivors: &[PeerId]) {
        let mut expected = vec![0u32; elements.len()];
        for id in survivors {
            let part = self.parts.get(id).map_or(&[][..], Vec::as_slice);
            for (sum, element) in expected.iter_mut().zip(part) {
                *sum = sum.wrapping_add(*element);
            }
        }
        expected.iter_mut().for_each(|element| *element = width.unsigned(*element));
        let distinct: std::collections::BTreeSet<_> = survivors.iter().collect();
        if expected != elements || distinct.len() != survivors.len() {
            self.violations.push(format!("the sum of round {round} is not that of its parts"));
        }
    }

    fn carry_out(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Send(to, bytes) => self.network.send(self.now, to, bytes),
                // A simulated page says itself that it is gone.
                Action::Watch(_) => {}
                Action::Evaluate => self.models += 1,
                Action::Wake(at) => self.wakes.push(at),
                Action::Read { .. } | Action::Masked { .. } => {}
                Action::Summed { round, elements, width, survivors, .. } => {
                    self.sums += 1;
                    self.check_sum(round, &elements, width, &survivors);
                }
                Action::Notice { level, text, worker } => {
                    self.about.extend(worker.map(|id| (id, text.clone())));
                    self.notices.push((level, text));
                }
            }
        }
    }
}
