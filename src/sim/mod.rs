//! A room on a virtual clock: the real machines and real training, on links in memory.
//!
//! One seed replays a run bit for bit. Tests script who comes and goes, and a wire tap
//! may drop, double or change any message.

mod actor;

use crate::digits::Digits;
use crate::federated::{
    Action, Aggregator, Assignment, Entropy, Event, Level, Millis, Settings, Snapshot,
};
use crate::network;
use crate::seeded::Stream;
use crate::wire::{Address, Exchange, Link, MemoryLink};

use actor::Actor;

/// Where simulated workers get their shards.
pub type Shards = Box<dyn Fn(&Assignment) -> Result<Digits, String>>;

/// What a wire tap does with a message; it may also change the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Deliver,
    /// It is lost.
    Drop,
    /// It arrives twice.
    Double,
}

/// Sees every message on its way.
pub type Tap = Box<dyn FnMut(Address, &mut Vec<u8>) -> Fate>;

/// A room: one aggregator and any number of workers.
pub struct Simulation {
    aggregator: Aggregator,
    link: MemoryLink,
    exchange: Exchange,
    workers: Vec<Option<Actor>>,
    shards: Shards,
    tap: Tap,
    now: Millis,
    wakes: Vec<Millis>,
    seed: u64,
    notices: Vec<(Level, String)>,
    models: u32,
    sums: u32,
}

impl Simulation {
    /// Opens the room.
    ///
    /// # Errors
    /// When the settings name no network or strategy.
    pub fn new(settings: Settings, shards: Shards) -> Result<Self, network::Error> {
        let seed = settings.seed;
        let mut tokens = Stream::new(seed, "simulation/tokens");
        let entropy: Entropy = Box::new(move |bytes| tokens.fill(bytes));
        let exchange = Exchange::default();
        let mut simulation = Self {
            aggregator: Aggregator::new(settings, entropy)?,
            link: exchange.link(&[Address::Aggregator]),
            exchange,
            workers: Vec::new(),
            shards,
            tap: Box::new(|_, _| Fate::Deliver),
            now: 0,
            wakes: Vec::new(),
            seed,
            notices: Vec::new(),
            models: 0,
            sums: 0,
        };
        simulation.tell(Event::Open);
        Ok(simulation)
    }

    /// Lets `tap` see every message from now on.
    pub fn tap(&mut self, tap: Tap) {
        self.tap = tap;
    }

    /// Opens a worker that needs `pace` milliseconds for a task; returns its number.
    pub fn open_worker(&mut self, pace: Millis) -> usize {
        let number = self.workers.len();
        let mut secrets = Stream::new(self.seed, &format!("simulation/worker/{number}"));
        let entropy: Entropy = Box::new(move |bytes| secrets.fill(bytes));
        self.workers.push(Some(Actor::new(entropy, &self.exchange, pace)));
        self.work(number, actor::Input::Open);
        number
    }

    /// Closes a worker's page, without a word from it.
    pub fn close_worker(&mut self, number: usize) {
        if let Some(actor) = self.workers.get_mut(number).and_then(Option::take) {
            self.tell(Event::Gone(actor.id()));
        }
    }

    /// Says something to the aggregator.
    pub fn tell(&mut self, event: Event) {
        let actions = self.aggregator.handle(event, self.now);
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

    /// Delivers messages until none is under way.
    fn settle(&mut self) {
        loop {
            let mut quiet = true;
            while let Some(bytes) = self.link.receive() {
                quiet = false;
                self.tell(Event::Bytes(bytes));
            }
            for number in 0..self.workers.len() {
                while let Some(bytes) = self.workers[number].as_mut().and_then(Actor::receive) {
                    quiet = false;
                    self.work(number, actor::Input::Bytes(bytes));
                }
            }
            if quiet {
                return;
            }
        }
    }

    fn next_event(&self) -> Option<Millis> {
        let wakes = self.wakes.iter().copied();
        wakes.chain(self.workers.iter().flatten().filter_map(Actor::next_event)).min()
    }

    fn work(&mut self, number: usize, input: actor::Input) {
        if let Some(actor) = self.workers.get_mut(number).and_then(Option::as_mut) {
            actor.handle(input, self.now, &self.shards, &mut self.tap);
        }
    }

    fn carry_out(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Send(to, bytes) => deliver(&mut self.link, &mut self.tap, to, bytes),
                // A simulated page says itself that it is gone.
                Action::Watch(_) => {}
                Action::Evaluate => self.models += 1,
                Action::Wake(at) => self.wakes.push(at),
                Action::Masked { .. } => {}
                Action::Summed { .. } => self.sums += 1,
                Action::Notice { level, text, .. } => self.notices.push((level, text)),
            }
        }
    }
}

fn deliver(link: &mut MemoryLink, tap: &mut Tap, to: Address, mut bytes: Vec<u8>) {
    let copies = match tap(to, &mut bytes) {
        Fate::Drop => 0,
        Fate::Deliver => 1,
        Fate::Double => 2,
    };
    for _ in 0..copies {
        link.send(to, &bytes);
    }
}
