//! The aggregator's end of a room: its machine, and its session with the guests.

use std::collections::{BTreeSet, VecDeque};

use sotto_core::wire::{Address, Envelope};
use sotto_federated::{Action, Aggregator, Event, Level, Millis};
use sotto_link::{CloseReason, EndpointId, HostOutput, HostSession, Input, Routes, To, WORKER};

/// The channel of messages to the aggregator.
pub(crate) const AGGREGATOR: &str = "aggregator";

/// What the host wants done.
pub(crate) enum Effect {
    /// The broker shall carry this frame.
    Publish(To, Vec<u8>),
    /// The model has changed.
    Evaluate,
    /// The user shall know.
    Say(String),
}

/// The machine and its session.
pub(crate) struct Host {
    session: HostSession,
    machine: Aggregator,
    routes: Routes,
    wakes: BTreeSet<Millis>,
    /// With so many workers, who comes is sent on to another host of the room.
    capacity: usize,
}

impl Host {
    pub(crate) fn new(session: HostSession, machine: Aggregator) -> Self {
        let (routes, wakes) = (Routes::default(), BTreeSet::new());
        Self { session, machine, routes, wakes, capacity: usize::MAX }
    }

    /// The same, for no more than so many workers.
    pub(crate) fn with_capacity(self, capacity: usize) -> Self {
        Self { capacity, ..self }
    }

    pub(crate) fn machine(&self) -> &Aggregator {
        &self.machine
    }

    /// The machine, for those who do more with it than to tell it what happens; what it wants is for
    /// [`Host::perform`].
    pub(crate) fn machine_mut(&mut self) -> &mut Aggregator {
        &mut self.machine
    }

    /// Does what the machine wants.
    pub(crate) fn perform(&mut self, actions: Vec<Action>, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut outputs = VecDeque::new();
        self.carry_out(actions, &mut outputs, &mut effects, now);
        self.settle(outputs, &mut effects, now);
        effects
    }

    /// Whether there is room for another worker.
    pub(crate) fn has_room(&self) -> bool {
        self.routes.count() < self.capacity
    }

    /// Something happens to the aggregator.
    pub(crate) fn tell(&mut self, event: Event, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut outputs = VecDeque::new();
        self.machine_hears(event, &mut outputs, &mut effects, now);
        self.settle(outputs, &mut effects, now);
        effects
    }

    /// Something happens at its end of the links.
    pub(crate) fn hear(&mut self, input: Input<'_>, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut outputs = VecDeque::from(self.session.handle(input, now));
        if self.wakes.first().is_some_and(|wake| *wake <= now) {
            self.wakes = self.wakes.split_off(&(now + 1));
            self.machine_hears(Event::Tick, &mut outputs, &mut effects, now);
        }
        self.settle(outputs, &mut effects, now);
        effects
    }

    /// Says farewell to everybody.
    pub(crate) fn close(&mut self, now: Millis) -> Vec<Effect> {
        let outputs = self.session.close(now).into_iter();
        outputs
            .filter_map(|output| match output {
                HostOutput::Publish(to, bytes) => Some(Effect::Publish(to, bytes)),
                _ => None,
            })
            .collect()
    }

    /// When [`Input::Tick`] is due.
    pub(crate) fn wake_at(&self) -> Millis {
        self.wakes.first().copied().unwrap_or(Millis::MAX).min(self.session.wake_at())
    }

    fn settle(
        &mut self,
        mut outputs: VecDeque<HostOutput>,
        effects: &mut Vec<Effect>,
        now: Millis,
    ) {
        while let Some(output) = outputs.pop_front() {
            match output {
                HostOutput::Publish(to, bytes) => effects.push(Effect::Publish(to, bytes)),
                HostOutput::Changed => {}
                HostOutput::Message { from, channel, bytes } => {
                    if channel == AGGREGATOR && self.may_say(from, &bytes) {
                        self.machine_hears(Event::Bytes(bytes), &mut outputs, effects, now);
                    } else if !self.has_room() && self.routes.workers_at(from).next().is_none() {
                        outputs.extend(self.session.send_on(from, now));
                    }
                }
                HostOutput::Refused(id, why) => {
                    effects.push(Effect::Say(format!("refused endpoint {id}: {why}")));
                }
                HostOutput::Left(id, why) => {
                    if why != CloseReason::Left {
                        effects.push(Effect::Say(format!("guest {id}: {why}")));
                    }
                    for worker in self.routes.remove_endpoint(id) {
                        self.machine_hears(Event::Gone(worker), &mut outputs, effects, now);
                    }
                }
            }
        }
    }

