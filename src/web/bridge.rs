//! The bridge to those who are elsewhere: a page's sealed end of a room, over a broker that the page's
//! script speaks with. It stands in for whoever is at the other end: federated messages go through the
//! same channels as between tabs, and a lock is held for every worker elsewhere as its sign of life.
//!
//! On a guest's side it stands in for the aggregator, in a room of that page alone. Links of a classification end in
//! a message port, or in a pair of channels where the role lives in another tab (`transport`); two guests that compute
//! reach each other directly, with keys of their own. What pages say to each other about roles goes through as text.

mod federation;
mod pipes;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Uint8Array};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::environment::{EventSink, entropy, epoch_ms, sleep, words};
use super::page::{
    self, BridgeCommand as Command, BridgeEvent as Shown, GuestEntry, OtherEntry, RoomKeys,
};
use federation::{RemoteAggregator, RemoteWorkers};
use pipes::Pipes;
use sotto_core::wire::Address;
use sotto_federated::Millis;
use sotto_link::{
    CloseReason, Endpoint, EndpointId, EndpointRole, Fingerprint, GuestOutput, GuestSession, HOST,
    HostIdentity, HostOutput, HostSession, Input, RoomSecret, RoomTag, Stage, Timing, To, Token,
    WORKER,
};

/// The channel of words between pages.
const WORDS: &str = "parties";
/// The longest word, in bytes.
const WORD_MAX: usize = 1 << 16;
/// The channel of messages to the aggregator.
const AGGREGATOR: &str = "aggregator";

/// The bridge in its dedicated worker.
#[wasm_bindgen]
pub struct Bridge {
    shared: Shared,
    show: EventSink,
    broker: Broker,
}

/// What the script does with the broker.
#[derive(Clone)]
struct Broker {
    /// `(subject, bytes)`.
    publish: Function,
    /// `(subjects)`: those that are read from now on.
    subscribe: Function,
}

type Shared = Rc<RefCell<Option<BridgeState>>>;

struct BridgeState {
    end: End,
    show: EventSink,
    broker: Broker,
    pipes: Pipes,
    /// Milliseconds that have passed, asleep or awake.
    now: Millis,
    /// What the system's clock said last: it may be put back.
    read: Millis,
    /// When the next tick is due.
    armed: Option<Millis>,
}

enum End {
    Host(HostSession, RemoteWorkers),
    Guest(GuestSession, Option<RemoteAggregator>),
}

/// What an end wants done, whichever it is.
enum Wanted {
    Publish(To, Vec<u8>),
    Moved,
    Changed,
    Message(EndpointId, String, Vec<u8>),
    Left(EndpointId, CloseReason),
    Refused(EndpointId, CloseReason),
}

#[wasm_bindgen]
impl Bridge {
    /// A bridge to nowhere; `show` is called with every event, `publish` with a subject and bytes, `subscribe`
    /// with the subjects that are to be read.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function, publish: Function, subscribe: Function) -> Self {
        let broker = Broker { publish, subscribe };
        Self { shared: Rc::default(), show: EventSink(show), broker }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    #[expect(clippy::needless_pass_by_value, reason = "JavaScript hands values over")]
    pub fn command(&self, value: JsValue) -> Result<(), JsValue> {
        match serde_wasm_bindgen::from_value(value.clone())? {
            Command::Host { room, keys, payload } => self.host(&room, keys.as_ref(), payload)?,
            Command::Visit { room, tab, secret, host, claim, payload } => {
                self.visit((&room, &tab), (&secret, &host), &claim, payload)?;
            }
            Command::Decide { guest, comes_in } => with(&self.shared, |state| {
                let id = EndpointId::parse(&guest);
                if let (End::Host(host, _), Some(id)) = (&mut state.end, id) {
                    let outputs = host.decide(id, comes_in, state.now);
                    state.carry_out(outputs.into_iter().map(Wanted::from).collect());
                }
            }),
            Command::Lock { locked } => with(&self.shared, |state| {
                if let End::Host(host, _) = &mut state.end {
                    let outputs = host.lock(locked, state.now);
                    state.carry_out(outputs.into_iter().map(Wanted::from).collect());
                }
                state.tell();
            }),
            Command::Look => with(&self.shared, |state| state.tell()),
            Command::Say { to, text } => {
                with(&self.shared, |state| state.say(to.as_deref(), &text));
            }
            Command::Lay => {
                let transports = page::read_remote_transports(&value)?;
                let shared = Rc::downgrade(&self.shared);
                if let Some(state) = self.shared.borrow_mut().as_mut() {
                    state.keep_time();
                    let peers: Vec<EndpointId> =
                        transports.iter().map(|transport| transport.peer).collect();
                    state.pipes.lay(transports, &shared)?;
                    peers.into_iter().for_each(|peer| state.open(peer));
                }
            }
            Command::Leave => {
                with(&self.shared, BridgeState::leave);
                self.shared.replace(None);
            }
        }
        arm(&self.shared);
        Ok(())
    }

