//! A connection to the broker: frames out, frames in, and whether it can be reached.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::{Client, ConnectErrorKind, Event};
use futures_util::StreamExt;
use sotto_link::{Credential, EndpointId, FRAME_MAX, Input, RoomTag, To};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use crate::credentials;

/// Frames that have come and were not looked at.
const NEWS_MAX: usize = 1024;
/// Frames of one subscription that wait for room among the events; of more, some are lost, and sent again.
const HELD_MAX: usize = 4096;
/// Bytes that wait for the broker; what is over that is lost, and sent again.
const WAITING_MAX: usize = 256 << 20;
/// The longest wait between two tries to reach the broker.
const RETRY_MAX: Duration = Duration::from_secs(4);
/// How long a broker that has not been reached is waited for in silence.
const SILENCE: Duration = Duration::from_secs(3);
/// What a broker that lets nobody in is said to do.
const REFUSES: &str = "refuses the credentials, or asks for some";
/// How long the last frames are waited for.
const FAREWELL: Duration = Duration::from_secs(2);

/// What comes from the broker.
pub(crate) enum BrokerEvent {
    Connected,
    Disconnected,
    Frame(Vec<u8>),
    /// The broker wants other credentials, or some.
    Refused,
    /// The broker, or the way to it, complains.
    Trouble(String),
}

impl BrokerEvent {
    /// What it is to an end of a room; what is more is told, of the broker by this name.
    pub(crate) fn input(&self, broker: &str) -> Option<Input<'_>> {
        match self {
            Self::Connected => return Some(Input::Connected),
            Self::Frame(frame) => return Some(Input::Frame(frame)),
            Self::Disconnected => {
                eprintln!("sotto: {broker} cannot be reached; trying on");
                return Some(Input::Disconnected);
            }
            Self::Refused => eprintln!("sotto: {broker} {REFUSES}"),
            Self::Trouble(text) => eprintln!("sotto: {broker}: {text}"),
        }
        None
    }
}

/// The way to the broker. What is asked of it is done in order.
pub(crate) struct Broker {
    commands: mpsc::UnboundedSender<Command>,
    waiting: Arc<AtomicUsize>,
    payload: usize,
}

enum Command {
    Listen(EndpointId),
    Admit(bool),
    Publish(To, Vec<u8>),
    Flush(oneshot::Sender<()>),
}

impl Broker {
    /// Reaches the broker at `url`, sooner or later, unless it refuses the credential. Nothing is read before
    /// [`Broker::listen`]. What comes to the room goes to one alone of those who name the same `group`.
    pub(crate) async fn connect(
        url: &str,
        tag: RoomTag,
        credential: Option<&Credential>,
        group: Option<&'static str>,
    ) -> Result<(Self, mpsc::Receiver<BrokerEvent>), String> {
        let (news, mut heard) = mpsc::channel(NEWS_MAX);
        let told = news.clone();
        let complaint = Arc::new(Mutex::new(String::new()));
        let client = credentials::options(credential)?
            .retry_on_initial_connect()
            .subscription_capacity(HELD_MAX)
            .reconnect_delay_callback(|tries| {
                let doubled = 50 << u32::try_from(tries).unwrap_or(u32::MAX).min(10);
                RETRY_MAX.min(Duration::from_millis(doubled))
            })
            .event_callback(move |event| {
                let (told, complaint) = (told.clone(), Arc::clone(&complaint));
                async move {
                    let news = event_of(&event, &complaint);
                    if let Some(news) = news {
                        tell(&told, news).await;
                    }
                }
            })
            .connect(url)
            .await
            .map_err(|error| format!("the broker: {error}"))?;
        let is_let_in = match tokio::time::timeout(SILENCE, reached(&mut heard)).await {
            Ok(is_let_in) => is_let_in,
            // It took too long, which is all that there is to it.
            Err(_) => {
                eprintln!("sotto: the broker does not answer; trying on");
                reached(&mut heard).await
            }
        };
        if !is_let_in {
            return Err(format!("the broker {REFUSES}"));
        }
        let payload = client.server_info().max_payload.min(FRAME_MAX);
        let (commands, received) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        tokio::spawn(execute(client, (tag, group), received, news, Arc::clone(&waiting)));
        Ok((Self { commands, waiting, payload }, heard))
    }

    /// The most that it carries at once, in bytes.
    pub(crate) fn payload(&self) -> usize {
        self.payload
    }

    /// Reads the room's inbox and this endpoint's, and no other one's any more.
    pub(crate) fn listen(&self, id: EndpointId) {
        self.command(Command::Listen(id));
    }

    /// Reads the room's inbox, or does not until it is told to again.
    pub(crate) fn admit(&self, admits: bool) {
        self.command(Command::Admit(admits));
    }

    /// Sends a frame, or loses it.
    pub(crate) fn publish(&self, to: To, frame: Vec<u8>) {
        if self.waiting.load(Ordering::Relaxed) + frame.len() <= WAITING_MAX {
            self.waiting.fetch_add(frame.len(), Ordering::Relaxed);
            self.command(Command::Publish(to, frame));
        }
    }

    /// Sends what still waits, if that does not take long.
    pub(crate) async fn close(self) {
        let (done, flushed) = oneshot::channel();
        self.command(Command::Flush(done));
        if !matches!(tokio::time::timeout(FAREWELL, flushed).await, Ok(Ok(()))) {
            eprintln!("sotto: the broker took no farewell: the others will miss this program");
        }
    }