    /// Whether an endpoint may say this: it speaks for a worker of its own, or for a new one.
    fn may_say(&mut self, from: EndpointId, bytes: &[u8]) -> bool {
        let Some(sender) = Envelope::sender_of(bytes) else { return false };
        // Those of one endpoint stay together.
        let has_room = self.has_room() || self.routes.workers_at(from).next().is_some();
        let is_worker = self.session.claim(from) == Some(WORKER);
        is_worker && has_room && self.routes.bind(sender, from)
    }

    fn machine_hears(
        &mut self,
        event: Event,
        outputs: &mut VecDeque<HostOutput>,
        effects: &mut Vec<Effect>,
        now: Millis,
    ) {
        let actions = self.machine.handle(event, now);
        self.carry_out(actions, outputs, effects, now);
    }

    fn carry_out(
        &mut self,
        actions: Vec<Action>,
        outputs: &mut VecDeque<HostOutput>,
        effects: &mut Vec<Effect>,
        now: Millis,
    ) {
        for action in actions {
            match action {
                Action::Send(to, bytes) => self.send(to, &bytes, (outputs, effects), now),
                Action::Wake(at) => {
                    self.wakes.insert(at);
                }
                Action::Evaluate => effects.push(Effect::Evaluate),
                Action::Notice { level: Level::Warning, worker, text } => {
                    let whose = worker.map(|id| format!("worker {id}: ")).unwrap_or_default();
                    effects.push(Effect::Say(format!("{whose}{text}")));
                }
                // Who is there is known by the endpoints.
                Action::Notice { level: Level::Info, .. } | Action::Watch(_) => {}
            }
        }
    }

