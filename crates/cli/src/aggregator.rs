//! `sotto aggregator`: holds a room, and trains with whoever comes.

mod run;
mod testing;

use std::path::PathBuf;

use sotto_federated::{Aggregator, Phase, Settings};
use sotto_link::{Endpoint, EndpointRole, HostSession, Invite, Timing, WORKER};

use crate::asked_to_stop;
use crate::broker::Broker;
use crate::credentials;
use crate::data::Data;
use crate::host::Host;
use crate::state::{self, RoomKeys, State};
use run::{AggregatorRoom, Checkpointer};
use sotto_core::entropy;
use testing::Tester;

/// Holds a room as the aggregator, trains with the workers that join, and tests the model on test digits.
///
/// The invitation is the first line of standard output, a line for every round follows. What else
/// happens is told on standard error. It ends after the last round.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The broker's address: nats:// or tls://; ws:// or wss:// if pages shall join too
    #[arg(long, value_name = "URL")]
    broker: String,
    /// A file with credentials for the broker: a .creds file, or user:<name>:<password>, token:<token>,
    /// nkey:<seed> or jwt:<jwt>:<seed>
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// A file with the credentials that the invitation carries, for whoever has it [else none]
    #[arg(long, value_name = "FILE")]
    guest_credentials: Option<PathBuf>,
    /// The settings as the page's address has them, such as "seed=42&rounds=2" [else those of the run
    /// in --state, or the usual ones]
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,
    /// The file with the room's secret and this host's identity, which is made if it is not there [else one in
    /// --state, or a fresh room]
    #[arg(long, value_name = "FILE")]
    room_secret_file: Option<PathBuf>,
    /// Keep the run in this folder, and go on from it if it is there
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
    /// Say the outcome as one JSON object, in the last line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
}

impl Arguments {
    fn room_keys(&self, state: Option<&State>) -> Result<RoomKeys, String> {
        match self.room_secret_file.clone().or_else(|| state.map(State::secret_file)) {
            Some(file) => state::room_keys(&file),
            None => Ok(RoomKeys::draw()),
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), String> {
    let settings = arguments.query.as_deref().map(settings).transpose()?;
    let state = arguments.state.as_deref().map(State::open).transpose()?;
    let keys = arguments.room_keys(state.as_ref())?;
    let invite = Invite::new(keys.room(), &arguments.broker, WORKER)
        .map_err(|error| format!("--broker {}: {error}", arguments.broker))?
        .with_credential(credentials::read(arguments.guest_credentials.as_deref())?)
        .map_err(|error| format!("--guest-credentials: {error}"))?;
    let credential = credentials::read(arguments.credentials.as_deref())?;
    let (machine, checkpointer) = begin(settings, state)?;
    let (tester, mut tested) = Tester::start(&arguments.data.open()?, &machine)?;
    let RoomKeys { secret, identity } = keys;
    let (broker, mut news) =
        Broker::connect(&arguments.broker, secret.tag(), credential.as_ref(), None).await?;
    let (payload, host) = (broker.payload(), EndpointRole::Host(&identity));
    let endpoint = Endpoint::new(secret, host, true, payload, Timing::default(), entropy::system());
    broker.listen(endpoint.id());
    println!("{}", invite.fragment().as_str());
    let host = Host::new(HostSession::new(endpoint, vec![WORKER.to_owned()]), machine);
    let mut room = AggregatorRoom::open(host, broker, checkpointer, tester)?;
    let stop = asked_to_stop();
    tokio::pin!(stop);
    let mut is_whole = true;
    while !room.is_over() {
        tokio::select! {
            Some(news) = news.recv() => room.hear(&news)?,
            Some(point) = tested.recv() => room.measured(point?)?,
            () = room.wakes() => room.tick()?,
            () = &mut stop => {
                is_whole = false;
                break;
            }
        }
    }
    if arguments.json && is_whole {
        println!("{}", room.summary()?);
    }
    room.close().await;
    Ok(())
}

/// The settings of a query; all that is wrong with it on one line.
pub(crate) fn settings(query: &str) -> Result<Settings, String> {
    Settings::from_query(query).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        problems.join("; ")
    })
}

/// A new run, or the one that was kept.
fn begin(
    settings: Option<Settings>,
    state: Option<State>,
) -> Result<(Aggregator, Checkpointer), String> {
    let kept = state.as_ref().map(State::read).transpose()?.flatten();
    let Some(run) = kept else {
        let machine = Aggregator::new(settings.unwrap_or_default(), entropy::system());
        return Ok((
            machine.map_err(|error| error.to_string())?,
            Checkpointer::new(state, Vec::new()),
        ));
    };
    if settings.is_some_and(|settings| settings != run.checkpoint.settings) {
        return Err("the folder of --state holds a run with another --query".to_owned());
    }
    let machine = Aggregator::restore(run.checkpoint, entropy::system())
        .map_err(|error| format!("the run in --state cannot be taken up: {error}"))?;
    Ok((machine, Checkpointer::new(state, run.history)))
}

/// Whether all rounds are done.
fn is_finished(machine: &Aggregator) -> bool {
    machine.snapshot().phase == Phase::Finished
}
