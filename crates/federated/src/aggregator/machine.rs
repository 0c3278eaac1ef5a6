//! Who is there, and how a round begins and ends.

mod budget;
mod checkpoint;
mod pace;
mod presence;
mod rejoin;
mod relay;
mod secure;
mod select;
mod update;

use std::collections::BTreeMap;

use super::super::messages::{Assignment, Refusal, ToAggregator, ToWorker, Token};
use super::super::strategy::{self, Strategy};
use super::super::{Millis, Settings, message_limit};
use super::observer::{Nobody, Observer};
use super::round::Round;
use super::{Action, Entropy, Event, Level, Member, Phase, Snapshot};
use pace::Pace;
use sotto_core::wire::{Address, Envelope, PeerId, RunId};
use sotto_network::{Network, WeightHash, Weights};
use sotto_privacy::{Adaptive, History};

pub use budget::{Privacy, Spending};
pub use checkpoint::{Checkpoint, RestoreError, Stamp};
use rejoin::Former;
use relay::Relay;
pub use relay::{Mean, RelayError};
pub use secure::STEP_MS;

/// The most workers in a room.
pub const MEMBERS_MAX: usize = 10_000;

/// Why no run can begin with some settings.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// They name no network, or the first weights are not its.
    #[error(transparent)]
    Network(#[from] sotto_network::Error),
    /// They name no strategy.
    #[error("there is no strategy called {0}")]
    Strategy(String),
}

/// The machine.
pub struct Aggregator {
    settings: Settings,
    network: Network,
    id: PeerId,
    run: RunId,
    weights: Weights,
    hash: WeightHash,
    strategy: Box<dyn Strategy>,
    /// The clip where it follows the clients.
    adaptive: Option<Adaptive>,
    members: BTreeMap<PeerId, Member>,
    former: Former,
    wanted: bool,
    applied: u32,
    /// The latest number of a round that is used up: its round is applied, or its workers' updates are
    /// spent. Where nothing was spent in vain it is `applied`.
    number: u32,
    /// Updates in the newest model.
    counted: usize,
    rounds: u32,
    current: Option<Round>,
    /// Tries of the next round that were abandoned.
    abandoned: u32,
    /// What the first weights of this run had given away.
    past: History,
    /// Tries of this run that have given something away.
    released: u32,
    retry_at: Millis,
    pace: Pace,
    /// The run that this one serves, if it serves another.
    relay: Option<Relay>,
    bytes_sent: u64,
    bytes_received: u64,
    observer: Box<dyn Observer>,
    entropy: Entropy,
}

impl Aggregator {
    /// A room without workers, with the first weights drawn.
    ///
    /// # Errors
    /// When the settings name no network or strategy.
    pub fn new(settings: Settings, mut entropy: Entropy) -> Result<Self, SettingsError> {
        let network = preset(&settings.model)?;
        let weights = settings.initialiser.weights(&network, settings.seed)?;
        let strategy = begin_strategy(&settings)?;
        let mut id = [0; 16];
        entropy(&mut id);
        Ok(Self {
            run: draw_run(&mut entropy),
            hash: weights.hash(),
            rounds: settings.rounds,
            adaptive: settings.adaptive_clip(),
            id: PeerId(id),
            settings,
            network,
            weights,
            strategy,
            members: BTreeMap::new(),
            former: Former::default(),
            wanted: false,
            applied: 0,
            number: 0,
            counted: 0,
            current: None,
            abandoned: 0,
            past: History::default(),
            released: 0,
            retry_at: 0,
            pace: Pace::default(),
            relay: None,
            bytes_sent: 0,
            bytes_received: 0,
            observer: Box::new(Nobody),
            entropy,
        })
    }

    /// Lets an observer look on from now on.
    pub fn observe(&mut self, observer: impl Observer + 'static) {
        self.observer = Box::new(observer);
    }

    /// Begins a new run with other settings: new weights, round 0, the same workers.
    ///
    /// # Errors
    /// As [`Aggregator::new`]; then nothing has changed.
    pub fn configure(&mut self, settings: Settings) -> Result<Vec<Action>, SettingsError> {
        let network = preset(&settings.model)?;
        let weights = settings.initialiser.weights(&network, settings.seed)?;
        self.begin_run(settings, weights, History::default())
    }

    /// As [`Aggregator::configure`], and the run begins with these weights, whose training has
    /// given away what `past` says.
    ///
    /// # Errors
    /// When the settings name no strategy, or a network that these are not the weights of; then
    /// nothing has changed.
    pub fn continue_from(
        &mut self,
        settings: Settings,
        weights: Vec<f32>,
        past: History,
    ) -> Result<Vec<Action>, SettingsError> {
        let weights = Weights::new(&preset(&settings.model)?, weights)?;
        self.begin_run(settings, weights, past)
    }