    /// The broker can be reached, or it cannot.
    pub fn connected(&self, is_connected: bool) {
        let input = if is_connected { Input::Connected } else { Input::Disconnected };
        handle(&self.shared, input);
    }

    /// A frame has come.
    pub fn frame(&self, bytes: &[u8]) {
        handle(&self.shared, Input::Frame(bytes));
    }

    fn host(&self, room: &str, keys: Option<&RoomKeys>, payload: usize) -> Result<(), JsValue> {
        let (secret, identity) = match keys {
            Some(RoomKeys { secret, identity }) => (
                RoomSecret::parse(secret).map_err(|error| error.to_string())?,
                HostIdentity::parse(identity).map_err(|error| error.to_string())?,
            ),
            None => (RoomSecret::draw(&mut entropy()), HostIdentity::draw(&mut entropy())),
        };
        let keys =
            RoomKeys { secret: secret.text().to_string(), identity: identity.text().to_string() };
        let fingerprint = identity.fingerprint().to_string();
        let (who, timing) = (EndpointRole::Host(&identity), Timing::default());
        let endpoint = Endpoint::new(secret, who, true, payload, timing, entropy());
        let id = endpoint.id().to_string();
        let session = HostSession::new(endpoint, vec![WORKER.to_owned()]);
        let workers = RemoteWorkers::open(room, &Rc::downgrade(&self.shared))?;
        self.begin(End::Host(session, workers));
        self.show.event(&Shown::Hosting { keys, fingerprint, endpoint: id });
        Ok(())
    }

    fn visit(
        &self,
        (room, tab): (&str, &str),
        (secret, host): (&str, &str),
        claim: &str,
        payload: usize,
    ) -> Result<(), JsValue> {
        let secret = RoomSecret::parse(secret).map_err(|error| error.to_string())?;
        let host = Fingerprint::parse(host).ok_or("this is no host's fingerprint")?;
        let is_worker = claim == WORKER;
        // Those who compute have to be found by each other.
        let session = GuestSession::new(
            (secret, host),
            (claim, token_of(tab)),
            !is_worker,
            payload,
            Timing::default(),
            Box::new(entropy),
        );
        let aggregator = match is_worker {
            true => Some(RemoteAggregator::open(room, &Rc::downgrade(&self.shared))?),
            false => None,
        };
        self.begin(End::Guest(session, aggregator));
        Ok(())
    }

    fn begin(&self, end: End) {
        let (show, broker) = (self.show.clone(), self.broker.clone());
        let pipes = Pipes::default();
        let read = epoch_ms();
        let state = BridgeState { end, show, broker, pipes, now: 1, read, armed: None };
        state.subscribe();
        state.tell();
        self.shared.replace(Some(state));
    }
}

/// What the host knows a tab by: from its name, which it does not learn.
fn token_of(tab: &str) -> Token {
    let mut token = Token::default();
    token.copy_from_slice(&Sha256::digest(tab)[..size_of::<Token>()]);
    token
}

fn with(shared: &Shared, action: impl FnOnce(&mut BridgeState)) {
    if let Some(state) = shared.borrow_mut().as_mut() {
        state.keep_time();
        action(state);
    }
}

fn handle(shared: &Shared, input: Input<'_>) {
    with(shared, |state| {
        let wanted = match &mut state.end {
            End::Host(host, _) => collect(host.handle(input, state.now)),
            End::Guest(guest, _) => collect(guest.handle(input, state.now)),
        };
        state.carry_out(wanted);
    });
    arm(shared);
}

/// Sees to it that the next tick comes.
fn arm(shared: &Shared) {
    let mut due = None;
    with(shared, |state| {
        let wake = match &state.end {
            End::Host(host, _) => host.wake_at(),
            End::Guest(guest, _) => guest.wake_at(),
        };
        if state.armed.is_none_or(|armed| wake < armed) {
            state.armed = Some(wake);
            due = Some((wake, wake.saturating_sub(state.now)));
        }
    });
    let Some((wake, wait)) = due else { return };
    let shared = Rc::clone(shared);
    spawn_local(async move {
        sleep(Duration::from_millis(wait)).await;
        let mut is_due = false;
        with(&shared, |state| {
            is_due = state.armed == Some(wake);
            if is_due {
                state.armed = None;
            }
        });
        if is_due {
            handle(&shared, Input::Tick);
        }
    });
}

