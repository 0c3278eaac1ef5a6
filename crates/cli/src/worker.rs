//! `sotto worker`: joins a room as one or several federated workers.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use sotto_link::{Fingerprint, Input, Invite, RoomSecret, Token, WORKER, WORKERS_MAX};
use sotto_secagg::Identity;
use tokio::sync::mpsc;

use crate::asked_to_stop;
use crate::broker::Broker;
use crate::credentials;
use crate::data::Data;
use crate::guest::Guest;
use crate::state::State;
use crate::worker_pool::WorkerPool;
use sotto_core::entropy;

/// Joins a room as federated workers, which train as a page's tabs do.
///
/// Runs until the host has closed the room, or until it is interrupted. What it does is told on standard
/// error.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The invitation: a link of the aggregator's page, or what stands in it from # on; - reads it from
    /// standard input, so that no list of processes shows it
    #[arg(long, value_name = "INVITATION", required_unless_present = "secret")]
    join: Option<String>,
    /// The room's secret, where there is no invitation
    #[arg(long, value_name = "HEX", requires = "broker", conflicts_with = "join")]
    secret: Option<String>,
    /// The host's fingerprint, with --secret: what stands behind host= in invitations
    #[arg(long, value_name = "HEX", requires = "secret")]
    host: Option<String>,
    /// The broker's address, with --secret
    #[arg(long, value_name = "URL", requires = "secret")]
    broker: Option<String>,
    /// A file with credentials for the broker: a .creds file, or user:<name>:<password>, token:<token>,
    /// nkey:<seed> or jwt:<jwt>:<seed> [else those of the invitation]
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// How many workers
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=WORKERS_MAX as i64))]
    workers: u16,
    /// Keep in this folder who the workers are, and which updates they have given: after a restart they
    /// have their places again, and give none a second time
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
}

impl Arguments {
    fn invite(&self) -> Result<Invite, String> {
        match (&self.join, &self.secret, &self.broker) {
            (Some(link), ..) => invitation(link),
            (None, Some(secret), Some(broker)) => {
                let secret = RoomSecret::parse(secret).map_err(|error| error.to_string())?;
                let host = self.host.as_deref().and_then(Fingerprint::parse);
                let host =
                    host.ok_or("--host: the host's fingerprint has 32 hexadecimal digits")?;
                Invite::new((secret, host), broker, WORKER).map_err(|error| error.to_string())
            }
            // What the arguments say of each other rules it out.
            _ => Err("there is no invitation".to_owned()),
        }
    }
}

/// A worker's invitation: this one, or for - the first line of standard input.
pub(crate) fn invitation(link: &str) -> Result<Invite, String> {
    let invite = match link {
        "-" => Invite::parse(&first_line()?),
        link => Invite::parse(link),
    };
    let invite = invite.map_err(|error| error.to_string())?;
    match invite.claim() {
        WORKER => Ok(invite),
        other => Err(format!("this invitation is for “{other}”, and not for a worker")),
    }
}

fn first_line() -> Result<String, String> {
    if std::io::stdin().is_terminal() {
        eprintln!("sotto: the invitation, please:");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(line)
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), String> {
    let invite = arguments.invite()?;
    let source = Arc::new(arguments.data.open()?);
    let own = credentials::read(arguments.credentials.as_deref())?;
    let credential = own.as_ref().or(invite.credential());
    let (broker, mut news) =
        Broker::connect(invite.broker(), invite.secret().tag(), credential, None).await?;
    let (done, mut finished) = mpsc::unbounded_channel();
    let state = arguments.state.as_deref().map(State::open).transpose()?;
    let count = usize::from(arguments.workers);
    let (token, workers) = match &state {
        Some(state) => state.workers(count)?,
        None => fresh(count),
    };
    let pool = WorkerPool::new(workers, source, state, done)?;
    let mut guest = Guest::new(invite.room(), token, broker, pool);
    let stop = asked_to_stop();
    tokio::pin!(stop);
    while !guest.is_over()? {
        tokio::select! {
            // Frames are acknowledged before messages are worked on, lest they are sent again.
            biased;
            () = &mut stop => break,
            Some(news) = news.recv(), if guest.has_room() => guest.news(&news),
            Some(done) = finished.recv() => {
                let now = guest.now();
                guest.handler().finished(done, now);
                guest.say();
            }
            () = guest.wakes() => guest.hear(Input::Tick),
            () = std::future::ready(()), if guest.has_messages() => guest.read(),
        }
    }
    guest.leave().await;
    Ok(())
}

/// Workers that nobody knows yet.
fn fresh(count: usize) -> (Token, Vec<Identity>) {
    let mut token = Token::default();
    entropy::system()(&mut token);
    (token, (0..count).map(|_| Identity::draw(&mut entropy::system())).collect())
}
