//! `sotto branch`: a worker to the aggregator of one room, the aggregator of another one.
//!
//! Branches of the same room form a group at the broker, which hands each worker that says hello to one of
//! them. One that is full leaves the group until it has room again.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sotto_core::wire::Address;
use sotto_federated::{Aggregator, Branch, BranchOutput, Event, Millis, Worker, WorkerEvent};
use sotto_link::{Endpoint, EndpointRole, HostSession, Input, Invite, Timing, Token, WORKER};
use sotto_secagg::Identity;

use crate::aggregator::settings;
use crate::broker::{Broker, BrokerEvent};
use crate::credentials;
use crate::guest::{Guest, Handler};
use crate::host::{Effect, Host};
use crate::state::{self, RoomKeys};
use crate::worker::invitation;
use crate::{asked_to_stop, entropy};

/// The group of a room's branches.
const GROUP: &str = "branches";

/// Trains with workers of its own as one worker of another aggregator.
///
/// Several branches with the same --room-secret-file share the workers that come. The workers'
/// invitation is the first line of standard output. What happens is told on standard error. It runs until
/// the room above is closed, or until it is interrupted.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The invitation of the aggregator above, as `sotto worker --join` has it
    #[arg(long, value_name = "INVITATION")]
    join: String,
    /// The file with the secret of the branches' own room and their identity as its host, which is made if it is not
    /// there
    #[arg(long, value_name = "FILE")]
    room_secret_file: PathBuf,
    /// The address of that room's broker [else the one of the invitation]
    #[arg(long, value_name = "URL")]
    broker: Option<String>,
    /// A file with credentials for the brokers, as `sotto worker` takes it [else those of the invitation]
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// A file with the credentials that the workers' invitation carries, for whoever has it [else none]
    #[arg(long, value_name = "FILE")]
    guest_credentials: Option<PathBuf>,
    /// How many workers it has room for. The run's `shards` is meant to be so many for each branch
    #[arg(long, value_name = "N", default_value_t = 64)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    capacity: u32,
    /// How it gathers updates, such as "secagg=on&cohort=3&deadline=60"; how they are trained is the
    /// aggregator's to say [else as usual]
    #[arg(long, value_name = "QUERY", default_value = "")]
    query: String,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), String> {
    let above = invitation(&arguments.join)?;
    let settings = settings(&arguments.query)?;
    let keys = state::room_keys(&arguments.room_secret_file)?;
    let url = arguments.broker.as_deref().unwrap_or(above.broker());
    let invite = Invite::new(keys.room(), url, WORKER)
        .map_err(|error| format!("--broker {url}: {error}"))?
        .with_credential(credentials::read(arguments.guest_credentials.as_deref())?)
        .map_err(|error| format!("--guest-credentials: {error}"))?;
    let own = credentials::read(arguments.credentials.as_deref())?;
    let credential = own.as_ref().or(above.credential());
    // Another broker is not shown what the invitation carries for its own.
    let below = credential.filter(|_| own.is_some() || url == above.broker());
    let RoomKeys { secret, identity } = keys;
    let machine = Aggregator::new(settings, entropy()).map_err(|error| error.to_string())?;

    let (up, mut from_above) =
        Broker::connect(above.broker(), above.secret().tag(), credential, None).await?;
    let (down, mut from_below) = Broker::connect(url, secret.tag(), below, Some(GROUP)).await?;
    let (payload, timing) = (down.payload(), Timing::default());
    let who = EndpointRole::Host(&identity);
    let endpoint = Endpoint::new(secret, who, true, payload, timing, entropy());
    down.listen(endpoint.id());
    println!("{}", invite.fragment().as_str());
    let host = Host::new(HostSession::new(endpoint, vec![WORKER.to_owned()]), machine)
        .with_capacity(arguments.capacity as usize);
    let worker = Worker::new(Identity::draw(&mut entropy()), entropy());
    let room = BranchRoom::new(Branch::new(worker, arguments.capacity), host, down);
    let mut token = Token::default();
    entropy()(&mut token);
    let mut guest = Guest::new(above.room(), token, up, room);
    let now = guest.now();
    guest.handler().begin(now);
    let stop = asked_to_stop();
    tokio::pin!(stop);
    while !guest.is_over()? {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(news) = from_above.recv(), if guest.has_room() => guest.news(&news),
            Some(news) = from_below.recv() => {
                let now = guest.now();
                guest.handler().news(&news, now);
                guest.say();
            }
            () = guest.wakes() => guest.hear(Input::Tick),
            () = std::future::ready(()), if guest.has_messages() => guest.read(),
        }
    }
    let now = guest.now();
    let down = guest.handler().close(now);
    guest.leave().await;
    if let Some(down) = down {
        down.close().await;
    }
    Ok(())
}