impl BridgeState {
    fn keep_time(&mut self) {
        let read = epoch_ms();
        self.now += read.saturating_sub(self.read);
        self.read = read;
    }

    fn tag(&self) -> RoomTag {
        self.endpoint().tag()
    }

    fn endpoint(&self) -> &Endpoint {
        match &self.end {
            End::Host(host, _) => host.endpoint(),
            End::Guest(guest, _) => guest.endpoint(),
        }
    }

    fn subject(&self, to: To) -> String {
        match to {
            To::Room => format!("sotto.{}.room", self.tag()),
            To::Endpoint(id) => format!("sotto.{}.{id}", self.tag()),
        }
    }

    fn subscribe(&self) {
        let own = To::Endpoint(self.endpoint().id());
        let subjects: js_sys::Array =
            [To::Room, own].map(|to| JsValue::from(self.subject(to))).into_iter().collect();
        self.call(&self.broker.subscribe, &[&subjects]);
    }

    fn call(&self, function: &Function, arguments: &[&JsValue]) {
        let arguments: js_sys::Array = arguments.iter().collect();
        if let Err(error) = function.apply(&JsValue::NULL, &arguments) {
            self.show.event(&Shown::Failed { reason: words(&error) });
        }
    }

    fn carry_out(&mut self, wanted: Vec<Wanted>) {
        for one in wanted {
            match one {
                Wanted::Publish(to, bytes) => {
                    let subject = JsValue::from(self.subject(to));
                    let bytes = JsValue::from(Uint8Array::from(bytes.as_slice()));
                    self.call(&self.broker.publish, &[&subject, &bytes]);
                }
                Wanted::Moved => self.subscribe(),
                Wanted::Changed => self.tell(),
                Wanted::Refused(id, why) => {
                    let (endpoint, what) = (id.to_string(), page::refusal_name(why));
                    self.show.event(&Shown::Refused { endpoint, what });
                }
                Wanted::Message(from, channel, bytes) => self.heard(from, &channel, bytes),
                Wanted::Left(id, why) => {
                    // Who says farewell to a guest says it to the host as well, who begins anew.
                    let is_news = match &mut self.end {
                        End::Host(_, workers) => {
                            workers.left(id);
                            true
                        }
                        End::Guest(..) => why != CloseReason::Left,
                    };
                    if is_news {
                        let (guest, reason) = (id.to_string(), why.to_string());
                        self.show.event(&Shown::Left { guest, reason });
                    }
                    self.tell();
                }
            }
        }
    }

    fn heard(&mut self, from: EndpointId, channel: &str, bytes: Vec<u8>) {
        if let Some(name) = channel.strip_prefix(pipes::PREFIX) {
            let passed = self.pipes.heard(from, name, bytes).map_err(|error| error.to_string());
            return self.told_of(passed);
        }
        let claim = match &mut self.end {
            End::Host(host, workers) => match (channel, host.claim(from)) {
                (AGGREGATOR, Some(WORKER)) => {
                    let passed = workers.heard(from, bytes).map_err(|error| words(&error));
                    return self.told_of(passed);
                }
                (WORDS, Some(claim)) => claim.to_owned(),
                _ => return,
            },
            // Guests have nothing to say to each other but over their transports.
            End::Guest(guest, _) if guest.host() != Some(from) => return,
            End::Guest(_, Some(aggregator)) if channel != WORDS => {
                let passed = aggregator.heard(channel, &bytes).map_err(|error| words(&error));
                return self.told_of(passed);
            }
            End::Guest(..) if channel == WORDS => HOST.to_owned(),
            End::Guest(..) => return,
        };
        // Whoever is elsewhere may send anything: what are no words is passed over.
        if let Ok(text) = String::from_utf8(bytes)
            && text.len() <= WORD_MAX
        {
            self.show.event(&Shown::Said { from: from.to_string(), claim, text });
        }
    }

    /// Tells the page of what was lost on this end: it would be missed elsewhere.
    fn told_of(&self, passed: Result<(), String>) {
        if let Err(reason) = passed {
            let reason = format!("a message from elsewhere is lost here: {reason}");
            self.show.event(&Shown::Failed { reason });
        }
    }