    fn begin_run(
        &mut self,
        settings: Settings,
        weights: Weights,
        past: History,
    ) -> Result<Vec<Action>, SettingsError> {
        let network = preset(&settings.model)?;
        let strategy = begin_strategy(&settings)?;
        let mut actions = Vec::new();
        self.stop(&mut actions);
        self.run = draw_run(&mut self.entropy);
        self.hash = weights.hash();
        self.rounds = settings.rounds;
        self.adaptive = settings.adaptive_clip();
        (self.network, self.weights, self.strategy) = (network, weights, strategy);
        self.settings = settings;
        (self.applied, self.number, self.abandoned, self.counted) = (0, 0, 0, 0);
        (self.past, self.released) = (past, 0);
        self.pace = Pace::default();
        for id in self.by_slot() {
            self.welcome(id, &mut actions);
        }
        actions.push(Action::Evaluate);
        Ok(actions)
    }

    /// The settings of this run.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The network of this run.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The global model.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Rounds applied to the model.
    #[must_use]
    pub fn round(&self) -> u32 {
        self.applied
    }

    /// The longest step that counts whole in a secure sum.
    #[must_use]
    pub fn clip(&self) -> f32 {
        self.adaptive.map_or(self.settings.clip, |adaptive| adaptive.clip() as f32)
    }