    fn command(&self, command: Command) {
        if self.commands.send(command).is_err() {
            eprintln!("sotto: the way to the broker has come to an end");
        }
    }
}

/// Nobody listens any more when the program ends.
async fn tell(news: &mpsc::Sender<BrokerEvent>, what: BrokerEvent) -> bool {
    news.send(what).await.is_ok()
}

/// What an event tells. A complaint that is repeated until the broker is reached tells nothing.
fn event_of(event: &Event, complaint: &Mutex<String>) -> Option<BrokerEvent> {
    let mut last = complaint.lock().expect("nobody panics who holds it");
    let trouble = match event {
        Event::Connected => {
            last.clear();
            return Some(BrokerEvent::Connected);
        }
        Event::Disconnected => return Some(BrokerEvent::Disconnected),
        Event::ServerError(error) => error.to_string(),
        Event::ClientError(error) => error.to_string(),
        _ => return None,
    };
    let is_new = trouble != *last;
    last.clone_from(&trouble);
    let is_refusal = trouble == format!("nats: {}", ConnectErrorKind::AuthorizationViolation);
    is_new.then_some(if is_refusal { BrokerEvent::Refused } else { BrokerEvent::Trouble(trouble) })
}

/// Whether the broker lets this program in, once it has said so.
async fn reached(heard: &mut mpsc::Receiver<BrokerEvent>) -> bool {
    while let Some(news) = heard.recv().await {
        match news {
            BrokerEvent::Connected => return true,
            BrokerEvent::Refused => return false,
            BrokerEvent::Trouble(text) => eprintln!("sotto: the broker: {text}"),
            BrokerEvent::Disconnected | BrokerEvent::Frame(_) => {}
        }
    }
    false
}

/// Passes commands to the client, which may have to wait for the broker with each.
async fn execute(
    client: Client,
    (tag, group): (RoomTag, Option<&'static str>),
    mut commands: mpsc::UnboundedReceiver<Command>,
    news: mpsc::Sender<BrokerEvent>,
    waiting: Arc<AtomicUsize>,
) {
    let mut room: Option<Reading> = None;
    let mut inbox: Option<Reading> = None;
    while let Some(command) = commands.recv().await {
        match command {
            Command::Listen(id) => {
                if room.is_none() {
                    room = read(&client, subject(tag, To::Room), group, &news).await;
                }
                inbox = read(&client, subject(tag, To::Endpoint(id)), None, &news).await;
            }
            Command::Admit(false) => room = None,
            Command::Admit(true) => {
                room = read(&client, subject(tag, To::Room), group, &news).await;
            }
            Command::Publish(to, frame) => {
                waiting.fetch_sub(frame.len(), Ordering::Relaxed);
                if let Err(error) = client.publish(subject(tag, to), frame.into()).await {
                    tell(&news, BrokerEvent::Trouble(error.to_string())).await;
                }
            }
            Command::Flush(done) => match client.flush().await {
                // Whoever waited may have given up.
                Ok(()) => done.send(()).unwrap_or(()),
                // Whoever waits hears that this end is dropped.
                Err(error) => eprintln!("sotto: the broker: {error}"),
            },
        }
    }
    drop((room, inbox));
}

/// A subscription, which ends when this is dropped.
struct Reading(AbortHandle);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn read(
    client: &Client,
    subject: String,
    group: Option<&str>,
    news: &mpsc::Sender<BrokerEvent>,
) -> Option<Reading> {
    let subscribed = match group {
        Some(group) => client.queue_subscribe(subject, group.to_owned()).await,
        None => client.subscribe(subject).await,
    };
    let mut frames = match subscribed {
        Ok(frames) => frames,
        Err(error) => {
            tell(news, BrokerEvent::Trouble(error.to_string())).await;
            return None;
        }
    };
    let news = news.clone();
    let reading = tokio::spawn(async move {
        while let Some(message) = frames.next().await {
            if !tell(&news, BrokerEvent::Frame(message.payload.into())).await {
                return;
            }
        }
    });
    Some(Reading(reading.abort_handle()))
}

/// The name of an inbox.
fn subject(tag: RoomTag, to: To) -> String {
    match to {
        To::Room => format!("sotto.{tag}.room"),
        To::Endpoint(id) => format!("sotto.{tag}.{id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_nats::ClientError;

    #[test]
    fn a_complaint_is_told_once_a_cut() {
        let complaint = Mutex::default();
        let error = || Event::ClientError(ClientError::Other("no way".to_owned()));
        let tells = |event| event_of(&event, &complaint).is_some();
        let told = [error(), error(), Event::Connected, error(), Event::Draining].map(tells);
        assert_eq!(told, [true, false, true, true, false]);
    }

    #[test]
    fn a_refusal_is_told_from_other_trouble() {
        let refusal = ConnectErrorKind::AuthorizationViolation.to_string();
        let event = Event::ClientError(ClientError::Other(refusal));
        assert!(matches!(event_of(&event, &Mutex::default()), Some(BrokerEvent::Refused)));
    }

    #[test]
    fn inboxes_are_named_as_pages_name_them() {
        let tag = RoomTag([0xab; 16]);
        assert_eq!(subject(tag, To::Room), format!("sotto.{}.room", "ab".repeat(16)));
        let to = To::Endpoint(EndpointId([1; 16]));
        assert_eq!(subject(tag, to), format!("sotto.{}.{}", "ab".repeat(16), "01".repeat(16)));
    }
}