    fn send(
        &mut self,
        to: Address,
        bytes: &[u8],
        (outputs, effects): (&mut VecDeque<HostOutput>, &mut Vec<Effect>),
        now: Millis,
    ) {
        let receivers: Vec<EndpointId> = match to {
            Address::Workers => self.session.inside(WORKER).collect(),
            Address::Worker(id) => self.routes.endpoint_of(id).into_iter().collect(),
            Address::Aggregator => return,
        };
        for id in receivers {
            let sent = self.session.send(id, &to.to_string(), bytes.to_vec(), now);
            outputs.extend(sent.unwrap_or_else(|why| {
                // One that cannot be sent to has left, which the session says when it is asked next.
                if why == CloseReason::Message {
                    effects.push(Effect::Say(format!("not sent to {to}: {why}")));
                }
                self.session.handle(Input::Tick, now)
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_core::entropy;
    use sotto_federated::{Settings, Worker, WorkerAction, WorkerEvent};
    use sotto_link::{
        Endpoint, EndpointRole, GuestOutput, GuestSession, HostIdentity, RoomSecret, Stage, Timing,
        WORKERS_MAX,
    };
    use sotto_secagg::Identity;

    /// A host, its guests, and a broker that loses nothing.
    struct TestRoom {
        host: Host,
        guests: Vec<GuestSession>,
        heard: Vec<(usize, String)>,
        now: Millis,
    }

    impl TestRoom {
        fn new(guests: usize) -> Self {
            let secret = RoomSecret::draw(&mut entropy::system());
            let timing = Timing::default();
            let identity = HostIdentity::draw(&mut entropy::system());
            let who = EndpointRole::Host(&identity);
            let endpoint =
                Endpoint::new(secret.clone(), who, true, 1 << 16, timing, entropy::system());
            let settings = Settings::from_query("model=linear").unwrap();
            let machine = Aggregator::new(settings, entropy::system()).unwrap();
            let guest = |number: usize| {
                let draw = Box::new(entropy::system);
                let token = [number as u8; 16];
                let room = (secret.clone(), identity.fingerprint());
                GuestSession::new(room, (WORKER, token), false, 1 << 16, timing, draw)
            };
            let mut room = Self {
                host: Host::new(HostSession::new(endpoint, vec![WORKER.to_owned()]), machine),
                guests: (0..guests).map(guest).collect(),
                heard: Vec::new(),
                now: 1,
            };
            let effects = room.host.hear(Input::Connected, room.now);
            room.carry(effects);
            for number in 0..guests {
                let outputs = room.guests[number].handle(Input::Connected, room.now);
                room.guest_wants(number, outputs);
                assert_eq!(room.guests[number].stage(), Stage::In);
            }
            room
        }

        fn carry(&mut self, effects: Vec<Effect>) {
            for effect in effects {
                let Effect::Publish(to, frame) = effect else { continue };
                for number in 0..self.guests.len() {
                    if to == To::Room || to == To::Endpoint(self.guests[number].endpoint().id()) {
                        let outputs = self.guests[number].handle(Input::Frame(&frame), self.now);
                        self.guest_wants(number, outputs);
                    }
                }
            }
        }

        fn guest_wants(&mut self, number: usize, outputs: Vec<GuestOutput>) {
            for output in outputs {
                match output {
                    GuestOutput::Publish(_, frame) => {
                        let effects = self.host.hear(Input::Frame(&frame), self.now);
                        self.carry(effects);
                    }
                    GuestOutput::Message { channel, .. } => self.heard.push((number, channel)),
                    _ => {}
                }
            }
        }

        fn say(&mut self, number: usize, bytes: &[u8]) {
            let host = self.guests[number].host().unwrap();
            let sent = self.guests[number].send(host, AGGREGATOR, bytes.to_vec(), self.now);
            self.guest_wants(number, sent.unwrap());
        }
    }

    /// A worker's channel, and how it joins.
    fn join() -> (String, Vec<u8>) {
        let mut worker = Worker::new(Identity::draw(&mut entropy::system()), entropy::system());
        let actions = worker.handle(WorkerEvent::Open, 1);
        let bytes = actions.into_iter().find_map(|action| match action {
            WorkerAction::Send(Address::Aggregator, bytes) => Some(bytes),
            _ => None,
        });
        (Address::Worker(worker.id()).to_string(), bytes.unwrap())
    }

    #[test]
    fn an_id_belongs_to_who_first_used_it_while_that_one_is_there() {
        let mut room = TestRoom::new(2);
        let (channel, bytes) = join();
        room.say(0, &bytes);
        room.say(1, &bytes);
        assert_eq!(room.heard, [(0, channel.clone())]);
        assert_eq!(room.host.machine().snapshot().members.len(), 1);

        let outputs = room.guests[0].leave(room.now);
        room.guest_wants(0, outputs);
        assert_eq!(room.host.machine().snapshot().members.len(), 0);
        room.say(1, &bytes);
        assert_eq!(room.heard, [(0, channel.clone()), (1, channel)]);
    }

    #[test]
    fn who_finds_no_room_is_sent_on() {
        let mut room = TestRoom::new(2);
        room.host.capacity = 1;
        room.say(0, &join().1);
        room.say(0, &join().1);
        room.say(1, &join().1);
        assert_eq!(room.host.machine().snapshot().members.len(), 2);
        assert!(room.guests[0].stage() == Stage::In && room.guests[1].stage() == Stage::Seeks);
    }

    #[test]
    fn an_endpoint_has_so_many_workers_and_no_more() {
        let mut room = TestRoom::new(1);
        for _ in 0..WORKERS_MAX + 3 {
            room.say(0, &join().1);
        }
        room.say(0, b"no envelope");
        assert_eq!(room.host.machine().snapshot().members.len(), WORKERS_MAX);
    }
}