/// The branch with its own room.
struct BranchRoom {
    branch: Branch,
    host: Host,
    broker: Option<Broker>,
    admits: bool,
    said: Vec<Vec<u8>>,
    wakes: BTreeSet<Millis>,
}

impl BranchRoom {
    fn new(branch: Branch, host: Host, broker: Broker) -> Self {
        let (said, wakes) = (Vec::new(), BTreeSet::new());
        Self { branch, host, broker: Some(broker), admits: true, said, wakes }
    }

    fn begin(&mut self, now: Millis) {
        let effects = self.host.tell(Event::Open, now);
        self.carry_out(effects);
        self.host_hears(Input::Connected, now);
    }

    /// Something comes from its own room's broker.
    fn news(&mut self, news: &BrokerEvent, now: Millis) {
        if let Some(input) = news.input("the broker below") {
            self.host_hears(input, now);
        }
    }

    fn host_hears(&mut self, input: Input<'_>, now: Millis) {
        let effects = self.host.hear(input, now);
        self.carry_out(effects);
        let output = self.branch.follow(self.host.machine_mut(), now);
        self.take(output, now);
        let admits = self.host.has_room();
        if admits != self.admits
            && let Some(broker) = &self.broker
        {
            self.admits = admits;
            broker.admit(admits);
        }
    }

    fn branch_hears(&mut self, event: WorkerEvent, now: Millis) {
        let output = self.branch.hear(event, self.host.machine_mut(), now);
        self.take(output, now);
    }

    fn take(&mut self, output: BranchOutput, now: Millis) {
        let BranchOutput { above, below, wakes, notices } = output;
        self.said.extend(above);
        self.wakes.extend(wakes);
        for text in notices {
            eprintln!("sotto: {text}");
        }
        let effects = self.host.perform(below, now);
        self.carry_out(effects);
    }

    fn carry_out(&self, effects: Vec<Effect>) {
        for effect in effects {
            match (effect, &self.broker) {
                (Effect::Publish(to, frame), Some(broker)) => broker.publish(to, frame),
                (Effect::Say(text), _) => eprintln!("sotto: {text}"),
                // The aggregator above tests the model.
                (Effect::Evaluate | Effect::Publish(..), _) => {}
            }
        }
    }

    /// Says farewell to its workers; gives its broker, where that still waits to be sent.
    fn close(&mut self, now: Millis) -> Option<Broker> {
        let effects = self.host.close(now);
        self.carry_out(effects);
        self.broker.take()
    }
}

impl Handler for BranchRoom {
    fn open(&mut self, now: Millis) {
        self.branch_hears(WorkerEvent::Open, now);
    }

    fn hear(&mut self, channel: &str, bytes: &[u8], now: Millis) {
        let own = Address::Worker(self.branch.id()).to_string();
        if channel == Address::Workers.to_string() || channel == own {
            self.branch_hears(WorkerEvent::Bytes(bytes.to_vec()), now);
        }
    }

    fn tick(&mut self, now: Millis) {
        if self.wakes.first().is_some_and(|wake| *wake <= now) {
            self.wakes = self.wakes.split_off(&(now + 1));
            self.branch_hears(WorkerEvent::Tick, now);
        }
        if self.host.wake_at() <= now {
            self.host_hears(Input::Tick, now);
        }
    }

    fn wake_at(&self) -> Millis {
        self.wakes.first().copied().unwrap_or(Millis::MAX).min(self.host.wake_at())
    }

    fn said(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.said)
    }
}
