//! A run under way: what the host wants is done, and what is new is on disk before anybody hears of it.

use std::time::Instant;

use sotto_federated::records::{self, Run};
use sotto_federated::{Aggregator, Event, Phase, Stamp};
use sotto_link::Input;

use super::is_finished;
use super::testing::Tester;
use crate::broker::{Broker, BrokerEvent};
use crate::clock::Clock;
use crate::host::{Effect, Host};
use crate::state::State;
use sotto_native::history::{Point, Summary};
use sotto_native::testing::Candidate;

/// What is kept of a run, if it is.
pub(super) struct Checkpointer {
    state: Option<State>,
    history: Vec<records::Point>,
    stamp: Option<Stamp>,
}

impl Checkpointer {
    pub(super) fn new(state: Option<State>, history: Vec<records::Point>) -> Self {
        Self { state, history, stamp: None }
    }

    /// Keeps what is new.
    fn look(&mut self, machine: &Aggregator) -> Result<(), String> {
        let stamp = Some(machine.stamp());
        if self.stamp == stamp {
            return Ok(());
        }
        self.stamp = stamp;
        self.write(machine)
    }

    fn measured(&mut self, point: records::Point, machine: &Aggregator) -> Result<(), String> {
        self.history.retain(|known| known.round < point.round);
        self.history.push(point);
        self.write(machine)
    }

    fn write(&self, machine: &Aggregator) -> Result<(), String> {
        let Some(state) = &self.state else { return Ok(()) };
        let (checkpoint, history) = (machine.checkpoint(), self.history.clone());
        state.write(&Run { checkpoint, history, origin: None })
    }
}

/// The room.
pub(super) struct AggregatorRoom {
    clock: Clock,
    host: Host,
    broker: Broker,
    checkpointer: Checkpointer,
    tester: Tester,
    untested: usize,
    newest: Option<Point>,
    is_finished: bool,
    began: Instant,
    /// Seconds of training before this program began.
    seconds_before: f64,
}

impl AggregatorRoom {
    /// Opens it, and asks for training.
    pub(super) fn open(
        host: Host,
        broker: Broker,
        checkpointer: Checkpointer,
        tester: Tester,
    ) -> Result<Self, String> {
        let seconds_before = checkpointer.history.last().map_or(0.0, |point| point.seconds);
        let mut room = Self {
            clock: Clock::start(),
            host,
            broker,
            checkpointer,
            tester,
            untested: 0,
            newest: None,
            is_finished: false,
            began: Instant::now(),
            seconds_before,
        };
        room.tell(Event::Open)?;
        if room.host.machine().snapshot().phase == Phase::Idle {
            room.tell(Event::Start)?;
        }
        room.host_hears(Input::Connected)?;
        Ok(room)
    }

    /// Whether all rounds are done, and their models tested.
    pub(super) fn is_over(&self) -> bool {
        self.is_finished && self.untested == 0
    }

    pub(super) fn hear(&mut self, news: &BrokerEvent) -> Result<(), String> {
        news.input("the broker").map_or(Ok(()), |input| self.host_hears(input))
    }

    pub(super) fn tick(&mut self) -> Result<(), String> {
        self.host_hears(Input::Tick)
    }

    /// Returns when [`AggregatorRoom::tick`] is due.
    pub(super) fn wakes(&self) -> impl Future<Output = ()> + use<> {
        self.clock.reaches(self.host.wake_at())
    }

    /// A model was tested.
    pub(super) fn measured(&mut self, point: Point) -> Result<(), String> {
        self.untested -= 1;
        println!("{}", point.line());
        let seconds = self.seconds();
        let machine = self.host.machine();
        let kept = records::Point {
            round: point.round,
            accuracy: point.accuracy,
            loss: point.loss,
            bytes_up: point.bytes_up,
            bytes_down: point.bytes_down,
            workers: u32::try_from(machine.snapshot().counted).unwrap_or(u32::MAX),
            seconds,
        };
        self.newest = Some(point);
        self.checkpointer.measured(kept, machine)
    }

    /// The outcome, as `simulate train --json` says it.
    pub(super) fn summary(&self) -> Result<String, String> {
        let last = self.newest.as_ref().ok_or("no model was tested")?;
        let accuracies = self.checkpointer.history.iter().map(|point| point.accuracy);
        let summary = Summary {
            test_accuracy: last.accuracy,
            test_loss: last.loss,
            pens_accuracy: last.pens,
            best_accuracy: accuracies.fold(0.0, f64::max),
            rounds: last.round,
            rounds_to_target: None,
            backdoor: None,
            bytes_up: last.bytes_up,
            bytes_down: last.bytes_down,
            weights_sha256: &last.weights_sha256,
            clients: self.checkpointer.history.last().map_or(0, |point| point.workers),
            settings: self.host.machine().settings().to_query(),
            seconds: self.seconds(),
        };
        serde_json::to_string(&summary).map_err(|error| error.to_string())
    }

    /// Says farewell.
    pub(super) async fn close(mut self) {
        for effect in self.host.close(self.clock.now()) {
            if let Effect::Publish(to, frame) = effect {
                self.broker.publish(to, frame);
            }
        }
        self.broker.close().await;
    }

    fn seconds(&self) -> f64 {
        self.seconds_before + self.began.elapsed().as_secs_f64()
    }

    fn tell(&mut self, event: Event) -> Result<(), String> {
        let effects = self.host.tell(event, self.clock.now());
        self.carry_out(effects)
    }

    fn host_hears(&mut self, input: Input<'_>) -> Result<(), String> {
        let effects = self.host.hear(input, self.clock.now());
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), String> {
        self.checkpointer.look(self.host.machine())?;
        for effect in effects {
            match effect {
                Effect::Publish(to, frame) => self.broker.publish(to, frame),
                Effect::Say(text) => eprintln!("sotto: {text}"),
                Effect::Evaluate => {
                    self.untested += 1;
                    self.is_finished = is_finished(self.host.machine());
                    self.tester.test(Candidate::of(self.host.machine()));
                }
            }
        }
        Ok(())
    }
}
