//! A guest of a room: what happens between its end of the links and what handles the host's messages.

use std::collections::VecDeque;

use sotto_federated::Millis;
use sotto_link::{
    CloseReason, EndpointId, Fingerprint, GuestOutput, GuestSession, Input, RoomSecret, Stage,
    Timing, Token, WORKER,
};

use crate::broker::{Broker, BrokerEvent};
use crate::clock::Clock;
use crate::host::AGGREGATOR;
use sotto_core::entropy;

/// How long a host that has said farewell may take to come back: its page was reloaded.
const COMES_BACK_MS: Millis = 30_000;
/// Messages that wait for the handler before no more frames are read.
const INBOX_MAX: usize = 1024;

/// What handles the messages of the host: the workers of this program, or a branch.
pub(crate) trait Handler {
    /// The host is there, for the first time or again.
    fn open(&mut self, now: Millis);
    /// The host says something on a channel.
    fn hear(&mut self, channel: &str, bytes: &[u8], now: Millis);
    /// Time has passed.
    fn tick(&mut self, now: Millis);
    /// When [`Handler::tick`] is due.
    fn wake_at(&self) -> Millis;
    /// What is to be said to the aggregator since this was asked last.
    fn said(&mut self) -> Vec<Vec<u8>>;
}

/// A handler, and its end of the links.
pub(crate) struct Guest<H> {
    clock: Clock,
    broker: Broker,
    session: GuestSession,
    handler: H,
    /// What the host has said, channel and message, and the handler has not heard yet.
    inbox: VecDeque<(String, Vec<u8>)>,
    stage: Stage,
    host: Option<EndpointId>,
    has_words: bool,
    /// When the host said farewell, if nobody has replaced it.
    closed_at: Option<Millis>,
}

impl<H: Handler> Guest<H> {
    /// A guest that looks for the host of this room, who has this fingerprint; `token` is what it is known again by.
    pub(crate) fn new(
        room: (RoomSecret, Fingerprint),
        token: Token,
        broker: Broker,
        handler: H,
    ) -> Self {
        let (payload, timing) = (broker.payload(), Timing::default());
        let session = GuestSession::new(
            room,
            (WORKER, token),
            false,
            payload,
            timing,
            Box::new(entropy::system),
        );
        let mut guest = Self {
            clock: Clock::start(),
            broker,
            session,
            handler,
            inbox: VecDeque::new(),
            stage: Stage::Seeks,
            host: None,
            has_words: false,
            closed_at: None,
        };
        guest.broker.listen(guest.session.endpoint().id());
        guest.hear(Input::Connected);
        guest
    }

    /// Something happens at its end.
    pub(crate) fn hear(&mut self, input: Input<'_>) {
        let now = self.clock.now();
        let outputs = self.session.handle(input, now);
        self.carry_out(outputs);
        self.handler.tick(now);
        self.say();
    }

    /// Something comes from the broker.
    pub(crate) fn news(&mut self, news: &BrokerEvent) {
        if let Some(input) = news.input("the broker") {
            self.hear(input);
        }
    }

    /// Whether it can take more from the broker.
    pub(crate) fn has_room(&self) -> bool {
        self.inbox.len() < INBOX_MAX
    }

    /// Whether messages wait for the handler.
    pub(crate) fn has_messages(&self) -> bool {
        !self.inbox.is_empty()
    }

    /// What handles the messages.
    pub(crate) fn handler(&mut self) -> &mut H {
        &mut self.handler
    }

    /// The time by its clock.
    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Returns when it wants to hear of the time.
    pub(crate) fn wakes(&self) -> impl Future<Output = ()> + use<H> {
        self.clock.reaches(self.wake_at())
    }

    /// Gives the handler the oldest message.
    pub(crate) fn read(&mut self) {
        if let Some((channel, bytes)) = self.inbox.pop_front() {
            self.handler.hear(&channel, &bytes, self.clock.now());
            self.say();
        }
    }

    /// Sends what the handler has to say; what it says to nobody is lost, and said again.
    pub(crate) fn say(&mut self) {
        for bytes in self.handler.said() {
            let Some(host) = self.session.host().filter(|_| self.session.stage() == Stage::In)
            else {
                continue;
            };
            let now = self.clock.now();
            let sent = self.session.send(host, AGGREGATOR, bytes, now);
            let outputs = sent.unwrap_or_else(|why| {
                // One that cannot be sent to has left, which the session says when it is asked next.
                if why == CloseReason::Message {
                    eprintln!("sotto: not sent: {why}");
                }
                self.session.handle(Input::Tick, now)
            });
            self.carry_out(outputs);
        }
    }

    fn carry_out(&mut self, outputs: Vec<GuestOutput>) {
        for output in outputs {
            match output {
                GuestOutput::Publish(to, frame) => self.broker.publish(to, frame),
                GuestOutput::Moved(id) => self.broker.listen(id),
                GuestOutput::Changed => self.look(),
                GuestOutput::Message { from, channel, bytes } => {
                    if self.session.host() == Some(from) {
                        self.inbox.push_back((channel, bytes));
                    }
                }
                GuestOutput::Refused(id, why) => eprintln!("sotto: refused endpoint {id}: {why}"),
                GuestOutput::Left(id, why) => {
                    if self.host == Some(id) {
                        match why {
                            // Only the session itself ends it, for another one.
                            CloseReason::Shut => {
                                eprintln!("sotto: the host has come back with other keys");
                            }
                            why => eprintln!("sotto: the host: {why}"),
                        }
                        self.closed_at = (why == CloseReason::Left).then(|| self.clock.now());
                    }
                }
            }
        }
    }

    /// Sees what has changed between this end and the host.
    fn look(&mut self) {
        let (stage, host) = (self.session.stage(), self.session.host());
        let has_changed = (stage, host) != (self.stage, self.host);
        if host != self.host {
            self.has_words = false;
        }
        (self.stage, self.host) = (stage, host);
        if let Some(words) = self.session.words().filter(|_| !self.has_words) {
            self.has_words = true;
            eprintln!("sotto: the host's page shows the same words: {}", words.join(" "));
        }
        match stage {
            _ if !has_changed => {}
            Stage::Waits => eprintln!("sotto: waits to be let in"),
            Stage::In => {
                eprintln!("sotto: is in the room");
                self.inbox.clear();
                self.closed_at = None;
                self.handler.open(self.clock.now());
            }
            Stage::Seeks | Stage::Out => {}
        }
    }

    /// Whether there is nothing to stay for.
    pub(crate) fn is_over(&self) -> Result<bool, String> {
        if self.stage == Stage::Out {
            return Err("the host does not let this program in".to_owned());
        }
        Ok(self.closed_at.is_some_and(|at| self.clock.now() >= at + COMES_BACK_MS))
    }

    fn wake_at(&self) -> Millis {
        let closes = self.closed_at.map_or(Millis::MAX, |at| at + COMES_BACK_MS);
        self.session.wake_at().min(self.handler.wake_at()).min(closes)
    }

    /// Says farewell.
    pub(crate) async fn leave(mut self) {
        let outputs = self.session.leave(self.clock.now());
        self.carry_out(outputs);
        self.broker.close().await;
    }
}
