//! `sotto worker`: joins a room as one or several federated workers.

use std::collections::VecDeque;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use sotto::federated::Millis;
use sotto::wire::sealed::{
    Closed, EndpointId, Input, Invite, RoomSecret, Stage, Timing, Token, Visit, VisitOutput, WORKER,
};
use tokio::sync::mpsc;

use crate::broker::{Broker, News, REFUSED};
use crate::clock::Clock;
use crate::credentials;
use crate::crew::Crew;
use crate::data::Data;
use crate::host::{AGGREGATOR, WORKERS_MAX};
use crate::{asked_to_stop, entropy};

/// How long a host that has said farewell may take to come back: its page was reloaded.
const COMES_BACK_MS: Millis = 30_000;
/// Messages that wait for the workers before no more frames are read.
const LETTERS_MAX: usize = 1024;

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
    #[command(flatten)]
    data: Data,
}

impl Arguments {
    fn invite(&self) -> Result<Invite, String> {
        let invite = match (&self.join, &self.secret, &self.broker) {
            (Some(link), ..) if link == "-" => Invite::parse(&first_line()?),
            (Some(link), ..) => Invite::parse(link),
            (None, Some(secret), Some(broker)) => {
                let secret = RoomSecret::parse(secret).map_err(|error| error.to_string())?;
                Invite::new(secret, broker, WORKER)
            }
            // What the arguments say of each other rules it out.
            _ => return Err("there is no invitation".to_owned()),
        };
        let invite = invite.map_err(|error| error.to_string())?;
        match invite.claim() {
            WORKER => Ok(invite),
            other => Err(format!("this invitation is for “{other}”, and not for a worker")),
        }
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
        Broker::connect(invite.broker(), invite.secret().tag(), credential).await?;
    let (done, mut finished) = mpsc::unbounded_channel();
    let crew = Crew::new(usize::from(arguments.workers), source, done);
    let mut guest = Guest::new(invite.secret().clone(), broker, crew);
    let stop = asked_to_stop();
    tokio::pin!(stop);
    while !guest.is_over()? {
        tokio::select! {
            // Frames are acknowledged before messages are worked on, lest they are sent again.
            biased;
            () = &mut stop => break,
            Some(news) = news.recv(), if guest.letters.len() < LETTERS_MAX => match news {
                News::Connected => guest.hear(Input::Connected),
                News::Disconnected => {
                    eprintln!("sotto: the broker cannot be reached; trying on");
                    guest.hear(Input::Disconnected);
                }
                News::Frame(frame) => guest.hear(Input::Frame(&frame)),
                News::Refused => eprintln!("sotto: {REFUSED}"),
                News::Trouble(text) => eprintln!("sotto: the broker: {text}"),
            },
            Some(done) = finished.recv() => {
                guest.crew.finished(done, guest.clock.now());
                guest.say();
            }
            () = guest.clock.reaches(guest.wake_at()) => guest.hear(Input::Tick),
            () = std::future::ready(()), if !guest.letters.is_empty() => guest.read(),
        }
    }
    guest.leave().await;
    Ok(())
}

/// The crew behind its end of the links.
struct Guest {
    clock: Clock,
    broker: Broker,
    visit: Visit,
    crew: Crew,
    /// What the host has said, channel and message, and no worker has heard yet.
    letters: VecDeque<(String, Vec<u8>)>,
    stage: Stage,
    host: Option<EndpointId>,
    has_words: bool,
    /// When the host said farewell, if nobody has taken its place.
    closed_at: Option<Millis>,
}

impl Guest {
    fn new(secret: RoomSecret, broker: Broker, crew: Crew) -> Self {
        let (payload, timing) = (broker.payload(), Timing::default());
        let mut token = Token::default();
        entropy()(&mut token);
        let visit = Visit::new(secret, (WORKER, token), false, payload, timing, Box::new(entropy));
        let mut guest = Self {
            clock: Clock::start(),
            broker,
            visit,
            crew,
            letters: VecDeque::new(),
            stage: Stage::Seeks,
            host: None,
            has_words: false,
            closed_at: None,
        };
        guest.broker.listen(guest.visit.endpoint().id());
        guest.hear(Input::Connected);
        guest
    }

    fn hear(&mut self, input: Input<'_>) {
        let now = self.clock.now();
        let outputs = self.visit.handle(input, now);
        self.carry_out(outputs);
        self.crew.tick(now);
        self.say();
    }

    /// Lets the workers hear the oldest message.
    fn read(&mut self) {
        if let Some((channel, bytes)) = self.letters.pop_front() {
            self.crew.hear(&channel, &bytes, self.clock.now());
            self.say();
        }
    }

    /// Sends what the workers have to say; what they say to nobody is lost, and said again.
    fn say(&mut self) {
        for bytes in self.crew.said() {
            let Some(host) = self.visit.host().filter(|_| self.visit.stage() == Stage::In) else {
                continue;
            };
            let now = self.clock.now();
            let sent = self.visit.send(host, AGGREGATOR, bytes, now);
            // One that cannot be sent to has left, which the visit says when it is asked next.
            let outputs = sent.unwrap_or_else(|_| self.visit.handle(Input::Tick, now));
            self.carry_out(outputs);
        }
    }

    fn carry_out(&mut self, outputs: Vec<VisitOutput>) {
        for output in outputs {
            match output {
                VisitOutput::Publish(to, frame) => self.broker.publish(to, frame),
                VisitOutput::Moved(id) => self.broker.listen(id),
                VisitOutput::Changed => self.look(),
                VisitOutput::Message { from, channel, bytes } => {
                    if self.visit.host() == Some(from) {
                        self.letters.push_back((channel, bytes));
                    }
                }
                VisitOutput::Left(id, why) => {
                    if self.host == Some(id) {
                        match why {
                            // Only the visit itself ends it, for another one.
                            Closed::Shut => eprintln!("sotto: there is another host"),
                            why => eprintln!("sotto: the host: {why}"),
                        }
                        self.closed_at = (why == Closed::Left).then(|| self.clock.now());
                    }
                }
            }
        }
    }

    /// Sees what has changed between this end and the host.
    fn look(&mut self) {
        let (stage, host) = (self.visit.stage(), self.visit.host());
        let has_changed = (stage, host) != (self.stage, self.host);
        if host != self.host {
            self.has_words = false;
        }
        (self.stage, self.host) = (stage, host);
        if let Some(words) = self.visit.words().filter(|_| !self.has_words) {
            self.has_words = true;
            eprintln!("sotto: the host's page shows the same words: {}", words.join(" "));
        }
        match stage {
            _ if !has_changed => {}
            Stage::Waits => eprintln!("sotto: waits to be let in"),
            Stage::In => {
                eprintln!("sotto: is in the room");
                self.letters.clear();
                self.closed_at = None;
                self.crew.open(self.clock.now());
            }
            Stage::Seeks | Stage::Out => {}
        }
    }

    /// Whether there is nothing to stay for.
    fn is_over(&self) -> Result<bool, String> {
        if self.stage == Stage::Out {
            return Err("the host does not let this program in".to_owned());
        }
        Ok(self.closed_at.is_some_and(|at| self.clock.now() >= at + COMES_BACK_MS))
    }

    fn wake_at(&self) -> Millis {
        let closes = self.closed_at.map_or(Millis::MAX, |at| at + COMES_BACK_MS);
        self.visit.wake_at().min(self.crew.wake_at()).min(closes)
    }

    async fn leave(mut self) {
        let outputs = self.visit.leave(self.clock.now());
        self.carry_out(outputs);
        self.broker.close().await;
    }
}