    /// What the page shows.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut members: Vec<Member> = self.members.values().cloned().collect();
        members.sort_by_key(|member| member.slot);
        Snapshot {
            phase: self.phase(),
            round: self.applied,
            counted: self.counted,
            rounds: self.rounds,
            attempt: self.current.as_ref().map_or(0, |_| self.abandoned + 1),
            target: self.current.as_ref().map_or(0, |round| round.target),
            wait_ms: self.current.as_ref().map(|_| self.pace.deadline(&self.settings)),
            sum: self.current.as_ref().and_then(secure::view),
            members,
            bytes_sent: self.bytes_sent,
            bytes_received: self.bytes_received,
        }
    }

    /// Handles one event at time `now`.
    pub fn handle(&mut self, event: Event, now: Millis) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Open => {
                self.await_former(now, &mut actions);
                self.send(Address::Workers, 0, &ToWorker::Announce, &mut actions);
                actions.push(Action::Evaluate);
            }
            Event::Bytes(bytes) => self.bytes(&bytes, now, &mut actions),
            Event::Gone(id) => self.gone(id, now, &mut actions),
            Event::Start => {
                if self.applied >= self.rounds {
                    self.rounds = self.applied.saturating_add(self.settings.rounds);
                }
                self.wanted = true;
                self.retry_at = now;
            }
            Event::Stop => self.stop(&mut actions),
            Event::Tick => self.deadline(now, &mut actions),
        }
        self.begin_round(now, &mut actions);
        actions
    }

    fn phase(&self) -> Phase {
        match (&self.current, self.wanted) {
            (Some(_), _) => Phase::Training,
            (None, true) => Phase::Waiting,
            (None, false) if self.applied > 0 && self.applied >= self.rounds => Phase::Finished,
            (None, false) => Phase::Idle,
        }
    }

    fn bytes(&mut self, bytes: &[u8], now: Millis, actions: &mut Vec<Action>) {
        let limit = message_limit(self.network.parameter_count());
        let envelope = match Envelope::decode(bytes, limit) {
            Ok(envelope) => envelope,
            Err(error) => return notice(actions, None, format!("a message was refused: {error}")),
        };
        let (sender, round) = (envelope.sender, envelope.round);
        self.bytes_received += bytes.len() as u64;
        if let Some(member) = self.members.get_mut(&sender) {
            member.bytes_received += bytes.len() as u64;
        }
        match ToAggregator::decode(envelope.kind, &envelope.payload) {
            Err(error) => {
                notice(actions, Some(sender), format!("a message was refused: {error}"));
                self.refuse(sender, round, Refusal::Malformed, actions);
            }
            Ok(ToAggregator::Join) => {
                self.join(sender, now, actions);
                self.settle(now, actions);
            }
            Ok(ToAggregator::Update(_) | ToAggregator::Step { .. }) if envelope.run != self.run => {
                self.refuse(sender, round, Refusal::Late, actions);
            }
            Ok(_) if envelope.run != self.run => {}
            Ok(ToAggregator::Ready { digits }) => {
                self.ready(sender, digits, now, actions);
            }
            Ok(ToAggregator::Away) => self.away(sender, now, actions),
            Ok(ToAggregator::Update(update)) => self.update(sender, round, update, now, actions),
            Ok(ToAggregator::Step { token, step }) => {
                self.step(sender, round, &token, step, now, actions);
            }
            Ok(ToAggregator::Spent { token, next }) => {
                self.spent(sender, &token, next, now, actions);
            }
            Ok(ToAggregator::Failed { token, reason }) => {
                if self.current.as_mut().is_some_and(|current| current.fail(sender, &token)) {
                    notice(actions, Some(sender), format!("could not train: {reason}"));
                    self.rest(sender);
                    self.settle(now, actions);
                }
            }
        }
    }

    fn join(&mut self, id: PeerId, now: Millis, actions: &mut Vec<Action>) {
        if !self.members.contains_key(&id) {
            if self.members.len() >= MEMBERS_MAX {
                self.refuse(id, 0, Refusal::Full, actions);
                return self.send_away(Address::Worker(id), now, actions);
            }
            let slot = self.slot_for(id);
            self.members.insert(id, Member::new(id, slot));
            actions.push(Action::Watch(id));
            info(actions, Some(id), "joined".to_owned());
        }
        self.welcome(id, actions);
    }

    fn welcome(&mut self, id: PeerId, actions: &mut Vec<Action>) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.loading();
        let slot = member.slot;
        let assignment = Assignment {
            slot: self.slot_in_run(slot),
            model: self.settings.model.clone(),
            seed: self.settings.seed,
            partition: self.settings.partition.clone(),
            shards: self.settings.shards,
        };
        if self.current.as_mut().is_some_and(|current| current.leave(id)) {
            // It joined anew in the middle of its task.
            notice(actions, Some(id), "started over in mid-round".to_owned());
        }
        self.send(Address::Worker(id), 0, &ToWorker::Welcome(assignment), actions);
    }

    fn gone(&mut self, id: PeerId, now: Millis, actions: &mut Vec<Action>) {
        let Some(member) = self.members.remove(&id) else {
            return;
        };
        self.former.remember(id, member.slot);
        let text = match self.current.as_mut().is_some_and(|current| current.leave(id)) {
            true => "left in mid-round; the round goes on without it",
            false => "left",
        };
        info(actions, Some(id), text.to_owned());
        self.settle(now, actions);
    }

    fn stop(&mut self, actions: &mut Vec<Action>) {
        self.wanted = false;
        if let Some(round) = self.end_round() {
            self.dismiss(&round, actions);
        }
    }

    /// Frees everybody who took part in a round that is over.
    fn dismiss(&mut self, round: &Round, actions: &mut Vec<Action>) {
        let waiting = match &round.sum {
            Some(_) => round.present(),
            None => round.pending(),
        };
        for id in waiting {
            self.send(Address::Worker(id), round.number, &ToWorker::Cancel, actions);
        }
        for member in self.members.values_mut() {
            member.dismiss();
        }
    }

    fn rest(&mut self, id: PeerId) {
        if let Some(member) = self.members.get_mut(&id) {
            member.rest();
        }
    }

    fn refuse(&mut self, to: PeerId, round: u32, refusal: Refusal, actions: &mut Vec<Action>) {
        self.send(Address::Worker(to), round, &ToWorker::Refused(refusal), actions);
    }

    fn send(&mut self, to: Address, round: u32, message: &ToWorker, actions: &mut Vec<Action>) {
        let (kind, payload) = message.encode();
        let (run, sender) = (self.run, self.id);
        let bytes = Envelope { run, round, sender, kind, payload }.encode();
        self.bytes_sent += bytes.len() as u64;
        if let Address::Worker(id) = to
            && let Some(member) = self.members.get_mut(&id)
        {
            member.bytes_sent += bytes.len() as u64;
        }
        actions.push(Action::Send(to, bytes));
    }

    fn by_slot(&self) -> Vec<PeerId> {
        let mut ids: Vec<(u32, PeerId)> =
            self.members.iter().map(|(id, member)| (member.slot, *id)).collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, id)| id).collect()
    }
}

fn preset(name: &str) -> Result<Network, sotto_network::Error> {
    let preset = sotto_network::preset(name);
    Ok(preset.ok_or_else(|| sotto_network::Error::Unknown(name.to_owned()))?.network)
}

fn begin_strategy(settings: &Settings) -> Result<Box<dyn Strategy>, SettingsError> {
    strategy::by_name(&settings.strategy, &settings.tuning)
        .ok_or_else(|| SettingsError::Strategy(settings.strategy.clone()))
}

fn draw_run(entropy: &mut Entropy) -> RunId {
    let mut bytes = [0; 8];
    entropy(&mut bytes);
    RunId(u64::from_le_bytes(bytes))
}

fn draw_token(entropy: &mut Entropy) -> Token {
    let mut token = [0; 16];
    entropy(&mut token);
    Token(token)
}

fn notice(actions: &mut Vec<Action>, worker: Option<PeerId>, text: String) {
    actions.push(Action::Notice { level: Level::Warning, worker, text });
}

fn info(actions: &mut Vec<Action>, worker: Option<PeerId>, text: String) {
    actions.push(Action::Notice { level: Level::Info, worker, text });
}