    /// Sends a message, if the other end is there.
    fn send(&mut self, to: EndpointId, channel: &str, bytes: Vec<u8>) {
        let sent = match &mut self.end {
            End::Host(host, _) => host.send(to, channel, bytes, self.now).map(collect),
            End::Guest(guest, _) => guest.send(to, channel, bytes, self.now).map(collect),
        };
        match sent {
            Ok(wanted) => self.carry_out(wanted),
            Err(why @ CloseReason::Message) => {
                self.show.event(&Shown::Failed { reason: format!("{channel}: {why}") });
            }
            // Whoever is gone is told of as having left.
            Err(_) => {}
        }
    }

    fn open(&mut self, peer: EndpointId) {
        if let End::Guest(guest, _) = &mut self.end
            // A peer that has no room here is missed as one that has left.
            && let Ok(outputs) = guest.open(peer, self.now)
        {
            self.carry_out(collect(outputs));
        }
    }

    fn say(&mut self, to: Option<&str>, text: &str) {
        let named = to.and_then(EndpointId::parse);
        let listeners: Vec<EndpointId> = match &self.end {
            End::Host(host, _) => {
                let inside = host.guests().map(|guest| guest.id);
                named.map_or_else(|| inside.collect(), |id| vec![id])
            }
            End::Guest(guest, _) => guest.host().into_iter().collect(),
        };
        for id in listeners {
            self.send(id, WORDS, text.as_bytes().to_vec());
        }
    }

    fn leave(&mut self) {
        let wanted = match &mut self.end {
            End::Host(host, _) => collect(host.close(self.now)),
            End::Guest(guest, _) => collect(guest.leave(self.now)),
        };
        self.carry_out(wanted);
    }

    fn tell(&self) {
        let shown = match &self.end {
            End::Host(host, workers) => {
                let entry = |guest: sotto_link::GuestView| {
                    let ids = workers.workers_at(guest.id);
                    GuestEntry::new(guest, ids)
                };
                let guests = host.guests().map(entry).collect();
                Shown::Guests {
                    locked: host.is_locked(),
                    broken_off: host.endpoint().broken_off(),
                    guests,
                }
            }
            End::Guest(guest, _) => Shown::Visit {
                stage: page::stage_name(guest.stage()),
                words: guest.words(),
                others: guest.others().map(OtherEntry::from).collect(),
                rtt: guest.host().and_then(|host| guest.endpoint().rtt(host)),
                broken_off: guest.broken_off(),
            },
        };
        self.show.event(&shown);
    }

    /// A message that a role here sends to those elsewhere.
    fn pass_on(&mut self, to: Address, bytes: &[u8]) {
        match &self.end {
            End::Host(host, workers) => {
                let receivers: Vec<EndpointId> = match to {
                    Address::Workers => host.inside(WORKER).collect(),
                    Address::Worker(id) => workers.endpoint_of(id).into_iter().collect(),
                    Address::Aggregator => return,
                };
                let channel = to.to_string();
                for id in receivers {
                    self.send(id, &channel, bytes.to_vec());
                }
            }
            End::Guest(guest, _) => {
                if let Some(host) = guest.host().filter(|_| guest.stage() == Stage::In) {
                    self.send(host, AGGREGATOR, bytes.to_vec());
                }
            }
        }
    }
}

fn collect<T: Into<Wanted>>(outputs: Vec<T>) -> Vec<Wanted> {
    outputs.into_iter().map(Into::into).collect()
}

impl From<HostOutput> for Wanted {
    fn from(output: HostOutput) -> Self {
        match output {
            HostOutput::Publish(to, bytes) => Self::Publish(to, bytes),
            HostOutput::Changed => Self::Changed,
            HostOutput::Message { from, channel, bytes } => Self::Message(from, channel, bytes),
            HostOutput::Left(id, why) => Self::Left(id, why),
            HostOutput::Refused(id, why) => Self::Refused(id, why),
        }
    }
}

impl From<GuestOutput> for Wanted {
    fn from(output: GuestOutput) -> Self {
        match output {
            GuestOutput::Publish(to, bytes) => Self::Publish(to, bytes),
            GuestOutput::Moved(_) => Self::Moved,
            GuestOutput::Changed => Self::Changed,
            GuestOutput::Message { from, channel, bytes } => Self::Message(from, channel, bytes),
            GuestOutput::Left(id, why) => Self::Left(id, why),
            GuestOutput::Refused(id, why) => Self::Refused(id, why),
        }
    }
}
